//! What callers see of a batch, and what they may do with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::file::RowFault;
use super::{Bulk, BulkError};
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::store::{BatchFilter, BatchRow, BatchState, CaseState};
use crate::verification::{VerificationError, actor, sealing};

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchStatus {
    /// Id.
    pub id: String,
    /// receiving, running, paused, finished or cancelled.
    pub status: String,
    /// ndjson, csv or xlsx.
    pub format: String,
    /// When it began.
    pub created_at: String,
    /// When its state last changed.
    pub updated_at: String,
    /// Size of its file.
    pub bytes: u64,
    /// Households read so far.
    pub households: u64,
    /// Of which became cases.
    pub accepted: u64,
    /// Of which were refused: see the faults.
    pub faulty: u64,
    /// Of which are not among those that were chosen.
    pub passed_over: u64,
    /// Whether the whole file is read.
    pub all_read: bool,
    /// Why it could not be read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_fault: Option<FileFaultStatus>,
    /// Cases by state.
    pub cases: BTreeMap<String, u64>,
    /// Cases at rest: final, failed, cancelled, erased.
    pub done: u64,
}

/// Where and why a file could not be read on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FileFaultStatus {
    /// Line, from 1.
    pub line: u64,
    /// Code.
    pub code: String,
}

/// A page of batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BatchPage {
    /// Newest first.
    pub items: Vec<BatchStatus>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

/// Most batches on a page.
const PAGE: u32 = 50;

impl Bulk {
    /// A batch.
    ///
    /// # Errors
    /// [`BulkError::NotFound`].
    pub async fn status(&self, caller: &Caller, batch: &str) -> Result<BatchStatus, BulkError> {
        let row = self.batch(caller, batch).await?;
        self.shown(row).await
    }

    /// The organisation's batches, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(
        &self,
        caller: &Caller,
        status: Option<&str>,
        cursor: Option<&str>,
    ) -> Result<BatchPage, BulkError> {
        let filter = BatchFilter {
            organisation: caller.organisation.clone(),
            region_prefixes: caller.regions.clone(),
            state: status.and_then(BatchState::parse),
            cursor: cursor.and_then(|text| Uuid::parse_str(text).ok()),
            limit: PAGE + 1,
        };
        if filter.region_prefixes.is_empty() {
            return Ok(BatchPage { items: Vec::new(), next: None });
        }
        let mut rows = self.0.store.list_batches(&filter).await?;
        let more = rows.len() > PAGE as usize;
        rows.truncate(PAGE as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            items.push(self.shown(row).await?);
        }
        Ok(BatchPage { items, next })
    }

    async fn shown(&self, row: BatchRow) -> Result<BatchStatus, BulkError> {
        let counts = self.0.store.count_cases_of(row.id).await?;
        let at_rest = |(state, count): &(CaseState, u64)| if state.at_rest() { *count } else { 0 };
        let file_fault = row.file_fault.map(|(code, line)| FileFaultStatus { line, code });
        Ok(BatchStatus {
            id: row.id.to_string(),
            status: row.state.as_str().to_owned(),
            format: row.format,
            created_at: row.created_at.to_string(),
            updated_at: row.updated_at.to_string(),
            bytes: row.bytes,
            households: row.read,
            accepted: row.accepted,
            faulty: row.faulty,
            passed_over: row.passed_over,
            all_read: row.all_read,
            file_fault,
            done: counts.iter().map(at_rest).sum(),
            cases: counts.into_iter().map(|(state, count)| (state.as_str().to_owned(), count)).collect(),
        })
    }

    /// A batch the caller may see: one of the caller's organisation, within the caller's regions. That somebody asked for another stands in
    /// the log.
    pub(super) async fn batch(&self, caller: &Caller, batch: &str) -> Result<BatchRow, BulkError> {
        let id = Uuid::parse_str(batch).map_err(|_| BulkError::NotFound)?;
        let row = self.0.store.get_batch(id).await?;
        let own = row.organisation == caller.organisation && !caller.regions.is_empty();
        if own && self.0.store.batch_lies_within(id, &caller.regions).await? {
            return Ok(row);
        }
        self.0.verifier.deny_batch(caller, id).await?;
        Err(BulkError::NotFound)
    }

    /// Lets no more of a batch's cases begin.
    ///
    /// # Errors
    /// [`BulkError::State`] when it is not running; [`BulkError::NotFound`]; [`BulkError::Closed`].
    pub async fn pause(&self, caller: &Caller, batch: &str) -> Result<BatchStatus, BulkError> {
        self.turn(caller, batch, Action::BatchPaused, BatchState::Paused).await
    }

    /// Goes on with a paused batch.
    ///
    /// # Errors
    /// As [`Bulk::pause`], when it is not paused.
    pub async fn resume(&self, caller: &Caller, batch: &str) -> Result<BatchStatus, BulkError> {
        self.turn(caller, batch, Action::BatchResumed, BatchState::Running).await
    }

    /// Stops a batch: what had not begun never will. Reports that stand stay.
    ///
    /// # Errors
    /// As [`Bulk::pause`], when it has ended.
    pub async fn cancel(&self, caller: &Caller, batch: &str) -> Result<BatchStatus, BulkError> {
        self.turn(caller, batch, Action::BatchCancelled, BatchState::Cancelled).await
    }

    async fn turn(
        &self,
        caller: &Caller,
        batch: &str,
        action: Action,
        to: BatchState,
    ) -> Result<BatchStatus, BulkError> {
        let row = self.batch(caller, batch).await?;
        if !row.state.may_become(to) || row.state == BatchState::Receiving {
            return Err(BulkError::State(row.state));
        }
        let receipt = self.0.log.append_one(Event::new(&actor(caller), action).batch(row.id)).await?;
        self.0.store.move_batch(&receipt, row.id, to, self.0.clock.now()).await?;
        self.0.bell.notify_waiters();
        self.status(caller, batch).await
    }

    /// Every fault of a batch's rows so far, in the order of the file. They hold no value of a row.
    ///
    /// # Errors
    /// [`BulkError::NotFound`]; [`BulkError::Closed`].
    pub async fn faults(&self, caller: &Caller, batch: &str) -> Result<Vec<RowFault>, BulkError> {
        let row = self.batch(caller, batch).await?;
        let event = Event::new(&actor(caller), Action::DocumentOpened).batch(row.id);
        let receipt = self.0.log.append_one(event).await?;
        let mut faults = Vec::new();
        for document in self.0.store.batch_faults(row.id).await? {
            let opened = sealing::open(&self.0.store, &self.0.keys, &receipt, row.id, document).await?;
            let mut read: Vec<RowFault> = serde_json::from_slice(&opened)
                .map_err(|_| VerificationError::Unreadable { what: "faults of a batch" })?;
            faults.append(&mut read);
        }
        Ok(faults)
    }
}
