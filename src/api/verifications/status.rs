//! `GET /v1/verifications/{id}`.

use axum::Json;
use axum::extract::State;

use crate::api::permit::permit;
use crate::auth::Permission;
use crate::verification::{CaseStatus, Verifier};
use crate::web::{PathText, Problem, SignedIn};

/// State of a case, per person and source: kind of answer, latency, attempts. No record contents.
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
