//! What must hold for every household: generated evidence, not examples. What the properties found stands in `found`.

mod found;
pub(in crate::policy) mod generated;
mod many;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use generated::{PACK, account, any_record, attributed, exempt, household, plain_income};

use super::assessment::{Assessment, Certainty, CountInterval, Interval, Totals};
use super::simulate::Standing;
use super::{assess, outcomes};
use crate::household::*;

/// The same household before one cell had answered.
fn without_cell(evidence: &Evidence, which: &Index) -> Evidence {
    let mut earlier = evidence.clone();
    let position = which.index(earlier.cells.len());
    let cell = &mut earlier.cells[position];
    cell.outcome = CellOutcome::Pending;
    let (member, source) = (cell.member.clone(), cell.source.clone());
    earlier.records.retain(|record| record.member != member || record.source != source);
    earlier
}

fn silence(evidence: &mut Evidence, source: &str) {
    for cell in evidence.cells.iter_mut().filter(|cell| cell.source.as_str() == source) {
        cell.outcome = CellOutcome::Unavailable { why: Failure::Timeout };
    }
}

fn state(assessment: &Assessment, outcome: &str) -> Certainty {
    assessment.screening.iter().find(|screening| screening.outcome == outcome).expect("an outcome").state
}

/// Outcomes that are certainly refused although nothing better certainly applies.
fn refused(assessment: &Assessment) -> Vec<&str> {
    let mut refused = Vec::new();
    for screening in &assessment.screening {
        let adverse = if screening.outcome == "none" { Certainty::Met } else { Certainty::NotMet };
        if screening.state == Certainty::Met && screening.outcome != "none" {
            break;
        }
        if screening.state == adverse {
            refused.push(&*screening.outcome);
        }
    }
    refused
}

fn holds(interval: &Interval, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(interval.at_least <= interval.so_far, "{name}: {interval:?}");
    prop_assert!(interval.at_most.is_none_or(|most| interval.so_far <= most), "{name}: {interval:?}");
    Ok(())
}

fn within(earlier: &Interval, later: &Interval, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(earlier.at_least <= later.at_least, "{name}: {earlier:?} then {later:?}");
    let below = match (earlier.at_most, later.at_most) {
        (None, _) => true,
        (Some(earlier), later) => later.is_some_and(|later| later <= earlier),
    };
    prop_assert!(below, "{name}: {earlier:?} then {later:?}");
    Ok(())
}

fn within_counts(earlier: &CountInterval, later: &CountInterval, name: &str) -> Result<(), TestCaseError> {
    prop_assert!(earlier.at_least <= later.at_least, "{name}: {earlier:?} then {later:?}");
    let below = earlier.at_most.is_none_or(|most| later.at_most.is_some_and(|later| later <= most));
    prop_assert!(below, "{name}: {earlier:?} then {later:?}");
    Ok(())
}

/// Every class and total of a later state lies within what was published before.
fn all_within(earlier: &Totals, later: &Totals) -> Result<(), TestCaseError> {
    for (class, then) in earlier.income_by_class.iter().zip(&later.income_by_class) {
        let mut before = class.total.clone();
        if class.class == IncomeClass::Transfer && !earlier.income.silent.is_empty() {
            // Taxes on income that nobody has told yet have no bound of their own; the household's income has one.
            before.at_least = before.at_least.min(then.total.at_least);
        }
        within(&before, &then.total, class.class.as_str())?;
    }
    for (name, earlier, later) in [
        ("income", &earlier.income, &later.income),
        ("deductions", &earlier.deductions, &later.deductions),
        ("net", &earlier.net_income, &later.net_income),
        ("year", &earlier.per_head_yearly, &later.per_head_yearly),
        ("month", &earlier.per_head_monthly, &later.per_head_monthly),
        ("financial", &earlier.financial, &later.financial),
        ("financial a head", &earlier.financial_per_head, &later.financial_per_head),
        ("rigid", &earlier.rigid_spending, &later.rigid_spending),
    ] {
        within(earlier, later, name)?;
    }
    within_counts(&earlier.dwellings, &later.dwellings, "dwellings")?;
    within_counts(&earlier.cars, &later.cars, "cars")?;
    within_counts(&earlier.companies, &later.companies, "companies")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn order_of_records_and_cells_is_irrelevant(evidence in household(), by in any::<Index>()) {
        let mut other = evidence.clone();
        other.cells.reverse();
        if !other.records.is_empty() {
            let middle = by.index(other.records.len());
            other.records.rotate_left(middle);
            other.records.reverse();
        }
        prop_assert_eq!(assess(&evidence, &PACK), assess(&other, &PACK));
    }

    #[test]
    fn outcomes_without_words_are_those_of_the_assessment(evidence in household()) {
        let (in_full, in_short) = (assess(&evidence, &PACK), outcomes(&evidence, &PACK));
        let states: Vec<Certainty> = in_full.screening.iter().map(|screening| screening.state).collect();
        prop_assert_eq!(in_short.states.to_vec(), states);
        prop_assert_eq!(Standing::of_outcomes(&in_short), Standing::of(&in_full));
    }

    #[test]
    fn totals_are_the_sums_of_their_lines(evidence in household()) {
        let found = assess(&evidence, &PACK);
        let totals = &found.totals;
        prop_assert_eq!(totals.income.so_far, found.income.iter().map(|line| line.counted).sum::<Fen>());
        for class in &totals.income_by_class {
            let lines = found.income.iter().filter(|line| line.class == class.class);
            prop_assert_eq!(class.total.so_far, lines.map(|line| line.counted).sum::<Fen>());
            holds(&class.total, class.class.as_str())?;
        }
        prop_assert_eq!(totals.deductions.so_far, found.deductions.iter().map(|line| line.amount).sum::<Fen>());
        let financial = found.property.iter().filter(|line| line.class == PropertyClass::Financial);
        prop_assert_eq!(totals.financial.so_far, financial.map(|line| line.counted).sum::<Fen>());
        prop_assert_eq!(totals.net_income.so_far, (totals.income.so_far - totals.deductions.so_far).at_least_zero());
        prop_assert!(totals.income.so_far.0 >= 0);
        for (name, interval) in [
            ("income", &totals.income), ("deductions", &totals.deductions), ("net", &totals.net_income),
            ("month", &totals.per_head_monthly), ("financial", &totals.financial), ("rigid", &totals.rigid_spending),
        ] {
            holds(interval, name)?;
        }
    }

    #[test]
    fn adding_income_never_lowers_counted_income(evidence in household(), more in plain_income(), whose in any::<Index>()) {
        let before = assess(&evidence, &PACK).totals.income;
        let mut richer = evidence;
        let member = whose.get(&richer.members).reference.clone();
        richer.records.push(attributed(&member, 9_999, more, Verdict::Match));
        let after = assess(&richer, &PACK).totals.income;
        prop_assert!(after.so_far >= before.so_far && after.at_least >= before.at_least, "{before:?} then {after:?}");
    }

    #[test]
    fn an_exempt_record_never_changes_an_outcome(mut evidence in household(), more in exempt(), whose in any::<Index>()) {
        // What a family declared as income is explained by a record of it, exempt or not: that is another rule.
        for member in &mut evidence.members {
            member.declared.income.iter_mut().for_each(|declared| declared.informal = true);
        }
        let before = assess(&evidence, &PACK);
        let member = whose.get(&evidence.members).reference.clone();
        evidence.records.push(attributed(&member, 9_999, more, Verdict::Match));
        let after = assess(&evidence, &PACK);
        prop_assert_eq!(&before.screening, &after.screening);
        prop_assert_eq!(&before.totals, &after.totals);
        prop_assert_eq!(before.amounts, after.amounts);
    }

    #[test]
    fn a_silent_department_of_illness_schooling_or_household_leaves_nothing_refused(
        mut evidence in household(),
        source in select(vec!["medical_insurance", "education", "health", "household_registration", "civil_marriage"]),
    ) {
        silence(&mut evidence, source);
        let found = assess(&evidence, &PACK);
        prop_assert!(refused(&found).is_empty(), "{:?}", found.screening);
    }

    #[test]
    fn a_match_under_review_leaves_nothing_refused(evidence in household(), more in any_record(), whose in any::<Index>()) {
        let mut doubtful = evidence;
        let member = whose.get(&doubtful.members).reference.clone();
        doubtful.records.push(attributed(&member, 9_999, more, Verdict::Review));
        let found = assess(&doubtful, &PACK);
        prop_assert!(refused(&found).is_empty(), "{:?}", found.screening);
        prop_assert!(found.open_facts.iter().any(|fact| fact.fact.starts_with("review:")));
    }

    #[test]
    fn whatever_is_open_names_what_decides(evidence in household(), cell in any::<Index>(), more in any_record(), whose in any::<Index>(), how in 0..3_u8) {
        let mut evidence = if how == 1 { without_cell(&evidence, &cell) } else { evidence };
        if how == 2 {
            let member = whose.get(&evidence.members).reference.clone();
            evidence.records.push(attributed(&member, 9_999, more, Verdict::Review));
        }
        let found = assess(&evidence, &PACK);
        for screening in &found.screening {
            let open = screening.state == Certainty::Open;
            prop_assert_eq!(open, screening.decides.is_some(), "{:?} of {:?}", screening, found.open_facts);
        }
    }

    #[test]
    fn what_is_certain_before_an_answer_stays_so_after_it(evidence in household(), cell in any::<Index>()) {
        let (earlier, later) = (assess(&without_cell(&evidence, &cell), &PACK), assess(&evidence, &PACK));
        for screening in earlier.screening.iter().filter(|screening| screening.state != Certainty::Open) {
            let after = state(&later, &screening.outcome);
            prop_assert_eq!(screening.state, after, "{}", screening.outcome);
        }
        all_within(&earlier.totals, &later.totals)?;
    }

    #[test]
    fn a_doubt_resolved_either_way_stays_within_its_bounds(evidence in household(), more in any_record(), whose in any::<Index>(), theirs in any::<bool>()) {
        let member = whose.get(&evidence.members).reference.clone();
        let with = |verdict| {
            let mut copy = evidence.clone();
            copy.records.push(attributed(&member, 9_999, more.clone(), verdict));
            assess(&copy, &PACK).totals
        };
        let (doubtful, settled) = (with(Verdict::Review), with(if theirs { Verdict::Match } else { Verdict::No }));
        all_within(&doubtful, &settled)?;
    }

    #[test]
    fn absurd_amounts_silence_their_cell(evidence in household(), amount in select(vec![i64::MAX, i64::MIN, i64::MAX / 100])) {
        let mut absurd = evidence;
        // What somebody owns who is no member is not asked about.
        absurd.records.retain(|row| !matches!(row.record.detail, Detail::Death { .. } | Detail::Custody { .. }));
        let member = absurd.members[0].reference.clone();
        absurd.members[0].declared.income.push(DeclaredIncome { class: IncomeClass::Wage, annual_yuan: Fen(i64::MAX), informal: true });
        let given = ("finance", account(AccountKind::Deposit, Fen(amount), Fen(amount)));
        absurd.records.push(attributed(&member, 9_999, given, Verdict::Match));
        let found = assess(&absurd, &PACK);
        prop_assert_eq!(found.totals.financial.at_most, None);
        prop_assert!(found.open_facts.iter().any(|fact| fact.fact == "source:finance"));
    }
}
