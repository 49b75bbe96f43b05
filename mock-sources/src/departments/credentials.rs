//! Credentials, checked for real. The mocks' secrets are published in `WIRES.md` and used nowhere else.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::Key;
use super::wire::Request;

/// How far a signed request's clock may be off.
const CLOCK_SKEW_SECS: i64 = 300;

/// `Authorization: Bearer mock-<key>-token`.
pub(crate) fn bearer(key: Key, request: &Request) -> bool {
    request
        .header("authorization")
        .strip_prefix("Bearer ")
        .is_some_and(|token| token == format!("mock-{}-token", key.as_str()))
}

/// `mock-<key>-key` in the named header.
pub(crate) fn api_key(key: Key, request: &Request, header: &str) -> bool {
    request.header(header) == format!("mock-{}-key", key.as_str())
}

/// `mock-<key>-secret`.
pub(crate) fn secret(key: Key) -> String {
    format!("mock-{}-secret", key.as_str())
}

/// Nonces seen, so that none is taken twice.
#[derive(Debug, Default)]
pub(crate) struct Nonces(Mutex<HashMap<String, i64>>);

impl Nonces {
    /// Takes a nonce once; false when it was taken before. Nonces older than twice the skew are forgotten.
    fn take(&self, nonce: &str, now: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > 50_000 {
            seen.retain(|_, at| now - *at <= 2 * CLOCK_SKEW_SECS);
        }
        seen.insert(nonce.to_owned(), now).is_none()
    }
}

/// HMAC-SHA256 over method, target, timestamp, nonce and the body's hash.
pub(crate) fn signed(key: Key, request: &Request, nonces: &Nonces, now: i64) -> bool {
    let (timestamp, nonce) = (request.header("x-timestamp"), request.header("x-nonce"));
    let in_time = timestamp.parse::<i64>().is_ok_and(|at| (now - at).abs() <= CLOCK_SKEW_SECS);
    let signature = hex::decode(request.header("x-signature")).unwrap_or_default();
    let body = hex::encode(Sha256::digest(&request.body));
    let text = format!("{}\n{}\n{timestamp}\n{nonce}\n{body}", request.method, request.target());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret(key).as_bytes()).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    request.header("x-app-id") == "hedui"
        && in_time
        && !nonce.is_empty()
        && mac.verify_slice(&signature).is_ok()
        && nonces.take(nonce, now)
}
