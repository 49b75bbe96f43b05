//! Bearer tokens.

use std::collections::HashMap;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Caller, Role};
use crate::config::{AuthSettings, Clients, Problem};
use crate::telemetry::Clock;

/// Seconds by which clocks may differ.
const LEEWAY_SECS: i64 = 60;

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

/// Checks bearer tokens.
pub struct Authenticator {
    audience: String,
    issuers: HashMap<String, Issuer>,
    clients: Clients,
    clock: Clock,
}

struct Issuer {
    algorithm: Algorithm,
    keys: Vec<(Option<String>, DecodingKey)>,
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
            match read_keys(&issuer.jwks_file, &issuer.algorithm) {
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
        if problems.is_empty() { Ok(Self { audience, issuers, clients, clock }) } else { Err(problems) }
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
        let claims = self.claims(token.trim())?;
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
        self.registered(claims, token)
    }

    fn claims(&self, token: &str) -> Result<Claims, AuthError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::Invalid)?;
        // The issuer is read unverified only to choose the pinned keys; the signature then covers it.
        let unverified: Claims =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| AuthError::Invalid)?;
        let issuer = self.issuers.get(&unverified.iss).ok_or(AuthError::Invalid)?;
        let mut validation = Validation::new(issuer.algorithm);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub", "nbf"]);
        // Times and audience are checked here, against the service's own clock, with an error of their own each.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        let fits = |kid: &Option<String>| header.kid.is_none() || kid.is_none() || *kid == header.kid;
        issuer
            .keys
            .iter()
            .filter(|(kid, _)| fits(kid))
            .find_map(|(_, key)| jsonwebtoken::decode::<Claims>(token, key, &validation).ok())
            .map(|token| token.claims)
            .ok_or(AuthError::Invalid)
    }

    fn registered(&self, claims: Claims, token: &str) -> Result<Caller, AuthError> {
        let client = self.clients.get(&claims.sub).ok_or(AuthError::Unregistered)?;
        if client.organisation != claims.org {
            return Err(AuthError::Unregistered);
        }
        let roles = claims.roles.iter().filter(|role| client.roles.contains(role)).filter_map(|role| Role::parse(role));
        let within = |outer: &str, inner: &str| inner.starts_with(outer.trim_end_matches("00"));
        let regions = claims.regions.iter().filter(|region| client.regions.iter().any(|outer| within(outer, region)));
        Ok(Caller {
            subject: claims.sub,
            organisation: claims.org,
            regions: regions.cloned().collect(),
            roles: roles.collect(),
            scopes: claims.scope.split_whitespace().map(str::to_owned).collect(),
            token_hash: hex::encode(Sha256::digest(claims.jti.as_deref().unwrap_or(token).as_bytes())),
            recipient_key: client.recipient_key.clone(),
        })
    }
}

fn read_keys(path: &std::path::Path, algorithm: &str) -> Result<Issuer, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    let set: JwkSet = serde_json::from_str(&text).map_err(|error| format!("is not a key set: {error}"))?;
    let algorithm =
        algorithm.parse::<Algorithm>().map_err(|_| "names an algorithm that is not supported".to_owned())?;
    let keys: Vec<_> = set
        .keys
        .iter()
        .filter_map(|jwk| Some((jwk.common.key_id.clone(), DecodingKey::from_jwk(jwk).ok()?)))
        .filter(|(_, key)| key.family() == algorithm.family())
        .collect();
    if keys.is_empty() {
        Err("holds no key that fits the issuer's algorithm".into())
    } else {
        Ok(Issuer { algorithm, keys })
    }
}
