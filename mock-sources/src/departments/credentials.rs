//! Credentials, checked for real. The mocks' secrets are published in `WIRES.md` and used nowhere else.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::Key;
use super::wire::Request;
use crate::chance::mix_text;

/// How far a signed request's clock may be off.
const CLOCK_SKEW_SECS: i64 = 300;
/// Most nonces of a period.
const MOST_NONCES: usize = 200_000;

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

/// Nonces seen, so that none is taken twice: those of the running period and of the one before it. A period ends after twice the skew, when
/// a repeated timestamp would be refused anyway, or when it is full: so memory is bounded and no request pays for the others.
#[derive(Debug, Default)]
pub(crate) struct Nonces(Mutex<Periods>);

/// By hash.
#[derive(Debug, Default)]
struct Periods {
    running: HashSet<u64>,
    before: HashSet<u64>,
    since: i64,
}

impl Nonces {
    /// Takes a nonce once; false when it was taken before.
    fn take(&self, nonce: &str, now: i64) -> bool {
        let hash = mix_text(2, nonce);
        let mut periods = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if now - periods.since > 2 * CLOCK_SKEW_SECS || periods.running.len() >= MOST_NONCES {
            periods.before = std::mem::take(&mut periods.running);
            periods.since = now;
        }
        !periods.before.contains(&hash) && periods.running.insert(hash)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_taken_once_for_as_long_as_its_timestamp_may_be_used() {
        let nonces = Nonces::default();
        assert!(nonces.take("a", 1_000));
        assert!(!nonces.take("a", 1_000 + 2 * CLOCK_SKEW_SECS));
        assert!(nonces.take("b", 1_001 + 2 * CLOCK_SKEW_SECS));
        assert!(!nonces.take("a", 1_001 + 2 * CLOCK_SKEW_SECS), "the period before is remembered");
        assert!(nonces.take("a", 1_002 + 4 * CLOCK_SKEW_SECS), "forgotten when its timestamp is long refused");
    }

    #[test]
    fn memory_is_bounded() {
        let nonces = Nonces::default();
        for number in 0..MOST_NONCES * 3 + 7 {
            assert!(nonces.take(&number.to_string(), 1_000));
        }
        let periods = nonces.0.lock().unwrap();
        assert!(periods.running.len() <= MOST_NONCES && periods.before.len() <= MOST_NONCES);
    }
}
