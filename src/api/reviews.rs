//! `GET /v1/reviews`; `GET` and `POST /v1/verifications/{id}/reviews`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::decided::{problem, read};
use super::permit::{at_level, permit};
use crate::auth::Permission;
use crate::config::Disclosure;
use crate::verification::{Asked, CaseRecords, RecordDecision, ReviewPage, Reviewed, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Cases on a page.
const PAGE: u32 = 100;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReviewsQuery {
    /// From the former page's `next`.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Uuid>,
}

/// Cases with records that wait for a person (待人工核实), newest first; nothing of what they say.
#[utoipa::path(get, path = "/v1/reviews", tag = "decisions", params(ReviewsQuery),
    responses((status = 200, body = ReviewPage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    query: Result<Query<ReviewsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ReviewPage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::DecideRecords).await?;
    let Query(query) = query.map_err(|_| {
        Problem::new(ProblemKind::InvalidRequest).with_detail("可用参数：cursor", "known parameter: cursor")
    })?;
    let page = verifier.review_cases(&caller, query.cursor, PAGE).await;
    page.map(Json).map_err(|error| Problem::internal(&error))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecordsQuery {
    /// true: those that count and those set aside too.
    pub all: Option<bool>,
}

/// Records of a case's latest version that wait for a person, each beside the person it is filed under, with the weight of each field.
/// Needs the scope `report:read`; the reading is in the log first.
#[utoipa::path(get, path = "/v1/verifications/{id}/reviews", tag = "decisions", params(("id" = String, Path), RecordsQuery),
    responses((status = 200, body = CaseRecords), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn records(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    query: Result<Query<RecordsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<CaseRecords>, Problem> {
    let signed_in = SignedIn(permit(&verifier, signed_in, Permission::DecideRecords).await?);
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let Query(query) = query
        .map_err(|_| Problem::new(ProblemKind::InvalidRequest).with_detail("可用参数：all", "known parameter: all"))?;
    match verifier.case_records(&caller, &id, query.all.unwrap_or(false)).await {
        Ok(records) => Ok(Json(records)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Whose records are, of one version of a report.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewWords {
    /// The version that was looked at: the latest.
    pub version: u32,
    /// One decision a record.
    pub decisions: Vec<RecordDecision>,
}

const FORM: [&str; 2] = [
    r#"{"version": 1, "decisions": [{"record": "m1/vehicles/……", "belongs": false, "reason": "……"}]}"#,
    r#"{"version": 1, "decisions": [{"record": "m1/vehicles/…", "belongs": false, "reason": "…"}]}"#,
];

/// Decides whose records are. 204: it stands and another version is being made. 202: it changes a total, or a caseworker decided, so it
/// waits for a supervisor who is another person.
#[utoipa::path(post, path = "/v1/verifications/{id}/reviews", tag = "decisions", params(("id" = String, Path)),
    request_body = ReviewWords,
    responses((status = 202, body = Asked), (status = 204), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 408, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn review(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let signed_in = SignedIn(permit(&verifier, signed_in, Permission::DecideRecords).await?);
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let words: ReviewWords = read(&verifier, &caller, request, FORM).await?;
    match verifier.review(&caller, &id, words.version, words.decisions).await {
        Ok(Reviewed::Stands) => Ok(StatusCode::NO_CONTENT.into_response()),
        Ok(Reviewed::Waits(asked)) => Ok(waits(asked)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// 202 with where it waits.
pub(super) fn waits(asked: Asked) -> Response {
    let place = format!("/v1/approvals/{}", asked.approval);
    (StatusCode::ACCEPTED, [(header::LOCATION, place)], Json(asked)).into_response()
}
