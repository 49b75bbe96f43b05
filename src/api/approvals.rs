//! `GET /v1/approvals`, `GET /v1/approvals/{id}`, `POST …/agree`, `POST …/refuse`, `POST …/ask-again`, `POST /v1/inspections`: what takes a second person.

use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Query, Request, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::decided::{invalid, problem, read, words};
use super::permit::permit;
use super::reviews::waits;
use crate::auth::Permission;
use crate::verification::{
    ApprovalDetail, ApprovalPage, ApprovalSummary, Asked, InspectionTerms, MOST_HOURS, MOST_REASON, Verifier,
};
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Approvals on a page.
const PAGE: u32 = 100;
/// Most characters of a document's number.
const MOST_DOCUMENT: usize = 64;

/// Which approvals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ApprovalsQuery {
    /// open (unless given) or all.
    pub status: Option<String>,
    /// From the former page's `next`.
    #[param(value_type = Option<String>)]
    pub cursor: Option<Uuid>,
}

/// What waits for a second person (双人复核), newest first: for a supervisor what is asked about the cases in scope, for a caseworker
/// that but for inspections, for a security administrator inspections, for others what they asked themselves.
#[utoipa::path(get, path = "/v1/approvals", tag = "decisions", params(ApprovalsQuery),
    responses((status = 200, body = ApprovalPage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    query: Result<Query<ApprovalsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ApprovalPage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadApprovals).await?;
    let wrong = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let Query(query) = query.map_err(|_| wrong("可用参数：status、cursor", "known parameters: status, cursor"))?;
    let open = match query.status.as_deref() {
        None | Some("open") => true,
        Some("all") => false,
        Some(_) => return Err(wrong("status 应为 open 或 all", "status is open or all")),
    };
    let page = verifier.approvals(&caller, open, query.cursor, PAGE).await;
    page.map(Json).map_err(|error| Problem::internal(&error))
}

/// One of them with what is asked and why. The reading is in the log first.
#[utoipa::path(get, path = "/v1/approvals/{id}", tag = "decisions", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalDetail), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem)),
    security(("bearer" = [])))]
pub async fn show(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<ApprovalDetail>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadApprovals).await?;
    match verifier.approval(&caller, &id).await {
        Ok(detail) => Ok(Json(detail)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Agrees as the second person. What was asked is done: the decision stands, the case is erased, locked evidence is destroyed (with the second of two,
/// where a system's account took the authorisation back or asked), the inspection begins (with the second of its two).
#[utoipa::path(post, path = "/v1/approvals/{id}/agree", tag = "decisions", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalSummary), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem)),
    security(("bearer" = [])))]
pub async fn agree(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<ApprovalSummary>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SecondHand).await?;
    match verifier.agree(&caller, &id).await {
        Ok(summary) => Ok(Json(summary)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Why it is refused.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// 1 to 1,000 characters. Must be there where a destruction is refused.
    #[serde(default)]
    pub reason: Option<String>,
}

const REFUSAL: [&str; 2] =
    [r#"空，或 {"reason": "……（1 至 1000 字）"}"#, r#"empty, or {"reason": "… (1 to 1,000 characters)"}"#];

/// Refuses it, takes back what the caller asked (but for a destruction), or ends an inspection that was agreed to: its auditor opens no report any
/// more. Evidence that is not to be destroyed stays locked: nobody opens it, and its destruction may be asked for again.
#[utoipa::path(post, path = "/v1/approvals/{id}/refuse", tag = "decisions", params(("id" = String, Path)),
    request_body(content = Option<Refusal>),
    responses((status = 200, body = ApprovalSummary), (status = 403, body = Problem), (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn refuse(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Json<ApprovalSummary>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadApprovals).await?;
    let refusal: Refusal = match request.body().is_end_stream() {
        true => Refusal::default(),
        false => read(&verifier, &caller, request, REFUSAL).await?,
    };
    let reason = refusal.reason.as_deref().map(|reason| words(reason, MOST_REASON));
    if reason == Some(None) {
        return Err(invalid(&verifier, &caller, REFUSAL).await);
    }
    match verifier.refuse_approval(&caller, &id, reason.flatten().as_deref()).await {
        Ok(summary) => Ok(Json(summary)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Asks again that evidence locked by a withdrawal is destroyed, after a second person refused. The time for a refusal begins anew.
#[utoipa::path(post, path = "/v1/approvals/{id}/ask-again", tag = "decisions", params(("id" = String, Path)),
    responses((status = 202, body = Asked), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem)),
    security(("bearer" = [])))]
pub async fn ask_again(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SteerCase).await?;
    match verifier.ask_again(&caller, &id).await {
        Ok(asked) => Ok(waits(asked)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

const FORM: [&str; 2] = [
    r#"{"case": "……", "grounds": "complaint、finding、sample 或 authority", "document": "文号，1 至 64 字", "hours": 1 至 72}"#,
    r#"{"case": "…", "grounds": "complaint, finding, sample or authority", "document": "its number, 1 to 64 characters", "hours": 1 to 72}"#,
];

/// Asks that the auditor may open the reports of one case for some hours. A supervisor and a security administrator of the case's
/// organisation must both agree.
#[utoipa::path(post, path = "/v1/inspections", tag = "decisions", request_body = InspectionTerms,
    responses((status = 202, body = Asked), (status = 403, body = Problem), (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn inspect(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Inspect).await?;
    let terms: InspectionTerms = read(&verifier, &caller, request, FORM).await?;
    let Some(document) = words(&terms.document, MOST_DOCUMENT).filter(|_| (1..=MOST_HOURS).contains(&terms.hours))
    else {
        return Err(invalid(&verifier, &caller, FORM).await);
    };
    match verifier.ask_inspection(&caller, &InspectionTerms { document, ..terms }).await {
        Ok(asked) => Ok(waits(asked)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}
