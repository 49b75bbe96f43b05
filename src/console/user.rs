//! Whoever is signed in, as an axum extractor: a page that names it cannot be reached without a session.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookies::Cookie;
use super::forms;
use super::language::Spoken;
use super::pages::{Frame, Notice};
use super::return_path::ReturnPath;
use super::sessions::Secret;
use super::state::Console;
use crate::auth::Caller;
use crate::web::take_turn;

/// Somebody with a session.
pub struct ConsoleUser {
    /// What the register grants them, as with a bearer token.
    pub caller: Caller,
    /// What their forms carry.
    pub form_token: String,
    pub(super) secret: Secret,
}

impl ConsoleUser {
    /// Whoever has a session; `Ok(None)` when the browser has none at all.
    pub(super) async fn of(parts: &Parts, console: &Console, frame: &Frame) -> Result<Option<Self>, Response> {
        let Some(cookie) = Cookie::Session.of(&parts.headers, console.0.secure) else { return Ok(None) };
        let ended = || frame.notice(&Notice::SessionEnded);
        let secret = Secret::of_cookie(cookie).ok_or_else(ended)?;
        match console.0.sessions.caller(secret).await {
            Ok(Some(caller)) => match take_turn(&parts.extensions, &caller) {
                Ok(()) => Ok(Some(Self { caller, form_token: forms::token(secret.bytes()), secret })),
                Err(_) => Err(frame.notice(&Notice::TooOften)),
            },
            Ok(None) => Err(ended()),
            Err(error) => {
                tracing::error!(cause = %error, "a page failed inside");
                Err(frame.notice(&Notice::Failed))
            }
        }
    }
}

impl FromRequestParts<Console> for ConsoleUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let frame = Frame::of(console, Spoken::of(parts, console.0.secure));
        let door = || Redirect::to(&ReturnPath::sign_in_page(ReturnPath::of(parts).as_ref())).into_response();
        Self::of(parts, console, &frame).await?.ok_or_else(door)
    }
}

impl FromRequestParts<Console> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        Ok(Self::of(console, Spoken::of(parts, console.0.secure)))
    }
}
