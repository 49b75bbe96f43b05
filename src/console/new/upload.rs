//! A request's JSON as a file, as a caseworker system writes it: sent as it is, or shown with everything that is wrong with it, by place.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{either, refused};
use crate::auth::Permission;
use crate::console::action::done;
use crate::console::forms::SentFile;
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Entry, Errors, Field, Table};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::new::NewWords;
use crate::household::{Fault, Lang};
use crate::verification::intake::MAX_REQUEST_BYTES;

#[derive(Template)]
#[template(path = "console/new_file.html")]
struct FilePage<'a> {
    frame: &'a Frame,
    words: &'static NewWords,
    errors: Errors,
    field: Field,
    key: String,
    faults: Option<Table>,
}

impl FilePage<'_> {
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

/// The page, with what is wrong with the field, or with the file.
fn page(user: &ConsoleUser, error: Option<&'static str>, faults: &[Fault]) -> Response {
    let frame = &user.frame;
    let words = NewWords::of(frame.lang);
    let refused = !faults.is_empty();
    let field = Field {
        entry: Entry::File(".json,application/json"),
        error: error.or(refused.then_some(words.file_refused)).map(Into::into),
        ..Field::line(frame.words, "file", words.file)
    };
    let status = if field.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let errors = Errors::of(frame.words, [&field]);
    let faults = refused.then(|| table(faults, words, frame.lang));
    let key = uuid::Uuid::new_v4().to_string();
    frame.page(status, &FilePage { frame, words, errors, field, key, faults })
}

fn table(faults: &[Fault], words: &'static NewWords, lang: Lang) -> Table {
    let row = |fault: &Fault| {
        let place = if fault.pointer.is_empty() { words.whole.to_owned() } else { fault.pointer.clone() };
        vec![
            Cell::Text(place),
            Cell::Text(lang.pick(&fault.detail_zh, &fault.detail).to_owned()),
            Cell::Text(lang.pick(&fault.remedy_zh, &fault.remedy).to_owned()),
        ]
    };
    Table {
        caption: words.file_faults,
        columns: vec![Column::text(words.place), Column::text(words.wrong), Column::text(words.remedy)],
        rows: faults.iter().map(row).collect(),
        nothing: "",
        wide: false,
    }
}

pub(in crate::console) async fn ask_file(State(console): State<Console>, user: ConsoleUser) -> Response {
    let asked = async {
        user.permit(&console, Permission::SubmitCase, "/new/file").await?;
        Ok(page(&user, None, &[]))
    };
    either(asked.await)
}

pub(in crate::console) async fn file(State(console): State<Console>, sent: SentFile) -> Response {
    let SentFile { user, fields, file, too_long } = sent;
    let sending = async {
        let caller = user.permit(&console, Permission::SubmitCase, "/new/file").await?;
        let words = NewWords::of(user.frame.lang);
        if too_long {
            return Ok(page(&user, Some(words.file_large), &[]));
        }
        let Some(file) = file.filter(|file| !file.is_empty()) else {
            return Ok(page(&user, Some(words.file_missing), &[]));
        };
        if file.len() > MAX_REQUEST_BYTES {
            return Ok(page(&user, Some(words.file_large), &[]));
        }
        let key = fields.iter().find(|(name, _)| name == "key").and_then(|(_, key)| uuid::Uuid::parse_str(key).ok());
        let key = key.map(|key| key.to_string());
        match console.0.verifier.submit(&caller, &file, key.as_deref()).await {
            Ok(submitted) => Ok(done(&format!("/cases/{}", submitted.id), "sent")),
            Err(error) => refused(&user, error).map(|faults| page(&user, None, &faults)),
        }
    };
    either(sending.await)
}
