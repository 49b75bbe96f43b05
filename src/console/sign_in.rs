//! Signing in and out.

use askama::Template;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::cookies::Cookie;
use super::forms::{self, Nothing, Sent};
use super::frame::Frame;
use super::language;
use super::notices::Notice;
use super::parts::Banner;
use super::return_path::ReturnPath;
use super::sessions::{Secret, SessionError};
use super::state::Console;
use super::words::sign_in::SignInWords;
use crate::audit::Action;
use crate::auth::{Answer, Attempt, SignInError};

#[derive(Template)]
#[template(path = "console/signin.html")]
struct SignInPage<'a> {
    frame: &'a Frame,
    words: &'static SignInWords,
    banner: Option<Banner>,
    to: Option<ReturnPath>,
}

#[derive(Default, Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    signed_out: Option<String>,
    /// Where somebody was going.
    #[serde(default)]
    to: Option<String>,
}

/// The page with the one button.
pub(super) async fn page(frame: Frame, shown: Result<Query<Shown>, QueryRejection>) -> Response {
    let Query(Shown { signed_out, to }) = shown.unwrap_or_default();
    let to = to.as_deref().and_then(ReturnPath::parse);
    let words = SignInWords::of(frame.lang);
    let banner = signed_out.map(|_| Banner {
        label: frame.words.important,
        heading: words.signed_out,
        text: words.signed_out_more.to_owned(),
        done: false,
    });
    frame.page_to_provider(&SignInPage { frame: &frame, words, banner, to })
}

#[derive(Default, Deserialize)]
struct Begin {
    #[serde(default)]
    to: Option<String>,
}

/// Sends the browser to the provider.
pub(super) async fn begin(State(console): State<Console>, frame: Frame, request: Request<Body>) -> Response {
    if !forms::is_of_own_page(request.headers(), &console.0.origin) {
        return frame.notice(Notice::ForeignForm);
    }
    let Begin { to } = forms::read(request).await.unwrap_or_default();
    let to = to.as_deref().and_then(ReturnPath::parse);
    let Some(attempt) = Attempt::begin(console.0.clock.now()) else { return frame.notice(Notice::Failed) };
    match console.0.provider.address(&attempt, language::code(frame.lang)).await {
        Ok(address) => {
            let kept = format!("{}~{}", attempt.to_cookie(), to.map(|to| to.to_cookie()).unwrap_or_default());
            let keep = Cookie::Attempt.set(&kept, Some(Attempt::LASTS_SECS), console.0.secure);
            see_other(address.as_str(), [keep])
        }
        Err(error) => explained(&console, &frame, error),
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
        (Some((attempt, to)), Ok(Query(answer))) if attempt.is_of_state(&answer.state) => {
            match completed(&console, &frame, &headers, &attempt, &answer).await {
                Ok(keep) => see_other(to.as_ref().map_or("/", ReturnPath::as_str), [keep]),
                Err(response) => response,
            }
        }
        // an answer to another attempt, or to none: the one that this browser is about goes on
        _ => return explained(&console, &frame, SignInError::NotOurs("no attempt")),
    };
    // An attempt counts once.
    response.headers_mut().append(header::SET_COOKIE, Cookie::Attempt.forget(secure));
    response
}

/// The attempt that this browser has begun, and where it leads.
fn attempt(console: &Console, headers: &HeaderMap) -> Option<(Attempt, Option<ReturnPath>)> {
    let (attempt, to) = Cookie::Attempt.of(headers, console.0.secure)?.split_once('~')?;
    Some((Attempt::of_cookie(attempt, console.0.clock.now())?, ReturnPath::of_cookie(to)))
}

/// The cookie of a new session, or the page that says why there is none.
async fn completed(
    console: &Console,
    frame: &Frame,
    headers: &HeaderMap,
    attempt: &Attempt,
    answer: &Answer,
) -> Result<HeaderValue, Response> {
    let subject = match console.0.provider.subject(attempt, answer).await {
        Ok(subject) => subject,
        Err(error) => {
            // Only what the provider itself handed over is worth an entry: strangers can make up everything else.
            if let SignInError::Token(why) = error
                && let Err(error) = console.0.sessions.disbelieved(why).await
            {
                return Err(failed(frame, &error.into()));
            }
            return Err(explained(console, frame, error));
        }
    };
    let former = Cookie::Session.of(headers, console.0.secure).and_then(Secret::of_cookie);
    match console.0.sessions.begin(&subject, former).await {
        Ok(secret) => Ok(Cookie::Session.set(&secret.to_cookie(), None, console.0.secure)),
        Err(error) => Err(failed(frame, &error)),
    }
}

/// Ends the session.
pub(super) async fn out(State(console): State<Console>, frame: Frame, sent: Sent<Nothing>) -> Response {
    let Sent { user, fields: Nothing {} } = sent;
    match console.0.sessions.end(user.secret, &user.caller).await {
        Ok(()) => {
            console.0.rosters.forget_all(&user.caller);
            see_other("/signin?signed_out=1", [Cookie::Session.forget(console.0.secure)])
        }
        Err(error) => failed(&frame, &error),
    }
}

fn see_other(to: &str, cookies: [HeaderValue; 1]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, Redirect::to(to)).into_response();
    response.headers_mut().extend(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn explained(console: &Console, frame: &Frame, error: SignInError) -> Response {
    tracing::warn!(%error, "nobody was signed in");
    // a provider that is not reached has refused nobody
    let refused = !matches!(error, SignInError::Unreachable(_));
    let (notice, outcome) = match error {
        SignInError::Unreachable(_) => (Notice::ProviderUnreachable, "unreachable"),
        SignInError::NotOurs(_) => (Notice::StartAgain, "not_ours"),
        SignInError::Refused(_) => (Notice::SignInRefused, "refused"),
        SignInError::Token(_) => return frame.notice(Notice::SignInRefused),
    };
    metrics::counter!("hedui_sign_ins_total", "outcome" => outcome).increment(1);
    if refused {
        console.0.verifier.count_refusal(Action::SignInRefused, outcome);
    }
    frame.notice(notice)
}

fn failed(frame: &Frame, error: &SessionError) -> Response {
    match error {
        SessionError::PersonalSubject => frame.notice(Notice::PersonalSubject),
        SessionError::NotRegistered => frame.notice(Notice::NotRegistered),
        SessionError::Audit(_) => frame.notice(Notice::Closed),
        SessionError::Randomness | SessionError::Store(_) => frame.failed_inside(error),
    }
}
