//! What the console's routes share.

use std::sync::Arc;

use super::sessions::Sessions;
use crate::audit::Log;
use crate::auth::{Authenticator, OpenIdProvider};
use crate::config::ConsoleSettings;
use crate::store::Store;
use crate::telemetry::Clock;

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
}

/// The console.
#[derive(Clone)]
pub struct Console(pub(super) Arc<Inner>);

pub(super) struct Inner {
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
        let ConsoleParts { settings, store, log, clock, authenticator } = parts;
        let origin = settings.base_url.origin().ascii_serialization();
        let provider_origin = crate::config::safe_address(&settings.issuer)
            .map(|issuer| issuer.origin().ascii_serialization())
            .unwrap_or_default();
        let secure = settings.base_url.scheme() == "https";
        let sessions = Sessions::new(store, log, clock.clone(), authenticator, &settings);
        let provider = OpenIdProvider::new(settings, clock.clone())?;
        Ok(Self(Arc::new(Inner { provider, sessions, clock, origin, secure, provider_origin })))
    }
}
