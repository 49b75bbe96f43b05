//! `GET /v1/verifications`.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Permission;
use crate::verification::{CasePage, ListFilter, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn};

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// accepted, running, waiting, final, cancelled, failed or erased.
    pub status: Option<String>,
    /// The caller's own reference.
    pub reference: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless given.
    pub limit: Option<u32>,
}

/// Lists the caller's cases, newest first. No names: those need a role that opens reports.
#[utoipa::path(get, path = "/v1/verifications", tag = "verifications", params(ListQuery),
    responses((status = 200, body = CasePage), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<CasePage>, Problem> {
    let caller = signed_in.with(Permission::ReadCase)?;
    let invalid = |detail: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(detail);
    let Query(query) = query.map_err(|_| invalid("known parameters: status, reference, cursor, limit"))?;
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(invalid("limit is 1 to 200"));
    }
    if query.cursor.as_deref().is_some_and(|cursor| uuid::Uuid::parse_str(cursor).is_err()) {
        return Err(invalid("cursor is the `next` of the former page"));
    }
    let filter = ListFilter { status: query.status, reference: query.reference, cursor: query.cursor, limit };
    if filter.status.as_deref().is_some_and(|status| crate::verification::CaseState::parse(status).is_none()) {
        return Err(invalid("status is accepted, running, waiting, final, cancelled, failed or erased"));
    }
    verifier.list(&caller, &filter).await.map(Json).map_err(|error| Problem::internal(&error))
}
