//! Households that generated evidence found once, after hundreds of thousands: each broke a property, and must not again.

use super::generated::{AS_OF, Given, PACK, attributed, bill, cells, evidence, member};
use super::{all_within, assess};
use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::*;
use crate::policy::assessment::{Assessment, Certainty};

fn of(born: &[i16]) -> Vec<MemberFacts> {
    born.iter().enumerate().map(|(place, born)| member(place, *born, None)).collect()
}

fn found(members: Vec<MemberFacts>, records: Vec<(usize, Given, Verdict)>) -> Assessment {
    let whose = |place: usize| MemberRef(format!("m{place}"));
    let attributed = |(number, (place, given, verdict))| attributed(&whose(place), number, given, verdict);
    let records = records.into_iter().enumerate().map(attributed).collect();
    assess(&evidence(members, records, RegisteredAs::Rural), &PACK)
}

/// What the last record is in doubt about lies within the bounds, whether it is theirs or not.
fn stays_within(born: &[i16], known: &[(usize, Given)], doubted: (usize, Given)) {
    let with = |verdict| {
        let mut records: Vec<_> = known.iter().map(|(place, given)| (*place, given.clone(), Verdict::Match)).collect();
        records.push((doubted.0, doubted.1.clone(), verdict));
        found(of(born), records).totals
    };
    let doubtful = with(Verdict::Review);
    for verdict in [Verdict::Match, Verdict::No] {
        all_within(&doubtful, &with(verdict)).unwrap_or_else(|broken| panic!("{verdict:?}: {broken}"));
    }
}

fn contribution(employer: Option<&str>, from: &str, to: &str, base: &str) -> Given {
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    let scheme = InsuranceScheme::EmployeePension;
    let (employer, base_monthly) = (employer.map(Into::into), Some(yuan(base)));
    ("social_security", Detail::Contribution { scheme, employer, from, to, base_monthly, personal_monthly: None })
}

fn fund(employer: Option<&str>, base: &str, paid_to: &str) -> Given {
    let (employer, base_monthly) = (employer.map(Into::into), Some(yuan(base)));
    let (balance, state, paid_to) = (Fen::ZERO, FundState::Active, Some(paid_to.parse().unwrap()));
    ("housing_fund", Detail::HousingFund { employer, base_monthly, deposit_monthly: None, balance, state, paid_to })
}

fn returned(item: TaxItem, payer: Option<&str>, gross: &str, tax: &str) -> Given {
    let (from, to) = ("2026-10-01".parse().unwrap(), "2026-10-31".parse().unwrap());
    let (payer, tax) = (payer.map(Into::into), Some(yuan(tax)));
    (
        "tax",
        Detail::TaxedIncome {
            item,
            from,
            to,
            gross: yuan(gross),
            cost: None,
            tax,
            social_insurance: None,
            paid_on: None,
            payer,
        },
    )
}

/// Paid since January 2026, its basic part included.
fn residents_pension(monthly: &str, basic: &str) -> Given {
    let (scheme, from) = (InsuranceScheme::ResidentPension, "2026-01".parse().unwrap());
    let (monthly, basic_monthly) = (yuan(monthly), Some(yuan(basic)));
    ("social_security", Detail::Pension { scheme, from, to: None, monthly, basic_monthly })
}

fn yuan(text: &str) -> Fen {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
}

#[test]
fn a_wage_in_doubt_opens_what_it_may_show_to_be_a_second_job() {
    // The contribution names no employer, so it hides the fund's wage; a return of another payer would take its month.
    let known = [(0, contribution(None, "2026-10", "2026-10", "0.00")), (0, fund(Some("甲"), "541.91", "2026-10"))];
    stays_within(&[1980], &known, (0, returned(TaxItem::Wage, Some("乙"), "0.00", "0.00")));
}

#[test]
fn months_that_may_be_paid_hide_no_other_record() {
    let known = [(0, fund(None, "0.00", "2026-12")), (0, fund(None, "0.01", "2026-07"))];
    stays_within(&[1980], &known, (0, contribution(None, "2026-12", "2026-11", "0.00")));
}

#[test]
fn who_may_be_no_member_leaves_what_others_pay_away() {
    let benefit = Detail::UnemploymentBenefit { from: "2026-10".parse().unwrap(), to: None, monthly: yuan("0.01") };
    let known = [(0, ("social_security", benefit)), (1, returned(TaxItem::Business, None, "0.09", "0.01"))];
    stays_within(&[1980, 1980], &known, (0, ("health", Detail::Death { on: Some(AS_OF) })));
}

#[test]
fn a_reading_that_decides_whether_illness_cost_more_than_income_is_named() {
    let known = vec![
        (0, residents_pension("2510.00", "10.00"), Verdict::Match),
        (0, bill("2026-05-05".parse().unwrap(), yuan("25050.00")), Verdict::Match),
    ];
    let assessment = found(of(&[1940]), known);
    let single = assessment.screening.iter().find(|screening| screening.outcome == "dibao_single").unwrap();
    assert_eq!((single.state, single.decides.as_deref()), (Certainty::Open, Some("successor_rule")));
}

#[test]
fn a_basic_pension_that_tekun_leaves_out_is_taken_off_once() {
    let assessment = found(of(&[1940]), vec![(0, residents_pension("647.68", "32.48"), Verdict::Match)]);
    let tekun = assessment.screening.iter().find(|screening| screening.outcome == "tekun").unwrap();
    let living = tekun.conditions.iter().find(|condition| condition.ground.rule.starts_with("not_income.tekun"));
    assert_ne!(living.unwrap().state, Certainty::Open, "both readings of the law leave the same");
}

/// Before a cell of somebody has spoken, what is said lies around what is said after it.
fn stays_within_after(evidence: &Evidence, whose: &str, source: &str) -> (Assessment, Assessment) {
    let mut earlier = evidence.clone();
    let of_cell = |member: &MemberRef, department: &SourceKey| member.0 == whose && department.as_str() == source;
    for cell in earlier.cells.iter_mut().filter(|cell| of_cell(&cell.member, &cell.source)) {
        cell.outcome = CellOutcome::Pending;
    }
    earlier.records.retain(|record| !of_cell(&record.member, &record.source));
    let (before, after) = (assess(&earlier, &PACK), assess(evidence, &PACK));
    all_within(&before.totals, &after.totals).unwrap_or_else(|broken| panic!("{whose} {source}: {broken}"));
    (before, after)
}

/// One old person whose child, asked in every department, owes by the formula.
fn with_obligor(size: Option<u32>, declared: Option<(IncomeClass, Fen, bool)>, records: Vec<Given>) -> Evidence {
    let child = MemberFacts { reference: MemberRef("o1".to_owned()), ..member(9, 1980, None) };
    let attributed = |(number, given)| attributed(&child.reference, number, given, Verdict::Match);
    let records = records.into_iter().enumerate().map(attributed).collect();
    let mut evidence = evidence(vec![member(0, 1940, declared)], records, RegisteredAs::Rural);
    evidence.cells.extend(cells(&child));
    let support = Support { household_size: size, ..Support::default() };
    evidence.obligors.push(ObligorFacts { person: child, obliged_to: MemberRef("m0".to_owned()), support });
    evidence
}

#[test]
fn an_obligor_who_may_have_died_is_not_certainly_able() {
    let died = ("health", Detail::Death { on: Some(AS_OF) });
    let evidence = with_obligor(Some(1), None, vec![died, returned(TaxItem::Wage, None, "14952.01", "0.00")]);
    let (before, after) = stays_within_after(&evidence, "o1", "health");
    let tekun = |assessment: &Assessment| assessment.screening[0].state;
    assert_eq!((tekun(&before), tekun(&after)), (Certainty::Open, Certainty::Met));
}

#[test]
fn support_that_is_not_settled_explains_nothing_of_what_was_declared() {
    let declared = Some((IncomeClass::Transfer, yuan("21408.73"), false));
    let evidence = with_obligor(None, declared, vec![returned(TaxItem::Wage, None, "11040.04", "0.00")]);
    stays_within_after(&evidence, "o1", "tax");
}

#[test]
fn a_certificate_that_may_come_takes_the_place_of_nursing_found_by_a_visit() {
    let (category, grade) = (DisabilityCategory::Intellectual, 2);
    let certificate = ("disability", Detail::DisabilityCertificate { category, grade, valid_until: None, valid: true });
    let mut person = member(0, 1940, None);
    person.self_care_lost = Some(6);
    let records = vec![attributed(&person.reference, 0, certificate, Verdict::Match)];
    stays_within_after(&evidence(vec![person], records, RegisteredAs::Rural), "m0", "disability");
}
