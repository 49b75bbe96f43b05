//! The schema, forward only: each step is applied once, in one transaction with its number. There is no way back but a backup.

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqlitePool;
use uuid::Uuid;

use super::StoreError;

/// The steps; the number of a step is its place, from 1. Steps that went out with a release are never edited.
const STEPS: &[&str] = &[include_str!("migrations/0001_initial.sql")];

/// Brings the database to the present schema.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).expect("a handful of steps");
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        .execute(&mut *tx)
        .await?;
    let found: Option<String> =
        sqlx::query_scalar("SELECT value FROM meta WHERE key = 'schema_version'").fetch_optional(&mut *tx).await?;
    let found: i64 = match found {
        None => 0,
        Some(text) => text.parse().map_err(|_| StoreError::Corrupt { column: "meta.schema_version" })?,
    };
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    for (number, step) in (1..).zip(STEPS) {
        if number > found {
            sqlx::raw_sql(*step).execute(&mut *tx).await?;
            set(&mut tx, "schema_version", &number.to_string()).await?;
        }
    }
    let made_by = fingerprint();
    if found == 0 {
        set(&mut tx, "schema_sha256", &made_by).await?;
        set(&mut tx, "store_id", &Uuid::new_v4().to_string()).await?;
    }
    let stored: Option<String> =
        sqlx::query_scalar("SELECT value FROM meta WHERE key = 'schema_sha256'").fetch_optional(&mut *tx).await?;
    if stored.as_deref() != Some(made_by.as_str()) {
        return Err(StoreError::OtherSchema { version: known });
    }
    tx.commit().await?;
    Ok(())
}

/// SHA-256 of the steps: a step that was edited before any release makes another schema under the same number.
fn fingerprint() -> String {
    hex::encode(Sha256::digest(STEPS.concat()))
}

async fn set(tx: &mut sqlx::SqliteConnection, key: &str, value: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(tx)
        .await?;
    Ok(())
}
