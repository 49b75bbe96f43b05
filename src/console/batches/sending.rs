//! Sending a file of households: a form whose file is stored part by part as it comes, so that its size does not matter.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use super::terms::Form;
use crate::auth::{Caller, Permission};
use crate::bulk::BulkError;
use crate::bulk::file::{self, Format};
use crate::console::action;
use crate::console::forms::{Part, Parts, SentParts};
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Errors, Field, Table};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::batches::BatchWords;
use crate::household::Lang;

const PAGE: &str = "/batches/new";

#[derive(Template)]
#[template(path = "console/batch_new.html")]
struct NewPage<'a> {
    frame: &'a Frame,
    words: &'static BatchWords,
    errors: Errors,
    fields: Vec<Field>,
    columns: Table,
}

impl NewPage<'_> {
    /// What its form carries.
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

/// The form; with what is wrong with the file.
fn page(user: &ConsoleUser, form: &Form, wrong: Option<Cow<'static, str>>, shows_faults: bool) -> Response {
    let frame = &user.frame;
    let words = BatchWords::of(frame.lang);
    let mut fields = form.fields(frame, words);
    if let Some(field) = fields.last_mut() {
        field.error = wrong;
    }
    if !shows_faults {
        fields.iter_mut().for_each(|field| field.error = None);
    }
    let errors = Errors::of(frame.words, &fields);
    let status = if errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    frame.page(status, &NewPage { frame, words, errors, fields, columns: columns(words, frame.lang) })
}

/// What a table of households may have as columns.
fn columns(words: &'static BatchWords, lang: Lang) -> Table {
    let row = |column: &file::Column| {
        let [kind, about] = [column.kind(lang), column.about(lang)].map(|text| Cell::Text(text.to_owned()));
        vec![Cell::Named(column.heading.to_owned(), column.key.to_owned()), kind, about]
    };
    Table {
        caption: words.columns,
        columns: [words.column, words.column_kind, words.column_about].map(Column::text).into(),
        rows: file::COLUMNS.iter().map(row).collect(),
        nothing: "",
        wide: false,
    }
}

/// The heading line, as a file to begin with.
pub(in crate::console) async fn template(State(console): State<Console>, user: ConsoleUser) -> Response {
    if let Err(refused) = user.permit(&console, Permission::RunBatches, "/batches/template").await {
        return refused;
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"households.csv\""),
    ];
    (headers, file::template()).into_response()
}

pub(in crate::console) async fn new(State(console): State<Console>, user: ConsoleUser) -> Response {
    match user.permit(&console, Permission::RunBatches, PAGE).await {
        Ok(_) => page(&user, &Form { key: Uuid::new_v4().to_string(), ..Form::default() }, None, false),
        Err(refused) => refused,
    }
}

/// Why a file was not taken.
enum NotTaken {
    /// The form says so.
    Wrong(Option<Cow<'static, str>>),
    /// Another page does.
    Refused(Response),
}

pub(in crate::console) async fn send(State(console): State<Console>, sent: SentParts) -> Response {
    let SentParts { user, mut parts } = sent;
    let caller = match user.permit(&console, Permission::RunBatches, PAGE).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let mut form = Form::default();
    let taken = receive(&console, &user, &caller, &mut form, &mut parts).await;
    parts.let_go().await;
    match taken {
        Ok(batch) => action::done(&format!("/batches/{batch}"), "sent"),
        Err(NotTaken::Refused(response)) => response,
        Err(NotTaken::Wrong(wrong)) => page(&user, &form, wrong, true),
    }
}

async fn receive(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    form: &mut Form,
    parts: &mut Parts,
) -> Result<Uuid, NotTaken> {
    let words = BatchWords::of(user.frame.lang);
    let wrong = |text: &'static str| NotTaken::Wrong(Some(text.into()));
    loop {
        let part = parts.next().await.map_err(|_| wrong(words.file_broken))?;
        let Some(mut part) = part else { return Err(wrong(words.file_missing)) };
        if part.name() != "file" {
            let name = part.name().to_owned();
            let text = part.text().await.map_err(|_| wrong(words.file_broken))?;
            if let Some(place) = form.place(&name) {
                *place = text;
            }
            continue;
        }
        if part.file_name().is_empty() {
            return Err(wrong(words.file_missing));
        }
        let Some(format) = format_of(part.file_name()) else { return Err(wrong(words.file_kind)) };
        let today = console.0.verifier.today();
        let Some(terms) = form.terms(format, today) else { return Err(NotTaken::Wrong(None)) };
        return take(console, user, caller, terms, &form.key, &mut part).await;
    }
}

/// Takes the file as it comes.
async fn take(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    terms: crate::bulk::Terms,
    key: &str,
    part: &mut Part,
) -> Result<Uuid, NotTaken> {
    let (bulk, verifier) = (&console.0.bulk, &console.0.verifier);
    let key = Uuid::parse_str(key).ok().map(|key| key.to_string());
    let mut file = bulk.begin(caller, terms, key.as_deref()).await.map_err(|error| not_taken(user, error))?;
    loop {
        let taken = match part.piece().await {
            Ok(None) => break,
            Ok(Some(piece)) => bulk.more(&mut file, &piece).await.map_err(|error| not_taken(user, error)),
            Err(_) => Err(NotTaken::Wrong(Some(BatchWords::of(user.frame.lang).file_broken.into()))),
        };
        if let Err(not_taken) = taken {
            bulk.give_up(file).await;
            verifier
                .refuse(caller, "invalid")
                .await
                .map_err(|error| NotTaken::Refused(user.frame.denied(Err(error))))?;
            return Err(not_taken);
        }
    }
    bulk.whole(file).await.map(|batch| batch.id).map_err(|error| not_taken(user, error))
}

fn not_taken(user: &ConsoleUser, error: BulkError) -> NotTaken {
    let lang = user.frame.lang;
    let words = BatchWords::of(lang);
    match error {
        BulkError::File(fault) => {
            let both = [fault.detail_zh, fault.remedy_zh].join("：");
            let english = [fault.detail, fault.remedy].join(": ");
            NotTaken::Wrong(Some(lang.pick(&both, &english).to_owned().into()))
        }
        BulkError::TooLarge => NotTaken::Wrong(Some(words.file_large.into())),
        BulkError::NoRoom(_) => NotTaken::Wrong(Some(words.no_room.into())),
        error => NotTaken::Refused(user.no_batch(&error)),
    }
}

fn format_of(name: &str) -> Option<Format> {
    let end = name.rsplit('.').next()?.to_ascii_lowercase();
    Format::parse(if end == "jsonl" { "ndjson" } else { &end })
}
