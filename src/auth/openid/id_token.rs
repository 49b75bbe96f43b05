//! An ID token: signature, issuer, audience, nonce, times, access token. Each has to be right (OpenID Connect Core 1.0, 3.1.3.7).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::super::key_set::KeySet;

/// Seconds by which clocks may differ.
const LEEWAY_SECS: i64 = 60;
/// An ID token older than this was not issued for this attempt.
const OLDEST_SECS: i64 = 600;
/// Most characters of a `sub` (OpenID Connect Core 1.0, 2).
const LONGEST_SUBJECT: usize = 255;

/// What the token must say.
pub(super) struct Expected<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) access_token: Option<&'a str>,
    pub(super) now: i64,
}

/// Claims, typed: a claim of the wrong type refuses the token instead of being passed over.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    at_hash: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No key of the set fits: the provider may have a new one.
    UnknownKey,
    /// Anything else, in a closed word.
    Token(&'static str),
}

/// Who the token is about.
pub(super) fn subject(token: &str, keys: &KeySet, expected: &Expected<'_>) -> Result<String, Fault> {
    let claims = signed(token, keys, expected.algorithm)?;
    let same = |left: &str, right: &str| bool::from(left.as_bytes().ct_eq(right.as_bytes()));
    let (alone, names_us) = match &claims.aud {
        Audience::One(name) => (true, name == expected.client_id),
        Audience::Several(names) => (names.len() == 1, names.iter().any(|name| name == expected.client_id)),
    };
    let fault = |why| Err(Fault::Token(why));
    let now = expected.now;
    match &claims.azp {
        _ if claims.iss != expected.issuer => fault("issuer"),
        _ if !names_us => fault("audience"),
        Some(party) if party != expected.client_id => fault("authorised_party"),
        None if !alone => fault("authorised_party"),
        _ if claims.exp.saturating_add(LEEWAY_SECS) <= now => fault("expired"),
        _ if claims.nbf.is_some_and(|from| from.saturating_sub(LEEWAY_SECS) > now) => fault("not_yet"),
        _ if claims.iat.saturating_sub(LEEWAY_SECS) > now => fault("not_yet"),
        _ if claims.iat.saturating_add(OLDEST_SECS + LEEWAY_SECS) <= now => fault("too_old"),
        _ if !claims.nonce.as_deref().is_some_and(|nonce| same(nonce, expected.nonce)) => fault("nonce"),
        _ if !fits_access_token(&claims, expected.access_token) => fault("access_token"),
        _ if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT => fault("subject"),
        _ => Ok(claims.sub),
    }
}

/// The claims, where a key of the set signed them with the pinned algorithm.
fn signed(token: &str, keys: &KeySet, algorithm: Algorithm) -> Result<Claims, Fault> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| Fault::Token("form"))?;
    // What must be understood is not (RFC 7515, 4.1.11).
    if header.alg != algorithm || header.crit.is_some() {
        return Err(Fault::Token("algorithm"));
    }
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // Checked above, against the service's own clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let kid = header.kid.as_deref();
    let verified = keys.fitting(kid).find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &validation).ok());
    // a key that is named was tried; of one that is not nobody knows whether it is among these
    let fault = if kid.is_some_and(|kid| keys.holds(kid)) { Fault::Token("signature") } else { Fault::UnknownKey };
    verified.map(|token| token.claims).ok_or(fault)
}

/// `at_hash`, when present, is the left half of the access token's hash: both came together.
fn fits_access_token(claims: &Claims, access_token: Option<&str>) -> bool {
    let Some(said) = &claims.at_hash else { return true };
    access_token.is_some_and(|token| {
        let half = URL_SAFE_NO_PAD.encode(&Sha256::digest(token)[..16]);
        half.as_bytes().ct_eq(said.as_bytes()).into()
    })
}
