//! `GET /v1/callbacks`, `POST /v1/callbacks/{id}/redeliver`: word to clients that never arrived.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::api::permit::permit;
use crate::api::report::problem;
use crate::auth::Permission;
use crate::monitoring::{GivenUp, Monitoring};
use crate::verification::Verifier;
use crate::web::{PathText, Problem, SignedIn};

/// Callbacks that were given up, within the caller's regions, those that were given up first before the others; at most 200. Nothing
/// about anybody.
#[utoipa::path(get, path = "/v1/callbacks", tag = "monitoring",
    responses((status = 200, body = Vec<GivenUp>), (status = 403, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
) -> Result<Json<Vec<GivenUp>>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ManageCallbacks).await?;
    monitoring.given_up(&caller).await.map(Json).map_err(problem)
}

/// Sends a callback that was given up once more, as if it had never been tried.
#[utoipa::path(post, path = "/v1/callbacks/{id}/redeliver", tag = "monitoring", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn redeliver(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
    PathText(id): PathText,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ManageCallbacks).await?;
    monitoring.redeliver(&caller, &id).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}
