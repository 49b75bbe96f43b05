//! Pausing, resuming and cancelling a batch: pages that ask first.

use axum::extract::State;
use axum::response::Response;

use crate::auth::Permission;
use crate::console::action::{self, Action};
use crate::console::forms::{Nothing, Sent};
use crate::console::parts::Summary;
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::batches::BatchWords;

/// What is done with a batch.
#[derive(Clone, Copy)]
enum Step {
    Pause,
    Resume,
    Cancel,
}

impl Step {
    fn page(self) -> &'static str {
        match self {
            Self::Pause => "/batches/{batch}/pause",
            Self::Resume => "/batches/{batch}/resume",
            Self::Cancel => "/batches/{batch}/cancel",
        }
    }

    async fn ask(self, console: &Console, user: &ConsoleUser, id: &str) -> Result<Response, Response> {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = BatchWords::of(lang);
        let caller = user.permit(console, Permission::RunBatches, self.page()).await?;
        let batch = console.0.bulk.status(&caller, id).await.map_err(|error| user.no_batch(&error))?;
        let Summary { mut lines } = super::summary(console, &batch, words, lang);
        lines.truncate(4);
        let (title, button, about) = match self {
            Self::Pause => (words.pause_title, words.pause, words.pause_about),
            Self::Resume => (words.resume_title, words.resume, words.resume_about),
            Self::Cancel => (words.cancel_title, words.cancel, words.cancel_about),
        };
        let (about, what_happens) = (Some(Summary { lines }), vec![about]);
        let (fields, back) = (Vec::new(), format!("/batches/{}", batch.id));
        let destroys = matches!(self, Self::Cancel);
        Ok(Action { frame, title, about, what_happens, fields, button, destroys, back }.page())
    }

    async fn take(self, console: &Console, user: &ConsoleUser, id: &str) -> Result<Response, Response> {
        let caller = user.permit(console, Permission::RunBatches, self.page()).await?;
        let bulk = &console.0.bulk;
        let (done, word) = match self {
            Self::Pause => (bulk.pause(&caller, id).await, "paused"),
            Self::Resume => (bulk.resume(&caller, id).await, "resumed"),
            Self::Cancel => (bulk.cancel(&caller, id).await, "cancelled"),
        };
        match done {
            Ok(_) => Ok(action::done(&format!("/batches/{id}"), word)),
            Err(error) => Err(user.no_batch(&error)),
        }
    }
}

macro_rules! steps {
    ($($step:ident $ask:ident $take:ident;)*) => {$(
        pub(in crate::console) async fn $ask(
            State(console): State<Console>,
            user: ConsoleUser,
            Named(id): Named,
        ) -> Response {
            Step::$step.ask(&console, &user, &id).await.unwrap_or_else(|refused| refused)
        }

        pub(in crate::console) async fn $take(
            State(console): State<Console>,
            Named(id): Named,
            sent: Sent<Nothing>,
        ) -> Response {
            Step::$step.take(&console, &sent.user, &id).await.unwrap_or_else(|refused| refused)
        }
    )*};
}

steps! {
    Pause ask_pause pause;
    Resume ask_resume resume;
    Cancel ask_cancel cancel;
}
