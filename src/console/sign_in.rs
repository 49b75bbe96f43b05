//! Signing in and out.

use askama::Template;
use axum::Form;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest as _, Query, State};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::cookies::Cookie;
use super::forms;
use super::pages::{Frame, Notice};
use super::sessions::SessionError;
use super::state::Console;
use super::user::ConsoleUser;
use crate::auth::{Answer, Attempt, SignInError};
use crate::web::read_body;

#[derive(Template)]
#[template(path = "console/signin.html")]
struct SignInPage<'a> {
    frame: &'a Frame,
    signed_out: bool,
}

#[derive(Default, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    signed_out: Option<String>,
}

/// The page with the one button.
pub(super) async fn page(frame: Frame, shown: Result<Query<Shown>, QueryRejection>) -> Response {
    let signed_out = shown.is_ok_and(|Query(shown)| shown.signed_out.is_some());
    frame.page_to_provider(&SignInPage { frame: &frame, signed_out })
}

/// Sends the browser to the provider.
pub(super) async fn begin(State(console): State<Console>, frame: Frame, headers: HeaderMap) -> Response {
    if !forms::is_of_own_page(&headers, &console.0.origin) {
        return frame.notice(&Notice::ForeignForm);
    }
    let Some(attempt) = Attempt::begin(console.0.clock.now()) else { return frame.notice(&Notice::Failed) };
    match console.0.provider.address(&attempt).await {
        Ok(address) => {
            let keep = Cookie::Attempt.set(&attempt.to_cookie(), Some(Attempt::LASTS_SECS), console.0.secure);
            see_other(address.as_str(), [keep])
        }
        Err(error) => explained(&frame, error),
    }
}

/// The browser comes back from the provider.
pub(super) async fn complete(
    State(console): State<Console>,
    frame: Frame,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let secure = console.0.secure;
    let mut response = match (attempt(&console, &headers), answer) {
        (Some(attempt), Ok(Query(answer))) => completed(&console, &frame, &attempt, &answer).await,
        _ => explained(&frame, SignInError::NotOurs("no attempt")),
    };
    // An attempt counts once.
    response.headers_mut().append(header::SET_COOKIE, Cookie::Attempt.forget(secure));
    response
}

fn attempt(console: &Console, headers: &HeaderMap) -> Option<Attempt> {
    Attempt::of_cookie(Cookie::Attempt.of(headers, console.0.secure)?, console.0.clock.now())
}

async fn completed(console: &Console, frame: &Frame, attempt: &Attempt, answer: &Answer) -> Response {
    let subject = match console.0.provider.subject(attempt, answer).await {
        Ok(subject) => subject,
        Err(error) => {
            // Only what the provider itself handed over is worth an entry: strangers can make up everything else.
            if let SignInError::Token(why) = error
                && let Err(error) = console.0.sessions.disbelieved(why).await
            {
                return failed(frame, &error.into());
            }
            return explained(frame, error);
        }
    };
    match console.0.sessions.begin(&subject).await {
        Ok(secret) => see_other("/", [Cookie::Session.set(&secret.to_cookie(), None, console.0.secure)]),
        Err(error) => failed(frame, &error),
    }
}

#[derive(Deserialize)]
struct SignOut {
    form_token: String,
}

/// Ends the session.
pub(super) async fn out(
    State(console): State<Console>,
    user: ConsoleUser,
    frame: Frame,
    request: Request<Body>,
) -> Response {
    let own = forms::is_of_own_page(request.headers(), &console.0.origin);
    let (parts, body) = request.into_parts();
    let form = match read_body(Request::from_parts(parts.clone(), body)).await {
        Ok(body) => Form::<SignOut>::from_request(Request::from_parts(parts, Body::from(body)), &()).await.ok(),
        Err(_) => None,
    };
    let token = form.map(|Form(form)| form.form_token).unwrap_or_default();
    if !own || !forms::carries_token(user.secret.bytes(), &token) {
        return frame.notice(&Notice::ForeignForm);
    }
    match console.0.sessions.end(user.secret, &user.caller).await {
        Ok(()) => see_other("/signin?signed_out=1", [Cookie::Session.forget(console.0.secure)]),
        Err(error) => failed(&frame, &error),
    }
}

fn see_other(to: &str, cookies: [HeaderValue; 1]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, Redirect::to(to)).into_response();
    response.headers_mut().extend(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn explained(frame: &Frame, error: SignInError) -> Response {
    tracing::warn!(%error, "nobody was signed in");
    let (notice, outcome) = match error {
        SignInError::Unreachable(_) => (Notice::ProviderUnreachable, "unreachable"),
        SignInError::NotOurs(_) => (Notice::StartAgain, "not_ours"),
        SignInError::Refused(_) => (Notice::SignInRefused, "refused"),
        SignInError::Token(_) => return frame.notice(&Notice::SignInRefused),
    };
    metrics::counter!("hedui_sign_ins_total", "outcome" => outcome).increment(1);
    frame.notice(&notice)
}

fn failed(frame: &Frame, error: &SessionError) -> Response {
    match error {
        SessionError::NotRegistered => frame.notice(&Notice::NotRegistered),
        SessionError::Audit(_) => frame.notice(&Notice::Closed),
        SessionError::Randomness | SessionError::Store(_) => {
            tracing::error!(cause = %error, "a page failed inside");
            frame.notice(&Notice::Failed)
        }
    }
}
