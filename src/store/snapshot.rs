//! A still picture of the log, read page by page while others write: what offline verification works on.

use super::columns::{Columns as _, int};
use super::db::{Connection, Lock, Tx, query};
use super::log::{checkpoint_of, read_leaves, read_tile};
use super::{CosignedCheckpoint, LogHead, LogTile, PublishedCheckpoint, Store, StoreError, StoredLeaf};

/// A read transaction over the log: everything it returns is of one moment.
pub struct LogSnapshot {
    tx: Tx,
    head: LogHead,
}

impl Store {
    /// Takes the picture.
    ///
    /// # Errors
    /// The database failed.
    pub async fn log_snapshot(&self) -> Result<LogSnapshot, StoreError> {
        let mut tx = self.reader().still().await?;
        let head = super::log::read_head(&mut tx, Lock::None).await?;
        Ok(LogSnapshot { tx, head })
    }
}

impl LogSnapshot {
    /// The head.
    #[must_use]
    pub fn head(&self) -> &LogHead {
        &self.head
    }

    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.tx
    }

    /// At most `limit` leaves from index `from` on. A row that cannot be read is an error naming its column.
    ///
    /// # Errors
    /// The database failed or a column is corrupt.
    pub async fn leaves(&mut self, from: u64, limit: u32) -> Result<Vec<StoredLeaf>, StoreError> {
        read_leaves(&mut self.tx, from, limit).await
    }

    /// A tile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tile(&mut self, level: u8, index: u64) -> Result<Option<LogTile>, StoreError> {
        read_tile(&mut self.tx, level, index).await
    }

    /// At most `limit` published checkpoints of size above `above`, smallest first.
    ///
    /// # Errors
    /// The database failed or a column is corrupt.
    pub async fn checkpoints(
        &mut self,
        above: Option<u64>,
        limit: u32,
    ) -> Result<Vec<PublishedCheckpoint>, StoreError> {
        let rows = query("SELECT * FROM log_checkpoints WHERE size > $1 ORDER BY size LIMIT $2")
            .bind(above.map_or(-1, int))
            .bind(i64::from(limit))
            .fetch_all(&mut *self.tx)
            .await?;
        rows.iter().map(checkpoint_of).collect()
    }

    /// What every witness cosigned last.
    ///
    /// # Errors
    /// The database failed or a column is corrupt.
    pub async fn cosigned(&mut self) -> Result<Vec<CosignedCheckpoint>, StoreError> {
        super::cosignatures::read(&mut self.tx).await
    }

    /// How many tiles are stored, so that none too many goes unseen.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tile_count(&mut self) -> Result<u64, StoreError> {
        query("SELECT count(*) AS tiles FROM log_tiles").fetch_one(&mut *self.tx).await?.index("tiles")
    }
}
