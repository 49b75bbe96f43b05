//! `GET /v1/sources`.

use axum::Json;
use axum::extract::State;

use crate::auth::Permission;
use crate::verification::{SourceStatus, Verifier};
use crate::web::{Problem, SignedIn};

/// The departments: what they are, and how they are.
#[utoipa::path(get, path = "/v1/sources", tag = "sources",
    responses((status = 200, body = Vec<SourceStatus>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("bearer" = [])))]
pub async fn sources(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
) -> Result<Json<Vec<SourceStatus>>, Problem> {
    signed_in.with(Permission::ReadSources)?;
    Ok(Json(verifier.sources()))
}
