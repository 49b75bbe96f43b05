//! A department that gave no answer is asked once more: really, under the authorisations as they stand, and another version follows.

use super::deciding::work;
use super::stand_in::{no_record, pending};
use super::*;
use crate::audit::{Leaf, VerifierKey, verify_log};
use crate::household::{Answer, AnswerKind, Failure};
use crate::store::faults::Fault;
use crate::store::{CaseState, LogFilter, VersionReason};
use crate::verification::DecideError;

fn unavailable() -> Does {
    Does::Answers(Answer::Unavailable { why: Failure::SourceError })
}

/// A final case of which the tax office gave no answer.
async fn case_with_a_gap() -> (House, Verifier, Arc<StandIn>, Arc<StandIn>, Uuid) {
    let house = House::new().await;
    let tax = StandIn::speaking("tax", &["wage"], unavailable());
    let vehicles = StandIn::speaking("vehicles", &["vehicle"], Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax, &vehicles]), &[]);
    let case = accepted(&verifier).await;
    work(&house, &verifier).await;
    assert_eq!((house.case(case).await.state, tax.asked()), (CaseState::Final, 1));
    (house, verifier, tax, vehicles, case)
}

async fn kind_of(house: &House, case: Uuid, source: &SourceKey) -> Option<AnswerKind> {
    let cells = house.store.cells(case).await.unwrap();
    cells.into_iter().find(|cell| cell.source == *source).expect("a cell").kind
}

#[tokio::test]
async fn a_department_without_an_answer_is_asked_once_more_and_no_other() {
    let (house, verifier, tax, vehicles, case) = case_with_a_gap().await;
    let id = case.to_string();
    tax.now(Does::Answers(no_record()));
    verifier.ask_source_again(&caller(), &id, &tax.key()).await.unwrap();
    let twice = verifier.ask_source_again(&caller(), &id, &tax.key()).await;
    assert!(matches!(twice, Err(DecideError::State(CaseState::Running))), "it is at work");
    work(&house, &verifier).await;
    assert_eq!((tax.asked(), vehicles.asked()), (2, 1));
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (2, VersionReason::AskedAgain, true));
    assert_eq!(kind_of(&house, case, &tax.key()).await, Some(AnswerKind::NoRecord));
    let filter = LogFilter { actions: vec!["asked_again".into()], limit: 10, ..LogFilter::default() };
    let entries = house.store.search_log(&filter).await.unwrap();
    let event = Leaf::parse(&entries[0].leaf.bytes).unwrap().event;
    assert_eq!((entries.len(), event.source, event.version), (1, Some(tax.key()), Some(1)));
    let answered = verifier.ask_source_again(&caller(), &id, &tax.key()).await;
    let unasked = verifier.ask_source_again(&caller(), &id, &key("health")).await;
    for refused in [answered, unasked] {
        assert!(matches!(refused, Err(DecideError::Faults(faults)) if faults[0].code == "not_unanswered"));
    }
    let log = verify_log(&house.store, &[VerifierKey::of(&house.keys.log_signer())], &[]).await.unwrap();
    assert!(log.sound(), "what stands in the store is what the log says: {:?}", log.rows.faults);
}

#[tokio::test]
async fn one_that_is_still_silent_is_told_of_and_may_be_asked_again() {
    let (house, verifier, tax, _, case) = case_with_a_gap().await;
    let id = case.to_string();
    for version in [2, 3] {
        verifier.ask_source_again(&caller(), &id, &tax.key()).await.unwrap();
        work(&house, &verifier).await;
        assert_eq!(house.store.get_version(case, None).await.unwrap().number, version);
    }
    tax.now(pending());
    verifier.ask_source_again(&caller(), &id, &tax.key()).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(house.case(case).await.latest_version, Some(3), "who takes time has said nothing yet");
    tax.now(Does::Answers(no_record()));
    house.pass(3600);
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (4, VersionReason::AskedAgain, true));
}

#[tokio::test]
async fn an_authorisation_that_was_taken_back_since_is_not_used() {
    let (house, verifier, tax, _, case) = case_with_a_gap().await;
    let id = case.to_string();
    let other = accepted(&verifier).await;
    work(&house, &verifier).await;
    let before = tax.asked();
    // in another case of the office, under the same authorisation
    verifier.withdraw(&caller(), &other.to_string(), "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    tax.now(Does::Answers(no_record()));
    verifier.ask_source_again(&caller(), &id, &tax.key()).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(tax.asked(), before, "nobody is asked");
    assert_eq!(kind_of(&house, case, &tax.key()).await, Some(AnswerKind::Skipped));
    assert_eq!(house.store.get_version(case, None).await.unwrap().number, 2, "and the report says so");
}

#[tokio::test]
async fn nobody_is_asked_while_the_log_cannot_be_written() {
    let (house, verifier, tax, _, case) = case_with_a_gap().await;
    house.store.plan_faults(&[Fault::Lost]);
    let closed = verifier.ask_source_again(&caller(), &case.to_string(), &tax.key()).await;
    assert!(matches!(closed, Err(DecideError::Closed)));
    work(&house, &verifier).await;
    assert_eq!((tax.asked(), house.case(case).await.latest_version), (1, Some(1)));
}
