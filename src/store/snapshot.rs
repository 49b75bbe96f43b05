//! A still picture of the log, read page by page while others write: what verification works on. It is let go between pages, so that
//! the write-ahead log can be cut and old row versions can go, however long the whole takes.

use std::time::Duration;

use jiff::Timestamp;

use super::columns::{Columns as _, int};
use super::db::{Connection, Lock, Tx, query};
use super::log::{checkpoint_of, read_leaves, read_tile};
use super::{CosignedCheckpoint, LogHead, LogTile, PublishedCheckpoint, Store, StoreError, StoredLeaf};

/// A read transaction over the log: everything it returns is of one moment.
pub struct LogSnapshot {
    store: Store,
    /// None only while it is let go.
    tx: Option<Tx>,
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
        Ok(LogSnapshot { store: self.clone(), tx: Some(tx), head })
    }
}

impl LogSnapshot {
    /// The head.
    #[must_use]
    pub fn head(&self) -> &LogHead {
        &self.head
    }

    /// Lets the moment go, waits, and takes a later one: what was committed since is seen from now on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn move_on(&mut self, pause: Option<Duration>) -> Result<(), StoreError> {
        if let Some(tx) = self.tx.take() {
            tx.rollback().await?;
        }
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        let mut tx = self.store.reader().still().await?;
        self.head = super::log::read_head(&mut tx, Lock::None).await?;
        self.tx = Some(tx);
        Ok(())
    }

    pub(super) fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        self.tx.as_deref_mut().ok_or(StoreError::ReadOnly)
    }

    /// At most `limit` leaves from index `from` on. A row that cannot be read is an error naming its column.
    ///
    /// # Errors
    /// The database failed or a column is corrupt.
    pub async fn leaves(&mut self, from: u64, limit: u32) -> Result<Vec<StoredLeaf>, StoreError> {
        read_leaves(self.connection()?, from, limit).await
    }

    /// The exact bytes of at most `limit` leaves from index `from` on, in one piece, which is quicker than row by row; none when they do not
    /// follow each other without a gap, or hold line ends, as no leaf does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leaf_bytes(&mut self, from: u64, limit: u32) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        const SQLITE: &str = "SELECT count(*) AS leaves, COALESCE(max(idx), -1) AS last,
                    CAST(group_concat(CAST(bytes AS TEXT), char(10)) AS BLOB) AS bytes
             FROM (SELECT idx, bytes FROM log_leaves WHERE idx >= $1 ORDER BY idx LIMIT $2) AS page";
        const POSTGRES: &str = "SELECT count(*) AS leaves, COALESCE(max(idx), -1) AS last, string_agg(bytes, '\x0a'::bytea ORDER BY idx) AS bytes
             FROM (SELECT idx, bytes FROM log_leaves WHERE idx >= $1 ORDER BY idx LIMIT $2) AS page";
        let text = if self.store.is_shared() { POSTGRES } else { SQLITE };
        let page = query(text).bind(int(from)).bind(i64::from(limit)).fetch_one(self.connection()?).await?;
        let leaves = page.index("leaves")?;
        if leaves == 0 {
            return Ok(Some(Vec::new()));
        }
        if page.index("last")? + 1 != from + leaves {
            return Ok(None);
        }
        let bytes = page.bytes("bytes")?;
        let split: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        Ok(Some(split).filter(|split| split.len() as u64 == leaves))
    }

    /// When a leaf was made, as its column says.
    ///
    /// # Errors
    /// The database failed or the column is corrupt.
    pub async fn leaf_time(&mut self, index: u64) -> Result<Option<Timestamp>, StoreError> {
        let row = query("SELECT at FROM log_leaves WHERE idx = $1").bind(int(index)).fetch_optional(self.connection()?);
        row.await?.map(|row| row.time("at")).transpose()
    }

    /// A tile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tile(&mut self, level: u8, index: u64) -> Result<Option<LogTile>, StoreError> {
        read_tile(self.connection()?, level, index).await
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
            .fetch_all(self.connection()?)
            .await?;
        rows.iter().map(checkpoint_of).collect()
    }

    /// What every witness cosigned last.
    ///
    /// # Errors
    /// The database failed or a column is corrupt.
    pub async fn cosigned(&mut self) -> Result<Vec<CosignedCheckpoint>, StoreError> {
        super::cosignatures::read(self.connection()?).await
    }

    /// How many tiles are stored, so that none too many goes unseen.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tile_count(&mut self) -> Result<u64, StoreError> {
        query("SELECT count(*) AS tiles FROM log_tiles").fetch_one(self.connection()?).await?.index("tiles")
    }
}
