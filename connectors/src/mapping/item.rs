//! What an answer says about one person, gathered row by row, page by page.

use std::collections::BTreeMap;

use crate::codec::Unreadable;
use crate::records::{Failure, Gap, Record};

/// What is known about one person so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ItemResult {
    pub(crate) records: Vec<Record>,
    /// Where each record number lies in `records`.
    numbers: BTreeMap<String, usize>,
    pub(crate) gap: Option<Gap>,
    /// The first row that could not be read.
    pub(crate) unreadable: Option<Unreadable>,
    pub(crate) unreadable_rows: usize,
    /// Rows seen, readable or not, without those that say "nothing" and those that repeat another.
    pub(crate) rows: u64,
    /// Rows that repeat another to the letter.
    pub(crate) repeated: usize,
    /// The department said, in its own way, that it holds nothing.
    pub(crate) nothing: bool,
    /// A row of its own said so: then no other row may say what is held.
    pub(crate) denied: bool,
    /// Why nothing can be said about the person, and the note.
    pub(crate) failed: Option<(Failure, String)>,
}

impl ItemResult {
    /// "Nothing is held."
    pub(crate) fn nothing() -> Self {
        Self { nothing: true, ..Self::default() }
    }

    /// Nothing can be said.
    pub(crate) fn failed(why: Failure, note: impl Into<String>) -> Self {
        Self { failed: Some((why, note.into())), ..Self::default() }
    }

    /// Nothing can be read.
    pub(crate) fn broken(unreadable: &Unreadable) -> Self {
        Self::failed(Failure::Malformed, format!("body: {}: {}", unreadable.place, unreadable.reason))
    }

    /// Adds a row's record. The number is unique in the department: the same row again is one record, another row under the
    /// same number leaves open which of them holds.
    pub(crate) fn take(&mut self, record: Record) {
        match self.numbers.get(&record.number) {
            Some(at) if self.records[*at] == record => self.repeated += 1,
            Some(_) => {
                self.rows += 1;
                self.unreadable_rows += 1;
                self.unreadable
                    .get_or_insert_with(|| Unreadable::new("record number", "stands for two different records"));
            }
            None => {
                self.rows += 1;
                self.numbers.insert(record.number.clone(), self.records.len());
                self.records.push(record);
            }
        }
    }

    /// Adds what another page or fragment says about the same person. Returns how many of its rows were there before.
    pub(crate) fn merge(&mut self, other: Self) -> usize {
        let readable = u64::try_from(other.records.len()).unwrap_or(u64::MAX);
        self.rows += other.rows.saturating_sub(readable);
        self.unreadable = self.unreadable.take().or(other.unreadable);
        self.unreadable_rows += other.unreadable_rows;
        self.gap = self.gap.or(other.gap);
        self.nothing |= other.nothing;
        self.denied |= other.denied;
        self.failed = self.failed.take().or(other.failed);
        let before = self.repeated;
        other.records.into_iter().for_each(|record| self.take(record));
        let again = self.repeated - before;
        self.repeated += other.repeated;
        again
    }
}
