//! The console's routes, one a line, in front of the interface under `/v1`: what is not the console's is the interface's.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{self, MethodRouter};

use super::frame::Frame;
use super::notices::Notice;
use super::state::Console;
use super::{
    approvals, assets, audit, batches, cases, changes, home, link, monitoring, new, objections, policy, queues,
    reports, reviews, sign_in, sources,
};
use crate::config::ServerLimits;
use crate::web::guard;

/// One page, or what a form of one does.
struct Page {
    method: &'static str,
    path: &'static str,
    answered_by: MethodRouter<Console>,
}

fn get<H: Handler<T, Console>, T: 'static>(path: &'static str, handler: H) -> Page {
    Page { method: "GET", path, answered_by: routing::get(handler) }
}

fn post<H: Handler<T, Console>, T: 'static>(path: &'static str, handler: H) -> Page {
    Page { method: "POST", path, answered_by: routing::post(handler) }
}

fn all() -> Vec<Page> {
    vec![
        get("/", home::home),
        get("/signin", sign_in::page),
        post("/signin", sign_in::begin),
        get("/signin/callback", sign_in::complete),
        post("/signout", sign_in::out),
        get("/new", new::ask),
        post("/new", new::step),
        post("/new/check", new::check),
        post("/new/send", new::send),
        get("/new/file", new::ask_file),
        post("/new/file", new::file),
        get("/cases/{id}", cases::show),
        get("/cases/{id}/events", cases::events),
        get("/cases/{id}/ask-again", cases::ask_again),
        post("/cases/{id}/ask-again", cases::again),
        get("/cases/{id}/report", reports::report),
        get("/cases/{id}/receipt", reports::receipt),
        get("/cases/{id}/versions", changes::versions),
        get("/cases/{id}/change", changes::change),
        post("/cases/{id}/change", changes::hear),
        get("/cases/{id}/objections", objections::list),
        post("/cases/{id}/objections", objections::object),
        get("/cases/{id}/issue", cases::ask_issue),
        post("/cases/{id}/issue", cases::issue),
        get("/cases/{id}/cancel", cases::ask_cancel),
        post("/cases/{id}/cancel", cases::cancel),
        get("/cases/{id}/withdraw", cases::ask_withdrawal),
        post("/cases/{id}/withdraw", cases::withdraw),
        get("/cases/{id}/erase", cases::ask_erasure),
        post("/cases/{id}/erase", cases::erase),
        get("/cases/{id}/reviews", reviews::show),
        post("/cases/{id}/reviews", reviews::decide),
        get("/reviews", queues::reviews),
        get("/approvals", queues::approvals),
        get("/approvals/{approval}", approvals::show),
        get("/approvals/{approval}/agree", approvals::ask_agree),
        post("/approvals/{approval}/agree", approvals::agree),
        get("/approvals/{approval}/refuse", approvals::ask_refuse),
        post("/approvals/{approval}/refuse", approvals::refuse),
        get("/approvals/{approval}/ask-again", approvals::ask_ask_again),
        post("/approvals/{approval}/ask-again", approvals::ask_again),
        get("/inspections/new", approvals::ask_inspection),
        post("/inspections/new", approvals::inspect),
        get("/batches", batches::list),
        get("/batches/new", batches::new),
        post("/batches/new", batches::send),
        get("/batches/template", batches::template),
        get("/batches/{batch}", batches::show),
        get("/batches/{batch}/results", batches::results),
        get("/batches/{batch}/changes", batches::changes),
        get("/batches/{batch}/referrals", batches::referrals),
        get("/batches/{batch}/faults", batches::faults),
        get("/batches/{batch}/export", batches::export),
        get("/batches/{batch}/pause", batches::ask_pause),
        post("/batches/{batch}/pause", batches::pause),
        get("/batches/{batch}/resume", batches::ask_resume),
        post("/batches/{batch}/resume", batches::resume),
        get("/batches/{batch}/cancel", batches::ask_cancel),
        post("/batches/{batch}/cancel", batches::cancel),
        get("/link", link::ask),
        post("/link", link::send),
        get("/link/example", link::example),
        get("/link/{run}", link::show),
        get("/link/{run}/pairs/{pair}", link::pair),
        get("/link/{run}/export", link::export),
        post("/link/{run}/delete", link::delete),
        get("/due", queues::due),
        get("/alerts", queues::alerts),
        get("/alerts/{alert}", monitoring::alerts::show),
        get("/alerts/{alert}/acknowledge", monitoring::alerts::ask_acknowledge),
        post("/alerts/{alert}/acknowledge", monitoring::alerts::acknowledge),
        get("/watches", monitoring::watches::list),
        get("/watches/new", monitoring::watches::new),
        post("/watches/new", monitoring::watches::watch),
        get("/watches/{watch}/end", monitoring::watches::ask_end),
        post("/watches/{watch}/end", monitoring::watches::end),
        get("/audit", audit::search),
        get("/audit/export", audit::export),
        get("/audit/entries/{n}", audit::entry),
        get("/audit/subjects", audit::ask_subject),
        post("/audit/subjects", audit::trail),
        get("/audit/findings", audit::findings),
        get("/audit/findings/{id}", audit::finding),
        post("/audit/findings/{id}", audit::acknowledge),
        get("/policy", policy::list),
        get("/policy/simulate", policy::simulate::ask),
        post("/policy/simulate", policy::simulate::run),
        get("/policy/{region}", policy::rules),
        get("/policy/{region}/changes", policy::changes),
        get("/sources", sources::board),
        get("/sources/{key}", sources::department),
        get("/audit/verify", audit::verify),
        post("/audit/verify", audit::begin_check),
    ]
}

/// The console, and behind it the interface.
pub fn router(console: Console, limits: &ServerLimits, interface: Router) -> Router {
    let mut routes = Router::new();
    for page in all() {
        routes = routes.route(page.path, page.answered_by);
    }
    for asset in assets::all() {
        routes = routes.route(&asset.path, routing::get(|| async { asset.answer() }));
    }
    let behind = interface.layer(middleware::from_fn_with_state(console.clone(), not_found));
    guard(routes, limits).with_state(console).fallback_service(behind)
}

/// Method and path of every page.
#[must_use]
pub fn pages() -> Vec<(&'static str, &'static str)> {
    all().into_iter().map(|page| (page.method, page.path)).collect()
}

/// Somebody who looks for a page that is not there is told so on a page.
async fn not_found(State(_): State<Console>, frame: Frame, request: Request, next: Next) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let for_people = accepts.contains("text/html") && !request.uri().path().starts_with("/v1/");
    let response = next.run(request).await;
    let missing = response.status() == StatusCode::NOT_FOUND;
    if for_people && missing { frame.notice(Notice::NotFound) } else { response }
}
