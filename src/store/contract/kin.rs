//! Whom callers stand apart from.

use super::*;
use crate::store::{KinRow, NewKin};

fn kin(client: &str, epoch: u32, tags: Vec<Tag>) -> NewKin {
    let (id, registered_by) = (Uuid::now_v7(), "security".to_owned());
    let document = document(DocumentKind::Kin);
    NewKin { id, client: client.into(), registered_by, at: at(1), epoch, tags, document }
}

async fn register(store: &Store, kin: &NewKin) -> KinRow {
    store.apply(Store::registering(kin.clone()), vec![receipt(kin.id)]).await.unwrap();
    store.kin_of(&kin.client).await.unwrap().unwrap()
}

pub(super) async fn whoever_is_registered_is_found_among_cases(backend: impl Backend) {
    let store = backend.open().await;
    let [own, other] = [7, 8].map(|person| NewCase { subject_tags: vec![tag(person), tag(9)], ..new_case(at(0)) });
    for case in [&own, &other] {
        create(&store, receipt(case.id), case.clone()).await.unwrap();
    }
    let cases = [own.id, other.id];
    assert!(store.cases_of_kin("officer", &cases).await.unwrap().is_empty());
    let row = register(&store, &kin("officer", 1, vec![tag(7), tag(77)])).await;
    assert_eq!(store.cases_of_kin("officer", &cases).await.unwrap(), [own.id].into());
    assert!(store.cases_of_kin("another", &cases).await.unwrap().is_empty());
    assert_eq!(store.kin_tags("officer").await.unwrap(), [tag(7), tag(77)].into());
    // a new epoch of the ring: the other case knows the same person by another tag
    store.tag_kin_anew(&receipt(row.id), &row, 2, vec![tag(7), tag(8)]).await.unwrap();
    assert_eq!(store.cases_of_kin("officer", &cases).await.unwrap(), cases.into());
    assert_eq!(store.kin_of("officer").await.unwrap().map(|row| row.epoch), Some(2));
    let wrong = store.tag_kin_anew(&receipt(own.id), &row, 3, Vec::new()).await;
    assert!(matches!(wrong, Err(StoreError::WrongReceipt { .. })));
    store.apply(Store::deregistering(row.clone()), vec![receipt(row.id)]).await.unwrap();
    assert!(store.cases_of_kin("officer", &cases).await.unwrap().is_empty());
    assert!(matches!(store.get_document(row.document).await, Err(StoreError::Erased { .. })));
}

pub(super) async fn a_registration_takes_the_place_of_the_former(backend: impl Backend) {
    let store = backend.open().await;
    let first = register(&store, &kin("officer", 1, vec![tag(1)])).await;
    let second = kin("officer", 1, vec![tag(2)]);
    let wrong = store.apply(Store::registering(second.clone()), vec![receipt(first.id)]).await;
    assert!(matches!(wrong, Err(StoreError::WrongReceipt { .. })), "an entry about another registration");
    let second = register(&store, &second).await;
    assert_eq!(store.kin_tags("officer").await.unwrap(), [tag(2)].into());
    assert!(matches!(store.get_document(first.document).await, Err(StoreError::Erased { .. })));
    assert!(store.get_document(second.document).await.is_ok());
    let late = store.apply(Store::deregistering(first.clone()), vec![receipt(first.id)]).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })), "what was replaced takes nothing along");
    let late = store.tag_kin_anew(&receipt(first.id), &first, 2, vec![tag(1)]).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })));
    assert_eq!(store.kin_of("officer").await.unwrap().map(|row| row.id), Some(second.id));
}
