//! A case's held records, each beside the person it may belong to, and a person's word on whose they are (待人工核实).

mod record;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use self::record::{Given, Shown};
use super::action;
use super::forms::Sent;
use super::frame::Frame;
use super::parts::{Cell, Errors, Summary};
use super::path::Named;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::reviews::ReviewWords;
use super::words::terms;
use crate::auth::{Caller, Permission, Role};
use crate::config::Disclosure;
use crate::verification::{ApprovalSummary, DecideError, HeldRecords, RecordDecision, Reviewed};

/// What the address says beside the case.
#[derive(Default, Deserialize)]
pub(super) struct Said {
    /// The approval that was just asked for.
    #[serde(default)]
    asked: Option<Uuid>,
}

#[derive(Template)]
#[template(path = "console/reviews.html")]
struct ReviewsPage<'a> {
    frame: &'a Frame,
    words: &'static ReviewWords,
    errors: Errors,
    case: &'a str,
    version: u32,
    /// Where the last decision stands that a second person was asked for.
    standing: Option<Standing>,
    /// A second person is waited for.
    waiting: bool,
    /// Whether it was sent just now.
    sent: bool,
    summary: Summary,
    second: &'static str,
    records: Vec<Shown>,
}

impl ReviewsPage<'_> {
    /// What its form carries.
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

/// Where the last decision stands that a second person was asked for.
struct Standing {
    heading: &'static str,
    about: &'static str,
    approval: String,
    /// Nothing is decided beside it.
    waits: bool,
}

impl Standing {
    /// Of one that waits, or came to nothing; what was agreed to stands in the report itself.
    fn of(asked: ApprovalSummary, sent: bool, words: &ReviewWords) -> Option<Self> {
        let (heading, about) = match asked.status.as_str() {
            "open" if sent => (words.sent, words.waiting_about),
            "open" => (words.waiting, words.waiting_about),
            "void" => (words.voided, words.voided_about),
            "refused" => (words.refused, words.refused_about),
            "lapsed" => (words.lapsed, words.lapsed_about),
            _ => return None,
        };
        Some(Self { heading, about, waits: asked.status == "open", approval: asked.id })
    }
}

/// What a form said: which version was looked at, and a word on each record.
#[derive(Default)]
struct Form {
    version: u32,
    given: Vec<Given>,
}

pub(super) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Said>, QueryRejection>,
) -> Response {
    let asked = query.ok().and_then(|Query(said)| said.asked);
    let shown = async {
        let caller = reviewer(&console, &user).await?;
        page(&console, &user, &caller, &id, asked, None).await
    };
    shown.await.unwrap_or_else(|refused| refused)
}

pub(super) async fn decide(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<Vec<(String, String)>>,
) -> Response {
    let Sent { user, fields } = sent;
    let decided = async {
        let caller = reviewer(&console, &user).await?;
        let form = Form::read(&fields);
        let decisions = form.decisions();
        if decisions.is_empty() || form.given.iter().any(Given::is_wrong) {
            return page(&console, &user, &caller, &id, None, Some(&form)).await;
        }
        match console.0.verifier.review(&caller, &id, form.version, decisions).await {
            Ok(Reviewed::Stands) => Ok(action::done(&format!("/cases/{id}"), "reviewed")),
            Ok(Reviewed::Waits(asked)) => {
                Ok(Redirect::to(&format!("/cases/{id}/reviews?asked={}", asked.approval)).into_response())
            }
            Err(error) => Err(user.could_not(&console, &caller, error).await),
        }
    };
    decided.await.unwrap_or_else(|refused| refused)
}

/// Whoever decides about records and is shown the whole report, as under `/v1`.
async fn reviewer(console: &Console, user: &ConsoleUser) -> Result<Caller, Response> {
    user.permit(console, Permission::DecideRecords, "/cases/{id}/reviews").await?;
    let caller = user.permit(console, Permission::OpenReport, "/cases/{id}/reviews").await?;
    match caller.clone().at(Disclosure::Full) {
        Some(caller) => Ok(caller),
        None => Err(user.could_not(console, &caller, DecideError::Undisclosed).await),
    }
}

async fn page(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    id: &str,
    asked: Option<Uuid>,
    form: Option<&Form>,
) -> Result<Response, Response> {
    let (frame, lang, verifier) = (&user.frame, user.frame.lang, &console.0.verifier);
    let words = ReviewWords::of(lang);
    let (case, _) = verifier.standing(caller, id).await.map_err(|error| frame.failed(&error))?;
    let held = match verifier.held_records(caller, id).await {
        Ok(held) => held,
        Err(error) => return Err(user.could_not(console, caller, error).await),
    };
    let HeldRecords { records: found, effects, model } = held;
    let last = verifier.last_review_asked(caller, id).await.map_err(|error| frame.failed(&error))?;
    let last = last.filter(|_| !found.records.is_empty());
    let sent = last.as_ref().is_some_and(|item| asked.is_some_and(|asked| asked.to_string() == item.id));
    let standing = last.and_then(|item| Standing::of(item, sent, words));
    let waiting = standing.as_ref().is_some_and(|standing| standing.waits);
    let mut records = Vec::with_capacity(found.records.len());
    let of = found.records.len();
    for ((record, effects), place) in found.records.iter().zip(&effects).zip(1..) {
        let given = form.and_then(|form| form.given.iter().find(|given| given.record == record.record));
        records.push(Shown::of(console, frame, (record, effects), (place, of), model.as_deref(), given));
    }
    let mut errors = Errors::of(frame.words, records.iter().flat_map(|record| [&record.belongs, &record.reason]));
    if form.is_some() && errors.faults.is_empty() && !records.is_empty() {
        errors.faults.push(("belongs-1".to_owned(), words.choose.to_owned()));
    }
    let supervises = caller.roles.contains(&Role::Supervisor);
    let summary = Summary {
        lines: vec![
            (words.purpose, Cell::Text(terms::purpose(&case.purpose, lang))),
            (words.number, Cell::Whole(case.number.clone())),
            (words.version, Cell::Whole(found.version.to_string())),
            (words.held, Cell::Whole(of.to_string())),
        ],
    };
    let status = if errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ReviewsPage {
        frame,
        words,
        errors,
        case: &case.id,
        version: found.version,
        standing,
        waiting,
        sent,
        summary,
        second: if supervises { words.second_supervisor } else { words.second_caseworker },
        records,
    };
    Ok(frame.page(status, &page))
}

impl Form {
    fn read(fields: &[(String, String)]) -> Self {
        let value = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let text = |name: &str, place: &str| value(&format!("{name}-{place}")).unwrap_or_default().trim().to_owned();
        let places = fields.iter().filter_map(|(name, record)| Some((name.strip_prefix("record-")?, record)));
        let given = places.map(|(place, record)| Given {
            record: record.clone(),
            belongs: match text("belongs", place).as_str() {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            reason: text("reason", place),
        });
        Self { version: value("version").and_then(|text| text.parse().ok()).unwrap_or(0), given: given.collect() }
    }

    fn decisions(&self) -> Vec<RecordDecision> {
        let decided = |given: &Given| {
            let (record, reason) = (given.record.clone(), given.reason.clone());
            Some(RecordDecision { record, belongs: given.belongs?, reason })
        };
        self.given.iter().filter_map(decided).collect()
    }
}
