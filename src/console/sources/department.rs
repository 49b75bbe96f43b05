//! One department.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::standing::{self, ROOM};
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Column, Summary, Table, Tag, Tone};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::sources::{SourceWords, ago, days_old, milliseconds};
use crate::console::written::moment;
use crate::household::{AnswerKind, Lang};
use crate::report::text;
use crate::verification::{FieldChange, FormChange, SourceFigures, SourceMode, SourceSlot, SourceStatus};

#[derive(Template)]
#[template(path = "console/source.html")]
struct DepartmentPage<'a> {
    frame: &'a Frame,
    words: &'static SourceWords,
    title: &'a str,
    summary: Summary,
    /// Heading, chart, and its figures.
    charts: [(&'static str, String, Table); 2],
    figures: Table,
    by_kind: Table,
    quality: Summary,
    drift: Table,
    about: Summary,
}

pub(in crate::console) async fn show(State(console): State<Console>, user: ConsoleUser, Named(key): Named) -> Response {
    if let Err(response) = user.permit(&console, Permission::ReadSources, "GET /sources/{key}").await {
        return response;
    }
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = SourceWords::of(lang);
    let sources = console.0.verifier.sources();
    let Some(source) = sources.iter().find(|source| source.descriptor.key.as_str() == key) else {
        return frame.notice(Notice::NotFound);
    };
    let health = &source.health;
    let chart = |end: &str, title: &'static str, slots: &[SourceSlot], room, minutes| {
        let drawn = standing::chart(end, title, slots, room, lang);
        (title, drawn, slots_of(slots, minutes, title, words, lang))
    };
    let page = DepartmentPage {
        frame,
        words,
        title: source.title(lang),
        summary: summary(source, words, lang),
        charts: [
            chart("hour", words.hour_series, &health.by_five_minutes, ROOM[0], 5),
            chart("day", words.day_series, &health.by_hour, ROOM[1], 60),
        ],
        figures: figures(source, words, lang),
        by_kind: by_kind(source, words, lang),
        quality: quality(source, words),
        drift: drift(&health.drift, words, lang),
        about: about(source, words, lang),
    };
    frame.page(StatusCode::OK, &page)
}

fn summary(source: &SourceStatus, words: &'static SourceWords, lang: Lang) -> Summary {
    let health = &source.health;
    let queued: usize = health.queued.values().sum();
    Summary {
        lines: vec![
            (words.state, standing::cell(source, words, lang)),
            (words.in_flight, Cell::Whole(health.in_flight.to_string())),
            (words.queued, Cell::Whole(queued.to_string())),
        ],
    }
}

/// A series as a table, the newest first.
fn slots_of(
    slots: &[SourceSlot],
    minutes: usize,
    caption: &'static str,
    words: &'static SourceWords,
    lang: Lang,
) -> Table {
    let row = |(ended, slot): (usize, &SourceSlot)| {
        vec![
            Cell::Whole(ago(lang, ended, minutes)),
            Cell::Whole(slot.answers.to_string()),
            Cell::Whole(slot.unavailable.to_string()),
            Cell::Whole(milliseconds(lang, slot.p50_ms)),
        ]
    };
    Table {
        caption,
        columns: vec![
            Column::text(words.ago),
            Column::figures(words.answers),
            Column::figures(words.unavailable),
            Column::figures(words.median),
        ],
        rows: slots.iter().rev().enumerate().map(row).collect(),
        nothing: words.none,
        wide: false,
    }
}

/// The three times, side by side.
fn spans(source: &SourceStatus) -> [&SourceFigures; 3] {
    [&source.health.last_hour, &source.health.last_day, &source.health.since_start]
}

fn columns(first: &'static str, words: &'static SourceWords) -> Vec<Column> {
    let spans = [words.hour, words.day, words.start].map(Column::figures);
    std::iter::once(Column::text(first)).chain(spans).collect()
}

fn figures(source: &SourceStatus, words: &'static SourceWords, lang: Lang) -> Table {
    let row = |name: &str, of: &dyn Fn(&SourceFigures) -> String| {
        let cells = spans(source).map(|figures| Cell::Whole(of(figures)));
        std::iter::once(Cell::Text(name.to_owned())).chain(cells).collect()
    };
    let oldest =
        |figures: &SourceFigures| figures.oldest_data_days.map_or_else(|| "–".to_owned(), |days| days_old(lang, days));
    let rows = vec![
        row(words.people, &|figures| figures.people.to_string()),
        row(words.exchanges, &|figures| figures.exchanges.to_string()),
        row(words.requests, &|figures| figures.requests.to_string()),
        row(words.median, &|figures| milliseconds(lang, figures.p50_ms)),
        row(words.p95, &|figures| milliseconds(lang, figures.p95_ms)),
        row(words.p99, &|figures| milliseconds(lang, figures.p99_ms)),
        row(words.oldest, &oldest),
    ];
    Table { caption: words.about_it, columns: columns(words.count, words), rows, nothing: words.none, wide: false }
}

fn by_kind(source: &SourceStatus, words: &'static SourceWords, lang: Lang) -> Table {
    let row = |kind: AnswerKind| {
        let count = |figures: &SourceFigures| figures.answers.get(kind.as_str()).copied().unwrap_or(0);
        let name = format!("{} {}", text::answer_sign(kind, lang), text::answer(kind, lang));
        let cells = spans(source).map(|figures| Cell::Whole(count(figures).to_string()));
        std::iter::once(Cell::Text(name)).chain(cells).collect()
    };
    let kinds = [
        AnswerKind::Found,
        AnswerKind::NoRecord,
        AnswerKind::Partial,
        AnswerKind::Pending,
        AnswerKind::Skipped,
        AnswerKind::Unavailable,
    ];
    let rows = kinds.into_iter().map(row).collect();
    Table { caption: words.by_kind, columns: columns(words.kind, words), rows, nothing: words.none, wide: false }
}

fn quality(source: &SourceStatus, words: &'static SourceWords) -> Summary {
    let quality = &source.quality;
    let lines = [
        (words.matched, quality.matched),
        (words.held, quality.held),
        (words.of_others, quality.of_others),
        (words.agreed, quality.agreed),
        (words.disagreed, quality.disagreed),
    ];
    Summary { lines: lines.into_iter().map(|(name, count)| (name, Cell::Whole(count.to_string()))).collect() }
}

fn drift(changes: &[FieldChange], words: &'static SourceWords, lang: Lang) -> Table {
    let row = |change: &FieldChange| {
        let what = match change.change {
            FormChange::New => Tag::of(Tone::Waiting, words.new),
            FormChange::Vanished => Tag::of(Tone::Bad, words.vanished),
        };
        vec![Cell::Text(change.field.clone()), Cell::Tag(what), Cell::Whole(moment(&change.at.to_string(), lang))]
    };
    Table {
        caption: words.drift,
        columns: vec![Column::text(words.field), Column::text(words.change), Column::text(words.noticed)],
        rows: changes.iter().map(row).collect(),
        nothing: words.drift_none,
        wide: false,
    }
}

fn about(source: &SourceStatus, words: &'static SourceWords, lang: Lang) -> Summary {
    let descriptor = &source.descriptor;
    let never = match lang {
        Lang::En if !descriptor.never_covers_en.is_empty() => descriptor.never_covers_en.join("; "),
        _ => descriptor.never_covers.join("；"),
    };
    let mode = match descriptor.mode {
        SourceMode::Synchronous => words.synchronous,
        SourceMode::Asynchronous => words.asynchronous,
    };
    let mut lines = vec![
        (words.law, Cell::Text(descriptor.law.clone())),
        (words.coverage, Cell::Text(text::coverage(descriptor.coverage, lang).to_owned())),
        (words.mode, Cell::Text(mode.to_owned())),
    ];
    if !never.is_empty() {
        lines.push((words.never, Cell::Text(never)));
    }
    lines.push((words.hash, Cell::Text(descriptor.hash.clone())));
    Summary { lines }
}
