//! Who is signed in to the console. A session is known by the hash of its secret, which only the browser has.

use jiff::Timestamp;

use super::columns::{Columns as _, Hash, millis};
use super::db::query;
use super::{Effect, Store, StoreError};

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of its secret.
    pub hash: Hash,
    /// Whose it is.
    pub client: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
}

/// Times before which sessions have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// Those that were not used since.
    pub unused_since: Timestamp,
    /// Those that began before.
    pub begun_before: Timestamp,
}

impl Store {
    /// What follows from a sign-in: the session begins; the one the browser had, and those that have ended, are gone.
    #[must_use]
    pub fn signing_in(
        hash: Hash,
        client: String,
        now: Timestamp,
        former: Option<Hash>,
        ended: SessionLimits,
    ) -> Effect<()> {
        Effect::new(move |tx, _| {
            Box::pin(async move {
                query("DELETE FROM sessions WHERE last_seen_at <= $1 OR created_at <= $2 OR hash = $3")
                    .bind(millis(ended.unused_since))
                    .bind(millis(ended.begun_before))
                    .bind(former.unwrap_or(hash).to_vec())
                    .execute(&mut *tx)
                    .await?;
                query("INSERT INTO sessions (hash, client, created_at, last_seen_at) VALUES ($1, $2, $3, $3)")
                    .bind(hash.to_vec())
                    .bind(client)
                    .bind(millis(now))
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
    }

    /// What follows from a sign-out: the session is gone.
    #[must_use]
    pub fn signing_out(hash: Hash) -> Effect<()> {
        Effect::new(move |tx, _| {
            Box::pin(async move {
                query("DELETE FROM sessions WHERE hash = $1").bind(hash.to_vec()).execute(tx).await?;
                Ok(())
            })
        })
    }

    /// The session of this hash, if there is one that has not ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session(&self, hash: Hash, ended: SessionLimits) -> Result<Option<SessionRow>, StoreError> {
        let row = query("SELECT * FROM sessions WHERE hash = $1 AND last_seen_at > $2 AND created_at > $3")
            .bind(hash.to_vec())
            .bind(millis(ended.unused_since))
            .bind(millis(ended.begun_before))
            .fetch_optional(self.reader())
            .await?;
        let session = |row: super::db::Row| {
            Ok(SessionRow {
                hash: row.hash("hash")?,
                client: row.text("client")?,
                created_at: row.time("created_at")?,
                last_seen_at: row.time("last_seen_at")?,
            })
        };
        row.map(session).transpose()
    }

    /// Notes that a session is in use. One that is gone stays gone, and no time goes back.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session_seen(&self, hash: Hash, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                query("UPDATE sessions SET last_seen_at = $1 WHERE hash = $2 AND last_seen_at < $1")
                    .bind(millis(now))
                    .bind(hash.to_vec())
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
