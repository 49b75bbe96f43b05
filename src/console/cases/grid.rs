//! Department by person: what each answered, or that it has not yet.

use std::collections::BTreeMap;

use crate::console::parts::{Cell, Column, Table, Tag, Tone};
use crate::console::words::cases::{CaseWords, still_open, without};
use crate::household::{AnswerKind, Lang};
use crate::report::{WhyNot, text};
use crate::verification::{ANSWERED, CasePerson, CellStatus};

/// How far the departments are.
pub(super) struct Progress {
    /// Cells that ended, with an answer or without one.
    pub(super) ended: usize,
    pub(super) answered: usize,
    /// Of those that ended: that could not be asked, and that were not to be.
    pub(super) without: String,
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
    pub(super) fn of(cells: &[CellStatus], title: &dyn Fn(&str) -> String, stopped: bool, lang: Lang) -> Self {
        let ended = cells.iter().filter(|cell| has_ended(cell)).count();
        let mut open: Vec<_> = cells.iter().filter(|cell| !has_ended(cell)).map(|cell| title(&cell.source)).collect();
        open.sort();
        open.dedup();
        let of = |kind: AnswerKind| {
            let kinds = cells.iter().filter_map(|cell| cell.answer.as_deref().and_then(AnswerKind::parse));
            kinds.filter(|own| *own == kind).count()
        };
        let (silent, skipped) = (of(AnswerKind::Unavailable), of(AnswerKind::Skipped));
        Self {
            ended,
            answered: ended - silent - skipped,
            without: without(lang, silent, skipped),
            all: cells.len(),
            open: (!open.is_empty()).then(|| still_open(lang, &open, stopped)),
        }
    }
}

/// Whether a department gave no answer about somebody.
pub(super) fn is_silent(cell: &CellStatus) -> bool {
    cell.answer.as_deref().and_then(AnswerKind::parse) == Some(AnswerKind::Unavailable)
}

/// Everybody's reference, in the request's order where it is known, and what stands above their column.
fn people(cells: &[CellStatus], known: &[CasePerson], words: &CaseWords, lang: Lang) -> Vec<(String, String)> {
    let mut references: Vec<_> = cells.iter().map(|cell| cell.member.clone()).collect();
    let place = |reference: &String| known.iter().position(|person| person.reference == *reference);
    references.sort_by_key(|reference| (place(reference).unwrap_or(usize::MAX), reference.clone()));
    references.dedup();
    let heading = |reference: String| {
        let Some(person) = known.iter().find(|person| person.reference == reference) else {
            return (reference.clone(), reference);
        };
        let relation = text::relation(&person.relation, lang);
        let joint = lang.pick("·", ", ");
        let relation = if person.is_obligor { format!("{}{joint}{relation}", words.obligor) } else { relation };
        let name = person.name.expose();
        let called = match lang {
            Lang::Zh => format!("{name}（{relation}）"),
            Lang::En => format!("{name} ({relation})"),
        };
        (reference, called)
    };
    references.into_iter().map(heading).collect()
}

/// The table: a department a row, a person a column. `asked_anew` is where a department that gave no answer may be asked once more; `stopped`,
/// that nobody is asked any more.
pub(super) fn table(
    cells: &[CellStatus],
    known: &[CasePerson],
    title: &dyn Fn(&str) -> String,
    asked_anew: Option<&dyn Fn(&str) -> String>,
    stopped: bool,
    words: &'static CaseWords,
    lang: Lang,
) -> Table {
    let mut rows: BTreeMap<&str, BTreeMap<&str, &CellStatus>> = BTreeMap::new();
    for cell in cells {
        rows.entry(&cell.source).or_default().insert(&cell.member, cell);
    }
    let people = people(cells, known, words, lang);
    let headings = people.iter().map(|(_, called)| Column::text(called.clone()));
    let columns = std::iter::once(Column::text(words.department)).chain(headings).collect();
    let row = |(source, of): (&str, BTreeMap<&str, &CellStatus>)| {
        let anew = asked_anew.filter(|_| of.values().any(|cell| is_silent(cell)));
        let mut row = vec![match anew {
            Some(anew) => Cell::Offered(title(source), words.ask_again, anew(source)),
            None => Cell::Text(title(source)),
        }];
        let cell = |reference: &str| {
            of.get(reference).map_or(Cell::Text("–".into()), |cell| answer(cell, stopped, words, lang))
        };
        row.extend(people.iter().map(|(reference, _)| cell(reference)));
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

fn answer(cell: &CellStatus, stopped: bool, words: &'static CaseWords, lang: Lang) -> Cell {
    let Some(kind) = cell.answer.as_deref().and_then(AnswerKind::parse) else {
        let (tone, text) = match (cell.answer.as_deref() == Some(ANSWERED), stopped) {
            (true, _) => (Tone::Good, words.answered),
            (false, false) => (Tone::Waiting, words.asking),
            (false, true) => (Tone::Plain, words.stopped),
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
