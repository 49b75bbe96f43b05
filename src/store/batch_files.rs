//! The file of a batch: received in sealed parts, then read row by row; how far that has come stands here, so that any process goes on from
//! there. When it has been read it is erased.
//!
//! A batch's faults are sealed: a column of a stranger's file may be headed with anything.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::batches::{batch_of, locked, must_be, transition};
use super::columns::{Columns as _, int, millis};
use super::db::{Connection, Lock, query};
use super::receipt::entry_of;
use super::{
    AuditReceipt, BatchRow, BatchState, Created, DocumentKind, Effect, IdempotencyKey, SealedDocument, Store,
    StoreError, claims, documents, idempotency,
};

/// A batch whose file is about to come.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// UUIDv7.
    pub id: Uuid,
    /// Organisation of the caller.
    pub organisation: String,
    /// Client id of the caller.
    pub client: String,
    /// Beginnings of region codes within which the caller may act.
    pub regions: Vec<String>,
    /// How the file is written: a word of `bulk`.
    pub format: &'static str,
    /// When it began.
    pub created_at: Timestamp,
    /// What the whole file leaves unsaid, and for whom it is read: sealed.
    pub terms: SealedDocument,
}

/// What is known of a whole file once it has come.
#[derive(Clone, Debug)]
pub struct Received {
    /// Bytes.
    pub bytes: u64,
    /// Parts it was stored in.
    pub parts: u32,
    /// The caller's idempotency key.
    pub idempotency: Option<IdempotencyKey>,
}

/// The right to read a batch's file until it runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchLease {
    /// Batch.
    pub batch: Uuid,
    /// Worker.
    pub worker: String,
    /// The claim's number.
    pub fence: u32,
}

/// How far a file has been read.
#[derive(Clone, Debug, Default)]
pub struct ReadSoFar {
    /// Households read.
    pub read: u64,
    /// Cases made.
    pub accepted: u64,
    /// Refused.
    pub faulty: u64,
    /// Passed over.
    pub passed_over: u64,
    /// Faults since the last time, sealed; and how many.
    pub faults: Option<(SealedDocument, u32)>,
    /// Whether this was all.
    pub all_read: bool,
    /// Why it could not be read on: a closed word, and the line.
    pub file_fault: Option<(String, u64)>,
}

impl Store {
    /// Begins a batch: an effect of its entry in the log.
    #[must_use]
    pub fn receiving(batch: NewBatch) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(batch.id, entries)?;
                documents::insert(tx, Some(batch.id), &batch.terms).await?;
                query(
                    "INSERT INTO batches (id, state, organisation, client, format, created_at, updated_at, terms_document)
                     VALUES ($1, 'receiving', $2, $3, $4, $5, $5, $6)",
                )
                .bind(batch.id.to_string())
                .bind(batch.organisation.as_str())
                .bind(batch.client.as_str())
                .bind(batch.format)
                .bind(millis(batch.created_at))
                .bind(batch.terms.id.to_string())
                .execute(&mut *tx)
                .await?;
                for region in batch.regions.iter().collect::<BTreeSet<_>>() {
                    query("INSERT INTO batch_regions (batch_id, region) VALUES ($1, $2)")
                        .bind(batch.id.to_string())
                        .bind(region.as_str())
                        .execute(&mut *tx)
                        .await?;
                }
                Ok(())
            })
        })
    }

    /// Keeps a part of a batch's file. Parts are numbered from 0.
    ///
    /// # Errors
    /// [`StoreError::WrongReceipt`]; [`StoreError::BatchState`] when the file is whole or the batch was cancelled.
    pub async fn add_part(
        &self,
        receipt: &AuditReceipt,
        batch: Uuid,
        number: u32,
        part: SealedDocument,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(batch)?;
        self.write(move |tx| {
            Box::pin(async move {
                must_be(tx, batch, BatchState::Receiving).await?;
                documents::insert(tx, Some(batch), &part).await?;
                query("INSERT INTO batch_parts (batch_id, number, document_id) VALUES ($1, $2, $3)")
                    .bind(batch.to_string())
                    .bind(i64::from(number))
                    .bind(part.id.to_string())
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Accepts a batch whose file is whole: an effect of its entry in the log. When the same client sent the same file under the same
    /// key before, that batch is named instead.
    ///
    /// Fails with [`StoreError::IdempotencyConflict`]; [`StoreError::BatchState`] when it was cancelled.
    #[must_use]
    pub fn received(batch: Uuid, received: Received, now: Timestamp) -> Effect<Created> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(batch, entries)?;
                let row = locked(tx, batch).await?;
                let client = row.text("client")?;
                if let Some(key) = &received.idempotency
                    && let Some(made) = idempotency::find(tx, &client, &key.key_tags, now).await?
                {
                    return made.with(&key.body_macs).map(Created::Existing);
                }
                if let Some(key) = &received.idempotency {
                    let made = idempotency::remember(tx, &client, key, batch, now).await?;
                    if made != Created::New(batch) {
                        return Ok(made);
                    }
                }
                transition(tx, batch, BatchState::Running, now).await?;
                query("UPDATE batches SET bytes = $1, parts = $2 WHERE id = $3")
                    .bind(int(received.bytes))
                    .bind(i64::from(received.parts))
                    .bind(batch.to_string())
                    .execute(&mut *tx)
                    .await?;
                Ok(Created::New(batch))
            })
        })
    }

    /// The sealed parts of a batch's file, in order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn batch_parts(&self, batch: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let parts = query("SELECT document_id FROM batch_parts WHERE batch_id = $1 ORDER BY number");
        let rows = parts.bind(batch.to_string()).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("document_id")).collect()
    }

    /// Claims a batch whose file is to be read on, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_batch(
        &self,
        worker: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<(BatchRow, BatchLease)>, StoreError> {
        let wanted = "SELECT 1 FROM batches WHERE state = 'running' AND NOT all_read
                      AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1";
        if query(wanted).bind(millis(now)).fetch_optional(self.reader()).await?.is_none() {
            return Ok(None);
        }
        let (worker, until) = (worker.to_owned(), claims::after(now, lease));
        self.write(move |tx| {
            Box::pin(async move {
                let free = "SELECT id FROM batches WHERE state = 'running' AND NOT all_read
                            AND (lease_until IS NULL OR lease_until <= $1) ORDER BY id LIMIT 1";
                let free = query(free).bind(millis(now)).lock(Lock::FreeRows).fetch_optional(&mut *tx).await?;
                let Some(free) = free else { return Ok(None) };
                let claimed = query(
                    "UPDATE batches SET lease_worker = $1, lease_until = $2, attempts = attempts + 1 WHERE id = $3 RETURNING *",
                )
                .bind(worker.as_str())
                .bind(millis(until))
                .bind(free.text("id")?)
                .fetch_one(tx)
                .await?;
                let row = batch_of(&claimed)?;
                let lease = BatchLease { batch: row.id, worker, fence: claimed.small("attempts")? };
                Ok(Some((row, lease)))
            })
        })
        .await
    }

    /// Notes how far a batch's file has been read, and makes the lease last until `until`; whether to read on: not when it was paused or
    /// cancelled meanwhile. What was read stands either way.
    ///
    /// # Errors
    /// [`StoreError::BatchLeaseLost`].
    pub async fn note_read(
        &self,
        lease: &BatchLease,
        so_far: ReadSoFar,
        now: Timestamp,
        length: Duration,
    ) -> Result<bool, StoreError> {
        let (lease, until) = (lease.clone(), claims::after(now, length));
        self.write(move |tx| {
            Box::pin(async move {
                let is_of_file = so_far.file_fault.is_some();
                let (fault, line) = so_far.file_fault.unzip();
                let held = query(
                    "UPDATE batches SET read_rows = $1, accepted = $2, faulty = $3, passed_over = $4, all_read = $5,
                                        fault = $6, fault_line = $7, lease_until = $8
                     WHERE id = $9 AND lease_worker = $10 AND attempts = $11 RETURNING state",
                )
                .bind(int(so_far.read))
                .bind(int(so_far.accepted))
                .bind(int(so_far.faulty))
                .bind(int(so_far.passed_over))
                .bind(so_far.all_read)
                .bind(fault)
                .bind(line.map(int))
                .bind((!so_far.all_read).then(|| millis(until)))
                .bind(lease.batch.to_string())
                .bind(lease.worker.as_str())
                .bind(i64::from(lease.fence))
                .fetch_optional(&mut *tx)
                .await?;
                let held = held.ok_or(StoreError::BatchLeaseLost { batch: lease.batch })?;
                if let Some((faults, count)) = so_far.faults {
                    // what keeps the file from being read on stands behind the last row that could be
                    let place = int(so_far.read + u64::from(is_of_file));
                    let known = query("SELECT 1 FROM batch_faults WHERE batch_id = $1 AND read_rows = $2");
                    let known = known.bind(lease.batch.to_string()).bind(place).fetch_optional(&mut *tx).await?;
                    // read again after a crash, the same rows have the same faults: what stood of them is not told twice
                    if known.is_none() {
                        documents::insert(tx, Some(lease.batch), &faults).await?;
                        query("INSERT INTO batch_faults (batch_id, read_rows, count, document_id) VALUES ($1, $2, $3, $4)")
                            .bind(lease.batch.to_string())
                            .bind(place)
                            .bind(i64::from(count))
                            .bind(faults.id.to_string())
                            .execute(&mut *tx)
                            .await?;
                    }
                }
                if so_far.all_read {
                    erase_parts(tx, lease.batch).await?;
                }
                Ok(held.must("state", BatchState::parse)? == BatchState::Running)
            })
        })
        .await
    }

    /// Gives a batch's file back to whoever reads it on.
    ///
    /// # Errors
    /// The database failed.
    pub async fn give_back(&self, lease: BatchLease) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let free = query(
                    "UPDATE batches SET lease_worker = NULL, lease_until = NULL
                     WHERE id = $1 AND lease_worker = $2 AND attempts = $3",
                );
                let free = free.bind(lease.batch.to_string()).bind(lease.worker.as_str()).bind(i64::from(lease.fence));
                free.execute(tx).await?;
                Ok(())
            })
        })
        .await
    }

    /// The sealed faults of a batch, in the order of the file.
    ///
    /// # Errors
    /// The database failed.
    pub async fn batch_faults(&self, batch: Uuid) -> Result<Vec<Uuid>, StoreError> {
        let faults = query("SELECT document_id FROM batch_faults WHERE batch_id = $1 ORDER BY read_rows");
        let rows = faults.bind(batch.to_string()).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("document_id")).collect()
    }

    /// Files that began to come before a time and are not whole, oldest first, some of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn abandoned_batches(&self, before: Timestamp) -> Result<Vec<Uuid>, StoreError> {
        let left = query("SELECT id FROM batches WHERE state = 'receiving' AND created_at < $1 ORDER BY id LIMIT 20");
        let rows = left.bind(millis(before)).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("id")).collect()
    }
}

/// A file that has been read opens no more: what was made of it is kept with its cases.
async fn erase_parts(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    destroy(tx, batch, &[DocumentKind::Upload]).await
}

/// A file that nobody will read any more opens no more, nor do its terms.
pub(super) async fn erase_file(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    destroy(tx, batch, &[DocumentKind::Upload, DocumentKind::BatchTerms]).await
}

async fn destroy(tx: &mut Connection, batch: Uuid, kinds: &[DocumentKind]) -> Result<(), StoreError> {
    tx.owes_cut = true;
    for kind in kinds {
        query("DELETE FROM deks WHERE id IN (SELECT dek_id FROM documents WHERE case_id = $1 AND kind = $2)")
            .bind(batch.to_string())
            .bind(kind.as_str())
            .execute(&mut *tx)
            .await?;
        query("UPDATE documents SET ciphertext = $1 WHERE case_id = $2 AND kind = $3")
            .bind(Vec::new())
            .bind(batch.to_string())
            .bind(kind.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
