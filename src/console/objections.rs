//! The objections of a case, and the form for a new one.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::action;
use super::cases::{Shown, done_banner};
use super::forms::Sent;
use super::frame::Frame;
use super::parts::{Banner, Cell, Column, Entry, Errors, Field, Table};
use super::path::Named;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::versions::ObjectionWords;
use super::written::day;
use crate::auth::{Caller, Permission};
use crate::config::Disclosure;
use crate::household::{AnswerKind, SourceKey};
use crate::verification::{CaseState, CaseStatus, DecideError, NewObjection, Objection};

/// Most characters of a statement, as under `/v1`.
const MOST: usize = 4000;
/// Most characters of a record's name.
const MOST_RECORD: usize = 200;

#[derive(Template)]
#[template(path = "console/objections.html")]
struct ObjectionsPage<'a> {
    frame: &'a Frame,
    words: &'static ObjectionWords,
    id: &'a str,
    done: Option<Banner>,
    errors: Errors,
    /// None for whoever is not shown whole reports.
    list: Option<Table>,
    /// Why none can be entered.
    not_now: bool,
    form_token: &'a str,
    fields: Vec<Field>,
}

/// What was sent.
#[derive(Default)]
struct Filled {
    version: u32,
    sources: Vec<String>,
    record: String,
    statement: String,
}

impl Filled {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "version" => filled.version = value.parse().unwrap_or_default(),
                "sources" => filled.sources.push(value),
                "record" => value.trim().clone_into(&mut filled.record),
                "statement" => value.trim().clone_into(&mut filled.statement),
                _ => {}
            }
        }
        filled
    }
}

pub(super) async fn list(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Shown>, QueryRejection>,
) -> Response {
    let shown = async {
        let caller = user.permit(&console, Permission::SteerCase, "GET /cases/{id}/objections").await?;
        let done = query.ok().and_then(|Query(shown)| done_banner(&shown, &user.frame));
        page(&console, &user, &caller, &id, done, None).await
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

pub(super) async fn object(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<Vec<(String, String)>>,
) -> Response {
    let Sent { user, fields } = sent;
    let made = async {
        let caller = user.permit(&console, Permission::SteerCase, "POST /cases/{id}/objections").await?;
        let filled = Filled::of(fields);
        let status = console.0.verifier.status(&caller, &id).await.map_err(|error| user.frame.failed(&error))?;
        if state_of(&status) == Some(CaseState::Final)
            && fields_of(&user, &status, &filled, &console, true).iter().any(|field| field.error.is_some())
        {
            return page(&console, &user, &caller, &id, None, Some(filled)).await;
        }
        let sources = filled.sources.iter().filter_map(|key| SourceKey::new(key).ok()).collect();
        let record = Some(filled.record).filter(|record| !record.is_empty());
        let objection = NewObjection { version: filled.version, sources, record, statement: filled.statement };
        match console.0.verifier.object(&caller, &id, objection).await {
            Ok(()) => Ok(action::done(&format!("/cases/{id}"), "objected")),
            Err(error) => Err(user.could_not(&console, &caller, error).await),
        }
    };
    made.await.unwrap_or_else(|refused: Response| refused)
}

fn state_of(status: &CaseStatus) -> Option<CaseState> {
    CaseState::parse(&status.summary.status)
}

async fn page(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    id: &str,
    done: Option<Banner>,
    wrong: Option<Filled>,
) -> Result<Response, Response> {
    let frame = &user.frame;
    let words = ObjectionWords::of(frame.lang);
    let status = console.0.verifier.status(caller, id).await.map_err(|error| frame.failed(&error))?;
    // Whoever may enter one need not be shown what others hold: only readers of whole reports see them.
    let reads = user.caller.may(Permission::OpenReport) && caller.disclosure == Disclosure::Full;
    let name = |key: &str| console.0.verifier.department(key, frame.lang);
    let list = match reads {
        true => match console.0.verifier.objections(&user.caller.clone().acting(Permission::OpenReport), id).await {
            Ok(objections) => Some(table(&objections, &name, words, frame)),
            Err(DecideError::NotFound) => return Err(frame.notice(super::notices::Notice::NotFound)),
            Err(error) => return Err(user.could_not(console, caller, error).await),
        },
        false => None,
    };
    let shows_faults = wrong.is_some();
    let filled = wrong.unwrap_or_else(|| Filled { version: status.summary.version, ..Filled::default() });
    let not_now = state_of(&status) != Some(CaseState::Final);
    let fields = if not_now { Vec::new() } else { fields_of(user, &status, &filled, console, shows_faults) };
    let page = ObjectionsPage {
        frame,
        words,
        id: &status.summary.id,
        done,
        errors: Errors::of(frame.words, &fields),
        list,
        not_now,
        form_token: frame.form_token(),
        fields,
    };
    let code = if page.errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(frame.page(code, &page))
}

/// Departments that were asked about somebody.
fn asked(status: &CaseStatus) -> Vec<String> {
    let was_asked = |kind: &String| AnswerKind::parse(kind) != Some(AnswerKind::Skipped);
    let asked = status.cells.iter().filter(|cell| cell.answer.as_ref().is_some_and(was_asked));
    let mut keys: Vec<_> = asked.map(|cell| cell.source.clone()).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn fields_of(
    user: &ConsoleUser,
    status: &CaseStatus,
    filled: &Filled,
    console: &Console,
    shows_faults: bool,
) -> Vec<Field> {
    let words = ObjectionWords::of(user.frame.lang);
    let name = |key: &str| console.0.verifier.department(key, user.frame.lang);
    let keys = asked(status);
    let known = !filled.sources.is_empty() && filled.sources.iter().all(|key| keys.contains(key));
    let said = filled.statement.chars().count();
    let field = |name, label| Field::line(user.frame.words, name, label);
    let error = |wrong: bool, text: &'static str| (shows_faults && wrong).then_some(text.into());
    vec![
        Field { value: filled.version.to_string(), entry: Entry::Hidden, ..field("version", "") },
        Field {
            hint: Some(words.sources_hint),
            entry: Entry::Ticks(
                keys.into_iter().map(|key| (key.clone(), name(&key))).collect(),
                filled.sources.clone(),
            ),
            error: error(!known, words.sources_missing),
            ..field("sources", words.sources)
        },
        Field {
            hint: Some(words.record_hint),
            value: filled.record.clone(),
            error: error(filled.record.chars().count() > MOST_RECORD, words.record_wrong),
            ..field("record", words.record_line)
        },
        Field {
            hint: Some(words.statement_hint),
            value: filled.statement.clone(),
            entry: Entry::Area,
            error: error(!(1..=MOST).contains(&said), words.statement_wrong),
            ..field("statement", words.statement)
        },
    ]
}

fn table(
    objections: &[Objection],
    name: &dyn Fn(&str) -> String,
    words: &'static ObjectionWords,
    frame: &Frame,
) -> Table {
    let row = |objection: &Objection| {
        let mut row = vec![Cell::Whole(day(objection.on, frame.lang)), Cell::Text(objection.entered_by.clone())];
        match &objection.objection {
            Some(said) => {
                let against: Vec<_> = said.sources.iter().map(|key| name(key.as_str())).collect();
                let against = against.join(frame.lang.pick("、", ", "));
                row.extend([
                    Cell::Whole(said.version.to_string()),
                    match &said.record {
                        Some(record) => Cell::Named(against, record.clone()),
                        None => Cell::Text(against),
                    },
                    Cell::Text(said.statement.clone()),
                ]);
            }
            None => row.extend([Cell::Text("–".into()), Cell::Text("–".into()), Cell::Text(words.gone.into())]),
        }
        row
    };
    Table {
        caption: words.list,
        columns: [words.on, words.by, words.version, words.against, words.says].map(Column::text).into(),
        rows: objections.iter().map(row).collect(),
        nothing: words.none,
        wide: false,
    }
}
