//! `POST /v1/audit/subjects`.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use super::events::{file, form, invalid};
use crate::api::body::{read_json, whole};
use crate::api::permit::{permit, refuse};
use crate::api::report::problem;
use crate::auth::Permission;
use crate::oversight::{Oversight, SubjectQuery, TrailPage};
use crate::verification::Verifier;
use crate::web::{Problem, ProblemKind, SignedIn};

/// Most characters of an ID number.
const MOST: usize = 64;

/// Everything done about one person, the newest first, by case: a page as JSON, or the whole trail as CSV or lines of JSON. The person is
/// named in the body alone and known in the log by tags, one a key epoch, which come back. That the trail is read is in the log first, under
/// the person's own tag. The caller's own trail and that of registered kin are another auditor's to read (回避): 403.
#[utoipa::path(post, path = "/v1/audit/subjects", tag = "audit", request_body = SubjectQuery,
    responses((status = 200, content((TrailPage = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))),
        (status = 403, body = Problem), (status = 406, body = Problem), (status = 408, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn subjects(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::TraceSubject).await?;
    let form = form(request.headers(), false)?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let read = serde_json::from_slice::<SubjectQuery>(&body).ok();
    let Some(query) = read.filter(|query| (1..=MOST).contains(&query.id_number.trim().chars().count())) else {
        let what = ["请求应为 {\"id_number\": \"……\"}", "the body is {\"id_number\": \"…\"}"];
        let remedy = ["可加 cursor、limit，别无他项", "cursor and limit may be added, nothing else"];
        let problem = whole(ProblemKind::InvalidRequest, "id_number", what, remedy);
        return Err(refuse(&verifier, &caller, "invalid", problem).await);
    };
    if let Some(form) = form {
        let pieces = oversight.trail_file(&caller, &query.id_number, form).await.map_err(problem)?;
        return Ok(file(form, "trail", Body::from_stream(pieces)));
    }
    let limit = query.limit.unwrap_or(100);
    if !(1..=500).contains(&limit) {
        return Err(invalid("limit 应为 1 至 500 的整数", "limit is a whole number from 1 to 500"));
    }
    let cursor = query.cursor.as_deref().map(str::parse).transpose();
    let cursor = cursor.map_err(|_| invalid("cursor 应为上一页的 next", "cursor is the `next` of the former page"))?;
    let page = oversight.trail(&caller, &query.id_number, cursor, limit).await.map_err(problem)?;
    Ok(axum::Json(page).into_response())
}
