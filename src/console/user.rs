//! Whoever is signed in, as an axum extractor: a page that names it cannot be reached without a session.

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::cookies::Cookie;
use super::forms;
use super::frame::Frame;
use super::notices::Notice;
use super::return_path::ReturnPath;
use super::sessions::Secret;
use super::state::Console;
use crate::auth::{Caller, Permission};
use crate::web::{Kind, take_turn};

/// Somebody with a session, and the frame of the page they asked for.
pub struct ConsoleUser {
    /// What the register grants them, as with a bearer token.
    pub caller: Caller,
    pub(super) frame: Frame,
    pub(super) secret: Secret,
    method: Method,
}

impl ConsoleUser {
    /// Whoever is signed in, in the role that grants it. A refusal stands in the log before the page that says so; refusals of one page are
    /// counted together.
    pub(super) async fn permit(
        &self,
        console: &Console,
        permission: Permission,
        page: &str,
    ) -> Result<Caller, Response> {
        if self.caller.may(permission) {
            return Ok(self.caller.clone().acting(permission));
        }
        let call = if page.starts_with('/') { format!("{} {page}", self.method) } else { page.to_owned() };
        let caller = Caller { call: Some(call.into()), ..self.caller.clone() };
        Err(self.frame.denied(console.0.verifier.deny_role(&caller).await))
    }
}

impl ConsoleUser {
    /// The number that a case's reports carry, by which people know it.
    pub(super) async fn number_of(&self, console: &Console, case: &str) -> Result<String, Response> {
        let numbers = console.0.verifier.numbers([case]).await.map_err(|error| self.frame.failed_inside(&error))?;
        Ok(numbers.into_values().next().unwrap_or_else(|| case.to_owned()))
    }
}

/// Somebody with a session who opens a stream of events: streams have a limit of their own.
pub(super) struct WatchingUser(pub(super) ConsoleUser);

impl FromRequestParts<Console> for ConsoleUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        user(parts, console, Kind::Call).await
    }
}

impl FromRequestParts<Console> for WatchingUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        user(parts, console, Kind::Stream).await.map(Self)
    }
}

async fn user(parts: &Parts, console: &Console, kind: Kind) -> Result<ConsoleUser, Response> {
    let frame = Frame::of(console, parts);
    let Some(cookie) = Cookie::Session.of(&parts.headers, console.0.secure) else {
        return Err(Redirect::to(&ReturnPath::sign_in_page(ReturnPath::of(parts).as_ref())).into_response());
    };
    let ended = || frame.notice(Notice::SessionEnded);
    let secret = Secret::of_cookie(cookie).ok_or_else(ended)?;
    let caller = console.0.sessions.caller(secret).await.map_err(|error| frame.failed_inside(&error))?;
    let caller = caller.ok_or_else(ended)?;
    take_turn(&parts.extensions, &caller, kind).map_err(|_| frame.notice(Notice::TooOften))?;
    let frame = frame.signed_in(&caller, forms::token(secret.bytes()));
    Ok(ConsoleUser { caller, frame, secret, method: parts.method.clone() })
}

impl FromRequestParts<Console> for Frame {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Self::Rejection> {
        Ok(Self::of(console, parts))
    }
}
