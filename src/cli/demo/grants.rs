//! Codes of the demo's provider: each is good once, for a minute, and for whoever has the verifier.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Seconds a code is good for.
const CODE_SECS: i64 = 60;
/// Most codes that wait; the demo has one user.
const MOST_CODES: usize = 100;

/// What a code stands for.
pub(super) struct Grant {
    /// Who was chosen.
    pub person: &'static str,
    /// The attempt's nonce.
    pub nonce: String,
    /// PKCE's challenge, method S256.
    pub challenge: String,
}

/// Codes that wait, with the second at which each is over.
#[derive(Default)]
pub(super) struct Grants(Mutex<HashMap<String, (Grant, i64)>>);

impl Grants {
    /// A code for a grant; none when too many wait.
    pub(super) fn code(&self, grant: Grant, now: Timestamp) -> Option<String> {
        let code = random()?;
        let now = now.as_second();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, (_, until)| *until > now);
        if waiting.len() >= MOST_CODES {
            return None;
        }
        waiting.insert(code.clone(), (grant, now + CODE_SECS));
        Some(code)
    }

    /// What a code stands for, where it is good and the verifier is the challenge's. It is gone in any case.
    pub(super) fn redeem(&self, code: &str, verifier: &str, now: Timestamp) -> Option<Grant> {
        let (grant, until) = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(code)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let proven = bool::from(challenge.as_bytes().ct_eq(grant.challenge.as_bytes()));
        (proven && until > now.as_second()).then_some(grant)
    }
}

/// 256 random bits.
pub(super) fn random() -> Option<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// `at_hash` of an access token (OpenID Connect Core 1.0, 3.1.3.6).
pub(super) fn half_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token)[..16])
}
