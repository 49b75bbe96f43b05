//! `POST /v1/subscriptions`, `GET /v1/subscriptions`, `DELETE /v1/subscriptions/{id}`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::api::body::{read_json, whole};
use crate::api::permit::{permit, refuse};
use crate::api::report::problem;
use crate::auth::Permission;
use crate::monitoring::{MOST_CASES, Monitoring, Subscribed, SubscriptionState, Wanted, WatchedPage};
use crate::verification::{Verifier, is_report_number};
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Whom to watch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionRequest {
    /// Cases with a final report, 1 to 1,000, by their ids or the numbers of their reports: their households are watched.
    #[serde(default)]
    pub cases: Vec<String>,
    /// A batch instead: all of its households that have a final report.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub batch: Option<Uuid>,
    /// Days between two looks, 1 to 366; 30 unless given.
    #[serde(default = "thirty")]
    #[schema(minimum = 1, maximum = 366)]
    pub every_days: u32,
    /// Last day; as long as the authorisations run unless given.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

fn thirty() -> u32 {
    30
}

/// Has households watched: each is looked at again every so often, as long as every member's authorisation covers monitoring and runs.
#[utoipa::path(post, path = "/v1/subscriptions", tag = "monitoring", request_body = SubscriptionRequest,
    responses((status = 200, body = Subscribed), (status = 403, body = Problem), (status = 408, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn subscribe(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
    request: Request<Body>,
) -> Result<Json<Subscribed>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Monitor).await?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let read = serde_json::from_slice::<SubscriptionRequest>(&body).ok();
    let right = |read: &SubscriptionRequest| {
        let some = match read.batch {
            Some(_) => read.cases.is_empty(),
            None => (1..=MOST_CASES).contains(&read.cases.len()),
        };
        let named = |name: &String| Uuid::parse_str(name).is_ok() || is_report_number(name);
        some && read.cases.iter().all(named) && (1..=366).contains(&read.every_days)
    };
    let Some(read) = read.filter(right) else {
        let example = "{\"cases\": [\"…\"], \"every_days\": 30, \"until\": \"2027-12-31\"}";
        let what = [format!("请求应为 {example}"), format!("the body is {example}")];
        let remedy = [
            "cases 为 1 至 1000 个案件编号或报告编号，或以 batch 给出批次编号；every_days 为 1 至 366",
            "cases are 1 to 1,000 ids or report numbers, or batch is the id of one; every_days is from 1 to 366",
        ];
        let problem = whole(ProblemKind::InvalidRequest, "subscription", [&what[0], &what[1]], remedy);
        return Err(refuse(&verifier, &caller, "invalid", problem).await);
    };
    let wanted = Wanted { cases: read.cases, batch: read.batch, every_days: read.every_days, until: read.until };
    monitoring.subscribe(&caller, &wanted).await.map(Json).map_err(problem)
}

/// Filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionsQuery {
    /// active or ended; both unless given.
    pub status: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
}

/// Lists watched households, the oldest first. No names.
#[utoipa::path(get, path = "/v1/subscriptions", tag = "monitoring", params(SubscriptionsQuery),
    responses((status = 200, body = WatchedPage), (status = 403, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn list(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
    query: Result<Query<SubscriptionsQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<WatchedPage>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Monitor).await?;
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let Query(query) = query.map_err(|_| invalid("可用参数：status、cursor", "known parameters: status, cursor"))?;
    let state = match query.status.as_deref() {
        None => None,
        Some(word) => Some(
            SubscriptionState::parse(word)
                .ok_or_else(|| invalid("status 应为 active 或 ended", "status is active or ended"))?,
        ),
    };
    monitoring.watched(&caller, state, query.cursor.as_deref()).await.map(Json).map_err(problem)
}

/// Ends a subscription.
#[utoipa::path(delete, path = "/v1/subscriptions/{id}", tag = "monitoring", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn unsubscribe(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(monitoring): State<Monitoring>,
    PathText(id): PathText,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Monitor).await?;
    monitoring.unsubscribe(&caller, &id).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}
