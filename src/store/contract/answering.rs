//! Cells end exactly once.

use std::time::Duration;

use super::*;
use crate::household::Lane;
use crate::store::{CaseEventKind, CaseState, CellWrite, StoreError};

pub(super) async fn a_plan_may_be_repeated(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    record(&store, &receipt(id), &lease(id), vec![answer("tax", AnswerKind::NoRecord, at(1))]).await.unwrap();
    let again = vec![ask(id, "tax", 77), ask(id, "bank", 77), ask(id, "house", 77)];
    let planned = plan(&store, &receipt(id), &lease(id), again, at(2)).await.unwrap();
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
    let sealed = first.evidence.unwrap();
    assert_eq!(record(&store, &receipt(id), &lease(id), vec![first]).await.unwrap(), [CellWrite::Written]);
    let second = answer("tax", AnswerKind::NoRecord, at(2));
    let dropped = second.evidence.unwrap();
    let writes =
        record(&store, &receipt(id), &lease(id), vec![second, answer("bank", AnswerKind::Found, at(2))]).await.unwrap();
    assert_eq!(writes, [CellWrite::AlreadyEnded, CellWrite::Written]);
    let cell = cell(&store, id, "tax").await;
    assert_eq!(
        (cell.kind, cell.answered_at, cell.evidence_document),
        (Some(AnswerKind::Found), Some(at(1)), Some(sealed))
    );
    assert_eq!(store.get_document(sealed).await.unwrap().document, evidence(sealed));
    assert!(matches!(store.get_document(dropped).await, Err(StoreError::NotFound { .. })));
    let late = record(&store, &receipt(id), &lease(id), vec![pending("tax", at(3))]).await.unwrap();
    assert_eq!(late, [CellWrite::AlreadyEnded]);
}

pub(super) async fn only_what_was_planned_is_answered(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let answers = vec![answer("tax", AnswerKind::Found, at(1)), answer("police", AnswerKind::Found, at(1))];
    let refused = record(&store, &receipt(id), &lease(id), answers).await;
    assert!(matches!(refused, Err(StoreError::NotPlanned { source_key, .. }) if source_key == "police"));
    assert_eq!(cell(&store, id, "tax").await.kind, None, "all or nothing");
    let endless = CellAnswer { deadline: None, ..pending("tax", at(1)) };
    assert!(matches!(
        record(&store, &receipt(id), &lease(id), vec![endless]).await,
        Err(StoreError::PendingIncomplete)
    ));
}

pub(super) async fn a_pending_cell_is_polled_and_wakes_its_case(backend: impl Backend) {
    let store = backend.open().await;
    let length = Duration::from_secs(30);
    let id = running(&store, at(0)).await;
    let answers = vec![answer("tax", AnswerKind::Found, at(1)), pending("bank", at(1))];
    record(&store, &receipt(id), &lease(id), answers).await.unwrap();
    let first = version(1, false, VersionReason::First, at(2));
    store.add_version(&receipt(id), id, &lease(id), first, CaseState::Waiting).await.unwrap();
    // The worker that made the version let go with it; the case sleeps until the poll.
    assert!(matches!(store.release(lease(id), None).await, Err(StoreError::LeaseLost { .. })));
    assert!(store.claim_next("w", &Lane::ALL, at(60), length).await.unwrap().is_none());
    let claimed = store.claim_next("w", &Lane::ALL, at(61), length).await.unwrap().unwrap();
    assert_eq!(claimed.case.state, CaseState::Waiting);
    let still = CellAnswer { polls: 1, evidence: None, ..pending("bank", at(61)) };
    record(&store, &receipt(id), &claimed.lease, vec![still]).await.unwrap();
    store.release(claimed.lease, None).await.unwrap();
    assert_eq!(store.next_wake(&Lane::ALL).await.unwrap(), Some(at(121)));
    let claimed = store.claim_next("w", &Lane::ALL, at(121), length).await.unwrap().unwrap();
    let found = answer("bank", AnswerKind::Found, at(122));
    record(&store, &receipt(id), &claimed.lease, vec![found]).await.unwrap();
    store.release(claimed.lease, None).await.unwrap();
    assert_eq!(
        store.claim_next("w", &Lane::ALL, at(122), length).await.unwrap().unwrap().case.id,
        id,
        "an answer wakes the case"
    );
    let bank = cell(&store, id, "bank").await;
    assert_eq!((bank.next_poll_at, bank.deadline), (None, None));
}

pub(super) async fn a_ticket_stays_until_another_answer(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let said = async |answer: CellAnswer| {
        record(&store, &receipt(id), &lease(id), vec![answer]).await.unwrap();
        cell(&store, id, "bank").await.evidence_document
    };
    let (first, second) = (pending("bank", at(1)), CellAnswer { polls: 2, ..pending("bank", at(3)) });
    let tickets = [&first, &second].map(|pending| pending.evidence);
    assert_eq!(said(first).await, tickets[0]);
    let same = CellAnswer { evidence: None, polls: 1, ..pending("bank", at(2)) };
    assert_eq!(said(same).await, tickets[0], "the ticket stays");
    assert_eq!(said(second).await, tickets[1], "another takes its place");
    assert_eq!(said(CellAnswer { evidence: None, ..answer("bank", AnswerKind::Unavailable, at(4)) }).await, None);
    let nothing_to_poll_with = CellAnswer { evidence: None, ..pending("tax", at(1)) };
    let refused = record(&store, &receipt(id), &lease(id), vec![nothing_to_poll_with]).await;
    assert!(matches!(refused, Err(StoreError::PendingIncomplete)));
}

pub(super) async fn answers_share_a_document(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let shared = document(DocumentKind::Evidence);
    let named = |key, kind| CellAnswer { evidence: Some(shared.id), ..answer(key, kind, at(1)) };
    let answers = vec![named("tax", AnswerKind::Found), named("bank", AnswerKind::NoRecord)];
    let spare = document(DocumentKind::Evidence);
    let documents = vec![shared.clone(), spare.clone()];
    store.record_answers(&receipt(id), &lease(id), answers, documents).await.unwrap();
    for key in ["tax", "bank"] {
        assert_eq!(cell(&store, id, key).await.evidence_document, Some(shared.id));
    }
    assert_eq!(store.get_document(shared.id).await.unwrap().document, shared);
    assert!(store.get_document(spare.id).await.is_err(), "what no answer names is not kept");
}

pub(super) async fn a_version_tells_of_what_ended_before_it(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let told = async || {
        let cells = store.cells(id).await.unwrap();
        cells.iter().map(|cell| cell.told_in).collect::<Vec<_>>()
    };
    let answers = vec![answer("tax", AnswerKind::Found, at(9)), pending("bank", at(9))];
    record(&store, &receipt(id), &lease(id), answers).await.unwrap();
    // The clock went back between answer and version: what counts is the order of writing.
    let first = version(1, false, VersionReason::First, at(2));
    store.add_version(&receipt(id), id, &lease(id), first, CaseState::Waiting).await.unwrap();
    assert_eq!(told().await, [None, Some(1), Some(1)], "m1/bank, m1/tax, m2/bank");
    let (late, again) = (answer("bank", AnswerKind::Found, at(1)), taken_up(&store, at(69)).await);
    record(&store, &receipt(id), &again, vec![late]).await.unwrap();
    assert_eq!(told().await, [None, Some(1), Some(1)], "news, whatever the clock says");
    let bank = cell(&store, id, "bank").await;
    assert_eq!(bank.speaks_for, Some(vec!["wage".to_owned(), "financial".to_owned()]));
}

pub(super) async fn events_have_no_gaps(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let answers = vec![answer("tax", AnswerKind::Found, at(1)), answer("bank", AnswerKind::Unavailable, at(1))];
    record(&store, &receipt(id), &lease(id), answers).await.unwrap();
    let first = version(1, true, VersionReason::First, at(2));
    store.add_version(&receipt(id), id, &lease(id), first, CaseState::Final).await.unwrap();
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
