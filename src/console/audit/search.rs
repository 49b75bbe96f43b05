//! Searching the log, and everything that is found as a file. The form is a `GET`: what is looked for holds nothing personal, so a person's tag is no
//! field of it.

use askama::Template;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use uuid::Uuid;

use super::{Part, rows, tabs};
use crate::audit::Action;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Entry, Errors, Field, Pages, Table, Tabs};
use crate::console::path::address;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::actions;
use crate::console::words::audit::AuditWords;
use crate::household::Lang;
use crate::identity::holds_personal_number;
use crate::oversight::Search;
use crate::verification::is_report_number;

/// Entries on a page.
const PAGE: u32 = 50;
/// Most characters of a registered name.
const MOST_ACTOR: usize = 128;

/// What is looked for, as it was written.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Wanted {
    actor: String,
    case: String,
    kind: String,
    from: String,
    to: String,
    cursor: Option<u64>,
    /// As a file of which form.
    form: String,
}

#[derive(Template)]
#[template(path = "console/audit.html")]
struct SearchPage<'a> {
    frame: &'a Frame,
    words: &'static AuditWords,
    errors: Errors,
    tabs: Tabs,
    fields: [Field; 5],
    found: Option<Table>,
    logged_as: u64,
    csv: String,
    jsonl: String,
    pages: Pages,
}

pub(in crate::console) async fn search(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    found(&console, &user, query.ok().map(|Query(wanted)| wanted)).await.unwrap_or_else(|refused: Response| refused)
}

async fn found(console: &Console, user: &ConsoleUser, wanted: Option<Wanted>) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let caller = user.permit(console, Permission::ReadLog, "GET /audit").await?;
    let wanted = wanted.ok_or_else(|| frame.notice(Notice::NotFound))?;
    let words = AuditWords::of(lang);
    let id = wanted.id(console, user).await?;
    let (fields, search) = wanted.read(frame, words, id);
    let errors = Errors::of(frame.words, &fields);
    let (mut table, mut next, mut logged_as) = (None, None, 0);
    if errors.faults.is_empty() {
        let page = console.0.oversight.search(&caller, &search).await.map_err(|error| frame.failed(&error))?;
        table = Some(rows::table(&page.items, lang, true, words.search, words.search_none));
        (next, logged_as) = (page.next, page.logged_as);
    }
    let status = if errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = SearchPage {
        frame,
        words,
        errors,
        tabs: tabs(user, Part::Search),
        fields,
        found: table,
        logged_as,
        csv: wanted.address("/audit/export", &[("form", "csv")]),
        jsonl: wanted.address("/audit/export", &[("form", "jsonl")]),
        pages: Pages {
            words: frame.words,
            first: wanted.cursor.map(|_| wanted.address("/audit", &[])),
            next: next.map(|cursor| wanted.address("/audit", &[("cursor", cursor.as_str())])),
        },
    };
    Ok(frame.page(status, &page))
}

/// Everything that is found, as a file.
pub(in crate::console) async fn export(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let exported = async {
        let caller = user.permit(&console, Permission::ReadLog, "GET /audit/export").await?;
        let Ok(Query(wanted)) = query else { return Err(user.frame.notice(Notice::NotFound)) };
        let form = super::export_form(&user, &wanted.form).ok_or_else(|| user.frame.notice(Notice::NotFound))?;
        let id = wanted.id(&console, &user).await?;
        let (fields, search) = wanted.read(&user.frame, AuditWords::of(user.frame.lang), id);
        if fields.iter().any(|field| field.error.is_some()) {
            return Err(user.frame.notice(Notice::WrongForm));
        }
        let pieces = console.0.oversight.export(&caller, &search, form).await;
        let pieces = pieces.map_err(|error| user.frame.failed(&error))?;
        Ok(super::file(form, "audit-log", Body::from_stream(pieces)))
    };
    exported.await.unwrap_or_else(|refused: Response| refused)
}

/// The moment at which a day begins in China.
fn begins(day: Date) -> Option<Timestamp> {
    jiff::tz::Offset::constant(8).to_timestamp(day.at(0, 0, 0, 0)).ok()
}

impl Wanted {
    /// The id that is looked for: of a case, batch or finding, or of the case of a report's number. A number that no report has is looked for as an
    /// id that nothing has, so that an answer does not tell which numbers there are outside of what somebody may see.
    async fn id(&self, console: &Console, user: &ConsoleUser) -> Result<Option<Uuid>, Response> {
        let named = self.case.trim();
        let id = console.0.verifier.id_called(named).await.map_err(|error| user.frame.failed_inside(&error))?;
        Ok(id.or_else(|| is_report_number(named).then_some(Uuid::nil())))
    }

    /// The form's fields, each with what is wrong with it, and what is looked for.
    fn read(&self, frame: &Frame, words: &'static AuditWords, id: Option<Uuid>) -> ([Field; 5], Search) {
        let lang = frame.lang;
        let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        let (actor, kind) = (given(&self.actor), given(&self.kind));
        let dated = |text: &str| given(text).map(|text| text.parse::<Date>().ok());
        let (from, to) = (dated(&self.from), dated(&self.to));
        let unknown = id.is_none() && given(&self.case).is_some();
        let action = kind.as_deref().map(Action::parse);
        let turned = matches!((from, to), (Some(Some(from)), Some(Some(to))) if to < from);
        let wrong = |wrong: bool, what: &'static str| wrong.then(|| what.into());
        let actor_error = actor.as_deref().and_then(|actor| match actor {
            actor if holds_personal_number(actor) => Some(words.actor_personal.into()),
            actor => wrong(actor.chars().count() > MOST_ACTOR, words.actor_long),
        });
        let line = |name, label, hint, value: &str, error| Field {
            hint: Some(hint),
            value: value.to_owned(),
            error,
            ..Field::line(frame.words, name, label)
        };
        let day = |name, label, value: &str, error| Field {
            entry: Entry::Day,
            value: value.to_owned(),
            error,
            ..Field::line(frame.words, name, label)
        };
        let to_error = wrong(to == Some(None), words.date_wrong).or_else(|| wrong(turned, words.dates_turned));
        let fields = [
            line("actor", words.actor, words.actor_hint, &self.actor, actor_error),
            line("case", words.case, words.case_hint, &self.case, wrong(unknown, words.case_wrong)),
            day("from", words.from, &self.from, wrong(from == Some(None), words.date_wrong)),
            day("to", words.to, &self.to, to_error),
            Field {
                value: self.kind.clone(),
                entry: Entry::Choice(kinds(words, lang)),
                error: wrong(action == Some(None), words.kind_wrong),
                ..Field::line(frame.words, "kind", words.kind)
            },
        ];
        let after = to.flatten().and_then(|day| day.checked_add(1.day()).ok());
        let search = Search {
            actor,
            case: id,
            kinds: action.flatten().into_iter().collect(),
            from: from.flatten().and_then(begins),
            to: after.and_then(begins),
            cursor: self.cursor,
            limit: PAGE,
            ..Search::default()
        };
        (fields, search)
    }

    /// An address with the same search.
    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let own = [
            ("actor", &self.actor),
            ("case", &self.case),
            ("kind", &self.kind),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let own = own.into_iter().map(|(name, value)| (name, value.as_str()));
        address(path, own.chain(more.iter().copied()))
    }
}

/// Everything that may have been done, in the catalogue's order.
fn kinds(words: &'static AuditWords, lang: Lang) -> Vec<(String, String)> {
    let any = (String::new(), words.any_kind.to_owned());
    let kinds = Action::ALL.iter().map(|kind| (kind.as_str().to_owned(), actions::action(*kind, lang).to_owned()));
    std::iter::once(any).chain(kinds).collect()
}
