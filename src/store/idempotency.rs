//! Idempotency keys: the same call of the same client is one case or batch, however often it comes.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, millis};
use super::db::{Connection, query};
use super::{Created, Hash, Store, StoreError, Tag};

/// An idempotency key of a client, valid for 30 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Blind indexes of the key as sent, under every epoch, newest first: it is found by any, kept under the first.
    pub key_tags: Vec<Tag>,
    /// HMACs of the exact bytes of the body, under every epoch, newest first: any may match, the first is kept.
    pub body_macs: Vec<Hash>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A case or batch that was made under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeUnder {
    id: Uuid,
    body_mac: Hash,
}

impl MadeUnder {
    /// It, if it was made of this body: HMACs of the body under every epoch.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyConflict`] when it was another.
    pub fn with(self, body_macs: &[Hash]) -> Result<Uuid, StoreError> {
        if body_macs.contains(&self.body_mac) { Ok(self.id) } else { Err(StoreError::IdempotencyConflict) }
    }
}

impl Store {
    /// The case a client made under this key, if any: to be asked before anything is logged for a retry.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyConflict`] when the key came with another body.
    pub async fn find_idempotent(
        &self,
        client: &str,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<Uuid>, StoreError> {
        let made = self.made_under(client, &key.key_tags, now).await?;
        made.map(|made| made.with(&key.body_macs)).transpose()
    }

    /// What a client made under a key, whose body is still to come.
    ///
    /// # Errors
    /// The database failed.
    pub async fn made_under(
        &self,
        client: &str,
        key_tags: &[Tag],
        now: Timestamp,
    ) -> Result<Option<MadeUnder>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        find(&mut connection, client, key_tags, now).await
    }

    /// Forgets idempotency keys that have expired; returns how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge_idempotency(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let purge = query("DELETE FROM idempotency WHERE expires_at <= $1").bind(millis(now));
                purge.execute(tx).await
            })
        })
        .await
    }
}

/// What a client made under this key, if it did.
pub(super) async fn find(
    connection: &mut Connection,
    client: &str,
    key_tags: &[Tag],
    now: Timestamp,
) -> Result<Option<MadeUnder>, StoreError> {
    for tag in key_tags {
        let row =
            query("SELECT body_mac, case_id FROM idempotency WHERE client = $1 AND key_tag = $2 AND expires_at > $3")
                .bind(client)
                .bind(tag.to_string())
                .bind(millis(now))
                .fetch_optional(&mut *connection)
                .await?;
        if let Some(row) = row {
            return Ok(Some(MadeUnder { id: row.uuid("case_id")?, body_mac: row.hash("body_mac")? }));
        }
    }
    Ok(None)
}

/// Remembers what a client makes under a key. When another process gave the key to something of its own since it was looked for, that is
/// named instead: whoever is second waits here until the first has committed.
pub(super) async fn remember(
    tx: &mut Connection,
    client: &str,
    key: &IdempotencyKey,
    made: Uuid,
    now: Timestamp,
) -> Result<Created, StoreError> {
    let (Some(tag), Some(mac)) = (key.key_tags.first(), key.body_macs.first()) else { return Ok(Created::New(made)) };
    let taken = query(
        "INSERT INTO idempotency (client, key_tag, body_mac, case_id, expires_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (client, key_tag) DO UPDATE SET body_mac = excluded.body_mac, case_id = excluded.case_id,
                                                     expires_at = excluded.expires_at
         WHERE idempotency.expires_at <= $6",
    )
    .bind(client)
    .bind(tag.to_string())
    .bind(mac.as_slice())
    .bind(made.to_string())
    .bind(millis(key.expires_at))
    .bind(millis(now))
    .execute(&mut *tx)
    .await?;
    if taken == 1 {
        return Ok(Created::New(made));
    }
    let found = find(tx, client, &key.key_tags, now).await?.ok_or(StoreError::IdempotencyConflict)?;
    found.with(&key.body_macs).map(Created::Existing)
}
