//! SQLite's schema: the steps that are missing are applied in one transaction with their number.

use sqlx::sqlite::SqlitePool;
use uuid::Uuid;

use super::StoreError;
use crate::store::schema::Steps;

const STEPS: Steps = Steps(&[include_str!("migrations/0001_initial.sql")]);

/// Brings the database to the present schema.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        .execute(&mut *tx)
        .await?;
    let version = get(&mut tx, "schema_version").await?;
    let fingerprint = get(&mut tx, "schema_sha256").await?;
    let missing = STEPS.missing(version.as_deref(), fingerprint.as_deref())?;
    for step in missing {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
    }
    if !missing.is_empty() {
        set(&mut tx, "schema_version", &STEPS.known().to_string()).await?;
        set(&mut tx, "schema_sha256", &STEPS.fingerprint()).await?;
    }
    if version.is_none() {
        set(&mut tx, "store_id", &Uuid::new_v4().to_string()).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn get(tx: &mut sqlx::SqliteConnection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM meta WHERE key = $1").bind(key).fetch_optional(tx).await?)
}

async fn set(tx: &mut sqlx::SqliteConnection, key: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(tx)
        .await?;
    Ok(())
}
