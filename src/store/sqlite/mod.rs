//! What is SQLite's own: the data directory, its lock, the schema, the settings of the one writing connection.
//!
//! The statements in the rooms beside this folder are portable (see `db`); what a backend must bring is here: open, lock, migrate,
//! and a writing connection whose transactions are durable when acknowledged.

mod directory;
mod room;
mod schema;

use std::path::Path;
use std::time::Duration;

use sqlx::Connection as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use super::StoreError;
pub(super) use directory::{DATABASE, Directory};
pub(super) use room::Room;

/// How long a statement waits for another connection's lock before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a cut of the write-ahead log waits for readers: whoever writes waits as long.
const CUT_PATIENCE: Duration = Duration::from_millis(20);
/// Connections that only read.
const READERS: u32 = 4;
/// Rows that a reading connection has ready: each time that it must wait for room, two threads change places.
const ROWS_READY: usize = 512;

fn options(directory: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(directory.join(DATABASE))
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(256)
}

/// The one connection that writes, on a database brought to the present schema.
pub(super) async fn open_writer(directory: &Path) -> Result<SqlitePool, StoreError> {
    let options = options(directory)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        // what undoes a savepoint need not outlive the process
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", "2000");
    let pool = serial_pool().connect_with(options).await?;
    schema::migrate(&pool).await?;
    void_leases(&pool).await?;
    // A process that died left its log of writes behind, with what was erased since in it: nobody reads yet, so it is cut now.
    truncate_wal(&pool).await?;
    Ok(pool)
}

/// Ends every lease: the directory is this process's alone, so whoever held one is dead. What it worked on is taken up at once.
async fn void_leases(pool: &SqlitePool) -> Result<(), StoreError> {
    let held = "UPDATE cases SET lease_until = NULL, lease_worker = NULL WHERE lease_until IS NOT NULL";
    sqlx::query(held).execute(pool).await?;
    Ok(())
}

/// Moves the write-ahead log into the database and cuts it to nothing; false when a reader stood in the way. Nobody writes meanwhile. A
/// connection of its own does it, which has no patience with readers: wherever a caller leaves this, the writing one stays as it is.
pub(super) async fn truncate_wal(pool: &SqlitePool) -> Result<bool, StoreError> {
    let _writer = pool.acquire().await?;
    let impatient = pool.connect_options().as_ref().clone().busy_timeout(CUT_PATIENCE);
    let mut cutter = SqliteConnection::connect_with(&impatient).await?;
    let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut cutter).await?;
    cutter.close().await?;
    Ok(busy == 0)
}

/// Connections that read beside the writer.
pub(super) async fn open_readers(directory: &Path) -> Result<SqlitePool, StoreError> {
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .test_before_acquire(false)
        .connect_with(options(directory).read_only(true).row_buffer_size(ROWS_READY))
        .await?;
    Ok(pool)
}

fn serial_pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

#[cfg(test)]
mod tests;
