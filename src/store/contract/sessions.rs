//! Sessions of the console.

use super::{Backend, at};
use crate::store::{AuditReceipt, Effect, SessionLimits, Store};

const NONE_ENDED: SessionLimits =
    SessionLimits { unused_since: jiff::Timestamp::MIN, begun_before: jiff::Timestamp::MIN };

async fn apply(store: &Store, effect: Effect<()>) {
    store.apply(effect, vec![AuditReceipt::for_test(None)]).await.unwrap();
}

pub(super) async fn a_session_is_known_to_every_process_until_it_ends(backend: impl Backend) {
    let store = backend.open().await;
    let ended = |unused: i64, begun: i64| SessionLimits { unused_since: at(unused), begun_before: at(begun) };
    apply(&store, Store::signing_in([1; 32], "one".into(), at(0), None, NONE_ENDED)).await;
    let row = store.session([1; 32], ended(-1, -1)).await.unwrap().unwrap();
    assert_eq!((row.client.as_str(), row.created_at, row.last_seen_at), ("one", at(0), at(0)));
    assert!(store.session([2; 32], ended(-1, -1)).await.unwrap().is_none());

    assert!(store.session([1; 32], ended(0, -1)).await.unwrap().is_none(), "nobody used it");
    store.session_seen([1; 32], at(60)).await.unwrap();
    store.session_seen([1; 32], at(30)).await.unwrap();
    assert_eq!(store.session([1; 32], ended(59, -1)).await.unwrap().unwrap().last_seen_at, at(60));
    assert!(store.session([1; 32], ended(59, 0)).await.unwrap().is_none(), "it has lasted long enough");

    apply(&store, Store::signing_in([2; 32], "two".into(), at(100), None, ended(60, -1))).await;
    assert!(store.session([1; 32], NONE_ENDED).await.unwrap().is_none(), "what has ended is purged");
    store.session_seen([1; 32], at(101)).await.unwrap();
    assert!(store.session([1; 32], NONE_ENDED).await.unwrap().is_none(), "and does not come back");
    apply(&store, Store::signing_in([3; 32], "two".into(), at(101), Some([2; 32]), NONE_ENDED)).await;
    assert!(store.session([2; 32], NONE_ENDED).await.unwrap().is_none(), "a browser has one session");
    apply(&store, Store::signing_out([3; 32])).await;
    assert!(store.session([3; 32], NONE_ENDED).await.unwrap().is_none());
}
