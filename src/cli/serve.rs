//! `hedui serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::arguments::Serve;
use super::compose;
use crate::api::{ApiState, router};
use crate::auth::Authenticator;
use crate::config::Settings;
use crate::telemetry::{Clock, MetricsPage};
use crate::verification::Verifier;
use crate::web::TlsListener;

/// Runs the service until it is told to stop.
pub(super) async fn run(arguments: Serve) -> anyhow::Result<ExitCode> {
    let settings = compose::settings(&arguments.config)?;
    crate::telemetry::start_logs(&settings.log_level, settings.log_format);
    let configured = compose::configured(&settings)?;
    let clock = Clock::system();
    let authenticator = compose::authenticator(&settings, configured.clients, clock.clone())?;
    if settings.auth.issuers.is_empty() {
        tracing::warn!("no [[auth.issuer]] is configured: nobody can call the API");
    }
    let verifier = compose::verifier(&settings, configured.packs, configured.departments, clock).await?;
    let service = match listen(&settings, verifier.clone(), authenticator).await {
        Ok(service) => service,
        Err(error) => {
            verifier.stop().await;
            return Err(error);
        }
    };
    tracing::info!(address = %service.address, "listening");
    stop_signal().await;
    tracing::info!("stopping: no new calls; what was accepted goes on at the next start");
    service.stop().await;
    verifier.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// A listening service.
pub(super) struct Service {
    /// Where it listens.
    pub address: SocketAddr,
    tls: bool,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Service {
    /// Its address as a URL.
    pub(super) fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }

    /// Takes no new calls, finishes the present ones within a few seconds.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        drop(tokio::time::timeout(std::time::Duration::from_secs(5), self.tasks.wait()).await);
    }
}

/// Starts to listen.
pub(super) async fn listen(
    settings: &Settings,
    verifier: Verifier,
    authenticator: Authenticator,
) -> anyhow::Result<Service> {
    let state = ApiState { verifier, authenticator: Arc::new(authenticator), metrics: MetricsPage::start() };
    let routes = router(state);
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let stopped = stop.clone().cancelled_owned();
    let address = if let Some(files) = &settings.tls {
        let listener = TlsListener::bind(settings.listen, &files.certificate, &files.key).await?;
        let address = axum::serve::Listener::local_addr(&listener)?;
        tasks.spawn(async move { ended(axum::serve(listener, routes).with_graceful_shutdown(stopped).await) });
        address
    } else {
        let at = settings.listen;
        let listener = tokio::net::TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?;
        let address = listener.local_addr()?;
        tasks.spawn(async move { ended(axum::serve(listener, routes).with_graceful_shutdown(stopped).await) });
        address
    };
    Ok(Service { address, tls: settings.tls.is_some(), stop, tasks })
}

fn ended(outcome: std::io::Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "the listener ended");
    }
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        drop(tokio::signal::ctrl_c().await);
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
