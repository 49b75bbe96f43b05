//! `GET /v1/verifications`.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::permit::permit;
use crate::auth::Permission;
use crate::identity::holds_personal_number;
use crate::verification::{CasePage, ListFilter, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn};

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// accepted, running, waiting, final, cancelled, failed or erased.
    pub status: Option<String>,
    /// The caller's own reference; never an ID number or a mobile number.
    pub reference: Option<String>,
    /// The number of its reports, such as `HD-620422-2026-000123`.
    pub number: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
}

/// Lists the caller's cases, newest first. No names: those need a role that opens reports.
#[utoipa::path(get, path = "/v1/verifications", tag = "verifications", params(ListQuery),
    responses((status = 200, body = CasePage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<CasePage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadCase).await?;
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let Query(query) = query.map_err(|_| {
        invalid(
            "可用参数：status、reference、number、cursor、limit，各至多一次",
            "known parameters, each at most once: status, reference, number, cursor, limit",
        )
    })?;
    let limit = query.limit.as_deref().map_or(Some(50), |text| text.parse().ok()).filter(|n| (1..=200).contains(n));
    let Some(limit) = limit else {
        return Err(invalid("limit 应为 1 至 200 的整数", "limit is a whole number from 1 to 200"));
    };
    if query.cursor.as_deref().is_some_and(|cursor| uuid::Uuid::parse_str(cursor).is_err()) {
        return Err(invalid("cursor 应为上一页的 next", "cursor is the `next` of the former page"));
    }
    if query.reference.as_deref().is_some_and(holds_personal_number) {
        return Err(invalid(
            "reference 中含有身份证号码或手机号码：网址中不得有个人信息；请按业务编号查询，查某人请用 POST /v1/audit/subjects（审计员）",
            "reference holds an ID number or a mobile number, and nothing personal may stand in an address: ask by your case number; an \
             auditor asks about a person by POST /v1/audit/subjects",
        ));
    }
    let ListQuery { status, reference, number, cursor, .. } = query;
    let filter = ListFilter { status, reference, number, cursor, limit };
    if filter.status.as_deref().is_some_and(|status| crate::verification::CaseState::parse(status).is_none()) {
        return Err(invalid(
            "status 应为 accepted、running、waiting、final、cancelled、failed 或 erased",
            "status is accepted, running, waiting, final, cancelled, failed or erased",
        ));
    }
    verifier.list(&caller, &filter).await.map(Json).map_err(|error| Problem::internal(&error))
}
