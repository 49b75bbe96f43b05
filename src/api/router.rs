//! Every call, one a line: the router is made of this list, and the table of who may call what (`tests/it/http/access.rs`) is held to it.

use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use axum::{Extension, Router};

use super::verifications::steer;
use super::{
    ApiState, approvals, assessments, audit, batches, callers, docs, due, health, matches, monitoring, openapi,
    policies, report, reviews, schemas, sources, verifications,
};
use crate::config::ServerLimits;
use crate::web::{Problem, ProblemKind, guard};

/// One call.
struct Call {
    method: &'static str,
    path: &'static str,
    answered_by: MethodRouter<ApiState>,
}

/// Functions named after a method, of a path and what answers it.
macro_rules! methods {
    ($($name:ident: $method:literal),*) => {$(
        fn $name<H: Handler<T, ApiState>, T: 'static>(path: &'static str, handler: H) -> Call {
            Call { method: $method, path, answered_by: routing::$name(handler) }
        }
    )*};
}
methods!(get: "GET", post: "POST", put: "PUT", delete: "DELETE");

fn calls() -> Vec<Call> {
    vec![
        post("/v1/verifications", verifications::submit::submit),
        get("/v1/verifications", verifications::list::list),
        get("/v1/verifications/{id}", verifications::status::status),
        get("/v1/verifications/{id}/events", verifications::events::events),
        get("/v1/verifications/{id}/versions", verifications::versions::versions),
        get("/v1/verifications/{id}/report", report::report),
        get("/v1/verifications/{id}/receipt", verifications::receipt::receipt),
        get("/v1/verifications/{id}/change", verifications::change::change),
        post("/v1/verifications/{id}/heard", verifications::change::heard),
        delete("/v1/verifications/{id}", steer::erase),
        post("/v1/verifications/{id}/issue", steer::issue),
        post("/v1/verifications/{id}/cancel", steer::cancel),
        post("/v1/verifications/{id}/withdraw-authorisation", steer::withdraw),
        post("/v1/verifications/{id}/objections", steer::object),
        get("/v1/verifications/{id}/objections", steer::objections),
        post("/v1/verifications/{id}/ask-again", steer::ask_source_again),
        post("/v1/verifications/{id}/reviews", reviews::review),
        get("/v1/verifications/{id}/reviews", reviews::records),
        get("/v1/reviews", reviews::list),
        get("/v1/approvals", approvals::list),
        get("/v1/approvals/{id}", approvals::show),
        post("/v1/approvals/{id}/agree", approvals::agree),
        post("/v1/approvals/{id}/refuse", approvals::refuse),
        post("/v1/approvals/{id}/ask-again", approvals::ask_again),
        post("/v1/inspections", approvals::inspect),
        put("/v1/callers/{id}/kin", callers::register),
        get("/v1/callers/{id}/kin", callers::kin),
        delete("/v1/callers/{id}/kin", callers::remove),
        get("/v1/due", due::due),
        post("/v1/batches", batches::submit::submit),
        get("/v1/batches", batches::status::list),
        get("/v1/batches/{id}", batches::status::status),
        get("/v1/batches/{id}/results", batches::results::results),
        get("/v1/batches/{id}/referrals", batches::results::referrals),
        get("/v1/batches/{id}/changes", batches::results::changes),
        get("/v1/batches/{id}/faults", batches::results::faults),
        post("/v1/batches/{id}/pause", batches::steer::pause),
        post("/v1/batches/{id}/resume", batches::steer::resume),
        post("/v1/batches/{id}/cancel", batches::steer::cancel),
        post("/v1/subscriptions", monitoring::subscriptions::subscribe),
        get("/v1/subscriptions", monitoring::subscriptions::list),
        delete("/v1/subscriptions/{id}", monitoring::subscriptions::unsubscribe),
        get("/v1/callbacks", monitoring::callbacks::list),
        post("/v1/callbacks/{id}/redeliver", monitoring::callbacks::redeliver),
        get("/v1/alerts", monitoring::alerts::list),
        post("/v1/alerts/{id}/acknowledge", monitoring::alerts::acknowledge),
        post("/v1/assessments", assessments::assess),
        post("/v1/matches", matches::explain),
        get("/v1/audit/events", audit::events::events),
        get("/v1/audit/events/{id}", audit::events::event),
        post("/v1/audit/subjects", audit::subjects::subjects),
        get("/v1/audit/findings", audit::findings::findings),
        post("/v1/audit/findings/{id}/acknowledge", audit::findings::acknowledge),
        get("/v1/audit/checkpoint", audit::proofs::checkpoint),
        get("/v1/audit/proofs/inclusion", audit::proofs::inclusion),
        get("/v1/audit/proofs/consistency", audit::proofs::consistency),
        get("/v1/audit/tile/{*path}", audit::proofs::tile),
        get("/v1/sources", sources::sources),
        get("/v1/policies/{region}", policies::policy),
        get("/.well-known/jwks.json", schemas::jwks),
        get("/schemas/report.json", schemas::report),
        get("/schemas/report-view.json", schemas::report_view),
        get("/schemas/request.json", schemas::request),
        get("/schemas/evidence.json", schemas::evidence),
        get("/schemas/match.json", schemas::comparison),
        get("/openapi.json", openapi::openapi),
        get("/docs", docs::overview),
        get("/docs/{tag}", docs::of_tag),
        get("/healthz", health::healthz),
        get("/readyz", health::readyz),
        get("/metrics", health::metrics),
    ]
}

/// The whole interface, each caller within its limits.
pub fn router(state: ApiState, limits: &ServerLimits) -> Router {
    let mut routes = Router::new();
    for call in calls() {
        routes = routes.route(call.path, call.answered_by);
    }
    let routes = routes
        .fallback(|| async { Problem::new(ProblemKind::NotFound) })
        .method_not_allowed_fallback(|| async { Problem::new(ProblemKind::MethodNotAllowed) });
    guard(routes, limits).layer(Extension(state.verifier.clone())).with_state(state)
}

/// Method and path of every call.
#[must_use]
pub fn routes() -> Vec<(&'static str, &'static str)> {
    calls().into_iter().map(|call| (call.method, call.path)).collect()
}
