//! `hedui serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::arguments::Serve;
use super::{compose, configured, make_up, reload, reload_access};
use crate::api::{ApiState, router};
use crate::auth::Authenticator;
use crate::config::Settings;
use crate::console::{self, Console, ConsoleParts};
use crate::telemetry::{Clock, MetricsPage};
use crate::verification::Departments;
use crate::web::Tls;

/// Runs the service until it is told to stop.
pub(super) async fn run(arguments: Serve) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let configured = configured::configured(&arguments.config, &clock)?;
    let in_force = configured.in_force(clock.today());
    let configured::Configured { settings, authenticator, packs, model, departments, tls, register, clients_hash } =
        configured;
    crate::telemetry::start_logs(&settings.log_level, settings.log_format);
    for what in in_force {
        tracing::info!(%what, "in force");
    }
    if settings.auth.issuers.is_empty() {
        tracing::warn!("no [[auth.issuer]] is configured: nobody can call the API");
    }
    let running = compose::running(&settings, packs, model, departments, clock.clone(), register.clone(), true).await?;
    let watched = tls.clone();
    // Whoever was registered or taken out while nothing ran shows here.
    let listening = match running.verifier.started(clients_hash).await {
        Ok(()) => listen(&settings, &running, authenticator, tls).await,
        Err(error) => Err(error.into()),
    };
    let service = match listening {
        Ok(service) => service,
        Err(error) => {
            running.stop().await;
            return Err(error);
        }
    };
    service.tasks.spawn(reload::watch(
        running.verifier.clone(),
        settings.policy_directory.clone(),
        service.stop.clone(),
    ));
    let access = reload_access::Access { verifier: running.verifier.clone(), clock };
    if let Some(tls) = watched {
        service.tasks.spawn(access.clone().watch_tls(tls, service.stop.clone()));
    }
    service.tasks.spawn(access.watch_clients(settings.clone(), register, service.stop.clone()));
    tracing::info!(address = %service.address, "listening");
    stop_signal().await;
    tracing::info!("stopping: no new calls; what was accepted goes on at the next start");
    service.stop().await;
    running.stop().await;
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

/// Starts to listen where the settings say.
pub(super) async fn listen(
    settings: &Settings,
    running: &compose::Running,
    authenticator: Authenticator,
    tls: Option<Tls>,
) -> anyhow::Result<Service> {
    let listener = bind(settings.listen).await?;
    listen_on(listener, settings, running, authenticator, tls)
}

/// Takes an address.
pub(super) async fn bind(at: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))
}

/// Serves the interface, and the console where the settings have one.
pub(super) fn listen_on(
    listener: TcpListener,
    settings: &Settings,
    running: &compose::Running,
    authenticator: Authenticator,
    tls: Option<Tls>,
) -> anyhow::Result<Service> {
    let authenticator = Arc::new(authenticator);
    let state = ApiState {
        verifier: running.verifier.clone(),
        bulk: running.bulk.clone(),
        monitoring: running.monitoring.clone(),
        witnesses: running.witnesses.clone(),
        oversight: running.oversight.clone(),
        authenticator: Arc::clone(&authenticator),
        metrics: MetricsPage::start().for_all(settings.metrics_for_all),
    };
    let routes = router(state, &settings.limits);
    let routes = match &settings.console {
        None => routes,
        Some(console) => {
            let limits = &settings.limits;
            let console = Console::new(ConsoleParts {
                settings: console.clone(),
                store: running.store.clone(),
                log: running.log.clone(),
                clock: running.clock.clone(),
                authenticator: Arc::clone(&authenticator),
                verifier: running.verifier.clone(),
                bulk: running.bulk.clone(),
                monitoring: running.monitoring.clone(),
                oversight: running.oversight.clone(),
                make_up: make_up(Departments::load(None, None).map_err(configured::Faulty)?.status()),
            })?;
            console::router(console, limits, routes)
        }
    };
    let routes = if tls.is_some() { crate::web::only_over_tls(routes) } else { routes };
    let address = listener.local_addr()?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let until = stop.clone();
    tasks.spawn(async move { authenticator.keep_keys(until).await });
    let secure = tls.is_some();
    tasks.spawn(crate::web::serve(listener, tls, routes, settings.limits.clone(), stop.clone()));
    Ok(Service { address, tls: secure, stop, tasks })
}

pub(super) async fn stop_signal() {
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
