//! `POST /v1/verifications`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Permission;
use crate::verification::{SubmitError, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn, read_body};

/// Longest `Prefer: wait=N`, seconds.
const MAX_WAIT_SECS: u64 = 60;

/// An accepted case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Accepted {
    /// The case's id.
    pub id: String,
    /// Its state.
    pub status: String,
    /// Whether an earlier request with the same Idempotency-Key made it.
    pub replayed: bool,
}

/// Sends a household to be verified.
#[utoipa::path(
    post, path = "/v1/verifications", tag = "verifications",
    request_body(content = String, content_type = "application/json", description = "A request as in the README; at most 256 KiB, 30 people"),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and bytes → same case (30 days); other bytes → 422"),
        ("Prefer" = Option<String>, Header, description = "wait=N, at most 60: 201 once version 1 is there"),
    ),
    responses(
        (status = 201, description = "Version 1 of the report is there", body = Accepted),
        (status = 202, description = "Durably accepted; Location names the case", body = Accepted),
        (status = 401, description = "No valid token", body = Problem),
        (status = 403, description = "Region or role not the caller's", body = Problem),
        (status = 413, description = "Body too large", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 422, description = "Every fault, with JSON pointers", body = Problem),
    ),
    security(("bearer" = []))
)]
pub async fn submit(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = signed_in.with(Permission::SubmitCase)?;
    let headers = request.headers().clone();
    require_json(&headers)?;
    let key = idempotency_key(&headers)?;
    let wait = wait(&headers);
    let body = read_body(request).await?;
    let submitted = verifier.submit(&caller, &body, key.as_deref()).await.map_err(problem)?;
    let early = match wait {
        Some(limit) => verifier.wait_for_report(&submitted.id, limit).await,
        None => false,
    };
    let status = verifier.state_of(&submitted.id).await.map_err(|error| Problem::internal(&error))?;
    let code = if early { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let location = format!("/v1/verifications/{}", submitted.id);
    let accepted = Accepted { id: submitted.id, status, replayed: submitted.replayed };
    let mut response = (code, [(header::LOCATION, location)], axum::Json(accepted)).into_response();
    if early {
        response.headers_mut().insert("preference-applied", header::HeaderValue::from_static("wait"));
    }
    Ok(response)
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Problem::new(ProblemKind::UnsupportedMedia))
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim().trim_matches('"');
    if text.is_empty() || text.len() > 255 {
        let detail = "an Idempotency-Key has 1 to 255 visible ASCII characters; a UUID is best";
        return Err(Problem::new(ProblemKind::InvalidRequest).with_detail(detail));
    }
    Ok(Some(text.to_owned()))
}

fn wait(headers: &HeaderMap) -> Option<Duration> {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut waits = preferences.flat_map(|value| value.split([',', ';'])).filter_map(|part| {
        let (name, seconds) = part.trim().split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| seconds.trim().parse::<u64>().ok())?
    });
    waits.next().map(|seconds| Duration::from_secs(seconds.min(MAX_WAIT_SECS)))
}

fn problem(error: SubmitError) -> Problem {
    match error {
        SubmitError::Faults(faults) => Problem::new(ProblemKind::InvalidRequest).with_faults(faults),
        SubmitError::Forbidden => Problem::new(ProblemKind::Forbidden).with_detail("this region is not yours"),
        SubmitError::IdempotencyConflict => Problem::new(ProblemKind::IdempotencyConflict),
        SubmitError::Closed => {
            Problem::new(ProblemKind::Unavailable).with_detail("the audit log cannot be written: nothing is accepted")
        }
        SubmitError::Inside(error) => Problem::internal(error.as_ref()),
    }
}
