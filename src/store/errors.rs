//! What can go wrong in the store, and what to do about it. No message carries a value of a row.

use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use super::{BatchState, CaseState};

/// How the schemas refuse a data key under a destroyed key: SQLite's code of a trigger, of which there are no others, and one of our own.
const DESTROYED_KEK: [&str; 2] = ["1811", "HK001"];

/// An error of the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another process has the data directory.
    #[error(
        "the data directory {path} is in use by another process; ask the running service with --server URL, or stop it first"
    )]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// The data directory can be read by others.
    #[error("{path} has mode {mode:04o}: personal data need 0700 for the directory; run chmod 700 on it")]
    Permissions {
        /// The directory.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The data directory cannot be used.
    #[error("cannot use the data directory {path}: {cause}")]
    Directory {
        /// Path concerned.
        path: PathBuf,
        /// Cause.
        cause: Arc<std::io::Error>,
    },
    /// The disk is nearly full: what was accepted ends, nothing new is begun.
    #[error(
        "the disk of the data directory is nearly full ({free} bytes free): free some, new work begins again by itself once {wanted} bytes are free"
    )]
    NoRoom {
        /// Bytes that are free.
        free: u64,
        /// Bytes that must be free.
        wanted: u64,
    },
    /// The database was written by a newer program.
    #[error("the database has schema {found}, this program knows {known}: run the newer program, there is no way back")]
    NewerSchema {
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// The database has this number of schema, but not its tables: an unreleased program made it.
    #[error(
        "the database was made by an unreleased program whose schema {version} was another: begin with an empty data directory"
    )]
    OtherSchema {
        /// Version of both.
        version: i64,
    },
    /// The database lacks tables that this program needs, and was opened for reading only.
    #[error("the database lacks {missing} steps of the schema: start the service once, it applies them")]
    OlderSchema {
        /// Steps that are missing.
        missing: usize,
    },
    /// The URL of the database cannot be read. Not shown: it may hold a password.
    #[error("the database's URL cannot be read: write postgres://user:password@host:5432/name?sslmode=verify-full")]
    DatabaseUrl,
    /// The link to the database would leave this machine without a certificate that is checked.
    #[error(
        "the database is on another machine and sslmode is not verify-full: add it to the URL, or set store.allow_plaintext where the line is encrypted by other means"
    )]
    DatabaseInTheClear,
    /// The database server cannot be relied on as it is set.
    #[error("the database server has {setting} = {found}, but hedui needs {wanted}")]
    Server {
        /// The server's setting.
        setting: &'static str,
        /// As found.
        found: String,
        /// As needed, and how to have it so.
        wanted: &'static str,
    },
    /// What only processes that share a database settle among themselves.
    #[error("this store is one process's alone: there is nobody to settle it with")]
    NotShared,
    /// The database refused or failed.
    #[error("database: {0}")]
    Database(Arc<sqlx::Error>),
    /// The transaction may or may not be durable: look before writing again.
    #[error("commit failed, its outcome is unknown until read again: {0}")]
    CommitFailed(Arc<sqlx::Error>),
    /// A stored value is not what this program writes.
    #[error(
        "column {column} holds a value this program never writes; run `hedui audit verify` and restore from a backup"
    )]
    Corrupt {
        /// Column.
        column: &'static str,
    },
    /// No such row.
    #[error("no {what} {id}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
        /// Its id.
        id: Uuid,
    },
    /// The state machine forbids it.
    #[error("case {case} is {from}: it cannot become {to}")]
    IllegalTransition {
        /// Case.
        case: Uuid,
        /// State found.
        from: CaseState,
        /// State asked for.
        to: CaseState,
    },
    /// It was chosen as a case at rest and is not as it was.
    #[error("case {case} rests no more as it did")]
    RestsNoMore {
        /// Case.
        case: Uuid,
    },
    /// The idempotency key was used with another body.
    #[error("this Idempotency-Key was used with another body: use a new key for a new request")]
    IdempotencyConflict,
    /// The receipt speaks of another case.
    #[error("the audit receipt of leaf {leaf} does not speak of case {case}")]
    WrongReceipt {
        /// Case concerned.
        case: Uuid,
        /// Leaf of the receipt.
        leaf: u64,
    },
    /// The receipt is not that of a search of the log.
    #[error("leaf {leaf} does not say that somebody reads the log")]
    NoSearch {
        /// Leaf of the receipt.
        leaf: u64,
    },
    /// An effect of no entry of the log.
    #[error("nothing in the log speaks of what is to be done with case {case}")]
    NoEntry {
        /// Case concerned.
        case: Uuid,
    },
    /// An answer for a cell that was never planned.
    #[error("case {case} has no planned cell for {member_ref} at {source_key}: only what was logged may be answered")]
    NotPlanned {
        /// Case.
        case: Uuid,
        /// Member.
        member_ref: String,
        /// Source.
        source_key: String,
    },
    /// A `pending` answer that nobody would ever look at again.
    #[error("a pending answer needs a ticket, a time of the next poll and a deadline")]
    PendingIncomplete,
    /// A batch stands where this cannot be done with it.
    #[error("batch {batch} is {}: this cannot be done with it now", .found.as_str())]
    BatchState {
        /// Batch.
        batch: Uuid,
        /// Where it stands.
        found: BatchState,
    },
    /// The file that a household's row stands in is still kept.
    #[error(
        "case {case} cannot be erased yet: its row stands in the file of batch {batch}, which is still being read; try again when it has been read, or cancel the batch"
    )]
    StillInFile {
        /// Case.
        case: Uuid,
        /// Batch.
        batch: Uuid,
    },
    /// The lease ran out and another worker may read the batch's file.
    #[error("the lease on batch {batch} is lost: stop reading it")]
    BatchLeaseLost {
        /// Batch.
        batch: Uuid,
    },
    /// A version out of order: somebody else wrote one meanwhile.
    #[error("the next version of case {case} is {expected}, not {offered}: read the case again")]
    VersionOutOfOrder {
        /// Case.
        case: Uuid,
        /// Number that may come.
        expected: u32,
        /// Number offered.
        offered: u32,
    },
    /// Documents of a case came or went since they were read.
    #[error("case {case} has other documents than were read: read it again")]
    MovedOn {
        /// Case.
        case: Uuid,
    },
    /// The first final version stands already.
    #[error("case {case} has its final version: only review, objection or correction make another")]
    AlreadyFinal {
        /// Case.
        case: Uuid,
    },
    /// A version is issued once.
    #[error("version {number} of case {case} is issued already")]
    AlreadyIssued {
        /// Case.
        case: Uuid,
        /// Version.
        number: u32,
    },
    /// The same was asked of a second person for this case before, and is open.
    #[error("the same is open for case {case}: it waits for a second person")]
    AlreadyAsked {
        /// Case.
        case: Uuid,
    },
    /// An approval is closed, has lapsed, or somebody else was faster.
    #[error("approval {id} is not open as it was read: read it again")]
    NotOpen {
        /// Approval.
        id: Uuid,
    },
    /// The lease ran out and another worker may have the case.
    #[error("the lease on case {case} is lost: stop working on it")]
    LeaseLost {
        /// Case.
        case: Uuid,
    },
    /// Its data key is destroyed, or it is locked.
    #[error(
        "document {id} opens for nobody: its data key was destroyed, or it is locked because an authorisation was taken back"
    )]
    Erased {
        /// Document.
        id: Uuid,
    },
    /// A data key came wrapped under a key that is destroyed.
    #[error(
        "this process wraps under a key encryption key that was destroyed, so nothing it seals is kept: bring the present key folder to it"
    )]
    KekDestroyed,
    /// A key encryption key still wraps data keys.
    #[error("{data_keys} data keys are still wrapped under the key encryption key")]
    KekInUse {
        /// How many.
        data_keys: u64,
    },
    /// The leaves offered do not continue the log.
    #[error("the log has {found} leaves, the append expects {expected}: reload the head")]
    HeadMoved {
        /// Size assumed.
        expected: u64,
        /// Size found.
        found: u64,
    },
    /// Somebody else published a checkpoint meanwhile.
    #[error("the last published checkpoint is of size {found:?}, not {expected:?}: read it again")]
    CheckpointMoved {
        /// Size assumed.
        expected: Option<u64>,
        /// Size found.
        found: Option<u64>,
    },
    /// The store was opened for reading, or is closed.
    #[error("the store is closed or open for reading only")]
    ReadOnly,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => Self::ReadOnly,
            sqlx::Error::Database(error) if error.code().is_some_and(|code| DESTROYED_KEK.contains(&code.as_ref())) => {
                Self::KekDestroyed
            }
            other => Self::Database(Arc::new(other)),
        }
    }
}

impl StoreError {
    /// Whether the server broke the work off because others were at the same rows, or it waited for them for too long: nothing of it stands,
    /// and it may be done again.
    #[must_use]
    pub(super) fn contended(&self) -> bool {
        let Self::Database(error) = self else { return false };
        let code = error.as_database_error().and_then(|error| error.code());
        // serialization_failure, deadlock_detected, lock_not_available
        code.is_some_and(|code| ["40001", "40P01", "55P03"].contains(&code.as_ref()))
    }

    /// Whether the outcome of a write is unknown.
    #[must_use]
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::CommitFailed(_))
    }
}
