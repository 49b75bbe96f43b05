//! What a running service can check of its own log: how the present checkpoint, the published one and the cosigned ones go together at once, and
//! the whole tree again while nobody waits for it. One check at a time in a process, in pages with pauses; the last one's outcome is kept.
//!
//! A service vouches for itself here. Whoever does not trust its machine runs `hedui audit verify` elsewhere, over a copy and with keys of his own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Oversight;
use crate::audit::{Action, AuditError, Checkpoint, NoteError, WitnessKey, check_tree};
use crate::auth::Caller;
use crate::household::canonical_json;
use crate::verification::ReadError;

/// How the log stands now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Name of the log.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root, hex.
    pub root: String,
    /// The signed checkpoint.
    pub note: String,
    /// Size of the checkpoint published last, and when it was.
    pub published: Option<(u64, Timestamp)>,
    /// Whether a proof leads from the root published last to the present one.
    pub grew_only: bool,
    /// What each witness cosigned last.
    pub witnesses: Vec<Witnessed>,
}

/// What a witness cosigned last.
#[derive(Clone, Debug)]
pub struct Witnessed {
    /// Name of its key.
    pub name: String,
    /// Entries.
    pub size: u64,
    /// As of when.
    pub at: Timestamp,
}

/// A check, under way or ended.
#[derive(Clone, Debug)]
pub struct Check {
    /// Who began it.
    pub by: String,
    /// When.
    pub began: Timestamp,
    /// Index of the entry that says so.
    pub logged_as: u64,
    /// Entries that there were then.
    pub of: u64,
    /// Entries read so far.
    pub read: u64,
    /// Whether a checkpoint that somebody kept is held against the log too.
    pub with_kept: bool,
    /// What came of it.
    pub outcome: Option<CheckOutcome>,
}

/// What came of a check.
#[derive(Clone, Debug)]
pub enum CheckOutcome {
    /// It was made.
    Made {
        /// When it ended.
        ended: Timestamp,
        /// Entries hashed.
        size: u64,
        /// Root over them, hex.
        root: String,
        /// Checkpoints that held.
        checkpoints: u64,
        /// Witnesses whose last cosignature held.
        cosigned: u64,
        /// What is wrong.
        faults: Vec<CheckFault>,
        /// How many more there are.
        more_faults: u64,
    },
    /// The store failed on the way: nothing is said of the log.
    Failed,
}

/// Something that is wrong.
#[derive(Clone, Debug)]
pub struct CheckFault {
    /// The lowest entry that it may concern.
    pub index: u64,
    /// What, as `hedui audit verify` words it.
    pub what: String,
}

/// The check of this process that was begun last.
#[derive(Default)]
pub(super) struct Checks(Mutex<Option<Held>>);

struct Held {
    check: Check,
    read: Arc<AtomicU64>,
}

impl Checks {
    fn last(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, outcome: CheckOutcome) {
        if let Some(held) = self.last().as_mut() {
            held.check.outcome = Some(outcome);
        }
    }
}

impl Oversight {
    /// How checkpoints of the log go together now; none of an empty log.
    ///
    /// # Errors
    /// The store failed, or the stored tree cannot be read.
    pub async fn standing(&self) -> Result<Option<Standing>, ReadError> {
        let log = &self.0.log;
        let published = self.0.store.last_checkpoint().await?;
        let inside = super::proofs::out_of_range;
        let Some(note) = log.checkpoint().await.map_err(inside)? else { return Ok(None) };
        let broken = |cause| inside(AuditError::Checkpoint { place: "the head of the log".to_owned(), cause });
        let head = Checkpoint::open(&note, log.keys()).map_err(broken)?;
        let mut grew_only = true;
        if let Some(last) = &published {
            let signed = Checkpoint::open(&last.note, log.keys());
            grew_only = match log.prove_consistency(last.size, head.size).await {
                Ok(proof) => signed.is_ok_and(|signed| {
                    signed.size == last.size
                        && match last.size == head.size {
                            true => signed.root == head.root,
                            false => proof.verify(&signed.root, &head.root),
                        }
                }),
                // larger than the log itself
                Err(AuditError::OutOfRange { .. }) => false,
                Err(error) => return Err(inside(error)),
            };
        }
        let witnessed = |row: crate::store::CosignedCheckpoint| {
            let name = WitnessKey::parse(&row.witness).map_or(row.witness, |key| key.name);
            Witnessed { name, size: row.size, at: row.cosigned_at }
        };
        Ok(Some(Standing {
            origin: head.origin,
            size: head.size,
            root: hex::encode(head.root),
            note,
            published: published.map(|last| (last.size, last.published_at)),
            grew_only,
            witnesses: self.0.store.cosigned().await?.into_iter().map(witnessed).collect(),
        }))
    }

    /// Whether a text is a checkpoint that this log signed, so that the log can be held against it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn is_own_checkpoint(&self, note: &str) -> Result<(), NoteError> {
        Checkpoint::open(note, self.0.log.keys()).map(drop)
    }

    /// The check of this process that is under way, or the last that was.
    #[must_use]
    pub fn last_check(&self) -> Option<Check> {
        let held = self.1.last();
        held.as_ref().map(|held| Check { read: held.read.load(Ordering::Relaxed), ..held.check.clone() })
    }

    /// Begins to hash the whole tree again and to hold it against its checkpoints, those that are stored and one that somebody kept. Whoever asks while
    /// one is under way is left with that one, and told so: `false`. That it was begun is in the log first.
    ///
    /// # Errors
    /// [`ReadError::Closed`]: the log cannot be written; else the store failed.
    pub async fn begin_check(&self, caller: &Caller, kept: Option<String>) -> Result<bool, ReadError> {
        let runs = |held: &Held| held.check.outcome.is_none();
        if self.1.last().as_ref().is_some_and(runs) {
            return Ok(false);
        }
        let what = Sha256::digest(canonical_json(&serde_json::json!({"check": "tree", "kept": kept}))).into();
        let receipt = self.enter(Self::reading(caller, Action::Search), what).await?;
        let of = self.0.store.log_head().await?.size;
        let read = Arc::new(AtomicU64::new(0));
        let check = Check {
            by: caller.subject.clone(),
            began: self.now(),
            logged_as: receipt.index(),
            of,
            read: 0,
            with_kept: kept.is_some(),
            outcome: None,
        };
        let mut last = self.1.last();
        if last.as_ref().is_some_and(runs) {
            return Ok(false);
        }
        *last = Some(Held { check, read: Arc::clone(&read) });
        drop(last);
        let oversight = self.clone();
        tokio::spawn(async move {
            let checks = Arc::clone(&oversight.1);
            let made = tokio::spawn(async move { oversight.check(kept, &read).await });
            // one that falls over has ended too
            checks.end(made.await.unwrap_or(CheckOutcome::Failed));
        });
        Ok(true)
    }

    async fn check(&self, kept: Option<String>, read: &AtomicU64) -> CheckOutcome {
        let kept: Vec<String> = kept.into_iter().collect();
        match check_tree(&self.0.log, &kept, read).await {
            Ok(report) => {
                let faults = report.faults.iter();
                CheckOutcome::Made {
                    ended: self.now(),
                    size: report.size,
                    root: hex::encode(report.root),
                    checkpoints: report.checkpoints,
                    cosigned: report.cosigned,
                    faults: faults.map(|fault| CheckFault { index: fault.index, what: fault.to_string() }).collect(),
                    more_faults: report.more_faults,
                }
            }
            Err(error) => {
                tracing::error!(%error, "the audit log could not be checked");
                CheckOutcome::Failed
            }
        }
    }
}
