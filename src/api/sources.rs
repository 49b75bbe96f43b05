//! `GET /v1/sources`.

use axum::Json;
use axum::extract::State;

use super::permit::permit;
use crate::auth::Permission;
use crate::verification::{SourceStatus, Verifier};
use crate::web::{Problem, SignedIn};

/// The departments: what they are, and how they are.
#[utoipa::path(get, path = "/v1/sources", tag = "sources",
    responses((status = 200, body = Vec<SourceStatus>), (status = 403, body = Problem)),
    security(("bearer" = [])))]
pub async fn sources(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
) -> Result<Json<Vec<SourceStatus>>, Problem> {
    permit(&verifier, signed_in, Permission::ReadSources).await?;
    Ok(Json(verifier.sources()))
}
