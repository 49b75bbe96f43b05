//! The log's rows: all of an append or nothing, in the order of the head.

use super::*;
use crate::store::{EMPTY_ROOT, LeafColumns, LogHead, LogTile, PreparedLeaf, PublishedCheckpoint, StoreError};

fn leaf(byte: u8) -> PreparedLeaf {
    PreparedLeaf {
        bytes: vec![byte; 50],
        hash: [byte; 32],
        columns: LeafColumns {
            id: Uuid::now_v7(),
            at: at(i64::from(byte)),
            actor: "clerk".into(),
            organisation: "township-1".into(),
            action: "report_read".into(),
            case_id: Some(Uuid::from_u128(u128::from(byte))),
            subject_tag: Some(tag(byte)),
            source: None,
        },
    }
}

fn head(size: u64) -> LogHead {
    LogHead { size, root: [9; 32], frontier: vec![[1; 32], [2; 32]], checkpoint: Some("note".into()) }
}

fn tile(bytes: usize) -> LogTile {
    LogTile { level: 0, index: 0, bytes: vec![3; bytes] }
}

pub(super) async fn a_dropped_append_leaves_nothing(backend: impl Backend) {
    let store = backend.open().await;
    let empty = LogHead { size: 0, root: EMPTY_ROOT, frontier: Vec::new(), checkpoint: None };
    assert_eq!(store.log_head().await.unwrap(), empty);
    let mut tx = store.log_tx().await.unwrap();
    tx.append(&[leaf(1)], &[tile(32)], head(1)).await.unwrap();
    drop(tx);
    assert_eq!(store.log_head().await.unwrap(), empty);
    assert!(store.leaf(0).await.unwrap().is_none());
    assert!(store.tile(0, 0).await.unwrap().is_none());
    let tx = store.log_tx().await.unwrap();
    assert_eq!(*tx.head(), empty);
}

pub(super) async fn leaves_follow_the_head(backend: impl Backend) {
    let store = backend.open().await;
    let leaves: Vec<PreparedLeaf> = (0..3).map(leaf).collect();
    let mut tx = store.log_tx().await.unwrap();
    let gap = tx.append(&leaves, &[], head(4)).await;
    assert!(matches!(gap, Err(StoreError::HeadMoved { expected: 4, found: 3 })));
    tx.append(&leaves, &[tile(96)], head(3)).await.unwrap();
    let receipts = tx.commit().await.unwrap();
    assert_eq!(receipts.iter().map(AuditReceipt::index).collect::<Vec<_>>(), [0, 1, 2]);
    assert!(receipts.iter().all(|receipt| receipt.size_after() == 3));
    assert_eq!(receipts[2].case_id(), Some(Uuid::from_u128(2)));
    let mut tx = store.log_tx().await.unwrap();
    assert_eq!(*tx.head(), head(3));
    assert_eq!(tx.tiles(&[(0, 0), (1, 0)]).await.unwrap(), [tile(96)], "those that there are");
    assert_eq!(tx.tiles(&[]).await.unwrap(), []);
    tx.append(&[leaf(3)], &[tile(128)], head(4)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.tile(0, 0).await.unwrap(), Some(tile(128)), "a partial tile is replaced");
    let stored = store.leaf(1).await.unwrap().unwrap();
    assert_eq!((stored.index, &stored.leaf), (1, &leaves[1]));
    let mut snapshot = store.log_snapshot().await.unwrap();
    let page = snapshot.leaves(1, 2).await.unwrap();
    assert_eq!(page.iter().map(|stored| stored.index).collect::<Vec<_>>(), [1, 2]);
}

pub(super) async fn an_append_takes_the_queue_along(backend: impl Backend) {
    let store = backend.open().await;
    let mut tx = store.log_tx().await.unwrap();
    let before = store.commits();
    let writers: Vec<_> = (0..5)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { accepted(&store, at(number)).await })
        })
        .collect();
    while store.queued() < 5 {
        tokio::task::yield_now().await;
    }
    tx.append(&[leaf(1)], &[tile(32)], head(1)).await.unwrap();
    tx.commit().await.unwrap();
    for writer in writers {
        let id = writer.await.unwrap();
        assert!(store.get_case(id).await.is_ok());
    }
    assert_eq!(store.commits() - before, 1, "one fsync for the entry and five cases");
}

pub(super) async fn checkpoints_are_published_in_order(backend: impl Backend) {
    let store = backend.open().await;
    let checkpoint = |size| PublishedCheckpoint { size, root: [1; 32], note: format!("n{size}"), published_at: at(0) };
    assert_eq!(store.last_checkpoint().await.unwrap(), None);
    store.publish_checkpoint(None, checkpoint(5)).await.unwrap();
    let moved = store.publish_checkpoint(None, checkpoint(7)).await;
    assert!(matches!(moved, Err(StoreError::CheckpointMoved { expected: None, found: Some(5) })));
    store.publish_checkpoint(Some(5), checkpoint(7)).await.unwrap();
    assert_eq!(store.last_checkpoint().await.unwrap(), Some(checkpoint(7)));
}
