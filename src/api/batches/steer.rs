//! `POST /v1/batches/{id}/pause`, `…/resume`, `…/cancel`.

use axum::Json;
use axum::extract::State;

use super::problems::problem;
use crate::api::permit::permit;
use crate::auth::Permission;
use crate::bulk::{BatchStatus, Bulk};
use crate::verification::Verifier;
use crate::web::{PathText, Problem, SignedIn};

/// Lets no more cases of a running batch begin; those at work end.
#[utoipa::path(post, path = "/v1/batches/{id}/pause", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = BatchStatus), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "It is not running", body = Problem)),
    security(("bearer" = [])))]
pub async fn pause(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
) -> Result<Json<BatchStatus>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RunBatches).await?;
    bulk.pause(&caller, &id).await.map(Json).map_err(problem)
}

/// Goes on with a paused batch.
#[utoipa::path(post, path = "/v1/batches/{id}/resume", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = BatchStatus), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "It is not paused", body = Problem)),
    security(("bearer" = [])))]
pub async fn resume(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
) -> Result<Json<BatchStatus>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RunBatches).await?;
    bulk.resume(&caller, &id).await.map(Json).map_err(problem)
}

/// Stops a batch: what had not begun never will, reports that stand stay.
#[utoipa::path(post, path = "/v1/batches/{id}/cancel", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = BatchStatus), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, description = "It has ended", body = Problem)),
    security(("bearer" = [])))]
pub async fn cancel(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
) -> Result<Json<BatchStatus>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RunBatches).await?;
    bulk.cancel(&caller, &id).await.map(Json).map_err(problem)
}
