//! A page that asks before something is done: what will happen, the fields it takes, one button, and the way back.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::frame::Frame;
use super::parts::{Errors, Field, Summary};

/// Such a page. Its form comes back to its own address.
#[derive(Template)]
#[template(path = "console/action.html")]
pub(super) struct Action<'a> {
    pub(super) frame: &'a Frame,
    pub(super) title: &'static str,
    /// What it is about.
    pub(super) about: Option<Summary>,
    /// What happens when the button is pressed, a paragraph each.
    pub(super) what_happens: Vec<&'static str>,
    pub(super) fields: Vec<Field>,
    pub(super) button: &'static str,
    /// It cannot be undone.
    pub(super) destroys: bool,
    /// Where one goes who thinks better of it.
    pub(super) back: String,
}

impl Action<'_> {
    fn errors(&self) -> Errors {
        Errors::of(self.frame.words, &self.fields)
    }

    /// What its forms carry.
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }

    /// The page; 422 when a field has an error.
    pub(super) fn page(&self) -> Response {
        let good = self.fields.iter().all(|field| field.error.is_none());
        self.frame.page(if good { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, self)
    }
}

/// Sends the browser on after something was done, so that a reload does not do it again. The word `done` names the banner of the page there.
pub(super) fn done(path: &str, word: &str) -> Response {
    let joint = if path.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{path}{joint}done={word}")).into_response()
}
