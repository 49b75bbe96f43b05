//! What is done with a case: `POST …/issue`, `…/cancel`, `…/withdraw-authorisation`, `…/ask-again`, `GET` and `POST …/objections`, `DELETE …`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::api::decided::{invalid, problem, read, words};
use crate::api::permit::{at_level, permit};
use crate::api::reviews::waits;
use crate::auth::Permission;
use crate::config::Disclosure;
use crate::verification::{
    AskAgain, Asked, ErasureGrounds, IssuedReport, MOST_REASON, NewObjection, Objection, Verifier, Withdrawn,
};
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Which version is signed off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueTerms {
    /// The latest, which must be final.
    pub version: u32,
}

/// Signs a final version off (签发): a draft before. By a supervisor who is shown the whole report
/// (scope `report:read`, level full) and neither sent the case nor decided about a record of it.
#[utoipa::path(post, path = "/v1/verifications/{id}/issue", tag = "decisions", params(("id" = String, Path)), request_body = IssueTerms,
    responses((status = 200, body = IssuedReport), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 408, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn issue(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Json<IssuedReport>, Problem> {
    let signed_in = SignedIn(permit(&verifier, signed_in, Permission::IssueReport).await?);
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let form = [r#"{"version": 1}"#; 2];
    let terms: IssueTerms = read(&verifier, &caller, request, form).await?;
    match verifier.issue(&caller, &id, terms.version).await {
        Ok(issued) => Ok(Json(issued)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Stops a case: nobody is asked any more. One with a final report that is checked again ends with the report that stands.
#[utoipa::path(post, path = "/v1/verifications/{id}/cancel", tag = "decisions", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)),
    security(("bearer" = [])))]
pub async fn cancel(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SteerCase).await?;
    match verifier.cancel(&caller, &id).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Who takes consent back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalTerms {
    /// The member or obligor, by reference in the request.
    pub member: String,
    /// Why, 1 to 1,000 characters; that they wish so is enough.
    pub reason: String,
}

const WITHDRAWAL: [&str; 2] = [
    r#"{"member": "m1", "reason": "……（1 至 1000 字）"}"#,
    r#"{"member": "m1", "reason": "… (1 to 1,000 characters)"}"#,
];

/// A member takes the authorisation back (撤回授权): nobody is asked about them under its number any more, in this case or another; nobody
/// opens answers about them, nor drafts that tell of them; these are destroyed when a second person agrees (`/v1/approvals`), or by themselves after
/// `retention.withdrawn_hours` unless one refuses: then they stay locked. Issued versions stay as records of what was done. Another version is made.
#[utoipa::path(post, path = "/v1/verifications/{id}/withdraw-authorisation", tag = "decisions", params(("id" = String, Path)),
    request_body = WithdrawalTerms,
    responses((status = 200, body = Withdrawn), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 408, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn withdraw(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Json<Withdrawn>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SteerCase).await?;
    let terms: WithdrawalTerms = read(&verifier, &caller, request, WITHDRAWAL).await?;
    let Some(reason) = words(&terms.reason, MOST_REASON) else {
        return Err(invalid(&verifier, &caller, WITHDRAWAL).await);
    };
    match verifier.withdraw(&caller, &id, &terms.member, &reason).await {
        Ok(withdrawn) => Ok(Json(withdrawn)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

const OBJECTION: [&str; 2] = [
    r#"{"version": 1, "sources": ["vehicles"], "record": "m1/vehicles/……（可略）", "statement": "……"}"#,
    r#"{"version": 1, "sources": ["vehicles"], "record": "m1/vehicles/… (optional)", "statement": "…"}"#,
];

/// The applicant objects (异议) to what departments answered: the objection is kept, and the departments it names are asked anew; the next
/// version says why it was made.
#[utoipa::path(post, path = "/v1/verifications/{id}/objections", tag = "decisions", params(("id" = String, Path)),
    request_body = NewObjection,
    responses((status = 202), (status = 403, body = Problem), (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn object(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SteerCase).await?;
    let objection: NewObjection = read(&verifier, &caller, request, OBJECTION).await?;
    match verifier.object(&caller, &id, objection).await {
        Ok(()) => Ok(StatusCode::ACCEPTED),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

const ASK_AGAIN: [&str; 2] = [r#"{"source": "tax"}"#; 2];

/// Has a department that gave no answer asked once more (重新查询), under the authorisations as they stand today: one whose cells are `unavailable`.
/// Another version follows. 422: it has answered, or was not asked; 409: the case is at work.
#[utoipa::path(post, path = "/v1/verifications/{id}/ask-again", tag = "decisions", params(("id" = String, Path)),
    request_body = AskAgain,
    responses((status = 202), (status = 403, body = Problem), (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 409, body = Problem), (status = 410, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn ask_source_again(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::SteerCase).await?;
    let asked: AskAgain = read(&verifier, &caller, request, ASK_AGAIN).await?;
    match verifier.ask_source_again(&caller, &id, &asked.source).await {
        Ok(()) => Ok(StatusCode::ACCEPTED),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// The objections of a case, the first first. Needs the scope `report:read`; the reading is in the log first.
#[utoipa::path(get, path = "/v1/verifications/{id}/objections", tag = "decisions", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Objection>), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 410, body = Problem)),
    security(("bearer" = [])))]
pub async fn objections(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<Vec<Objection>>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    match verifier.objections(&caller, &id).await {
        Ok(objections) => Ok(Json(objections)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Why a case is to be erased.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ErasureQuery {
    /// consent_withdrawn, retention_over, mistaken or ordered.
    pub grounds: String,
}

/// Asks that a case be erased: its data keys are destroyed once a supervisor who is another person agrees (`POST /v1/approvals/{id}/agree`).
/// The log keeps its entries, which hold nothing personal. A case at work is cancelled first.
#[utoipa::path(delete, path = "/v1/verifications/{id}", tag = "decisions", params(("id" = String, Path), ErasureQuery),
    responses((status = 202, body = Asked), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn erase(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    query: Result<Query<ErasureQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::AskErasure).await?;
    let grounds = query.ok().and_then(|Query(query)| ErasureGrounds::parse(&query.grounds));
    let Some(grounds) = grounds else {
        let known = ErasureGrounds::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>();
        return Err(Problem::new(ProblemKind::InvalidRequest).with_detail(
            format!("须有参数 grounds：{}", known.join("、")),
            format!("grounds is needed: {}", known.join(", ")),
        ));
    };
    match verifier.ask_erasure(&caller, &id, grounds).await {
        Ok(asked) => Ok(waits(asked)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}
