//! `GET /v1/verifications/{id}/versions`.

use axum::Json;
use axum::extract::State;

use crate::auth::Permission;
use crate::verification::{Verifier, VersionSummary};
use crate::web::{PathText, Problem, SignedIn};

/// Every version of a case's report, with the reason it was made.
#[utoipa::path(get, path = "/v1/verifications/{id}/versions", tag = "verifications", params(("id" = String, Path)),
    responses((status = 200, body = Vec<VersionSummary>), (status = 401, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn versions(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<Vec<VersionSummary>>, Problem> {
    let caller = signed_in.with(Permission::ReadCase)?;
    let status = verifier.status(&caller, &id).await.map_err(super::super::report::problem)?;
    Ok(Json(status.versions))
}
