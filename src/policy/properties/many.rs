//! Households on a roll come out as they do alone; the one question asked is answered as the assessment answers it.

use proptest::prelude::*;

use super::generated::{PACK, household};
use crate::household::*;
use crate::policy::assessment::Certainty;
use crate::policy::roll::TOGETHER;
use crate::policy::simulate::Standing;
use crate::policy::{Household, Packs, Roll, Row, answer, assess, outcomes};

/// Registers of persons tell of people who are not on the roll.
fn is_register(detail: &Detail) -> bool {
    matches!(detail, Detail::Registration { .. } | Detail::Marriage { .. })
}

fn row(attributed: &Attributed) -> Row<'_> {
    let Attributed { source, record, .. } = attributed;
    Row { source, number: &record.number, detail: &record.detail }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_a_roll_as_alone(households in proptest::collection::vec(household(), 1..5)) {
        let mut roll = Roll::default();
        // more than are judged together: the room of the first is that of the last
        let entered = || households.iter().cycle().take(TOGETHER + households.len());
        entered().for_each(|evidence| roll.push(evidence));
        let earlier = Packs::embedded().resolve(&households[0].region, "2025-06-01".parse().unwrap()).unwrap();
        for pack in [&PACK, &earlier, &PACK] {
            let found: Vec<_> = roll.outcomes(pack).collect();
            prop_assert_eq!(found.len(), TOGETHER + households.len());
            for (found, evidence) in found.iter().zip(entered()) {
                prop_assert_eq!(found, &outcomes(evidence, pack));
            }
            for (found, evidence) in found.iter().zip(&households) {
                let in_full = assess(evidence, pack);
                let states: Vec<Certainty> = in_full.screening.iter().map(|screening| screening.state).collect();
                prop_assert_eq!(found.states.to_vec(), states);
                prop_assert_eq!(Standing::of_outcomes(found), Standing::of(&in_full));
            }
        }
    }

    #[test]
    fn from_rows_as_from_evidence(mut evidence in household()) {
        // rows know of no obligors
        evidence.obligors.clear();
        evidence.records.retain(|row| row.verdict == Verdict::Match && !is_register(&row.record.detail));
        // whoever is on a roll is somebody: of evidence, a register says so
        let whole = super::generated::evidence(evidence.members.clone(), evidence.records.clone(), evidence.registered_as);
        let mut roll = Roll::with_capacity(1, evidence.members.len());
        let (purpose, registered_as, as_of) = (evidence.purpose, evidence.registered_as, evidence.as_of);
        let people = evidence.members.iter().map(|facts| {
            let own = evidence.records.iter().filter(move |row| row.member == facts.reference);
            (facts, own.map(row))
        });
        roll.add(&Household { purpose, registered_as, as_of, silent: &[] }, people);
        prop_assert_eq!(roll.outcomes(&PACK).next(), Some(outcomes(&whole, &PACK)));
    }

    #[test]
    fn what_is_not_known_of_rows_is_never_certain(mut evidence in household()) {
        evidence.records.clear();
        let mut roll = Roll::default();
        let (purpose, registered_as, as_of) = (evidence.purpose, evidence.registered_as, evidence.as_of);
        let nothing = |facts| (facts, std::iter::empty());
        roll.add(&Household { purpose, registered_as, as_of, silent: &InfoClass::ALL }, evidence.members.iter().map(nothing));
        let found = roll.outcomes(&PACK).next().unwrap();
        prop_assert!(found.states.iter().all(|state| *state == Certainty::Open), "{:?}", found);
    }

    #[test]
    fn the_answer_is_part_of_the_assessment(mut evidence in household(), purpose in 0..5_usize) {
        let asked = [
            (Purpose::DibaoApplication, Some("dibao")),
            (Purpose::TekunApplication, Some("tekun")),
            (Purpose::MarginalApplication, Some("dibao_marginal")),
            (Purpose::RigidExpenditureApplication, Some("rigid_expenditure")),
            (Purpose::TemporaryRelief, None),
        ];
        let (purpose, outcome) = asked[purpose];
        evidence.purpose = purpose;
        let (answered, whole) = (answer(&evidence, &PACK), assess(&evidence, &PACK));
        prop_assert_eq!(answered.income, whole.income);
        prop_assert_eq!(answered.deductions, whole.deductions);
        prop_assert_eq!(answered.property, whole.property);
        let same = whole.screening.into_iter().find(|screening| outcome == Some(&*screening.outcome));
        prop_assert_eq!(answered.outcome, same);
    }
}

/// Amounts that 32-bit floats cannot hold (20,000,001 becomes 20,000,000) or print (68,212,208 becomes 68,212,210).
#[test]
fn large_amounts_are_kept_to_the_fen() {
    let wage = |yuan| {
        let (from, to) = ("2025-11-01".parse().unwrap(), "2026-10-31".parse().unwrap());
        let (item, gross) = (TaxItem::Wage, Fen::from_yuan(yuan));
        let (cost, tax, social_insurance, paid_on, payer) = (None, None, None, None, None);
        ("tax", Detail::TaxedIncome { item, from, to, gross, cost, tax, social_insurance, paid_on, payer })
    };
    let members = vec![super::generated::member(0, 1980, None), super::generated::member(1, 1980, None)];
    let records = [68_212_208, 20_000_001].into_iter().enumerate().map(|(whose, yuan)| {
        super::generated::attributed(&members[whose].reference, whose, wage(yuan), Verdict::Match)
    });
    let evidence = super::generated::evidence(members.clone(), records.collect(), RegisteredAs::Urban);
    let found = assess(&evidence, &PACK);
    let lines: Vec<String> = found.income.iter().map(|line| line.counted.to_string()).collect();
    assert_eq!(lines, ["68212208.00", "20000001.00"]);
    assert_eq!(found.totals.income.so_far.to_string(), "88212209.00");
    assert_eq!(found.totals.income.at_most, Some(Fen(8_821_220_900)));
}
