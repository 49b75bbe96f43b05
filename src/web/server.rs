//! The accept loop. Every wait for a client has an end: TLS handshake and header, body (`limits`), a reader's silence (`patient`);
//! headers are bounded in number and bytes, connections in number.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::patient::Patient;
use crate::config::ServerLimits;

/// Most header lines of a request; more is a 431.
const MOST_HEADERS: usize = 64;
/// Bytes of a request's header above which nothing more is read (a read begun may go twice as far); then it is a 431.
const MOST_HEADER_BYTES: usize = 32 * 1024;
/// Pause after a failed accept (too many open files), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is cancelled; then takes no new connection, and returns when the present calls have ended.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    routes: Router,
    limits: ServerLimits,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let connections = TaskTracker::new();
    let next = async || (places.clone().acquire_owned().await, listener.accept().await);
    while let Some((place, accepted)) = stop.run_until_cancelled(next()).await {
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (tls, routes, limits, stop) = (tls.clone(), routes.clone(), limits.clone(), stop.clone());
        connections.spawn(async move {
            greet(stream, tls, routes, &limits, stop).await;
            drop(place);
        });
    }
    connections.close();
    connections.wait().await;
}

async fn greet(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    routes: Router,
    limits: &ServerLimits,
    stop: CancellationToken,
) {
    // An answer is written whole: waiting for more of it to fill a packet only costs time.
    drop(stream.set_nodelay(true));
    let stream = Patient::new(stream, limits.write_timeout);
    match tls {
        None => converse(stream, routes, limits, stop).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(limits.header_timeout, acceptor.accept(stream)).await {
                converse(stream, routes, limits, stop).await;
            }
        }
    }
}

async fn converse<S>(stream: S, routes: Router, limits: &ServerLimits, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    protocol.max_headers(MOST_HEADERS).max_buf_size(MOST_HEADER_BYTES);
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes)));
    // A connection that breaks is the client's affair: nothing is lost that was accepted.
    if stop.run_until_cancelled(connection.as_mut()).await.is_none() {
        connection.as_mut().graceful_shutdown();
        drop(connection.await);
    }
}
