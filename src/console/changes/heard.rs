//! What changed since the household's last report, and what the family said to it before anything adverse goes further.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Group, groups};
use crate::auth::{Caller, Permission};
use crate::config::Disclosure;
use crate::console::action;
use crate::console::cases::{Shown, done_banner};
use crate::console::forms::Sent;
use crate::console::frame::Frame;
use crate::console::parts::{Banner, Cell, Column, Entry, Errors, Field, Summary, Table, Tag, Tone};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::versions::ChangeWords;
use crate::console::written::day;
use crate::household::Lang;
use crate::policy::notice::State as Hearing;
use crate::verification::{Changed, DecideError, ReadError, Statement};

/// Most characters of a statement, as under `/v1`.
const MOST: usize = 4000;

#[derive(Template)]
#[template(path = "console/change.html")]
struct ChangePage<'a> {
    frame: &'a Frame,
    words: &'static ChangeWords,
    id: &'a str,
    done: Option<Banner>,
    errors: Errors,
    /// What changed, or why nothing is shown.
    changed: Result<What, &'static str>,
    form_token: &'a str,
    /// The version that the family is told of.
    version: u32,
    statement: Field,
}

/// What changed.
struct What {
    summary: Summary,
    told: String,
    groups: Vec<Group>,
    rules: Vec<String>,
    statements: Table,
}

/// For whoever is shown whole reports.
async fn permitted(console: &Console, user: &ConsoleUser, page: &str) -> Result<Caller, Response> {
    let caller = user.permit(console, Permission::OpenReport, page).await?;
    match caller.clone().at(Disclosure::Full) {
        Some(caller) => Ok(caller),
        None => Err(user.could_not(console, &caller, DecideError::Undisclosed).await),
    }
}

pub(in crate::console) async fn change(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Shown>, QueryRejection>,
) -> Response {
    let shown = async {
        let caller = permitted(&console, &user, "GET /cases/{id}/change").await?;
        let done = query.ok().and_then(|Query(shown)| done_banner(&shown, &user.frame));
        page(&console, &user, &caller, &id, done, None).await
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

#[derive(Deserialize)]
pub(in crate::console) struct HeardForm {
    /// None is of version 0, and so of none.
    #[serde(default)]
    version: u32,
    #[serde(default)]
    statement: String,
}

pub(in crate::console) async fn hear(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<HeardForm>,
) -> Response {
    let Sent { user, fields } = sent;
    let heard = async {
        let caller = permitted(&console, &user, "POST /cases/{id}/change").await?;
        let said = fields.statement.trim();
        if !(1..=MOST).contains(&said.chars().count()) {
            return page(&console, &user, &caller, &id, None, Some(fields)).await;
        }
        match console.0.verifier.hear(&caller, &id, Some(fields.version), said).await {
            Ok(()) => Ok(action::done(&format!("/cases/{id}/change"), "heard")),
            Err(error) => Err(user.could_not(&console, &caller, error).await),
        }
    };
    heard.await.unwrap_or_else(|refused: Response| refused)
}

/// The page; with what was sent that cannot be noted, where it was.
async fn page(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    id: &str,
    done: Option<Banner>,
    wrong: Option<HeardForm>,
) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = ChangeWords::of(lang);
    let standing = console.0.verifier.standing(caller, id).await;
    let (case, _) = standing.map_err(|error| frame.failed(&error))?;
    let changed = match console.0.verifier.change_of(caller, id).await {
        Ok(changed) => Ok(changed),
        Err(ReadError::NoChange(why)) => {
            let (zh, en) = why.words();
            Err(lang.pick(zh, en))
        }
        Err(error) => return Err(frame.failed(&error)),
    };
    // what was sent stays about the version that was read
    let version = wrong.as_ref().map(|sent| sent.version).or(changed.as_ref().ok().map(|changed| changed.version));
    let statement = Field {
        hint: Some(words.statement_hint),
        error: wrong.is_some().then_some(words.statement_wrong.into()),
        value: wrong.map(|sent| sent.statement).unwrap_or_default(),
        entry: Entry::Area,
        ..Field::line(frame.words, "statement", words.statement)
    };
    let page = ChangePage {
        frame,
        words,
        id: &case.id,
        done,
        errors: Errors::of(frame.words, [&statement]),
        changed: changed.map(|changed| what(&changed, words, lang)),
        form_token: frame.form_token(),
        version: version.unwrap_or_default(),
        statement,
    };
    let status = if page.errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(frame.page(status, &page))
}

fn what(changed: &Changed, words: &'static ChangeWords, lang: Lang) -> What {
    let sheet = changed.change.sheet(lang);
    let (tone, stands) = match changed.notice.state(changed.heard_on, None) {
        Hearing::Open => (Tone::Waiting, words.hearing_open),
        Hearing::None => (Tone::Plain, words.no_hearing),
        Hearing::ToBeHeard => (Tone::Waiting, words.to_be_heard),
        Hearing::Heard => (Tone::Good, words.heard),
        Hearing::PassedOn => (Tone::Plain, words.passed_on),
    };
    let of = |report: &crate::report::change::Which| {
        let version = crate::console::words::versions::version(report.version, lang);
        format!("{} {version} · {}", report.number, day(report.as_of, lang))
    };
    let before = Cell::NamedLink {
        text: of(&changed.change.before),
        id: words.last_case.to_owned(),
        href: format!("/cases/{}", changed.with),
    };
    let mut lines = vec![
        (words.last, before),
        (words.this, Cell::Text(of(&changed.change.after))),
        (words.hint, Cell::Text(sheet.hint.clone())),
        (words.hearing, Cell::Tag(Tag::of(tone, stands))),
    ];
    if let (None, Some(from)) = (changed.heard_on, changed.notice.passed_on_from) {
        lines.push((words.passed_on_from, Cell::Whole(day(from, lang))));
    }
    let said = |statement: &Statement| {
        let said = statement.words.clone().unwrap_or_else(|| words.said_gone.to_owned());
        vec![Cell::Whole(day(statement.on, lang)), Cell::Text(said)]
    };
    What {
        summary: Summary { lines },
        told: changed.notice.words(lang),
        groups: groups(&sheet, [words.before.to_owned(), words.after.to_owned()], words, lang),
        rules: sheet.clock.into_iter().chain(sheet.rules).collect(),
        statements: Table {
            caption: words.statements,
            columns: vec![Column::text(words.said_on), Column::text(words.said)],
            rows: changed.statements.iter().map(said).collect(),
            nothing: words.said_none,
            wide: false,
        },
    }
}
