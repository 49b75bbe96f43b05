//! The proof that an entry is durable, without which nothing is changed, shown or opened.

use uuid::Uuid;

use super::{Hash, StoreError};

/// Stands for one entry of the audit log that is durable, indexed and in the tree.
///
/// Only [`LogTx::commit`](super::LogTx::commit) constructs it, after the commit; a copy speaks of the same entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReceipt {
    index: u64,
    leaf_hash: Hash,
    event_id: Uuid,
    case_id: Option<Uuid>,
    size_after: u64,
}

impl AuditReceipt {
    pub(super) fn new(index: u64, leaf_hash: Hash, event_id: Uuid, case_id: Option<Uuid>, size_after: u64) -> Self {
        Self { index, leaf_hash, event_id, case_id, size_after }
    }

    /// Index of the leaf, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// RFC 6962 hash of the leaf.
    #[must_use]
    pub fn leaf_hash(&self) -> &Hash {
        &self.leaf_hash
    }

    /// The event's UUIDv7.
    #[must_use]
    pub fn event_id(&self) -> Uuid {
        self.event_id
    }

    /// The case the entry speaks of.
    #[must_use]
    pub fn case_id(&self) -> Option<Uuid> {
        self.case_id
    }

    /// Size of the log right after the commit that held the entry: a checkpoint of this size is signed.
    #[must_use]
    pub fn size_after(&self) -> u64 {
        self.size_after
    }

    /// Fails unless the entry speaks of `case`: consent given for one case opens no other.
    ///
    /// # Errors
    /// [`StoreError::WrongReceipt`].
    pub fn must_speak_of(&self, case: Uuid) -> Result<(), StoreError> {
        if self.case_id == Some(case) { Ok(()) } else { Err(StoreError::WrongReceipt { case, leaf: self.index }) }
    }

    /// A receipt out of thin air, for the tests of rooms that cannot reach the log.
    #[cfg(test)]
    #[must_use]
    pub fn for_test(case_id: Option<Uuid>) -> Self {
        Self::for_test_at(0, case_id)
    }

    /// The same, of a leaf.
    #[cfg(test)]
    #[must_use]
    pub fn for_test_at(index: u64, case_id: Option<Uuid>) -> Self {
        Self::new(index, [0; 32], Uuid::nil(), case_id, index + 1)
    }
}

/// The first of the entries, all of which must speak of `case`: an effect without an entry is none.
pub(super) fn entry_of(case: Uuid, entries: &[AuditReceipt]) -> Result<&AuditReceipt, StoreError> {
    for entry in entries {
        entry.must_speak_of(case)?;
    }
    entries.first().ok_or(StoreError::NoEntry { case })
}
