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
