//! What the console's routes share.

use std::sync::Arc;

use super::sessions::Sessions;
use crate::audit::Log;
use crate::auth::{Authenticator, OpenIdProvider};
use crate::bulk::Bulk;
use crate::config::ConsoleSettings;
use crate::monitoring::Monitoring;
use crate::oversight::Oversight;
use crate::rosters::Rosters;
use crate::store::Store;
use crate::telemetry::Clock;
use crate::verification::{MakeUp, Verifier};

/// What the console is made of.
pub struct ConsoleParts {
    /// Its settings.
    pub settings: ConsoleSettings,
    /// Where sessions are.
    pub store: Store,
    /// Where sign-ins are entered.
    pub log: Log,
    /// Tells the time.
    pub clock: Clock,
    /// Knows who is registered.
    pub authenticator: Arc<Authenticator>,
    /// Cases.
    pub verifier: Verifier,
    /// Batches.
    pub bulk: Bulk,
    /// What goes on by itself.
    pub monitoring: Monitoring,
    /// The log, for auditors.
    pub oversight: Oversight,
    /// Makes up counties that rules are tried on.
    pub make_up: Arc<MakeUp>,
}

/// The console.
#[derive(Clone)]
pub struct Console(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) verifier: Verifier,
    pub(super) bulk: Bulk,
    pub(super) monitoring: Monitoring,
    pub(super) oversight: Oversight,
    pub(super) make_up: Arc<MakeUp>,
    pub(super) rosters: Rosters,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) provider: OpenIdProvider,
    pub(super) sessions: Sessions,
    pub(super) clock: Clock,
    /// Scheme, host and port, as browsers send them.
    pub(super) origin: String,
    /// Whether browsers reach it over TLS.
    pub(super) secure: bool,
    /// Where forms may lead beside the console itself: to the provider.
    pub(super) provider_origin: String,
}

impl Console {
    /// Makes it ready; the provider is asked at the first sign-in.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(parts: ConsoleParts) -> Result<Self, reqwest::Error> {
        let ConsoleParts { settings, store, log, clock, authenticator, verifier, bulk, monitoring, oversight, make_up } =
            parts;
        let origin = settings.base_url.origin().ascii_serialization();
        let provider_origin = crate::config::safe_address(&settings.issuer)
            .map(|issuer| issuer.origin().ascii_serialization())
            .unwrap_or_default();
        let secure = settings.base_url.scheme() == "https";
        let sessions =
            Sessions::new(store, log, verifier.clone(), clock.clone(), Arc::clone(&authenticator), &settings);
        let provider = OpenIdProvider::new(settings, clock.clone())?;
        Ok(Self(Arc::new(Inner {
            rosters: Rosters::new(verifier.clone(), clock.clone()),
            verifier,
            bulk,
            monitoring,
            oversight,
            make_up,
            authenticator,
            provider,
            sessions,
            clock,
            origin,
            secure,
            provider_origin,
        })))
    }
}
