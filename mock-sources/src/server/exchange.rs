//! One request to a department: read, answered by the department, then spoiled as the faults say.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::connection::Switch;
use super::{App, effects};
use crate::departments::wire::{Problem, Reply, Request};
use crate::departments::{Desk, Key};

/// Most bytes of a request's body.
const LARGEST_BODY: usize = 4 << 20;

pub(crate) async fn exchange(
    State(app): State<Arc<App>>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    request: axum::extract::Request,
) -> Response {
    let uri = request.uri().clone();
    let (department, rest) = uri.path().trim_start_matches('/').split_once('/').unwrap_or((uri.path(), ""));
    let Some(key) = Key::parse(department) else { return StatusCode::NOT_FOUND.into_response() };
    if rest == "ping" {
        return "ok".into_response();
    }
    let (parts, body) = request.into_parts();
    let (operation, reply) = match axum::body::to_bytes(Body::new(body), LARGEST_BODY).await {
        Err(_) => (None, key.problem(Problem::TooLarge)),
        Ok(body) => {
            let query = uri.query().unwrap_or("").to_owned();
            let request =
                Request { method: parts.method, path: format!("/{rest}"), query, headers: parts.headers, body };
            let reply = answer(&app, key, &request);
            (key.operation(&request.path, reply.outcome), reply)
        }
    };
    let decision = app.gate.decide(key, operation, &reply.asked, Instant::now());
    let fault = decision.effect.as_ref().map(crate::faults::Effect::kind);
    app.statistics.count(key, reply.asked.len(), reply.outcome, fault);
    tracing::debug!(department = key.as_str(), outcome = ?reply.outcome, fault = ?decision.effect, "answered");
    effects::send(&app, key, reply, decision, switch).await
}

fn answer(app: &App, key: Key, request: &Request) -> Reply {
    key.answer(&desk(app, key), request)
}

/// What a department has at hand now.
pub(super) fn desk(app: &App, key: Key) -> Desk<'_> {
    Desk {
        key,
        copies: &app.copies,
        gate: &app.gate,
        state: &app.state,
        now: jiff::Timestamp::now().as_second(),
        instant: Instant::now(),
        ticket_delay: app.ticket_delay,
    }
}
