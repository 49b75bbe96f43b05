//! Usage that somebody should look at, and the word that an auditor has seen it.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Part, rows, tabs};
use crate::auth::{Caller, Permission};
use crate::console::action;
use crate::console::forms::Sent;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Banner, Cell, Column, Entry, Errors, Field, Summary, Table, Tabs, Tag, Tone};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::audit::{self, AuditWords, capacity};
use crate::console::written::day;
use crate::household::Lang;
use crate::oversight::Finding;
use crate::verification::MOST_REASON;

/// How far back may be looked, in days.
const DAYS: [u32; 3] = [7, 30, 92];
/// As far as findings are reckoned.
const MOST_DAYS: u32 = 92;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Range {
    days: String,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/audit_findings.html")]
struct FindingsPage<'a> {
    frame: &'a Frame,
    words: &'static AuditWords,
    done: Option<Banner>,
    tabs: Tabs,
    errors: Errors,
    days: Field,
    table: Option<Table>,
}

#[derive(Template)]
#[template(path = "console/audit_finding.html")]
struct FindingPage<'a> {
    frame: &'a Frame,
    words: &'static AuditWords,
    form_token: &'a str,
    errors: Errors,
    title: &'static str,
    why: &'a str,
    summary: Summary,
    earlier: Option<Table>,
    entries: Vec<(u64, String)>,
    /// Whether the level that was asked for waits for somebody.
    note: Option<Field>,
}

pub(in crate::console) async fn list(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<Range>, QueryRejection>,
) -> Response {
    listed(&console, &user, query.map(|Query(range)| range).unwrap_or_default())
        .await
        .unwrap_or_else(|refused: Response| refused)
}

async fn listed(console: &Console, user: &ConsoleUser, range: Range) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let caller = user.permit(console, Permission::ReadLog, "GET /audit/findings").await?;
    let words = AuditWords::of(lang);
    let asked = if range.days.is_empty() { Ok(30) } else { range.days.parse() };
    let asked = asked.ok().filter(|days| DAYS.contains(days));
    let choices = DAYS.iter().zip([words.days_7, words.days_30, words.days_92]);
    let days = Field {
        value: asked.map_or_else(String::new, |days| days.to_string()),
        entry: Entry::Choice(choices.map(|(days, text)| (days.to_string(), text.to_owned())).collect()),
        error: asked.is_none().then(|| words.days_wrong.into()),
        ..Field::line(frame.words, "days", words.days)
    };
    let table = match asked {
        Some(days) => {
            let page = console.0.oversight.findings(&caller, days).await.map_err(|error| frame.failed(&error))?;
            Some(table(&page.items, words, lang))
        }
        None => None,
    };
    let page = FindingsPage {
        frame,
        words,
        done: (range.done.as_deref() == Some("acknowledged")).then(|| Banner {
            label: frame.words.success,
            heading: words.acknowledged,
            text: words.acknowledged_about.to_owned(),
            done: true,
        }),
        tabs: tabs(user, Part::Findings),
        errors: Errors::of(frame.words, [&days]),
        days,
        table,
    };
    let status = if asked.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(frame.page(status, &page))
}

fn address(id: &str) -> String {
    format!("/audit/findings/{id}")
}

fn seen(by: Option<&String>, words: &'static AuditWords) -> Cell {
    match by {
        Some(by) => Cell::Stated(Tag::of(Tone::Good, words.seen_by), by.clone()),
        None => Cell::Tag(Tag::of(Tone::Waiting, words.open)),
    }
}

fn table(findings: &[Finding], words: &'static AuditWords, lang: Lang) -> Table {
    let row = |finding: &Finding| {
        vec![
            Cell::Whole(day(finding.day, lang)),
            Cell::Link(audit::finding(finding.kind, lang).to_owned(), address(&finding.id)),
            Cell::Named(finding.actor.clone(), capacity(&finding.role, lang).to_owned()),
            Cell::Text(lang.pick(&finding.why_zh, &finding.why).to_owned()),
            Cell::Whole(finding.count.to_string()),
            seen(finding.acknowledged_by.as_ref(), words),
        ]
    };
    Table {
        caption: words.findings,
        columns: vec![
            Column::text(words.day),
            Column::text(words.finding),
            Column::text(words.actor),
            Column::text(words.why),
            Column::figures(words.times),
            Column::text(words.seen),
        ],
        rows: findings.iter().map(row).collect(),
        nothing: words.findings_none,
        wide: false,
    }
}

pub(in crate::console) async fn finding(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let shown = async {
        let caller = user.permit(&console, Permission::ReadLog, "GET /audit/findings/{id}").await?;
        let finding = one(&console, &user, &caller, &id).await?;
        Ok(page(&user, &finding, &id, String::new()))
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

/// The finding that one of whose levels has this id.
async fn one(console: &Console, user: &ConsoleUser, caller: &Caller, id: &str) -> Result<Finding, Response> {
    let page = console.0.oversight.findings(caller, MOST_DAYS).await;
    let mut all = page.map_err(|error| user.frame.failed(&error))?.items.into_iter();
    all.find(|finding| finding.has(id)).ok_or_else(|| user.frame.notice(Notice::NotFound))
}

fn page(user: &ConsoleUser, finding: &Finding, id: &str, note: String) -> Response {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = AuditWords::of(lang);
    let level = finding.earlier.iter().find(|level| level.id == id);
    let waits = level.map_or(&finding.acknowledged_in, |level| &level.acknowledged_in).is_none();
    let note = Field {
        hint: Some(words.note_hint),
        error: (note.trim().chars().count() > MOST_REASON).then(|| words.note_long.into()),
        value: note,
        entry: Entry::Area,
        ..Field::line(frame.words, "note", words.note)
    };
    let errors = Errors::of(frame.words, [&note]);
    let status = if errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FindingPage {
        frame,
        words,
        form_token: frame.form_token(),
        errors,
        title: audit::finding(finding.kind, lang),
        why: lang.pick(&finding.why_zh, &finding.why),
        summary: summary(finding, words, lang),
        earlier: (!finding.earlier.is_empty()).then(|| earlier(finding, words)),
        entries: finding.entries.iter().map(|index| (*index, rows::address(*index))).collect(),
        note: waits.then_some(note),
    };
    frame.page(status, &page)
}

fn summary(finding: &Finding, words: &'static AuditWords, lang: Lang) -> Summary {
    let mut lines = vec![
        (words.day, Cell::Whole(day(finding.day, lang))),
        (words.actor, Cell::Text(finding.actor.clone())),
        (words.role, Cell::Text(capacity(&finding.role, lang).to_owned())),
        (words.times, Cell::Whole(finding.count.to_string())),
        (words.bound, Cell::Whole(finding.bound.to_string())),
    ];
    if let Some(usual) = finding.usual {
        lines.push((words.usual, Cell::Whole(usual.to_string())));
    }
    lines.push((words.seen, seen(finding.acknowledged_by.as_ref(), words)));
    Summary { lines }
}

fn earlier(finding: &Finding, words: &'static AuditWords) -> Table {
    let row = |level: &crate::oversight::EarlierLevel| {
        vec![Cell::Link(level.from.to_string(), address(&level.id)), seen(level.acknowledged_by.as_ref(), words)]
    };
    Table {
        caption: words.earlier,
        columns: vec![Column::figures(words.bound), Column::text(words.seen)],
        rows: finding.earlier.iter().map(row).collect(),
        nothing: words.findings_none,
        wide: false,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct NoteForm {
    note: String,
}

pub(in crate::console) async fn acknowledge(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<NoteForm>,
) -> Response {
    let Sent { user, fields } = sent;
    let done = async {
        let caller = user.permit(&console, Permission::ReadLog, "POST /audit/findings/{id}").await?;
        let note = fields.note.trim();
        if note.chars().count() > MOST_REASON {
            let finding = one(&console, &user, &caller, &id).await?;
            return Ok(page(&user, &finding, &id, fields.note));
        }
        let note = (!note.is_empty()).then_some(note);
        let acknowledged = console.0.oversight.acknowledge(&caller, &id, note).await;
        acknowledged.map_err(|error| user.frame.failed(&error))?;
        Ok(action::done("/audit/findings", "acknowledged"))
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}
