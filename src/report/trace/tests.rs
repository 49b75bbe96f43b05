//! Every number of the fixture's report leads to a record, a day and a law.

use super::super::fixture;
use super::*;

#[test]
fn every_line_leads_to_a_record_a_day_and_a_law() {
    let case = fixture::case();
    let trace = Trace::of(&case.assessment, &case.evidence);
    let assessment = &case.assessment;
    let lines = assessment.income.len() + assessment.deductions.len() + assessment.property.len();
    assert_eq!(trace.lines.len(), lines);
    for line in &trace.lines {
        assert!(!line.why.rule.is_empty() && !line.why.law.is_empty(), "{line:?}");
        assert_eq!(line.source.is_some(), line.answer.is_some(), "{} of {}", line.item_zh, line.member);
        for record in &line.records {
            assert!(record.as_of.is_some(), "{} stands at a day", record.number);
        }
    }
    let wage = trace.lines.iter().find(|line| line.item_zh.starts_with("工资薪金")).unwrap();
    assert_eq!((wage.before, wage.after, wage.records.len()), (Some(wage.after), wage.after, 1));
    let named: usize = assessment.income.iter().map(|line| line.records.len()).sum();
    let traced = trace.lines.iter().filter(|line| line.section == Section::Income).map(|line| line.records.len());
    assert_eq!(traced.sum::<usize>(), named, "every record that a line names is opened");
}

#[test]
fn a_days_own_statement_goes_before_the_answers_day() {
    let mut case = fixture::case();
    let record = case.evidence.records.iter_mut().find(|filed| filed.record.number == "GS-2026-0031").unwrap();
    record.record.as_of = Some("2026-09-30".parse().unwrap());
    let trace = Trace::of(&case.assessment, &case.evidence);
    let opened = |number: &str| {
        let mut records = trace.lines.iter().flat_map(|line| &line.records);
        records.find(|record| record.number == number).map(|record| (record.as_of, record.as_of_stated)).unwrap()
    };
    assert_eq!(opened("GS-2026-0031"), (Some("2026-09-30".parse().unwrap()), true));
    assert!(!opened("GS-2026-0400").1);
}

#[test]
fn the_reckoning_of_a_total_is_in_numbers() {
    let case = fixture::case();
    let trace = Trace::of(&case.assessment, &case.evidence);
    let totals = &case.assessment.totals;
    let of = |code: &str| trace.totals.iter().find(|total| total.total == code).unwrap().computation.clone();
    assert_eq!(of("per_head_monthly"), format!("{} ÷ {} ÷ 12", totals.net_income.so_far, totals.members));
    assert_eq!(of("deductions").split(" + ").count(), case.assessment.deductions.len());
}
