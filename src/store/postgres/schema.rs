//! PostgreSQL's schema: one process at a time applies the steps that are missing, in one transaction with their number.
//!
//! `CREATE TABLE` is in the transaction like everything else there: a process that dies in the middle leaves nothing.

use sqlx::PgConnection;
use sqlx::postgres::PgPool;
use uuid::Uuid;

use super::{StoreError, Turn};
use crate::store::schema::Steps;

const STEPS: Steps = Steps(&[include_str!("migrations/0001_initial.sql")]);

/// Brings the database to the present schema.
pub(super) async fn migrate(pool: &PgPool) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(Turn::Schema.key()).execute(&mut *tx).await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        .execute(&mut *tx)
        .await?;
    let missing = missing(&mut tx).await?;
    let Some((is_new, missing)) = missing else { return Ok(()) };
    for step in missing {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
    }
    set(&mut tx, "schema_version", &STEPS.known().to_string()).await?;
    set(&mut tx, "schema_sha256", &STEPS.fingerprint()).await?;
    if is_new {
        set(&mut tx, "store_id", &Uuid::new_v4().to_string()).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Fails unless the database has the present schema: for a process that reads and changes nothing.
pub(super) async fn check(pool: &PgPool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    let made = sqlx::query_scalar("SELECT to_regclass('meta') IS NOT NULL").fetch_one(&mut *connection).await?;
    let missing = if made { missing(&mut connection).await? } else { Some((true, STEPS.0)) };
    match missing {
        None => Ok(()),
        Some((_, missing)) => Err(StoreError::OlderSchema { missing: missing.len() }),
    }
}

/// Whether the database is empty, and what it lacks; none when it lacks nothing.
async fn missing(tx: &mut PgConnection) -> Result<Option<(bool, &'static [&'static str])>, StoreError> {
    let version = get(tx, "schema_version").await?;
    let fingerprint = get(tx, "schema_sha256").await?;
    let missing = STEPS.missing(version.as_deref(), fingerprint.as_deref())?;
    Ok((!missing.is_empty()).then_some((version.is_none(), missing)))
}

async fn get(tx: &mut PgConnection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(tx).await?)
}

async fn set(tx: &mut PgConnection, key: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(tx)
        .await?;
    Ok(())
}
