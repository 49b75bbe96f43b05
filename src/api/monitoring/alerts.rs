//! `GET /v1/alerts`, `POST /v1/alerts/{id}/acknowledge`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::body::{read_json, whole};
use crate::api::permit::{permit, refuse};
use crate::api::report::problem;
use crate::auth::Permission;
use crate::monitoring::{AlertPage, AlertStatus, Monitoring};
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Most characters of a note.
const MOST: usize = 1000;

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AlertsQuery {
    /// open or acknowledged; both unless given.
    pub status: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
}

/// What monitoring found, the newest first. What it is stands there for a caller with the scope `report:read` and the disclosure
/// level `full`, whose reading is in the log first.
#[utoipa::path(get, path = "/v1/alerts", tag = "monitoring", params(AlertsQuery),
    responses((status = 200, body = AlertPage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
    query: Result<Query<AlertsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<AlertPage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Monitor).await?;
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let Query(query) = query.map_err(|_| invalid("可用参数：status、cursor", "known parameters: status, cursor"))?;
    let acknowledged = match query.status.as_deref() {
        None => None,
        Some("open") => Some(false),
        Some("acknowledged") => Some(true),
        Some(_) => return Err(invalid("status 应为 open 或 acknowledged", "status is open or acknowledged")),
    };
    let opened = caller.sees_answers();
    let page = monitoring.alerts(&caller, acknowledged, query.cursor.as_deref(), opened).await;
    page.map(Json).map_err(problem)
}

/// A word on it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// What is done about it, at most 1,000 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// Notes that the caller has seen it. The first to do so is named; a later one with a note is told that it is not kept (409).
#[utoipa::path(post, path = "/v1/alerts/{id}/acknowledge", tag = "monitoring", params(("id" = String, Path)),
    request_body = Acknowledgement,
    responses((status = 200, body = AlertStatus), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 408, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn acknowledge(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Json<AlertStatus>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Monitor).await?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let read = serde_json::from_slice::<Acknowledgement>(&body).ok();
    let fits = |note: &String| note.chars().count() <= MOST;
    let Some(read) = read.filter(|read| read.note.as_ref().is_none_or(fits)) else {
        let what = ["请求应为 {} 或 {\"note\": \"……\"}", "the body is {} or {\"note\": \"…\"}"];
        let remedy = ["note 至多 1000 字", "a note has at most 1,000 characters"];
        let problem = whole(ProblemKind::InvalidRequest, "note", what, remedy);
        return Err(refuse(&verifier, &caller, "invalid", problem).await);
    };
    monitoring.acknowledge(&caller, &id, read.note.as_deref()).await.map(Json).map_err(problem)
}
