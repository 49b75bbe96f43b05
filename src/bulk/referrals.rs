//! Whom the reports of a batch refer where (转介), a line each: other programmes worth asking about, and of a screening its leads. A hint
//! to ask or to visit, never a finding.

use serde::Serialize;

use crate::report::render::{ReferralCells, referral_cells, referral_cells_of_view};
use crate::report::text::Lang;
use crate::report::view::Document;
use crate::report::{Words, csv};
use crate::store::{CaseRow, VersionRow};

/// Headings, Chinese and English.
pub(super) const COLUMNS: [(&str, &str); 10] = [
    ("行序", "row"),
    ("户编号", "reference"),
    ("核对编号", "case"),
    ("报告是否最终", "final"),
    ("事项", "programme"),
    ("确定程度", "certainty"),
    ("人员", "people"),
    ("主管单位", "office"),
    ("理由", "why"),
    ("依据", "law"),
];

/// One referral.
#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    case: String,
    is_final: bool,
    /// The programme's code.
    code: &'a str,
    /// Its name.
    programme: Words,
    /// Whether something open is to be settled first.
    open: bool,
    /// Names; none = the household.
    people: &'a [String],
    office: &'a str,
    why: Words,
    law: &'a str,
}

pub(super) fn csv_heading(english: bool) -> String {
    let headings = COLUMNS.map(|(zh, en)| if english { en } else { zh });
    format!("\u{feff}{}", csv::row(headings))
}

/// A level below the whole report names the programme and the office, and not why.
fn cells_of(document: &Document, lang: Lang) -> Vec<ReferralCells> {
    match document {
        Document::Full(report) => referral_cells(&report.body, lang),
        Document::View(view) => referral_cells_of_view(&view.body.conclusion, lang),
    }
}

pub(super) fn csv_lines(row: u64, case: &CaseRow, report: Option<&(VersionRow, Document)>, english: bool) -> String {
    cells_of_lines(row, case, report, english).into_iter().map(csv::row).collect()
}

/// A line's cells for each referral of a household, in the order of [`COLUMNS`].
pub(super) fn cells_of_lines(
    row: u64,
    case: &CaseRow,
    report: Option<&(VersionRow, Document)>,
    english: bool,
) -> Vec<[String; COLUMNS.len()]> {
    let Some((version, document)) = report else { return Vec::new() };
    let lang = if english { Lang::En } else { Lang::Zh };
    let reference = document.reference().unwrap_or_default();
    let line = |cells: ReferralCells| {
        let certainty = match cells.open {
            true => lang.pick("待核实", "to be found out"),
            false => lang.pick("确定", "certain"),
        };
        let ReferralCells { name, people, office, why, law, .. } = cells;
        let is_final = if version.is_final { lang.pick("是", "yes") } else { lang.pick("否", "no") };
        [
            row.to_string(),
            reference.to_owned(),
            case.id.to_string(),
            is_final.to_owned(),
            name,
            certainty.to_owned(),
            people.join(lang.pick("、", ", ")),
            office,
            why,
            law,
        ]
    };
    cells_of(document, lang).into_iter().map(line).collect()
}

pub(super) fn ndjson_lines(row: u64, case: &CaseRow, report: Option<&(VersionRow, Document)>) -> String {
    let Some((version, document)) = report else { return String::new() };
    let (zh, en) = (cells_of(document, Lang::Zh), cells_of(document, Lang::En));
    let mut lines = String::new();
    for (zh, en) in zh.iter().zip(en) {
        let line = Line {
            row,
            reference: document.reference(),
            case: case.id.to_string(),
            is_final: version.is_final,
            code: &zh.code,
            programme: Words { zh: zh.name.clone(), en: en.name },
            open: zh.open,
            people: &zh.people,
            office: &zh.office,
            why: Words { zh: zh.why.clone(), en: en.why },
            law: &zh.law,
        };
        lines.push_str(&serde_json::to_string(&line).expect("a referral is JSON"));
        lines.push('\n');
    }
    lines
}
