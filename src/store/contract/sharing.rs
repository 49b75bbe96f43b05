//! Two processes with one database: PostgreSQL only.

use std::collections::BTreeSet;
use std::time::Duration;

pub(super) use super::crossing::{
    processes_that_cross_at_one_case_never_lock_each_other, whoever_waits_for_a_case_holds_nothing_of_it,
};
use super::postgres::Postgres;
use super::*;
use crate::household::Lane;
use crate::store::{CaseFilter, CaseState, IdempotencyKey, LogHead, PreparedLeaf, PublishedCheckpoint};

const LEASE: Duration = Duration::from_secs(30);

pub(super) async fn two_processes_never_share_a_case(backend: Postgres) {
    let stores = [backend.open().await, backend.open().await];
    for second in 0..40 {
        accepted(&stores[0], at(second)).await;
    }
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let store = stores[worker % 2].clone();
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                // What another is just claiming is passed over: there may be more when it is done.
                while store.next_wake(&Lane::ALL).await.unwrap().is_some_and(|wake| wake <= at(100)) {
                    let case = store.claim_next(&format!("w{worker}"), &Lane::ALL, at(100), LEASE).await.unwrap();
                    claimed.extend(case.map(|case| case.case.id));
                }
                claimed
            })
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), 40);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 40);
}

fn leaf(of: usize) -> PreparedLeaf {
    let columns = crate::store::LeafColumns {
        id: Uuid::now_v7(),
        at: at(0),
        actor: format!("clerk-{of}"),
        organisation: "township-1".into(),
        action: "search".into(),
        case_id: None,
        subject_tag: None,
        source: None,
    };
    PreparedLeaf { bytes: vec![1; 50], hash: [1; 32], columns }
}

pub(super) async fn appends_of_two_processes_follow_each_other(backend: Postgres) {
    let stores = [backend.open().await, backend.open().await];
    let writers: Vec<_> = (0..40)
        .map(|number| {
            let store = stores[number % 2].clone();
            tokio::spawn(async move {
                let mut tx = store.log_tx().await.unwrap();
                let size = tx.head().size + 1;
                let head = LogHead { size, root: [2; 32], frontier: vec![[1; 32]], checkpoint: None };
                tx.append(&[leaf(number)], &[], head).await.unwrap();
                tx.commit().await.unwrap()[0].index()
            })
        })
        .collect();
    let mut indices = BTreeSet::new();
    for writer in writers {
        indices.insert(writer.await.unwrap());
    }
    assert_eq!(indices.into_iter().collect::<Vec<_>>(), (0..40).collect::<Vec<_>>(), "the empty log's first too");
    assert_eq!(stores[0].log_head().await.unwrap().size, 40);
}

pub(super) async fn retries_at_two_processes_make_one_case(backend: Postgres) {
    let stores = [backend.open().await, backend.open().await];
    for round in 0..5 {
        let key = IdempotencyKey { key_tags: vec![tag(round)], body_macs: vec![[1; 32]], expires_at: at(3600) };
        let tries = (0..8).map(|number| {
            let case = NewCase { idempotency: Some(key.clone()), ..new_case(at(0)) };
            let store = stores[number % 2].clone();
            tokio::spawn(async move { create(&store, receipt(case.id), case).await.unwrap() })
        });
        let mut made = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            made.push(one.await.unwrap());
        }
        let new = made.iter().filter(|one| matches!(one, Created::New(_))).count();
        assert_eq!(new, 1, "{made:?}");
        let ids: BTreeSet<Uuid> = made.iter().map(|(Created::New(id) | Created::Existing(id))| *id).collect();
        assert_eq!(ids.len(), 1, "{made:?}");
    }
    assert_eq!(stores[1].list_cases(&CaseFilter::default()).await.unwrap().len(), 5);
}

pub(super) async fn one_of_two_publishes(backend: Postgres) {
    let stores = [backend.open().await, backend.open().await];
    let checkpoint = |size| PublishedCheckpoint { size, root: [1; 32], note: format!("n{size}"), published_at: at(0) };
    let mut last = None;
    for round in 0..10 {
        let (one, other) = (round * 10 + 1, round * 10 + 2);
        let (first, second) = tokio::join!(
            stores[0].publish_checkpoint(last, checkpoint(one)),
            stores[1].publish_checkpoint(last, checkpoint(other))
        );
        let moved = |outcome: &Result<(), StoreError>| matches!(outcome, Err(StoreError::CheckpointMoved { .. }));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(moved(&first) || moved(&second), "{first:?} {second:?}");
        last = Some(if first.is_ok() { one } else { other });
        assert_eq!(stores[0].last_checkpoint().await.unwrap().map(|found| found.size), last);
    }
}

/// Ends every session of the service.
async fn end_sessions(backend: &Postgres) {
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended: i64 = sqlx::query_scalar(end).fetch_one(&mut backend.beside().await).await.unwrap();
    assert!(ended > 0);
}

pub(super) async fn a_lost_connection_is_replaced(backend: Postgres) {
    let store = backend.open().await;
    let before = accepted(&store, at(0)).await;
    let mut held = store.log_tx().await.unwrap();
    end_sessions(&backend).await;
    let head = LogHead { size: 1, root: [2; 32], frontier: vec![[1; 32]], checkpoint: None };
    assert!(held.append(&[leaf(1)], &[], head).await.is_err(), "its connection is gone");
    drop(held);
    let after = accepted(&store, at(1)).await;
    // A connection that was used a moment ago is not asked whether it is alive: each may fail once.
    let mut failed = 0;
    while let Err(error) = store.get_case(before).await {
        assert!(matches!(error, StoreError::Database(_)), "{error}");
        failed += 1;
        assert!(failed <= 4, "every connection was replaced");
    }
    assert_eq!(store.get_case(after).await.unwrap().state, CaseState::Accepted);
    assert_eq!(store.log_head().await.unwrap().size, 0, "what was not committed is not there");
    let tx = store.log_tx().await.unwrap();
    end_sessions(&backend).await;
    assert!(tx.commit().await.is_err(), "nothing is acknowledged on a connection that is gone");
}

pub(super) async fn who_waits_for_each_other_is_done_again(backend: Postgres) {
    let store = backend.open().await;
    let mut done_again = 0;
    for round in 0..20 {
        let (one, other) = (accepted(&store, at(round)).await, accepted(&store, at(round)).await);
        let mut beside = backend.beside().await;
        let lock = |case: Uuid| sqlx::query("SELECT 1 FROM cases WHERE id = $1 FOR UPDATE").bind(case.to_string());
        let mut theirs = sqlx::Connection::begin(&mut beside).await.unwrap();
        lock(other).execute(&mut *theirs).await.unwrap();
        // Both are queued while the log holds the connection, so that they are done in one transaction.
        let held = store.log_tx().await.unwrap();
        let cancel = |case| {
            let store = store.clone();
            tokio::spawn(async move { cancel(&store, case, at(1)).await })
        };
        let first = cancel(one);
        while store.queued() < 1 {
            tokio::task::yield_now().await;
        }
        let second = cancel(other);
        while store.queued() < 2 {
            tokio::task::yield_now().await;
        }
        let commit = tokio::spawn(held.commit());
        // Once the service waits for `other`, it has `one`: now each waits for the other's.
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let mut watcher = backend.beside().await;
        while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut watcher).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        let theirs_got = lock(one).execute(&mut *theirs).await;
        theirs.rollback().await.unwrap();
        commit.await.unwrap().unwrap();
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
        for case in [one, other] {
            assert_eq!(store.get_case(case).await.unwrap().state, CaseState::Cancelled);
        }
        done_again += u32::from(theirs_got.is_ok());
        if done_again > 0 {
            return;
        }
    }
    panic!("the server always broke off the other session");
}

pub(super) async fn an_aborted_transaction_is_never_acknowledged(backend: Postgres) {
    let store = backend.open().await;
    let case = accepted(&store, at(0)).await;
    let outcome = store
        .write(move |tx| {
            Box::pin(async move {
                crate::store::cases::lock(tx, case).await?;
                let ignored = crate::store::db::query("SELECT 1 / 0").execute(tx).await;
                assert!(ignored.is_err());
                Ok(())
            })
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::Database(_))), "{outcome:?}");
    accepted(&store, at(1)).await;
}

pub(super) async fn processes_know_of_each_other(backend: Postgres) {
    let (one, other) = (backend.open().await, backend.open().await);
    let within = Duration::from_secs(600);
    let known = one.replicas(within).await.unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!(known, other.replicas(within).await.unwrap());
    assert!(known.iter().all(|replica| replica.program == env!("CARGO_PKG_VERSION")));
    other.close().await;
    assert_eq!(one.replicas(within).await.unwrap().len(), 1);
}

pub(super) async fn turns_are_given_once(backend: Postgres) {
    let (one, other) = (backend.open().await, backend.open().await);
    let hour = Duration::from_secs(3600);
    let taken = one.take_source_turns("bank", 1, 7200).await.unwrap();
    assert_eq!((taken.every, taken.count, taken.first_in), (Duration::from_secs(1), 7200, Duration::ZERO));
    let next = other.take_source_turns("bank", 1, 1).await.unwrap();
    assert!(next.first_in > hour, "after those of the other process: {next:?}");
    assert!(other.take_source_turns("bank", 1, 1).await.unwrap().first_in > next.first_in);
    assert_eq!(other.take_source_turns("tax", 3, 1).await.unwrap().first_in, Duration::ZERO, "each source for itself");
    let every = one.take_source_turns("tax", 3, 1).await.unwrap().every;
    assert_eq!(every, Duration::from_micros(333_334), "never more often than the rate");
    let folder = tempfile::tempdir().unwrap();
    let alone = Store::open(folder.path().join("data")).await.unwrap();
    assert!(matches!(alone.take_source_turns("bank", 1, 1).await, Err(StoreError::NotShared)));
}

pub(super) async fn a_running_process_outlives_an_upgrade(backend: Postgres) {
    let store = backend.open().await;
    let mut beside = backend.beside().await;
    // What it has said before is said again after the tables have changed.
    let before = accepted(&store, at(0)).await;
    assert_eq!(taken_up(&store, at(0)).await.case_id, before);
    assert!(store.cells(before).await.unwrap().is_empty());
    for step in ["ALTER TABLE cases ADD COLUMN later TEXT", "UPDATE meta SET value = '99' WHERE key = 'schema_version'"]
    {
        sqlx::query(step).execute(&mut beside).await.unwrap();
    }
    assert_eq!(store.get_case(before).await.unwrap().state, CaseState::Running);
    let id = accepted(&store, at(0)).await;
    assert_eq!(store.claim_next("w", &Lane::ALL, at(0), LEASE).await.unwrap().unwrap().case.id, id);
    for refused in [
        Store::open_shared(backend.directory(), &backend.settings()).await,
        Store::open_shared_read_only(backend.directory(), &backend.settings()).await,
    ] {
        assert!(matches!(refused, Err(StoreError::NewerSchema { found: 99, .. })), "{refused:?}");
    }
}
