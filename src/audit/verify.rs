//! The whole log again, without the service: every leaf hashed, its columns derived, tiles, head and checkpoints recomputed.
//!
//! Reads one still picture page by page, so memory stays flat however long the log is and a running service is not disturbed.

mod fault;
mod rows;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::AuditError;
use super::cosignature::{WitnessKey, cosignatures};
use super::event::Leaf;
use super::merkle::{self, Frontier};
use super::note::{Checkpoint, NoteError, VerifierKey};
use super::tile::{Edge, TileId, width};
use crate::store::{
    CosignedCheckpoint, Hash, LeafColumns, LogHead, LogSnapshot, LogTile, PublishedCheckpoint, Store, StoreError,
    StoredLeaf,
};
pub use fault::{Fault, FaultKind};
pub use rows::{RowFault, RowsReport};

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
    /// What is wrong, in the order found; at most 100.
    pub faults: Vec<Fault>,
    /// How many more there are.
    pub more_faults: u64,
    /// Rows of other tables, held against the log: cases, queries, versions. Empty when the log itself is not whole.
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

/// As [`verify_log`], with a pause after each page of rows.
pub(super) async fn verify_at_pace(
    store: &Store,
    keys: &[VerifierKey],
    held: &[String],
    pause: Duration,
) -> Result<VerifyReport, AuditError> {
    verify(store, keys, &[], held, Some(pause)).await
}

/// As [`verify_log`], with the keys of witnesses: what they cosigned last is checked against the log, and each must have cosigned
/// something.
///
/// # Errors
/// As [`verify_log`].
pub async fn verify_witnessed_log(
    store: &Store,
    keys: &[VerifierKey],
    witnesses: &[WitnessKey],
    held: &[String],
) -> Result<VerifyReport, AuditError> {
    verify(store, keys, witnesses, held, None).await
}

async fn verify(
    store: &Store,
    keys: &[VerifierKey],
    witnesses: &[WitnessKey],
    held: &[String],
    pause: Option<Duration>,
) -> Result<VerifyReport, AuditError> {
    let snapshot = store.log_snapshot().await?;
    let head = snapshot.head().clone();
    let mut verifier = Verifier {
        snapshot,
        keys,
        pause,
        frontier: Frontier::default(),
        edge: Edge::default(),
        waiting: Checkpoints::default(),
        last_good: 0,
        tree_contradicted: false,
        report: VerifyReport {
            size: head.size,
            root: [0; 32],
            checkpoints: 0,
            cosigned: 0,
            faults: Vec::new(),
            more_faults: 0,
            rows: RowsReport::default(),
        },
    };
    let cosigned = verifier.cosigned(witnesses, &head).await?;
    let held: Vec<String> = held.iter().cloned().chain(cosigned).collect();
    verifier.waiting.held = verifier.open_held(&held, &head);
    if verifier.leaves(&head).await? {
        verifier.end(&head).await?;
    }
    verifier.report.root = verifier.frontier.root();
    if verifier.report.faults.is_empty() {
        verifier.report.rows = rows::check(&mut verifier.snapshot, pause).await?;
    }
    Ok(verifier.report)
}

struct Verifier<'a> {
    snapshot: LogSnapshot,
    keys: &'a [VerifierKey],
    pause: Option<Duration>,
    frontier: Frontier,
    edge: Edge,
    waiting: Checkpoints,
    /// Size of the largest checkpoint that held.
    last_good: u64,
    /// Whether a checkpoint's root did not hold: the later ones will not either.
    tree_contradicted: bool,
    report: VerifyReport,
}

/// Checkpoints still ahead.
#[derive(Default)]
struct Checkpoints {
    published: VecDeque<PublishedCheckpoint>,
    last_read: Option<u64>,
    all_read: bool,
    held: BTreeMap<u64, Vec<Hash>>,
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
    async fn leaves(&mut self, head: &LogHead) -> Result<bool, AuditError> {
        loop {
            let next = self.frontier.size();
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
            if let Some(pause) = self.pause {
                tokio::time::sleep(pause).await;
            }
            for stored in page {
                if stored.index != self.frontier.size() {
                    self.fault(self.frontier.size(), FaultKind::LeafMissing);
                    return Ok(false);
                }
                self.leaf(&stored);
                self.full_tiles().await?;
                self.checkpoints().await?;
            }
        }
        if self.frontier.size() != head.size {
            let index = self.frontier.size().min(head.size);
            self.fault(index, FaultKind::HeadSize { leaves: self.frontier.size(), head: head.size });
            return Ok(false);
        }
        Ok(true)
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

    fn leaf(&mut self, stored: &StoredLeaf) {
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
            }
        }
        self.frontier.push(hash, |node, hash| self.edge.add(node, hash));
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

    /// Compares every checkpoint of the present size.
    async fn checkpoints(&mut self) -> Result<(), AuditError> {
        let size = self.frontier.size();
        while let Some(published) = self.next_published(size).await? {
            let opened = Checkpoint::open(&published.note, self.keys);
            match opened {
                Ok(signed) if (signed.size, signed.root) == (published.size, published.root) => {
                    self.compare(size, &signed.root);
                }
                Ok(_) => self.fault(size - 1, FaultKind::CheckpointColumns { size }),
                Err(cause) => self.fault(size - 1, FaultKind::Checkpoint { size, cause }),
            }
        }
        for root in self.waiting.held.remove(&size).unwrap_or_default() {
            self.compare(size, &root);
        }
        Ok(())
    }

    fn compare(&mut self, size: u64, root: &Hash) {
        if self.frontier.root() == *root {
            self.report.checkpoints += 1;
            self.last_good = size;
        } else if !self.tree_contradicted {
            self.tree_contradicted = true;
            self.fault_within(self.last_good, size, FaultKind::CheckpointRoot { size });
        }
    }

    /// The next published checkpoint if it is of this size.
    async fn next_published(&mut self, size: u64) -> Result<Option<PublishedCheckpoint>, AuditError> {
        let ahead = &mut self.waiting;
        if ahead.published.is_empty() && !ahead.all_read {
            let page = self.snapshot.checkpoints(ahead.last_read, PAGE).await?;
            ahead.all_read = page.is_empty();
            ahead.last_read = page.last().map(|last| last.size).or(ahead.last_read);
            ahead.published = page.into();
        }
        Ok(ahead.published.pop_front_if(|next| next.size <= size))
    }

    /// The checkpoints that witnesses cosigned, for the log to be held against.
    async fn cosigned(&mut self, witnesses: &[WitnessKey], head: &LogHead) -> Result<Vec<String>, AuditError> {
        let last = head.size.saturating_sub(1);
        let rows = match self.snapshot.cosigned().await {
            Ok(rows) => rows,
            Err(StoreError::Corrupt { column }) => {
                self.fault(last, FaultKind::Cosignature { witness: column.to_owned() });
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        let mut notes = Vec::new();
        let mut seen = Vec::new();
        for row in rows {
            let key = WitnessKey::parse(&row.witness).ok().filter(|key| holds(&row, key));
            match key {
                Some(key) => seen.push(key),
                None => self.fault(last, FaultKind::Cosignature { witness: row.witness }),
            }
            notes.push(row.note);
        }
        for witness in witnesses.iter().filter(|witness| !seen.contains(witness)) {
            self.fault(last, FaultKind::Cosignature { witness: witness.name.clone() });
        }
        self.report.cosigned = seen.len() as u64;
        Ok(notes)
    }

    /// Opens the checkpoints somebody kept.
    fn open_held(&mut self, held: &[String], head: &LogHead) -> BTreeMap<u64, Vec<Hash>> {
        let mut opened: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for note in held {
            match Checkpoint::open(note, self.keys) {
                Ok(checkpoint) if checkpoint.size > head.size => {
                    self.fault(head.size, FaultKind::WentBack { size: checkpoint.size });
                }
                Ok(checkpoint) if checkpoint.size > 0 => {
                    opened.entry(checkpoint.size).or_default().push(checkpoint.root);
                }
                Ok(_) => {}
                Err(cause) => self.fault(head.size, FaultKind::Checkpoint { size: 0, cause }),
            }
        }
        opened
    }

    /// What can be said once every leaf was seen: partial tiles, the head, checkpoints beyond it.
    async fn end(&mut self, head: &LogHead) -> Result<(), AuditError> {
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

/// Whether a row's checkpoint is cosigned by this witness, and says what the row says.
fn holds(row: &CosignedCheckpoint, key: &WitnessKey) -> bool {
    let Ok(found) = cosignatures(&row.note, std::slice::from_ref(key)) else { return false };
    let size = Checkpoint::read_unverified(&row.note).map(|checkpoint| checkpoint.size);
    size == Ok(row.size) && found.iter().any(|cosignature| cosignature.at == row.cosigned_at)
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
