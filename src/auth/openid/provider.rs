//! The provider: what its discovery document says, its keys, and the two steps of a sign-in.

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use reqwest::Url;
use secrecy::ExposeSecret as _;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq as _;
use tokio::sync::{Mutex, Semaphore};

use super::super::key_set::KeySet;
use super::attempt::Attempt;
use super::fetch;
use super::id_token::{Expected, Fault, subject};
use crate::config::{ConsoleSettings, safe_address};
use crate::telemetry::Clock;

/// Seconds after which the discovery document is read again.
const FRESH_SECS: i64 = 3_600;
/// Seconds after which it is asked for again when it could not be had, and keys for a token whose key is not among them.
const AGAIN_SECS: i64 = 5;
/// Codes that are exchanged at a time: strangers' answers must not make this service flood the provider.
const EXCHANGES: usize = 16;

/// Why somebody is not signed in. Neither code nor token nor what the provider wrote is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// The provider does not answer, or not as it should.
    #[error("the sign-in provider cannot be used: {0}")]
    Unreachable(String),
    /// The answer is not one to what this browser began.
    #[error("the answer does not belong to an attempt of this browser: {0}")]
    NotOurs(&'static str),
    /// The provider, or the person at it, said no.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The ID token is not right.
    #[error("the ID token is refused: {0}")]
    Token(&'static str),
}

/// What the provider sends a browser back with.
#[derive(Default, Deserialize)]
pub struct Answer {
    /// The attempt's state.
    #[serde(default)]
    pub state: String,
    /// The code, to be exchanged once.
    #[serde(default)]
    pub code: Option<String>,
    /// Why there is none.
    #[serde(default)]
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    #[serde(default)]
    pub iss: Option<String>,
}

/// An OpenID provider.
pub struct OpenIdProvider {
    settings: ConsoleSettings,
    algorithm: Algorithm,
    redirect_uri: Url,
    http: reqwest::Client,
    clock: Clock,
    known: Mutex<Known>,
    exchanges: Semaphore,
}

#[derive(Default)]
struct Known {
    provider: Option<(Arc<Metadata>, i64)>,
    keys: Option<(Arc<KeySet>, i64)>,
    failed: Option<(SignInError, i64)>,
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    #[serde(deserialize_with = "safe")]
    authorization_endpoint: Url,
    #[serde(deserialize_with = "safe")]
    token_endpoint: Url,
    #[serde(deserialize_with = "safe")]
    jwks_uri: Url,
    #[serde(default = "basic_alone")]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Only what is encrypted, or on this machine, is called.
fn safe<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    safe_address(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn basic_alone() -> Vec<String> {
    vec!["client_secret_basic".into()]
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

impl OpenIdProvider {
    /// The provider of the settings. It is asked at the first sign-in.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(settings: ConsoleSettings, clock: Clock) -> Result<Self, reqwest::Error> {
        let mut redirect_uri = settings.base_url.clone();
        redirect_uri.set_path("/signin/callback");
        Ok(Self {
            algorithm: if settings.algorithm == "ES256" { Algorithm::ES256 } else { Algorithm::RS256 },
            redirect_uri,
            http: fetch::client()?,
            clock,
            known: Mutex::default(),
            exchanges: Semaphore::new(EXCHANGES),
            settings,
        })
    }

    /// Where a browser is sent to sign in; the provider may speak this language.
    ///
    /// # Errors
    /// [`SignInError::Unreachable`].
    pub async fn address(&self, attempt: &Attempt, language: &str) -> Result<Url, SignInError> {
        let mut address = self.metadata().await?.authorization_endpoint.clone();
        address.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("scope", "openid"),
            ("state", &attempt.state()),
            ("nonce", &attempt.nonce()),
            ("code_challenge", &attempt.challenge()),
            ("code_challenge_method", "S256"),
            ("ui_locales", language),
        ]);
        Ok(address)
    }

    /// Who signed in: the `sub` of the ID token that the answer's code is exchanged for.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn subject(&self, attempt: &Attempt, answer: &Answer) -> Result<String, SignInError> {
        if !attempt.is_of_state(&answer.state) {
            return Err(SignInError::NotOurs("state"));
        }
        let metadata = self.metadata().await?;
        match &answer.iss {
            Some(issuer) if *issuer != self.settings.issuer => return Err(SignInError::NotOurs("issuer")),
            None if metadata.authorization_response_iss_parameter_supported => {
                return Err(SignInError::NotOurs("issuer"));
            }
            _ => {}
        }
        let code = match (&answer.code, answer.error.as_deref()) {
            (Some(code), None) => code,
            (_, Some("access_denied")) => return Err(SignInError::Refused("access_denied")),
            _ => return Err(SignInError::Refused("the provider gave no code")),
        };
        let tokens = self.exchange(&metadata, attempt, code).await?;
        let nonce = attempt.nonce();
        let now = self.clock.now().as_second();
        let expected = Expected {
            algorithm: self.algorithm,
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &nonce,
            access_token: tokens.access_token.as_deref(),
            now,
        };
        let keys = self.keys(&metadata, now - FRESH_SECS).await?;
        let found = match subject(&tokens.id_token, &keys, &expected) {
            Err(Fault::UnknownKey) => {
                let renewed = self.keys(&metadata, now - AGAIN_SECS).await?;
                subject(&tokens.id_token, &renewed, &expected)
            }
            found => found,
        };
        found.map_err(|fault| match fault {
            Fault::UnknownKey => SignInError::Token("key"),
            Fault::Token(why) => SignInError::Token(why),
        })
    }

    async fn exchange(&self, metadata: &Metadata, attempt: &Attempt, code: &str) -> Result<Tokens, SignInError> {
        let busy = SignInError::Unreachable("too many people sign in at this moment".into());
        let _place = self.exchanges.try_acquire().map_err(|_| busy)?;
        let id = self.settings.client_id.as_str();
        let verifier = attempt.verifier();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.redirect_uri.as_str()),
            ("code_verifier", &verifier),
        ];
        let call = self.http.post(metadata.token_endpoint.clone());
        let by_header = metadata.token_endpoint_auth_methods_supported.iter().any(|way| way == "client_secret_basic");
        let call = match &self.settings.client_secret {
            Some(secret) if by_header => call.basic_auth(encoded(id), Some(encoded(secret.expose_secret()))),
            Some(secret) => {
                fields.extend([("client_id", id), ("client_secret", secret.expose_secret())]);
                call
            }
            None => {
                fields.push(("client_id", id));
                call
            }
        };
        let call = call.header("content-type", "application/x-www-form-urlencoded").body(form(&fields));
        fetch::json(&fetch::granted(call).await?)
    }

    /// What the discovery document says. Whoever comes while it is being read waits for it.
    async fn metadata(&self) -> Result<Arc<Metadata>, SignInError> {
        let mut known = self.known.lock().await;
        let now = self.clock.now().as_second();
        if let Some((metadata, read)) = &known.provider
            && now - read < FRESH_SECS
        {
            return Ok(Arc::clone(metadata));
        }
        if let Some((error, at)) = &known.failed
            && now - at < AGAIN_SECS
        {
            return Err(error.clone());
        }
        match self.discover().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                known.provider = Some((Arc::clone(&metadata), self.clock.now().as_second()));
                known.failed = None;
                Ok(metadata)
            }
            Err(error) => {
                tracing::warn!(%error, "console");
                // from the end of the try: whoever waited meanwhile is told the same, and does not try in turn
                known.failed = Some((error.clone(), self.clock.now().as_second()));
                Err(error)
            }
        }
    }

    async fn discover(&self) -> Result<Metadata, SignInError> {
        let issuer = &self.settings.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: Metadata = fetch::json(&fetch::body(self.http.get(address)).await?)?;
        if !bool::from(metadata.issuer.as_bytes().ct_eq(issuer.as_bytes())) {
            return Err(SignInError::Unreachable("its discovery document names another issuer".into()));
        }
        Ok(metadata)
    }

    /// The provider's keys, read again where they were read before `fresh_since`.
    async fn keys(&self, metadata: &Metadata, fresh_since: i64) -> Result<Arc<KeySet>, SignInError> {
        let mut known = self.known.lock().await;
        if let Some((keys, read)) = &known.keys
            && *read > fresh_since
        {
            return Ok(Arc::clone(keys));
        }
        let read = fetch::body(self.http.get(metadata.jwks_uri.clone())).await?;
        let keys = KeySet::parse(&read, self.algorithm);
        let keys =
            Arc::new(keys.map_err(|_| SignInError::Unreachable("it publishes no key set that can be used".into()))?);
        known.keys = Some((Arc::clone(&keys), self.clock.now().as_second()));
        Ok(keys)
    }
}

/// Fields of a form, encoded.
fn form(fields: &[(&str, &str)]) -> String {
    let mut carrier = Url::parse("form:/").expect("an address");
    carrier.query_pairs_mut().extend_pairs(fields);
    carrier.query().unwrap_or_default().to_owned()
}

/// A text as it stands in a form (RFC 6749, 2.3.1).
fn encoded(text: &str) -> String {
    form(&[("", text)]).trim_start_matches('=').to_owned()
}
