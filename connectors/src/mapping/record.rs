//! A row to a canonical record.

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::When;
use super::field::Field;
use super::path::{Path, Place};
use crate::codec::Unreadable;
use crate::records::{Detail, Record, Subject};

/// How one kind of record is made of a row.
#[derive(Clone, Debug)]
pub(crate) struct RecordRule {
    pub(crate) kind: String,
    pub(crate) when: Vec<When>,
    pub(crate) number: Path,
    pub(crate) subject: Vec<(&'static str, Field)>,
    pub(crate) fields: Vec<(String, Field)>,
    /// Fields without which the kind cannot be; found by trying, when the definition is read.
    pub(crate) required: Vec<String>,
    pub(crate) as_of: Option<Field>,
}

impl RecordRule {
    /// Whether the row is of this kind.
    pub(crate) fn applies(&self, row: Place<'_>) -> Result<bool, Unreadable> {
        for condition in &self.when {
            if !condition.holds(row)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether no row can be of both kinds.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        self.when.iter().any(|ours| other.when.iter().any(|theirs| ours.excludes(theirs)))
    }

    /// The record.
    pub(crate) fn record(&self, row: Place<'_>, answer_as_of: Option<Date>) -> Result<Record, Unreadable> {
        let number = self.number.scalar(row)?;
        let number = number.ok_or_else(|| Unreadable::new(self.number.shown(row), "states no record number"))?;
        let mut detail = Map::new();
        detail.insert("kind".into(), Value::from(self.kind.as_str()));
        for (name, field) in &self.fields {
            match field.read(row)? {
                Some(value) => drop(detail.insert(name.clone(), value)),
                None if self.required.contains(name) => {
                    let place = match &field.from {
                        super::field::Origin::Paths(paths) => {
                            paths.first().map_or_else(|| row.location.to_owned(), |path| path.shown(row))
                        }
                        super::field::Origin::Constant(_) => row.location.to_owned(),
                    };
                    return Err(Unreadable::new(place, format!("is not stated, and {} needs it", self.kind)));
                }
                None => {}
            }
        }
        let detail: Detail = serde_json::from_value(Value::Object(detail))
            .map_err(|_| Unreadable::new(row.location, format!("does not form a record of kind {}", self.kind)))?;
        let as_of = match &self.as_of {
            Some(field) => day(field.read(row)?),
            None => answer_as_of,
        };
        Ok(Record { number, subject: self.subject(row)?, detail, as_of })
    }

    /// The subject as the department wrote it. It is dirty and not yet believed: a birth date or sex that cannot be read is
    /// left out, and the person is told apart by the rest.
    fn subject(&self, row: Place<'_>) -> Result<Subject, Unreadable> {
        let fields = self.subject.iter().filter_map(|(name, field)| {
            let value = field.read(row).ok().flatten()?;
            Some(((*name).to_owned(), value))
        });
        serde_json::from_value(Value::Object(fields.collect()))
            .map_err(|_| Unreadable::new(row.location, "does not state a subject"))
    }
}

/// A date of canonical JSON.
pub(crate) fn day(value: Option<Value>) -> Option<Date> {
    value.as_ref().and_then(Value::as_str).and_then(|text| text.parse().ok())
}
