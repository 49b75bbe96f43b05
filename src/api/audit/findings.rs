//! `GET /v1/audit/findings`, `POST /v1/audit/findings/{id}/acknowledge`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::events::invalid;
use crate::api::body::{read_json, whole};
use crate::api::monitoring::alerts::Acknowledgement;
use crate::api::permit::{permit, refuse};
use crate::api::report::problem;
use crate::auth::Permission;
use crate::oversight::{Finding, FindingsPage, Oversight};
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Of which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FindingsQuery {
    /// Days back, today among them: 1 to 92; 30 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 92)]
    pub days: Option<String>,
}

/// Usage that somebody should look at, from the log alone: many cases opened by one actor, cases opened that nobody works on, many refusals,
/// openings outside office hours; each with the entries that show it. A finding is a question, not an accusation.
#[utoipa::path(get, path = "/v1/audit/findings", tag = "audit", params(FindingsQuery),
    responses((status = 200, body = FindingsPage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn findings(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    query: Result<Query<FindingsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<FindingsPage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadLog).await?;
    let Query(query) = query.map_err(|_| invalid("可用参数：days", "known parameter: days"))?;
    let days = query.days.as_deref().map_or(Some(30), |text| text.parse().ok()).filter(|n| (1..=92).contains(n));
    let days = days.ok_or_else(|| invalid("days 应为 1 至 92 的整数", "days is a whole number from 1 to 92"))?;
    oversight.findings(&caller, days).await.map(Json).map_err(problem)
}

/// Notes that the caller has seen a finding. Of a note only a MAC is kept, in the log: keep the words.
#[utoipa::path(post, path = "/v1/audit/findings/{id}/acknowledge", tag = "audit", params(("id" = String, Path)),
    request_body = Acknowledgement,
    responses((status = 200, body = Finding), (status = 403, body = Problem), (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn acknowledge(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Json<Finding>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadLog).await?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let Ok(read) = serde_json::from_slice::<Acknowledgement>(&body) else {
        let what = ["请求应为 {} 或 {\"note\": \"……\"}", "the body is {} or {\"note\": \"…\"}"];
        let remedy = ["只保存 note 的摘要，请自行留存原文", "of the note only the hash is kept: keep the words"];
        let problem = whole(ProblemKind::InvalidRequest, "note", what, remedy);
        return Err(refuse(&verifier, &caller, "invalid", problem).await);
    };
    oversight.acknowledge(&caller, &id, read.note.as_deref()).await.map(Json).map_err(problem)
}
