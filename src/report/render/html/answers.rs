//! How the sources answered, as rows of a grid.

use super::super::super::text;
use super::super::amounts::short_day;
use super::super::names::Reading;
use crate::household::{AnswerKind, MemberRef};

pub(super) struct Answers<'a> {
    pub people: Vec<&'a str>,
    pub rows: Vec<AnswerRow<'a>>,
    /// Whether any row has days of its own.
    pub dated: bool,
}

pub(super) struct AnswerRow<'a> {
    pub title: &'a str,
    pub cells: Vec<(&'static str, &'static str, &'static str, u32)>,
    /// How far "no record" goes.
    pub reach: &'static str,
    /// Query and answer, where they are not the report's.
    pub dates: String,
    pub never: &'a str,
}

/// People side by side, as fit on A4; more go into a further table.
pub(super) const ABREAST: usize = 6;

/// Every kind, for the legend.
pub(super) const ANSWERS: [AnswerKind; 6] = [
    AnswerKind::Found,
    AnswerKind::NoRecord,
    AnswerKind::Partial,
    AnswerKind::Pending,
    AnswerKind::Skipped,
    AnswerKind::Unavailable,
];

pub(super) fn class_of(answer: AnswerKind) -> &'static str {
    match answer {
        AnswerKind::Found => "found",
        AnswerKind::NoRecord => "none",
        AnswerKind::Partial | AnswerKind::Pending => "open",
        AnswerKind::Skipped => "faint",
        AnswerKind::Unavailable => "failed",
    }
}

/// A grid of people and sources; `asked_only` leaves out sources that were asked about nobody.
pub(super) fn answers<'a>(read: Reading<'a>, people: &[&'a MemberRef], asked_only: bool) -> Answers<'a> {
    let mut rows = Vec::new();
    for line in &read.body.sources {
        let cells: Vec<_> = people.iter().map(|who| line.cell(who)).collect();
        if asked_only && !cells.iter().flatten().any(|cell| cell.answer != AnswerKind::Skipped) {
            continue;
        }
        let open = cells.iter().flatten().any(|cell| cell.answer == AnswerKind::Pending);
        let asked = cells.iter().flatten().filter_map(|cell| read.body.asked_on(line, cell)).min();
        let answered =
            cells.iter().flatten().filter_map(|cell| read.body.answered_on(line, cell)).max().filter(|_| !open);
        let shown = |date: Option<jiff::civil::Date>| date.map_or_else(|| "…".to_owned(), short_day);
        let usual = asked.is_none() || (asked, answered) == (read.body.asked_on, read.body.answered_on);
        rows.push(AnswerRow {
            title: line.title.get(read.lang),
            cells: (cells.iter())
                .map(|cell| {
                    cell.map_or(("faint", "", "", 0), |cell| {
                        let (sign, word) =
                            (text::answer_sign(cell.answer, read.lang), text::answer(cell.answer, read.lang));
                        (class_of(cell.answer), sign, word, cell.records)
                    })
                })
                .collect(),
            reach: read.reach(line),
            dates: if usual { String::new() } else { format!("{}→{}", shown(asked), shown(answered)) },
            never: line.never_covers.as_ref().map_or("", |never| never.get(read.lang)),
        });
    }
    let dated = rows.iter().any(|row| !row.dates.is_empty());
    Answers { people: people.iter().map(|who| read.person(who)).collect(), rows, dated }
}

pub(super) fn unspoken(read: Reading<'_>) -> Vec<(&'static str, &'static str, String)> {
    (read.unspoken().iter())
        .map(|group| {
            let why = group.why.map_or(text::answer(group.answer, read.lang), |why| text::why_not(why, read.lang));
            let people = read.bracketed(&read.list(&group.people));
            let words = format!("{}{people}{}{why}", read.list(&group.sources), read.t("：", ": "));
            (class_of(group.answer), text::answer_sign(group.answer, read.lang), words)
        })
        .collect()
}
