//! Everything done about one person. The number is sent by a form and stands in no address; the answer is the page of the `POST`, and its next pages
//! and files are forms too.

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Part, rows, tabs};
use crate::auth::Permission;
use crate::console::cases::state_tag;
use crate::console::forms::Sent;
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Errors, Field, Summary, Table, Tabs};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::audit::{AuditWords, capacity};
use crate::console::words::terms;
use crate::console::written::moment;
use crate::household::Lang;
use crate::oversight::{TrailCase, TrailPage};
use crate::verification::CaseState;

/// Most characters of a number.
const MOST: usize = 64;
/// Entries on a page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "console/audit_subjects.html")]
struct SubjectsPage<'a> {
    frame: &'a Frame,
    words: &'static AuditWords,
    form_token: &'a str,
    tabs: Tabs,
    errors: Errors,
    number: Field,
    found: Option<Found>,
}

/// What was found.
struct Found {
    /// What the forms for the rest carry.
    number: String,
    subjects: Vec<String>,
    cases: Vec<(String, Summary, Table)>,
    other: Option<Table>,
    next: Option<String>,
    logged_as: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct TrailForm {
    id_number: String,
    cursor: Option<String>,
    /// As a file of which form.
    form: String,
}

pub(in crate::console) async fn ask(State(console): State<Console>, user: ConsoleUser) -> Response {
    match user.permit(&console, Permission::TraceSubject, "GET /audit/subjects").await {
        Ok(_) => page(&user, None, None),
        Err(response) => response,
    }
}

pub(in crate::console) async fn trail(State(console): State<Console>, sent: Sent<TrailForm>) -> Response {
    let Sent { user, fields } = sent;
    traced(&console, &user, &fields).await.unwrap_or_else(|refused: Response| refused)
}

async fn traced(console: &Console, user: &ConsoleUser, form: &TrailForm) -> Result<Response, Response> {
    let frame = &user.frame;
    let caller = user.permit(console, Permission::TraceSubject, "POST /audit/subjects").await?;
    let number = form.id_number.trim();
    if !(1..=MOST).contains(&number.chars().count()) {
        return Ok(page(user, Some(AuditWords::of(frame.lang).id_missing), None));
    }
    let oversight = &console.0.oversight;
    if let Some(as_file) = super::export_form(user, &form.form) {
        let pieces = oversight.trail_file(&caller, number, as_file).await.map_err(|error| frame.failed(&error))?;
        return Ok(super::file(as_file, "trail", Body::from_stream(pieces)));
    }
    let cursor = form.cursor.as_deref().and_then(|cursor| cursor.parse().ok());
    let trail = oversight.trail(&caller, number, cursor, PAGE).await.map_err(|error| frame.failed(&error))?;
    Ok(page(user, None, Some(found(trail, number, frame.lang))))
}

fn page(user: &ConsoleUser, error: Option<&'static str>, found: Option<Found>) -> Response {
    let frame = &user.frame;
    let words = AuditWords::of(frame.lang);
    let number = Field {
        hint: Some(words.id_hint),
        error: error.map(Into::into),
        ..Field::line(frame.words, "id_number", words.id_number)
    };
    let page = SubjectsPage {
        frame,
        words,
        form_token: frame.form_token(),
        tabs: tabs(user, Part::Person),
        errors: Errors::of(frame.words, [&number]),
        number,
        found,
    };
    frame.page(if error.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

fn found(trail: TrailPage, number: &str, lang: Lang) -> Found {
    let words = AuditWords::of(lang);
    let case = |case: &TrailCase| {
        let title =
            case.purpose.as_deref().map_or_else(|| words.about_case.to_owned(), |code| terms::purpose(code, lang));
        let table = rows::table(&case.entries, lang, false, words.trail, words.trail_none);
        (title, summary(case, words, lang), table)
    };
    let other = rows::table(&trail.other, lang, true, words.other, words.trail_none);
    Found {
        number: number.to_owned(),
        subjects: trail.subjects,
        cases: trail.cases.iter().map(case).collect(),
        other: (!other.rows.is_empty()).then_some(other),
        next: trail.next,
        logged_as: trail.logged_as,
    }
}

fn summary(case: &TrailCase, words: &'static AuditWords, lang: Lang) -> Summary {
    let mut lines = vec![(words.about_case, Cell::Link(case.case.clone(), format!("/audit?case={}", case.case)))];
    if let Some(status) = &case.status {
        lines.push((words.status, Cell::Tag(state_tag(CaseState::parse(status), lang))));
    }
    if let Some(organisation) = &case.organisation {
        lines.push((words.case_organisation, Cell::Text(organisation.clone())));
    }
    if let Some(region) = &case.region {
        lines.push((words.region, Cell::Whole(region.clone())));
    }
    if let Some(by) = &case.requested_by {
        lines.push((words.requested_by, Cell::Named(by.subject.clone(), capacity(&by.role, lang).to_owned())));
    }
    if let Some(at) = &case.requested_at {
        lines.push((words.requested_at, Cell::Whole(moment(at, lang))));
    }
    Summary { lines }
}
