//! Leases: one worker a case, taken over when it dies.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::store::{CaseState, StoreError};

const LEASE: Duration = Duration::from_secs(30);

pub(super) async fn the_longest_waiting_is_claimed_first(backend: impl Backend) {
    let store = backend.open().await;
    let late = accepted(&store, at(10)).await;
    let early = accepted(&store, at(5)).await;
    assert_eq!(store.next_wake().await.unwrap(), Some(at(5)));
    assert!(store.claim_next("w", at(4), LEASE).await.unwrap().is_none());
    let claimed = store.claim_next("w", at(20), LEASE).await.unwrap().unwrap();
    assert_eq!((claimed.case.id, claimed.case.state, claimed.resumed), (early, CaseState::Running, false));
    assert_eq!(store.claim_next("w", at(20), LEASE).await.unwrap().unwrap().case.id, late);
    assert!(store.claim_next("w", at(20), LEASE).await.unwrap().is_none());
    assert_eq!(store.next_wake().await.unwrap(), Some(at(50)), "when the leases run out");
}

pub(super) async fn a_lease_that_ran_out_is_taken_and_lost(backend: impl Backend) {
    let store = backend.open().await;
    let id = accepted(&store, at(0)).await;
    let mut first = store.claim_next("one", at(0), LEASE).await.unwrap().unwrap().lease;
    store.renew_lease(&mut first, at(20), LEASE).await.unwrap();
    assert!(store.claim_next("two", at(40), LEASE).await.unwrap().is_none(), "renewed until 50");
    let second = store.claim_next("two", at(50), LEASE).await.unwrap().unwrap();
    assert!(second.resumed);
    assert_eq!((second.case.id, second.lease.fence), (id, 2));
    assert!(matches!(store.renew_lease(&mut first, at(51), LEASE).await, Err(StoreError::LeaseLost { .. })));
    assert!(matches!(store.release(first, None).await, Err(StoreError::LeaseLost { .. })));
    store.release(second.lease, Some(at(90))).await.unwrap();
    assert!(store.claim_next("one", at(89), LEASE).await.unwrap().is_none());
    let third = store.claim_next("two", at(90), LEASE).await.unwrap().unwrap();
    assert_eq!(third.lease.fence, 3, "the same worker's earlier lease is not this one");
}

pub(super) async fn workers_never_share_a_case(backend: impl Backend) {
    let store = backend.open().await;
    for second in 0..40 {
        accepted(&store, at(second)).await;
    }
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                while let Some(case) = store.claim_next(&format!("w{worker}"), at(100), LEASE).await.unwrap() {
                    claimed.push(case.case.id);
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

pub(super) async fn a_case_at_rest_is_claimed_by_nobody(backend: impl Backend) {
    let store = backend.open().await;
    let cancelled = accepted(&store, at(0)).await;
    store.cancel_case(&receipt(cancelled), cancelled, at(1)).await.unwrap();
    let failed = accepted(&store, at(0)).await;
    let mut lease = store.claim_next("w", at(1), LEASE).await.unwrap().unwrap().lease;
    store.fail_case(&receipt(failed), failed, "evidence_lost", at(2)).await.unwrap();
    assert!(store.claim_next("w", at(1000), LEASE).await.unwrap().is_none());
    assert!(matches!(store.renew_lease(&mut lease, at(3), LEASE).await, Err(StoreError::LeaseLost { .. })));
    assert_eq!(store.get_case(failed).await.unwrap().failure.as_deref(), Some("evidence_lost"));
    assert!(matches!(
        store.cancel_case(&receipt(failed), failed, at(3)).await,
        Err(StoreError::IllegalTransition { from: CaseState::Failed, to: CaseState::Cancelled, .. })
    ));
    store.reopen_case(&receipt(failed), failed, at(4)).await.unwrap();
    let again = store.claim_next("w", at(4), LEASE).await.unwrap().unwrap();
    assert_eq!((again.case.id, again.case.state, again.case.failure), (failed, CaseState::Running, None));
    assert!(store.reopen_case(&receipt(cancelled), cancelled, at(4)).await.is_err());
}
