//! Bearer tokens.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Caller, Role};
use crate::config::{AuthSettings, Clients, IssuerSettings, Problem, region_prefix};
use crate::telemetry::Clock;

/// Seconds by which clocks may differ.
const LEEWAY_SECS: i64 = 60;

/// A key set is read again for a key it did not hold, but not sooner than this after the last time: strangers' tokens must not
/// make the service read files.
const REFRESH_SECS: i64 = 30;

/// How many tokens with a good signature are remembered, and for how long: callers send the same token with every call.
const REMEMBERED: u64 = 4096;
const REMEMBERED_FOR: Duration = Duration::from_secs(300);

/// Why a call is not let in. The token itself is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No `Authorization: Bearer …`.
    #[error("no bearer token: send `Authorization: Bearer …`")]
    Missing,
    /// Not a token, unknown issuer, key or algorithm, or a wrong signature.
    #[error("the token is not one of a configured issuer, or its signature is wrong")]
    Invalid,
    /// `exp` has passed.
    #[error("the token has expired: fetch a new one")]
    Expired,
    /// `nbf` lies ahead.
    #[error("the token is not valid yet: compare the clocks")]
    NotYet,
    /// `aud` is somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// `sub` stands in no `clients.toml`, or the organisations differ.
    #[error("the caller is not registered here, or under another organisation")]
    Unregistered,
}

impl AuthError {
    /// In Chinese.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Self::Missing => "缺少令牌：请发送 Authorization: Bearer …",
            Self::Invalid => "令牌不是由已配置的签发方签发，或签名不符",
            Self::Expired => "令牌已过期：请重新获取",
            Self::NotYet => "令牌尚未生效：请核对时钟",
            Self::Audience => "令牌的受众不是本服务",
            Self::Unregistered => "调用方未在本服务登记，或登记在其他单位名下",
        }
    }
}

/// Checks bearer tokens.
pub struct Authenticator {
    audience: String,
    issuers: HashMap<String, Issuer>,
    clients: Clients,
    clock: Clock,
    /// Claims of tokens whose signature was good, by the token's SHA-256. Times, audience and register are looked at on every call.
    signed: Cache<[u8; 32], Arc<Claims>>,
}

struct Issuer {
    algorithm: Algorithm,
    file: PathBuf,
    keys: RwLock<Keys>,
}

/// An issuer's keys by `kid`, and when they were read (seconds).
struct Keys {
    set: Vec<(Option<String>, DecodingKey)>,
    read_at: i64,
}

impl Keys {
    /// Keys a token with this `kid` may be signed by.
    fn fitting(&self, wanted: Option<&str>) -> impl Iterator<Item = &DecodingKey> {
        let fits = move |kid: &Option<String>| wanted.is_none() || kid.is_none() || kid.as_deref() == wanted;
        self.set.iter().filter(move |(kid, _)| fits(kid)).map(|(_, key)| key)
    }
}

impl Issuer {
    /// Checks a token's signature. A key that is not there yet is looked for in the file once more: issuers change their keys. What was
    /// signed by one that is there no more is then good no longer.
    fn verify(&self, token: &str, kid: Option<&str>, now: i64, forget: impl FnOnce()) -> Result<Claims, AuthError> {
        let unknown = self.keys.read().unwrap_or_else(PoisonError::into_inner).fitting(kid).next().is_none();
        if unknown && self.refresh(now) {
            forget();
        }
        let mut validation = Validation::new(self.algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub", "nbf"]);
        // Times and audience are checked by the caller, against the service's own clock, with an error of their own each.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut fitting = keys.fitting(kid);
        let verified = fitting.find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &validation).ok());
        verified.map(|token| token.claims).ok_or(AuthError::Invalid)
    }

    /// Reads the keys again, unless that was a moment ago; whether there are new ones.
    fn refresh(&self, now: i64) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(keys.read_at) < REFRESH_SECS {
            return false;
        }
        keys.read_at = now;
        match read_keys(&self.file, self.algorithm) {
            Ok(set) => keys.set = set,
            Err(error) => {
                tracing::warn!(%error, file = %self.file.display(), "the key set was not read again");
                return false;
            }
        }
        true
    }
}

/// Claims, typed: a claim of the wrong type refuses the token instead of being passed over.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: i64,
    nbf: i64,
    #[serde(default)]
    jti: Option<String>,
    org: String,
    regions: Vec<String>,
    roles: Vec<String>,
    #[serde(default)]
    scope: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, wanted: &str) -> bool {
        match self {
            Self::One(name) => name == wanted,
            Self::Several(names) => names.iter().any(|name| name == wanted),
        }
    }
}

impl Authenticator {
    /// Reads every issuer's key set.
    ///
    /// # Errors
    /// Every key set that cannot be read or holds no usable key.
    pub fn new(settings: &AuthSettings, clients: Clients, clock: Clock) -> Result<Self, Vec<Problem>> {
        let mut issuers = HashMap::new();
        let mut problems = Vec::new();
        for issuer in &settings.issuers {
            match read_issuer(issuer, clock.now().as_second()) {
                Ok(read) => {
                    issuers.insert(issuer.issuer.clone(), read);
                }
                Err(message) => problems.push(Problem {
                    file: issuer.jwks_file.display().to_string(),
                    line: 0,
                    column: 0,
                    key: format!("issuer {}", issuer.issuer),
                    message,
                    suggestion: Some("a JSON Web Key Set (RFC 7517) with at least one public key of the issuer".into()),
                }),
            }
        }
        let audience = settings.audience.clone();
        let signed = Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build();
        if problems.is_empty() { Ok(Self { audience, issuers, clients, clock, signed }) } else { Err(problems) }
    }

    /// Who sends this `Authorization` header.
    ///
    /// # Errors
    /// [`AuthError`] for anything but a valid token of a registered caller.
    pub fn caller(&self, authorization: Option<&str>) -> Result<Caller, AuthError> {
        let header = authorization.ok_or(AuthError::Missing)?;
        let (scheme, token) = header.split_once(' ').ok_or(AuthError::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(AuthError::Missing);
        }
        let token = token.trim();
        let claims = self.claims(token)?;
        let now = self.clock.now().as_second();
        if claims.exp.saturating_add(LEEWAY_SECS) <= now {
            return Err(AuthError::Expired);
        }
        if claims.nbf.saturating_sub(LEEWAY_SECS) > now {
            return Err(AuthError::NotYet);
        }
        if !claims.aud.names(&self.audience) {
            return Err(AuthError::Audience);
        }
        self.registered(&claims, token)
    }

    /// What a token claims, once its signature was found good.
    fn claims(&self, token: &str) -> Result<Arc<Claims>, AuthError> {
        let name: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        if let Some(known) = self.signed.get(&name) {
            return Ok(known);
        }
        let claims = Arc::new(self.verified(token)?);
        self.signed.insert(name, Arc::clone(&claims));
        Ok(claims)
    }

    fn verified(&self, token: &str) -> Result<Claims, AuthError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::Invalid)?;
        // What must be understood is not (RFC 7515, 4.1.11): there is no extension that this service knows.
        if header.crit.is_some() {
            return Err(AuthError::Invalid);
        }
        // The issuer is read unverified only to choose the pinned keys; the signature then covers it.
        let unverified: Claims =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| AuthError::Invalid)?;
        let issuer = self.issuers.get(&unverified.iss).ok_or(AuthError::Invalid)?;
        let now = self.clock.now().as_second();
        issuer.verify(token, header.kid.as_deref(), now, || self.signed.invalidate_all())
    }

    fn registered(&self, claims: &Claims, token: &str) -> Result<Caller, AuthError> {
        let client = self.clients.get(&claims.sub).ok_or(AuthError::Unregistered)?;
        if client.organisation != claims.org {
            return Err(AuthError::Unregistered);
        }
        let roles = claims.roles.iter().filter(|role| client.roles.contains(role)).filter_map(|role| Role::parse(role));
        let registered = |prefix: &String| client.regions.iter().any(|outer| prefix.starts_with(outer.as_str()));
        let regions = claims.regions.iter().filter_map(|region| region_prefix(region)).filter(registered);
        let lasts = claims.exp.saturating_add(LEEWAY_SECS).saturating_sub(self.clock.now().as_second());
        Ok(Caller {
            subject: claims.sub.clone(),
            organisation: claims.org.clone(),
            regions: regions.collect(),
            roles: roles.collect(),
            oversees: client.oversees.clone(),
            scopes: claims.scope.split_whitespace().map(str::to_owned).collect(),
            token_hash: hex::encode(Sha256::digest(claims.jti.as_deref().unwrap_or(token).as_bytes())),
            recipient_key: client.recipient_key.clone(),
            disclosure: client.disclosure,
            lasts: Some(Duration::from_secs(u64::try_from(lasts).unwrap_or(0))),
        })
    }
}

fn read_issuer(settings: &IssuerSettings, now: i64) -> Result<Issuer, String> {
    let algorithm = settings.algorithm.parse::<Algorithm>();
    let algorithm = algorithm.map_err(|_| "names an algorithm that is not supported".to_owned())?;
    let set = read_keys(&settings.jwks_file, algorithm)?;
    Ok(Issuer { algorithm, file: settings.jwks_file.clone(), keys: RwLock::new(Keys { set, read_at: now }) })
}

fn read_keys(path: &Path, algorithm: Algorithm) -> Result<Vec<(Option<String>, DecodingKey)>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    let private = serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|set| {
        let mut keys = set["keys"].as_array().into_iter().flatten();
        keys.any(|key| ["d", "k"].iter().any(|part| key.get(part).is_some()))
    });
    if private {
        return Err("holds a private or shared key: whoever reads the file could sign tokens".into());
    }
    let set: JwkSet = serde_json::from_str(&text).map_err(|error| format!("is not a key set: {error}"))?;
    let keys: Vec<_> = set
        .keys
        .iter()
        .filter_map(|jwk| Some((jwk.common.key_id.clone(), DecodingKey::from_jwk(jwk).ok()?)))
        .filter(|(_, key)| key.family() == algorithm.family())
        .collect();
    if keys.is_empty() { Err("holds no key that fits the issuer's algorithm".into()) } else { Ok(keys) }
}
