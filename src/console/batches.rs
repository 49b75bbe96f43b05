//! Batches: files of households, how far each is, what came of it, and what may be done with it.

mod sending;
mod sheets;
mod steering;
mod terms;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

pub(super) use self::sending::{new, send, template};
pub(super) use self::sheets::{changes, export, faults, referrals, results};
pub(super) use self::steering::{ask_cancel, ask_pause, ask_resume, cancel, pause, resume};
use super::frame::Frame;
use super::notices::Notice;
use super::parts::{Banner, Cell, Column, Pages, Summary, Tab, Table, Tabs, Tag, Tone};
use super::path::Named;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::batches::{BatchWords, rate, state, stopped, time};
use super::words::terms as named;
use super::written::moment;
use crate::auth::{Caller, Permission};
use crate::bulk::{BatchState, BatchStatus, BulkError};
use crate::household::Lang;
use crate::verification::CaseState;

/// What an address asks for.
#[derive(Default, Deserialize)]
pub(super) struct BatchQuery {
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/batches.html")]
struct BatchesPage<'a> {
    frame: &'a Frame,
    words: &'static BatchWords,
    may_send: bool,
    table: Table,
    pages: Pages,
}

pub(super) async fn list(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<BatchQuery>, QueryRejection>,
) -> Response {
    let listed = async {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = BatchWords::of(lang);
        let cursor = query.ok().and_then(|Query(query)| query.cursor);
        let caller = user.permit(&console, Permission::ReadBatches, "/batches").await?;
        let page = console.0.bulk.list(&caller, None, cursor.as_deref()).await;
        let page = page.map_err(|error| user.no_batch(&error))?;
        let next = page.next.map(|cursor| format!("/batches?cursor={cursor}"));
        let first = cursor.is_some().then(|| "/batches".to_owned());
        let texts = [words.received, words.state, words.format].map(Column::text);
        let figures = [words.households, words.accepted, words.done, words.faulty].map(Column::figures);
        let table = Table {
            caption: words.title,
            columns: texts.into_iter().chain(figures).collect(),
            rows: page.items.iter().map(|batch| row(batch, lang)).collect(),
            nothing: words.none,
            wide: false,
        };
        let pages = Pages { words: frame.words, first, next };
        let page = BatchesPage { frame, words, may_send: caller.may(Permission::RunBatches), table, pages };
        Ok(frame.page(StatusCode::OK, &page))
    };
    listed.await.unwrap_or_else(|refused: Response| refused)
}

fn row(batch: &BatchStatus, lang: Lang) -> Vec<Cell> {
    let text = moment(&batch.created_at, lang);
    let figure = |count: u64| Cell::Whole(count.to_string());
    vec![
        Cell::NamedLink { text, id: batch.id.clone(), href: format!("/batches/{}", batch.id) },
        Cell::Tag(tag(batch, lang)),
        Cell::Whole(batch.format.to_uppercase()),
        figure(batch.households),
        figure(batch.accepted),
        figure(batch.done),
        figure(batch.faulty),
    ]
}

fn tag(batch: &BatchStatus, lang: Lang) -> Tag {
    let Some(known) = BatchState::parse(&batch.status) else { return Tag::of(Tone::Plain, "") };
    let tone = match known {
        BatchState::Receiving | BatchState::Running => Tone::Active,
        BatchState::Paused => Tone::Waiting,
        BatchState::Finished => Tone::Good,
        BatchState::Cancelled => Tone::Plain,
    };
    Tag::of(tone, state(known, lang))
}

#[derive(Template)]
#[template(path = "console/batch.html")]
struct BatchPage<'a> {
    frame: &'a Frame,
    words: &'static BatchWords,
    id: &'a str,
    done: Option<Banner>,
    tabs: Tabs,
    goes_on: bool,
    summary: Summary,
    ended: u64,
    accepted: u64,
    reading: bool,
    file_fault: Option<String>,
    by_state: Table,
    actions: Vec<(String, &'static str, &'static str)>,
}

pub(super) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<BatchQuery>, QueryRejection>,
) -> Response {
    let shown = async {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = BatchWords::of(lang);
        let word = query.ok().and_then(|Query(query)| query.done);
        let caller = user.permit(&console, Permission::ReadBatches, "/batches/{batch}").await?;
        let batch = console.0.bulk.status(&caller, &id).await.map_err(|error| user.no_batch(&error))?;
        let known = BatchState::parse(&batch.status);
        let page = BatchPage {
            frame,
            words,
            id: &batch.id,
            done: word.and_then(|word| done(&word, words)).map(|(heading, text)| Banner {
                label: frame.words.success,
                heading,
                text: text.to_owned(),
                done: true,
            }),
            tabs: tabs(&user.caller, &batch, None, words),
            goes_on: matches!(known, Some(BatchState::Receiving | BatchState::Running)),
            summary: summary(&console, &batch, words, lang),
            ended: batch.done,
            accepted: batch.accepted,
            reading: !batch.all_read && matches!(known, Some(BatchState::Running | BatchState::Paused)),
            file_fault: batch.file_fault.as_ref().map(|fault| stopped(fault.line, &fault.code, lang)),
            by_state: by_state(&batch, words, lang),
            actions: actions(&user.caller, &batch, known, words),
        };
        Ok(frame.page(StatusCode::OK, &page))
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

fn done(word: &str, words: &'static BatchWords) -> Option<(&'static str, &'static str)> {
    Some(match word {
        "sent" => (words.sent, words.sent_about),
        "paused" => (words.paused, words.pause_about),
        "resumed" => (words.resumed, words.resume_about),
        "cancelled" => (words.cancelled, words.cancel_about),
        _ => return None,
    })
}

/// The pages of a batch that a caller may see.
fn tabs(caller: &Caller, batch: &BatchStatus, here: Option<&str>, words: &'static BatchWords) -> Tabs {
    let opens = caller.may(Permission::OpenReport);
    let sheets = [
        (None, words.overview, true, None),
        (Some("results"), words.results, opens, None),
        (Some("changes"), words.changes, caller.sees_answers(), None),
        (Some("referrals"), words.referrals, opens, None),
        (Some("faults"), words.faults, true, Some(batch.faulty.to_string())),
    ];
    let tab = |(sheet, text, _, count): (Option<&str>, &'static str, bool, Option<String>)| Tab {
        href: sheet.map_or_else(|| format!("/batches/{}", batch.id), |sheet| format!("/batches/{}/{sheet}", batch.id)),
        text,
        count,
        here: sheet == here,
    };
    Tabs { label: words.sheets, tabs: sheets.into_iter().filter(|(_, _, sees, _)| *sees).map(tab).collect() }
}

fn summary(console: &Console, batch: &BatchStatus, words: &'static BatchWords, lang: Lang) -> Summary {
    let figure = |count: u64| Cell::Whole(count.to_string());
    let mut lines = vec![
        (words.state, Cell::Tag(tag(batch, lang))),
        (words.number, Cell::Text(batch.id.clone())),
        (words.received, Cell::Whole(moment(&batch.created_at, lang))),
        (words.format, Cell::Whole(batch.format.to_uppercase())),
        (words.households, figure(batch.households)),
        (words.accepted, figure(batch.accepted)),
        (words.faulty, figure(batch.faulty)),
    ];
    if batch.passed_over > 0 {
        lines.push((words.passed_over, figure(batch.passed_over)));
    }
    let begun: Option<jiff::Timestamp> = batch.created_at.parse().ok();
    let known = BatchState::parse(&batch.status);
    let ended = matches!(known, Some(BatchState::Finished | BatchState::Cancelled));
    let until = if ended { batch.updated_at.parse().ok() } else { Some(console.0.clock.now()) };
    if let (Some(begun), Some(until), true) = (begun, until, batch.done > 0) {
        let seconds = u64::try_from(until.duration_since(begun).as_secs()).unwrap_or(0).max(1);
        lines.push((words.rate, Cell::Text(rate(batch.done, seconds, lang))));
        if known == Some(BatchState::Running) && batch.all_read {
            let left = batch.accepted.saturating_sub(batch.done).saturating_mul(seconds) / batch.done;
            lines.push((words.left, Cell::Text(time(left, lang))));
        }
    }
    Summary { lines }
}

fn by_state(batch: &BatchStatus, words: &'static BatchWords, lang: Lang) -> Table {
    let row = |(known, count): (&String, &u64)| {
        let known = CaseState::parse(known).map_or(known.as_str(), |state| named::state(state, lang));
        vec![Cell::Text(known.to_owned()), Cell::Whole(count.to_string())]
    };
    Table {
        caption: words.by_state,
        columns: vec![Column::text(words.state), Column::figures(words.count)],
        rows: batch.cases.iter().filter(|(_, count)| **count > 0).map(row).collect(),
        nothing: words.results_none,
        wide: false,
    }
}

/// What this user may do with the batch as it is.
fn actions(
    caller: &Caller,
    batch: &BatchStatus,
    known: Option<BatchState>,
    words: &'static BatchWords,
) -> Vec<(String, &'static str, &'static str)> {
    if !caller.may(Permission::RunBatches) {
        return Vec::new();
    }
    let offered = [
        ("pause", known == Some(BatchState::Running), words.pause, words.pause_about),
        ("resume", known == Some(BatchState::Paused), words.resume, words.resume_about),
        ("cancel", matches!(known, Some(BatchState::Running | BatchState::Paused)), words.cancel, words.cancel_about),
    ];
    let now = offered.into_iter().filter(|(_, now, ..)| *now);
    now.map(|(what, _, text, about)| (format!("/batches/{}/{what}", batch.id), text, about)).collect()
}

impl ConsoleUser {
    /// The page that says why a batch cannot be had or changed.
    fn no_batch(&self, error: &BulkError) -> Response {
        match error {
            BulkError::NotFound => self.frame.notice(Notice::NotFound),
            BulkError::State(_) => self.frame.notice(Notice::WrongState),
            BulkError::Closed => self.frame.notice(Notice::Closed),
            BulkError::IdempotencyConflict => self.frame.notice(Notice::WrongForm),
            _ => self.frame.failed_inside(error),
        }
    }
}
