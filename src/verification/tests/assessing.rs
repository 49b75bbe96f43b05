//! Assessments are entered or not answered; rules are replaced whole, and only once the change is in the log.

use super::*;
use crate::audit::{Action, Leaf, Outcome};
use crate::household::Region;
use crate::store::LogFilter;
use crate::store::faults::Fault;
use crate::verification::SubmitError;

const EVIDENCE: &[u8] = include_bytes!("../../../examples/evidence.json");

async fn entries(house: &House) -> Vec<Leaf> {
    let found = house.store.search_log(&LogFilter { limit: 99, ..LogFilter::default() }).await.unwrap();
    found.iter().map(|stored| Leaf::parse(&stored.leaf.bytes).unwrap()).collect()
}

async fn assess(verifier: &Verifier) -> Result<(), SubmitError> {
    verifier.assess_supplied(&caller(), bytes::Bytes::from_static(EVIDENCE)).await.map(drop)
}

#[tokio::test]
async fn what_could_not_be_entered_is_entered_later_and_nobody_is_answered_meanwhile() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    for _ in 0..3 {
        assess(&verifier).await.unwrap();
    }
    assert!(entries(&house).await.is_empty(), "no call waits for its own entry");
    house.store.plan_faults(&[Fault::Lost]);
    assert!(verifier.enter_tallies(false).await.is_err());
    assert!(matches!(assess(&verifier).await, Err(SubmitError::Closed)));
    assert!(matches!(verifier.refuse_assessment(&caller(), "too_large"), Err(SubmitError::Closed)));
    verifier.enter_tallies(false).await.unwrap();
    let made = entries(&house).await;
    let counts: Vec<_> = made.iter().map(|leaf| (leaf.event.action, leaf.event.outcome, leaf.event.count)).collect();
    assert_eq!(counts, [(Action::Assessed, Outcome::Done, Some(3))]);
    assess(&verifier).await.unwrap();
    verifier.enter_tallies(true).await.unwrap();
    assert_eq!(entries(&house).await.len(), 2);
    assert!(matches!(assess(&verifier).await, Err(SubmitError::Closed)), "after the last entry there is no other");
}

#[tokio::test]
async fn a_second_token_of_a_caller_leaves_the_entry_without_one() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let mut caller = caller();
    for (token, known) in [("11", true), ("11", true), ("22", false)] {
        caller.token_hash = token.repeat(32);
        verifier.assess_supplied(&caller, bytes::Bytes::from_static(EVIDENCE)).await.unwrap();
        if token == "11" {
            continue;
        }
        verifier.enter_tallies(false).await.unwrap();
        let leaf = &entries(&house).await[0];
        assert_eq!((leaf.event.actor.token_sha256.is_some(), leaf.event.count), (known, Some(3)));
    }
}

/// Huining's packs with another standard.
fn other_packs() -> Packs {
    let (name, text) = Packs::embedded_files()[3];
    Packs::over_embedded(&[(name, text.replace("623.00", "700.00").as_str())]).unwrap()
}

#[tokio::test]
async fn other_rules_are_in_force_once_the_change_is_in_the_log() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let (region, day) = (Region("620422".into()), jiff::civil::date(2026, 11, 1));
    let in_force = || verifier.0.rules.packs().resolve(&region, day).unwrap();
    let before = in_force();
    assert!(!verifier.replace_packs(Packs::embedded()).await.unwrap(), "the same values are no change");
    house.store.plan_faults(&[Fault::Lost]);
    assert!(verifier.replace_packs(other_packs()).await.is_err());
    assert_eq!(in_force().hash(), before.hash());
    assert!(entries(&house).await.is_empty());
    assert!(verifier.replace_packs(other_packs()).await.unwrap());
    let made = entries(&house).await;
    let expected = (Action::SettingsChanged, Some(other_packs().fingerprint()));
    assert_eq!((made[0].event.action, made[0].event.detail_sha256), expected);
    assert_ne!(in_force().hash(), before.hash());
    assert_eq!(before.rules().standard_urban.value.to_string(), "623.00", "who resolved a pack keeps it");
}

#[tokio::test]
async fn packs_with_problems_leave_the_last_good_ones_until_others_are_good() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    assert_eq!(verifier.rules_state().policy, "current");
    verifier.keep_packs((1..=7).map(|line| format!("huining.toml:{line}:1: wrong")).collect());
    let state = verifier.rules_state();
    assert_eq!((state.policy, state.policy_problems, state.policy_first_problems.len()), ("last_good", 7, 5));
    assert_eq!(verifier.not_ready().await, [""; 0], "the service goes on");
    verifier.replace_packs(Packs::embedded()).await.unwrap();
    assert_eq!(verifier.rules_state().policy, "current");
}
