//! What a batch file says: one household after another, as the request document that `POST /v1/verifications` takes, or what keeps a
//! household from being one, with line and column. Pure: no clock, no store; it reads as it is asked and holds one household at a time.
//!
//! Three forms: NDJSON (a request document a line), CSV and XLSX (a row a person; `columns` lists them). Faults never repeat a value.

mod columns;
mod csv_rows;
mod ndjson;
mod places;
mod row;
mod sheet;
mod values;
mod xlsx_rows;

use std::io::Read;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

pub use columns::{COLUMNS, Column, template};
pub use csv_rows::looks_like_utf8;

use crate::household::{Fault, Purpose};

/// Longest line of NDJSON, and most text of one household of a table, bytes: what a request may have.
const LONGEST: usize = 256 * 1024;

/// How a batch file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A request document a line, UTF-8.
    Ndjson,
    /// A row a person, comma-separated with a heading line, UTF-8 or GB18030.
    Csv,
    /// A workbook whose first sheet has a row a person.
    Xlsx,
}

impl Format {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Ndjson, Self::Csv, Self::Xlsx];

    /// The word used in JSON, and the usual extension.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The inverse of [`Format::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// By media type, without parameters.
    #[must_use]
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        Some(match media_type {
            "application/x-ndjson" | "application/jsonl" | "application/json-lines" => Self::Ndjson,
            "text/csv" => Self::Csv,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Self::Xlsx,
            _ => return None,
        })
    }
}

/// What the rows of a table leave to the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The day the question is about, where a household names none.
    pub as_of: Date,
    /// County, where a household names none.
    pub region: Option<String>,
    /// Programme, where a household names none.
    pub purpose: Option<String>,
    /// Kind of registration, where a household names none.
    pub registered_as: Option<String>,
    /// The document of the statutory duty that screenings rest on, where a household names no legal basis.
    pub legal_document: Option<String>,
}

impl Defaults {
    /// The duty of a household that names no legal basis: of a screening alone. Whatever else it is for rests on consent unless the
    /// household itself says otherwise.
    fn duty(&self, purpose: Option<&str>) -> Option<&str> {
        let screens = purpose.and_then(Purpose::parse).is_some_and(Purpose::is_screening);
        self.legal_document.as_deref().filter(|_| screens)
    }

    /// A request document with what it leaves unsaid; as it is where there is nothing to add.
    fn fill(&self, document: Vec<u8>) -> Vec<u8> {
        let Self { as_of: _, region, purpose, registered_as, legal_document } = self;
        if region.is_none() && purpose.is_none() && registered_as.is_none() && legal_document.is_none() {
            return document;
        }
        let Ok(Value::Object(mut request)) = serde_json::from_slice(&document) else { return document };
        let put = |object: &mut Map<String, Value>, key: &str, value: &Option<String>| {
            if let Some(value) = value {
                object.entry(key).or_insert_with(|| value.as_str().into());
            }
        };
        put(&mut request, "region", region);
        put(&mut request, "purpose", purpose);
        if let Some(household) = request.get_mut("household").and_then(Value::as_object_mut) {
            put(household, "registered_as", registered_as);
        }
        if let Some(number) = self.duty(request.get("purpose").and_then(Value::as_str)) {
            let duty = json!({ "kind": "statutory_duty", "document_number": number });
            request.entry("legal_basis").or_insert(duty);
        }
        Value::Object(request).to_string().into_bytes()
    }
}

/// One household of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place among the households of the file, from 1.
    pub number: u64,
    /// The line (of a workbook: the row) on which it begins, from 1.
    pub line: u64,
    /// The request document; empty where there is none to check.
    pub document: Vec<u8>,
    /// What is wrong before the document itself is looked at.
    pub faults: Vec<RowFault>,
    /// Where things stand in the file.
    pub places: Places,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("number", &self.number).field("line", &self.line).finish_non_exhaustive()
    }
}

/// What is wrong with a row: where, what, and what to do. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RowFault {
    /// Line of the file (row of the sheet), from 1.
    pub line: u64,
    /// Heading of the column; of NDJSON the JSON pointer. Empty: the whole row.
    pub column: String,
    /// Stable code, snake_case.
    pub code: String,
    /// What is wrong, in Chinese.
    pub detail_zh: String,
    /// What is wrong, in English.
    pub detail: String,
    /// What to do, in Chinese.
    pub remedy_zh: String,
    /// What to do, in English.
    pub remedy: String,
}

impl RowFault {
    pub(super) fn new(
        line: u64,
        column: &str,
        code: &str,
        [detail_zh, detail]: [&str; 2],
        [remedy_zh, remedy]: [&str; 2],
    ) -> Self {
        Self {
            line,
            column: column.into(),
            code: code.into(),
            detail_zh: detail_zh.into(),
            detail: detail.into(),
            remedy_zh: remedy_zh.into(),
            remedy: remedy.into(),
        }
    }
}

/// The file cannot be read on from here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("line {line}: {detail}: {remedy}")]
pub struct FileFault {
    /// Line, from 1; 0 when none can be named.
    pub line: u64,
    /// Stable code, snake_case.
    pub code: String,
    /// What is wrong, in Chinese.
    pub detail_zh: String,
    /// What is wrong, in English.
    pub detail: String,
    /// What to do, in Chinese.
    pub remedy_zh: String,
    /// What to do, in English.
    pub remedy: String,
}

impl FileFault {
    pub(super) fn new(line: u64, code: &str, [detail_zh, detail]: [&str; 2], [remedy_zh, remedy]: [&str; 2]) -> Self {
        Self {
            line,
            code: code.into(),
            detail_zh: detail_zh.into(),
            detail: detail.into(),
            remedy_zh: remedy_zh.into(),
            remedy: remedy.into(),
        }
    }

    /// As it stands among the faults of rows.
    pub(super) fn of_a_row(self) -> RowFault {
        let Self { line, code, detail_zh, detail, remedy_zh, remedy } = self;
        RowFault { line, column: String::new(), code, detail_zh, detail, remedy_zh, remedy }
    }
}

/// Where the parts of a household's document stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Places {
    /// On one line, at their pointers.
    Line(u64),
    /// Each member on a line of their own, each field in the column of this heading.
    Rows {
        /// Lines of the members, in order; the first holds what is said of the household.
        lines: Vec<u64>,
        /// Headings as the file writes them, by column key.
        headings: std::sync::Arc<Vec<(&'static str, String)>>,
        /// Keys of the columns that each member's declared income comes from, in order.
        incomes: Vec<Vec<&'static str>>,
    },
}

impl Entry {
    /// Every fault: those of the file, and beside them those of the document that stand nowhere else.
    #[must_use]
    pub fn all_faults(&self, of_document: Vec<Fault>) -> Vec<RowFault> {
        let mut all = self.faults.clone();
        for fault in of_document {
            let located = self.places.locate(fault);
            let known = |other: &RowFault| (other.line, &other.column) == (located.line, &located.column);
            if !self.faults.iter().any(known) {
                all.push(located);
            }
        }
        all
    }
}

impl Places {
    /// A fault of the document as one of the file.
    #[must_use]
    pub fn locate(&self, fault: Fault) -> RowFault {
        let (line, column) = match self {
            Self::Line(line) => (*line, fault.pointer),
            Self::Rows { lines, headings, incomes } => places::locate(lines, headings, incomes, &fault.pointer),
        };
        let Fault { code, detail_zh, detail, remedy_zh, remedy, .. } = fault;
        RowFault { line, column, code, detail_zh, detail, remedy_zh, remedy }
    }
}

/// Households as they are read.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Entry, FileFault>> + 'a>;

/// Reads the households of a file. Of CSV, `is_utf8` says how it is written: see [`looks_like_utf8`].
///
/// # Errors
/// What keeps anything of it from being read: its encoding, its headings, a workbook that is none. After an error among the entries
/// nothing more comes.
pub fn entries<'a>(
    format: Format,
    input: impl Read + 'a,
    is_utf8: bool,
    defaults: &'a Defaults,
) -> Result<Entries<'a>, FileFault> {
    Ok(match format {
        Format::Ndjson => Box::new(ndjson::Lines::new(input, defaults)),
        Format::Csv => Box::new(sheet::Households::read(csv_rows::Rows::new(input, is_utf8), defaults)?),
        Format::Xlsx => Box::new(sheet::Households::read(xlsx_rows::Rows::read(input)?, defaults)?),
    })
}

#[cfg(test)]
mod tests;
