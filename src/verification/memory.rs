//! Cases in hand, kept in memory for a short while: one just accepted until it is claimed, one that waits until its next poll.
//!
//! Only a saving: what is not here is opened from the store, which the log then shows. Bounded in number and time, so that personal data
//! is not held longer than a case is being worked on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::case_work::Work;
use crate::store::ClaimedCase;

/// Most cases kept.
const LIMIT: usize = 1024;
/// Longest time a case is kept.
const KEPT_FOR: Duration = Duration::from_secs(120);

/// Cases by id.
#[derive(Default)]
pub(super) struct Memory(Mutex<HashMap<Uuid, (Instant, Work)>>);

impl Memory {
    /// Keeps a case, if there is room.
    pub(super) fn keep(&self, work: Work) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= LIMIT {
            kept.retain(|_, (since, _)| since.elapsed() < KEPT_FOR);
        }
        if kept.len() < LIMIT {
            kept.insert(work.case.id, (Instant::now(), work));
        }
    }

    /// The case as it was left here, unless another worker has had it since: then what is kept may be out of date.
    pub(super) fn take(&self, claimed: &ClaimedCase) -> Option<Work> {
        let (since, mut work) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&claimed.case.id)?;
        if since.elapsed() >= KEPT_FOR || work.case.attempts + 1 != claimed.case.attempts {
            return None;
        }
        work.case = claimed.case.clone();
        Some(work)
    }
}
