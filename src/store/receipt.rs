//! The proof that an entry is durable, without which nothing is changed, shown or opened.

use uuid::Uuid;

use super::{DocumentKind, Hash, PreparedLeaf, StoreError};

/// Stands for one entry of the audit log that is durable, indexed and in the tree.
///
/// Only [`LogTx::commit`](super::LogTx::commit) constructs it, after the commit; a copy speaks of the same entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReceipt {
    index: u64,
    leaf_hash: Hash,
    event_id: Uuid,
    case_id: Option<Uuid>,
    /// Whether rules are tried on the kept evidence of many cases.
    tries_rules: bool,
    /// Whether somebody reads the log itself: it opens no document, though it may name a case.
    reads_log: bool,
    size_after: u64,
}

/// The action of an entry that says on how many cases' evidence rules are tried.
pub const TRIES_RULES: &str = "rules_tried";

/// The actions of entries after which the log itself may be read.
pub const READS_LOG: [&str; 2] = ["search", "log_exported"];

impl AuditReceipt {
    pub(super) fn of(index: u64, leaf: &PreparedLeaf, size_after: u64) -> Self {
        let columns = &leaf.columns;
        let tries_rules = columns.case_id.is_none() && columns.action == TRIES_RULES;
        let reads_log = READS_LOG.contains(&columns.action.as_str());
        let case_id = columns.case_id.filter(|_| !reads_log);
        Self { index, leaf_hash: leaf.hash, event_id: columns.id, case_id, tries_rules, reads_log, size_after }
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

    /// The case whose documents the entry speaks of.
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

    /// Fails unless the entry says that somebody reads the log.
    ///
    /// # Errors
    /// [`StoreError::NoSearch`].
    pub fn must_read_log(&self) -> Result<(), StoreError> {
        if self.reads_log { Ok(()) } else { Err(StoreError::NoSearch { leaf: self.index }) }
    }

    /// Whether it opens a document of a kind and case: any of the case the entry speaks of; after an entry that rules are tried on
    /// kept evidence, that evidence and nothing else.
    #[must_use]
    pub fn opens(&self, case: &str, kind: &str) -> bool {
        let of_case = self.case_id.is_some_and(|own| own.to_string() == case);
        of_case || (self.tries_rules && kind == DocumentKind::VersionEvidence.as_str())
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
        let (leaf_hash, event_id) = ([0; 32], Uuid::nil());
        Self { index, leaf_hash, event_id, case_id, tries_rules: false, reads_log: false, size_after: index + 1 }
    }

    /// One of an entry that says that rules are tried.
    #[cfg(test)]
    #[must_use]
    pub fn for_test_of_trial() -> Self {
        Self { tries_rules: true, ..Self::for_test(None) }
    }
}

/// The first of the entries, all of which must speak of `case`: an effect without an entry is none.
pub(super) fn entry_of(case: Uuid, entries: &[AuditReceipt]) -> Result<&AuditReceipt, StoreError> {
    for entry in entries {
        entry.must_speak_of(case)?;
    }
    entries.first().ok_or(StoreError::NoEntry { case })
}
