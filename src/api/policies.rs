//! `GET /v1/policies/{region}`.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::permit::permit;
use crate::auth::Permission;
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// At which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PolicyQuery {
    /// yyyy-MM-dd; today unless given.
    pub as_of: Option<String>,
}

/// The rules in force in a region on a day, each with its law and whether it is published or assumed.
#[utoipa::path(get, path = "/v1/policies/{region}", tag = "policy", params(("region" = String, Path), PolicyQuery),
    responses((status = 200, description = "The resolved pack", body = Object), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn policy(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(region): PathText,
    query: Result<Query<PolicyQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<serde_json::Value>, Problem> {
    permit(&verifier, signed_in, Permission::ReadPolicy).await?;
    let invalid = || {
        Problem::new(ProblemKind::InvalidRequest)
            .with_detail("as_of 应为日期，格式 yyyy-MM-dd", "as_of is a date, yyyy-MM-dd")
    };
    let Query(query) = query.map_err(|_| invalid())?;
    let as_of = query.as_of.map(|text| text.parse().map_err(|_| invalid())).transpose()?;
    verifier.resolved_policy(&region, as_of).map(Json).ok_or_else(|| {
        Problem::new(ProblemKind::NotFound)
            .with_detail("该地区该日没有政策参数", "no pack covers this region on this day")
    })
}
