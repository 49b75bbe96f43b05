//! Whom callers stand apart from.

use super::*;
use crate::store::{CaseState, KeptCases, KinRow, KinTag, SealedDocument, VersionReason};

fn kin(client: &str, epoch: u32) -> (KinRow, SealedDocument) {
    let (id, organisation, registered_by) = (Uuid::now_v7(), "township-1".to_owned(), "security".to_owned());
    let people = document(DocumentKind::Kin);
    let document = people.id;
    (KinRow { id, client: client.into(), organisation, registered_by, at: at(1), epoch, document }, people)
}

/// Tags of relatives.
fn kin_of(tags: &[Tag]) -> Vec<KinTag> {
    tags.iter().map(|tag| KinTag { tag: *tag, own: false }).collect()
}

fn own(tag: Tag) -> KinTag {
    KinTag { tag, own: true }
}

async fn register(store: &Store, (kin, people): (KinRow, SealedDocument), tags: Vec<KinTag>) -> KinRow {
    store.apply(Store::registering(kin.clone(), tags, people), vec![receipt(kin.id)]).await.unwrap();
    assert_eq!(store.kin_of(&kin.client).await.unwrap().as_ref(), Some(&kin));
    kin
}

pub(super) async fn whoever_is_registered_is_found_among_cases(backend: impl Backend) {
    let store = backend.open().await;
    let [own, other] = [7, 8].map(|person| NewCase { subject_tags: vec![tag(person), tag(9)], ..new_case(at(0)) });
    for case in [&own, &other] {
        create(&store, receipt(case.id), case.clone()).await.unwrap();
    }
    let cases = [own.id, other.id];
    assert!(store.cases_of_kin("officer", &cases).await.unwrap().is_empty());
    let row = register(&store, kin("officer", 1), kin_of(&[tag(7), tag(77)])).await;
    assert_eq!(store.cases_of_kin("officer", &cases).await.unwrap(), [own.id].into());
    assert!(store.cases_of_kin("another", &cases).await.unwrap().is_empty());
    assert_eq!(store.kin_tags("officer").await.unwrap(), [tag(7), tag(77)].into());
    // a new epoch of the ring: the other case knows the same person by another tag
    store.tag_kin_anew(&receipt(row.id), &row, 2, kin_of(&[tag(7), tag(8)])).await.unwrap();
    assert_eq!(store.cases_of_kin("officer", &cases).await.unwrap(), cases.into());
    assert_eq!(store.kin_of("officer").await.unwrap().map(|row| row.epoch), Some(2));
    let wrong = store.tag_kin_anew(&receipt(own.id), &row, 3, Vec::new()).await;
    assert!(matches!(wrong, Err(StoreError::WrongReceipt { .. })));
    store.apply(Store::deregistering(row.clone()), vec![receipt(row.id)]).await.unwrap();
    assert!(store.cases_of_kin("officer", &cases).await.unwrap().is_empty());
    assert!(matches!(store.get_document(row.document).await, Err(StoreError::Erased { .. })));
}

pub(super) async fn evidence_about_whoever_is_registered_is_left_out(backend: impl Backend) {
    let store = backend.open().await;
    for second in 0..2 {
        let id = running(&store, at(second)).await;
        let made = version(1, true, VersionReason::First, at(second));
        store.add_version(&receipt(id), id, &lease(id), made, CaseState::Final).await.unwrap();
    }
    let kept = async |apart_from: Option<&str>| {
        let of = KeptCases { apart_from, ..KeptCases::default() };
        let found = store.kept_evidence(of, None, 10).await.unwrap();
        assert_eq!(store.count_kept_evidence(of).await.unwrap(), found.len() as u64);
        found.len()
    };
    let row = register(&store, kin("officer", 1), kin_of(&[tag(1), tag(77)])).await;
    assert_eq!([kept(None).await, kept(Some("another")).await, kept(Some("officer")).await], [2, 2, 0]);
    store.apply(Store::deregistering(row.clone()), vec![receipt(row.id)]).await.unwrap();
    register(&store, kin("officer", 1), kin_of(&[tag(77)])).await;
    assert_eq!(kept(Some("officer")).await, 2, "nobody of these cases");
}

pub(super) async fn a_registration_takes_the_place_of_the_former(backend: impl Backend) {
    let store = backend.open().await;
    let first = register(&store, kin("officer", 1), kin_of(&[tag(1)])).await;
    let (second, people) = kin("officer", 1);
    let replacing = Store::registering(second.clone(), kin_of(&[tag(2)]), people.clone());
    let wrong = store.apply(replacing, vec![receipt(first.id)]).await;
    assert!(matches!(wrong, Err(StoreError::WrongReceipt { .. })), "an entry about another registration");
    let second = register(&store, (second, people), kin_of(&[tag(2)])).await;
    assert_eq!(store.kin_tags("officer").await.unwrap(), [tag(2)].into());
    assert!(matches!(store.get_document(first.document).await, Err(StoreError::Erased { .. })));
    assert!(store.get_document(second.document).await.is_ok());
    let late = store.apply(Store::deregistering(first.clone()), vec![receipt(first.id)]).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })), "what was replaced takes nothing along");
    let late = store.tag_kin_anew(&receipt(first.id), &first, 2, kin_of(&[tag(1)])).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })));
    assert_eq!(store.kin_of("officer").await.unwrap().map(|row| row.id), Some(second.id));
}

pub(super) async fn callers_with_one_own_number_are_one_person(backend: impl Backend) {
    let store = backend.open().await;
    register(&store, kin("one", 1), vec![own(tag(1)), own(tag(11))]).await;
    register(&store, kin("two", 2), vec![own(tag(11)), KinTag { tag: tag(3), own: false }]).await;
    register(&store, kin("spouse", 1), vec![own(tag(3)), KinTag { tag: tag(1), own: false }]).await;
    let same = async |client: &str| store.same_person(client).await.unwrap();
    assert_eq!(same("one").await, ["two"], "known by the tag of any epoch");
    assert_eq!(same("two").await, ["one"]);
    assert!(same("spouse").await.is_empty() && same("nobody").await.is_empty(), "kin are other people");
}
