//! The keys of one issuer: read from a file or fetched from the issuer, kept, and renewed.

use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jsonwebtoken::Algorithm;
use sha2::{Digest, Sha256};

use super::key_set::KeySet;
use super::{AuthError, fetch};
use crate::config::{IssuerSettings, KeySource};

/// Keys are not looked for sooner than this after the last time: strangers' tokens must not make the service call the issuer.
const PAUSE_SECS: i64 = 60;
/// Keys that were fetched are fetched again after this, without being asked for.
const RENEW_SECS: i64 = 600;
/// Fetched keys are good for so long while the issuer does not answer: a day. Then nobody knows which of them still stand.
const KEPT_SECS: i64 = 86_400;
/// Longest wait for the issuer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How an issuer's keys stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeysStanding {
    /// Had when they were last looked for.
    Current,
    /// The last look failed; those had before are in use, fetched ones for at most a day.
    Kept,
    /// There are none, or they are too old: the issuer's tokens are refused.
    None,
}

pub(super) struct IssuerKeys {
    pub(super) algorithm: Algorithm,
    name: String,
    source: KeySource,
    http: reqwest::Client,
    held: RwLock<Held>,
    /// One look at a time; those who wait for it find what it brought.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Held {
    set: KeySet,
    /// Of the text that the set was read from.
    hash: [u8; 32],
    /// Counts the sets there were: what was checked under another one is checked again.
    generation: u64,
    had_at: Option<i64>,
    tried_at: Option<i64>,
    failed: bool,
}

impl IssuerKeys {
    /// Keys of a file are read at once; those at the issuer with the first look.
    pub(super) fn new(settings: &IssuerSettings, http: reqwest::Client, now: i64) -> Result<Self, String> {
        let algorithm = settings.algorithm.parse::<Algorithm>();
        let algorithm = algorithm.map_err(|_| "names an algorithm that is not supported".to_owned())?;
        let (name, source) = (settings.issuer.clone(), settings.keys.clone());
        let keys =
            Self { algorithm, name, source, http, held: RwLock::default(), looking: tokio::sync::Mutex::default() };
        if let KeySource::File(path) = &keys.source {
            let text = from_file(path)?;
            keys.take(&text, now)?;
        }
        Ok(keys)
    }

    /// The issuer's `iss`.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Has `check` look at the keys in force, and says which generation they are of.
    pub(super) fn with<T>(
        &self,
        now: i64,
        check: impl FnOnce(&KeySet) -> Result<T, AuthError>,
    ) -> Result<(T, u64), AuthError> {
        let held = self.held();
        if self.standing_of(&held, now) == KeysStanding::None {
            return Err(AuthError::IssuerSilent);
        }
        check(&held.set).map(|checked| (checked, held.generation))
    }

    pub(super) fn standing(&self, now: i64) -> KeysStanding {
        self.standing_of(&self.held(), now)
    }

    fn standing_of(&self, held: &Held, now: i64) -> KeysStanding {
        let kept = matches!(self.source, KeySource::File(_));
        match held.had_at {
            Some(at) if kept || now.saturating_sub(at) <= KEPT_SECS => {
                if held.failed {
                    KeysStanding::Kept
                } else {
                    KeysStanding::Current
                }
            }
            _ => KeysStanding::None,
        }
    }

    /// Looks for the keys because a token needs others than are held; not sooner than a minute after the last look.
    pub(super) async fn look(&self, now: i64) {
        let _one = self.looking.lock().await;
        let tried = self.held().tried_at;
        if tried.is_some_and(|at| now.saturating_sub(at) < PAUSE_SECS) {
            return;
        }
        self.look_now(now).await;
    }

    /// Looks for the keys when it is time: those of a file and those that failed every minute, others every ten.
    pub(super) async fn renew(&self, now: i64) {
        let pause = match (&self.source, self.held().failed) {
            (KeySource::Url(_), false) => RENEW_SECS,
            _ => PAUSE_SECS,
        };
        let _one = self.looking.lock().await;
        let tried = self.held().tried_at;
        if tried.is_none_or(|at| now.saturating_sub(at) >= pause) {
            self.look_now(now).await;
        }
    }

    async fn look_now(&self, now: i64) {
        let text = match &self.source {
            KeySource::File(path) => from_file(path),
            KeySource::Url(url) => self.fetched(url.clone()).await,
        };
        let outcome = text.and_then(|text| self.take(&text, now));
        let word = if outcome.is_ok() { "read" } else { "failed" };
        metrics::counter!("hedui_issuer_keys_total", "outcome" => word).increment(1);
        if let Err(error) = outcome {
            let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
            (held.tried_at, held.failed) = (Some(now), true);
            let standing = self.standing_of(&held, now);
            tracing::warn!(issuer = self.name, keys = %self.source, %error, ?standing, "the issuer's keys could not be had");
        }
    }

    /// Puts a set in force.
    fn take(&self, text: &[u8], now: i64) -> Result<(), String> {
        let set = KeySet::parse(text, self.algorithm).map_err(|fault| fault.to_string())?;
        let hash: [u8; 32] = Sha256::digest(text).into();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.hash != hash {
            let generation = held.generation + 1;
            *held = Held { set, hash, generation, ..Held::default() };
            tracing::info!(issuer = self.name, sha256 = hex::encode(hash), "the issuer's keys are in force");
        }
        (held.had_at, held.tried_at, held.failed) = (Some(now), Some(now), false);
        Ok(())
    }

    /// The set as the issuer sends it. The error says nothing of what was sent.
    async fn fetched(&self, url: reqwest::Url) -> Result<Vec<u8>, String> {
        let call = self.http.get(url).header("Accept", "application/jwk-set+json, application/json");
        fetch::body(call).await.map_err(|fault| fault.to_string())
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn from_file(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))
}

/// The client that fetches key sets: from the configured host and from no other, within bounds.
pub(super) fn http() -> Result<reqwest::Client, reqwest::Error> {
    fetch::client(TIMEOUT)
}
