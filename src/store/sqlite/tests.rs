//! What only a data directory has: its lock, its modes, its schema.

use std::os::unix::fs::PermissionsExt as _;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::StoreError;
use crate::store::columns::Columns as _;
use crate::store::db::query;
use crate::store::{AuditReceipt, Store};

#[tokio::test]
async fn one_process_has_the_directory() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    let store = Store::open(&directory).await.unwrap();
    let error = Store::open(&directory).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }));
    assert!(error.to_string().contains("--server"), "{error}");
    let beside = Store::open_read_only(&directory).await.unwrap();
    beside.ping().await.unwrap();
    let write = beside.rewrap_deks(&AuditReceipt::for_test(None), "k", Vec::new()).await;
    assert!(matches!(write, Err(StoreError::ReadOnly)));
    let clone = store.clone();
    store.close().await;
    assert!(matches!(clone.purge_idempotency(jiff::Timestamp::UNIX_EPOCH).await, Err(StoreError::ReadOnly)));
    assert!(clone.ping().await.is_err());
    Store::open(&directory).await.unwrap();
}

#[tokio::test]
async fn nobody_else_can_read_it() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/b");
    let store = Store::open(&path).await.unwrap();
    store.purge_idempotency(jiff::Timestamp::UNIX_EPOCH).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    for file in path.read_dir().unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    store.close().await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Permissions { mode: 0o750, .. }), "{error}");
}

#[tokio::test]
async fn the_schema_goes_forward_only() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    Store::open(&directory).await.unwrap().close().await;
    Store::open(&directory).await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(directory.join(super::DATABASE));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    sqlx::query("UPDATE meta SET value = '99' WHERE key = 'schema_version'").execute(&pool).await.unwrap();
    pool.close().await;
    let error = Store::open(&directory).await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { found: 99, .. }), "{error}");
}

#[tokio::test]
async fn tables_of_an_unreleased_program_are_refused() {
    let parent = tempfile::tempdir().unwrap();
    for change in
        ["UPDATE meta SET value = 'ab' WHERE key = 'schema_sha256'", "DELETE FROM meta WHERE key = 'schema_sha256'"]
    {
        let directory = parent.path().join(change.len().to_string());
        Store::open(&directory).await.unwrap().close().await;
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(directory.join(super::DATABASE)));
        let pool = pool.await.unwrap();
        sqlx::query(change).execute(&pool).await.unwrap();
        pool.close().await;
        let error = Store::open(&directory).await.unwrap_err();
        assert!(matches!(error, StoreError::OtherSchema { .. }), "{error}");
    }
}

#[tokio::test]
async fn what_is_acknowledged_is_synced() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    let store = Store::open(&directory).await.unwrap();
    let tx = store.writer().unwrap().begin().await.unwrap();
    drop(tx);
    let mut tx = store.writer().unwrap().begin().await.unwrap();
    for (pragma, value) in [("PRAGMA synchronous", 2), ("PRAGMA secure_delete", 1), ("PRAGMA foreign_keys", 1)] {
        let set = query(pragma).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(set.int(pragma.trim_start_matches("PRAGMA ")).unwrap(), value, "{pragma}");
    }
    let journal = query("PRAGMA journal_mode").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(journal.text("journal_mode").unwrap(), "wal");
}

#[tokio::test]
async fn a_wrapped_key_that_was_destroyed_stands_in_no_file_though_a_reader_was_in_the_way() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("data");
    let store = Store::open(&directory).await.unwrap();
    let (owner, wrapped) = (uuid::Uuid::now_v7(), b"a wrapped key, forty bytes as they all are".to_vec());
    let document = crate::store::SealedDocument {
        id: uuid::Uuid::now_v7(),
        kind: crate::store::DocumentKind::Upload,
        dek_id: uuid::Uuid::now_v7(),
        kek_id: "k".into(),
        wrapped_dek: wrapped.clone(),
        commitment: [0; 32],
        ciphertext: vec![1],
    };
    let id = document.id;
    store.put_document(&AuditReceipt::for_test(Some(owner)), Some(owner), document).await.unwrap();
    let stands = || {
        let files = directory.read_dir().unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.into_iter().any(|bytes| bytes.windows(wrapped.len()).any(|window| window == wrapped))
    };
    let mut reader = store.reader().still().await.unwrap();
    query("SELECT count(*) AS n FROM documents").fetch_one(&mut *reader).await.unwrap();
    store.write(move |tx| Box::pin(async move { crate::store::documents::shred(tx, owner, id).await })).await.unwrap();
    assert!(!store.cut_wal().await.unwrap() && stands(), "the reader still sees it");
    drop(reader);
    let mut tries = 3000;
    while stands() {
        assert!(tries > 0, "the key stands in a file though nobody reads");
        tries -= 1;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    store.close().await;
}

/// What is left after so many polls.
struct Left<F> {
    call: std::pin::Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Left<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        if self.polls == 0 {
            return std::task::Poll::Ready(None);
        }
        self.polls -= 1;
        self.call.as_mut().poll(context).map(Some)
    }
}

#[tokio::test]
async fn whoever_leaves_a_cut_leaves_the_writer_its_patience() {
    let parent = tempfile::tempdir().unwrap();
    let store = Store::open(parent.path().join("data")).await.unwrap();
    for polls in 1.. {
        let ended = Left { call: Box::pin(store.cut_wal()), polls }.await;
        let mut tx = store.writer().unwrap().begin().await.unwrap();
        let patience = query("PRAGMA busy_timeout").fetch_one(&mut *tx).await.unwrap().int("timeout").unwrap();
        assert_eq!(patience, i64::try_from(super::BUSY_TIMEOUT.as_millis()).unwrap(), "left after {polls} polls");
        if ended.is_some() {
            assert!(polls > 2, "it was left somewhere");
            break;
        }
    }
    store.close().await;
}
