//! Department by person: what each answered, or that it has not yet.

use std::collections::BTreeMap;

use crate::console::parts::{Cell, Column, Table, Tag, Tone};
use crate::console::words::cases::{CaseWords, still_open};
use crate::household::{AnswerKind, Lang};
use crate::report::{WhyNot, text};
use crate::verification::{ANSWERED, CellStatus};

/// How far the departments are.
pub(super) struct Progress {
    /// Cells that ended.
    pub(super) ended: usize,
    pub(super) all: usize,
    /// The departments that have yet to answer.
    pub(super) open: Option<String>,
}

/// Whether nothing more is waited for.
fn has_ended(cell: &CellStatus) -> bool {
    let kind = cell.answer.as_deref().map(AnswerKind::parse);
    kind.is_some_and(|kind| kind.is_none_or(AnswerKind::ended))
}

impl Progress {
    pub(super) fn of(cells: &[CellStatus], title: &dyn Fn(&str) -> String, lang: Lang) -> Self {
        let ended = cells.iter().filter(|cell| has_ended(cell)).count();
        let mut open: Vec<_> = cells.iter().filter(|cell| !has_ended(cell)).map(|cell| title(&cell.source)).collect();
        open.sort();
        open.dedup();
        Self { ended, all: cells.len(), open: (!open.is_empty()).then(|| still_open(lang, &open)) }
    }
}

/// The table: a department a row, a person a column.
pub(super) fn table(
    cells: &[CellStatus],
    title: &dyn Fn(&str) -> String,
    words: &'static CaseWords,
    lang: Lang,
) -> Table {
    let mut rows: BTreeMap<&str, BTreeMap<&str, &CellStatus>> = BTreeMap::new();
    for cell in cells {
        rows.entry(&cell.source).or_default().insert(&cell.member, cell);
    }
    let mut people: Vec<&str> = cells.iter().map(|cell| cell.member.as_str()).collect();
    people.sort_unstable();
    people.dedup();
    let people_in_order = people.iter().map(|person| Column::text((*person).to_owned()));
    let columns = std::iter::once(Column::text(words.department)).chain(people_in_order).collect();
    let row = |(source, of): (&str, BTreeMap<&str, &CellStatus>)| {
        let mut row = vec![Cell::Text(title(source))];
        row.extend(
            people
                .iter()
                .map(|person| of.get(person).map_or(Cell::Text("–".into()), |cell| answer(cell, words, lang))),
        );
        row
    };
    Table {
        caption: words.grid,
        columns,
        rows: rows.into_iter().map(row).collect(),
        nothing: words.grid_none,
        wide: people.len() > 2,
    }
}

fn answer(cell: &CellStatus, words: &'static CaseWords, lang: Lang) -> Cell {
    let Some(kind) = cell.answer.as_deref().and_then(AnswerKind::parse) else {
        let (tone, text) = if cell.answer.as_deref() == Some(ANSWERED) {
            (Tone::Good, words.answered)
        } else {
            (Tone::Waiting, words.asking)
        };
        return Cell::Tag(Tag::of(tone, text));
    };
    let tone = match kind {
        AnswerKind::Found => Tone::Active,
        AnswerKind::Partial | AnswerKind::Pending => Tone::Waiting,
        AnswerKind::Unavailable => Tone::Bad,
        AnswerKind::NoRecord | AnswerKind::Skipped => Tone::Plain,
    };
    let tag = Tag::of(tone, format!("{} {}", text::answer_sign(kind, lang), text::answer(kind, lang)));
    let why = cell.why.clone().and_then(|why| serde_json::from_value::<WhyNot>(why.into()).ok());
    match why {
        Some(why) => Cell::Stated(tag, text::why_not(why, lang).to_owned()),
        None => Cell::Tag(tag),
    }
}
