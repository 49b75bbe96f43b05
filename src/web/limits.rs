//! What every response carries and every request is held to.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::response::IntoResponse;
use axum::{Extension, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::call_rate::CallRate;
use super::{Problem, ProblemKind};
use crate::config::ServerLimits;

/// Most bytes of a body that a route reads unless it says otherwise.
const BODY_LIMIT: usize = 256 * 1024;

/// Lays limits and security headers around a router: nothing is cached, sniffed, framed or loaded from elsewhere; a panic is a 500.
/// Each caller has a bucket of calls, each body a deadline.
pub fn guard<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: &ServerLimits) -> Router<S> {
    let rate = Arc::new(CallRate::new(limits));
    let router = router.layer(Extension(BodyTimeout(limits.body_timeout))).layer(Extension(rate));
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

/// Has callers that came over TLS stay with it, for a year: so that no later call, or page, goes out in clear.
pub fn only_over_tls(router: Router) -> Router {
    let stays = HeaderValue::from_static("max-age=31536000; includeSubDomains");
    router.layer(SetResponseHeaderLayer::overriding(header::STRICT_TRANSPORT_SECURITY, stays))
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

/// How long a body may take.
#[derive(Clone, Copy)]
struct BodyTimeout(Duration);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// More than 256 KiB.
    TooLarge,
    /// Not whole within the time for it.
    TooSlow,
    /// The connection broke, or the transfer coding is wrong.
    Broken,
}

/// Reads a request's body, at most 256 KiB of it, within the time that [`guard`] was given.
///
/// # Errors
/// [`BodyFault`]; what was read so far is dropped.
pub async fn read_body(request: Request<Body>) -> Result<Bytes, BodyFault> {
    let limit = request.extensions().get::<BodyTimeout>().map_or(ServerLimits::default().body_timeout, |limit| limit.0);
    tokio::time::timeout(limit, collect(request.into_body())).await.unwrap_or(Err(BodyFault::TooSlow))
}

/// The pieces of a long body as they come, each within the time that [`guard`] was given for a whole one: a body that stands still is let
/// go, one that makes headway may take as long as it takes. What it may come to is the reader's to say.
pub fn pieces(request: Request<Body>) -> impl Stream<Item = Result<Bytes, BodyFault>> {
    let limit = request.extensions().get::<BodyTimeout>().map_or(ServerLimits::default().body_timeout, |limit| limit.0);
    let body = request.into_body().into_data_stream();
    stream::unfold(Some(body), move |body| async move {
        let mut body = body?;
        match tokio::time::timeout(limit, body.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(body))),
            Ok(Some(Err(_))) => Some((Err(BodyFault::Broken), None)),
            Ok(None) => None,
            Err(_) => Some((Err(BodyFault::TooSlow), None)),
        }
    })
}

async fn collect(body: Body) -> Result<Bytes, BodyFault> {
    let mut pieces = body.into_data_stream();
    let mut whole = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| BodyFault::Broken)?;
        if whole.len() + piece.len() > BODY_LIMIT {
            return Err(BodyFault::TooLarge);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}
