//! A page of an answer: how the department says "nothing", "busy" and "error", and which rows are whose.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use jiff::civil::Date;
use serde_json::Value;

use super::field::Field;
use super::path::{Path, Place};
use super::record::{RecordRule, day};
use crate::codec::{Codec, Unreadable};
use crate::records::{Failure, Gap, Record};

/// A value that must be one of some.
#[derive(Clone, Debug)]
pub(crate) struct When {
    pub(crate) path: Path,
    pub(crate) any_of: Vec<String>,
}

impl When {
    pub(crate) fn holds(&self, place: Place<'_>) -> Result<bool, Unreadable> {
        Ok(self.path.scalar(place)?.is_some_and(|text| self.any_of.contains(&text)))
    }
}

/// The code an answer (or an item of a batch) carries. What is in none of the lists is the department's error.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Path,
    /// Where a code that is not good is explained, when that is another place.
    pub(crate) reason: Option<Path>,
    pub(crate) ok: Vec<String>,
    pub(crate) no_record: Vec<String>,
    pub(crate) busy: Vec<String>,
    pub(crate) unauthorised: Vec<String>,
}

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ok,
    NoRecord,
    Failed(Failure),
}

impl Outcome {
    pub(crate) fn verdict(&self, place: Place<'_>) -> Result<Verdict, Unreadable> {
        let code = self.code.scalar(place)?;
        let code = code.ok_or_else(|| Unreadable::new(self.code.shown(place), "states no result code"))?;
        if self.ok.contains(&code) {
            return Ok(Verdict::Ok);
        }
        let code = match &self.reason {
            Some(reason) => reason.scalar(place)?.unwrap_or(code),
            None => code,
        };
        Ok(if self.no_record.contains(&code) {
            Verdict::NoRecord
        } else if self.busy.contains(&code) {
            Verdict::Failed(Failure::Busy)
        } else if self.unauthorised.contains(&code) {
            Verdict::Failed(Failure::Unauthorised)
        } else {
            Verdict::Failed(Failure::SourceError)
        })
    }
}

/// A department's own word that it has nothing to say now.
pub(crate) fn stated(why: Failure, place: &str) -> String {
    let what = match why {
        Failure::Busy => "the department says it is busy",
        Failure::Unauthorised => "the department refuses the credentials",
        _ => "the department reports an error",
    };
    format!("body: {place}: {what}")
}

/// How an answer's bytes become a tree with a verdict; shared by every step of an exchange.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) encoding: &'static Encoding,
    pub(crate) codec: Codec,
    pub(crate) outcome: Option<Outcome>,
}

/// People of a batch within an answer.
#[derive(Clone, Debug)]
pub(crate) struct Items {
    pub(crate) at: Path,
    /// The number under which the person was asked about.
    pub(crate) key: Path,
    pub(crate) outcome: Option<Outcome>,
    /// Where a good item must hold a list: without it the item is broken, not "nothing".
    pub(crate) list: Option<Path>,
    /// What it means when a person asked about is not in the answer.
    pub(crate) missing: Failure,
}

/// The rules for the rows of one place.
#[derive(Clone, Debug)]
pub(crate) struct RowList {
    pub(crate) at: Path,
    pub(crate) rules: Vec<RecordRule>,
}

/// How the answer that carries the records is read.
#[derive(Clone, Debug)]
pub(crate) struct AnswerSpec {
    pub(crate) shape: Shape,
    /// Places that must hold a list; an answer without them is not "nothing", it is broken.
    pub(crate) lists: Vec<Path>,
    /// Places that must hold anything at all.
    pub(crate) present: Vec<Path>,
    /// When this is absent, the department holds nothing.
    pub(crate) nothing_when_absent: Option<Path>,
    /// How many rows the department says there are, over all pages.
    pub(crate) total: Option<Path>,
    pub(crate) as_of: Option<Field>,
    pub(crate) items: Option<Items>,
    /// A row that says "nothing about this person".
    pub(crate) none_when: Option<When>,
    /// A row that says an institution did not answer.
    pub(crate) gap_when: Option<When>,
    pub(crate) rows: Vec<RowList>,
}

/// What an answer says about one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ItemResult {
    pub(crate) records: Vec<Record>,
    pub(crate) gap: Option<Gap>,
    /// The first row that could not be read.
    pub(crate) unreadable: Option<Unreadable>,
    pub(crate) unreadable_rows: usize,
    /// Rows seen, readable or not, without those that say "nothing".
    pub(crate) rows: u64,
    /// Why nothing can be said about the person, and the note.
    pub(crate) failed: Option<(Failure, String)>,
}

/// What one page says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    /// By the number under which the person was asked about, from 1.
    pub(crate) items: BTreeMap<usize, ItemResult>,
    pub(crate) as_of: Option<Date>,
    pub(crate) total: Option<u64>,
}

impl AnswerSpec {
    /// Reads a tree whose code was already found good.
    pub(crate) fn page(&self, tree: &Value) -> Result<Page, Unreadable> {
        let root = Place { root: tree, node: tree, location: "$" };
        let as_of = match &self.as_of {
            Some(field) => day(field.read(root)?),
            None => None,
        };
        let mut page = Page { as_of, total: self.total(root)?, ..Page::default() };
        let nothing = match &self.nothing_when_absent {
            Some(path) => path.value(root)?.is_none(),
            None => false,
        };
        let says_none = page.total == Some(0) && !self.lists.iter().any(|list| matches!(list.value(root), Ok(Some(_))));
        if nothing || says_none {
            page.items.insert(1, ItemResult::default());
            return Ok(page);
        }
        self.hold(root)?;
        let Some(items) = &self.items else {
            page.items.insert(1, self.rows_of(root, as_of));
            return Ok(page);
        };
        for (location, node) in items.at.nodes(root) {
            let item = Place { root: tree, node, location: &location };
            let Some(number) = items.key.scalar(item)?.and_then(|key| key.parse::<usize>().ok()).filter(|n| *n > 0)
            else {
                return Err(Unreadable::new(items.key.shown(item), "does not say which person it is about"));
            };
            let result = self.item(items, item, as_of)?;
            page.items.entry(number).or_default().merge(result);
        }
        Ok(page)
    }

    fn total(&self, root: Place<'_>) -> Result<Option<u64>, Unreadable> {
        let Some(path) = &self.total else { return Ok(None) };
        match path.scalar(root)?.map(|text| text.parse()) {
            Some(Ok(total)) => Ok(Some(total)),
            Some(Err(_)) => Err(Unreadable::new(path.text(), "is not a number of rows")),
            None => Err(Unreadable::new(path.text(), "states no number of rows")),
        }
    }

    fn hold(&self, root: Place<'_>) -> Result<(), Unreadable> {
        for path in &self.lists {
            if !path.value(root)?.is_some_and(Value::is_array) {
                return Err(Unreadable::new(path.text(), "is not a list"));
            }
        }
        for path in &self.present {
            if path.value(root)?.is_none() {
                return Err(Unreadable::new(path.text(), "is missing"));
            }
        }
        Ok(())
    }

    fn item(&self, items: &Items, item: Place<'_>, as_of: Option<Date>) -> Result<ItemResult, Unreadable> {
        let verdict = items.outcome.as_ref().map_or(Ok(Verdict::Ok), |outcome| outcome.verdict(item))?;
        let failed = |why, note| ItemResult { failed: Some((why, note)), ..ItemResult::default() };
        Ok(match verdict {
            Verdict::NoRecord => ItemResult::default(),
            Verdict::Failed(why) => {
                let place = items.outcome.as_ref().map_or_else(String::new, |outcome| outcome.code.shown(item));
                failed(why, stated(why, &place))
            }
            Verdict::Ok => match &items.list {
                Some(list) if !list.value(item)?.is_some_and(Value::is_array) => {
                    failed(Failure::Malformed, format!("body: {}: is not a list", list.shown(item)))
                }
                _ => self.rows_of(item, as_of),
            },
        })
    }

    fn rows_of(&self, item: Place<'_>, as_of: Option<Date>) -> ItemResult {
        let mut result = ItemResult::default();
        for list in &self.rows {
            for (location, node) in list.at.nodes(item) {
                let row = Place { root: item.root, node, location: &location };
                if let Err(unreadable) = self.row(list, row, as_of, &mut result) {
                    result.rows += 1;
                    result.unreadable_rows += 1;
                    result.unreadable.get_or_insert(unreadable);
                }
            }
        }
        result
    }

    fn row(
        &self,
        list: &RowList,
        row: Place<'_>,
        as_of: Option<Date>,
        into: &mut ItemResult,
    ) -> Result<(), Unreadable> {
        if !row.node.is_object() {
            return Err(Unreadable::new(row.location, "is not a row"));
        }
        if let Some(none) = &self.none_when
            && none.holds(row)?
        {
            return Ok(());
        }
        if let Some(gap) = &self.gap_when
            && gap.holds(row)?
        {
            into.gap = Some(Gap::InstitutionMissing);
            return Ok(());
        }
        let mut records = Vec::new();
        for rule in &list.rules {
            if rule.applies(row)? {
                records.push(rule.record(row, as_of)?);
            }
        }
        if records.is_empty() {
            return Err(Unreadable::new(row.location, "is of no kind that the definition knows"));
        }
        into.rows += 1;
        into.records.append(&mut records);
        Ok(())
    }
}

impl ItemResult {
    /// Adds what another row, page or fragment says about the same person.
    pub(crate) fn merge(&mut self, other: Self) {
        self.records.extend(other.records);
        self.gap = self.gap.or(other.gap);
        self.unreadable = self.unreadable.take().or(other.unreadable);
        self.unreadable_rows += other.unreadable_rows;
        self.rows += other.rows;
        self.failed = self.failed.take().or(other.failed);
    }
}
