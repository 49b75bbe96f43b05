//! An issuer's public keys, as JSON Web Key Set (RFC 7517).

use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// Members that only a private or a shared key has.
const SECRET_MEMBERS: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Keys that fit the issuer's algorithm, each with its `kid`.
#[derive(Default)]
pub(super) struct KeySet(Vec<(Option<String>, DecodingKey)>);

/// What is wrong with a key set; nothing of its contents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum KeySetFault {
    #[error("is not a key set: {0}")]
    Form(String),
    #[error("holds a private or a shared key: whoever reads the set can issue tokens. Replace that key at the issuer")]
    Private,
    #[error("holds no key that fits the issuer's algorithm")]
    NoKey,
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads the keys that an issuer signs with by this algorithm; those for other ends are passed over.
    pub(super) fn parse(text: &[u8], algorithm: Algorithm) -> Result<Self, KeySetFault> {
        let set: Set = serde_json::from_slice(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            KeySetFault::Form(format!("{{\"keys\": [...]}} was expected (line {line}, column {column})"))
        })?;
        if set.keys.iter().any(|key| SECRET_MEMBERS.iter().any(|member| key.get(member).is_some())) {
            return Err(KeySetFault::Private);
        }
        let keys: Vec<_> = set.keys.into_iter().filter_map(|key| usable(key, algorithm)).collect();
        if keys.is_empty() { Err(KeySetFault::NoKey) } else { Ok(Self(keys)) }
    }

    /// Whether there is a key of exactly this `kid`.
    pub(super) fn holds(&self, wanted: &str) -> bool {
        self.0.iter().any(|(kid, _)| kid.as_deref() == Some(wanted))
    }

    /// Keys a token with this `kid` may be signed by.
    pub(super) fn fitting(&self, wanted: Option<&str>) -> impl Iterator<Item = &DecodingKey> {
        let fits = move |kid: &Option<String>| wanted.is_none() || kid.is_none() || kid.as_deref() == wanted;
        self.0.iter().filter(move |(kid, _)| fits(kid)).map(|(_, key)| key)
    }
}

fn usable(key: Value, algorithm: Algorithm) -> Option<(Option<String>, DecodingKey)> {
    let named = key.get("alg").and_then(Value::as_str).map(str::parse::<Algorithm>);
    if named.is_some_and(|named| named.ok() != Some(algorithm)) {
        return None;
    }
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    if jwk.common.public_key_use.as_ref().is_some_and(|used| *used != PublicKeyUse::Signature) {
        return None;
    }
    let key = DecodingKey::from_jwk(&jwk).ok().filter(|key| key.family() == algorithm.family())?;
    Some((jwk.common.key_id, key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn p256() -> Value {
        // RFC 7517, appendix A.1.
        json!({"kty": "EC", "crv": "P-256", "kid": "1", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
    }

    fn read(keys: &[Value]) -> Result<usize, KeySetFault> {
        let text = json!({ "keys": keys }).to_string();
        KeySet::parse(text.as_bytes(), Algorithm::ES256).map(|set| set.fitting(None).count())
    }

    fn with(name: &str, value: &str) -> Value {
        let mut key = p256();
        key[name] = json!(value);
        key
    }

    #[test]
    fn a_set_with_a_secret_in_it_is_refused_whole() {
        assert_eq!(read(&[p256()]), Ok(1));
        for member in SECRET_MEMBERS {
            assert_eq!(read(&[p256(), with(member, "AQ")]), Err(KeySetFault::Private), "{member}");
        }
        assert_eq!(read(&[p256(), json!({"kty": "oct", "k": "AQ"})]), Err(KeySetFault::Private));
    }

    #[test]
    fn keys_for_other_ends_are_passed_over() {
        for other in [with("use", "enc"), with("alg", "ES384"), with("alg", "?"), with("kty", "new"), json!(7)] {
            assert_eq!(read(&[p256(), other.clone()]), Ok(1), "{other}");
            assert_eq!(read(std::slice::from_ref(&other)), Err(KeySetFault::NoKey), "{other}");
        }
        assert_eq!(read(&[with("use", "sig"), with("alg", "ES256")]), Ok(2));
        for text in ["", "[]", "{\"keys\": {}}", "<html>"] {
            let read = KeySet::parse(text.as_bytes(), Algorithm::ES256);
            assert!(matches!(read.map(|_| ()), Err(KeySetFault::Form(_))), "{text}");
        }
    }
}
