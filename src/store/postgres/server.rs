//! Whether a server may be relied on: its version, its encoding, and that what it acknowledges is durable.

use sqlx::Row as _;
use sqlx::postgres::PgPool;

use super::StoreError;

/// The oldest major version, times 10,000.
const OLDEST: i32 = 130_000;

/// Refuses a server that would lose or alter what it acknowledges.
pub(super) async fn check(pool: &PgPool) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT current_setting('server_version_num')::INTEGER AS version, current_setting('server_encoding') AS encoding,
                current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
                pg_is_in_recovery() AS standby",
    )
    .fetch_one(pool)
    .await?;
    let version: i32 = row.try_get("version")?;
    let refuse = |setting, found: String, wanted| Err(StoreError::Server { setting, found, wanted });
    if version < OLDEST {
        return refuse("server_version_num", version.to_string(), "130000 or later (PostgreSQL 13)");
    }
    let encoding: String = row.try_get("encoding")?;
    if encoding != "UTF8" {
        return refuse("server_encoding", encoding, "UTF8: make the database with ENCODING 'UTF8'");
    }
    let synchronous: String = row.try_get("synchronous_commit")?;
    if synchronous == "off" {
        return refuse("synchronous_commit", synchronous, "on: with off, what is acknowledged may be lost");
    }
    if row.try_get("standby")? {
        return refuse("in_recovery", "on".into(), "off: this server is a standby, name the primary in the URL");
    }
    if row.try_get::<String, _>("fsync")? == "off" {
        tracing::warn!("the database server runs with fsync = off: a loss of power may lose or break everything");
    }
    Ok(())
}
