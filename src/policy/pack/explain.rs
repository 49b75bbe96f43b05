//! A parameter in words: value in force, history, law.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::catalogue;
use super::document::Law;
use super::resolved::{ResolvedEntry, ResolvedPack};
use crate::policy::assessment::Basis;

/// A parameter, what it means, and how it came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Explanation {
    /// Key.
    pub key: String,
    /// Meaning, in Chinese.
    pub zh: String,
    /// Meaning, in English.
    pub en: String,
    /// Unit.
    pub unit: String,
    /// What may be written.
    pub expected: String,
    /// The same in Chinese.
    pub expected_zh: String,
    /// Value in force on the day asked about.
    pub in_force: Option<HistoryEntry>,
    /// Every value, oldest first.
    pub history: Vec<HistoryEntry>,
}

/// A value and the days it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryEntry {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day, inclusive.
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Date>,
    /// Value in words.
    pub value: String,
    /// On what it rests.
    pub basis: Basis,
    /// Text it rests on.
    pub law: Option<Law>,
    /// Remark.
    pub note: Option<String>,
    /// Pack that set it.
    pub pack: String,
}

impl From<&ResolvedEntry> for HistoryEntry {
    fn from(entry: &ResolvedEntry) -> Self {
        Self {
            from: entry.from,
            to: entry.to,
            value: entry.value.to_string(),
            basis: entry.basis,
            law: entry.law.clone(),
            note: entry.note.clone(),
            pack: entry.pack.clone(),
        }
    }
}

pub(super) fn explain(pack: &ResolvedPack, key: &str, day: Date) -> Option<Explanation> {
    let spec = catalogue::spec(key)?;
    Some(Explanation {
        key: spec.key.to_owned(),
        zh: spec.zh.to_owned(),
        en: spec.en.to_owned(),
        unit: spec.unit.to_owned(),
        expected: spec.kind.expected(),
        expected_zh: spec.kind.expected_zh(),
        in_force: pack.on(key, day).map(HistoryEntry::from),
        history: pack.parameters.get(key).into_iter().flatten().map(HistoryEntry::from).collect(),
    })
}
