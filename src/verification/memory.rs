//! Cases in hand, kept in memory for a short while: one just accepted until it is claimed, one that waits until its next poll.
//!
//! Only a saving: what is not here is opened from the store, which the log then shows. Bounded in number and time, so that personal data
//! is not held longer than a case is being worked on: the verifier has the old forgotten twice a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::answers::Cells;
use super::case_work::Work;
use super::decisions::Decided;
use crate::household::Request;
use crate::store::{AuditReceipt, ClaimedCase};

/// Most cases kept.
const LIMIT: usize = 1024;
/// Longest time a case is kept.
const KEPT_FOR: Duration = Duration::from_secs(120);

/// What is known of a case.
pub(super) struct Known {
    pub(super) request: Request,
    /// Set once the case's entry is durable.
    pub(super) receipt: Arc<OnceLock<AuditReceipt>>,
    pub(super) cells: Cells,
    /// What was decided about its records.
    pub(super) decided: Decided,
    /// How often it had been claimed when this was known.
    pub(super) claims: u32,
}

/// Cases by id.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<Uuid, (Instant, Known)>>);

impl Memory {
    /// Keeps a case, if there is room.
    pub(super) fn keep(&self, case: Uuid, known: Known) {
        let mut kept = self.kept();
        if kept.len() < LIMIT {
            kept.insert(case, (Instant::now(), known));
        }
    }

    /// Keeps a case that was worked on until its next poll.
    pub(super) fn keep_work(&self, work: Work) {
        let Work { case, request, receipt, cells, decided, .. } = work;
        let claims = case.attempts;
        self.keep(case.id, Known { request, receipt: Arc::new(receipt.into()), cells, decided, claims });
    }

    /// The case as it was left here, unless another worker has had it since, or a person's word had it opened again: then what is kept
    /// may be out of date.
    pub(super) fn take(&self, claimed: &ClaimedCase) -> Option<Known> {
        let (since, known) = self.kept().remove(&claimed.case.id)?;
        let as_left = known.claims + 1 == claimed.case.attempts && claimed.case.reopened_for.is_none();
        (since.elapsed() < KEPT_FOR && as_left).then_some(known)
    }

    /// Forgets a case that came to its end.
    pub(super) fn forget(&self, case: Uuid) {
        self.kept().remove(&case);
    }

    /// Forgets what is too old at `now`.
    pub(super) fn sweep(&self, now: Instant) {
        self.kept().retain(|_, (since, _)| now.saturating_duration_since(*since) < KEPT_FOR);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept().len()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, (Instant, Known)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
