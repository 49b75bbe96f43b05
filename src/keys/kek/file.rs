//! The default provider of key encryption keys: they stand in the ring file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use zeroize::Zeroizing;

use super::{KekId, KekProvider, KekState};
use crate::keys::ring::read_contents;
use crate::keys::ring_file::Stamp;
use crate::keys::secret::SECRET_KEY_LEN;
use crate::keys::wrap_count::WrapCounts;
use crate::keys::{KeyError, SecretKey};

/// One key of the ring file.
#[derive(Clone, Debug)]
pub(in crate::keys) struct Kek {
    pub(in crate::keys) id: KekId,
    pub(in crate::keys) state: KekState,
    /// `None` once destroyed.
    pub(in crate::keys) key: Option<Arc<SecretKey>>,
}

/// The default provider: AES-256 Key Wrap (RFC 3394) under keys of the ring file.
#[derive(Debug)]
pub(in crate::keys) struct FileKeks {
    dir: PathBuf,
    keks: RwLock<Arc<[Kek]>>,
    counts: WrapCounts,
    /// The ring file as it was when it was last looked at for a key that was not known.
    looked: Mutex<Option<Stamp>>,
}

impl FileKeks {
    pub(in crate::keys) fn new(dir: &Path, keks: Vec<Kek>, counts: WrapCounts) -> Self {
        Self { dir: dir.to_owned(), keks: RwLock::new(keks.into()), counts, looked: Mutex::default() }
    }

    /// Takes over the keys of a ring file read again.
    pub(in crate::keys) fn set(&self, keks: Vec<Kek>) {
        *self.keks.write().unwrap_or_else(PoisonError::into_inner) = keks.into();
    }

    /// Holds a key as destroyed.
    pub(in crate::keys) fn forget(&self, kek: &KekId) {
        let mut keks = self.keks.write().unwrap_or_else(PoisonError::into_inner);
        let destroyed = |held: &Kek| match held.id == *kek {
            true => Kek { state: KekState::Destroyed, key: None, ..held.clone() },
            false => held.clone(),
        };
        *keks = keks.iter().map(destroyed).collect();
    }

    pub(in crate::keys) fn current(&self) -> Arc<[Kek]> {
        self.keks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The count of wraps that the key may have made: exact within this process, rounded up across restarts.
    pub(in crate::keys) fn wraps_at_most(&self, kek: &KekId) -> Result<u64, KeyError> {
        self.counts.at_most(kek)
    }

    pub(in crate::keys) fn raise(&self, found: &BTreeMap<KekId, u64>) -> Result<Vec<KekId>, KeyError> {
        self.counts.raise(found)
    }

    /// A key that is held; else one that the ring file has got since, as when another process of the service wraps under a new key already.
    /// Such a key opens here from now on and does nothing else: what else is new in the file waits until it stands in the audit log.
    fn held(&self, kek: &KekId) -> Result<Kek, KeyError> {
        let find = |keks: &[Kek]| keks.iter().find(|held| held.id == *kek).cloned();
        let unknown = || KeyError::UnknownKek { kek: kek.clone() };
        let current = self.current();
        if let Some(held) = find(&current) {
            return Ok(held);
        }
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of(&self.dir)?;
        if *looked == Some(stamp) {
            return Err(unknown());
        }
        let (_, contents) = read_contents(&self.dir)?;
        *looked = Some(stamp);
        let current = self.current();
        let learned = |kek: &Kek| kek.state != KekState::Destroyed && current.iter().all(|held| held.id != kek.id);
        let new = contents.keks.into_iter().filter(learned);
        let all: Vec<Kek> =
            current.iter().cloned().chain(new.map(|kek| Kek { state: KekState::Prepared, ..kek })).collect();
        let found = find(&all).ok_or_else(unknown);
        self.set(all);
        found
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
        let held = self.held(kek)?;
        let key = held.key.as_ref().ok_or(KeyError::DestroyedKek { kek: kek.clone() })?;
        let cipher = AesKek::new(&AES_256, key.expose())
            .map_err(|_| KeyError::Library { doing: "take a key encryption key" })?;
        let mut data_key = Zeroizing::new([0; SECRET_KEY_LEN]);
        if wrapped.len() != SECRET_KEY_LEN + 8 || cipher.unwrap(wrapped, &mut data_key[..]).is_err() {
            return Ok(None);
        }
        Ok(SecretKey::from_slice(&data_key[..]))
    }

    fn keys(&self) -> Vec<(KekId, KekState)> {
        self.current().iter().map(|kek| (kek.id.clone(), kek.state)).collect()
    }
}

#[cfg(test)]
mod tests {
    use aes_kw::{KeyInit, KwAes256};

    use super::*;

    fn provider(dir: &std::path::Path, key: [u8; 32]) -> FileKeks {
        let kek =
            Kek { id: KekId("kek-1".into()), state: KekState::Active, key: SecretKey::from_slice(&key).map(Arc::new) };
        FileKeks::new(dir, vec![kek], WrapCounts::in_dir(dir))
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
        let other = KekId("kek-2".into());
        assert!(provider.unwrap(&other, &wrapped).is_err(), "there is no ring file in which it could stand");
    }
}
