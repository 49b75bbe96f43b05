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
use super::{assets, cases, home, sign_in};
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
        get("/cases/{id}", cases::show),
        get("/cases/{id}/events", cases::events),
        get("/cases/{id}/issue", cases::ask_issue),
        post("/cases/{id}/issue", cases::issue),
        get("/cases/{id}/cancel", cases::ask_cancel),
        post("/cases/{id}/cancel", cases::cancel),
        get("/cases/{id}/withdraw", cases::ask_withdrawal),
        post("/cases/{id}/withdraw", cases::withdraw),
        get("/cases/{id}/erase", cases::ask_erasure),
        post("/cases/{id}/erase", cases::erase),
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
