//! The whole log again, without the service: every leaf hashed, its columns derived, tiles, head and checkpoints recomputed.
//!
//! Reads page by page, each of one moment, up to the head of the last: memory stays flat however long the log is, a running service is not
//! disturbed, and no picture is held for long, which would keep the write-ahead log from being cut.

mod brought;
mod checkpoints;
mod fault;
mod rows;
mod witnessed;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::AuditError;
use super::cosignature::WitnessKey;
use super::leaf::Leaf;
use super::merkle::{self, Frontier};
use super::note::{Checkpoint, NoteError, VerifierKey};
use super::tile::{Edge, TileId, width};
use crate::store::{Hash, LeafColumns, LogSnapshot, LogTile, Store, StoreError, StoredLeaf};
use brought::Brought;
use checkpoints::Checkpoints;
pub use fault::{Fault, FaultKind};
pub use rows::{RowFault, RowsReport, Wrong};
pub use witnessed::Uncosigned;

/// Rows read at a time.
const PAGE: u32 = 512;
/// Faults kept; the others are counted.
const FAULTS: usize = 100;

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// Leaves the head claims.
    pub size: u64,
    /// Root over the leaves as they are stored.
    pub root: Hash,
    /// Checkpoints that held.
    pub checkpoints: u64,
    /// Witnesses whose last cosignature held.
    pub cosigned: u64,
    /// Witnesses asked for that have not cosigned all of it: nothing is wrong with the log, but of these entries they say nothing.
    pub uncosigned: Vec<Uncosigned>,
    /// What is wrong, in the order found; at most 100.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more_faults: u64,
    /// Rows of other tables, held against the log, and entries whose rows are gone. Empty when the log itself is not whole.
    pub rows: RowsReport,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.faults.is_empty() && self.rows.faults.is_empty()
    }

    /// The fault at the lowest index. One that speaks of a range (a root, a tile of a higher level) yields to those within it that
    /// name their leaf.
    #[must_use]
    pub fn first_fault(&self) -> Option<&Fault> {
        let exact = |range: &Fault| {
            self.faults.iter().any(|fault| fault.is_exact() && (range.index..range.until).contains(&fault.index))
        };
        self.faults.iter().filter(|fault| fault.is_exact() || !exact(fault)).min_by_key(|fault| fault.index)
    }
}

/// Verifies the log of `store` (see [`Store::open_read_only`]) with the keys its checkpoints may be signed with. `held` are signed
/// checkpoints that somebody kept: with them, even a log rewritten by one who has the key is found out.
///
/// # Errors
/// The store failed. What is wrong with the log is no error but a [`Fault`].
pub async fn verify_log(store: &Store, keys: &[VerifierKey], held: &[String]) -> Result<VerifyReport, AuditError> {
    verify_witnessed_log(store, keys, &[], held).await
}

/// As [`verify_witnessed_log`], of the tree alone: every leaf hashed, tiles, head and checkpoints recomputed. Index columns and rows beside
/// the log are not looked at, which takes a fraction of the time.
///
/// # Errors
/// As [`verify_log`].
pub async fn verify_tree(
    store: &Store,
    keys: &[VerifierKey],
    witnesses: &[WitnessKey],
    held: &[String],
) -> Result<VerifyReport, AuditError> {
    verify(store, keys, witnesses, held, Pace { pause: None, tree_only: true, read: None }).await
}

/// As [`verify_tree`], with a pause after each page of leaves; how many were read so far stands in `read`.
pub(super) async fn verify_tree_at_pace(
    store: &Store,
    keys: &[VerifierKey],
    held: &[String],
    pause: Duration,
    read: &AtomicU64,
) -> Result<VerifyReport, AuditError> {
    verify(store, keys, &[], held, Pace { pause: Some(pause), tree_only: true, read: Some(read) }).await
}

/// As [`verify_log`], with a pause after each page of rows.
pub(super) async fn verify_at_pace(
    store: &Store,
    keys: &[VerifierKey],
    held: &[String],
    pause: Duration,
) -> Result<VerifyReport, AuditError> {
    verify(store, keys, &[], held, Pace { pause: Some(pause), tree_only: false, read: None }).await
}

/// As [`verify_log`], with the keys of witnesses: what they cosigned last is checked against the log, and what they did not is told.
///
/// # Errors
/// As [`verify_log`].
pub async fn verify_witnessed_log(
    store: &Store,
    keys: &[VerifierKey],
    witnesses: &[WitnessKey],
    held: &[String],
) -> Result<VerifyReport, AuditError> {
    verify(store, keys, witnesses, held, Pace { pause: None, tree_only: false, read: None }).await
}

/// How fast, and how much.
#[derive(Clone, Copy)]
struct Pace<'a> {
    /// After each page.
    pause: Option<Duration>,
    tree_only: bool,
    /// Leaves read so far, for whoever waits.
    read: Option<&'a AtomicU64>,
}

async fn verify(
    store: &Store,
    keys: &[VerifierKey],
    witnesses: &[WitnessKey],
    held: &[String],
    pace: Pace<'_>,
) -> Result<VerifyReport, AuditError> {
    let snapshot = store.log_snapshot().await?;
    let head = snapshot.head().clone();
    let mut verifier = Verifier {
        snapshot,
        keys,
        pace,
        frontier: Frontier::default(),
        edge: Edge::default(),
        waiting: Checkpoints::default(),
        last_good: 0,
        tree_contradicted: false,
        cosigned_to: Vec::new(),
        brought: Brought::default(),
        rows: RowsReport::default(),
        report: VerifyReport {
            size: head.size,
            root: [0; 32],
            checkpoints: 0,
            cosigned: 0,
            uncosigned: Vec::new(),
            faults: Vec::new(),
            more_faults: 0,
            rows: RowsReport::default(),
        },
    };
    let cosigned = verifier.cosigned(&head).await?;
    let held: Vec<String> = held.iter().cloned().chain(cosigned).collect();
    verifier.waiting.held = verifier.open_held(&held, &head);
    if verifier.leaves().await? {
        verifier.end().await?;
    }
    verifier.report.size = verifier.snapshot.head().size;
    verifier.report.root = verifier.frontier.root();
    verifier.uncosigned(witnesses).await?;
    if verifier.report.faults.is_empty() && !pace.tree_only {
        let Verifier { snapshot, rows, brought, .. } = &mut verifier;
        rows::check(snapshot, pace.pause, rows).await?;
        snapshot.move_on(None).await?;
        std::mem::take(brought).end(snapshot, rows).await?;
        verifier.report.rows = verifier.rows;
    }
    Ok(verifier.report)
}

struct Verifier<'a> {
    snapshot: LogSnapshot,
    keys: &'a [VerifierKey],
    pace: Pace<'a>,
    frontier: Frontier,
    edge: Edge,
    waiting: Checkpoints,
    /// Size of the largest checkpoint that held.
    last_good: u64,
    /// Whether a checkpoint's root did not hold: the later ones will not either.
    tree_contradicted: bool,
    /// How far each witness cosigned.
    cosigned_to: Vec<(WitnessKey, u64)>,
    brought: Brought,
    rows: RowsReport,
    report: VerifyReport,
}

impl Verifier<'_> {
    fn fault(&mut self, index: u64, kind: FaultKind) {
        self.fault_within(index, index + 1, kind);
    }

    fn fault_within(&mut self, index: u64, until: u64, kind: FaultKind) {
        if self.report.faults.len() < FAULTS {
            self.report.faults.push(Fault { index, until, kind });
        } else {
            self.report.more_faults += 1;
        }
    }

    /// Walks the leaves; false when one is missing or unreadable, so that nothing can be said of the tree.
    async fn leaves(&mut self) -> Result<bool, AuditError> {
        loop {
            let next = self.frontier.size();
            if self.pace.tree_only
                && let Some(page) = self.snapshot.leaf_bytes(next, PAGE).await?
            {
                let more = page.len() >= PAGE as usize;
                for bytes in &page {
                    self.push(merkle::leaf_hash(bytes)).await?;
                }
                if more {
                    self.move_on().await?;
                    continue;
                }
                break;
            }
            let page = match self.snapshot.leaves(next, PAGE).await {
                Ok(page) => page,
                Err(StoreError::Corrupt { .. }) => match self.first_unreadable(next).await? {
                    Ok(readable) => readable,
                    Err(()) => return Ok(false),
                },
                Err(error) => return Err(error.into()),
            };
            if page.is_empty() {
                break;
            }
            let more = page.len() >= PAGE as usize;
            for stored in page {
                if stored.index != self.frontier.size() {
                    self.fault(self.frontier.size(), FaultKind::LeafMissing);
                    return Ok(false);
                }
                let hash = self.leaf(&stored);
                self.push(hash).await?;
            }
            self.brought.look(&mut self.snapshot, &mut self.rows).await?;
            // The last page, the head and what belongs to them are of one moment.
            if more {
                self.move_on().await?;
            }
        }
        let head = self.snapshot.head();
        if self.frontier.size() != head.size {
            let index = self.frontier.size().min(head.size);
            let head = head.size;
            self.fault(index, FaultKind::HeadSize { leaves: self.frontier.size(), head });
            return Ok(false);
        }
        Ok(true)
    }

    async fn push(&mut self, hash: Hash) -> Result<(), AuditError> {
        self.frontier.push(hash, |node, hash| self.edge.add(node, hash));
        if let Some(read) = self.pace.read {
            read.store(self.frontier.size(), Ordering::Relaxed);
        }
        self.full_tiles().await?;
        self.checkpoints().await
    }

    async fn move_on(&mut self) -> Result<(), AuditError> {
        self.snapshot.move_on(self.pace.pause).await?;
        self.waiting.all_read = false;
        Ok(())
    }

    /// After a page that cannot be read: the leaves of it that can, or the fault at the first that cannot.
    async fn first_unreadable(&mut self, from: u64) -> Result<Result<Vec<StoredLeaf>, ()>, AuditError> {
        match self.snapshot.leaves(from, 1).await {
            Ok(leaf) => Ok(Ok(leaf)),
            Err(StoreError::Corrupt { column }) => {
                self.fault(from, FaultKind::Column { column });
                Ok(Err(()))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn leaf(&mut self, stored: &StoredLeaf) -> Hash {
        let hash = merkle::leaf_hash(&stored.leaf.bytes);
        if hash != stored.leaf.hash {
            self.fault(stored.index, FaultKind::LeafHash);
        }
        match Leaf::parse(&stored.leaf.bytes) {
            Err(cause) => self.fault(stored.index, FaultKind::Leaf { cause }),
            Ok(leaf) => {
                for column in differing(&leaf.columns(), &stored.leaf.columns) {
                    self.fault(stored.index, FaultKind::Column { column });
                }
                self.brought.note(stored.index, &leaf.event);
            }
        }
        hash
    }

    async fn full_tiles(&mut self) -> Result<(), AuditError> {
        for tile in self.edge.take_full() {
            self.tile(&tile).await?;
        }
        Ok(())
    }

    async fn tile(&mut self, computed: &LogTile) -> Result<(), AuditError> {
        let stored = self.snapshot.tile(computed.level, computed.index).await?;
        let stored = stored.map(|tile| tile.bytes).unwrap_or_default();
        if stored != computed.bytes {
            let (ours, theirs) = (computed.bytes.as_chunks::<32>().0, stored.as_chunks::<32>().0);
            let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count() as u64;
            let index = (computed.index * 256 + same) << (8 * computed.level);
            let until = index + (1 << (8 * computed.level));
            self.fault_within(index, until, FaultKind::Tile { level: computed.level, tile: computed.index });
        }
        Ok(())
    }

    /// What can be said once every leaf was seen: partial tiles, the head, checkpoints beyond it.
    async fn end(&mut self) -> Result<(), AuditError> {
        let head = self.snapshot.head().clone();
        for tile in self.edge.take_changed() {
            self.tile(&tile).await?;
        }
        let (stored, expected) = (self.snapshot.tile_count().await?, tile_count(head.size));
        if stored != expected {
            self.fault(head.size, FaultKind::TileCount { stored, expected });
        }
        while let Some(beyond) = self.next_published(u64::MAX).await? {
            self.fault(head.size, FaultKind::WentBack { size: beyond.size });
        }
        if head.root != self.frontier.root() || head.frontier != self.frontier.peaks() {
            self.fault_within(self.last_good, head.size.max(self.last_good + 1), FaultKind::HeadRoot);
        }
        let signed = head.checkpoint.as_deref().map(|note| Checkpoint::open(note, self.keys));
        match signed {
            None if head.size == 0 => {}
            None => self.fault(head.size - 1, FaultKind::Checkpoint { size: head.size, cause: NoteError::Unsigned }),
            Some(Err(cause)) => {
                self.fault(head.size.saturating_sub(1), FaultKind::Checkpoint { size: head.size, cause });
            }
            Some(Ok(signed)) if signed.size == head.size => self.compare(signed.size, &signed.root),
            Some(Ok(_)) => self.fault(head.size.saturating_sub(1), FaultKind::CheckpointColumns { size: head.size }),
        }
        Ok(())
    }
}

/// How many tiles a tree of `size` leaves has.
fn tile_count(size: u64) -> u64 {
    let full = |level: u32| size.checked_shr(8 * (level + 1)).unwrap_or(0);
    let partial = |level: u8| {
        let index = full(u32::from(level));
        u64::from(width(TileId { level, index }, size) > 0)
    };
    (0..8).map(|level| full(u32::from(level)) + partial(level)).sum()
}

/// Names of the columns in which two differ.
fn differing(derived: &LeafColumns, stored: &LeafColumns) -> Vec<&'static str> {
    [
        ("id", derived.id == stored.id),
        ("at", derived.at == stored.at),
        ("actor", derived.actor == stored.actor),
        ("organisation", derived.organisation == stored.organisation),
        ("action", derived.action == stored.action),
        ("case_id", derived.case_id == stored.case_id),
        ("subject_tag", derived.subject_tag == stored.subject_tag),
        ("source", derived.source == stored.source),
    ]
    .into_iter()
    .filter(|(_, same)| !same)
    .map(|(column, _)| column)
    .collect()
}
