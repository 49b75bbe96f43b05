//! `GET /v1/verifications/{id}/versions`.

use axum::Json;
use axum::extract::State;

use crate::api::permit::permit;
use crate::auth::Permission;
use crate::verification::{Verifier, VersionSummary};
use crate::web::{PathText, Problem, SignedIn};

/// Every version of a case's report, with the reason it was made.
#[utoipa::path(get, path = "/v1/verifications/{id}/versions", tag = "verifications", params(("id" = String, Path)),
    responses((status = 200, body = Vec<VersionSummary>), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn versions(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<Vec<VersionSummary>>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadCase).await?;
    let (_, versions) = verifier.standing(&caller, &id).await.map_err(crate::api::report::problem)?;
    Ok(Json(versions))
}
