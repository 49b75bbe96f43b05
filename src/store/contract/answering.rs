//! Cells end exactly once.

use std::time::Duration;

use super::*;
use crate::store::{CaseEventKind, CaseState, CellWrite, StoreError};

pub(super) async fn a_plan_may_be_repeated(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    store.record_answers(&receipt(id), id, vec![answer("tax", AnswerKind::NoRecord, at(1))]).await.unwrap();
    let ask = |key| NewCell { member_ref: member("m1"), source: source(key), plan: Plan::Ask { leaf_index: 77 } };
    let planned = store.plan_cells(&receipt(id), id, vec![ask("tax"), ask("bank"), ask("house")], at(2)).await.unwrap();
    assert_eq!(planned, 1);
    assert_eq!(cell(&store, id, "tax").await.kind, Some(AnswerKind::NoRecord));
    assert_eq!(cell(&store, id, "bank").await.leaf_index, Some(1));
    assert_eq!(cell(&store, id, "house").await.leaf_index, Some(77));
    let skipped = store.cells(id).await.unwrap().into_iter().find(|cell| cell.member_ref == member("m2")).unwrap();
    assert!(skipped.ended());
    assert_eq!((skipped.why.as_deref(), skipped.leaf_index), (Some("no_identifier"), None));
}

pub(super) async fn an_ended_cell_never_changes(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let first = answer("tax", AnswerKind::Found, at(1));
    let evidence = first.evidence.clone().unwrap();
    assert_eq!(store.record_answers(&receipt(id), id, vec![first]).await.unwrap(), [CellWrite::Written]);
    let second = answer("tax", AnswerKind::NoRecord, at(2));
    let dropped = second.evidence.clone().unwrap();
    let writes =
        store.record_answers(&receipt(id), id, vec![second, answer("bank", AnswerKind::Found, at(2))]).await.unwrap();
    assert_eq!(writes, [CellWrite::AlreadyEnded, CellWrite::Written]);
    let cell = cell(&store, id, "tax").await;
    assert_eq!(
        (cell.kind, cell.answered_at, cell.evidence_document),
        (Some(AnswerKind::Found), Some(at(1)), Some(evidence.id))
    );
    assert_eq!(store.get_document(evidence.id).await.unwrap().document, evidence);
    assert!(matches!(store.get_document(dropped.id).await, Err(StoreError::NotFound { .. })));
    let late = store.record_answers(&receipt(id), id, vec![pending("tax", at(3))]).await.unwrap();
    assert_eq!(late, [CellWrite::AlreadyEnded]);
}

pub(super) async fn only_what_was_planned_is_answered(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let answers = vec![answer("tax", AnswerKind::Found, at(1)), answer("police", AnswerKind::Found, at(1))];
    let refused = store.record_answers(&receipt(id), id, answers).await;
    assert!(matches!(refused, Err(StoreError::NotPlanned { source_key, .. }) if source_key == "police"));
    assert_eq!(cell(&store, id, "tax").await.kind, None, "all or nothing");
    let endless = CellAnswer { deadline: None, ..pending("tax", at(1)) };
    assert!(matches!(store.record_answers(&receipt(id), id, vec![endless]).await, Err(StoreError::PendingIncomplete)));
}

pub(super) async fn a_pending_cell_is_polled_and_wakes_its_case(backend: impl Backend) {
    let store = backend.open().await;
    let lease = Duration::from_secs(30);
    let id = running(&store, at(0)).await;
    let answers = vec![answer("tax", AnswerKind::Found, at(1)), pending("bank", at(1))];
    store.record_answers(&receipt(id), id, answers).await.unwrap();
    store
        .add_version(&receipt(id), id, version(1, false, VersionReason::First, at(2)), CaseState::Waiting)
        .await
        .unwrap();
    // The worker that made the version lets go; the case sleeps until the poll.
    let claimed = store.claim_next("w", at(60), lease).await.unwrap();
    assert!(claimed.is_none());
    assert!(store.due_tickets(at(60), 10).await.unwrap().is_empty());
    let due = store.due_tickets(at(61), 10).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.case_id, due.ticket.as_deref())).collect::<Vec<_>>(), [(id, Some("T-1"))]);
    let claimed = store.claim_next("w", at(61), lease).await.unwrap().unwrap();
    assert_eq!(claimed.case.state, CaseState::Waiting);
    store.record_answers(&receipt(id), id, vec![pending("bank", at(61))]).await.unwrap();
    store.release(claimed.lease, None).await.unwrap();
    assert_eq!(store.next_wake().await.unwrap(), Some(at(121)));
    // An answer wakes the case at once.
    store.record_answers(&receipt(id), id, vec![answer("bank", AnswerKind::Found, at(70))]).await.unwrap();
    assert!(store.due_tickets(at(9999), 10).await.unwrap().is_empty());
    assert_eq!(store.claim_next("w", at(70), lease).await.unwrap().unwrap().case.id, id);
    let bank = cell(&store, id, "bank").await;
    assert_eq!((bank.ticket, bank.next_poll_at, bank.deadline), (None, None, None));
}

pub(super) async fn events_have_no_gaps(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let answers = vec![answer("tax", AnswerKind::Found, at(1)), answer("bank", AnswerKind::Unavailable, at(1))];
    store.record_answers(&receipt(id), id, answers).await.unwrap();
    store.add_version(&receipt(id), id, version(1, true, VersionReason::First, at(2)), CaseState::Final).await.unwrap();
    let events = store.case_events(id, 0, 100).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    let told: Vec<String> = events
        .iter()
        .map(|event| match event.kind {
            CaseEventKind::State => event.state.unwrap().to_string(),
            CaseEventKind::Answer => {
                format!(
                    "{}/{} {}",
                    event.member_ref.as_ref().unwrap(),
                    event.source.as_ref().unwrap(),
                    event.answer.unwrap().as_str()
                )
            }
            CaseEventKind::Version | CaseEventKind::Issued => format!("v{}", event.version.unwrap()),
        })
        .collect();
    let expected = ["accepted", "running", "m2/bank skipped", "m1/tax found", "m1/bank unavailable", "final", "v1"];
    assert_eq!(told, expected);
    let rest = store.case_events(id, 5, 1).await.unwrap();
    assert_eq!(rest.iter().map(|event| event.seq).collect::<Vec<_>>(), [6]);
}
