//! What changed in a batch: only households whose last report says something else, with reasons, and with the family's hearing (社会救助法
//! art. 45, 48) before anything adverse goes further.

use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;

use super::pages::{self, Pages, Written};
use super::{Bulk, BulkError};
use crate::auth::Caller;
use crate::household::Lang;
use crate::policy::notice::{Notice, State};
use crate::report::change::{COLUMNS, Change, RowOf, csv_rows};
use crate::report::csv;
use crate::store::{BatchRow, CaseRow};
use crate::verification::Changed;

/// Cases looked at for a page.
const PAGE: u32 = 100;

/// How changes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangesForm {
    /// A row a change.
    Csv {
        /// Words in English.
        english: bool,
    },
    /// A JSON object a household.
    Ndjson,
}

/// Which changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangesWanted {
    /// How they are written.
    pub form: ChangesForm,
    /// Only what may be passed on today: nothing adverse of a family that was neither heard nor had its days to speak.
    pub for_passing_on: bool,
}

/// Columns beside those of a change.
const OF_HEARING: [&str; 3] = ["notice", "hear_until", "heard_on"];

/// One household.
#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    reference: &'a str,
    case_before: String,
    case_after: String,
    notice: &'a Notice,
    notice_state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    heard_on: Option<String>,
    change: &'a Change,
}

struct Writing {
    bulk: Bulk,
    caller: Caller,
    batch: BatchRow,
    wanted: ChangesWanted,
    after: u64,
    begun: bool,
}

impl Bulk {
    /// The households of a batch that changed, in the order of its file. Contents are opened: whoever asks may open reports.
    ///
    /// # Errors
    /// [`BulkError::NotFound`]; among the pieces what keeps the rest from being read.
    pub async fn changes(
        &self,
        caller: &Caller,
        batch: &str,
        wanted: ChangesWanted,
    ) -> Result<Written<impl Stream<Item = Result<Bytes, BulkError>> + use<>>, BulkError> {
        let batch = self.batch(caller, batch).await?;
        let left_out = self.0.verifier.barred_in_batch(caller, batch.id).await?;
        let (bulk, caller) = (self.clone(), caller.clone());
        let writing = Writing { bulk, caller, batch, wanted, after: 0, begun: false };
        Ok(Written { pieces: pages::written(writing), left_out })
    }
}

impl Pages for Writing {
    async fn page(&mut self) -> Result<(String, bool), BulkError> {
        let mut text = String::new();
        if !std::mem::replace(&mut self.begun, true) && matches!(self.wanted.form, ChangesForm::Csv { .. }) {
            text = format!("\u{feff}{}", csv::row(COLUMNS.into_iter().chain(OF_HEARING)));
        }
        let (cases, next, last) = self.bulk.open_cases_of(&self.caller, self.batch.id, self.after, PAGE).await?;
        let (rows, cases): (Vec<u64>, Vec<CaseRow>) = cases.into_iter().unzip();
        self.after = next;
        let verifier = &self.bulk.0.verifier;
        let changed = verifier.changed(&self.caller, &cases).await?;
        for ((row, case), changed) in rows.into_iter().zip(&cases).zip(changed) {
            let Ok(changed) = changed else { continue };
            if self.wanted.for_passing_on && !changed.notice.may_be_passed_on(verifier.today(), changed.heard_on) {
                continue;
            }
            match self.wanted.form {
                ChangesForm::Csv { english } => rows_of(case, &changed, english, &mut text),
                ChangesForm::Ndjson => line_of(row, case, &changed, &mut text),
            }
        }
        Ok((text, last))
    }
}

fn rows_of(case: &CaseRow, changed: &Changed, english: bool, text: &mut String) {
    let lang = if english { Lang::En } else { Lang::Zh };
    let (before, after) = (changed.with.to_string(), case.id.to_string());
    let of = RowOf { reference: &changed.reference, case_before: &before, case_after: &after };
    let state = changed.notice.state(changed.heard_on, None).words(lang);
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    for cells in csv_rows(&changed.change, of, lang) {
        let hearing = [state.to_owned(), day(changed.notice.hear_until), day(changed.heard_on)];
        text.push_str(&csv::row(cells.into_iter().chain(hearing)));
    }
}

fn line_of(row: u64, case: &CaseRow, changed: &Changed, text: &mut String) {
    let line = Line {
        row,
        reference: &changed.reference,
        case_before: changed.with.to_string(),
        case_after: case.id.to_string(),
        notice: &changed.notice,
        notice_state: changed.notice.state(changed.heard_on, None),
        heard_on: changed.heard_on.map(|day| day.to_string()),
        change: &changed.change,
    };
    text.push_str(&serde_json::to_string(&line).expect("a change is JSON"));
    text.push('\n');
}
