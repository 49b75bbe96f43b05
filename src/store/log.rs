//! The audit log's rows: leaves as exact bytes with their index columns, tiles, the head, published checkpoints.
//!
//! This room knows no Merkle tree: `audit` computes, here it is made durable in one transaction that holds the head's lock.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Lock, Row, Tx, query};
use super::effect::{EffectState, PendingEffect};
use super::postgres::Turn;
use super::writer::Work;
use super::{AuditReceipt, Hash, KEPT_ROWS, Store, StoreError, Tag};

/// The state of the log after its last commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root hash.
    pub root: Hash,
    /// Roots of the perfect subtrees that make up the tree, largest first.
    pub frontier: Vec<Hash>,
    /// The signed checkpoint of this size.
    pub checkpoint: Option<String>,
}

/// What a leaf is searched by; all of it stands in the leaf's bytes too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafColumns {
    /// Event id, UUIDv7.
    pub id: Uuid,
    /// Server time, to the millisecond.
    pub at: Timestamp,
    /// Who: subject of the token.
    pub actor: String,
    /// On behalf of which organisation.
    pub organisation: String,
    /// What.
    pub action: String,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Person concerned.
    pub subject_tag: Option<Tag>,
    /// Source concerned.
    pub source: Option<String>,
}

/// A leaf ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedLeaf {
    /// The exact bytes that are hashed.
    pub bytes: Vec<u8>,
    /// RFC 6962 leaf hash of the bytes.
    pub hash: Hash,
    /// Index columns.
    pub columns: LeafColumns,
}

/// A leaf as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLeaf {
    /// Index, from 0.
    pub index: u64,
    /// The leaf.
    pub leaf: PreparedLeaf,
}

/// A tile: up to 256 hashes of one level (C2SP tlog-tiles, height 8). A partial tile is replaced as it grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTile {
    /// Tile level: 0 holds leaf hashes, 1 roots of 256 leaves, …
    pub level: u8,
    /// Place within the level.
    pub index: u64,
    /// 32 bytes a hash.
    pub bytes: Vec<u8>,
}

/// A checkpoint that left the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedCheckpoint {
    /// Size of the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// When.
    pub published_at: Timestamp,
}

/// A transaction that holds the head of the log: nobody else appends until it is committed or dropped.
pub struct LogTx {
    tx: Tx,
    store: Store,
    head: LogHead,
    receipts: Vec<AuditReceipt>,
    effects: Vec<Box<dyn Work>>,
}

impl Store {
    /// Waits for the head's lock and reads the head. Dropping the transaction leaves everything as it was.
    ///
    /// # Errors
    /// The database failed, or the store is open for reading only.
    pub async fn log_tx(&self) -> Result<LogTx, StoreError> {
        let mut tx = self.writer()?.begin().await?;
        let head = read_head(&mut tx, Lock::Rows).await?;
        Ok(LogTx { tx, store: self.clone(), head, receipts: Vec::new(), effects: Vec::new() })
    }

    /// The head as last committed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn log_head(&self) -> Result<LogHead, StoreError> {
        let mut connection = self.reader().acquire().await?;
        read_head(&mut connection, Lock::None).await
    }

    /// One leaf.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leaf(&self, index: u64) -> Result<Option<StoredLeaf>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        Ok(read_leaves(&mut connection, index, 1).await?.into_iter().find(|stored| stored.index == index))
    }

    /// At most `limit` leaves from index `from` on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leaves(&self, from: u64, limit: u32) -> Result<Vec<StoredLeaf>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        read_leaves(&mut connection, from, limit).await
    }

    /// The bytes of a tile.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tile(&self, level: u8, index: u64) -> Result<Option<LogTile>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        read_tile(&mut connection, level, index).await
    }

    /// The last checkpoint that was published.
    ///
    /// # Errors
    /// The database failed.
    pub async fn last_checkpoint(&self) -> Result<Option<PublishedCheckpoint>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        read_last_checkpoint(&mut connection).await
    }

    /// Records a checkpoint as published, if the last one is still of size `expected`.
    ///
    /// # Errors
    /// [`StoreError::CheckpointMoved`] when another publisher was faster; else the database failed.
    pub async fn publish_checkpoint(
        &self,
        expected: Option<u64>,
        checkpoint: PublishedCheckpoint,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                Turn::Publication.wait(tx).await?;
                let found = read_last_checkpoint(tx).await?.map(|last| last.size);
                if found != expected {
                    return Err(StoreError::CheckpointMoved { expected, found });
                }
                query("INSERT INTO log_checkpoints (size, root, note, published_at) VALUES ($1, $2, $3, $4)")
                    .bind(int(checkpoint.size))
                    .bind(checkpoint.root.as_slice())
                    .bind(checkpoint.note)
                    .bind(millis(checkpoint.published_at))
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

impl LogTx {
    /// The head under this transaction's lock.
    #[must_use]
    pub fn head(&self) -> &LogHead {
        &self.head
    }

    /// Several tiles by level and index, those that there are, in one trip: whoever appends after another process reads them while the
    /// others wait.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tiles(&mut self, ids: &[(u8, u64)]) -> Result<Vec<LogTile>, StoreError> {
        let Some((first, others)) = ids.split_first() else { return Ok(Vec::new()) };
        let mut query = Builder::new("SELECT level, idx, bytes FROM log_tiles WHERE ");
        for (place, (level, index)) in std::iter::once(first).chain(others).enumerate() {
            query.push(if place == 0 { "(level = " } else { " OR (level = " }).push_bind(i64::from(*level));
            query.push(" AND idx = ").push_bind(int(*index)).push(")");
        }
        let rows = query.build().fetch_all(&mut *self.tx).await?;
        let tile = |row: &Row| {
            let level = u8::try_from(row.index("level")?).unwrap_or(u8::MAX);
            Ok(LogTile { level, index: row.index("idx")?, bytes: row.bytes("bytes")? })
        };
        rows.iter().map(tile).collect()
    }

    /// Adds leaves after the head, writes the tiles they changed and the new head. Nothing is durable before [`LogTx::commit`].
    ///
    /// # Errors
    /// [`StoreError::HeadMoved`] when `head.size` is not the old size plus the leaves; else the database failed.
    pub async fn append(
        &mut self,
        leaves: &[PreparedLeaf],
        tiles: &[LogTile],
        head: LogHead,
    ) -> Result<(), StoreError> {
        let first = self.head.size;
        let size = first + leaves.len() as u64;
        if head.size != size {
            return Err(StoreError::HeadMoved { expected: head.size, found: size });
        }
        insert_leaves(&mut self.tx, first, leaves).await?;
        for tile in tiles {
            write_tile(&mut self.tx, tile).await?;
        }
        write_head(&mut self.tx, &head).await?;
        self.receipts.extend((first..).zip(leaves).map(|(index, leaf)| AuditReceipt::of(index, leaf, size)));
        self.head = head;
        Ok(())
    }

    /// Does what follows from the entries in this range of those appended here, in the same transaction. Where it fails, the entries
    /// stand without it, which is said; who wanted it is told.
    ///
    /// # Errors
    /// The database failed, and nothing can be appended any more.
    pub async fn effect(
        &mut self,
        effect: PendingEffect,
        entries: std::ops::Range<usize>,
    ) -> Result<EffectState, StoreError> {
        let mut work = effect.0;
        work.follow(self.receipts.get(entries).unwrap_or_default().to_vec(), None);
        work.run(&mut self.tx, true).await?;
        let state = work.state();
        self.effects.push(work);
        Ok(state)
    }

    /// Makes it durable; the only place where receipts come from.
    ///
    /// # Errors
    /// [`StoreError::CommitFailed`]: the entries may be durable or not, so the head must be read before the next append.
    pub async fn commit(self) -> Result<Vec<AuditReceipt>, StoreError> {
        self.store.writer()?.commit(self.tx, self.effects).await?;
        Ok(self.receipts)
    }
}

pub(super) async fn read_head(connection: &mut Connection, lock: Lock) -> Result<LogHead, StoreError> {
    let row = query("SELECT size, root, frontier, checkpoint FROM log_head WHERE id = 1")
        .lock(lock)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(LogHead { size: 0, root: super::EMPTY_ROOT, frontier: Vec::new(), checkpoint: None });
    };
    let frontier = row.bytes("frontier")?;
    let (hashes, rest) = frontier.as_chunks::<32>();
    if !rest.is_empty() {
        return Err(StoreError::Corrupt { column: "log_head.frontier" });
    }
    Ok(LogHead {
        size: row.index("size")?,
        root: row.hash("root")?,
        frontier: hashes.to_vec(),
        checkpoint: row.opt_text("checkpoint")?,
    })
}

async fn write_head(tx: &mut Connection, head: &LogHead) -> Result<(), StoreError> {
    query(
        "INSERT INTO log_head (id, size, root, frontier, checkpoint) VALUES (1, $1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, frontier = excluded.frontier,
                                        checkpoint = excluded.checkpoint",
    )
    .bind(int(head.size))
    .bind(head.root.as_slice())
    .bind(head.frontier.concat())
    .bind(head.checkpoint.as_deref())
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert_leaves(tx: &mut Connection, first: u64, leaves: &[PreparedLeaf]) -> Result<(), StoreError> {
    // 11 columns a row: well within the bounds on parameters of both databases.
    for (chunk, start) in leaves.chunks(256).zip((first..).step_by(256)) {
        let mut query = Builder::new(
            "INSERT INTO log_leaves
             (idx, bytes, hash, id, at, actor, organisation, action, case_id, subject_tag, source) ",
        );
        query.push_values(chunk.iter().zip(start..), |mut row, (leaf, index)| {
            let columns = &leaf.columns;
            row.push_bind(int(index))
                .push_bind(leaf.bytes.as_slice())
                .push_bind(leaf.hash.to_vec())
                .push_bind(columns.id.to_string())
                .push_bind(millis(columns.at))
                .push_bind(columns.actor.as_str())
                .push_bind(columns.organisation.as_str())
                .push_bind(columns.action.as_str())
                .push_bind(columns.case_id.map(|id| id.to_string()))
                .push_bind(columns.subject_tag.map(|tag| tag.to_string()))
                .push_bind(columns.source.as_deref());
        });
        query.build().persistent(chunk.len() <= KEPT_ROWS).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn write_tile(tx: &mut Connection, tile: &LogTile) -> Result<(), StoreError> {
    query(
        "INSERT INTO log_tiles (level, idx, bytes) VALUES ($1, $2, $3)
         ON CONFLICT (level, idx) DO UPDATE SET bytes = excluded.bytes",
    )
    .bind(i64::from(tile.level))
    .bind(int(tile.index))
    .bind(tile.bytes.as_slice())
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn read_tile(
    connection: &mut Connection,
    level: u8,
    index: u64,
) -> Result<Option<LogTile>, StoreError> {
    let row = query("SELECT bytes FROM log_tiles WHERE level = $1 AND idx = $2")
        .bind(i64::from(level))
        .bind(int(index))
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(LogTile { level, index, bytes: row.bytes("bytes")? })).transpose()
}

pub(super) async fn read_leaves(
    connection: &mut Connection,
    from: u64,
    limit: u32,
) -> Result<Vec<StoredLeaf>, StoreError> {
    let rows = query("SELECT * FROM log_leaves WHERE idx >= $1 ORDER BY idx LIMIT $2")
        .bind(int(from))
        .bind(i64::from(limit))
        .fetch_all(connection)
        .await?;
    rows.iter().map(leaf_of).collect()
}

pub(super) fn leaf_of(row: &Row) -> Result<StoredLeaf, StoreError> {
    Ok(StoredLeaf {
        index: row.index("idx")?,
        leaf: PreparedLeaf {
            bytes: row.bytes("bytes")?,
            hash: row.hash("hash")?,
            columns: LeafColumns {
                id: row.uuid("id")?,
                at: row.time("at")?,
                actor: row.text("actor")?,
                organisation: row.text("organisation")?,
                action: row.text("action")?,
                case_id: row.opt_uuid("case_id")?,
                subject_tag: row.opt_tag("subject_tag")?,
                source: row.opt_text("source")?,
            },
        },
    })
}

async fn read_last_checkpoint(connection: &mut Connection) -> Result<Option<PublishedCheckpoint>, StoreError> {
    let row = query("SELECT * FROM log_checkpoints ORDER BY size DESC LIMIT 1").fetch_optional(connection).await?;
    row.map(|row| checkpoint_of(&row)).transpose()
}

pub(super) fn checkpoint_of(row: &Row) -> Result<PublishedCheckpoint, StoreError> {
    Ok(PublishedCheckpoint {
        size: row.index("size")?,
        root: row.hash("root")?,
        note: row.text("note")?,
        published_at: row.time("published_at")?,
    })
}
