//! `GET /v1/batches`, `GET /v1/batches/{id}`.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::problems::problem;
use crate::api::permit::permit;
use crate::auth::Permission;
use crate::bulk::{BatchPage, BatchStatus, Bulk};
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// receiving, running, paused, finished or cancelled.
    pub status: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
}

/// Lists the organisation's batches, newest first.
#[utoipa::path(get, path = "/v1/batches", tag = "batches", params(ListQuery),
    responses((status = 200, body = BatchPage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<BatchPage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadBatches).await?;
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let Query(query) = query.map_err(|_| invalid("可用参数：status、cursor", "known parameters: status, cursor"))?;
    if query.status.as_deref().is_some_and(|word| crate::bulk::BatchState::parse(word).is_none()) {
        let words = "receiving, running, paused, finished, cancelled";
        return Err(invalid(&format!("status 应为：{words}"), &format!("status is one of: {words}")));
    }
    bulk.list(&caller, query.status.as_deref(), query.cursor.as_deref()).await.map(Json).map_err(problem)
}

/// A batch: how far it has come, its cases by state. No contents.
#[utoipa::path(get, path = "/v1/batches/{id}", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = BatchStatus), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn status(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
) -> Result<Json<BatchStatus>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadBatches).await?;
    bulk.status(&caller, &id).await.map(Json).map_err(problem)
}
