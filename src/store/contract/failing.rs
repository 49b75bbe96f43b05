//! Loss of power, failing commits, failing neighbours.

use super::*;
use crate::store::faults::Fault;
use crate::store::{CaseFilter, CaseState, StoreError};

pub(super) async fn what_is_acknowledged_survives(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    for round in 0..30 {
        accepted(&store, at(round)).await;
        if round % 10 == 5 {
            let survivor = backend.after_power_loss();
            let again = survivor.open().await;
            let filter = CaseFilter { limit: 1000, ..CaseFilter::default() };
            assert_eq!(again.list_cases(&filter).await.unwrap().len() as i64, round + 2);
            assert_eq!(again.cells(id).await.unwrap(), store.cells(id).await.unwrap());
            again.close().await;
        }
    }
    let before = store.get_case(id).await.unwrap();
    let store_id = store.id().await.unwrap();
    store.close().await;
    let again = backend.open().await;
    assert_eq!(again.get_case(id).await.unwrap(), before);
    assert_eq!(again.id().await.unwrap(), store_id);
}

pub(super) async fn a_failed_commit_is_unknown_and_whole(backend: impl Backend) {
    let store = backend.open().await;
    for (fault, durable) in [(Fault::Lost, false), (Fault::Durable, true)] {
        let case = new_case(at(0));
        store.plan_faults(&[fault]);
        let error = create(&store, receipt(case.id), case.clone()).await.unwrap_err();
        assert!(error.outcome_unknown(), "{error}");
        assert_eq!(store.get_case(case.id).await.is_ok(), durable);
        assert_eq!(store.get_document(case.request.id).await.is_ok(), durable);
        assert_eq!(!store.case_events(case.id, 0, 9).await.unwrap().is_empty(), durable);
    }
    store.plan_faults(&[Fault::Begin]);
    let case = new_case(at(0));
    assert!(!create(&store, receipt(case.id), case.clone()).await.unwrap_err().outcome_unknown());
    accepted(&store, at(0)).await;
}

pub(super) async fn one_failure_takes_nothing_with_it(backend: impl Backend) {
    let store = backend.open().await;
    let tries: Vec<_> = (0..60)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let id = accepted(&store, at(number)).await;
                if number % 3 == 0 {
                    let version = version(9, true, VersionReason::Review, at(number));
                    let refused = store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await;
                    assert!(matches!(refused, Err(StoreError::LeaseLost { .. })));
                }
                id
            })
        })
        .collect();
    for one in tries {
        let id = one.await.unwrap();
        assert_eq!(store.get_case(id).await.unwrap().state, CaseState::Accepted);
        assert!(store.list_versions(id).await.unwrap().is_empty());
    }
}

pub(super) async fn writers_share_commits(backend: impl Backend) {
    let store = backend.open().await;
    let before = store.commits();
    let tries: Vec<_> = (0..100)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { accepted(&store, at(number)).await })
        })
        .collect();
    for one in tries {
        one.await.unwrap();
    }
    let commits = store.commits() - before;
    assert!(commits < 50, "{commits} commits for 100 cases");
}

pub(super) async fn who_brings_too_much_waits(backend: impl Backend) {
    use crate::store::writer::QUEUE;
    let store = backend.open().await;
    let held = store.log_tx().await.unwrap();
    let purge = |_| {
        let store = store.clone();
        tokio::spawn(async move { store.purge_idempotency(at(0)).await })
    };
    let calls: Vec<_> = (0..QUEUE + 50).map(purge).collect();
    while store.queued() < QUEUE {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
        assert_eq!(store.queued(), QUEUE, "no more is taken than can be held");
    }
    drop(held);
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 0, "and everything is done in the end");
    }
}

pub(super) async fn who_comes_as_it_closes_is_told(backend: impl Backend) {
    for _ in 0..20 {
        let store = backend.open().await;
        let calls: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { while store.purge_idempotency(at(0)).await.is_ok() {} })
            })
            .collect();
        tokio::task::yield_now().await;
        store.close().await;
        for call in calls {
            call.await.unwrap();
        }
    }
}
