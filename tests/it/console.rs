//! Signing in to the console, as a browser without script does: redirects followed by hand, cookies kept, forms filled in.

mod access;
mod approvals;
mod audit;
mod batches;
mod browser;
mod home;
mod link;
mod link_room;
mod monitoring;
mod new;
mod policy;
mod provider;
mod real;
mod reports;
mod reviews;
mod screens;
mod simulate;
mod sources;
mod stand_in;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hedui::auth::{Authenticator, LocalIssuer};
use hedui::config::{AuthSettings, Client, Clients, ConsoleSettings, Disclosure, ServerLimits};
use hedui::console::{Console, ConsoleParts};
use hedui::telemetry::{Clock, MetricsPage};
use hedui::verification::MakeUp;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::support::{Setup, Stage};

/// A console over a stage; its clock may be put ahead.
struct Door {
    base: String,
    ahead: Arc<AtomicI64>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Door {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// An address for a console, so that a provider can be told of it before there is one.
async fn place() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, base)
}

fn settings(issuer: &str, base: &str) -> ConsoleSettings {
    ConsoleSettings {
        issuer: issuer.into(),
        client_id: "hedui".into(),
        client_secret: None,
        algorithm: "ES256".into(),
        base_url: base.parse().expect("an address"),
        idle: Duration::from_secs(1_800),
        absolute: Duration::from_secs(36_000),
    }
}

async fn stage() -> Stage {
    Stage::start(Setup::default()).await
}

impl Door {
    /// Opens it for these people, by the names that the provider knows them by.
    async fn open(stage: &Stage, listener: TcpListener, settings: ConsoleSettings, people: &[(&str, &str)]) -> Self {
        let register = people.iter().map(|(id, role)| client(id, role)).collect();
        Self::open_for(stage, listener, settings, register).await
    }

    /// The same, for these callers.
    async fn open_for(stage: &Stage, listener: TcpListener, settings: ConsoleSettings, register: Vec<Client>) -> Self {
        let make_up = hedui::cli::make_up(stage.verifier.sources());
        Self::open_making(stage, listener, settings, register, make_up).await
    }

    /// The same, with somebody else who makes up counties.
    async fn open_making(
        stage: &Stage,
        listener: TcpListener,
        settings: ConsoleSettings,
        register: Vec<Client>,
        make_up: Arc<MakeUp>,
    ) -> Self {
        hedui::verification::install_crypto_provider();
        let ahead = Arc::new(AtomicI64::new(0));
        let shown = Arc::clone(&ahead);
        let clock = Clock::of(move || Timestamp::now() + SignedDuration::from_secs(shown.load(Ordering::SeqCst)));
        let issuer = LocalIssuer::new(clock.clone()).expect("an issuer");
        let issuers = vec![issuer.publish(stage.folder.path()).expect("a key set")];
        let auth = AuthSettings { audience: "hedui".into(), issuers, ..AuthSettings::default() };
        let authenticator = Authenticator::new(&auth, Clients::new(register), clock.clone());
        let authenticator = Arc::new(authenticator.unwrap_or_else(|_| panic!("the key set is read")));
        let state = hedui::api::ApiState {
            verifier: stage.verifier.clone(),
            bulk: stage.bulk.clone(),
            monitoring: stage.monitoring.clone(),
            witnesses: None,
            oversight: stage.oversight.clone(),
            authenticator: Arc::clone(&authenticator),
            metrics: MetricsPage::start(),
        };
        let base = settings.base_url.as_str().trim_end_matches('/').to_owned();
        let (store, log) = (stage.store.clone(), stage.log.clone());
        let (verifier, bulk) = (stage.verifier.clone(), stage.bulk.clone());
        let (monitoring, oversight) = (stage.monitoring.clone(), stage.oversight.clone());
        let parts =
            ConsoleParts { settings, store, log, clock, authenticator, verifier, bulk, monitoring, oversight, make_up };
        let console = Console::new(parts).expect("a console");
        let limits = ServerLimits::default();
        let routes = hedui::console::router(console, &limits, hedui::api::router(state, &limits));
        let server = tokio::spawn(hedui::web::serve(listener, None, routes, limits, CancellationToken::new()));
        Self { base, ahead, server }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn put_ahead(&self, minutes: i64) {
        self.ahead.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

fn client(id: &str, role: &str) -> Client {
    Client {
        id: id.into(),
        organisation: "会师镇人民政府".into(),
        regions: vec!["620422".into()],
        roles: vec![role.into()],
        disclosure: Disclosure::Full,
        ..Client::default()
    }
}

/// Actions of the log that concern the door, with how they ended.
async fn entered(stage: &Stage) -> Vec<(String, String)> {
    let leaves = stage.entries().await.into_iter().map(|leaf| leaf.event);
    let doors = leaves.filter(|event| event.action.as_str().starts_with("sign_"));
    doors.map(|event| (event.action.as_str().to_owned(), event.outcome.as_str().to_owned())).collect()
}

/// How many entries of an action there are.
async fn entered_as(stage: &Stage, action: &str) -> usize {
    stage.entries().await.iter().filter(|leaf| leaf.event.action.as_str() == action).count()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(action, outcome)| ((*action).to_owned(), (*outcome).to_owned())).collect()
}
