//! A 256-bit secret that cannot print, is never copied by accident and is wiped when dropped.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use super::KeyError;

/// Bytes in a [`SecretKey`].
pub const SECRET_KEY_LEN: usize = 32;

/// 32 secret bytes: a data key, a key encryption key, a MAC key or a private scalar.
#[derive(Debug)]
pub struct SecretKey(SecretBox<[u8; SECRET_KEY_LEN]>);

impl SecretKey {
    /// 256 fresh random bits.
    ///
    /// # Errors
    /// [`KeyError::Library`] when the system gives no randomness.
    pub fn random() -> Result<Self, KeyError> {
        let mut key = Self(SecretBox::new(Box::new([0; SECRET_KEY_LEN])));
        rand::fill(key.0.expose_secret_mut()).map_err(|_| KeyError::Library { doing: "draw random bytes" })?;
        Ok(key)
    }

    /// Takes over 32 bytes; `None` for any other length.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != SECRET_KEY_LEN {
            return None;
        }
        let mut key = Self(SecretBox::new(Box::new([0; SECRET_KEY_LEN])));
        key.0.expose_secret_mut().copy_from_slice(bytes);
        Some(key)
    }

    /// The bytes, for the one operation that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8; SECRET_KEY_LEN] {
        self.0.expose_secret()
    }

    /// As base64url text, wiped when dropped.
    pub(super) fn to_text(&self) -> SecretText {
        SecretText(Zeroizing::new(URL_SAFE_NO_PAD.encode(self.expose())))
    }
}

/// A secret in its written form (base64url of 32 bytes), as the ring file holds it.
#[derive(Clone)]
pub(super) struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The key written here, or `None` when it is not base64url of 32 bytes.
    pub(super) fn decode(&self) -> Option<SecretKey> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(self.0.as_bytes()).ok()?);
        SecretKey::from_slice(&bytes)
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_print() {
        let key = SecretKey::from_slice(&[0xab; 32]).unwrap();
        let text = key.to_text();
        let shown = format!("{key:?} {text:?}");
        assert!(
            !shown.contains("171") && !shown.to_lowercase().contains("ab, ab") && !shown.contains("q6ur"),
            "{shown}"
        );
        assert_eq!(text.decode().unwrap().expose(), key.expose());
    }

    #[test]
    fn only_32_bytes_are_a_key() {
        for length in [0, 16, 31, 33] {
            assert!(SecretKey::from_slice(&vec![1; length]).is_none());
        }
        assert!(SecretText(Zeroizing::new("AAAA".to_owned())).decode().is_none());
    }
}
