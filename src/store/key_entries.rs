//! What the log says of keys, for whoever compares it with the key ring; keys that wrap nothing more; and whose turn it is to wrap data keys anew.

use std::time::Duration;

use super::columns::Columns as _;
use super::db::query;
use super::log::leaf_of;
use super::{Effect, Store, StoreError, StoredLeaf};

impl Store {
    /// Every entry of the log that speaks of a key or of the whole ring, in the order of the log. They are few, and found by an index of their own.
    ///
    /// # Errors
    /// The database failed.
    pub async fn key_leaves(&self) -> Result<Vec<StoredLeaf>, StoreError> {
        let of_keys = "SELECT * FROM log_leaves WHERE action IN ('key_created', 'key_rotated', 'key_destroyed', 'keys_exported', 'keys_restored') ORDER BY idx";
        let rows = query(of_keys).fetch_all(self.reader()).await?;
        rows.iter().map(leaf_of).collect()
    }

    /// Has the store refuse whatever is wrapped under a key encryption key from now on, by any process: an effect of the entry that it is destroyed.
    /// How many data keys are lost with it.
    ///
    /// Fails with [`StoreError::KekInUse`] while it wraps data keys that must not be lost (`may_lose`).
    #[must_use]
    pub fn destroying_kek(kek_id: &str, may_lose: bool) -> Effect<u64> {
        let kek_id = kek_id.to_owned();
        Effect::new(move |tx, _| {
            Box::pin(async move {
                if tx.is_shared() {
                    // Waits for those that are wrapping, whichever process they are in; those that come after see what is done here.
                    query("LOCK TABLE deks IN SHARE MODE").execute(&mut *tx).await?;
                }
                let count = query("SELECT count(*) AS deks FROM deks WHERE kek_id = $1").bind(kek_id.as_str());
                let data_keys = count.fetch_one(&mut *tx).await?.index("deks")?;
                if data_keys > 0 && !may_lose {
                    return Err(StoreError::KekInUse { data_keys });
                }
                query("INSERT INTO destroyed_keks (kek_id) VALUES ($1) ON CONFLICT (kek_id) DO NOTHING")
                    .bind(kek_id)
                    .execute(tx)
                    .await?;
                Ok(data_keys)
            })
        })
    }

    /// Whether a key encryption key was destroyed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_destroyed(&self, kek_id: &str) -> Result<bool, StoreError> {
        let found = query("SELECT kek_id FROM destroyed_keks WHERE kek_id = $1").bind(kek_id);
        Ok(found.fetch_optional(self.reader()).await?.is_some())
    }

    /// Whether this process is the one, of those seen within the last `within`, that does what only one need do: the one that started first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leads(&self, within: Duration) -> Result<bool, StoreError> {
        let Some(own) = self.replica() else { return Ok(!self.is_shared()) };
        Ok(self.replicas(within).await?.first().is_none_or(|first| first.id == own))
    }
}
