//! A witness, run by another body (C2SP tlog-witness): it keeps the last checkpoint of each log it knows, cosigns one that grew from it and no other.
//!
//! What it has cosigned is on its disk before the cosignature leaves it, one request after the other: it never says yes to two views of a
//! log, whatever moment it dies in. Nothing is held in memory: each request goes by what is stored.

mod request;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::cosignature::{WitnessKey, cosign, cosignatures};
use super::merkle;
use super::note::{Checkpoint, NoteError, VerifierKey};
use crate::keys::{KeyError, LogSigner, SecretKey, file_access};
use crate::store::EMPTY_ROOT;
pub use request::AddCheckpoint;

/// The file of its key.
const KEY_FILE: &str = "witness-key";
/// The folder of what it cosigned last, a file a log.
const LOGS: &str = "logs";

/// A witness over its own directory.
pub struct Witness {
    directory: PathBuf,
    signer: LogSigner,
    logs: Vec<VerifierKey>,
    /// One request at a time.
    turn: Mutex<()>,
    /// One process at a time.
    _lock: File,
}

/// Why a witness cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// Its files.
    #[error(transparent)]
    Files(#[from] KeyError),
    /// Another process has its directory.
    #[error("{} is in use by another witness: one process at a time", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// No name for a key.
    #[error("a witness's name is not empty and has no spaces and no `+`: civil-affairs.example/witness")]
    Name,
    /// The key file is not what `init` writes.
    #[error("{} is no witness's key (text withheld, it may be a key)", path.display())]
    Key {
        /// The file.
        path: PathBuf,
    },
}

/// Why nothing is cosigned, as C2SP tlog-witness tells it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400.
    #[error("not a request: old size, proof, an empty line, a checkpoint no smaller than the old size")]
    Malformed,
    /// 404.
    #[error("no log of this origin is known here")]
    UnknownLog,
    /// 403.
    #[error("no known key of the log signed it")]
    NotSigned,
    /// 409.
    #[error("the last checkpoint that was cosigned has {size} leaves")]
    Conflict {
        /// Size of the last checkpoint cosigned.
        size: u64,
    },
    /// 422.
    #[error("the log did not grow from the last checkpoint that was cosigned")]
    NotConsistent,
    /// 500: nothing is cosigned on the strength of files that cannot be read or written.
    #[error("the witness cannot use its own files: {reason}")]
    Failed {
        /// Why.
        reason: Arc<str>,
    },
}

impl Witness {
    /// Makes a witness's directory (mode 0700) with a key of its own (0600).
    ///
    /// # Errors
    /// [`WitnessError`], also when there is a key already.
    pub fn init(directory: &Path, name: &str) -> Result<WitnessKey, WitnessError> {
        let seed = SecretKey::random()?;
        let signer = LogSigner::new(name, &seed).ok_or(WitnessError::Name)?;
        file_access::create_dir(directory)?;
        file_access::create_dir(&directory.join(LOGS))?;
        let text = zeroize::Zeroizing::new(format!("{name}\n{}\n", hex::encode(seed.expose())));
        file_access::write_new(&directory.join(KEY_FILE), text.as_bytes())?;
        Ok(WitnessKey::of(&signer))
    }

    /// Opens a witness for these logs: several keys of one name are one log's.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn open(directory: &Path, logs: Vec<VerifierKey>) -> Result<Self, WitnessError> {
        file_access::check_dir(directory)?;
        let path = directory.join(KEY_FILE);
        let text = file_access::read(&path)?;
        let signer = signer_of(&text).ok_or(WitnessError::Key { path })?;
        let lock = directory.join(".lock");
        let io = |source| KeyError::Io { doing: "lock", path: lock.clone(), source };
        let file = File::options().create(true).append(true).open(&lock).map_err(io)?;
        file.try_lock().map_err(|_| WitnessError::InUse { path: directory.to_owned() })?;
        Ok(Self { directory: directory.to_owned(), signer, logs, turn: Mutex::default(), _lock: file })
    }

    /// The key that its cosignatures are checked with.
    #[must_use]
    pub fn key(&self) -> WitnessKey {
        WitnessKey::of(&self.signer)
    }

    /// Answers an `add-checkpoint` with a signature line. Touches files: not for a task that others wait for.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn add_checkpoint(&self, body: &str, now: Timestamp) -> Result<String, Refusal> {
        let request = AddCheckpoint::parse(body).ok_or(Refusal::Malformed)?;
        let claimed = Checkpoint::read_unverified(&request.checkpoint).map_err(|_| Refusal::Malformed)?;
        let keys: Vec<VerifierKey> = self.logs.iter().filter(|key| key.name == claimed.origin).cloned().collect();
        if keys.is_empty() {
            return Err(Refusal::UnknownLog);
        }
        let new = Checkpoint::open(&request.checkpoint, &keys).map_err(|_| Refusal::NotSigned)?;
        if request.old > new.size {
            return Err(Refusal::Malformed);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.last(&new.origin)?;
        let (size, root) = last.map_or((0, EMPTY_ROOT), |last| (last.size, last.root));
        if request.old != size || (new.size == size && new.root != root) {
            return Err(Refusal::Conflict { size });
        }
        if !merkle::verify_consistency(size, &root, new.size, &new.root, &request.proof) {
            return Err(Refusal::NotConsistent);
        }
        let signed = signed_part(&request.checkpoint, &keys).ok_or(Refusal::NotSigned)?;
        let made = cosign(&signed, &self.signer, now).map_err(|_| Refusal::Malformed)?;
        let note = format!("{signed}{}", made.line);
        let written = file_access::replace(&self.file_of(&new.origin), note.as_bytes());
        written.map_err(|error| Refusal::Failed { reason: error.to_string().into() })?;
        Ok(made.line)
    }

    /// The checkpoint it cosigned last of a log. A file without its own good cosignature is not believed: better none than a second view.
    fn last(&self, origin: &str) -> Result<Option<Checkpoint>, Refusal> {
        let path = self.file_of(origin);
        let failed = |reason: String| Refusal::Failed { reason: reason.into() };
        if !path.try_exists().map_err(|error| failed(error.to_string()))? {
            return Ok(None);
        }
        let note = file_access::read(&path).map_err(|error| failed(error.to_string()))?;
        let own = cosignatures(&note, &[self.key()]).and_then(|found| match found.is_empty() {
            true => Err(NoteError::Unsigned),
            false => Checkpoint::read_unverified(&note),
        });
        let own = own.ok().filter(|last| last.origin == origin);
        own.map(Some).ok_or_else(|| failed(format!("{} was altered", path.display())))
    }

    fn file_of(&self, origin: &str) -> PathBuf {
        self.directory.join(LOGS).join(hex::encode(Sha256::digest(origin)))
    }
}

/// A checkpoint with the first line alone by which one of the log's keys signs it: what else came with it is nobody's.
fn signed_part(note: &str, keys: &[VerifierKey]) -> Option<String> {
    let (text, signatures) = note.split_once("\n\n")?;
    let alone = signatures.lines().map(|line| format!("{text}\n\n{line}\n"));
    alone.into_iter().find(|note| Checkpoint::open(note, keys).is_ok())
}

/// The key in the text that `init` wrote.
fn signer_of(text: &str) -> Option<LogSigner> {
    let (name, seed) = text.trim_end_matches('\n').split_once('\n')?;
    let seed = zeroize::Zeroizing::new(hex::decode(seed).ok()?);
    LogSigner::new(name, &SecretKey::from_slice(&seed)?)
}
