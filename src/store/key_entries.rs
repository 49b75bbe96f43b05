//! What the log says of keys, for whoever compares it with the key ring; and whose turn it is to wrap data keys anew.

use std::time::Duration;

use super::db::query;
use super::log::leaf_of;
use super::{Store, StoreError, StoredLeaf};

impl Store {
    /// Every entry of the log that speaks of a key, in the order of the log. They are few, and found by an index of their own.
    ///
    /// # Errors
    /// The database failed.
    pub async fn key_leaves(&self) -> Result<Vec<StoredLeaf>, StoreError> {
        let of_keys =
            "SELECT * FROM log_leaves WHERE action IN ('key_created', 'key_rotated', 'key_destroyed') ORDER BY idx";
        let rows = query(of_keys).fetch_all(self.reader()).await?;
        rows.iter().map(leaf_of).collect()
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
