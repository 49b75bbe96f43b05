//! `POST /v1/verifications`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::permit::{closed, permit, refuse};
use crate::auth::{Caller, Permission};
use crate::household::Faults;
use crate::verification::{SubmitError, Verifier};
use crate::web::{BodyFault, Problem, ProblemKind, SignedIn, read_body};

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
    let (status, has_report) = standing(&verifier, &caller, &submitted.id).await?;
    // A case that failed is at rest too, but there is nothing to fetch.
    let early = waited.is_some() && has_report;
    let code = if early { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let location = format!("/v1/verifications/{}", submitted.id);
    let accepted = Accepted { id: submitted.id, status, replayed: submitted.replayed };
    let mut response = (code, [(header::LOCATION, location)], axum::Json(accepted)).into_response();
    if early {
        response.headers_mut().insert("preference-applied", header::HeaderValue::from_static("wait"));
    }
    Ok(response)
}

/// A case's state, and whether a version of its report is there.
async fn standing(verifier: &Verifier, caller: &Caller, id: &str) -> Result<(String, bool), Problem> {
    let status = verifier.status(caller, id).await.map_err(crate::api::report::problem)?;
    Ok((status.summary.status, !status.versions.is_empty()))
}

/// The Idempotency-Key and the body, or why the request is refused, for the log and for the caller.
async fn read(
    headers: &HeaderMap,
    request: Request<Body>,
) -> Result<(Option<String>, bytes::Bytes), (&'static str, Problem)> {
    require_json(headers).map_err(|problem| ("media_type", problem))?;
    let key = idempotency_key(headers).map_err(|problem| ("idempotency_key", problem))?;
    let body = read_body(request).await.map_err(unread)?;
    Ok((key, body))
}

fn unread(fault: BodyFault) -> (&'static str, Problem) {
    match fault {
        BodyFault::TooLarge => (
            "too_large",
            whole(
                ProblemKind::TooLarge,
                "too_large",
                ["请求超过 256 KiB", "the request is larger than 256 KiB"],
                ["每个请求只提交一个家庭", "send one household a request"],
            ),
        ),
        BodyFault::TooSlow => (
            "too_slow",
            whole(
                ProblemKind::TooSlow,
                "too_slow",
                ["请求体未在限定时间内传完", "the body did not come whole in time"],
                [
                    "检查网络后重试，同一 Idempotency-Key 不会重复受理",
                    "check the network and send it again; the same Idempotency-Key is safe",
                ],
            ),
        ),
        BodyFault::Broken => (
            "broken",
            whole(
                ProblemKind::InvalidRequest,
                "broken",
                ["请求体传输中断或编码有误", "the body broke off, or its transfer coding is wrong"],
                ["重新发送", "send it again"],
            ),
        ),
    }
}

/// A problem of the request as a whole, with what to do.
fn whole(kind: ProblemKind, code: &str, [zh, en]: [&str; 2], remedy: [&str; 2]) -> Problem {
    let mut faults = Faults::default();
    faults.add("", code, zh, en, remedy);
    Problem::new(kind).with_detail(remedy[0], remedy[1]).with_faults(faults.0)
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let what = ["内容类型不是 application/json", "the content type is not application/json"];
    let remedy = ["发送 Content-Type: application/json", "send Content-Type: application/json"];
    Err(whole(ProblemKind::UnsupportedMedia, "media_type", what, remedy))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
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

fn problem(error: SubmitError) -> Problem {
    match error {
        SubmitError::Faults(faults) => Problem::new(ProblemKind::InvalidRequest).with_faults(faults),
        SubmitError::Forbidden => {
            Problem::new(ProblemKind::Forbidden).with_detail("该地区不在您的管辖范围内", "this region is not yours")
        }
        SubmitError::IdempotencyConflict => Problem::new(ProblemKind::IdempotencyConflict),
        SubmitError::Closed => {
            closed("审计日志无法写入，暂不受理", "the audit log cannot be written: nothing is accepted")
        }
        SubmitError::Inside(error) => Problem::internal(error.as_ref()),
    }
}
