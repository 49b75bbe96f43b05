//! Entries of the log as rows of a table.

use crate::audit::{Action, Outcome};
use crate::console::parts::{Cell, Column, Table, Tag, Tone};
use crate::console::words::audit::{self, AuditWords};
use crate::console::words::{actions, terms};
use crate::console::written::instant;
use crate::household::Lang;
use crate::oversight::Entry;

/// What was done, in words; the word of the catalogue where there are none.
pub(super) fn action(entry: &Entry, lang: Lang) -> String {
    Action::parse(&entry.kind).map_or_else(|| entry.kind.clone(), |action| actions::action(action, lang).to_owned())
}

/// How it ended.
pub(super) fn outcome(entry: &Entry, lang: Lang) -> Tag {
    let Some(outcome) = Outcome::parse(&entry.outcome) else {
        return Tag::of(Tone::Bad, AuditWords::of(lang).unreadable);
    };
    let tone = match outcome {
        Outcome::Allowed | Outcome::Done => Tone::Plain,
        Outcome::Denied => Tone::Waiting,
        Outcome::Failed => Tone::Bad,
    };
    Tag::of(tone, audit::outcome(outcome, lang))
}

/// Where one entry is shown.
pub(super) fn address(index: u64) -> String {
    format!("/audit/entries/{index}")
}

/// A table of entries. Which case they are about is left out where all are about one.
pub(super) fn table(
    entries: &[Entry],
    lang: Lang,
    with_case: bool,
    caption: &'static str,
    nothing: &'static str,
) -> Table {
    let words = AuditWords::of(lang);
    let mut columns = vec![
        Column::figures(words.index),
        Column::text(words.at),
        Column::text(words.kind),
        Column::text(words.outcome),
        Column::text(words.actor),
    ];
    if with_case {
        columns.push(Column::text(words.about));
    }
    let row = |entry: &Entry| {
        let mut row = vec![
            Cell::Link(entry.index.to_string(), address(entry.index)),
            Cell::Whole(instant(&entry.at, lang)),
            Cell::Text(action(entry, lang)),
            Cell::Tag(outcome(entry, lang)),
            Cell::Named(entry.actor.subject.clone(), audit::capacity(&entry.actor.role, lang).to_owned()),
        ];
        if with_case {
            row.push(about(entry, lang));
        }
        row
    };
    Table { caption, columns, rows: entries.iter().map(row).collect(), nothing, wide: false }
}

/// What an entry is about: its case, batch or finding.
fn about(entry: &Entry, lang: Lang) -> Cell {
    let words = AuditWords::of(lang);
    let case = entry.case.as_ref().map(|id| {
        let purpose = entry.purpose.as_deref().map(|purpose| terms::purpose(purpose, lang));
        (purpose.unwrap_or_else(|| words.about_case.to_owned()), id)
    });
    let batch = entry.batch.as_ref().map(|id| (words.about_batch.to_owned(), id));
    let finding = entry.finding.as_ref().map(|id| (words.about_finding.to_owned(), id));
    match case.or(batch).or(finding) {
        Some((text, id)) => Cell::NamedLink { text, id: id.clone(), href: format!("/audit?case={id}") },
        None => Cell::Text("–".to_owned()),
    }
}
