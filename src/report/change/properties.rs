//! What is true of any two reports of the fixture's household.

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use super::tests::{FIRST, body_on, enter, known, settled};
use super::*;
use crate::household::*;
use crate::report::fixture::Case;

/// What may have happened to a household between two looks.
#[derive(Clone, Debug)]
pub(in crate::report) enum Happened {
    /// A record is no longer there.
    Gone(Index),
    /// Money that a record tells of is another.
    Amount(Index, i64),
    /// A department does not answer about somebody, and its records are not there.
    Silent(Index),
    /// A record is held.
    Held(Index),
    /// Deposits.
    Deposit(i64),
    /// Time went by.
    Months(i32),
}

/// Anything of these.
pub(in crate::report) fn happened() -> impl Strategy<Value = Happened> {
    prop_oneof![
        any::<Index>().prop_map(Happened::Gone),
        (any::<Index>(), 0..60_000_i64).prop_map(|(which, yuan)| Happened::Amount(which, yuan)),
        any::<Index>().prop_map(Happened::Silent),
        any::<Index>().prop_map(Happened::Held),
        (0..60_000_i64).prop_map(Happened::Deposit),
        (0..14_i32).prop_map(Happened::Months),
    ]
}

/// The fixture's household after all of it.
pub(in crate::report) fn body(all: &[Happened]) -> Body {
    let mut case = settled();
    let mut as_of = FIRST;
    for one in all {
        let records = case.evidence.records.len();
        match one {
            Happened::Gone(which) => drop(case.evidence.records.remove(which.index(records))),
            Happened::Amount(which, yuan) => amount(&mut case.evidence.records[which.index(records)], *yuan),
            Happened::Silent(which) => {
                let place = which.index(case.evidence.cells.len());
                silent(&mut case, place);
            }
            Happened::Held(which) => case.evidence.records[which.index(records)].verdict = Verdict::Review,
            Happened::Deposit(yuan) => deposit(&mut case, *yuan),
            Happened::Months(months) => as_of = YearMonth::of(as_of).plus_months(*months).first_day(),
        }
    }
    body_on(case, as_of)
}

fn amount(record: &mut Attributed, yuan: i64) {
    match &mut record.record.detail {
        Detail::TaxedIncome { gross, .. } => *gross = Fen::from_yuan(yuan),
        Detail::Pension { monthly, .. } => *monthly = Fen::from_yuan(yuan / 12),
        Detail::MedicalCost { self_paid, .. } => *self_paid = Fen::from_yuan(yuan),
        _ => {}
    }
}

fn silent(case: &mut Case, place: usize) {
    let cell = &mut case.evidence.cells[place];
    cell.outcome = CellOutcome::Unavailable { why: Failure::Timeout };
    let (member, source) = (cell.member.clone(), cell.source.clone());
    case.evidence.records.retain(|record| record.member != member || record.source != source);
}

fn deposit(case: &mut Case, yuan: i64) {
    let detail = Detail::Account {
        institution: "甲银行".to_owned(),
        account: AccountKind::Deposit,
        balance: Fen::from_yuan(yuan),
        interest_12m: Some(Fen(yuan)),
        outflow_12m: None,
        state: AccountState::Open,
    };
    let number = format!("YH-{}", case.evidence.records.len());
    enter(case, "m1", "finance", &number, detail);
}

fn some() -> impl Strategy<Value = Vec<Happened>> {
    prop::collection::vec(happened(), 0..5)
}

/// Order of everything that has none.
fn shuffled(body: &Body) -> Body {
    let mut other = body.clone();
    other.household.members.reverse();
    other.household.found.reverse();
    other.income.reverse();
    other.deductions.reverse();
    other.property.reverse();
    other.sources.reverse();
    other.screening.reverse();
    other.amounts.reverse();
    other.declared.reverse();
    other.held_for_review.reverse();
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_report_compared_with_itself_changes_nothing(all in some()) {
        let body = body(&all);
        prop_assert!(compare(&body, &body, &known()).is_empty());
    }

    #[test]
    fn the_order_of_members_and_lines_is_irrelevant(one in some(), other in some()) {
        let (before, after) = (body(&one), body(&other));
        let change = compare(&before, &after, &known());
        let again = compare(&shuffled(&before), &shuffled(&after), &known());
        prop_assert_eq!(&change.items, &again.items);
        prop_assert_eq!(&change.clock, &again.clock);
    }

    #[test]
    fn sides_swapped_swap_what_was_and_what_is(one in some(), other in some()) {
        let (before, after) = (body(&one), body(&other));
        let there = compare(&before, &after, &known()).items;
        let back = compare(&after, &before, &known()).items;
        prop_assert_eq!(there.len(), back.len());
        for item in &there {
            let who = item.who.clone().map(|who| Who { before: who.after, after: who.before });
            let other = back.iter().find(|other| other.what == item.what && other.who == who);
            let other = other.expect("the same thing changed");
            prop_assert_eq!((&item.before, &item.after), (&other.after, &other.before));
            prop_assert_eq!(item.difference, other.difference.map(|difference| -difference), "{:?}", item.what);
            prop_assert_eq!(item.slight, other.slight);
        }
    }

    #[test]
    fn a_department_that_falls_silent_moves_nothing_for_certain(
        all in some(),
        places in subsequence((0..72_usize).collect::<Vec<_>>(), 1..6),
    ) {
        let mut case = settled();
        let quiet: Vec<Happened> = all.into_iter().filter(|one| !matches!(one, Happened::Months(_))).collect();
        for one in &quiet {
            let records = case.evidence.records.len();
            match one {
                Happened::Gone(which) => drop(case.evidence.records.remove(which.index(records))),
                Happened::Amount(which, yuan) => amount(&mut case.evidence.records[which.index(records)], *yuan),
                Happened::Deposit(yuan) => deposit(&mut case, *yuan),
                _ => {}
            }
        }
        let before = { let mut same = settled(); same.evidence = case.evidence.clone(); body_on(same, FIRST) };
        let cells = case.evidence.cells.len();
        for place in places.iter().filter(|place| **place < cells) {
            silent(&mut case, *place);
        }
        let change = compare(&before, &body_on(case, FIRST), &known());
        for item in &change.items {
            let counted = !matches!(item.what, What::Declared(_) | What::Silence(_) | What::Spouse | What::Member);
            prop_assert!(!counted || item.compared != Compared::Certain, "{:?}", item);
            prop_assert!(item.difference.is_none() && item.direction == Direction::Neutral, "{:?}", item);
        }
        prop_assert!(!matches!(change.consequence,
            Consequence::MayEnd { .. } | Consequence::RaiseOrLowerAmount { .. }), "{:?}", change.consequence);
    }
}
