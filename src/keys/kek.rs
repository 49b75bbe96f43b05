//! Key encryption keys: what wraps the data key of each document. The default provider keeps them in the ring file; another
//! (a hardware module, a key service) takes its place behind [`KekProvider`].

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::secret::SECRET_KEY_LEN;
use super::wrap_count::WrapCounts;
use super::{KeyError, SecretKey};

/// Names a key encryption key, within one ring and across rings. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KekId(pub String);

impl KekId {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KekId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// The life of a key encryption key, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KekState {
    /// Wraps new data keys and unwraps. Exactly one in a ring.
    Active,
    /// Unwraps only.
    DecryptOnly,
    /// Gone: nothing it wrapped can be opened, on no backup either once no copy of the ring holds it.
    Destroyed,
}

impl std::fmt::Display for KekState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Active => "active",
            Self::DecryptOnly => "decrypt_only",
            Self::Destroyed => "destroyed",
        })
    }
}

/// Wraps and unwraps data keys under key encryption keys that never leave the provider.
///
/// Contract: calls may come from many threads at once and may block (a networked provider is called from a blocking
/// thread). `wrap` chooses the active key itself, so that a rotation between two calls cannot split one wrap over two keys.
/// What `wrap` returned, `unwrap` opens for as long as the key is not destroyed. A provider counts its wraps per key and
/// refuses with [`KeyError::WrapBound`] rather than exceed its bound, also across restarts.
pub trait KekProvider: Send + Sync + std::fmt::Debug {
    /// Wraps a data key under the active key encryption key.
    ///
    /// # Errors
    /// [`KeyError::WrapBound`], [`KeyError::Io`] when the count cannot be kept, [`KeyError::Library`].
    fn wrap(&self, data_key: &SecretKey) -> Result<(KekId, Vec<u8>), KeyError>;

    /// Unwraps a data key. `Ok(None)` when the bytes are not a key wrapped under this key encryption key.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`], [`KeyError::DestroyedKek`].
    fn unwrap(&self, kek: &KekId, wrapped: &[u8]) -> Result<Option<SecretKey>, KeyError>;
}

/// One key of the ring file.
#[derive(Debug)]
pub(super) struct Kek {
    pub(super) id: KekId,
    pub(super) state: KekState,
    /// `None` once destroyed.
    pub(super) key: Option<SecretKey>,
}

/// The default provider: AES-256 Key Wrap (RFC 3394) under keys of the ring file.
#[derive(Debug)]
pub(super) struct FileKeks {
    keks: RwLock<Arc<[Kek]>>,
    counts: WrapCounts,
}

impl FileKeks {
    pub(super) fn new(keks: Vec<Kek>, counts: WrapCounts) -> Self {
        Self { keks: RwLock::new(keks.into()), counts }
    }

    /// Takes over the keys of a ring file read again.
    pub(super) fn set(&self, keks: Vec<Kek>) {
        *self.keks.write().unwrap_or_else(PoisonError::into_inner) = keks.into();
    }

    pub(super) fn current(&self) -> Arc<[Kek]> {
        self.keks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The count of wraps that the key may have made: exact within this process, rounded up across restarts.
    pub(super) fn wraps_at_most(&self, kek: &KekId) -> Result<u64, KeyError> {
        self.counts.at_most(kek)
    }
}

impl KekProvider for FileKeks {
    fn wrap(&self, data_key: &SecretKey) -> Result<(KekId, Vec<u8>), KeyError> {
        let keks = self.current();
        let active = keks
            .iter()
            .find(|kek| kek.state == KekState::Active)
            .expect("a ring is only held once checked to have one active key");
        let key = active.key.as_ref().expect("an active key is checked to be present");
        self.counts.take(&active.id)?;
        let mut wrapped = vec![0; SECRET_KEY_LEN + 8];
        AesKek::new(&AES_256, key.expose())
            .and_then(|kek| kek.wrap(data_key.expose(), &mut wrapped).map(|_| ()))
            .map_err(|_| KeyError::Library { doing: "wrap a data key" })?;
        Ok((active.id.clone(), wrapped))
    }

    fn unwrap(&self, kek: &KekId, wrapped: &[u8]) -> Result<Option<SecretKey>, KeyError> {
        let keks = self.current();
        let held = keks.iter().find(|held| held.id == *kek).ok_or(KeyError::UnknownKek { kek: kek.clone() })?;
        let key = held.key.as_ref().ok_or(KeyError::DestroyedKek { kek: kek.clone() })?;
        let cipher = AesKek::new(&AES_256, key.expose())
            .map_err(|_| KeyError::Library { doing: "take a key encryption key" })?;
        let mut data_key = Zeroizing::new([0; SECRET_KEY_LEN]);
        if wrapped.len() != SECRET_KEY_LEN + 8 || cipher.unwrap(wrapped, &mut data_key[..]).is_err() {
            return Ok(None);
        }
        Ok(SecretKey::from_slice(&data_key[..]))
    }
}

#[cfg(test)]
mod tests {
    use aes_kw::{KeyInit, KwAes256};

    use super::*;

    fn provider(dir: &std::path::Path, key: [u8; 32]) -> FileKeks {
        let kek = Kek { id: KekId("kek-1".into()), state: KekState::Active, key: SecretKey::from_slice(&key) };
        FileKeks::new(vec![kek], WrapCounts::in_dir(dir))
    }

    /// RFC 3394 section 4.6: 256 bits of key data under a 256-bit key.
    #[test]
    fn wraps_as_rfc_3394() {
        let dir = tempfile::tempdir().unwrap();
        let kek: [u8; 32] = std::array::from_fn(|i| i as u8);
        let data = hex::decode("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f").unwrap();
        let provider = provider(dir.path(), kek);
        let (id, wrapped) = provider.wrap(&SecretKey::from_slice(&data).unwrap()).unwrap();
        assert_eq!(
            hex::encode(&wrapped),
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
        );
        assert_eq!(provider.unwrap(&id, &wrapped).unwrap().unwrap().expose()[..], data[..]);
    }

    #[test]
    fn agrees_with_an_independent_key_wrap() {
        let dir = tempfile::tempdir().unwrap();
        let key = SecretKey::random().unwrap();
        let provider = provider(dir.path(), *key.expose());
        let data = SecretKey::random().unwrap();
        let (_, wrapped) = provider.wrap(&data).unwrap();
        let mut other = [0; 40];
        KwAes256::new(key.expose().into()).wrap_key(data.expose(), &mut other).unwrap();
        assert_eq!(wrapped, other);
    }

    #[test]
    fn altered_wraps_do_not_unwrap() {
        let dir = tempfile::tempdir().unwrap();
        let provider = provider(dir.path(), [7; 32]);
        let (id, wrapped) = provider.wrap(&SecretKey::random().unwrap()).unwrap();
        for index in 0..wrapped.len() {
            let mut altered = wrapped.clone();
            altered[index] ^= 1;
            assert!(provider.unwrap(&id, &altered).unwrap().is_none());
        }
        assert!(provider.unwrap(&id, &wrapped[..32]).unwrap().is_none());
        assert!(matches!(provider.unwrap(&KekId("kek-2".into()), &wrapped), Err(KeyError::UnknownKek { .. })));
    }
}
