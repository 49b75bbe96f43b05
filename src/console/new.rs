//! A new verification (发起核对): by form, step by step without anything being kept, or by a request's file. What is sent is the request of the
//! interface, by the function that the interface calls.

mod draft;
mod folding;
mod overview;
mod sheet;
mod upload;
mod while_typing;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use self::draft::{Draft, MEMBERS};
use self::overview::Overview;
use self::sheet::{Given, Sheet};
pub(super) use self::upload::{ask_file, file};
use super::action::done;
use super::assets;
use super::forms::Sent;
use super::frame::Frame;
use super::notices::Notice;
use super::parts::Errors;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::new::NewWords;
use crate::auth::{Caller, Permission};
use crate::household::Fault;
use crate::verification::SubmitError;

type Fields = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "console/new.html")]
struct FormPage<'a> {
    frame: &'a Frame,
    words: &'static NewWords,
    errors: Errors,
    sheet: Sheet,
    key: &'a str,
    script: &'static str,
    /// What the script needs to say the same as the server, as JSON.
    rules: String,
}

#[derive(Template)]
#[template(path = "console/new_check.html")]
struct CheckPage<'a> {
    frame: &'a Frame,
    words: &'static NewWords,
    parts: Vec<Overview>,
    draft: &'a Draft,
}

impl FormPage<'_> {
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

impl CheckPage<'_> {
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

/// The form as far as it is filled in; `at` is the place that is filled in now.
fn form(console: &Console, user: &ConsoleUser, mut draft: Draft, faults: &[Fault], at: &str) -> Response {
    let frame = &user.frame;
    let given = Given::of(console, &user.caller, frame.lang);
    let key = draft.key();
    let mut sheet = Sheet::of(frame, &given, &draft);
    let mut errors = sheet.say(frame, faults);
    sheet.fold(&draft, at, &mut errors);
    let words = NewWords::of(frame.lang);
    let rules = while_typing::rules(words, frame.lang, console.0.verifier.today());
    let page = FormPage { frame, words, errors, sheet, key: &key, script: &assets::NEW.path, rules };
    frame.page(if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page)
}

/// The empty form: what may be taken for granted is filled in.
fn empty(console: &Console, caller: &Caller, given: &Given) -> Draft {
    let mut draft = Draft::default();
    draft.set("/region", given.regions.first().map_or("", |(code, _)| code));
    draft.set("/as_of", console.0.verifier.today().to_string());
    draft.set("/legal_basis/kind", "authorisation");
    draft.set("/commissioned_by/organisation", caller.organisation.as_str());
    draft.add(MEMBERS);
    draft.set("/household/members/0/relation", "01");
    draft
}

pub(super) async fn ask(State(console): State<Console>, user: ConsoleUser) -> Response {
    let asked = async {
        let caller = user.permit(&console, Permission::SubmitCase, "/new").await?;
        let draft = empty(&console, &caller, &Given::of(&console, &caller, user.frame.lang));
        Ok(form(&console, &user, draft, &[], MEMBERS))
    };
    asked.await.unwrap_or_else(|refused: Response| refused)
}

/// A step of the form: one more person or line, one fewer, or back to change something.
pub(super) async fn step(State(console): State<Console>, sent: Sent<Fields>) -> Response {
    let Sent { user, fields } = sent;
    let stepped = async {
        user.permit(&console, Permission::SubmitCase, "/new").await?;
        let (mut draft, mut at) = (Draft::of(&fields), String::new());
        for (name, value) in &fields {
            match name.as_str() {
                "add" => at = draft.add(value),
                "remove" => {
                    draft.remove(value);
                    // of a line, its person is filled in still
                    at = value.split_once("/declared/").map_or_else(String::new, |(person, _)| person.to_owned());
                }
                "edit" => at.clone_from(value),
                _ => {}
            }
        }
        Ok(form(&console, &user, draft, &[], &at))
    };
    stepped.await.unwrap_or_else(|refused: Response| refused)
}

/// Everything once more before it is sent; or the form again, with what is wrong.
pub(super) async fn check(State(console): State<Console>, sent: Sent<Fields>) -> Response {
    let Sent { user, fields } = sent;
    let checked = async {
        let caller = user.permit(&console, Permission::SubmitCase, "/new/check").await?;
        let mut draft = Draft::of(&fields);
        draft.tidy();
        draft.key();
        if let Err(faults) = console.0.verifier.check_request(&caller, draft.document().to_string().as_bytes()) {
            return Ok(form(&console, &user, draft, &faults, ""));
        }
        let frame = &user.frame;
        let given = Given::of(&console, &caller, frame.lang);
        let parts = overview::of(Sheet::of(frame, &given, &draft), frame.lang);
        let page = CheckPage { frame, words: NewWords::of(frame.lang), parts, draft: &draft };
        Ok(frame.page(StatusCode::OK, &page))
    };
    checked.await.unwrap_or_else(|refused: Response| refused)
}

/// Sends it. A second press of the button finds the case that the first one made.
pub(super) async fn send(State(console): State<Console>, sent: Sent<Fields>) -> Response {
    let Sent { user, fields } = sent;
    let sending = async {
        let caller = user.permit(&console, Permission::SubmitCase, "/new/send").await?;
        let mut draft = Draft::of(&fields);
        draft.tidy();
        let key = draft.key();
        let body = draft.document().to_string();
        match console.0.verifier.submit(&caller, body.as_bytes(), Some(&key)).await {
            Ok(submitted) => Ok(done(&format!("/cases/{}", submitted.id), "sent")),
            Err(error) => match refused(&user, error) {
                Ok(faults) => Ok(form(&console, &user, draft, &faults, "")),
                Err(response) => Err(response),
            },
        }
    };
    sending.await.unwrap_or_else(|refused: Response| refused)
}

/// What is wrong with a request that was not accepted, or the page that says so.
fn refused(user: &ConsoleUser, error: SubmitError) -> Result<Vec<Fault>, Response> {
    let frame = &user.frame;
    match error {
        SubmitError::Faults(faults) | SubmitError::Barred(faults) => Ok(faults),
        SubmitError::Forbidden => Ok(vec![Fault {
            pointer: "/region".into(),
            code: "region".into(),
            detail_zh: "该地区不在您的管辖范围内".into(),
            detail: "is not yours".into(),
            remedy_zh: "选择您管辖的地区".into(),
            remedy: "choose a region of yours".into(),
        }]),
        SubmitError::IdempotencyConflict => Err(frame.notice(Notice::SentBefore)),
        SubmitError::Closed => Err(frame.notice(Notice::Closed)),
        SubmitError::NoRoom(_) => Err(frame.notice(Notice::NoRoom)),
        SubmitError::Inside(error) => Err(frame.failed_inside(error.as_ref())),
    }
}
