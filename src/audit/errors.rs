//! What can go wrong with the audit log. All of it is fatal to the action that wanted to be logged.

use std::path::PathBuf;
use std::sync::Arc;

use super::note::NoteError;
use crate::store::StoreError;

/// An error of the audit log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AuditError {
    /// The store failed; whether the entries are durable is unknown when it says so.
    #[error("the audit log could not be written: {0}")]
    Store(#[from] StoreError),
    /// An append failed and the log could not be read again after it.
    #[error("the audit log is stopped, nothing more is done until the service is started again: {reason}")]
    Stopped {
        /// Why.
        reason: Arc<str>,
    },
    /// Tiles, head and leaves contradict each other.
    #[error("the stored tree contradicts its head at {size} leaves: run `hedui audit verify`")]
    TreeBroken {
        /// Size of the head.
        size: u64,
    },
    /// The log is shorter than what was published.
    #[error(
        "the log went back: it has {found} leaves, a checkpoint of {published} is published. A restored backup? \
         Then run `hedui audit resume-after-restore --reason …`"
    )]
    WentBack {
        /// Size published.
        published: u64,
        /// Size found.
        found: u64,
    },
    /// The log has another history than what was published.
    #[error(
        "the log forked: its first {size} leaves are not those of the checkpoint published. Run `hedui audit verify`"
    )]
    Forked {
        /// Size published.
        size: u64,
    },
    /// The file of the last published checkpoint is gone.
    #[error(
        "{path} is missing although {size} leaves were published: put it back; after a restore run \
             `hedui audit resume-after-restore --reason …`"
    )]
    PublicationMissing {
        /// Where it should be.
        path: PathBuf,
        /// Size of the last one the store knows of.
        size: u64,
    },
    /// A checkpoint does not open.
    #[error("the checkpoint in {place} cannot be believed: {cause}")]
    Checkpoint {
        /// Where it stands.
        place: String,
        /// Why.
        cause: NoteError,
    },
    /// The published file cannot be read or written.
    #[error("cannot use {path}: {cause}")]
    File {
        /// File.
        path: PathBuf,
        /// Cause.
        cause: Arc<std::io::Error>,
    },
    /// No such leaf or size.
    #[error("the log has {size} leaves: {asked} is not among them")]
    OutOfRange {
        /// Asked for.
        asked: u64,
        /// Size.
        size: u64,
    },
}
