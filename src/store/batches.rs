//! Batches: where each stands, and what may become of it. How its file comes and is read is in `batch_files`, what becomes of its cases in `batch_cases`.

use jiff::Timestamp;
use uuid::Uuid;

use super::batch_files::erase_file;
use super::case_list::within;
use super::columns::{Columns as _, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::{AuditReceipt, CaseState, Store, StoreError, outbox, words};

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

/// Refuses a batch of which something is left to do.
pub(super) async fn must_be_over(tx: &mut Connection, batch: Uuid) -> Result<(), StoreError> {
    let row = locked(tx, batch).await?;
    if row.flag("settled")? {
        return Ok(());
    }
    Err(StoreError::BatchState { batch, found: row.must("state", BatchState::parse)? })
}

pub(super) async fn locked(tx: &mut Connection, batch: Uuid) -> Result<Row, StoreError> {
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

pub(super) async fn must_be(tx: &mut Connection, batch: Uuid, wanted: BatchState) -> Result<(), StoreError> {
    let found = state(tx, batch).await?;
    if found == wanted { Ok(()) } else { Err(StoreError::BatchState { batch, found }) }
}

pub(super) async fn transition(
    tx: &mut Connection,
    batch: Uuid,
    to: BatchState,
    now: Timestamp,
) -> Result<(), StoreError> {
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

pub(super) fn batch_of(row: &Row) -> Result<BatchRow, StoreError> {
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
