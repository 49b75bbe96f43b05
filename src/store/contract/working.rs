//! Leases: one worker a case, taken over when it dies.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::household::{AnswerKind, Lane};
use crate::store::{CaseState, NewSubscription, StoreError};

const LEASE: Duration = Duration::from_secs(30);

pub(super) async fn the_longest_waiting_is_claimed_first(backend: impl Backend) {
    let store = backend.open().await;
    let late = accepted(&store, at(10)).await;
    let early = accepted(&store, at(5)).await;
    assert_eq!(store.next_wake(&Lane::ALL).await.unwrap(), Some(at(5)));
    assert!(store.claim_next("w", &Lane::ALL, at(4), LEASE).await.unwrap().is_none());
    let claimed = store.claim_next("w", &Lane::ALL, at(20), LEASE).await.unwrap().unwrap();
    assert_eq!((claimed.case.id, claimed.case.state, claimed.resumed), (early, CaseState::Running, false));
    assert_eq!(store.claim_next("w", &Lane::ALL, at(20), LEASE).await.unwrap().unwrap().case.id, late);
    assert!(store.claim_next("w", &Lane::ALL, at(20), LEASE).await.unwrap().is_none());
    assert_eq!(store.next_wake(&Lane::ALL).await.unwrap(), Some(at(50)), "when the leases run out");
}

pub(super) async fn a_lease_that_ran_out_is_taken_and_lost(backend: impl Backend) {
    let store = backend.open().await;
    let id = accepted(&store, at(0)).await;
    let mut first = store.claim_next("one", &Lane::ALL, at(0), LEASE).await.unwrap().unwrap().lease;
    store.renew_lease(&mut first, at(20), LEASE).await.unwrap();
    assert!(store.claim_next("two", &Lane::ALL, at(40), LEASE).await.unwrap().is_none(), "renewed until 50");
    let second = store.claim_next("two", &Lane::ALL, at(50), LEASE).await.unwrap().unwrap();
    assert!(second.resumed);
    assert_eq!((second.case.id, second.lease.fence), (id, 2));
    assert!(matches!(store.renew_lease(&mut first, at(51), LEASE).await, Err(StoreError::LeaseLost { .. })));
    assert!(matches!(store.release(first, None).await, Err(StoreError::LeaseLost { .. })));
    store.release(second.lease, Some(at(90))).await.unwrap();
    assert!(store.claim_next("one", &Lane::ALL, at(89), LEASE).await.unwrap().is_none());
    let third = store.claim_next("two", &Lane::ALL, at(90), LEASE).await.unwrap().unwrap();
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
                while let Some(case) =
                    store.claim_next(&format!("w{worker}"), &Lane::ALL, at(100), LEASE).await.unwrap()
                {
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
    cancel(&store, cancelled, at(1)).await.unwrap();
    let failed = accepted(&store, at(0)).await;
    let mut lease = store.claim_next("w", &Lane::ALL, at(1), LEASE).await.unwrap().unwrap().lease;
    store.fail_case(&receipt(failed), &lease, "evidence_lost", at(2)).await.unwrap();
    assert!(store.claim_next("w", &Lane::ALL, at(1000), LEASE).await.unwrap().is_none());
    assert!(matches!(store.renew_lease(&mut lease, at(3), LEASE).await, Err(StoreError::LeaseLost { .. })));
    assert_eq!(store.get_case(failed).await.unwrap().failure.as_deref(), Some("evidence_lost"));
    assert!(matches!(
        cancel(&store, failed, at(3)).await,
        Err(StoreError::IllegalTransition { from: CaseState::Failed, to: CaseState::Cancelled, .. })
    ));
}

pub(super) async fn who_lost_a_case_changes_nothing(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let (lost, receipt) = (lease(id), receipt(id));
    let held = store.claim_next("another", &Lane::ALL, at(60), LEASE).await.unwrap().unwrap().lease;
    let is_lost = |error| matches!(error, StoreError::LeaseLost { case } if case == id);
    let house = || vec![ask(id, "house", 9)];
    assert!(is_lost(plan(&store, &receipt, &lost, house(), at(61)).await.unwrap_err()));
    let found = || vec![answer("tax", AnswerKind::Found, at(61))];
    assert!(is_lost(record(&store, &receipt, &lost, found()).await.unwrap_err()));
    let first = version(1, true, VersionReason::First, at(61));
    let refused = store.add_version(&receipt, id, &lost, first.clone(), CaseState::Final).await;
    assert!(is_lost(refused.unwrap_err()));
    assert!(is_lost(store.fail_case(&receipt, &lost, "panic", at(61)).await.unwrap_err()));
    assert!(is_lost(store.break_off(lost, at(61)).await.unwrap_err()));
    assert_eq!(store.cells(id).await.unwrap().len(), 3);
    assert_eq!(cell(&store, id, "tax").await.kind, None);
    plan(&store, &receipt, &held, house(), at(61)).await.unwrap();
    record(&store, &receipt, &held, found()).await.unwrap();
    store.add_version(&receipt, id, &held, first, CaseState::Final).await.unwrap();
}

pub(super) async fn failures_in_a_row_are_counted(backend: impl Backend) {
    let store = backend.open().await;
    let id = accepted(&store, at(0)).await;
    let claim =
        async |second| store.claim_next("w", &Lane::ALL, at(second), LEASE).await.unwrap().map(|claimed| claimed.lease);
    for (failures, second) in [(1, 0), (2, 10)] {
        let lease = claim(second).await.unwrap();
        assert_eq!(lease.case_id, id);
        assert_eq!(store.break_off(lease, at(second + 10)).await.unwrap(), failures);
        assert!(claim(second + 9).await.is_none(), "not before it is time");
    }
    store.release(claim(20).await.unwrap(), None).await.unwrap();
    assert_eq!(store.break_off(claim(20).await.unwrap(), at(30)).await.unwrap(), 1, "a rest between ends the row");
}

pub(super) async fn a_look_that_nobody_began_is_taken_again(backend: impl Backend) {
    let store = backend.open().await;
    let case = accepted(&store, at(0)).await;
    let watched = NewSubscription {
        id: uuid::Uuid::now_v7(),
        case_id: case,
        client: None,
        every_days: 30,
        first_at: at(10),
        until: None,
        created_at: at(1),
    };
    assert!(store.apply(Store::subscribing(watched), vec![receipt(case)]).await.unwrap());
    let due = async |now| store.take_due_subscriptions(at(now), at(now + 600), 10).await.unwrap();
    assert!(due(9).await.is_empty());
    let taken = due(10).await;
    assert_eq!(taken.len(), 1);
    assert!(due(11).await.is_empty(), "somebody has it");
    let again = due(700).await;
    assert_eq!((again.len(), again[0].looks), (1, taken[0].looks), "who had it died: the same look");
    store.subscription_looked(&again[0], at(701)).await.unwrap();
    store.subscription_looked(&taken[0], at(702)).await.unwrap();
    assert!(due(2000).await.is_empty());
    let next = due(701 + 30 * 24 * 3600).await;
    assert_eq!((next.len(), next[0].looks), (1, taken[0].looks + 1), "counted once, though two began it");
}
