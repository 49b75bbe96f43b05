//! The service's public signing keys, as a JWK Set (RFC 7517) that the reader got by another way than the report.

use serde_json::Value;

use crate::keys::EcPublicKey;

/// Why a text is not a set of signing keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyingKeysError {
    /// Neither a JWK Set nor a JWK.
    #[error("not a JWK Set: expected an object with `keys`, as served at /.well-known/jwks.json")]
    Form,
    /// A private key in a public place.
    #[error("keys[{index}] is a private key: it must not be here; replace it at its service")]
    Private {
        /// Index in `keys`.
        index: usize,
    },
    /// A P-256 key that is not one.
    #[error("keys[{index}] is not a valid P-256 key")]
    Key {
        /// Index in `keys`.
        index: usize,
    },
    /// The name of a key is not its thumbprint.
    #[error("keys[{index}] has a kid that is not its RFC 7638 thumbprint")]
    Kid {
        /// Index in `keys`.
        index: usize,
    },
    /// No key in it signs reports.
    #[error("the set has no ES256 key")]
    Empty,
}

/// Keys that may sign reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKeys(Vec<EcPublicKey>);

impl VerifyingKeys {
    /// Reads a JWK Set or a single JWK. Keys of another kind or for another use are passed over.
    ///
    /// # Errors
    /// [`VerifyingKeysError`].
    pub fn parse(text: &str) -> Result<Self, VerifyingKeysError> {
        let value: Value = serde_json::from_str(text).map_err(|_| VerifyingKeysError::Form)?;
        Self::from_value(&value)
    }

    /// As [`VerifyingKeys::parse`], from a value.
    ///
    /// # Errors
    /// [`VerifyingKeysError`].
    pub fn from_value(value: &Value) -> Result<Self, VerifyingKeysError> {
        let listed = match value.get("keys") {
            Some(Value::Array(keys)) => keys.as_slice(),
            None if value.get("kty").is_some() => std::slice::from_ref(value),
            _ => return Err(VerifyingKeysError::Form),
        };
        let mut keys = Vec::new();
        for (index, jwk) in listed.iter().enumerate() {
            keys.extend(check(jwk, index)?);
        }
        if keys.is_empty() { Err(VerifyingKeysError::Empty) } else { Ok(Self(keys)) }
    }

    /// The key of a `kid`.
    #[must_use]
    pub fn get(&self, kid: &str) -> Option<&EcPublicKey> {
        self.0.iter().find(|key| key.thumbprint() == kid)
    }
}

fn check(jwk: &Value, index: usize) -> Result<Option<EcPublicKey>, VerifyingKeysError> {
    if jwk.get("d").is_some() {
        return Err(VerifyingKeysError::Private { index });
    }
    let is = |member: &str, wanted: &str| jwk.get(member).is_some_and(|value| value == wanted);
    let is_or_absent = |member: &str, wanted: &str| jwk.get(member).is_none_or(|value| value == wanted);
    if !(is("kty", "EC") && is("crv", "P-256") && is_or_absent("use", "sig") && is_or_absent("alg", "ES256")) {
        return Ok(None);
    }
    let key = EcPublicKey::from_jwk_coordinates(jwk).ok_or(VerifyingKeysError::Key { index })?;
    if jwk.get("kid").is_some_and(|kid| *kid != *key.thumbprint()) {
        return Err(VerifyingKeysError::Kid { index });
    }
    Ok(Some(key))
}
