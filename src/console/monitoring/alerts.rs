//! What monitoring found: opening it is logged; and that somebody has seen it.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::{Caller, Permission};
use crate::console::action::{self, Action};
use crate::console::forms::Sent;
use crate::console::frame::Frame;
use crate::console::parts::{Banner, Cell, Entry, Field, Summary, Tag, Tone};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::monitoring::{MonitorWords, points};
use crate::console::written::moment;
use crate::monitoring::AlertStatus;

/// Most characters of a note.
const MOST: usize = 1000;

#[derive(Default, Deserialize)]
pub(in crate::console) struct Shown {
    #[serde(default)]
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/alert.html")]
struct AlertTemplate<'a> {
    frame: &'a Frame,
    words: &'static MonitorWords,
    done: Option<Banner>,
    title: &'a str,
    /// Whether this user is not shown what it is.
    sealed: bool,
    summary: Summary,
    acknowledge: Option<String>,
}

pub(in crate::console) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Shown>, QueryRejection>,
) -> Response {
    let shown = async {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = MonitorWords::of(lang);
        let caller = user.permit(&console, Permission::Monitor, "/alerts/{alert}").await?;
        let alert = console.0.monitoring.alert(&caller, &id).await.map_err(|error| frame.failed(&error))?;
        let done = query.is_ok_and(|Query(shown)| shown.done.as_deref() == Some("acknowledged"));
        let page = AlertTemplate {
            frame,
            words,
            done: done.then(|| Banner {
                label: frame.words.success,
                heading: words.done,
                text: String::new(),
                done: true,
            }),
            title: alert.alert.as_ref().map_or(words.alert, |found| found.words.get(lang)),
            sealed: alert.alert.is_none(),
            summary: summary(&console, &user, &caller, &alert).await?,
            acknowledge: alert.acknowledged_at.is_none().then(|| format!("/alerts/{}/acknowledge", alert.id)),
        };
        Ok(frame.page(StatusCode::OK, &page))
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

/// The name of whom an alert is about; none where it is about the household, or is not opened.
async fn whom(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    alert: &AlertStatus,
) -> Result<Option<String>, Response> {
    let Some(member) = alert.alert.as_ref().and_then(|found| found.member.as_deref()) else { return Ok(None) };
    let inside = console.0.verifier.inside(caller, &alert.case).await.map_err(|error| user.frame.failed(&error))?;
    let people = inside.unwrap_or_default().people;
    let named = people.iter().find(|person| person.reference == member).map(|person| person.name.expose());
    Ok(Some(named.unwrap_or(member).to_owned()))
}

async fn summary(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    alert: &AlertStatus,
) -> Result<Summary, Response> {
    let lang = user.frame.lang;
    let words = MonitorWords::of(lang);
    let number = user.number_of(console, &alert.case).await?;
    let whom = whom(console, user, caller, alert).await?;
    let state = match alert.acknowledged_at {
        None => Tag::of(Tone::Waiting, words.open),
        Some(_) => Tag::of(Tone::Good, words.seen),
    };
    let mut lines = vec![(words.state, Cell::Tag(state))];
    if let Some(found) = &alert.alert {
        let title = |key: &str| console.0.verifier.department(key, lang);
        lines.push((words.points, Cell::Text(points(&found.points, lang).to_owned())));
        lines.push((words.member, Cell::Text(whom.unwrap_or_else(|| words.household.to_owned()))));
        lines.extend(found.source.as_deref().map(|key| (words.source, Cell::Text(title(key)))));
    }
    let href = format!("/cases/{}", alert.case);
    lines.extend([
        (words.case, Cell::NamedLink { text: words.open_case.to_owned(), id: number, href }),
        (words.region, Cell::Whole(console.0.verifier.place(&alert.region, lang))),
        (words.found, Cell::Whole(moment(&alert.created_at, lang))),
    ]);
    lines.extend(alert.acknowledged_by.clone().map(|by| (words.seen_by, Cell::Text(by))));
    lines.extend(alert.acknowledged_at.as_ref().map(|at| (words.seen_at, Cell::Whole(moment(at, lang)))));
    lines.extend(alert.note.clone().map(|note| (words.note, Cell::Text(note))));
    Ok(Summary { lines })
}

#[derive(Default, Deserialize)]
pub(in crate::console) struct NoteForm {
    #[serde(default)]
    note: String,
}

impl NoteForm {
    fn fits(&self) -> bool {
        self.note.trim().chars().count() <= MOST
    }
}

const ACKNOWLEDGE: &str = "/alerts/{alert}/acknowledge";

async fn asking(console: &Console, user: &ConsoleUser, id: &str, form: &NoteForm) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = MonitorWords::of(lang);
    let caller = user.permit(console, Permission::Monitor, ACKNOWLEDGE).await?;
    let alert = console.0.monitoring.alert(&caller, id).await.map_err(|error| frame.failed(&error))?;
    let note = Field {
        hint: Some(words.note_hint),
        value: form.note.clone(),
        entry: Entry::Area,
        error: (!form.fits()).then_some(words.note_long.into()),
        ..Field::line(frame.words, "note", words.note)
    };
    let (title, button) = (words.acknowledge, words.acknowledge);
    let about = Some(summary(console, user, &caller, &alert).await?);
    let (what_happens, fields) = (vec![words.acknowledge_1], vec![note]);
    let back = format!("/alerts/{}", alert.id);
    Ok(Action { frame, title, about, what_happens, fields, button, destroys: false, back }.page())
}

pub(in crate::console) async fn ask_acknowledge(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    asking(&console, &user, &id, &NoteForm::default()).await.unwrap_or_else(|refused| refused)
}

pub(in crate::console) async fn acknowledge(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<NoteForm>,
) -> Response {
    let Sent { user, fields: form } = sent;
    let done = async {
        let caller = user.permit(&console, Permission::Monitor, ACKNOWLEDGE).await?;
        if !form.fits() {
            return asking(&console, &user, &id, &form).await;
        }
        let note = Some(form.note.trim()).filter(|note| !note.is_empty());
        let seen = console.0.monitoring.acknowledge(&caller, &id, note).await;
        seen.map_err(|error| user.frame.failed(&error))?;
        Ok(action::done(&format!("/alerts/{id}"), "acknowledged"))
    };
    done.await.unwrap_or_else(|refused| refused)
}
