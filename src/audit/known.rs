//! How far this process knows the log to have come: what it appended itself, and what was published, by whichever process. A log that is shorter,
//! or does not begin with that, was put back beneath the process.

use std::sync::{Mutex, PoisonError};

use super::AuditError;
use super::tree::root_at;
use crate::store::{EMPTY_ROOT, Hash, LogHead, Store};

/// Size and root of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) size: u64,
    pub(super) root: Hash,
}

impl Default for Reach {
    fn default() -> Self {
        Self { size: 0, root: EMPTY_ROOT }
    }
}

impl Reach {
    pub(super) fn of(head: &LogHead) -> Self {
        Self { size: head.size, root: head.root }
    }

    /// Refuses a head that is shorter. One that is as long or longer may still be of another history.
    pub(super) fn must_be_reached(self, found: &LogHead) -> Result<(), AuditError> {
        if found.size < self.size {
            return Err(AuditError::WentBack { published: self.size, found: found.size });
        }
        Ok(())
    }

    /// Refuses a log whose first so many leaves have another root.
    pub(super) fn must_be(self, root: Hash) -> Result<(), AuditError> {
        if root == self.root { Ok(()) } else { Err(AuditError::Forked { size: self.size }) }
    }
}

/// The log at its longest.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Reach>);

impl Known {
    pub(super) fn get(&self) -> Reach {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log has come so far.
    pub(super) fn reach(&self, reach: Reach) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reach.size > known.size {
            *known = reach;
        }
    }

    /// The head of the stored log, which must begin with what is known.
    pub(super) async fn must_be_in(&self, store: &Store) -> Result<LogHead, AuditError> {
        let known = self.get();
        // Read after what is known, so that it is at least as new.
        let head = store.log_head().await?;
        known.must_be_reached(&head)?;
        if Reach::of(&head) != known {
            known.must_be(root_at(store, known.size).await?)?;
        }
        Ok(head)
    }
}
