//! The accept loop. Every wait for a client has an end: TLS handshake and header, body (`limits`), a reader's silence (`patient`);
//! headers are bounded in number and bytes, connections in number.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Tls;
use super::patient::Patient;
use crate::config::{CertificateHash, ServerLimits};

/// Most header lines of a request; more is a 431.
const MOST_HEADERS: usize = 64;
/// Bytes of a request's header above which nothing more is read (a read begun may go twice as far); then it is a 431.
const MOST_HEADER_BYTES: usize = 32 * 1024;
/// Pause after a failed accept (too many open files), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The address that a call came from: of the last hop, so of a proxy where there is one.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Serves until `stop` is cancelled; then takes no new connection, and returns when the present calls have ended.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    routes: Router,
    limits: ServerLimits,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let connections = TaskTracker::new();
    let next = async || (places.clone().acquire_owned().await, listener.accept().await);
    while let Some((place, accepted)) = stop.run_until_cancelled(next()).await {
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (tls, limits, stop) = (tls.clone(), limits.clone(), stop.clone());
        let (routes, peer) = (routes.clone(), Peer(peer.ip()));
        connections.spawn(async move {
            greet(stream, peer, tls, routes, &limits, stop).await;
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
}

async fn greet(
    stream: TcpStream,
    peer: Peer,
    tls: Option<Tls>,
    routes: Router,
    limits: &ServerLimits,
    stop: CancellationToken,
) {
    // An answer is written whole: waiting for more of it to fill a packet only costs time.
    drop(stream.set_nodelay(true));
    let stream = Patient::new(stream, limits.write_timeout);
    let Some(tls) = tls else { return converse(stream, peer, None, routes, limits, stop).await };
    let Ok(Ok(stream)) = tokio::time::timeout(limits.header_timeout, tls.acceptor().accept(stream)).await else {
        metrics::counter!("hedui_tls_refused_total").increment(1);
        return;
    };
    let Some(presented) = tls.presented(stream.get_ref().1.peer_certificates()) else {
        return converse(stream, peer, None, routes, limits, stop).await;
    };
    tokio::select! {
        // Looked at first: no call is read over a connection whose certificate is refused by now.
        biased;
        () = presented.refused() => metrics::counter!("hedui_tls_cut_off_total").increment(1),
        () = converse(stream, peer, Some(presented.hash()), routes, limits, stop) => {}
    }
}

async fn converse<S>(
    stream: S,
    peer: Peer,
    certificate: Option<CertificateHash>,
    routes: Router,
    limits: &ServerLimits,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    protocol.max_headers(MOST_HEADERS).max_buf_size(MOST_HEADER_BYTES);
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        if let Some(certificate) = certificate {
            request.extensions_mut().insert(certificate);
        }
        routes.call(request)
    });
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), service));
    // A connection that breaks is the client's affair: nothing is lost that was accepted.
    if stop.run_until_cancelled(connection.as_mut()).await.is_none() {
        connection.as_mut().graceful_shutdown();
        drop(connection.await);
    }
}
