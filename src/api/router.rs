//! Every route, one a line.

use axum::Router;
use axum::routing::{delete, get, post};

use super::verifications::steer;
use super::{
    ApiState, approvals, assessments, batches, due, health, matches, monitoring, openapi, policies, report, reviews,
    schemas, sources, verifications,
};
use crate::config::ServerLimits;
use crate::web::{Problem, ProblemKind, guard};

/// The whole interface, each caller within its limits.
pub fn router(state: ApiState, limits: &ServerLimits) -> Router {
    let routes = Router::new()
        .route("/v1/verifications", post(verifications::submit::submit).get(verifications::list::list))
        .route("/v1/verifications/{id}", get(verifications::status::status).delete(steer::erase))
        .route("/v1/verifications/{id}/events", get(verifications::events::events))
        .route("/v1/verifications/{id}/versions", get(verifications::versions::versions))
        .route("/v1/verifications/{id}/report", get(report::report))
        .route("/v1/verifications/{id}/change", get(verifications::change::change))
        .route("/v1/verifications/{id}/heard", post(verifications::change::heard))
        .route("/v1/verifications/{id}/issue", post(steer::issue))
        .route("/v1/verifications/{id}/cancel", post(steer::cancel))
        .route("/v1/verifications/{id}/withdraw-authorisation", post(steer::withdraw))
        .route("/v1/verifications/{id}/objections", post(steer::object).get(steer::objections))
        .route("/v1/verifications/{id}/reviews", post(reviews::review).get(reviews::records))
        .route("/v1/reviews", get(reviews::list))
        .route("/v1/approvals", get(approvals::list))
        .route("/v1/approvals/{id}", get(approvals::show))
        .route("/v1/approvals/{id}/agree", post(approvals::agree))
        .route("/v1/approvals/{id}/refuse", post(approvals::refuse))
        .route("/v1/inspections", post(approvals::inspect))
        .route("/v1/due", get(due::due))
        .route("/v1/batches", post(batches::submit::submit).get(batches::status::list))
        .route("/v1/batches/{id}", get(batches::status::status))
        .route("/v1/batches/{id}/results", get(batches::results::results))
        .route("/v1/batches/{id}/referrals", get(batches::results::referrals))
        .route("/v1/batches/{id}/changes", get(batches::results::changes))
        .route("/v1/batches/{id}/faults", get(batches::results::faults))
        .route("/v1/batches/{id}/pause", post(batches::steer::pause))
        .route("/v1/batches/{id}/resume", post(batches::steer::resume))
        .route("/v1/batches/{id}/cancel", post(batches::steer::cancel))
        .route("/v1/subscriptions", post(monitoring::subscriptions::subscribe).get(monitoring::subscriptions::list))
        .route("/v1/subscriptions/{id}", delete(monitoring::subscriptions::unsubscribe))
        .route("/v1/callbacks", get(monitoring::callbacks::list))
        .route("/v1/callbacks/{id}/redeliver", post(monitoring::callbacks::redeliver))
        .route("/v1/alerts", get(monitoring::alerts::list))
        .route("/v1/alerts/{id}/acknowledge", post(monitoring::alerts::acknowledge))
        .route("/v1/assessments", post(assessments::assess))
        .route("/v1/matches", post(matches::explain))
        .route("/v1/sources", get(sources::sources))
        .route("/v1/policies/{region}", get(policies::policy))
        .route("/.well-known/jwks.json", get(schemas::jwks))
        .route("/schemas/report.json", get(schemas::report))
        .route("/schemas/report-view.json", get(schemas::report_view))
        .route("/schemas/request.json", get(schemas::request))
        .route("/schemas/evidence.json", get(schemas::evidence))
        .route("/schemas/match.json", get(schemas::comparison))
        .route("/openapi.json", get(openapi::openapi))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .fallback(|| async { Problem::new(ProblemKind::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(ProblemKind::MethodNotAllowed) });
    guard(routes, limits).with_state(state)
}
