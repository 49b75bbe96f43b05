//! The results of a batch as a file, in the order of the batch's file, read page by page: its households, a line each, or where they are
//! referred to (`referrals`). Who exports stands in the log for every household before its report is opened.

use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;

use super::file::RowFault;
use super::pages::{self, Pages, Written};
use super::{Bulk, BulkError, referrals};
use crate::auth::Caller;
use crate::household::{AnswerKind, Fen};
use crate::report::text::{self, Lang};
use crate::report::view::{Document, Matter, OpenMatter, OutcomeView, View};
use crate::report::{Body, CountRange, OutcomeEntry, ReportTotals, SourceLine, TotalRange, csv};
use crate::store::{BatchRow, CaseRow, VersionRow};

/// Households on a page.
const PAGE: u32 = 100;

/// What is exported of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Every household.
    Households,
    /// Whom the reports refer where: other programmes worth asking about; of a screening, its leads.
    Referrals,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultsForm {
    /// A row a household, for a spreadsheet.
    Csv {
        /// Headings and words in English.
        english: bool,
    },
    /// A JSON object a household, with its whole report.
    Ndjson,
}

/// Headings of the results, Chinese and English.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("行序", "row"),
    ("户编号", "reference"),
    ("核对编号", "case"),
    ("状态", "status"),
    ("报告编号", "report"),
    ("版本", "version"),
    ("是否最终", "final"),
    ("结果", "outcome"),
    ("确定程度", "certainty"),
    ("待定事项", "decides"),
    ("人口", "members"),
    ("月人均收入（至少）", "per_head_monthly_at_least"),
    ("月人均收入（至多）", "per_head_monthly_at_most"),
    ("月人均收入（已核）", "per_head_monthly_so_far"),
    ("标准", "standard_monthly"),
    ("金融资产（已核）", "financial_so_far"),
    ("住房套数", "dwellings"),
    ("车辆", "cars"),
    ("市场主体", "companies"),
    ("待人工核实", "reviews_open"),
    ("未反馈部门", "silent"),
    ("下次复核", "due"),
];

/// The heading line of results as a table.
#[must_use]
pub fn csv_heading(english: bool) -> String {
    let headings: Vec<&str> = COLUMNS.iter().map(|(zh, en)| if english { *en } else { *zh }).collect();
    format!("\u{feff}{}", csv::row(headings))
}

/// One household of the results.
#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    case: String,
    status: &'static str,
    reviews_open: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<&'a Document>,
}

/// How far the results have been written.
struct Writing {
    bulk: Bulk,
    caller: Caller,
    batch: BatchRow,
    sheet: Sheet,
    form: ResultsForm,
    after: u64,
    begun: bool,
}

impl Bulk {
    /// The results of a batch, as far as they stand. Contents are opened: whoever asks may open reports on the server.
    ///
    /// # Errors
    /// [`BulkError::NotFound`]; among the pieces what keeps the rest from being read.
    pub async fn results(
        &self,
        caller: &Caller,
        batch: &str,
        sheet: Sheet,
        form: ResultsForm,
    ) -> Result<Written<impl Stream<Item = Result<Bytes, BulkError>> + use<>>, BulkError> {
        let batch = self.batch(caller, batch).await?;
        let left_out = self.0.verifier.barred_in_batch(caller, batch.id).await?;
        let (bulk, caller) = (self.clone(), caller.clone());
        let writing = Writing { bulk, caller, batch, sheet, form, after: 0, begun: false };
        Ok(Written { pieces: pages::written(writing), left_out })
    }
}

impl Pages for Writing {
    async fn page(&mut self) -> Result<(String, bool), BulkError> {
        let mut text = String::new();
        if !std::mem::replace(&mut self.begun, true)
            && let ResultsForm::Csv { english } = self.form
        {
            text = match self.sheet {
                Sheet::Households => csv_heading(english),
                Sheet::Referrals => referrals::csv_heading(english),
            };
        }
        let (cases, next, last) = self.bulk.open_cases_of(&self.caller, self.batch.id, self.after, PAGE).await?;
        let (rows, cases): (Vec<u64>, Vec<CaseRow>) = cases.into_iter().unzip();
        self.after = next;
        let reports = self.bulk.0.verifier.exported(&self.caller, &cases).await?;
        for ((row, case), report) in rows.into_iter().zip(&cases).zip(reports) {
            text.push_str(&match (self.sheet, self.form) {
                (Sheet::Households, ResultsForm::Csv { english }) => csv_line(row, case, report.as_ref(), english),
                (Sheet::Households, ResultsForm::Ndjson) => ndjson_line(row, case, report.as_ref()),
                (Sheet::Referrals, ResultsForm::Csv { english }) => {
                    referrals::csv_lines(row, case, report.as_ref(), english)
                }
                (Sheet::Referrals, ResultsForm::Ndjson) => referrals::ndjson_lines(row, case, report.as_ref()),
            });
        }
        Ok((text, last))
    }
}

fn ndjson_line(row: u64, case: &CaseRow, report: Option<&(VersionRow, Document)>) -> String {
    let line = Line {
        row,
        case: case.id.to_string(),
        status: case.state.as_str(),
        reviews_open: case.reviews_open,
        version: report.map(|(version, _)| version.number),
        report: report.map(|(_, report)| report),
    };
    let mut text = serde_json::to_string(&line).expect("a report is JSON");
    text.push('\n');
    text
}

fn csv_line(row: u64, case: &CaseRow, report: Option<&(VersionRow, Document)>, english: bool) -> String {
    csv::row(cells_of_line(row, case, report, english))
}

/// A household's cells, in the order of [`COLUMNS`].
pub(super) fn cells_of_line(
    row: u64,
    case: &CaseRow,
    report: Option<&(VersionRow, Document)>,
    english: bool,
) -> Vec<String> {
    let mut cells = vec![row.to_string()];
    let reference = report.and_then(|(_, document)| document.reference()).unwrap_or_default();
    cells.extend([reference.to_owned(), case.id.to_string(), case.state.as_str().to_owned()]);
    match report {
        Some((version, Document::Full(report))) => cells.extend(cells_of(version, &report.body, english)),
        Some((version, Document::View(view))) => cells.extend(cells_of_view(version, &view.body, english)),
        None => cells.resize(COLUMNS.len(), String::new()),
    }
    cells
}

/// What a report says in a row.
fn cells_of(version: &VersionRow, body: &Body, english: bool) -> Vec<String> {
    let lang = if english { Lang::En } else { Lang::Zh };
    if body.request.purpose.is_screening() {
        return cells_of_screening(version, body, yes(version.is_final, lang));
    }
    let outcome = body.headline();
    let name = |outcome: &OutcomeEntry| if english { outcome.outcome.clone() } else { outcome.name_zh.clone() };
    let mut cells = vec![
        body.number.clone(),
        version.number.to_string(),
        yes(version.is_final, lang).to_owned(),
        outcome.map(name).unwrap_or_default(),
        outcome.map(|outcome| text::certainty(outcome.state, lang).to_owned()).unwrap_or_default(),
        outcome.and_then(|outcome| outcome.decides.clone()).unwrap_or_default(),
    ];
    cells.extend(cells_of_totals(&body.totals));
    let month = &body.totals.per_head_monthly;
    let silent = month.silent.keys().chain(body.totals.financial.silent.keys());
    let mut silent: std::collections::BTreeSet<&str> = silent.map(String::as_str).collect();
    silent.retain(|waits_for| silent_sources(body).any(|source| source == *waits_for));
    cells.extend([
        body.held_for_review.len().to_string(),
        silent.into_iter().collect::<Vec<_>>().join(" "),
        body.review.due.to_string(),
    ]);
    cells
}

fn cells_of_totals(totals: &ReportTotals) -> [String; 9] {
    let month = &totals.per_head_monthly;
    let at_most = |range: &TotalRange| range.at_most.map(|most| most.to_string()).unwrap_or_default();
    // what is not known is no nought: neither a floor of nothing without an upper end, nor no record of a house that none need have
    let count = |range: &CountRange| match (range.complete, range.at_least, range.at_most) {
        (true, least, _) => least.to_string(),
        (false, least, Some(most)) if least < most => format!("{least}–{most}"),
        (false, 0, _) => String::new(),
        (false, least, _) => format!("≥{least}"),
    };
    let known = |range: &TotalRange, amount: Fen| {
        if range.is_known() || amount != Fen::ZERO { amount.to_string() } else { String::new() }
    };
    [
        totals.members.to_string(),
        known(month, month.at_least),
        at_most(month),
        known(month, month.so_far),
        totals.standard_monthly.to_string(),
        known(&totals.financial, totals.financial.so_far),
        count(&totals.dwellings),
        count(&totals.cars),
        count(&totals.companies),
    ]
}

fn yes(yes: bool, lang: Lang) -> &'static str {
    if yes { lang.pick("是", "yes") } else { lang.pick("否", "no") }
}

/// What a level below the whole report says in a row: what it does not show stands empty.
fn cells_of_view(version: &VersionRow, view: &View, english: bool) -> Vec<String> {
    let lang = if english { Lang::En } else { Lang::Zh };
    let conclusion = &view.conclusion;
    let outcome = conclusion.headline();
    let name = |outcome: &OutcomeView| if english { outcome.outcome.clone() } else { outcome.name.zh.clone() };
    let decides = |open: &OpenMatter| {
        let (zh, en) = open.matter.words();
        let source = open.source.as_ref().map(|source| format!("{} ", source.as_str())).unwrap_or_default();
        format!("{source}{}", lang.pick(zh, en))
    };
    let mut cells = vec![
        view.of.number.clone(),
        version.number.to_string(),
        yes(version.is_final, lang).to_owned(),
        outcome.map(name).unwrap_or_default(),
        outcome.map(|outcome| text::certainty(outcome.state, lang).to_owned()).unwrap_or_default(),
        outcome.and_then(|outcome| outcome.decides.as_ref()).map(decides).unwrap_or_default(),
    ];
    let roster = conclusion.request.purpose.is_screening();
    match view.amounts.as_ref().filter(|_| !roster) {
        Some(amounts) => cells.extend(cells_of_totals(&amounts.totals)),
        None => {
            cells.push(conclusion.members.len().to_string());
            cells.resize(cells.len() + 8, String::new());
        }
    }
    let silent = conclusion.open.iter().filter(|open| open.matter == Matter::Department);
    let silent: Vec<&str> = silent.filter_map(|open| open.source.as_ref()).map(|source| source.as_str()).collect();
    let due = conclusion.review.map(|review| review.due.to_string()).unwrap_or_default();
    cells.extend([conclusion.reviews_open.to_string(), silent.join(" "), due]);
    cells
}

/// Departments that were asked about somebody and have not answered, or not in full.
fn silent_sources(body: &Body) -> impl Iterator<Item = &str> {
    let is_silent =
        |line: &&SourceLine| line.cells.iter().any(|cell| cell.answer != AnswerKind::Skipped && !cell.answer.speaks());
    body.sources.iter().filter(is_silent).map(|line| line.source.as_str())
}

/// Of the screening of a roster nothing is reckoned: who is referred where stands in the other sheet.
fn cells_of_screening(version: &VersionRow, body: &Body, is_final: &str) -> Vec<String> {
    let silent: Vec<&str> = silent_sources(body).collect();
    let mut cells = vec![body.number.clone(), version.number.to_string(), is_final.to_owned()];
    cells.resize(COLUMNS.len() - 4, String::new());
    let place = |heading: &str| COLUMNS.iter().position(|(_, en)| *en == heading).map(|place| place - 4);
    let known = [
        ("members", body.household.members.len().to_string()),
        ("reviews_open", body.held_for_review.len().to_string()),
        ("silent", silent.join(" ")),
    ];
    for (heading, value) in known {
        if let Some(cell) = place(heading).and_then(|place| cells.get_mut(place)) {
            *cell = value;
        }
    }
    cells
}

/// Faults of rows as a table.
#[must_use]
pub fn faults_csv(faults: &[RowFault], english: bool) -> String {
    let headings = if english {
        ["line", "column", "code", "fault", "remedy"]
    } else {
        ["行号", "列", "代码", "问题", "处理办法"]
    };
    let mut table = format!("\u{feff}{}", csv::row(headings));
    for fault in faults {
        let words = if english { [&fault.detail, &fault.remedy] } else { [&fault.detail_zh, &fault.remedy_zh] };
        table.push_str(&csv::row([&fault.line.to_string(), &fault.column, &fault.code, words[0], words[1]]));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, cells_of_totals};
    use crate::report::fixture::after_withdrawal;

    #[test]
    fn what_nobody_may_be_asked_about_any_more_stands_empty_and_is_no_nought() {
        let cells = |members: &[&str]| {
            let body = after_withdrawal(members);
            let headings = COLUMNS.iter().skip_while(|(_, en)| *en != "members").map(|(_, en)| *en);
            headings.zip(cells_of_totals(&body.totals)).collect::<std::collections::BTreeMap<_, _>>()
        };
        let all = cells(&["m1", "m2", "m3", "m4"]);
        assert_eq!((all["members"].as_str(), all["standard_monthly"].as_str()), ("4", "623.00"));
        assert!(!all.values().any(|cell| ["0", "0.00"].contains(&cell.as_str())), "{all:?}");
        let ends = ["per_head_monthly_at_least", "per_head_monthly_at_most", "financial_so_far", "dwellings", "cars"];
        assert_eq!(ends.map(|heading| all[heading].as_str()), [""; 5], "{all:?}");
        assert_eq!(cells(&[])["financial_so_far"], "56200.00");
    }
}
