//! One case: how far it is, person by person and department by department, while it goes on; its versions; and what may be done with it.

mod events;
mod grid;
mod steering;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

pub(super) use self::events::events;
pub(super) use self::steering::{ask_cancel, ask_erasure, ask_issue, ask_withdrawal, cancel, erase, issue, withdraw};
use super::frame::Frame;
use super::parts::{Banner, Cell, Column, Summary, Table, Tag, Tone};
use super::path::Named;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::cases::{CaseWords, done, reason};
use super::words::terms;
use super::written::{day, moment};
use crate::auth::{Caller, Permission};
use crate::household::Lang;
use crate::verification::{CaseState, CaseStatus, VersionSummary};

/// What the address says beside the case.
#[derive(Default, Deserialize)]
pub(super) struct Shown {
    /// What was just done.
    #[serde(default)]
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/case.html")]
struct CasePage<'a> {
    frame: &'a Frame,
    words: &'static CaseWords,
    id: &'a str,
    done: Option<Banner>,
    title: String,
    /// Whether departments are still asked: then the page keeps itself as it stands.
    goes_on: bool,
    since: &'a str,
    elapsed: i64,
    elapsed_form: &'static str,
    report: Option<&'static str>,
    summary: Summary,
    progress: grid::Progress,
    grid: Table,
    versions: Table,
    actions: Vec<(String, &'static str, &'static str)>,
}

pub(super) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Shown>, QueryRejection>,
) -> Response {
    match shown(&console, &user, &id, query.map(|Query(shown)| shown).unwrap_or_default()).await {
        Ok(response) | Err(response) => response,
    }
}

async fn shown(console: &Console, user: &ConsoleUser, id: &str, query: Shown) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let caller = user.permit(console, Permission::ReadCase, "GET /cases/{id}").await?;
    let status = console.0.verifier.status(&caller, id).await.map_err(|error| frame.failed(&error))?;
    let words = CaseWords::of(lang);
    let state = CaseState::parse(&status.summary.status);
    let goes_on = state.is_some_and(|state| !state.at_rest());
    let sources = console.0.verifier.sources();
    let titles = |key: &str| {
        let source = sources.iter().find(|source| source.descriptor.key.as_str() == key);
        source.map_or_else(
            || key.to_owned(),
            |source| lang.pick(&source.descriptor.title_zh, &source.descriptor.title_en).to_owned(),
        )
    };
    let since: jiff::Timestamp = status.summary.created_at.parse().unwrap_or_else(|_| console.0.clock.now());
    let opens = user.caller.may(Permission::OpenReport) && status.summary.version > 0;
    let page = CasePage {
        frame,
        words,
        id: &status.summary.id,
        done: query.done.as_deref().and_then(|word| done(word, lang)).map(|(heading, text)| Banner {
            label: frame.words.success,
            heading,
            text: text.to_owned(),
            done: true,
        }),
        title: terms::purpose(&status.summary.purpose, lang),
        goes_on,
        since: &status.summary.created_at,
        elapsed: console.0.clock.now().duration_since(since).as_secs().max(0),
        elapsed_form: words.seconds,
        report: opens.then_some(words.open_report),
        summary: summary(&status, state, words, lang),
        progress: grid::Progress::of(&status.cells, &titles, lang),
        grid: grid::table(&status.cells, &titles, words, lang),
        versions: versions(&status, opens, words, lang),
        actions: actions(&user.caller, &status, state, words),
    };
    Ok(frame.page(StatusCode::OK, &page))
}

/// The state as a word.
pub(super) fn state_tag(state: Option<CaseState>, lang: Lang) -> Tag {
    let tone = match state {
        Some(CaseState::Accepted | CaseState::Running | CaseState::Waiting) => Tone::Active,
        Some(CaseState::Final) => Tone::Good,
        Some(CaseState::Failed) => Tone::Bad,
        Some(CaseState::Cancelled | CaseState::Erased) | None => Tone::Plain,
    };
    Tag::of(tone, state.map_or("", |state| terms::state(state, lang)))
}

fn summary(status: &CaseStatus, state: Option<CaseState>, words: &'static CaseWords, lang: Lang) -> Summary {
    let case = &status.summary;
    let as_of = case.as_of.parse().map_or_else(|_| case.as_of.clone(), |date| day(date, lang));
    let mut lines = vec![
        (words.state, Cell::Tag(state_tag(state, lang))),
        (words.number, Cell::Text(case.id.clone())),
        (words.region, Cell::Whole(case.region.clone())),
        (words.as_of, Cell::Whole(as_of)),
        (words.accepted, Cell::Whole(moment(&case.created_at, lang))),
    ];
    if case.reviews_open > 0 {
        lines.push((words.held, Cell::Whole(case.reviews_open.to_string())));
    }
    Summary { lines }
}

fn versions(status: &CaseStatus, opens: bool, words: &'static CaseWords, lang: Lang) -> Table {
    let row = |version: &VersionSummary| {
        let number = version.version.to_string();
        let href = format!("/cases/{}/report?version={number}", status.summary.id);
        let standing = match (version.issued, version.is_final) {
            (true, _) => Tag::of(Tone::Good, words.issued),
            (false, true) => Tag::of(Tone::Active, words.draft),
            (false, false) => Tag::of(Tone::Plain, words.provisional),
        };
        vec![
            if opens { Cell::Link(number, href) } else { Cell::Whole(number) },
            Cell::Tag(standing),
            Cell::Text(reason(&version.reason, lang).to_owned()),
            Cell::Whole(moment(&version.created_at, lang)),
        ]
    };
    Table {
        caption: words.versions,
        columns: vec![
            Column::text(words.version),
            Column::text(words.standing),
            Column::text(words.why),
            Column::text(words.made),
        ],
        rows: status.versions.iter().rev().map(row).collect(),
        nothing: words.no_version,
        wide: false,
    }
}

/// What this user may do with the case as it is: address, link, and a word on it.
fn actions(
    caller: &Caller,
    status: &CaseStatus,
    state: Option<CaseState>,
    words: &'static CaseWords,
) -> Vec<(String, &'static str, &'static str)> {
    let Some(state) = state.filter(|state| *state != CaseState::Erased) else { return Vec::new() };
    let draft = status.versions.last().is_some_and(|version| version.is_final && !version.issued);
    let offered = [
        ("issue", Permission::IssueReport, draft && state == CaseState::Final, words.issue, words.issue_about),
        ("cancel", Permission::SteerCase, !state.at_rest(), words.cancel, words.cancel_about),
        ("withdraw", Permission::SteerCase, true, words.withdraw, words.withdraw_about),
        ("erase", Permission::AskErasure, state.at_rest(), words.erase, words.erase_about),
    ];
    let may = offered.into_iter().filter(|(_, needs, now, ..)| *now && caller.may(*needs));
    may.map(|(what, _, _, text, about)| (format!("/cases/{}/{what}", status.summary.id), text, about)).collect()
}
