//! Batches: files of many households. A batch is received in sealed parts and read row by row; how far that has come stands here, so that
//! any process goes on from there. What becomes of its cases is in `batch_cases`. When its file has been read it is erased.
//!
//! A batch's faults are sealed: a column of a stranger's file may be headed with anything.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::case_list::within;
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::receipt::entry_of;
use super::{
    AuditReceipt, CaseState, Created, DocumentKind, Effect, IdempotencyKey, SealedDocument, Store, StoreError, claims,
    documents, idempotency, outbox, words,
};

words! {
    /// Where a batch stands.
    BatchState {
        /// Its file is on its way.
        Receiving = "receiving",
        /// The file is whole; its rows become cases while earlier ones already run.
        Running = "running",
        /// Nothing of it is let into the queue.
        Paused = "paused",
        /// Its last case has come to rest.
        Finished = "finished",
        /// Stopped: what had not begun never will.
        Cancelled = "cancelled",
    }
}

impl BatchState {
    /// Whether a batch may go from here to `to`.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        use BatchState::{Cancelled, Finished, Paused, Receiving, Running};
        matches!(
            (self, to),
            (Receiving, Running | Cancelled) | (Running, Paused | Finished | Cancelled) | (Paused, Running | Cancelled)
        )
    }
}

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

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// Id.
    pub id: Uuid,
    /// Where it stands.
    pub state: BatchState,
    /// Organisation.
    pub organisation: String,
    /// Client.
    pub client: String,
    /// How its file is written.
    pub format: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
    /// Size of the file, bytes.
    pub bytes: u64,
    /// Parts of the file.
    pub parts: u32,
    /// Sealed terms.
    pub terms_document: Uuid,
    /// Households read so far.
    pub read: u64,
    /// Of which became cases.
    pub accepted: u64,
    /// Of which were refused.
    pub faulty: u64,
    /// Households passed over: not of the programme, township or village that was chosen.
    pub passed_over: u64,
    /// Whether there is nothing left to read.
    pub all_read: bool,
    /// Why it could not be read to its end: a closed word, and the line.
    pub file_fault: Option<(String, u64)>,
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

/// How many cases of a batch are in each state.
pub type CaseCounts = Vec<(CaseState, u64)>;

/// Which batches to list.
#[derive(Clone, Debug, Default)]
pub struct BatchFilter {
    /// Organisation in scope.
    pub organisation: String,
    /// Beginnings of region codes in scope; none for all.
    pub region_prefixes: Vec<String>,
    /// One state.
    pub state: Option<BatchState>,
    /// Only batches older than this one.
    pub cursor: Option<Uuid>,
    /// At most this many, 1 to 1,000.
    pub limit: u32,
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
                    && let Some(existing) = idempotency::find(tx, &client, key, now).await?
                {
                    return Ok(Created::Existing(existing));
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

    /// A batch.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get_batch(&self, id: Uuid) -> Result<BatchRow, StoreError> {
        let row =
            query("SELECT * FROM batches WHERE id = $1").bind(id.to_string()).fetch_optional(self.reader()).await?;
        batch_of(&row.ok_or(StoreError::NotFound { what: "batch", id })?)
    }

    /// Whether regions cover all those within which whoever sent a batch may act.
    ///
    /// # Errors
    /// The database failed.
    pub async fn batch_lies_within(&self, id: Uuid, region_prefixes: &[String]) -> Result<bool, StoreError> {
        let mut found = Builder::new("SELECT 1 FROM batches WHERE id = ");
        found.push_bind(id.to_string());
        within_all(&mut found, "batches.id", region_prefixes);
        Ok(found.build().persistent(false).fetch_optional(self.reader()).await?.is_some())
    }

    /// Batches of an organisation, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_batches(&self, filter: &BatchFilter) -> Result<Vec<BatchRow>, StoreError> {
        let mut list = Builder::new("SELECT * FROM batches WHERE organisation = ");
        list.push_bind(filter.organisation.as_str());
        within_all(&mut list, "batches.id", &filter.region_prefixes);
        if let Some(state) = filter.state {
            list.push(" AND state = ").push_bind(state.as_str());
        }
        if let Some(cursor) = filter.cursor {
            list.push(" AND id < ").push_bind(cursor.to_string());
        }
        list.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit.clamp(1, 1000)));
        let rows = list.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(batch_of).collect()
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

    /// Pauses, resumes or cancels a batch, as `to` says: its cases that have not begun wait, go on or never begin.
    ///
    /// # Errors
    /// [`StoreError::BatchState`] when it stands elsewhere; [`StoreError::WrongReceipt`].
    pub async fn move_batch(
        &self,
        receipt: &AuditReceipt,
        batch: Uuid,
        to: BatchState,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(batch)?;
        self.write(move |tx| Box::pin(async move { transition(tx, batch, to, now).await })).await
    }

    /// Batches with which something is to be done: running and paused ones, and cancelled ones whose cases are not all ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn batches_to_tend(&self) -> Result<Vec<BatchRow>, StoreError> {
        let tended =
            "SELECT * FROM batches WHERE NOT settled AND state IN ('running', 'paused', 'cancelled') ORDER BY id";
        let rows = query(tended).fetch_all(self.reader()).await?;
        rows.iter().map(batch_of).collect()
    }

    /// Notes that no case of a cancelled batch is left to end, and erases its file, unless somebody still reads it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn note_ended(&self, batch: Uuid, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let ended = query(
                    "UPDATE batches SET settled = TRUE
                     WHERE id = $1 AND state = 'cancelled' AND (all_read OR lease_until IS NULL OR lease_until <= $2)",
                );
                let ended = ended.bind(batch.to_string()).bind(millis(now)).execute(&mut *tx).await?;
                if ended == 1 { erase_file(tx, batch).await } else { Ok(()) }
            })
        })
        .await
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

    /// Ends a batch of which nothing is left to do, erases its file, and owes its client word of it if it wants that.
    ///
    /// # Errors
    /// [`StoreError::BatchState`] when it ended already; [`StoreError::WrongReceipt`].
    pub async fn finish_batch(
        &self,
        receipt: &AuditReceipt,
        batch: Uuid,
        callback: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(batch)?;
        self.write(move |tx| {
            Box::pin(async move {
                transition(tx, batch, BatchState::Finished, now).await?;
                erase_file(tx, batch).await?;
                if callback {
                    outbox::enqueue_batch(tx, batch, now).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

/// A file that has been read opens no more: what was made of it is kept with its cases.
async fn erase_parts(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    destroy(tx, batch, &[DocumentKind::Upload]).await
}

/// A file that nobody will read any more opens no more, nor do its terms.
async fn erase_file(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    destroy(tx, batch, &[DocumentKind::Upload, DocumentKind::BatchTerms]).await
}

async fn destroy(tx: &mut Connection, batch: Uuid, kinds: &[DocumentKind]) -> Result<(), StoreError> {
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

/// Refuses a batch of which something is left to do.
pub(super) async fn must_be_over(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    let row = locked(tx, batch).await?;
    if row.flag("settled")? {
        return Ok(());
    }
    Err(StoreError::BatchState { batch, found: row.must("state", BatchState::parse)? })
}

async fn locked(tx: &mut Connection, batch: Uuid) -> Result<Row, StoreError> {
    let row = query("SELECT * FROM batches WHERE id = $1").bind(batch.to_string()).lock(Lock::Rows);
    row.fetch_optional(tx).await?.ok_or(StoreError::NotFound { what: "batch", id: batch })
}

pub(super) async fn state(tx: &mut Connection, batch: Uuid) -> Result<BatchState, StoreError> {
    locked(tx, batch).await?.must("state", BatchState::parse)
}

/// Under the batch's lock, so that it is not cancelled before the caller's commit either.
pub(super) async fn must_not_be_cancelled(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    match state(tx, batch).await? {
        found @ BatchState::Cancelled => Err(StoreError::BatchState { batch, found }),
        _ => Ok(()),
    }
}

async fn must_be(tx: &mut Connection, batch: Uuid, wanted: BatchState) -> Result<(), StoreError> {
    let found = state(tx, batch).await?;
    if found == wanted { Ok(()) } else { Err(StoreError::BatchState { batch, found }) }
}

async fn transition(tx: &mut Connection, batch: Uuid, to: BatchState, now: Timestamp) -> Result<(), StoreError> {
    let found = state(tx, batch).await?;
    if !found.may_become(to) {
        return Err(StoreError::BatchState { batch, found });
    }
    query("UPDATE batches SET state = $1, updated_at = $2, settled = $3 WHERE id = $4")
        .bind(to.as_str())
        .bind(millis(now))
        .bind(to == BatchState::Finished)
        .bind(batch.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// ` AND …`: only batches whose every region begins with one of the prefixes; every batch where there is none.
pub(super) fn within_all(query: &mut Builder<'_>, batch: &'static str, prefixes: &[String]) {
    query.push(" AND NOT EXISTS (SELECT 1 FROM batch_regions r WHERE r.batch_id = ").push(batch);
    query.push(" AND NOT (1 = 1");
    within(query, "r.region", prefixes);
    query.push("))");
}

fn batch_of(row: &Row) -> Result<BatchRow, StoreError> {
    Ok(BatchRow {
        id: row.uuid("id")?,
        state: row.must("state", BatchState::parse)?,
        organisation: row.text("organisation")?,
        client: row.text("client")?,
        format: row.text("format")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        bytes: row.index("bytes")?,
        parts: row.small("parts")?,
        terms_document: row.uuid("terms_document")?,
        read: row.index("read_rows")?,
        accepted: row.index("accepted")?,
        faulty: row.index("faulty")?,
        passed_over: row.index("passed_over")?,
        all_read: row.flag("all_read")?,
        file_fault: row.opt_text("fault")?.zip(row.opt_index("fault_line")?),
    })
}
