//! Rules tried in a service: on the caller's own cases, one trial at a time, ended with whoever waits for it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use super::deciding::supervisor;
use super::stand_in::no_record;
use super::withdrawing::case_of_two;
use super::*;
use crate::audit::{Action, Leaf};
use crate::household::{Evidence, MemberRef, Purpose, Region, RegisteredAs};
use crate::policy::simulate::Count;
use crate::verification::archive::ArchiveError;
use crate::verification::{HandIn, MadeUp, MakeUp, TriedRules};

fn rules() -> TriedRules {
    TriedRules { before: Packs::embedded(), after: Packs::embedded(), as_of: None }
}

async fn on_kept(verifier: &Verifier, caller: &Caller, county: &str) -> Result<Count, ArchiveError> {
    let tried = verifier.trial().expect("nobody else has it").on_kept(caller, rules(), county).await;
    free(verifier).await;
    Ok(tried?.movement.shown(true).total())
}

/// Waits until the last core has let go of a trial.
async fn free(verifier: &Verifier) {
    while verifier.trial().is_none() {
        tokio::task::yield_now().await;
    }
}

/// Who had rules tried, and on how many cases.
async fn entries(house: &House) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for index in 0.. {
        let Some(stored) = house.store.leaf(index).await.unwrap() else { break };
        let event = Leaf::parse(&stored.leaf.bytes).unwrap().event;
        if event.action == Action::RulesTried {
            found.push((event.actor.subject.to_string(), event.count.unwrap()));
        }
    }
    found
}

#[tokio::test]
async fn rules_are_tried_on_cases_of_the_callers_office_and_place_alone() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    let one = supervisor("one");
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap().households, 1);
    let elsewhere = Caller { organisation: "another office".into(), ..supervisor("two") };
    assert_eq!(on_kept(&verifier, &elsewhere, "620422").await.unwrap().households, 0);
    let other_place = Caller { regions: vec!["6205".into()], ..supervisor("three") };
    assert!(matches!(on_kept(&verifier, &other_place, "620422").await, Err(ArchiveError::NotFound)));
    assert_eq!(entries(&house).await, [("one".to_owned(), 1), ("two".to_owned(), 0)], "what is refused opens nothing");
}

#[tokio::test]
async fn cases_about_the_caller_or_kin_are_never_tried() {
    let (house, _, agriculture, _) = case_of_two().await;
    let verifier = house.verifier_with(sources(&[&agriculture]), &[], &["one", "two"]);
    let [one, two] = ["one", "two"].map(supervisor);
    let registrar = Caller { organisation: String::new(), ..supervisor("registrar") };
    let registered = async |of: &str, id_number: &str| {
        let people = serde_json::json!({"people": [{"relation": "sibling", "id_number": id_number}]}).to_string();
        verifier.register_kin(&registrar, of, people.as_bytes()).await.unwrap();
    };
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap().households, 2);
    // in the household of two alone
    registered("one", super::withdrawing::OTHER).await;
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap().people, 1);
    assert_eq!(on_kept(&verifier, &two, "620422").await.unwrap().households, 2, "nobody else's kin");
    // in both
    registered("one", "110101199003070038").await;
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap(), Count::default());
    let counts: Vec<_> = entries(&house).await.into_iter().map(|(_, count)| count).collect();
    assert_eq!(counts, [2, 1, 2, 0], "the entry tells how many are opened");
}

#[tokio::test]
async fn evidence_that_is_locked_is_not_tried() {
    let (house, verifier, _, case) = case_of_two().await;
    let one = supervisor("one");
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap().households, 2, "with the one before");
    verifier.withdraw(&caller(), &case.to_string(), "m1", "本人撤回").await.unwrap();
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap().households, 1, "until there is a version without it");
    super::deciding::work(&house, &verifier).await;
    assert_eq!(on_kept(&verifier, &one, "620422").await.unwrap().people, 1 + 2, "which has the household as declared");
}

/// A household that no pack covers.
fn anybody() -> Evidence {
    Evidence {
        purpose: Purpose::DibaoApplication,
        region: Region("990101".into()),
        as_of: "2026-11-01".parse().unwrap(),
        registered_as: RegisteredAs::Urban,
        applicant: MemberRef("m1".into()),
        members: Vec::new(),
        obligors: Vec::new(),
        cells: Vec::new(),
        records: Vec::new(),
    }
}

fn county(households: u32) -> MadeUp {
    MadeUp { seed: 1, households, as_of: None, region: Region("620422".into()) }
}

#[tokio::test]
async fn a_trial_ends_with_whoever_waits_for_it_and_only_then_comes_another() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let handed_in = Arc::new(AtomicU32::new(0));
    let (ended, end) = mpsc::channel();
    let counted = Arc::clone(&handed_in);
    let without_end: Arc<MakeUp> = Arc::new(move |_: MadeUp, hand_in: &mut HandIn<'_>| {
        while hand_in(anybody()) {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        ended.send(()).expect("somebody waits");
    });
    let trial = verifier.trial().expect("nobody has it");
    assert!(verifier.trial().is_none(), "one at a time");
    let waiting = tokio::spawn(trial.on_made_up(rules(), county(1), without_end));
    while handed_in.load(Ordering::SeqCst) < 200 {
        tokio::task::yield_now().await;
    }
    assert!(verifier.trial().is_none(), "it goes on");
    waiting.abort();
    assert!(waiting.await.is_err_and(|ended| ended.is_cancelled()));
    let told = tokio::task::spawn_blocking(move || end.recv());
    told.await.unwrap().expect("no more is wanted");
    free(&verifier).await;

    let two: Arc<MakeUp> = Arc::new(|county: MadeUp, hand_in: &mut HandIn<'_>| {
        assert!((0..county.households).all(|_| hand_in(anybody())), "all are wanted");
    });
    let tried = verifier.trial().unwrap().on_made_up(rules(), county(2), two).await.unwrap();
    assert_eq!(tried.movement.not_covered, 2);
}
