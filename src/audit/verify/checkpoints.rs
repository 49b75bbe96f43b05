//! Checkpoints, published and kept by somebody, held against the root over the leaves of their size.

use std::collections::{BTreeMap, VecDeque};

use super::{FaultKind, PAGE, Verifier};
use crate::audit::AuditError;
use crate::audit::note::Checkpoint;
use crate::store::{Hash, LogHead, PublishedCheckpoint};

/// Checkpoints still ahead.
#[derive(Default)]
pub(super) struct Checkpoints {
    published: VecDeque<PublishedCheckpoint>,
    last_read: Option<u64>,
    pub(super) all_read: bool,
    pub(super) held: BTreeMap<u64, Vec<Hash>>,
}

impl Verifier<'_> {
    /// Compares every checkpoint of the present size.
    pub(super) async fn checkpoints(&mut self) -> Result<(), AuditError> {
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

    pub(super) fn compare(&mut self, size: u64, root: &Hash) {
        if self.frontier.root() == *root {
            self.report.checkpoints += 1;
            self.last_good = size;
        } else if !self.tree_contradicted {
            self.tree_contradicted = true;
            self.fault_within(self.last_good, size, FaultKind::CheckpointRoot { size });
        }
    }

    /// The next published checkpoint if it is of this size.
    pub(super) async fn next_published(&mut self, size: u64) -> Result<Option<PublishedCheckpoint>, AuditError> {
        let ahead = &mut self.waiting;
        if ahead.published.is_empty() && !ahead.all_read {
            let page = self.snapshot.checkpoints(ahead.last_read, PAGE).await?;
            ahead.all_read = page.is_empty();
            ahead.last_read = page.last().map(|last| last.size).or(ahead.last_read);
            ahead.published = page.into();
        }
        Ok(ahead.published.pop_front_if(|next| next.size <= size))
    }

    /// Opens the checkpoints somebody kept.
    pub(super) fn open_held(&mut self, held: &[String], head: &LogHead) -> BTreeMap<u64, Vec<Hash>> {
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
}
