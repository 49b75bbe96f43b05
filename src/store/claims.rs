//! Who works on which case: a lease with a fence, so that a worker may die at any time and two never both believe they have it.
//!
//! A case has a time at which somebody should look at it (`wake_at`): its acceptance, the next poll of a pending cell, an answer
//! that came in meanwhile. Claiming takes the one that has waited longest.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::cases::{case_of, rank, transition};
use super::cells::next_look;
use super::columns::{Columns as _, millis};
use super::db::{Connection, Lock, query};
use super::events::{self, Happened};
use super::{CaseRow, CaseState, Store, StoreError};
use crate::household::Lane;

/// The right to work on a case until it runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Case.
    pub case_id: Uuid,
    /// Worker.
    pub worker: String,
    /// The claim's number: a later claim has a higher one and ends this lease.
    pub fence: u32,
    /// When it runs out.
    pub until: Timestamp,
}

/// A case and the lease on it.
#[derive(Clone, Debug)]
pub struct ClaimedCase {
    /// The case; `Running`, or `Waiting` when a poll is due or an answer came in.
    pub case: CaseRow,
    /// The lease.
    pub lease: Lease,
    /// Whether a worker had it before: its cells may be planned, answered, even reported already.
    pub resumed: bool,
}

impl Store {
    /// Claims a case of these lanes, the most urgent lane first, in it the one that has waited longest: one that is accepted, one whose
    /// worker's lease ran out, one that waits and is due. An accepted case becomes running. No receipt: claiming shows and asks nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim_next(
        &self,
        worker: &str,
        lanes: &[Lane],
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<ClaimedCase>, StoreError> {
        let until = after(now, lease);
        for lane in lanes {
            if !self.anything_due(*lane, now).await? {
                continue;
            }
            let (worker, lane) = (worker.to_owned(), *lane);
            let claimed =
                self.write(move |tx| Box::pin(async move { claim(tx, worker, lane, now, until).await })).await?;
            if claimed.is_some() {
                return Ok(claimed);
            }
        }
        Ok(None)
    }

    /// Makes a lease last until `now + lease`.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when another worker has claimed the case, or it came to rest.
    pub async fn renew_lease(&self, lease: &mut Lease, now: Timestamp, length: Duration) -> Result<(), StoreError> {
        let until = after(now, length);
        self.with_lease(lease, Some(until), None).await?;
        lease.until = until;
        Ok(())
    }

    /// Gives the case back; somebody looks at it again at `wake_at` (`None`: at the time it had).
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`], which the worker may ignore.
    pub async fn release(&self, lease: Lease, wake_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.with_lease(&lease, None, wake_at).await
    }

    /// Lets a case wait without a version: for a department's hours, for a failure to pass, for a ticket. Somebody looks at it again when
    /// the first of its cells is due, at `latest` at the latest.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn park(&self, lease: Lease, latest: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                must_hold(tx, &lease).await?;
                transition(tx, lease.case_id, CaseState::Waiting, now).await?;
                query(concat!(
                    "UPDATE cases SET lease_worker = NULL, lease_until = NULL, failures = 0, wake_at = (
                         SELECT min(at) FROM (SELECT ",
                    next_look!("$1"),
                    " AS at UNION ALL SELECT $2) AS looks)
                     WHERE id = $1"
                ))
                .bind(lease.case_id.to_string())
                .bind(millis(latest))
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// When the next unclaimed case of these lanes wants to be looked at.
    ///
    /// # Errors
    /// The database failed.
    pub async fn next_wake(&self, lanes: &[Lane]) -> Result<Option<Timestamp>, StoreError> {
        let mut next = None;
        for lane in lanes {
            let row = query(
                "SELECT min(wake_at) AS wake_at FROM (
                     SELECT * FROM (SELECT wake_at FROM cases WHERE lane = $1 AND wake_at IS NOT NULL AND lease_until IS NULL
                                    ORDER BY wake_at LIMIT 1) AS free
                     UNION ALL
                     SELECT min(CASE WHEN lease_until > wake_at THEN lease_until ELSE wake_at END)
                     FROM cases WHERE lane = $1 AND lease_until IS NOT NULL AND wake_at IS NOT NULL) AS next",
            )
            .bind(rank(*lane))
            .fetch_one(self.reader())
            .await?;
            next = [next, row.opt_time("wake_at")?].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// A look without the write lock, so that idle workers cost no commit.
    async fn anything_due(&self, lane: Lane, now: Timestamp) -> Result<bool, StoreError> {
        let due = "SELECT 1 FROM cases
                   WHERE lane = $1 AND wake_at <= $2 AND (lease_until IS NULL OR lease_until <= $2) LIMIT 1";
        let row = query(due).bind(rank(lane)).bind(millis(now)).fetch_optional(self.reader()).await?;
        Ok(row.is_some())
    }

    /// Gives a case back that could not be worked on, to be looked at again at `wake_at`. Returns how often in a row that happened;
    /// [`Store::release`] ends the row.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn break_off(&self, lease: Lease, wake_at: Timestamp) -> Result<u32, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let row = query(
                    "UPDATE cases SET lease_until = NULL, lease_worker = NULL, wake_at = $1, failures = failures + 1
                     WHERE id = $2 AND lease_worker = $3 AND attempts = $4 RETURNING failures",
                )
                .bind(millis(wake_at))
                .bind(lease.case_id.to_string())
                .bind(lease.worker.as_str())
                .bind(i64::from(lease.fence))
                .fetch_optional(tx)
                .await?;
                row.ok_or(StoreError::LeaseLost { case: lease.case_id })?.small("failures")
            })
        })
        .await
    }

    async fn with_lease(
        &self,
        lease: &Lease,
        until: Option<Timestamp>,
        wake_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.write(move |tx| {
            Box::pin(async move {
                let held = query(
                    "UPDATE cases SET lease_until = $1, wake_at = coalesce($2, wake_at),
                                      lease_worker = CASE WHEN $1 IS NULL THEN NULL ELSE lease_worker END,
                                      failures = CASE WHEN $1 IS NULL THEN 0 ELSE failures END
                     WHERE id = $3 AND lease_worker = $4 AND attempts = $5",
                )
                .bind(until.map(millis))
                .bind(wake_at.map(millis))
                .bind(lease.case_id.to_string())
                .bind(lease.worker.as_str())
                .bind(i64::from(lease.fence))
                .execute(tx)
                .await?;
                if held == 1 { Ok(()) } else { Err(StoreError::LeaseLost { case: lease.case_id }) }
            })
        })
        .await
    }
}

/// Fails unless the lease is still its worker's: to be asked in the transaction that the answer is meant for. The case's state.
pub(super) async fn must_hold(tx: &mut Connection, lease: &Lease) -> Result<CaseState, StoreError> {
    let held = query("SELECT state FROM cases WHERE id = $1 AND lease_worker = $2 AND attempts = $3")
        .bind(lease.case_id.to_string())
        .bind(lease.worker.as_str())
        .bind(i64::from(lease.fence))
        .lock(Lock::Rows)
        .fetch_optional(tx)
        .await?;
    held.ok_or(StoreError::LeaseLost { case: lease.case_id })?.must("state", CaseState::parse)
}

async fn claim(
    tx: &mut Connection,
    worker: String,
    lane: Lane,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<ClaimedCase>, StoreError> {
    let due = query(
        "SELECT id, state FROM cases WHERE lane = $1 AND wake_at <= $2 AND (lease_until IS NULL OR lease_until <= $2)
         ORDER BY wake_at, id LIMIT 1",
    )
    .bind(rank(lane))
    .bind(millis(now))
    .lock(Lock::FreeRows)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(due) = due else { return Ok(None) };
    let begins = due.must("state", CaseState::parse)? == CaseState::Accepted;
    let claimed = query(
        "UPDATE cases SET lease_worker = $1, lease_until = $2, attempts = attempts + 1,
                          state = CASE WHEN $3 THEN 'running' ELSE state END,
                          updated_at = CASE WHEN $3 THEN $4 ELSE updated_at END,
                          next_event = CASE WHEN $3 THEN next_event + 1 ELSE next_event END
         WHERE id = $5
         RETURNING *, (SELECT max(number) FROM versions v WHERE v.case_id = cases.id) AS latest_version",
    )
    .bind(worker.as_str())
    .bind(millis(until))
    .bind(begins)
    .bind(millis(now))
    .bind(due.text("id")?)
    .fetch_one(&mut *tx)
    .await?;
    let (case, next_event) = (case_of(&claimed)?, claimed.int("next_event")?);
    if begins {
        events::insert(tx, case.id, now, next_event - 1, &[Happened::State(CaseState::Running)]).await?;
    }
    let lease = Lease { case_id: case.id, worker, fence: case.attempts, until };
    Ok(Some(ClaimedCase { resumed: case.attempts > 1, case, lease }))
}

pub(super) fn after(now: Timestamp, length: Duration) -> Timestamp {
    let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
    now.checked_add(length).unwrap_or(Timestamp::MAX)
}
