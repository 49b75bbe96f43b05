//! What every response carries and every request is held to.

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Problem, ProblemKind};

/// Most bytes of a body that a route reads unless it says otherwise.
const BODY_LIMIT: usize = 256 * 1024;

/// Lays limits and security headers around a router: nothing is cached, sniffed, framed or loaded from elsewhere; a panic is a 500.
pub fn guard<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let mut router = router.layer(DefaultBodyLimit::max(BODY_LIMIT)).layer(CatchPanicLayer::custom(|_panic| {
        tracing::error!("a route panicked");
        Problem::new(ProblemKind::Internal).into_response()
    }));
    let headers: [(HeaderName, &str); 5] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in headers {
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)));
    }
    router
}

/// The policy of a page that carries one style element of its own, allowed by its hash: no other style, no script, nothing loaded.
#[must_use]
pub fn policy_of_page(style: &str) -> HeaderValue {
    let hash = STANDARD.encode(Sha256::digest(style));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 and fixed words are visible ASCII")
}

/// Reads a request's body, at most 256 KiB of it.
///
/// # Errors
/// 413 when it is larger, or the connection broke.
pub async fn read_body(request: Request<Body>) -> Result<bytes::Bytes, Problem> {
    let too_large = |_| Problem::new(ProblemKind::TooLarge).with_detail("at most 256 KiB a request");
    axum::body::to_bytes(request.into_body(), BODY_LIMIT).await.map_err(too_large)
}
