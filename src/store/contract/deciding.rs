//! What people decide, and what takes a second person.

use super::*;
use crate::store::{
    ApprovalFilter, ApprovalKind, ApprovalState, CaseState, DecisionKind, Effect, Hand, Hands, Locking, NewApproval,
    NewDecision, Withdrawal,
};

pub(super) fn decision(case: Uuid, version: u32, kind: DecisionKind) -> NewDecision {
    NewDecision {
        kind,
        case_id: case,
        version,
        decided_by: "one".into(),
        at: at(5),
        document: document(DocumentKind::Review),
    }
}

pub(super) fn approval(case: Uuid, kind: ApprovalKind, lapses_at: Timestamp) -> NewApproval {
    NewApproval {
        id: Uuid::now_v7(),
        kind,
        case_id: case,
        version: Some(1),
        asked_by: "one".into(),
        asked_for: "township-1".into(),
        at: at(3),
        lapses_at,
        hours: None,
        withdrawn_in: None,
        document: document(DocumentKind::Approval),
    }
}

pub(super) fn hand(by: &str, when: Timestamp, agrees: bool) -> Hand {
    Hand { by: by.into(), role: "supervisor".into(), at: when, agrees, reason: None }
}

async fn apply(store: &Store, case: Uuid, effect: Effect<()>) -> Result<(), StoreError> {
    store.apply(effect, vec![receipt(case)]).await
}

/// A case whose first final version stands.
pub(super) async fn reported(store: &Store) -> Uuid {
    let id = running(store, at(0)).await;
    let version = version(1, true, VersionReason::First, at(1));
    store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await.unwrap();
    id
}

pub(super) async fn a_decision_has_its_case_worked_on_again(backend: impl Backend) {
    let store = backend.open().await;
    let id = reported(&store).await;
    let stale = apply(&store, id, Store::deciding(decision(id, 2, DecisionKind::Review))).await;
    assert!(matches!(stale, Err(StoreError::VersionOutOfOrder { expected: 1, offered: 2, .. })));
    assert!(store.decisions(id).await.unwrap().is_empty() && store.get_case(id).await.unwrap().reopened_for.is_none());
    apply(&store, id, Store::deciding(decision(id, 1, DecisionKind::Review))).await.unwrap();
    let case = store.get_case(id).await.unwrap();
    assert_eq!((case.state, case.reopened_for), (CaseState::Running, Some(DecisionKind::Review)));
    assert_eq!(store.decisions(id).await.unwrap().len(), 1);
    let worker = taken_up(&store, at(6)).await;
    // a word that comes meanwhile takes the case from its worker
    apply(&store, id, Store::deciding(decision(id, 1, DecisionKind::Review))).await.unwrap();
    let reviewed = || version(2, true, VersionReason::Review, at(7));
    let lost = store.add_version(&receipt(id), id, &worker, reviewed(), CaseState::Final).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost { .. })));
    let worker = taken_up(&store, at(8)).await;
    store.add_version(&receipt(id), id, &worker, reviewed(), CaseState::Final).await.unwrap();
    let case = store.get_case(id).await.unwrap();
    assert_eq!((case.state, case.reopened_for, case.latest_version), (CaseState::Final, None, Some(2)));
    let foreign =
        store.apply(Store::deciding(decision(id, 2, DecisionKind::Review)), vec![receipt(Uuid::now_v7())]).await;
    assert!(matches!(foreign, Err(StoreError::WrongReceipt { .. })));
}

pub(super) async fn an_objection_has_its_departments_asked_anew(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let (tax, entry) = ask(id, "tax", 1);
    let (health, other) = ask(id, "health", 2);
    plan(&store, &receipt(id), &lease(id), vec![(tax, entry), (health, other)], at(1)).await.unwrap();
    let answers = ["tax", "health"].map(|key| answer(key, AnswerKind::NoRecord, at(2)));
    record(&store, &receipt(id), &lease(id), answers.to_vec()).await.unwrap();
    let first = version(1, true, VersionReason::First, at(3));
    store.add_version(&receipt(id), id, &lease(id), first, CaseState::Final).await.unwrap();
    let objection = decision(id, 1, DecisionKind::Objection);
    apply(&store, id, Store::objecting(objection, vec![source("tax")])).await.unwrap();
    let tax = cell(&store, id, "tax").await;
    assert_eq!((tax.kind, tax.evidence_document, tax.told_in, tax.planned_at), (None, None, None, at(5)));
    assert_eq!(cell(&store, id, "health").await.kind, Some(AnswerKind::NoRecord));
    assert_eq!(store.get_case(id).await.unwrap().reopened_for, Some(DecisionKind::Objection));
}

pub(super) async fn a_silent_source_is_asked_anew_and_no_answer_is_touched(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let (tax, entry) = ask(id, "tax", 1);
    let (health, other) = ask(id, "health", 2);
    plan(&store, &receipt(id), &lease(id), vec![(tax, entry), (health, other)], at(1)).await.unwrap();
    let silent = CellAnswer { why: Some("timeout".into()), ..answer("tax", AnswerKind::Unavailable, at(2)) };
    let answers = vec![silent, answer("health", AnswerKind::NoRecord, at(2))];
    record(&store, &receipt(id), &lease(id), answers).await.unwrap();
    let first = version(1, true, VersionReason::First, at(3));
    store.add_version(&receipt(id), id, &lease(id), first, CaseState::Final).await.unwrap();
    let word = || decision(id, 1, DecisionKind::AskedAgain);
    let answered = apply(&store, id, Store::asking_source_again(word(), source("health"))).await;
    assert!(matches!(answered, Err(StoreError::MovedOn { .. })), "{answered:?}");
    assert!(store.decisions(id).await.unwrap().is_empty(), "nothing has changed");
    apply(&store, id, Store::asking_source_again(word(), source("tax"))).await.unwrap();
    let tax = cell(&store, id, "tax").await;
    assert_eq!((tax.kind, tax.why, tax.told_in, tax.planned_at), (None, None, None, at(5)));
    assert_eq!(cell(&store, id, "health").await.kind, Some(AnswerKind::NoRecord));
    let case = store.get_case(id).await.unwrap();
    assert_eq!((case.state, case.reopened_for), (CaseState::Running, Some(DecisionKind::AskedAgain)));
}

/// That a member takes the authorisation back, as the case stands: everything is locked that tells of everybody, and what is named.
pub(super) async fn withdrawal(
    store: &Store,
    case: Uuid,
    whole: &[Uuid],
    replaced: Vec<(Uuid, SealedDocument)>,
) -> Withdrawal {
    let seen = store.open_documents(case).await.unwrap();
    let tells = seen.iter().filter(|document| document.tells).map(|document| document.id);
    Withdrawal {
        decision: decision(case, 1, DecisionKind::Withdrawal),
        member: member("m1"),
        organisation: "township-1".into(),
        number: tag(7),
        locking: Locking { whole: tells.chain(whole.iter().copied()).collect(), seen, replaced },
        destruction: NewApproval { version: None, ..approval(case, ApprovalKind::Destruction, at(50)) },
    }
}

async fn is_shut(store: &Store, document: Uuid) -> bool {
    matches!(store.get_document(document).await, Err(StoreError::Erased { .. }))
}

pub(super) async fn a_withdrawn_number_is_known_in_its_organisation_alone(backend: impl Backend) {
    let store = backend.open().await;
    let id = reported(&store).await;
    let (taken_back, late) =
        (withdrawal(&store, id, &[], Vec::new()).await, withdrawal(&store, id, &[], Vec::new()).await);
    let draft = store.get_version(id, None).await.unwrap();
    apply(&store, id, Store::withdrawing(taken_back)).await.unwrap();
    assert_eq!(store.withdrawn("township-1", &[tag(6), tag(7)]).await.unwrap(), [tag(7)]);
    assert!(store.withdrawn("township-2", &[tag(7)]).await.unwrap().is_empty());
    assert!(store.withdrawn("township-1", &[]).await.unwrap().is_empty());
    assert!(is_shut(&store, draft.report_document).await && is_shut(&store, draft.evidence_document).await);
    let stale = apply(&store, id, Store::withdrawing(late)).await;
    assert!(matches!(stale, Err(StoreError::MovedOn { .. })), "{stale:?}");
    let early = taken_up(&store, at(6)).await;
    let later = decision(id, 1, DecisionKind::Objection);
    apply(&store, id, Store::objecting(later, vec![])).await.unwrap();
    let lost = store.fail_case(&receipt(id), &early, "no_pack", at(6)).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost { .. })), "a word entered since is followed");
    let left = taken_up(&store, at(6)).await;
    store.fail_case(&receipt(id), &left, "no_pack", at(7)).await.unwrap();
    let given_up = store.get_case(id).await.unwrap();
    assert_eq!((given_up.state, given_up.failure.as_deref()), (CaseState::Final, Some("no_pack")), "its report stands");
    assert_eq!(given_up.reopened_for, None);
}

pub(super) async fn words_about_whoever_withdrew_go_and_that_they_were_said_stays(backend: impl Backend) {
    let store = backend.open().await;
    let id = reported(&store).await;
    let (alone, shared) = (decision(id, 1, DecisionKind::Review), decision(id, 1, DecisionKind::Review));
    let documents = [alone.document.id, shared.document.id];
    apply(&store, id, Store::deciding(alone)).await.unwrap();
    apply(&store, id, Store::deciding(shared)).await.unwrap();
    let said = document(DocumentKind::Objection);
    let heard = said.id;
    store.apply(Store::hearing(id, 1, said, at(5)), vec![receipt(id)]).await.unwrap();
    let before = store.decisions(id).await.unwrap();
    let standing = document(DocumentKind::Review);
    let taken_back = withdrawal(&store, id, &documents[..1], vec![(documents[1], standing.clone())]).await;
    apply(&store, id, Store::withdrawing(taken_back)).await.unwrap();
    for gone in [documents[0], documents[1], heard] {
        assert!(is_shut(&store, gone).await);
    }
    assert!(store.get_document(standing.id).await.is_ok());
    let after = store.decisions(id).await.unwrap();
    let mut moved = before.iter().map(|row| row.document).collect::<Vec<_>>();
    moved.iter_mut().filter(|id| **id == documents[1]).for_each(|id| *id = standing.id);
    let reviews = after.iter().filter(|row| row.kind == DecisionKind::Review).map(|row| row.document);
    assert_eq!(reviews.collect::<std::collections::BTreeSet<_>>(), moved.into_iter().collect());
    assert_eq!(store.heard(id, 1).await.unwrap().len(), 1, "that the family was heard");
}

pub(super) async fn what_is_refused_stays_locked_until_it_is_asked_for_again(backend: impl Backend) {
    let store = backend.open().await;
    let id = reported(&store).await;
    let taken_back = withdrawal(&store, id, &[], Vec::new()).await;
    let (asked, draft) = (taken_back.destruction.clone(), store.get_version(id, None).await.unwrap().report_document);
    apply(&store, id, Store::withdrawing(taken_back)).await.unwrap();
    let there = store.count_documents(id).await.unwrap();
    let again = |at, lapses_at| {
        let anew = approval(id, ApprovalKind::Destruction, lapses_at);
        NewApproval { at, version: None, withdrawn_in: Some(0), ..anew }
    };
    let early = apply(&store, id, Store::asking_again(again(at(6), at(90)))).await;
    assert!(matches!(early, Err(StoreError::AlreadyAsked { .. })), "{early:?}");
    let row = store.approval(asked.id).await.unwrap();
    assert_eq!((row.withdrawn_in, row.withdrawn_by.as_slice()), (Some(0), &["one".to_owned()][..]));
    let reason = document(DocumentKind::Approval);
    let refusing = Hand { reason: Some(reason.id), ..hand("two", at(7), false) };
    apply(&store, id, Store::raising_hand(row, refusing, Hands::Refuse(Some(Box::new(reason.clone()))))).await.unwrap();
    assert_eq!(store.approval(asked.id).await.unwrap().hands[0].reason, Some(reason.id));
    assert!(store.get_document(reason.id).await.is_ok());
    assert!(store.to_destroy(at(1000), None, 10).await.unwrap().is_empty(), "however long");
    assert!(!store.apply(Store::destroying(id, at(1000)), vec![receipt(id)]).await.unwrap());
    assert!(is_shut(&store, draft).await);
    assert_eq!(store.count_documents(id).await.unwrap(), there + 1, "it is there, and nobody opens it");
    let other =
        apply(&store, id, Store::asking_again(NewApproval { withdrawn_in: Some(9), ..again(at(8), at(90)) })).await;
    assert!(matches!(other, Err(StoreError::NotOpen { .. })), "of no withdrawal: {other:?}");
    apply(&store, id, Store::asking_again(again(at(8), at(90)))).await.unwrap();
    assert!(store.to_destroy(at(89), None, 10).await.unwrap().is_empty(), "the time begins anew");
    assert_eq!(store.to_destroy(at(90), None, 10).await.unwrap(), [id]);
    assert!(store.to_destroy(at(90), Some(id), 10).await.unwrap().is_empty());
    assert!(store.apply(Store::destroying(id, at(90)), vec![receipt(id)]).await.unwrap());
    assert!(!store.keeps(draft).await && store.keeps(reason.id).await);
    assert!(store.to_destroy(at(90), None, 10).await.unwrap().is_empty());
    let late = apply(&store, id, Store::asking_again(again(at(91), at(99)))).await;
    assert!(matches!(late, Err(StoreError::NotOpen { .. })), "it is done: {late:?}");
}

pub(super) async fn an_approval_closes_once(backend: impl Backend) {
    let store = backend.open().await;
    let id = reported(&store).await;
    let asked = approval(id, ApprovalKind::Review, at(100));
    let approval_id = asked.id;
    apply(&store, id, Store::asking(asked)).await.unwrap();
    let twice = apply(&store, id, Store::asking(approval(id, ApprovalKind::Review, at(100)))).await;
    assert!(matches!(twice, Err(StoreError::AlreadyAsked { .. })));
    let row = store.approval(approval_id).await.unwrap();
    assert_eq!((row.state, row.organisation.as_str(), row.hands.len()), (ApprovalState::Open, "township-1", 0));
    let stale = decision(id, 9, DecisionKind::Review);
    let moved = Hands::Agree { until: None, decision: Some(Box::new(stale)) };
    let refused = apply(&store, id, Store::raising_hand(row.clone(), hand("two", at(4), true), moved)).await;
    assert!(matches!(refused, Err(StoreError::VersionOutOfOrder { .. })));
    assert_eq!(store.approval(approval_id).await.unwrap(), row, "nothing of it stands");

    let agree = |who: &'static str| {
        let then = Hands::Agree { until: None, decision: Some(Box::new(decision(id, 1, DecisionKind::Review))) };
        Store::raising_hand(row.clone(), hand(who, at(4), true), then)
    };
    let (first, second) = tokio::join!(apply(&store, id, agree("two")), apply(&store, id, agree("three")));
    assert_eq!([&first, &second].iter().filter(|outcome| outcome.is_ok()).count(), 1, "{first:?} {second:?}");
    assert!([first, second].iter().any(|outcome| matches!(outcome, Err(StoreError::NotOpen { .. }))));
    assert_eq!(store.decisions(id).await.unwrap().len(), 1);
    let row = store.approval(approval_id).await.unwrap();
    assert_eq!((row.state, row.hands.len()), (ApprovalState::Agreed, 1));
    let anew = approval(id, ApprovalKind::Review, at(100));
    let anew_id = anew.id;
    apply(&store, id, Store::asking(anew)).await.unwrap();
    let worker = taken_up(&store, at(6)).await;
    let reviewed = version(2, true, VersionReason::Review, at(7));
    store.add_version(&receipt(id), id, &worker, reviewed, CaseState::Final).await.unwrap();
    assert_eq!(store.approval(anew_id).await.unwrap().state, ApprovalState::Void, "the report is another one");
}

pub(super) async fn what_lapsed_is_agreed_to_by_nobody(backend: impl Backend) {
    let store = backend.open().await;
    let id = reported(&store).await;
    let asked = approval(id, ApprovalKind::Inspection, at(10));
    let approval_id = asked.id;
    apply(&store, id, Store::asking(asked)).await.unwrap();
    let row = store.approval(approval_id).await.unwrap();
    let open = |now, kinds| ApprovalFilter { open_at: Some(now), kinds, limit: 10, ..ApprovalFilter::default() };
    let listed = async |now, kinds| store.list_approvals(&open(now, kinds)).await.unwrap().len();
    assert_eq!(listed(at(9), vec![ApprovalKind::Inspection]).await, 1);
    assert_eq!(listed(at(9), vec![ApprovalKind::Erasure]).await, 0);
    assert_eq!(listed(at(10), Vec::new()).await, 0);
    let late = Hands::Agree { until: Some(at(50)), decision: None };
    let late = apply(&store, id, Store::raising_hand(row.clone(), hand("two", at(10), true), late)).await;
    assert!(matches!(late, Err(StoreError::NotOpen { .. })));
    let anew = approval(id, ApprovalKind::Inspection, at(100));
    let anew_id = anew.id;
    apply(&store, id, Store::asking(NewApproval { at: at(11), ..anew })).await.unwrap();
    assert_eq!(store.approval(approval_id).await.unwrap().state, ApprovalState::Void, "what lapsed is closed");
    let row = store.approval(anew_id).await.unwrap();
    apply(&store, id, Store::raising_hand(row, hand("two", at(12), true), Hands::More)).await.unwrap();
    assert!(store.inspection(id, "one", at(13)).await.unwrap().is_none(), "one hand opens nothing");
    let row = store.approval(anew_id).await.unwrap();
    let granted = Hands::Agree { until: Some(at(50)), decision: None };
    apply(
        &store,
        id,
        Store::raising_hand(row, Hand { role: "security_admin".into(), ..hand("three", at(13), true) }, granted),
    )
    .await
    .unwrap();
    assert!(store.inspection(id, "one", at(49)).await.unwrap().is_some());
    assert!(store.inspection(id, "one", at(50)).await.unwrap().is_none());
    assert!(store.inspection(id, "two", at(49)).await.unwrap().is_none());
}
