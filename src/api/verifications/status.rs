//! `GET /v1/verifications/{id}`.

use axum::Json;
use axum::extract::State;

use crate::api::permit::permit;
use crate::auth::Permission;
use crate::verification::{CaseStatus, Verifier};
use crate::web::{PathText, Problem, SignedIn};

/// State of a case, per person and source: kind of answer, latency, attempts. No record contents.
///
/// That a department has records of somebody, or has none, is a fact about that person. At level `full` with `report:read` the kinds `found`,
/// `no_record` and `partial` are told, and the reading stands in the audit log (one entry for a caller and case an hour); to everybody else
/// each of them is `answered`. `pending`, `skipped` and `unavailable` say nothing of the person and are told to all. An erased case has no cells.
#[utoipa::path(get, path = "/v1/verifications/{id}", tag = "verifications", params(("id" = String, Path)),
    responses((status = 200, body = CaseStatus), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn status(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<CaseStatus>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadCase).await?;
    verifier.status(&caller, &id).await.map(Json).map_err(crate::api::report::problem)
}
