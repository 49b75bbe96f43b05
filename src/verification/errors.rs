//! What can go wrong with a case as a whole. A source that fails is not an error: it is an answer of its own cell.

use super::changes::NoChange;
use crate::audit::AuditError;
use crate::household::Fault;
use crate::keys::KeyError;
use crate::report::public_notice::NoNotice;
use crate::store::StoreError;

/// A failure inside.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The store.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// The audit log; nothing is done without it.
    #[error("audit log: {0}")]
    Audit(#[from] AuditError),
    /// The key ring.
    #[error("keys: {0}")]
    Keys(#[from] KeyError),
    /// No rules for the case's region and day any more.
    #[error("no pack covers the region on the case's day")]
    NoPack,
    /// A fault of this program in the middle of a case.
    #[error("the work on the case panicked")]
    Panicked,
    /// What belongs together came in different numbers: nothing may be filed by guessing.
    #[error("{what}: not as many as were asked for")]
    Uneven {
        /// Of what.
        what: &'static str,
    },
    /// A stored document is not what it was stored as.
    #[error("a stored {what} cannot be read back")]
    Unreadable {
        /// Which kind.
        what: &'static str,
    },
}

/// Why a request was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It has faults.
    #[error("the request has {} faults", .0.len())]
    Faults(Vec<Fault>),
    /// It is about the caller or registered kin: who of it.
    #[error("the request is about the caller or kin")]
    Barred(Vec<Fault>),
    /// Its region is not the caller's.
    #[error("the region is not the caller's")]
    Forbidden,
    /// Its Idempotency-Key came with another body before.
    #[error("the Idempotency-Key was used with another body")]
    IdempotencyConflict,
    /// The log cannot be written: nothing is accepted.
    #[error("the audit log is closed")]
    Closed,
    /// The disk is nearly full: nothing new is accepted.
    #[error("{0}")]
    NoRoom(StoreError),
    /// Something failed inside.
    #[error("{0}")]
    Inside(#[from] Box<VerificationError>),
}

/// Why something cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No such case, or not the caller's.
    #[error("no such case")]
    NotFound,
    /// It is about the caller or registered kin.
    #[error("the case is about the caller or kin")]
    Barred,
    /// No such version yet.
    #[error("no such version")]
    NoVersion,
    /// Nobody named a key to seal for.
    #[error("no recipient key")]
    NoRecipient,
    /// Somebody acknowledged it before.
    #[error("it was acknowledged before")]
    Acknowledged,
    /// Nothing changed since the last report, as far as it can be told.
    #[error("no change: {0:?}")]
    NoChange(NoChange),
    /// There is nothing to put up for the public notice.
    #[error("no public notice: {0}")]
    NoNotice(NoNotice),
    /// Its data keys are destroyed.
    #[error("erased")]
    Erased,
    /// The log cannot be written: nothing is shown.
    #[error("the audit log is closed")]
    Closed,
    /// Something failed inside.
    #[error("{0}")]
    Inside(#[from] Box<VerificationError>),
}

impl From<VerificationError> for SubmitError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::Store(StoreError::IdempotencyConflict) => Self::IdempotencyConflict,
            VerificationError::Store(full @ StoreError::NoRoom { .. }) => Self::NoRoom(full),
            VerificationError::Audit(_) => Self::Closed,
            other => Self::Inside(Box::new(other)),
        }
    }
}
impl From<StoreError> for SubmitError {
    fn from(error: StoreError) -> Self {
        VerificationError::from(error).into()
    }
}
impl From<VerificationError> for ReadError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::Audit(_) => Self::Closed,
            VerificationError::Store(StoreError::Erased { .. }) => Self::Erased,
            other => Self::Inside(Box::new(other)),
        }
    }
}
impl From<AuditError> for ReadError {
    fn from(error: AuditError) -> Self {
        VerificationError::from(error).into()
    }
}
impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::NotFound,
            StoreError::Erased { .. } => Self::Erased,
            other => Self::Inside(Box::new(other.into())),
        }
    }
}
