//! One attempt to sign in: what the browser keeps of it, and the state, nonce and PKCE verifier that follow from that. The service keeps
//! nothing, so any of its processes can take the answer.

use aws_lc_rs::{hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Seconds somebody has to sign in at the provider.
const LASTS_SECS: i64 = 600;

/// An attempt: 256 random bits, and when it began. Only the browser that began it has them.
pub struct Attempt {
    secret: [u8; 32],
    began: i64,
}

impl Attempt {
    /// Seconds a browser keeps it.
    pub const LASTS_SECS: i64 = LASTS_SECS;

    /// A new one; none when the machine has no randomness.
    #[must_use]
    pub fn begin(now: Timestamp) -> Option<Self> {
        let mut secret = [0; 32];
        rand::fill(&mut secret).ok()?;
        Some(Self { secret, began: now.as_second() })
    }

    /// What the browser keeps, as a cookie's value.
    #[must_use]
    pub fn to_cookie(&self) -> String {
        format!("{}.{}", self.began, URL_SAFE_NO_PAD.encode(self.secret))
    }

    /// Reads what a browser kept; none when it is no attempt, or of too long ago.
    #[must_use]
    pub fn of_cookie(text: &str, now: Timestamp) -> Option<Self> {
        let (began, secret) = text.split_once('.')?;
        let (began, secret) = (began.parse().ok()?, URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?);
        (0..LASTS_SECS).contains(&now.as_second().checked_sub(began)?).then_some(Self { secret, began })
    }

    /// Whether an answer's `state` is this attempt's.
    #[must_use]
    pub fn is_of_state(&self, state: &str) -> bool {
        self.state().as_bytes().ct_eq(state.as_bytes()).into()
    }

    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// PKCE's challenge, method S256.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// The time goes in as well: a changed one is another attempt.
    fn derived(&self, what: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, format!("hedui sign-in {what} {}", self.began).as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_is_its_browsers_alone_and_for_ten_minutes() {
        let at = |seconds: i64| Timestamp::from_second(1_795_000_000 + seconds).unwrap();
        let attempt = Attempt::begin(at(0)).unwrap();
        let cookie = attempt.to_cookie();
        let read = Attempt::of_cookie(&cookie, at(599)).unwrap();
        assert!(read.is_of_state(&attempt.state()) && read.nonce() == attempt.nonce());
        assert!(Attempt::of_cookie(&cookie, at(600)).is_none() && Attempt::of_cookie(&cookie, at(-1)).is_none());
        let later = cookie.replacen("1795000000", "1795000500", 1);
        let moved = Attempt::of_cookie(&later, at(900)).unwrap();
        assert!(!moved.is_of_state(&attempt.state()), "a moved time is another attempt");
        assert!(!Attempt::begin(at(0)).unwrap().is_of_state(&attempt.state()));
        for rubbish in ["", ".", "x.y", "1795000000.", "1795000000.AAAA", "99999999999999999999.AAAA"] {
            assert!(Attempt::of_cookie(rubbish, at(1)).is_none(), "{rubbish}");
        }
        let all = [attempt.state(), attempt.nonce(), attempt.verifier(), attempt.challenge()];
        assert!(all.iter().all(|text| text.len() == 43));
        assert!((0..4).all(|i| (0..i).all(|j| all[i] != all[j])));
    }
}
