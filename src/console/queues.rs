//! Lists that are pages of their own: held records, what takes a second person, who is due, what monitoring found.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::frame::Frame;
use super::lists::{self, Asked, List, Wanted};
use super::notices::Notice;
use super::parts::{Entry, Errors, Field, Pages, Tab, Tabs};
use super::path::address;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::queues::QueueWords;
use crate::auth::Permission;

/// What an address asks for.
#[derive(Default, Deserialize)]
pub(super) struct QueueQuery {
    #[serde(default)]
    cursor: Option<String>,
    /// `open` unless given, or `all`.
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    until: String,
}

#[derive(Template)]
#[template(path = "console/queue.html")]
struct QueuePage<'a> {
    frame: &'a Frame,
    words: &'static QueueWords,
    errors: Errors,
    list: List,
    /// What may be begun from here.
    action: Option<(&'static str, &'static str)>,
    tabs: Option<Tabs>,
    until: Option<Field>,
    pages: Pages,
}

type Given = Result<Query<QueueQuery>, QueryRejection>;

pub(super) async fn reviews(State(console): State<Console>, user: ConsoleUser, query: Given) -> Response {
    shown(&console, &user, Wanted::Reviews, query).await.unwrap_or_else(|refused| refused)
}

pub(super) async fn approvals(State(console): State<Console>, user: ConsoleUser, query: Given) -> Response {
    shown(&console, &user, Wanted::Approvals, query).await.unwrap_or_else(|refused| refused)
}

pub(super) async fn due(State(console): State<Console>, user: ConsoleUser, query: Given) -> Response {
    shown(&console, &user, Wanted::Due, query).await.unwrap_or_else(|refused| refused)
}

pub(super) async fn alerts(State(console): State<Console>, user: ConsoleUser, query: Given) -> Response {
    shown(&console, &user, Wanted::Alerts, query).await.unwrap_or_else(|refused| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, wanted: Wanted, query: Given) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = QueueWords::of(lang);
    let path = wanted.path();
    let Ok(Query(query)) = query else { return Err(frame.notice(Notice::NotFound)) };
    let all = match query.status.as_deref() {
        None | Some("open") => false,
        Some("all") if wanted.settles() => true,
        Some(_) => return Err(frame.notice(Notice::NotFound)),
    };
    let caller = user.permit(console, wanted.needs(), path).await?;
    let (until, fault) = match query.until.as_str() {
        "" => (None, false),
        text => (text.parse::<Date>().ok(), text.parse::<Date>().is_err()),
    };
    let asked = Asked { cursor: query.cursor.as_deref(), until, all, ..Asked::default() };
    let list = lists::read(console, &caller, lang, wanted, asked).await.map_err(|error| frame.failed(&error))?;
    let tab = |text, is_all: bool| Tab {
        href: if is_all { format!("{path}?status=all") } else { path.to_owned() },
        text,
        count: None,
        here: is_all == all,
    };
    let until = (wanted == Wanted::Due).then(|| Field {
        hint: Some(words.until_hint),
        entry: Entry::Day,
        value: query.until.clone(),
        error: fault.then_some(words.until_wrong.into()),
        ..Field::line(frame.words, "until", words.until)
    });
    let errors = Errors::of(frame.words, &until);
    let action = match wanted {
        Wanted::Approvals if caller.may(Permission::Inspect) => Some(("/inspections/new", words.inspect)),
        Wanted::Alerts => Some(("/watches", words.watches)),
        _ => None,
    };
    let page = QueuePage {
        frame,
        words,
        action,
        tabs: wanted
            .settles()
            .then(|| Tabs { label: words.status, tabs: vec![tab(words.open, false), tab(words.all, true)] }),
        pages: pages(frame, path, all, until.as_ref().map_or("", |field| &field.value), &query, &list),
        until,
        errors,
        list,
    };
    let status = if page.errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(frame.page(status, &page))
}

fn pages(frame: &Frame, path: &str, all: bool, until: &str, query: &QueueQuery, list: &List) -> Pages {
    let status = if all { "all" } else { "" };
    let at = |cursor: &str| address(path, [("status", status), ("until", until), ("cursor", cursor)]);
    Pages { words: frame.words, first: query.cursor.is_some().then(|| at("")), next: list.next.as_deref().map(at) }
}
