//! What every response carries and every request is held to.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, BodyDataStream};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Request, header};
use axum::response::IntoResponse;
use axum::{Extension, Router, middleware};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::call_rate::CallRate;
use super::places::{Places, keep};
use super::{Problem, ProblemKind};
use crate::config::ServerLimits;

/// Most bytes of a body that a route reads unless it says otherwise.
const BODY_LIMIT: usize = 256 * 1024;

/// Lays limits and security headers around a router: nothing is cached, sniffed, framed or loaded from elsewhere; a panic is a 500.
/// Each caller has a bucket of calls and so many at once, each body a deadline.
pub fn guard<S: Clone + Send + Sync + 'static>(router: Router<S>, limits: &ServerLimits) -> Router<S> {
    let rate = Arc::new(CallRate::new(limits));
    let router = router.layer(middleware::from_fn(keep)).layer(Extension(Arc::new(Places::new(limits))));
    let times = BodyTimes { whole: limits.body_timeout, floor: limits.upload_floor };
    let router = router.layer(Extension(times)).layer(Extension(rate));
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
struct BodyTimes {
    /// A whole one; of a long one, a piece.
    whole: Duration,
    /// Bytes a second that a long one must come to beyond that.
    floor: NonZeroU64,
}

impl BodyTimes {
    fn of(request: &Request<Body>) -> Self {
        let usual = ServerLimits::default();
        let otherwise = Self { whole: usual.body_timeout, floor: usual.upload_floor };
        request.extensions().get::<Self>().copied().unwrap_or(otherwise)
    }

    /// How long the next piece of a long body is waited for, after so many bytes and so long a wait for them.
    fn next_piece(self, received: u64, waited: Duration) -> Duration {
        let allowed = self.whole.saturating_add(Duration::from_secs(received / self.floor));
        allowed.saturating_sub(waited).min(self.whole)
    }
}

/// A long body, the bytes that came of it, and for how long they were waited for: what the reader takes is not the client's time.
struct Upload {
    body: BodyDataStream,
    received: u64,
    waited: Duration,
}

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
    let limit = BodyTimes::of(&request).whole;
    tokio::time::timeout(limit, collect(request.into_body())).await.unwrap_or(Err(BodyFault::TooSlow))
}

/// The pieces of a long body as they come, each within the time that [`guard`] was given for a whole one, all of them together not slower than
/// the floor it was given: a body that stands still or trickles is let go. What it may come to is the reader's to say.
pub fn pieces(request: Request<Body>) -> impl Stream<Item = Result<Bytes, BodyFault>> {
    let times = BodyTimes::of(&request);
    let upload = Upload { body: request.into_body().into_data_stream(), received: 0, waited: Duration::ZERO };
    stream::unfold(Some(upload), move |upload| async move {
        let mut upload = upload?;
        let begun = Instant::now();
        let next = tokio::time::timeout(times.next_piece(upload.received, upload.waited), upload.body.next()).await;
        upload.waited = upload.waited.saturating_add(begun.elapsed());
        match next {
            Ok(Some(Ok(piece))) => {
                upload.received = upload.received.saturating_add(piece.len() as u64);
                Some((Ok(piece), Some(upload)))
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_may_take_as_long_as_it_keeps_to_the_floor() {
        let secs = Duration::from_secs;
        let times = BodyTimes { whole: secs(30), floor: NonZeroU64::new(1000).expect("not zero") };
        assert_eq!(times.next_piece(0, secs(0)), secs(30), "as a short one");
        assert_eq!(times.next_piece(29, secs(29)), secs(1), "a byte a second is a trickle");
        assert_eq!(times.next_piece(30, secs(30)), secs(0));
        assert_eq!(times.next_piece(3_600_000, secs(3600)), secs(30), "an hour at the floor");
        assert_eq!(times.next_piece(1_000_000_000, secs(1)), secs(30), "no pause is longer than that");
    }
}
