//! An authorisation is taken back: nobody reads what was answered from that moment, and no one person alone has it destroyed.

use super::deciding::{case_with_held, supervisor, with_role, work};
use super::withdrawing::case_of_two;
use super::*;
use crate::audit::{Action, Actor, Event, VerifierKey, verify_log};
use crate::auth::Role;
use crate::config::Disclosure;
use crate::store::{DocumentKind, StoreError};
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
        verifier.refuse_approval(&supervisor("one"), &approval, Some("不可")).await,
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
async fn what_a_second_person_refuses_to_destroy_is_stored_and_opens_to_nobody() {
    let (house, verifier, case, approval) = withdrawn().await;
    work(&house, &verifier).await;
    let there = house.store.count_documents(case).await.unwrap();
    let unsaid = verifier.refuse_approval(&supervisor("two"), &approval, None).await;
    assert!(matches!(unsaid, Err(DecideError::Faults(_))), "{unsaid:?}");
    let refused = verifier.refuse_approval(&supervisor("two"), &approval, Some("纪委正在核查")).await.unwrap();
    assert_eq!(refused.status, "refused");
    let shown = verifier.approval(&supervisor("three"), &approval).await.unwrap();
    assert_eq!(shown.refused_because.as_deref(), Some("纪委正在核查"));
    let less = Caller { disclosure: Disclosure::Amounts, ..supervisor("three") };
    assert_eq!(verifier.approval(&less, &approval).await.unwrap().refused_because, None, "it may tell of the evidence");
    house.pass(100 * 3600);
    let now = *house.now.lock().unwrap();
    assert!(house.store.to_destroy(now, None, 10).await.unwrap().is_empty());
    assert_eq!(house.store.count_documents(case).await.unwrap(), there + 1, "all of it, with the reason");
    assert!(matches!(draft(&verifier, case).await, Err(ReadError::Erased)));
    assert!(house.store.documents_of(case, DocumentKind::Evidence).await.unwrap().is_empty());
    assert_eq!(house.said(case, "tax").await, "skipped withdrawn", "nobody is asked all the same");
    sound(&house).await;

    // whoever may withdraw asks again; those who entered the withdrawal or ask now are no second person
    let anew = verifier.ask_again(&with_role("clerk", Role::Caseworker), &approval).await.unwrap();
    assert_eq!(anew.lapses_at, now.checked_add(jiff::SignedDuration::from_hours(72)).unwrap().to_string());
    let twice = verifier.ask_again(&supervisor("two"), &approval).await;
    assert!(matches!(twice, Err(DecideError::AlreadyAsked)), "{twice:?}");
    for same in ["one", "clerk"] {
        let same = verifier.agree(&supervisor(same), &anew.approval).await;
        assert!(matches!(same, Err(DecideError::SamePerson)), "{same:?}");
    }
    verifier.agree(&supervisor("two"), &anew.approval).await.unwrap();
    assert!(house.store.count_documents(case).await.unwrap() < there, "keys are destroyed");
    let done = verifier.ask_again(&supervisor("two"), &approval).await;
    assert!(matches!(done, Err(DecideError::NotOpen)), "{done:?}");
    sound(&house).await;
}

#[tokio::test]
async fn what_a_system_asks_for_again_takes_two_supervisors() {
    let (_house, verifier, _, approval) = withdrawn().await;
    verifier.refuse_approval(&supervisor("two"), &approval, Some("另案")).await.unwrap();
    let system = Caller { is_system: true, ..with_role("system", Role::Caseworker) };
    let anew = verifier.ask_again(&system, &approval).await.unwrap().approval;
    assert_eq!(verifier.agree(&supervisor("two"), &anew).await.unwrap().status, "open");
    assert_eq!(verifier.agree(&supervisor("three"), &anew).await.unwrap().status, "agreed");
}

#[tokio::test]
async fn what_nobody_refuses_in_time_is_destroyed() {
    let (house, verifier, case, approval) = withdrawn().await;
    work(&house, &verifier).await;
    let destroy = async || {
        let now = *house.now.lock().unwrap();
        let event = Event::new(&Actor::service(), Action::EvidenceDestroyed).case(case);
        let (_, destroyed) = house.log.append_with(vec![event], Store::destroying(case, now)).await.unwrap();
        (house.store.to_destroy(now, None, 10).await.unwrap(), destroyed.unwrap())
    };
    house.pass(71 * 3600);
    assert_eq!(destroy().await, (Vec::new(), false), "somebody may still refuse");
    house.pass(3600);
    let over = *house.now.lock().unwrap();
    assert_eq!(house.store.to_destroy(over, None, 10).await.unwrap(), [case]);
    let (left, destroyed) = destroy().await;
    assert!(left.is_empty() && destroyed);
    let late = verifier.refuse_approval(&supervisor("two"), &approval, Some("不可")).await;
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
async fn each_withdrawal_asks_for_what_it_locked_alone() {
    let (house, verifier, agriculture, case) = case_of_two().await;
    let id = case.to_string();
    let objection =
        NewObjection { version: 1, sources: vec![agriculture.key()], record: None, statement: "不是我的".into() };
    verifier.object(&caller(), &id, objection).await.unwrap();
    work(&house, &verifier).await;
    verifier.hear(&caller(), &id, None, "家中情况").await.unwrap();
    let heard = house.store.heard(case, 2).await.unwrap()[0].document;
    let asked = async || verifier.approvals(&supervisor("two"), true, None, 10).await.unwrap().items;
    let is_kept = async |document| house.store.keeps(document).await;

    verifier.withdraw(&supervisor("one"), &id, "m1", "本人撤回").await.unwrap();
    let first = asked().await.remove(0).id;
    verifier.refuse_approval(&supervisor("two"), &first, Some("另案调查")).await.unwrap();
    work(&house, &verifier).await;
    let later = house.store.get_version(case, None).await.unwrap().report_document;
    verifier.withdraw(&supervisor("four"), &id, "m2", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    let [second] = &asked().await[..] else { panic!("one is asked for") };
    assert!(second.may_agree);
    let shown =
        async |who| verifier.approvals(&supervisor(who), true, None, 10).await.unwrap().items.remove(0).may_agree;
    assert!(!shown("one").await && !shown("four").await, "who entered a withdrawal of the case is told so");
    for same in ["one", "four"] {
        let same = verifier.agree(&supervisor(same), &second.id).await;
        assert!(matches!(same, Err(DecideError::SamePerson)), "{same:?}");
    }
    verifier.agree(&supervisor("two"), &second.id).await.unwrap();
    assert!(!is_kept(later).await, "the draft that told of the second member is gone");
    assert!(is_kept(heard).await, "what was locked with the first is there");
    assert!(matches!(house.store.get_document(heard).await, Err(StoreError::Erased { .. })), "and opens to nobody");
    assert!(verifier.objections(&caller(), &id).await.unwrap().iter().all(|one| one.withdrawn));
    sound(&house).await;

    let anew = verifier.ask_again(&supervisor("two"), &first).await.unwrap().approval;
    verifier.agree(&supervisor("three"), &anew).await.unwrap();
    assert!(!is_kept(heard).await);
    sound(&house).await;
}

#[tokio::test]
async fn a_lock_taken_off_in_the_database_is_found() {
    let (house, verifier, case, approval) = withdrawn().await;
    work(&house, &verifier).await;
    verifier.refuse_approval(&supervisor("two"), &approval, Some("另案")).await.unwrap();
    sound(&house).await;
    let found = async || {
        let log = verify_log(&house.store, &[VerifierKey::of(&house.keys.log_signer())], &[]).await.unwrap();
        log.rows.faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let one = "SELECT id FROM documents WHERE locked_in IS NOT NULL AND kind = 'report' LIMIT 1";
    super::reading::change(&house, format!("UPDATE documents SET locked_in = NULL WHERE id = ({one})")).await;
    assert!(draft(&verifier, case).await.is_ok(), "whoever has the database opens it");
    let said = found().await;
    assert!(
        said.iter().any(|fault| fault.starts_with(&format!("table documents, row of case {case}, column locked_in"))),
        "{said:?}"
    );
    super::reading::change(&house, "UPDATE approvals SET state = 'open' WHERE state = 'refused'".to_owned()).await;
    let said = found().await;
    assert!(
        said.iter().any(|fault| fault.contains(&format!("table approvals, row {approval}, column state"))),
        "{said:?}"
    );
}

async fn sound(house: &House) {
    let log = verify_log(&house.store, &[VerifierKey::of(&house.keys.log_signer())], &[]).await.unwrap();
    assert!(log.sound(), "{:?}", log.rows.faults);
}
