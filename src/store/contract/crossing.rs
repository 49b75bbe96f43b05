//! Everything that can come to one case at the same time. Whatever touches a case takes its row first, so that two that cross wait for each
//! other and never lock each other.

use std::pin::Pin;
use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use super::deciding::{approval, decision, hand, reported, withdrawal};
use super::postgres::Postgres;
use super::*;
use crate::store::{ApprovalKind, CaseState, DecisionKind, Hands, IdempotencyKey, NewSubscription};

/// Rounds, each with a case of its own.
const ROUNDS: u8 = 12;
/// No step of a test takes as long: what does, waits for ever.
const FOREVER: Duration = Duration::from_secs(60);

type Step = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// A case with a report, of which two approvals are open, to be decided on and to be erased; it is at rest, or a worker makes its next version.
async fn contested(store: &Store, at_rest: bool) -> (Uuid, Option<Lease>) {
    let id = reported(store).await;
    for kind in [ApprovalKind::Review, ApprovalKind::Erasure] {
        store.apply(Store::asking(approval(id, kind, at(100))), vec![receipt(id)]).await.unwrap();
    }
    if at_rest {
        return (id, None);
    }
    store.apply(Store::deciding(decision(id, 1, DecisionKind::Review)), vec![receipt(id)]).await.unwrap();
    let lease = taken_up(store, at(5)).await;
    assert_eq!(lease.case_id, id);
    (id, Some(lease))
}

/// What can come to a case, one of each kind.
async fn steps(store: &Store, (id, held): &(Uuid, Option<Lease>), round: u8) -> Vec<Step> {
    let (id, held) = (*id, held.clone());
    let open = crate::store::ApprovalFilter { case_id: Some(id), limit: 10, ..Default::default() };
    let approvals = store.list_approvals(&open).await.unwrap();
    let of = |kind| approvals.iter().find(|approval| approval.kind == kind).expect("open").clone();
    let (review, erasure) = (of(ApprovalKind::Review), of(ApprovalKind::Erasure));
    let apply = |effect| -> Step {
        let store = store.clone();
        Box::pin(async move { store.apply(effect, vec![receipt(id)]).await })
    };
    let word = |kind| decision(id, 1, kind);
    let agreed = Hands::Agree { until: None, decision: Some(Box::new(word(DecisionKind::Review))) };
    let settle: Step = {
        let store = store.clone();
        Box::pin(async move {
            let claimed = match held {
                Some(lease) => Some(lease),
                None => store.claim_next("worker", &Lane::ALL, at(8), FOREVER).await?.map(|claimed| claimed.lease),
            };
            let Some(lease) = claimed else { return Ok(()) };
            let answers = vec![answer("bank", AnswerKind::NoRecord, at(10)), answer("tax", AnswerKind::Found, at(10))];
            record(&store, &receipt(lease.case_id), &lease, answers).await?;
            let next = version(2, true, VersionReason::Review, at(11));
            store.add_version(&receipt(lease.case_id), lease.case_id, &lease, next, CaseState::Final).await
        })
    };
    let submit: Step = {
        let store = store.clone();
        let key = IdempotencyKey { key_tags: vec![tag(round)], body_macs: vec![[1; 32]], expires_at: at(3600) };
        let case = NewCase { idempotency: Some(key), household_tags: vec![tag(round)], ..new_case(at(9)) };
        Box::pin(async move { create(&store, receipt(case.id), case).await.map(drop) })
    };
    let subscribe: Step = {
        let store = store.clone();
        let (id, first_at, created_at) = (Uuid::now_v7(), at(1000), at(9));
        let (case_id, client, every_days, until) = (review.case_id, None, 30, None);
        let new = NewSubscription { id, case_id, client, every_days, first_at, until, created_at };
        Box::pin(async move { store.apply(Store::subscribing(new), vec![receipt(case_id)]).await.map(drop) })
    };
    let withdraw: Step = {
        let store = store.clone();
        Box::pin(async move {
            let withdrawal = withdrawal(&store, id, &[], Vec::new()).await;
            store.apply(Store::withdrawing(withdrawal), vec![receipt(id)]).await
        })
    };
    vec![
        apply(Store::deciding(word(DecisionKind::Review))),
        submit,
        apply(Store::raising_hand(review.clone(), hand("two", at(9), true), agreed)),
        settle,
        apply(Store::objecting(word(DecisionKind::Objection), vec![source("tax"), source("bank")])),
        subscribe,
        withdraw,
        apply(Store::hearing(id, 1, document(DocumentKind::Objection), at(9))),
        apply(Store::stopping(id, at(9))),
        apply(Store::asking(approval(id, ApprovalKind::Inspection, at(100)))),
        apply(Store::raising_hand(erasure, hand("two", at(9), true), Hands::Erase)),
    ]
}

/// Does steps at once; every one ends, with what a caller can be told.
async fn all_end(steps: Vec<Step>) {
    let tasks: Vec<_> = steps.into_iter().map(tokio::spawn).collect();
    for task in tasks {
        let ended = tokio::time::timeout(FOREVER, task).await.expect("nothing waits for ever").unwrap();
        assert!(!matches!(ended, Err(StoreError::Database(_) | StoreError::CommitFailed(_))), "{ended:?}");
    }
}

/// Whatever came first: what is erased is so wholly, and of what is not the request opens. Then it is out of the way of the next.
async fn is_whole(store: &Store, id: Uuid) {
    let case = store.get_case(id).await.unwrap();
    let kept = store.count_documents(id).await.unwrap();
    let opens = store.get_document(case.request_document).await.is_ok();
    let erased = case.state == CaseState::Erased;
    assert_eq!((kept == 0, !opens), (erased, erased), "{:?}: {kept} documents", case.state);
    if !case.state.at_rest() {
        cancel(store, id, at(20)).await.unwrap();
    }
}

pub(super) async fn what_crosses_at_one_case_ends(backend: impl Backend) {
    let store = backend.open().await;
    for round in 0..ROUNDS {
        let case = contested(&store, round % 2 == 0).await;
        let mut crowd = steps(&store, &case, round).await;
        crowd.extend(steps(&store, &case, round).await);
        // what comes first in one round comes later in another
        crowd.rotate_left(usize::from(round));
        all_end(crowd).await;
        is_whole(&store, case.0).await;
    }
}

/// Each step in one process with each in the other, alone in their transactions, so that the server never has to break one off.
pub(super) async fn processes_that_cross_at_one_case_never_lock_each_other(backend: Postgres) {
    let stores = [backend.open().await, backend.open().await];
    let case = contested(&stores[0], true).await;
    let count = steps(&stores[0], &case, 0).await.len();
    for at_rest in [true, false] {
        for (first, second) in (0..count).flat_map(|first| (first..count).map(move |second| (first, second))) {
            let case = contested(&stores[0], at_rest).await;
            let (mut one, mut other) = (steps(&stores[0], &case, 1).await, steps(&stores[1], &case, 1).await);
            all_end(vec![one.swap_remove(first), other.swap_remove(second)]).await;
            is_whole(&stores[0], case.0).await;
        }
    }
    for store in stores {
        store.close().await;
    }
    // what a session met is counted when it has ended
    let met = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let met: i64 = sqlx::query_scalar(met).fetch_one(&mut backend.beside().await).await.unwrap();
    assert_eq!(met, 0, "two steps locked each other");
}

/// What makes it so, whatever comes first: while somebody else has the case's row, a step waits for it with no other row of the case in hand.
pub(super) async fn whoever_waits_for_a_case_holds_nothing_of_it(backend: Postgres) {
    let store = backend.open().await;
    let (mut holder, mut beside) = (backend.beside().await, backend.beside().await);
    let tables = "SELECT table_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                  WHERE column_name = 'case_id' AND table_schema = current_schema() AND table_type = 'BASE TABLE'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut beside).await.unwrap();
    assert!(
        tables.iter().any(|table| table == "approvals") && tables.iter().any(|table| table == "cells"),
        "{tables:?}"
    );
    let mut waited = 0;
    for at_rest in [true, false] {
        let case = contested(&store, at_rest).await;
        let count = steps(&store, &case, 0).await.len();
        is_whole(&store, case.0).await;
        for number in 0..count {
            let case = contested(&store, at_rest).await;
            let step = steps(&store, &case, 2).await.swap_remove(number);
            let mut held = holder.begin().await.unwrap();
            let row = sqlx::query("SELECT 1 FROM cases WHERE id = $1 FOR UPDATE").bind(case.0.to_string());
            row.execute(&mut *held).await.unwrap();
            let task = tokio::spawn(step);
            if waits(&mut beside, &task).await {
                waited += 1;
                for table in &tables {
                    let free = format!("SELECT 1 FROM {table} WHERE case_id = $1 FOR UPDATE NOWAIT");
                    let free = sqlx::query(sqlx::AssertSqlSafe(free)).bind(case.0.to_string());
                    let free = free.fetch_all(&mut beside).await;
                    assert!(free.is_ok(), "step {number}, at rest: {at_rest}, holds rows of {table}: {free:?}");
                }
            }
            held.rollback().await.unwrap();
            let ended = tokio::time::timeout(FOREVER, task).await.expect("nothing waits for ever").unwrap();
            assert!(!matches!(ended, Err(StoreError::Database(_) | StoreError::CommitFailed(_))), "{ended:?}");
            is_whole(&store, case.0).await;
        }
    }
    assert!(waited >= 14, "most steps take the case's row: {waited}");
    store.close().await;
}

/// Waits until a step ends or waits for somebody's lock; whether it waits.
async fn waits(beside: &mut PgConnection, step: &tokio::task::JoinHandle<Result<(), StoreError>>) -> bool {
    let blocked =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while !step.is_finished() {
        let blocked: i64 = sqlx::query_scalar(blocked).fetch_one(&mut *beside).await.unwrap();
        if blocked > 0 {
            return true;
        }
    }
    false
}
