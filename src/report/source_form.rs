//! A source as a report writes it: the two usual answers by person, everything else as cells.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::body::Words;
use super::cells::{CellLine, SourceLine};
use crate::household::{AnswerKind, MemberRef, Reach, SourceKey};

/// One source, with how it answered about every person: each stands once, in `found`, in `no_record` or in a cell.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceLine)]
pub(super) struct SourceForm {
    /// Key.
    source: SourceKey,
    /// Name of the item checked: `不动产`.
    title: Words,
    /// Law that the query rests on: a number of `laws`.
    law: u32,
    /// What it can never know, whatever it answers: informal wages, unregistered houses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    never_covers: Option<Words>,
    /// Day of the query, where it differs from the report's and a cell does not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    asked_on: Option<Date>,
    /// Day of the answer, where it differs from the report's and a cell does not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    answered_on: Option<Date>,
    /// People about whom records came, with how many, whoever they belong to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    found: BTreeMap<String, u32>,
    /// People about whom the department answered that it holds no record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    no_record: Vec<MemberRef>,
    /// Of "no record": how far it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reach: Option<Reach>,
    /// Every other answer, and answers of other days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cells: Vec<CellLine>,
}

impl From<SourceLine> for SourceForm {
    fn from(line: SourceLine) -> Self {
        let mut form = Self {
            source: line.source,
            title: line.title,
            law: line.law,
            never_covers: line.never_covers,
            asked_on: line.asked_on,
            answered_on: line.answered_on,
            found: BTreeMap::new(),
            no_record: Vec::new(),
            reach: None,
            cells: Vec::new(),
        };
        for cell in line.cells {
            let usual_days = cell.asked_on.is_none() && cell.answered_on.is_none();
            match cell.answer {
                AnswerKind::Found if usual_days => {
                    form.found.extend(cell.members.into_iter().map(|who| (who.0, cell.records)));
                }
                AnswerKind::NoRecord if usual_days && form.no_record.is_empty() => {
                    (form.no_record, form.reach) = (cell.members, cell.reach);
                }
                _ => form.cells.push(cell),
            }
        }
        form
    }
}

impl From<SourceForm> for SourceLine {
    fn from(form: SourceForm) -> Self {
        let cell = |members, answer, records, reach| CellLine {
            members,
            answer,
            records,
            why_not: None,
            reach,
            asked_on: None,
            answered_on: None,
        };
        let mut by_count: BTreeMap<u32, Vec<MemberRef>> = BTreeMap::new();
        for (who, records) in form.found {
            by_count.entry(records).or_default().push(MemberRef(who));
        }
        let found = by_count.into_iter().map(|(records, who)| cell(who, AnswerKind::Found, records, None));
        let none = (!form.no_record.is_empty()).then(|| cell(form.no_record, AnswerKind::NoRecord, 0, form.reach));
        Self {
            source: form.source,
            title: form.title,
            law: form.law,
            never_covers: form.never_covers,
            asked_on: form.asked_on,
            answered_on: form.answered_on,
            cells: found.chain(none).chain(form.cells).collect(),
        }
    }
}

impl PartialSchema for SourceLine {
    fn schema() -> RefOr<Schema> {
        SourceForm::schema()
    }
}

impl ToSchema for SourceLine {
    fn name() -> std::borrow::Cow<'static, str> {
        "SourceLine".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        SourceForm::schemas(schemas);
    }
}
