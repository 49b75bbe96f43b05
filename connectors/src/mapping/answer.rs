//! A page of an answer: how the department says "nothing", "busy" and "error", and which rows are whose.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use jiff::civil::Date;
use serde_json::Value;

use super::field::Field;
use super::item::ItemResult;
use super::path::{Path, Place};
use super::record::{RecordRule, day};
use crate::codec::{Codec, Unreadable};
use crate::records::{Failure, Gap};

/// What must be so of a value.
#[derive(Clone, Debug)]
pub(crate) struct When {
    pub(crate) path: Path,
    pub(crate) test: Test,
}

/// A condition on one value.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    /// It is one of these.
    AnyOf(Vec<String>),
    /// It is not stated.
    Absent,
}

impl When {
    pub(crate) fn holds(&self, place: Place<'_>) -> Result<bool, Unreadable> {
        let stated = self.path.scalar(place)?;
        Ok(match &self.test {
            Test::AnyOf(words) => stated.is_some_and(|text| words.contains(&text)),
            Test::Absent => stated.is_none(),
        })
    }

    /// Whether no row can fulfil both.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        self.path.text() == other.path.text()
            && match (&self.test, &other.test) {
                (Test::AnyOf(ours), Test::AnyOf(theirs)) => !ours.iter().any(|word| theirs.contains(word)),
                (Test::Absent, Test::Absent) => false,
                (Test::Absent, Test::AnyOf(_)) | (Test::AnyOf(_), Test::Absent) => true,
            }
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
    /// Elements of XML that must be there and hold nothing but the rows' elements: a notice or a renamed row in them is no "nothing".
    pub(crate) containers: Vec<Path>,
    /// When this is `null`, the department holds nothing. When it is not there at all, the answer is broken.
    pub(crate) nothing_when_null: Option<Path>,
    /// What says that the result of a ticket is not ready yet, in place of the result.
    pub(crate) not_ready: Option<When>,
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
        let null = self.nothing_when_null.as_ref().is_some_and(|path| path.is_null(root));
        let says_none = page.total == Some(0) && !self.lists.iter().any(|list| matches!(list.value(root), Ok(Some(_))));
        if null || says_none {
            page.items.insert(1, ItemResult::nothing());
            return Ok(page);
        }
        self.hold(root)?;
        let Some(items) = &self.items else {
            let mut whole = self.rows_of(root, as_of);
            whole.nothing |= whole.rows == 0 && (page.total == Some(0) || !self.has_word_for_nothing());
            page.items.insert(1, whole);
            return Ok(page);
        };
        for (location, node) in items.at.nodes(root) {
            let item = Place { root: tree, node, location: &location };
            let Some(number) = items.key.scalar(item)?.and_then(|key| key.parse::<usize>().ok()).filter(|n| *n > 0)
            else {
                return Err(Unreadable::new(items.key.shown(item), "does not say which person it is about"));
            };
            // whose item it is can be read: what is wrong with it concerns nobody else
            let result = self.item(items, item, as_of).unwrap_or_else(|unreadable| ItemResult::broken(&unreadable));
            page.items.entry(number).or_default().merge(result);
        }
        Ok(page)
    }

    /// Whether the department says in a way of its own that it holds nothing; then an empty list does not say it.
    fn has_word_for_nothing(&self) -> bool {
        let coded = self.shape.outcome.as_ref().is_some_and(|outcome| !outcome.no_record.is_empty());
        coded || self.nothing_when_null.is_some() || self.total.is_some()
    }

    /// How many rows a tree holds, counted before any is read.
    pub(crate) fn rows_in(&self, tree: &Value) -> usize {
        let root = Place { root: tree, node: tree, location: "$" };
        let of = |place: Place<'_>| self.rows.iter().map(|list| list.at.count(place)).sum::<usize>();
        match &self.items {
            None => of(root),
            Some(items) => items.at.each(root).map(|node| of(Place { node, ..root }).max(1)).sum(),
        }
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
        let Codec::Xml { lists: elements } = &self.shape.codec else { return Ok(()) };
        for path in &self.containers {
            let foreign = match path.value(root)? {
                None => return Err(Unreadable::new(path.text(), "is missing")),
                Some(Value::String(text)) => (!text.is_empty()).then_some("holds text where rows belong"),
                Some(Value::Object(fields)) => {
                    let known = |name: &String| name.starts_with('@') || elements.contains(name);
                    (!fields.keys().all(known)).then_some("holds something other than rows")
                }
                Some(_) => Some("is not one element"),
            };
            if let Some(reason) = foreign {
                return Err(Unreadable::new(path.text(), reason));
            }
        }
        Ok(())
    }

    fn item(&self, items: &Items, item: Place<'_>, as_of: Option<Date>) -> Result<ItemResult, Unreadable> {
        let verdict = items.outcome.as_ref().map_or(Ok(Verdict::Ok), |outcome| outcome.verdict(item))?;
        let worded = items.outcome.as_ref().is_some_and(|outcome| !outcome.no_record.is_empty());
        Ok(match verdict {
            Verdict::NoRecord if self.rows.iter().any(|list| list.at.count(item) > 0) => {
                return Err(Unreadable::new(item.location, "says that nothing is held and lists rows"));
            }
            Verdict::NoRecord => ItemResult::nothing(),
            Verdict::Failed(why) => {
                let place = items.outcome.as_ref().map_or_else(String::new, |outcome| outcome.code.shown(item));
                ItemResult::failed(why, stated(why, &place))
            }
            Verdict::Ok => match &items.list {
                Some(list) if !list.value(item)?.is_some_and(Value::is_array) => {
                    return Err(Unreadable::new(list.shown(item), "is not a list"));
                }
                _ => {
                    let mut result = self.rows_of(item, as_of);
                    result.nothing |= result.rows == 0 && !worded && self.none_when.is_none();
                    result
                }
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
        let none = self.none_when.as_ref().map_or(Ok(false), |none| none.holds(row))?;
        let gap = self.gap_when.as_ref().map_or(Ok(false), |gap| gap.holds(row))?;
        if none || gap {
            for rule in &list.rules {
                if rule.number.scalar(row)?.is_some() {
                    return Err(Unreadable::new(row.location, "states a record number and that there is no record"));
                }
            }
            into.nothing |= none;
            into.denied |= none;
            into.gap = into.gap.or(gap.then_some(Gap::InstitutionMissing));
            return Ok(());
        }
        for rule in &list.rules {
            if rule.applies(row)? {
                into.take(rule.record(row, as_of)?);
                return Ok(());
            }
        }
        Err(Unreadable::new(row.location, "is of no kind that the definition knows"))
    }
}
