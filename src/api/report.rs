//! `GET /v1/verifications/{id}/report`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Permission;
use crate::verification::{ReadError, ReportForm, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn, policy_of_page};

/// Which version, in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// Version; the latest unless given.
    pub version: Option<u32>,
    /// `zh` (default) or `en`, for HTML.
    pub lang: Option<String>,
}

/// The report: sealed (`application/jose`), or opened on the server for a caller with `report:read`. Every reading is in the log first.
#[utoipa::path(get, path = "/v1/verifications/{id}/report", tag = "verifications", params(("id" = String, Path), ReportQuery),
    responses(
        (status = 200, description = "application/jose: JWE around JWS around the report; application/json and text/html with report:read", body = String, content_type = "application/jose"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 406, body = Problem), (status = 409, description = "No version yet", body = Problem)),
    security(("bearer" = [])))]
pub async fn report(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    query: Result<Query<ReportQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|_| Problem::new(ProblemKind::InvalidRequest).with_detail("known parameters: version, lang"))?;
    let english = match query.lang.as_deref() {
        None | Some("zh") => false,
        Some("en") => true,
        Some(_) => return Err(Problem::new(ProblemKind::InvalidRequest).with_detail("lang is zh or en")),
    };
    let (form, permission, kind) = negotiate(&headers, english)?;
    let caller = signed_in.with(permission)?;
    let delivered = verifier.report(&caller, &id, query.version, form).await.map_err(problem)?;
    let mut response = ([(header::CONTENT_TYPE, kind)], delivered.bytes).into_response();
    if let Some(style) = &delivered.style {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy_of_page(style));
    }
    Ok(response)
}

fn negotiate(headers: &HeaderMap, english: bool) -> Result<(ReportForm, Permission, &'static str), Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("application/jose");
    for offered in accept.split(',').map(|part| part.split(';').next().unwrap_or("").trim()) {
        match offered {
            "application/jose" | "*/*" | "application/*" => {
                return Ok((ReportForm::Sealed, Permission::FetchReport, "application/jose"));
            }
            "application/json" => return Ok((ReportForm::Json, Permission::OpenReport, "application/json")),
            "text/html" => {
                return Ok((ReportForm::Html { english }, Permission::OpenReport, "text/html; charset=utf-8"));
            }
            _ => {}
        }
    }
    let detail = "offered: application/jose, application/json, text/html";
    Err(Problem::new(ProblemKind::NotAcceptable).with_detail(detail))
}

/// The problem a failed reading becomes.
pub(super) fn problem(error: ReadError) -> Problem {
    match error {
        ReadError::NotFound => Problem::new(ProblemKind::NotFound),
        ReadError::NoVersion => {
            Problem::new(ProblemKind::Conflict).with_detail("there is no such version yet: wait, or follow …/events")
        }
        ReadError::NoRecipient => {
            Problem::new(ProblemKind::Conflict).with_detail("neither request nor client named a recipient key")
        }
        ReadError::Closed => {
            Problem::new(ProblemKind::Unavailable).with_detail("the audit log cannot be written: nothing is shown")
        }
        ReadError::Inside(error) => Problem::internal(error.as_ref()),
    }
}
