//! What can go wrong with keys. No message carries a key, a plaintext or any part of the ring file's text.

use std::path::{Path, PathBuf};

use super::KekId;

/// A fault of the key ring, of a sealed document, or of a cryptographic operation.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// No ring where one was expected.
    #[error("no key ring at {path}: make one with `hedui keys init`")]
    NoRing {
        /// The ring file looked for.
        path: PathBuf,
    },
    /// A ring is there already; a new one would make everything sealed so far unreadable.
    #[error("{path} exists already: a new ring would make every stored report unreadable, so nothing was written")]
    RingExists {
        /// The ring file found.
        path: PathBuf,
    },
    /// Others than the owner can reach a secret.
    #[error(
        "{path} has mode {found:04o}, which lets others read it: it must be {wanted:04o} (chmod {wanted:04o} {path})"
    )]
    TooOpen {
        /// The file or directory.
        path: PathBuf,
        /// Its permission bits.
        found: u32,
        /// The bits it must have.
        wanted: u32,
    },
    /// Something of another kind stands where a file or a directory must.
    #[error("{path} is not a {wanted}")]
    WrongFileType {
        /// The path.
        path: PathBuf,
        /// `directory` or `regular file`.
        wanted: &'static str,
    },
    /// The operating system refused.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was attempted: `read`, `write`, ….
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The ring file is not of the expected form. The offending text is not repeated: it may be a key.
    #[error("{path}:{line}:{column}: not a key ring file of this version (text withheld, it may be a key)")]
    RingSyntax {
        /// The ring file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The ring file can be read but contradicts itself; every fault is listed.
    #[error("{path}: {}", faults.join("; "))]
    RingFaults {
        /// The ring file.
        path: PathBuf,
        /// Each names the table and the entry, never a key.
        faults: Vec<String>,
    },
    /// A name that C2SP signed notes cannot carry.
    #[error("a log name must be non-empty, without spaces and without `+`")]
    LogName,
    /// A document names a key encryption key that this ring never had.
    #[error(
        "key encryption key {kek} is not in this ring: the document belongs to another ring, or the ring is older than it"
    )]
    UnknownKek {
        /// The key named.
        kek: KekId,
    },
    /// The key was destroyed on purpose: what it wrapped is gone for good.
    #[error("key encryption key {kek} was destroyed: what was sealed under it can no longer be opened")]
    DestroyedKek {
        /// The key named.
        kek: KekId,
    },
    /// Only a decrypt-only key may be destroyed.
    #[error("key encryption key {kek} is {state}: only a decrypt_only key can be destroyed; rotate first")]
    NotDestroyable {
        /// The key named.
        kek: KekId,
        /// Its state.
        state: super::KekState,
    },
    /// The active key has wrapped as many data keys as it may.
    #[error(
        "key encryption key {kek} has wrapped {bound} data keys, its bound: nothing more is sealed before the ring has a new active key"
    )]
    WrapBound {
        /// The active key.
        kek: KekId,
        /// Wraps allowed for one key.
        bound: u64,
    },
    /// The wrapped data key does not unwrap: altered, or wrapped under another key.
    #[error("the data key of document {document} does not unwrap under {kek}: the row was altered or moved")]
    Unwrap {
        /// Document id.
        document: String,
        /// The key tried.
        kek: KekId,
    },
    /// The data key is not the one that the document was sealed with.
    #[error("the data key of document {document} is not the one it was sealed with: the row was altered or moved")]
    Commitment {
        /// Document id.
        document: String,
    },
    /// The ciphertext or its context is not what was sealed.
    #[error("document {document} does not open: it was altered, or is offered in the place of another")]
    Altered {
        /// Document id.
        document: String,
    },
    /// The audit entry that was made speaks of another case.
    #[error("the audit entry offered for document {document} speaks of another case")]
    WrongReceipt {
        /// Document id.
        document: String,
    },
    /// Sealed by a newer program, or not a sealed document.
    #[error("document {document} is not in a sealed form this program knows")]
    UnknownForm {
        /// Document id.
        document: String,
    },
    /// A part of the context is too long to be bound.
    #[error("an identifier bound to a sealed document is longer than 65535 bytes")]
    ContextTooLong,
    /// The cryptographic library refused: no randomness, or no memory.
    #[error("the cryptographic library failed to {doing}")]
    Library {
        /// What was attempted.
        doing: &'static str,
    },
}

impl KeyError {
    /// Wraps an operating-system error with what was attempted and where.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
