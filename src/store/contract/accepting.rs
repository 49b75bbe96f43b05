//! Accepted once, found as accepted, listed within scope.

use super::*;
use crate::store::{CaseFilter, CaseState, Created, IdempotencyKey, RestingCase, StoreError};

pub(super) async fn a_case_is_found_as_it_was_accepted(backend: impl Backend) {
    let store = backend.open().await;
    let case = new_case(at(0));
    assert_eq!(create(&store, receipt(case.id), case.clone()).await.unwrap(), Created::New(case.id));
    let row = store.get_case(case.id).await.unwrap();
    assert_eq!((row.state, row.latest_version, row.attempts), (CaseState::Accepted, None, 0));
    assert_eq!((row.purpose, &row.region, row.as_of), (case.purpose, &case.region, case.as_of));
    assert_eq!((row.created_at, row.reference_tag), (at(0), Some(tag(9))));
    let stored = store.get_document(row.request_document).await.unwrap();
    assert_eq!((stored.case_id, stored.document), (Some(case.id), case.request));
    let unknown = Uuid::now_v7();
    assert!(matches!(store.get_case(unknown).await, Err(StoreError::NotFound { what: "case", id }) if id == unknown));
}

fn keyed(byte: u8, mac: u8, created_at: Timestamp) -> NewCase {
    NewCase { idempotency: Some(key(byte, mac, created_at)), ..new_case(created_at) }
}

fn key(byte: u8, mac: u8, now: Timestamp) -> IdempotencyKey {
    IdempotencyKey { key_tags: vec![tag(byte)], body_macs: vec![[mac; 32]], expires_at: now + minutes(60) }
}

pub(super) async fn the_same_key_and_body_is_the_same_case(backend: impl Backend) {
    let store = backend.open().await;
    let first = keyed(1, 1, at(0));
    assert_eq!(create(&store, receipt(first.id), first.clone()).await.unwrap(), Created::New(first.id));
    let again = keyed(1, 1, at(5));
    assert_eq!(create(&store, receipt(again.id), again.clone()).await.unwrap(), Created::Existing(first.id));
    assert!(store.get_case(again.id).await.is_err());
    assert!(store.get_document(again.request.id).await.is_err(), "nothing of a retry is kept");
    let other = keyed(1, 2, at(5));
    assert!(matches!(create(&store, receipt(other.id), other).await, Err(StoreError::IdempotencyConflict)));
    let elsewhere = NewCase { client: "another".into(), ..keyed(1, 2, at(5)) };
    let id = elsewhere.id;
    assert_eq!(create(&store, receipt(id), elsewhere).await.unwrap(), Created::New(id));
    let found = store.find_idempotent("caseworkers", &key(1, 1, at(5)), at(5)).await.unwrap();
    assert_eq!(found, Some(first.id));
    assert!(store.find_idempotent("caseworkers", &key(1, 2, at(5)), at(5)).await.is_err());
    assert_eq!(store.find_idempotent("caseworkers", &key(2, 1, at(5)), at(5)).await.unwrap(), None);
}

pub(super) async fn a_key_is_found_under_every_epoch(backend: impl Backend) {
    let store = backend.open().await;
    let first = keyed(1, 1, at(0));
    create(&store, receipt(first.id), first.clone()).await.unwrap();
    // Since then the ring has new keys: tag and MAC of the former ones come second.
    let now = |mac| IdempotencyKey {
        key_tags: vec![tag(7), tag(1)],
        body_macs: vec![[8; 32], [mac; 32]],
        expires_at: at(3600),
    };
    assert_eq!(store.find_idempotent("caseworkers", &now(1), at(5)).await.unwrap(), Some(first.id));
    let again = NewCase { idempotency: Some(now(1)), ..new_case(at(5)) };
    assert_eq!(create(&store, receipt(again.id), again).await.unwrap(), Created::Existing(first.id));
    let other = store.find_idempotent("caseworkers", &now(2), at(5)).await;
    assert!(matches!(other, Err(StoreError::IdempotencyConflict)));
}

pub(super) async fn an_expired_key_is_free_again(backend: impl Backend) {
    let store = backend.open().await;
    let first = keyed(1, 1, at(0));
    create(&store, receipt(first.id), first).await.unwrap();
    let later = keyed(1, 2, at(3600));
    let id = later.id;
    assert_eq!(create(&store, receipt(id), later).await.unwrap(), Created::New(id));
    assert_eq!(store.purge_idempotency(at(3600)).await.unwrap(), 0);
    assert_eq!(store.purge_idempotency(at(7200)).await.unwrap(), 1);
}

pub(super) async fn many_retries_at_once_make_one_case(backend: impl Backend) {
    let store = backend.open().await;
    let tries = (0..16).map(|_| {
        let (store, case) = (store.clone(), keyed(1, 1, at(0)));
        tokio::spawn(async move { create(&store, receipt(case.id), case).await.unwrap() })
    });
    let mut made = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        made.push(one.await.unwrap());
    }
    let new: Vec<Uuid> = made.iter().filter_map(|m| if let Created::New(id) = m { Some(*id) } else { None }).collect();
    assert_eq!(new.len(), 1);
    assert!(made.iter().all(|m| matches!(m, Created::New(id) | Created::Existing(id) if *id == new[0])));
    assert_eq!(store.list_cases(&CaseFilter::default()).await.unwrap().len(), 1);
}

pub(super) async fn a_receipt_of_another_case_is_refused(backend: impl Backend) {
    let store = backend.open().await;
    let case = new_case(at(0));
    let refused = create(&store, receipt(Uuid::now_v7()), case.clone()).await;
    assert!(matches!(refused, Err(StoreError::WrongReceipt { case: id, .. }) if id == case.id));
    let id = accepted(&store, at(0)).await;
    let theirs = vec![ask(Uuid::now_v7(), "tax", 3)];
    let refused = plan(&store, &receipt(id), &lease(id), theirs, at(0)).await;
    assert!(matches!(refused, Err(StoreError::WrongReceipt { leaf: 3, .. })), "a query needs an entry of its own case");
    for foreign in [receipt(Uuid::now_v7()), AuditReceipt::for_test(None)] {
        let wrong = |e| matches!(e, StoreError::WrongReceipt { .. });
        assert!(wrong(plan(&store, &foreign, &lease(id), Vec::new(), at(0)).await.unwrap_err()));
        assert!(wrong(record(&store, &foreign, &lease(id), Vec::new()).await.unwrap_err()));
        assert!(wrong(store.apply(Store::stopping(id, at(0)), vec![foreign.clone()]).await.unwrap_err()));
        let chosen = RestingCase {
            id,
            purpose: Purpose::DibaoApplication,
            organisation: "township-1".into(),
            region: Region("620422".into()),
            state: CaseState::Cancelled,
            since: at(0),
            watched: false,
            last: false,
        };
        assert!(wrong(store.apply(Store::erasing(chosen, at(0)), vec![foreign.clone()]).await.unwrap_err()));
        assert!(wrong(store.put_document(&foreign, Some(id), document(DocumentKind::Upload)).await.unwrap_err()));
        let version = version(1, true, VersionReason::First, at(0));
        assert!(wrong(store.add_version(&foreign, id, &lease(id), version, CaseState::Final).await.unwrap_err()));
    }
}

pub(super) async fn lists_keep_to_their_scope(backend: impl Backend) {
    let store = backend.open().await;
    let mut ids = Vec::new();
    for number in 0..6_u8 {
        let mut case = new_case(at(i64::from(number)));
        case.organisation = format!("township-{}", number % 2);
        case.region = Region(if number < 3 { "620422" } else { "620102" }.into());
        case.reference_tag = Some(tag(number));
        case.subject_tags = vec![tag(100 + number)];
        ids.push(case.id);
        create(&store, receipt(case.id), case).await.unwrap();
    }
    let list = async |filter: CaseFilter| -> Vec<usize> {
        let rows = store.list_cases(&filter).await.unwrap();
        rows.iter().map(|row| ids.iter().position(|id| *id == row.id).unwrap()).collect()
    };
    let any = CaseFilter::default;
    assert_eq!(list(any()).await, [5, 4, 3, 2, 1, 0]);
    assert_eq!(list(CaseFilter { ids: Some(vec![ids[2], Uuid::nil()]), ..any() }).await, [2]);
    assert_eq!(list(CaseFilter { ids: Some(Vec::new()), ..any() }).await, Vec::<usize>::new());
    assert_eq!(list(CaseFilter { organisations: Some(vec!["township-1".into()]), ..any() }).await, [5, 3, 1]);
    assert_eq!(list(CaseFilter { organisations: Some(Vec::new()), ..any() }).await, Vec::<usize>::new());
    assert_eq!(list(CaseFilter { region_prefixes: vec!["6204".into()], ..any() }).await, [2, 1, 0]);
    let two = vec!["620422".into(), "6201".into()];
    assert_eq!(list(CaseFilter { region_prefixes: two, ..any() }).await.len(), 6);
    assert_eq!(list(CaseFilter { reference_tags: vec![tag(4), tag(99)], ..any() }).await, [4]);
    assert_eq!(list(CaseFilter { subject_tags: vec![tag(102)], ..any() }).await, [2]);
    assert_eq!(list(CaseFilter { limit: 2, cursor: Some(ids[4]), ..any() }).await, [3, 2]);
    cancel(&store, ids[1], at(9)).await.unwrap();
    assert_eq!(list(CaseFilter { states: vec![CaseState::Cancelled], ..any() }).await, [1]);
}

pub(super) async fn a_household_keeps_its_tag_when_an_epoch_begins(backend: impl Backend) {
    let store = backend.open().await;
    let (old, new, other) = (Tag::new(1, [5; 16]), Tag::new(2, [5; 16]), Tag::new(2, [6; 16]));
    let tag_of = async |organisation: &str, household_tags: &[Tag]| {
        let household_tags = household_tags.to_vec();
        let case = NewCase { organisation: organisation.into(), household_tags, ..new_case(at(0)) };
        let id = case.id;
        create(&store, receipt(id), case).await.unwrap();
        store.get_case(id).await.unwrap().household_tag
    };
    assert_eq!(tag_of("township-1", &[old]).await, Some(old));
    assert_eq!(tag_of("township-1", &[new, old]).await, Some(old), "all cases of a household have one tag");
    assert_eq!(tag_of("township-1", &[other, Tag::new(1, [6; 16])]).await, Some(other), "another household");
    assert_eq!(tag_of("township-2", &[new, old]).await, Some(new), "another organisation's cases are its own");
    assert_eq!(tag_of("township-1", &[]).await, None);
}
