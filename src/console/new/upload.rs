//! A request's JSON as a file, as a caseworker system writes it: sent as it is, or shown with everything that is wrong with it, by place.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::refused;
use crate::auth::Permission;
use crate::console::action::done;
use crate::console::forms::{Broken, File, Parts, SentParts};
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
    asked.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn file(State(console): State<Console>, sent: SentParts) -> Response {
    let SentParts { user, mut parts } = sent;
    let sending = async {
        let caller = user.permit(&console, Permission::SubmitCase, "/new/file").await?;
        let words = NewWords::of(user.frame.lang);
        let received = receive(&mut parts).await;
        if received.is_ok() {
            parts.let_go().await;
        }
        let (key, file) = match received {
            Ok((key, File::Kept(file))) => (key, file),
            Ok((_, File::TooLong)) => return Ok(page(&user, Some(words.file_large), &[])),
            Ok((_, File::Missing)) => return Ok(page(&user, Some(words.file_missing), &[])),
            Err(Broken) => return Ok(page(&user, Some(words.file_broken), &[])),
        };
        match console.0.verifier.submit(&caller, &file, key.as_deref()).await {
            Ok(submitted) => Ok(done(&format!("/cases/{}", submitted.id), "sent")),
            Err(error) => refused(&user, error).map(|faults| page(&user, None, &faults)),
        }
    };
    sending.await.unwrap_or_else(|refused: Response| refused)
}

/// The form's key, and its file.
async fn receive(parts: &mut Parts) -> Result<(Option<String>, File), Broken> {
    let mut key = None;
    while let Some(part) = parts.next().await? {
        match part.name() {
            "key" => key = uuid::Uuid::parse_str(&part.text().await?).ok().map(|key| key.to_string()),
            "file" => return Ok((key, part.file(MAX_REQUEST_BYTES).await?)),
            _ => {}
        }
    }
    Ok((key, File::Missing))
}
