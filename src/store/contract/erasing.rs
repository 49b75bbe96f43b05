//! Erasure and the rotation of keys.

use super::*;
use crate::store::{CaseFilter, CaseState, StoreError, WrappedDek};

pub(super) async fn an_erased_case_opens_no_more(backend: impl Backend) {
    let store = backend.open().await;
    let other = new_case(at(0));
    create(&store, receipt(other.id), other.clone()).await.unwrap();
    let case = new_case(at(0));
    let id = case.id;
    create(&store, receipt(id), case.clone()).await.unwrap();
    store.cancel_case(&receipt(id), id, at(1)).await.unwrap();
    let at_rest = |needle: &[u8], bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(at_rest(&case.request.wrapped_dek, &backend.bytes_at_rest().await));

    let erasure = store.erase_case(&receipt(id), id, at(2)).await.unwrap();
    assert_eq!(erasure.deks_destroyed, 1);
    assert_eq!(erasure.wal_truncated, backend.deletes_at_once());
    let bytes = backend.bytes_at_rest().await;
    assert!(!at_rest(&case.request.wrapped_dek, &bytes), "the wrapped key is nowhere at rest");
    assert!(!at_rest(&case.request.ciphertext[..64], &bytes), "nor the ciphertext");
    assert!(at_rest(&other.request.wrapped_dek, &bytes));
    assert!(matches!(store.get_document(case.request.id).await, Err(StoreError::Erased { .. })));
    assert!(store.get_document(other.request.id).await.is_ok());
    assert_eq!(store.get_case(id).await.unwrap().state, CaseState::Erased);
    let by_person = CaseFilter { subject_tags: vec![tag(1)], ..CaseFilter::default() };
    assert_eq!(store.list_cases(&by_person).await.unwrap().len(), 1, "only the other");
    assert!(store.erase_case(&receipt(id), id, at(3)).await.is_err());
}

pub(super) async fn only_a_case_at_rest_is_erased(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let refused = store.erase_case(&receipt(id), id, at(1)).await;
    assert!(matches!(refused, Err(StoreError::IllegalTransition { from: CaseState::Running, .. })));
    let request = store.get_case(id).await.unwrap().request_document;
    assert!(store.get_document(request).await.is_ok());
}

pub(super) async fn keys_are_wrapped_anew(backend: impl Backend) {
    let store = backend.open().await;
    for _ in 0..5 {
        accepted(&store, at(0)).await;
    }
    assert_eq!(store.count_deks().await.unwrap(), [("kek-1".to_owned(), 5)]);
    let page = store.deks_under("kek-1", 3).await.unwrap();
    let anew = |dek: &WrappedDek| WrappedDek { kek_id: "kek-2".into(), wrapped: vec![1; 40], ..dek.clone() };
    let wrapped: Vec<_> = page.iter().map(anew).collect();
    let some = AuditReceipt::for_test(None);
    assert_eq!(store.rewrap_deks(&some, "kek-1", wrapped.clone()).await.unwrap(), 3);
    assert_eq!(store.rewrap_deks(&some, "kek-1", wrapped).await.unwrap(), 0, "they are under another key by now");
    assert_eq!(store.count_deks().await.unwrap(), [("kek-1".to_owned(), 2), ("kek-2".to_owned(), 3)]);
}
