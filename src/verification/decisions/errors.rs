//! Why a decision does not stand.

use crate::audit::AuditError;
use crate::household::Fault;
use crate::store::{CaseState, StoreError};
use crate::verification::{NoChange, ReadError, VerificationError};

/// Why a decision does not stand. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// No such case, record or approval, or not the caller's.
    #[error("not found")]
    NotFound,
    /// The case is about the caller or registered kin.
    #[error("the case is about the caller or kin")]
    Barred,
    /// There is no version to decide about yet.
    #[error("no version yet")]
    NoVersion,
    /// A later version stands, or another decision came first.
    #[error("a later version stands")]
    Moved,
    /// The case is where this cannot be done.
    #[error("the case is {0}")]
    State(CaseState),
    /// Whoever has a hand in it already may not be the second person.
    #[error("a second person is needed")]
    SamePerson,
    /// A caseworker system is no person: where two are needed it is neither.
    #[error("a person is needed")]
    NotAPerson,
    /// The caller's role may not be that second person.
    #[error("another role is needed")]
    OtherRole,
    /// The same waits for a second person already.
    #[error("the same is open")]
    AlreadyAsked,
    /// It is decided, or has lapsed.
    #[error("closed or lapsed")]
    NotOpen,
    /// It was issued before.
    #[error("issued before")]
    AlreadyIssued,
    /// It tells what a report says: the caller is not shown that much, or may open none.
    #[error("not shown that much")]
    Undisclosed,
    /// The file it came in is still kept.
    #[error("still in its file")]
    StillInFile,
    /// The member has no authorisation that could be taken back.
    #[error("nothing to take back")]
    NothingToWithdraw,
    /// What was sent has faults.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    /// Its data keys are destroyed.
    #[error("erased")]
    Erased,
    /// The log cannot be written: nothing is done.
    #[error("the audit log is closed")]
    Closed,
    /// Nothing changed that a family could be heard about.
    #[error("nothing changed")]
    NothingToHear,
    /// Something failed inside.
    #[error("{0}")]
    Inside(#[from] Box<VerificationError>),
}

impl From<VerificationError> for DecideError {
    fn from(error: VerificationError) -> Self {
        match error {
            VerificationError::Audit(_) => Self::Closed,
            VerificationError::Store(error) => error.into(),
            other => Self::Inside(Box::new(other)),
        }
    }
}

impl From<AuditError> for DecideError {
    fn from(error: AuditError) -> Self {
        VerificationError::from(error).into()
    }
}

impl From<StoreError> for DecideError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound { .. } => Self::NotFound,
            StoreError::VersionOutOfOrder { .. } | StoreError::MovedOn { .. } => Self::Moved,
            StoreError::IllegalTransition { from, .. } => Self::State(from),
            StoreError::AlreadyAsked { .. } => Self::AlreadyAsked,
            StoreError::NotOpen { .. } => Self::NotOpen,
            StoreError::AlreadyIssued { .. } => Self::AlreadyIssued,
            StoreError::Erased { .. } => Self::Erased,
            StoreError::StillInFile { .. } => Self::StillInFile,
            other => Self::Inside(Box::new(other.into())),
        }
    }
}

impl From<ReadError> for DecideError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Barred => Self::Barred,
            ReadError::NoVersion => Self::NoVersion,
            ReadError::NoChange(NoChange::NotFinal) => Self::Moved,
            ReadError::NoChange(NoChange::Gone) | ReadError::Erased => Self::Erased,
            ReadError::NoChange(NoChange::NoEarlier | NoChange::Same) => Self::NothingToHear,
            ReadError::Closed => Self::Closed,
            ReadError::Inside(error) => Self::Inside(error),
            _ => Self::NotFound,
        }
    }
}
