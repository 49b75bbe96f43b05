//! What can go wrong with a batch as a whole. A household that cannot be read is a fault of its row, not an error.

use super::file::FileFault;
use crate::audit::AuditError;
use crate::keys::KeyError;
use crate::store::{BatchState, StoreError};
use crate::verification::{ReadError, SubmitError, VerificationError};

/// Why a batch cannot be had or changed.
#[derive(Debug, thiserror::Error)]
pub enum BulkError {
    /// No such batch, or not the caller's.
    #[error("no such batch")]
    NotFound,
    /// It stands where this cannot be done.
    #[error("the batch is {}: this cannot be done with it now", .0.as_str())]
    State(BatchState),
    /// Nothing of the file can be read.
    #[error("{0}")]
    File(FileFault),
    /// The file is larger than a batch may be.
    #[error("the file is larger than a batch may be")]
    TooLarge,
    /// Its Idempotency-Key came with another file before.
    #[error("the Idempotency-Key was used with another file")]
    IdempotencyConflict,
    /// The log cannot be written: nothing is accepted or shown.
    #[error("the audit log is closed")]
    Closed,
    /// The disk is nearly full: no file is taken.
    #[error("{0}")]
    NoRoom(StoreError),
    /// Something failed inside.
    #[error("{0}")]
    Inside(#[from] Box<VerificationError>),
}

impl From<VerificationError> for BulkError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::Store(StoreError::NotFound { .. }) => Self::NotFound,
            VerificationError::Store(StoreError::IdempotencyConflict) => Self::IdempotencyConflict,
            VerificationError::Store(StoreError::BatchState { found, .. }) => Self::State(found),
            VerificationError::Store(full @ StoreError::NoRoom { .. }) => Self::NoRoom(full),
            VerificationError::Audit(_) => Self::Closed,
            other => Self::Inside(Box::new(other)),
        }
    }
}

/// Errors of other rooms, as this one tells them.
macro_rules! from_others {
    ($($other:ty),*) => {$(
        impl From<$other> for BulkError {
            fn from(error: $other) -> Self {
                VerificationError::from(error).into()
            }
        }
    )*};
}
from_others!(StoreError, AuditError, KeyError);

impl From<ReadError> for BulkError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Closed => Self::Closed,
            ReadError::Inside(inside) => Self::Inside(inside),
            ReadError::NotFound
            | ReadError::Barred
            | ReadError::NoVersion
            | ReadError::NoRecipient
            | ReadError::Acknowledged
            | ReadError::NoNotice(_)
            | ReadError::NoChange(_)
            | ReadError::Erased => Self::NotFound,
        }
    }
}

impl From<SubmitError> for BulkError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Inside(inside) => Self::Inside(inside),
            SubmitError::IdempotencyConflict => Self::IdempotencyConflict,
            SubmitError::NoRoom(full) => Self::NoRoom(full),
            SubmitError::Faults(_) | SubmitError::Barred(_) | SubmitError::Forbidden | SubmitError::Closed => {
                Self::Closed
            }
        }
    }
}
