//! One case: how far it is, person by person and department by department, while it goes on; its versions; and what may be done with it.

mod asking_again;
mod events;
mod grid;
mod steering;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

pub(super) use self::asking_again::{again, ask_again};
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
use crate::config::Disclosure;
use crate::household::Lang;
use crate::policy::assessment::Certainty;
use crate::report::render::AskedOutcome;
use crate::report::text;
use crate::verification::{CaseState, CaseStatus, CaseSummary, VersionSummary};

/// What the address says beside the case.
#[derive(Default, Deserialize)]
pub(super) struct Shown {
    /// What was just done.
    #[serde(default)]
    done: Option<String>,
}

/// How the outcome asked about stands.
struct Outcome {
    name: String,
    tag: &'static str,
    state: String,
    decides: Option<String>,
    decided_early: bool,
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
    outcome: Option<Outcome>,
    took: Option<String>,
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
    shown(&console, &user, &id, query.map(|Query(shown)| shown).unwrap_or_default())
        .await
        .unwrap_or_else(|refused: Response| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, id: &str, query: Shown) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let caller = user.permit(console, Permission::ReadCase, "GET /cases/{id}").await?;
    let status = console.0.verifier.status(&caller, id).await.map_err(|error| frame.failed(&error))?;
    let inside = console.0.verifier.inside(&caller, id).await.map_err(|error| frame.failed(&error))?;
    let inside = inside.unwrap_or_default();
    let words = CaseWords::of(lang);
    let state = CaseState::parse(&status.summary.status);
    let goes_on = state.is_some_and(|state| !state.at_rest());
    let stopped = matches!(state, Some(CaseState::Cancelled | CaseState::Failed));
    let titles = |key: &str| console.0.verifier.department(key, lang);
    let since: jiff::Timestamp = status.summary.created_at.parse().unwrap_or_else(|_| console.0.clock.now());
    let opens = user.caller.may(Permission::OpenReport) && status.summary.version > 0;
    let anew = |source: &str| format!("/cases/{}/ask-again?source={source}", status.summary.id);
    let steers = user.caller.may(Permission::SteerCase);
    let asks_anew = steers && matches!(state, Some(CaseState::Final | CaseState::Waiting));
    let place = console.0.verifier.place(&status.summary.region, lang);
    let page = CasePage {
        frame,
        words,
        id: &status.summary.id,
        // what was sent is under way no more once it has ended: its outcome stands there instead
        done: done_banner(&query, frame).filter(|_| goes_on || query.done.as_deref() != Some("sent")),
        title: terms::purpose(&status.summary.purpose, lang),
        goes_on,
        since: &status.summary.created_at,
        elapsed: console.0.clock.now().duration_since(since).as_secs().max(0),
        elapsed_form: words.seconds,
        report: opens.then_some(words.open_report),
        summary: summary(&status, state, inside.reference, place, &user.caller, words, lang),
        progress: grid::Progress::of(&status.cells, &titles, stopped, lang),
        outcome: inside.outcome.map(|outcome| Outcome::of(outcome, lang)),
        took: took(&status, since, words),
        grid: grid::table(&status.cells, &inside.people, &titles, asks_anew.then_some(&anew), stopped, words, lang),
        versions: Table {
            nothing: if stopped { words.no_version_any_more } else { words.no_version },
            ..versions_table(&status.summary.id, &status.versions, opens, words, lang)
        },
        actions: actions(&user.caller, &status, state, words),
    };
    Ok(frame.page(StatusCode::OK, &page))
}

/// What was just done, as a banner.
pub(super) fn done_banner(shown: &Shown, frame: &Frame) -> Option<Banner> {
    let (heading, text) = shown.done.as_deref().and_then(|word| done(word, frame.lang))?;
    Some(Banner { label: frame.words.success, heading, text: text.to_owned(), done: true })
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

impl Outcome {
    fn of(outcome: AskedOutcome, lang: Lang) -> Self {
        let tone = match outcome.state {
            Certainty::Met => Tone::Good,
            Certainty::NotMet => Tone::Plain,
            Certainty::Open => Tone::Waiting,
        };
        let state = format!("{} {}", text::certainty_sign(outcome.state, lang), text::certainty(outcome.state, lang));
        Self {
            name: outcome.name.get(lang).to_owned(),
            tag: tone.class(),
            state,
            decides: outcome.decides.map(|words| words.get(lang).to_owned()),
            decided_early: outcome.decided_early,
        }
    }
}

/// How long it took from its acceptance to the report in which every department had ended.
fn took(status: &CaseStatus, since: jiff::Timestamp, words: &CaseWords) -> Option<String> {
    let whole = status.versions.iter().find(|version| version.is_final)?;
    let millis = whole.created_at.parse::<jiff::Timestamp>().ok()?.duration_since(since).as_millis().max(0);
    let seconds = if millis < 10_000 {
        format!("{}.{}", millis / 1000, millis % 1000 / 100)
    } else {
        (millis / 1000).to_string()
    };
    Some(words.seconds.replace("{}", &seconds))
}

fn summary(
    status: &CaseStatus,
    state: Option<CaseState>,
    reference: Option<String>,
    place: String,
    caller: &Caller,
    words: &'static CaseWords,
    lang: Lang,
) -> Summary {
    let case = &status.summary;
    let as_of = case.as_of.parse().map_or_else(|_| case.as_of.clone(), |date| day(date, lang));
    let mut lines = vec![
        (words.state, Cell::Tag(state_tag(state, lang))),
        (words.number, Cell::Whole(case.number.clone())),
        (words.region, Cell::Whole(place)),
        (words.as_of, Cell::Whole(as_of)),
        (words.accepted, Cell::Whole(moment(&case.created_at, lang))),
    ];
    if let Some(reference) = reference {
        lines.insert(2, (words.reference, Cell::Text(reference)));
    }
    lines.extend(held_line(case, caller, words));
    Summary { lines }
}

/// How many of its records wait for a person, where any does; with the way there for whoever decides about them.
fn held_line(case: &CaseSummary, caller: &Caller, words: &'static CaseWords) -> Option<(&'static str, Cell)> {
    let held = (case.reviews_open > 0).then(|| case.reviews_open.to_string())?;
    let decides = caller.may(Permission::DecideRecords) && caller.sees_answers();
    let cell = match decides {
        true => Cell::Offered(held, words.see_held, format!("/cases/{}/reviews", case.id)),
        false => Cell::Whole(held),
    };
    Some((words.held, cell))
}

/// Versions, the newest first; with links to their reports for whoever may open them.
pub(super) fn versions_table(
    id: &str,
    versions: &[VersionSummary],
    opens: bool,
    words: &'static CaseWords,
    lang: Lang,
) -> Table {
    let row = |version: &VersionSummary| {
        let number = version.version.to_string();
        let href = format!("/cases/{id}/report?version={number}");
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
        rows: versions.iter().rev().map(row).collect(),
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
    let has_version = !status.versions.is_empty();
    let whole = caller.disclosure == Disclosure::Full;
    let offered = [
        ("report#declared", Permission::OpenReport, has_version && whole, words.declared, words.declared_about),
        ("versions", Permission::OpenReport, status.versions.len() > 1 && whole, words.compare, words.compare_about),
        ("change", Permission::OpenReport, has_version && whole, words.change, words.change_about),
        ("receipt", Permission::FetchReport, has_version, words.receipt, words.receipt_about),
        ("objections", Permission::SteerCase, has_version, words.objections, words.objections_about),
        ("issue", Permission::IssueReport, draft && state == CaseState::Final, words.issue, words.issue_about),
        ("cancel", Permission::SteerCase, !state.at_rest(), words.cancel, words.cancel_about),
        ("withdraw", Permission::SteerCase, true, words.withdraw, words.withdraw_about),
        ("erase", Permission::AskErasure, state.at_rest(), words.erase, words.erase_about),
    ];
    let may = offered.into_iter().filter(|(_, needs, now, ..)| *now && caller.may(*needs));
    may.map(|(what, _, _, text, about)| (format!("/cases/{}/{what}", status.summary.id), text, about)).collect()
}
