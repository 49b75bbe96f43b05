//! Bearer tokens.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::join_all;
use jsonwebtoken::{Algorithm, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::issuer_keys::{IssuerKeys, KeysStanding, http};
use super::key_set::KeySet;
use super::{AuthError, Caller, Role};
use crate::config::{AuthSettings, CertificateHash, Problem, Register, region_prefix};
use crate::identity::holds_personal_number;
use crate::telemetry::Clock;

/// Seconds by which clocks may differ.
const LEEWAY_SECS: i64 = 60;

/// How often it is looked whether an issuer's keys are due.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// How many tokens with a good signature are remembered, and for how long: callers send the same token with every call.
const REMEMBERED: u64 = 4096;
const REMEMBERED_FOR: Duration = Duration::from_secs(300);

/// Checks bearer tokens.
pub struct Authenticator {
    audience: String,
    lifetime_secs: i64,
    issuers: HashMap<String, IssuerKeys>,
    register: Register,
    clock: Clock,
    /// Claims of tokens whose signature was good, by the token's SHA-256, and under which generation of the issuer's keys. Times, audience
    /// and register are looked at on every call.
    signed: Cache<[u8; 32], (Arc<Claims>, u64)>,
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
    iat: Option<i64>,
    #[serde(default)]
    jti: Option<String>,
    org: String,
    regions: Vec<String>,
    roles: Vec<String>,
    #[serde(default)]
    scope: String,
    /// To whom the token was issued (RFC 9068, 2.2; OpenID Connect's `azp`). The same as `sub` where nobody but the program itself stands behind it.
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    cnf: Option<Confirmation>,
}

impl Claims {
    fn is_of_a_program(&self) -> bool {
        [&self.client_id, &self.azp].into_iter().flatten().any(|program| *program == self.sub)
    }

    /// Every name that it holds of somebody or something.
    fn names(&self) -> impl Iterator<Item = &str> {
        [Some(&self.sub), self.client_id.as_ref(), self.azp.as_ref()].into_iter().flatten().map(String::as_str)
    }
}

/// What the token's holder must prove (RFC 8705, 3.1). Any other proof than a certificate is not asked for here, so that such a token is
/// refused rather than taken from whoever has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    #[serde(rename = "x5t#S256")]
    certificate: String,
}

impl Confirmation {
    fn is_met(&self, presented: Option<CertificateHash>) -> bool {
        presented.is_some_and(|hash| URL_SAFE_NO_PAD.encode(hash.as_bytes()) == self.certificate)
    }
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
    /// Reads the key sets that are in files; those at an issuer come with [`Authenticator::keep_keys`].
    ///
    /// # Errors
    /// Every key set that cannot be read or holds no usable key.
    pub fn new(settings: &AuthSettings, register: impl Into<Register>, clock: Clock) -> Result<Self, Vec<Problem>> {
        let mut issuers = HashMap::new();
        let mut problems = Vec::new();
        let http = http();
        for issuer in &settings.issuers {
            let http = http.as_ref().map_err(|error| format!("cannot be fetched: {error}"));
            let keys = http.and_then(|http| IssuerKeys::new(issuer, http.clone(), clock.now().as_second()));
            match keys {
                Ok(keys) => drop(issuers.insert(issuer.issuer.clone(), keys)),
                Err(message) => problems.push(Problem {
                    file: issuer.keys.to_string(),
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
        if problems.is_empty() {
            let lifetime_secs = i64::from(settings.token_minutes) * 60;
            Ok(Self { audience, lifetime_secs, issuers, register: register.into(), clock, signed })
        } else {
            Err(problems)
        }
    }

    /// Renews the keys of every issuer until it is told to stop, beginning with those that are not there yet.
    pub async fn keep_keys(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let now = self.clock.now().as_second();
            let all = join_all(self.issuers.values().map(|issuer| issuer.renew(now)));
            stop.run_until_cancelled(all).await;
        }
    }

    /// The callers in force.
    #[must_use]
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// How the keys of every issuer stand, by name.
    #[must_use]
    pub fn issuers(&self) -> BTreeMap<String, KeysStanding> {
        let now = self.clock.now().as_second();
        self.issuers.values().map(|issuer| (issuer.name().to_owned(), issuer.standing(now))).collect()
    }

    /// Who sends this `Authorization` header, over a connection with this certificate. A key that is not there yet is looked for at its issuer: issuers change their keys.
    ///
    /// # Errors
    /// [`AuthError`] for anything but a valid token of a registered caller.
    pub async fn sign_in(
        &self,
        authorization: Option<&str>,
        certificate: Option<CertificateHash>,
    ) -> Result<Caller, AuthError> {
        let said = self.caller_with(authorization, certificate);
        if !matches!(said, Err(AuthError::UnknownKey | AuthError::IssuerSilent)) {
            return said;
        }
        let (issuer, ..) = self.issuer_of(bearer(authorization)?)?;
        issuer.look(self.clock.now().as_second()).await;
        self.caller_with(authorization, certificate)
    }

    /// The same over a connection without a certificate, with the keys that are held.
    ///
    /// # Errors
    /// As [`Authenticator::sign_in`].
    pub fn caller(&self, authorization: Option<&str>) -> Result<Caller, AuthError> {
        self.caller_with(authorization, None)
    }

    fn caller_with(
        &self,
        authorization: Option<&str>,
        certificate: Option<CertificateHash>,
    ) -> Result<Caller, AuthError> {
        let token = bearer(authorization)?;
        let claims = self.claims(token)?;
        let now = self.clock.now().as_second();
        if claims.exp.saturating_add(LEEWAY_SECS) <= now {
            return Err(AuthError::Expired);
        }
        if claims.exp.saturating_sub(claims.iat.unwrap_or(claims.nbf)) > self.lifetime_secs {
            return Err(AuthError::TooLong);
        }
        if claims.nbf.saturating_sub(LEEWAY_SECS) > now {
            return Err(AuthError::NotYet);
        }
        if !claims.aud.names(&self.audience) {
            return Err(AuthError::Audience);
        }
        self.registered(&claims, token, certificate)
    }

    #[cfg(test)]
    pub(super) fn issuer(&self, name: &str) -> &IssuerKeys {
        &self.issuers[name]
    }

    #[cfg(test)]
    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_second()
    }

    /// What the register grants whom a session of the console is of, until `lasts` is over. None who is not registered (any more), whose
    /// word is another issuer's than this provider, or who is a caseworker system and no person.
    #[must_use]
    pub fn of_session(&self, provider: &str, subject: &str, session: &[u8; 32], lasts: Duration) -> Option<Caller> {
        let clients = self.register.clients();
        let client = clients.get(subject)?;
        // A session is not bound to a certificate: who needs one has none.
        if !client.certificates.is_empty() {
            return None;
        }
        if client.issuer.as_ref().is_some_and(|issuer| issuer != provider) {
            return None;
        }
        let roles = client.roles.iter().filter_map(|role| Role::parse(role)).filter(|role| *role != Role::Client);
        let roles: Vec<_> = roles.collect();
        (!roles.is_empty()).then(|| Caller {
            subject: client.id.clone(),
            organisation: client.organisation.clone(),
            regions: client.regions.clone(),
            roles,
            is_system: false,
            oversees: client.oversees.clone(),
            scopes: vec!["report:read".into()],
            token_hash: hex::encode(session),
            recipient_key: client.recipient_key.clone(),
            disclosure: client.disclosure,
            calls_per_second: client.calls_per_second,
            lasts: Some(lasts),
            call: None,
        })
    }

    /// What a token claims, once its signature was found good under the keys in force.
    fn claims(&self, token: &str) -> Result<Arc<Claims>, AuthError> {
        let name: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let now = self.clock.now().as_second();
        if let Some((claims, checked_under)) = self.signed.get(&name) {
            let issuer = self.issuers.get(&claims.iss).ok_or(AuthError::Invalid)?;
            let ((), generation) = issuer.with(now, |_| Ok(()))?;
            if generation == checked_under {
                return Ok(claims);
            }
        }
        let (issuer, kid) = self.issuer_of(token)?;
        let (claims, generation) = issuer.with(now, |keys| verified(token, kid.as_deref(), keys, issuer.algorithm))?;
        if claims.names().any(holds_personal_number) {
            return Err(AuthError::PersonalSubject);
        }
        let claims = Arc::new(claims);
        self.signed.insert(name, (Arc::clone(&claims), generation));
        Ok(claims)
    }

    /// The issuer a token names, and the key it names. Read unverified, only to choose the pinned keys; the signature then covers both.
    fn issuer_of(&self, token: &str) -> Result<(&IssuerKeys, Option<String>), AuthError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| AuthError::Invalid)?;
        // Extensions that must be understood (RFC 7515, 4.1.11): none is.
        if header.crit.is_some() || !header.typ.as_deref().is_none_or(is_access) {
            return Err(AuthError::Invalid);
        }
        let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| AuthError::Invalid)?;
        Ok((self.issuers.get(&claims.iss).ok_or(AuthError::Invalid)?, header.kid))
    }

    fn registered(
        &self,
        claims: &Claims,
        token: &str,
        certificate: Option<CertificateHash>,
    ) -> Result<Caller, AuthError> {
        let clients = self.register.clients();
        let client = clients.get(&claims.sub).ok_or(AuthError::Unregistered)?;
        if client.organisation != claims.org || client.issuer.as_ref().is_some_and(|issuer| *issuer != claims.iss) {
            return Err(AuthError::Unregistered);
        }
        let bound = &client.certificates;
        let presented = bound.is_empty() || certificate.is_some_and(|hash| bound.contains(&hash));
        if !presented || claims.cnf.as_ref().is_some_and(|cnf| !cnf.is_met(certificate)) {
            return Err(AuthError::Certificate);
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
            is_system: client.is_system() || claims.is_of_a_program(),
            oversees: client.oversees.clone(),
            scopes: claims.scope.split_whitespace().map(str::to_owned).collect(),
            token_hash: hex::encode(Sha256::digest(claims.jti.as_deref().unwrap_or(token).as_bytes())),
            recipient_key: client.recipient_key.clone(),
            disclosure: client.disclosure,
            calls_per_second: client.calls_per_second,
            lasts: Some(Duration::from_secs(u64::try_from(lasts).unwrap_or(0))),
            call: None,
        })
    }
}

/// The token of an `Authorization` header.
fn bearer(authorization: Option<&str>) -> Result<&str, AuthError> {
    let (scheme, token) = authorization.and_then(|header| header.split_once(' ')).ok_or(AuthError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(AuthError::Missing) }
}

/// Whether a token of this `typ` is one to call with (RFC 9068, 2.1), and none that an issuer signs for another use.
fn is_access(typ: &str) -> bool {
    let typ = typ.to_ascii_lowercase();
    matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
}

/// Checks a token's signature. Keys, or addresses of keys, in its header (`jwk`, `jku`, `x5c`, `x5u`) are not looked at.
fn verified(token: &str, kid: Option<&str>, keys: &KeySet, algorithm: Algorithm) -> Result<Claims, AuthError> {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub", "nbf"]);
    // Times and audience are checked by the caller, against the service's own clock, with an error of their own each.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let mut fitting = keys.fitting(kid).peekable();
    if fitting.peek().is_none() {
        return Err(AuthError::UnknownKey);
    }
    let verified = fitting.find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &validation).ok());
    // a key that was tried because nothing tells which one it is may have been followed by another
    let named = kid.is_some_and(|kid| keys.holds(kid));
    let refused = if named { AuthError::Invalid } else { AuthError::UnknownKey };
    verified.map(|token| token.claims).ok_or(refused)
}
