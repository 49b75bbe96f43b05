//! `POST /v1/verifications`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{read_json, whole};
use crate::api::permit::{closed, permit, refuse};
use crate::auth::Permission;
use crate::household::Lane;
use crate::report::{Words, relief_goes_first};
use crate::verification::{SubmitError, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn};

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
    /// Emergency relief (purpose `temporary_relief`, legal basis `emergency`): it goes first and does not wait for the report (先行救助).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Words>,
}

/// Sends a household to be verified.
#[utoipa::path(
    post, path = "/v1/verifications", tag = "verifications",
    request_body(content = Object, content_type = "application/json", description = "A household; at most 256 KiB, 30 people"),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and bytes → same case (30 days); other bytes → 422"),
        ("Prefer" = Option<String>, Header, description = "wait=N, at most 60: 201 once version 1 is there"),
    ),
    responses(
        (status = 201, description = "Version 1 of the report is there", body = Accepted),
        (status = 202, description = "Durably accepted; Location names the case", body = Accepted),
        (status = 403, description = "Region or role not the caller's", body = Problem),
        (status = 408, description = "The body did not come whole in time", body = Problem),
        (status = 413, description = "Body too large", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 507, description = "The disk is nearly full: nothing new is accepted", body = Problem),
        (status = 422, description = "Every fault, with JSON pointers", body = Problem),
    ),
    security(("bearer" = []))
)]
pub async fn submit(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SubmitCase).await?;
    let headers = request.headers().clone();
    let (key, body) = match read(&headers, request).await {
        Ok(read) => read,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let submitted = verifier.submit(&caller, &body, key.as_deref()).await.map_err(problem)?;
    let waited = wait(&headers);
    if let Some(limit) = waited {
        verifier.wait_for_report(&submitted.id, limit).await;
    }
    let (case, versions) = verifier.standing(&caller, &submitted.id).await.map_err(crate::api::report::problem)?;
    let has_report = !versions.is_empty();
    // A case that failed is at rest too, but there is nothing to fetch.
    let early = waited.is_some() && has_report;
    let code = if early { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let location = format!("/v1/verifications/{}", submitted.id);
    let notice = (case.lane == Lane::Urgent.as_str()).then(relief_goes_first);
    let accepted = Accepted { id: submitted.id, status: case.status, replayed: submitted.replayed, notice };
    let mut response = (code, [(header::LOCATION, location)], axum::Json(accepted)).into_response();
    if early {
        response.headers_mut().insert("preference-applied", header::HeaderValue::from_static("wait"));
    }
    Ok(response)
}

/// The Idempotency-Key and the body, or why the request is refused, for the log and for the caller.
async fn read(
    headers: &HeaderMap,
    request: Request<Body>,
) -> Result<(Option<String>, bytes::Bytes), (&'static str, Problem)> {
    let key = idempotency_key(headers).map_err(|problem| ("idempotency_key", problem))?;
    Ok((key, read_json(request).await?))
}

pub(in crate::api) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or("").trim().trim_matches('"');
    if text.is_empty() || text.len() > 255 {
        let what = ["Idempotency-Key 不正确", "the Idempotency-Key is empty, too long or not visible ASCII"];
        let remedy = ["1 至 255 个可见 ASCII 字符，建议使用 UUID", "1 to 255 visible ASCII characters; a UUID is best"];
        return Err(whole(ProblemKind::InvalidRequest, "idempotency_key", what, remedy));
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

/// What a caller is told of a submission that was not accepted.
pub(in crate::api) fn problem(error: SubmitError) -> Problem {
    match error {
        SubmitError::Faults(faults) => Problem::new(ProblemKind::InvalidRequest).with_faults(faults),
        SubmitError::Barred(who) => crate::api::decided::barred().with_faults(who),
        SubmitError::Forbidden => {
            Problem::new(ProblemKind::Forbidden).with_detail("该地区不在您的管辖范围内", "this region is not yours")
        }
        SubmitError::IdempotencyConflict => Problem::new(ProblemKind::IdempotencyConflict),
        SubmitError::Closed => {
            closed("审计日志无法写入，暂不受理", "the audit log cannot be written: nothing is accepted")
        }
        SubmitError::NoRoom(_) => Problem::no_room(),
        SubmitError::Inside(error) => Problem::internal(error.as_ref()),
    }
}
