//! An authorisation is taken back: nobody reads what was answered from that moment, and no one person alone has it destroyed.

use super::deciding::{case_with_held, supervisor, with_role, work};
use super::withdrawing::case_of_two;
use super::*;
use crate::audit::{Action, Actor, Event, VerifierKey, verify_log};
use crate::auth::Role;
use crate::store::DocumentKind;
use crate::verification::{DecideError, NewObjection, ReadError, ReportForm};

/// A case whose member's authorisation one supervisor took back, and the approval that asks whether what was answered goes.
async fn withdrawn() -> (House, Verifier, Uuid, String) {
    let (house, verifier, _, _, case) = case_with_held().await;
    verifier.withdraw(&supervisor("one"), &case.to_string(), "m1", "本人撤回").await.unwrap();
    let page = verifier.approvals(&supervisor("two"), true, None, 10).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].kind.as_str()), (1, "destruction"));
    (house, verifier, case, page.items[0].id.clone())
}

async fn draft(verifier: &Verifier, case: Uuid) -> Result<(), ReadError> {
    verifier.report(&caller(), &case.to_string(), Some(1), ReportForm::Json).await.map(drop)
}

#[tokio::test]
async fn nobody_reads_what_was_answered_and_it_is_there_until_a_second_person_agrees() {
    let (house, verifier, case, approval) = withdrawn().await;
    assert!(matches!(draft(&verifier, case).await, Err(ReadError::Erased)), "at once, before another version is made");
    let before = house.store.count_documents(case).await.unwrap();
    work(&house, &verifier).await;
    assert!(house.store.count_documents(case).await.unwrap() > before, "a version more, and no key less");
    assert!(house.store.documents_of(case, DocumentKind::Evidence).await.unwrap().is_empty());
    assert!(matches!(draft(&verifier, case).await, Err(ReadError::Erased)));
    for refused in [
        verifier.agree(&supervisor("one"), &approval).await,
        verifier.refuse_approval(&supervisor("one"), &approval).await,
    ] {
        assert!(matches!(refused, Err(DecideError::SamePerson)), "{refused:?}");
    }
    let there = house.store.count_documents(case).await.unwrap();
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    assert!(house.store.count_documents(case).await.unwrap() < there, "keys are destroyed");
    assert!(matches!(draft(&verifier, case).await, Err(ReadError::Erased)));
    assert!(report(&verifier, case).await.body.version > 1, "the version without it stands");
    sound(&house).await;
}

#[tokio::test]
async fn what_a_second_person_refuses_to_destroy_opens_again() {
    let (house, verifier, case, approval) = withdrawn().await;
    work(&house, &verifier).await;
    let there = house.store.count_documents(case).await.unwrap();
    verifier.refuse_approval(&supervisor("two"), &approval).await.unwrap();
    draft(&verifier, case).await.unwrap();
    house.pass(100 * 3600);
    let now = *house.now.lock().unwrap();
    assert!(house.store.to_destroy(now, 10).await.unwrap().is_empty());
    assert_eq!(house.store.count_documents(case).await.unwrap(), there);
    assert_eq!(house.said(case, "tax").await, "skipped not_authorised", "nobody is asked all the same");
}

#[tokio::test]
async fn what_nobody_refuses_in_time_is_destroyed() {
    let (house, verifier, case, approval) = withdrawn().await;
    work(&house, &verifier).await;
    let destroy = async || {
        let now = *house.now.lock().unwrap();
        let event = Event::new(&Actor::service(), Action::EvidenceDestroyed).case(case);
        let (_, destroyed) = house.log.append_with(vec![event], Store::destroying(case, now)).await.unwrap();
        (house.store.to_destroy(now, 10).await.unwrap(), destroyed.unwrap())
    };
    house.pass(71 * 3600);
    assert_eq!(destroy().await, (Vec::new(), false), "somebody may still refuse");
    house.pass(3600);
    let over = *house.now.lock().unwrap();
    assert_eq!(house.store.to_destroy(over, 10).await.unwrap(), [case]);
    let (left, destroyed) = destroy().await;
    assert!(left.is_empty() && destroyed);
    let late = verifier.refuse_approval(&supervisor("two"), &approval).await;
    assert!(matches!(late, Err(DecideError::NotOpen)), "{late:?}");
    assert!(matches!(draft(&verifier, case).await, Err(ReadError::Erased)));
}

#[tokio::test]
async fn what_a_systems_account_takes_back_takes_two_supervisors() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let system = Caller { is_system: true, ..with_role("system", Role::Caseworker) };
    verifier.withdraw(&system, &case.to_string(), "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    let page = verifier.approvals(&supervisor("two"), true, None, 10).await.unwrap();
    let approval = &page.items[0].id;
    let there = house.store.count_documents(case).await.unwrap();
    assert_eq!(verifier.agree(&supervisor("two"), approval).await.unwrap().status, "open");
    let twice = verifier.agree(&supervisor("two"), approval).await;
    assert!(matches!(twice, Err(DecideError::SamePerson)), "{twice:?}");
    assert_eq!(house.store.count_documents(case).await.unwrap(), there);
    assert_eq!(verifier.agree(&supervisor("three"), approval).await.unwrap().status, "agreed");
    assert!(house.store.count_documents(case).await.unwrap() < there);
    sound(&house).await;
}

#[tokio::test]
async fn a_second_withdrawal_asks_anew_and_a_refusal_brings_words_back() {
    let (house, verifier, agriculture, case) = case_of_two().await;
    let id = case.to_string();
    let objection =
        NewObjection { version: 1, sources: vec![agriculture.key()], record: None, statement: "不是我的".into() };
    verifier.object(&caller(), &id, objection).await.unwrap();
    work(&house, &verifier).await;
    verifier.hear(&caller(), &id, "家中情况").await.unwrap();
    for member in ["m1", "m2"] {
        verifier.withdraw(&supervisor("one"), &id, member, "本人撤回").await.unwrap();
        work(&house, &verifier).await;
    }
    let gone = async || verifier.objections(&caller(), &id).await.unwrap().iter().all(|one| one.withdrawn);
    assert!(gone().await);
    let page = verifier.approvals(&supervisor("two"), false, None, 10).await.unwrap();
    let status: Vec<_> = page.items.iter().map(|item| item.status.as_str()).collect();
    assert_eq!(status, ["open", "void"], "one is asked for both");
    verifier.refuse_approval(&supervisor("two"), &page.items[0].id).await.unwrap();
    assert!(!gone().await, "what was said is there again");
    let heard = house.store.heard(case, 2).await.unwrap();
    assert!(!heard.is_empty());
    house.store.get_document(heard[0].document).await.unwrap();
    sound(&house).await;
}

async fn sound(house: &House) {
    let log = verify_log(&house.store, &[VerifierKey::of(&house.keys.log_signer())], &[]).await.unwrap();
    assert!(log.sound(), "{:?}", log.rows.faults);
}
