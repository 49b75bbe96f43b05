//! `GET /v1/due`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use super::accept::preferred;
use super::callers::say_left_out;
use super::permit::{at_level, permit};
use super::report::problem;
use crate::auth::Permission;
use crate::config::Disclosure;
use crate::verification::{DuePage, Verifier};
use crate::web::{Problem, ProblemKind, SignedIn};

/// Where the next page of request documents begins.
const NEXT: HeaderName = HeaderName::from_static("hedui-next");

/// Until when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct DueQuery {
    /// Last day; today unless given.
    #[param(value_type = Option<String>, format = Date)]
    pub until: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    pub limit: Option<String>,
}

/// Households that are to be looked at again by a day, the earliest first; not those that are being looked at. As JSON without names; as
/// NDJSON the request documents of a batch that looks at them, with numbers and what was declared: for callers at level `full` with the scope
/// `report:read`, each opening in the log.
#[utoipa::path(get, path = "/v1/due", tag = "batches", params(DueQuery),
    responses(
        (status = 200, content((DuePage = "application/json"), (String = "application/x-ndjson")),
            headers(("Hedui-Next" = String, description = "Of NDJSON: `cursor` of the next page; absent on the last"),
                ("Hedui-Left-Out" = u64, description = "Of NDJSON: households left out, being the caller's own or of registered kin"))),
        (status = 403, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn due(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    query: Result<Query<DueQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let known =
        ["可用参数：until、cursor、limit，各至多一次", "known parameters, each at most once: until, cursor, limit"];
    let Query(query) = query.map_err(|_| invalid(known[0], known[1]))?;
    let until = match query.until.as_deref().map(str::parse::<Date>) {
        None => verifier.today(),
        Some(Ok(day)) => day,
        Some(Err(_)) => return Err(invalid("until 应为日期，例如 2026-12-31", "until is a date such as 2026-12-31")),
    };
    let limit = query.limit.as_deref().map_or(Some(50), |text| text.parse().ok()).filter(|n| (1..=200).contains(n));
    let Some(limit) = limit else {
        return Err(invalid("limit 应为 1 至 200 的整数", "limit is a whole number from 1 to 200"));
    };
    let offered = ["application/json", "application/x-ndjson"];
    let Some(place) = preferred(&headers, &offered) else {
        let offered = offered.join(", ");
        let problem = Problem::new(ProblemKind::NotAcceptable);
        return Err(problem.with_detail(format!("可选格式：{offered}"), format!("offered: {offered}")));
    };
    if place == 0 {
        let caller = permit(&verifier, signed_in, Permission::ReadBatches).await?;
        let page = verifier.due_list(&caller, until, query.cursor.as_deref(), limit).await;
        return page.map(|page| axum::Json(page).into_response()).map_err(|error| Problem::internal(&error));
    }
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let (lines, next, left_out) =
        verifier.due_requests(&caller, until, query.cursor.as_deref(), limit).await.map_err(problem)?;
    let mut response = ([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response();
    if let Some(next) = next.and_then(|next| next.parse().ok()) {
        response.headers_mut().insert(NEXT, next);
    }
    say_left_out(response.headers_mut(), left_out);
    Ok(response)
}
