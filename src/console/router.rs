//! The console's routes, in front of the interface under `/v1`: what is not the console's is the interface's.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};

use super::frame::Frame;
use super::notices::Notice;
use super::state::Console;
use super::{home, sign_in, style};
use crate::config::ServerLimits;
use crate::web::guard;

/// The console, and behind it the interface.
pub fn router(console: Console, limits: &ServerLimits, interface: Router) -> Router {
    let routes = Router::new()
        .route("/", get(home::home))
        .route("/signin", get(sign_in::page).post(sign_in::begin))
        .route("/signin/callback", get(sign_in::complete))
        .route("/signout", post(sign_in::out))
        .route(&style::PATH, get(style::sheet));
    let behind = interface.layer(middleware::from_fn_with_state(console.clone(), not_found));
    guard(routes, limits).with_state(console).fallback_service(behind)
}

/// Somebody who looks for a page that is not there is told so on a page.
async fn not_found(State(_): State<Console>, frame: Frame, request: Request, next: Next) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let for_people = accepts.contains("text/html") && !request.uri().path().starts_with("/v1/");
    let response = next.run(request).await;
    let missing = response.status() == StatusCode::NOT_FOUND;
    if for_people && missing { frame.notice(Notice::NotFound) } else { response }
}
