//! A department that gave no answer is asked once more (重新查询): a page that asks first.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::grid::is_silent;
use crate::auth::{Caller, Permission};
use crate::console::action::{self, Action};
use crate::console::forms::Sent;
use crate::console::parts::{Cell, Entry, Field, Summary};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::cases::CaseWords;
use crate::console::words::steering::SteerWords;
use crate::console::words::terms;
use crate::household::SourceKey;
use crate::verification::CaseStatus;

const PAGE: &str = "/cases/{id}/ask-again";

/// Which department.
#[derive(Default, Deserialize)]
pub(in crate::console) struct Which {
    #[serde(default)]
    source: String,
}

async fn standing(console: &Console, user: &ConsoleUser, id: &str) -> Result<(Caller, CaseStatus), Response> {
    let caller = user.permit(console, Permission::SteerCase, PAGE).await?;
    let status = console.0.verifier.status(&caller, id).await.map_err(|error| user.frame.failed(&error))?;
    Ok((caller, status))
}

/// The page, with the departments that gave no answer.
fn page(console: &Console, user: &ConsoleUser, status: &CaseStatus, chosen: &str, shows_faults: bool) -> Response {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let (words, cases) = (SteerWords::of(lang), CaseWords::of(lang));
    let sources = console.0.verifier.sources().into_iter();
    let silent = sources.filter(|source| {
        let key = source.descriptor.key.as_str();
        status.cells.iter().any(|cell| cell.source == key && is_silent(cell))
    });
    let silent: Vec<_> =
        silent.map(|source| (source.descriptor.key.to_string(), source.title(lang).to_owned())).collect();
    let field = Field {
        value: chosen.to_owned(),
        entry: Entry::Marks(silent),
        error: shows_faults.then_some(words.no_answer.into()),
        ..Field::line(frame.words, "source", words.department)
    };
    let lines = vec![
        (cases.purpose, Cell::Text(terms::purpose(&status.summary.purpose, lang))),
        (cases.number, Cell::Whole(status.summary.number.clone())),
    ];
    Action {
        frame,
        title: words.again,
        about: Some(Summary { lines }),
        what_happens: vec![words.again_1, words.again_2],
        fields: vec![field],
        button: words.again_go,
        destroys: false,
        back: format!("/cases/{}", status.summary.id),
    }
    .page()
}

pub(in crate::console) async fn ask_again(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Which>, QueryRejection>,
) -> Response {
    let chosen = query.map(|Query(which)| which.source).unwrap_or_default();
    match standing(&console, &user, &id).await {
        Ok((_, status)) => page(&console, &user, &status, &chosen, false),
        Err(response) => response,
    }
}

pub(in crate::console) async fn again(State(console): State<Console>, Named(id): Named, sent: Sent<Which>) -> Response {
    let Sent { user, fields } = sent;
    let (caller, status) = match standing(&console, &user, &id).await {
        Ok(standing) => standing,
        Err(response) => return response,
    };
    let Ok(source) = SourceKey::new(&fields.source) else {
        return page(&console, &user, &status, &fields.source, true);
    };
    match console.0.verifier.ask_source_again(&caller, &id, &source).await {
        Ok(()) => action::done(&format!("/cases/{}", status.summary.id), "asked_again"),
        Err(error) => user.could_not(&console, &caller, error).await,
    }
}
