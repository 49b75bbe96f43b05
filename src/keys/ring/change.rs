//! Changes of a ring while it serves: rotation, new epochs, destruction.

use jiff::Timestamp;

use super::super::file_access::{self, DirLock};
use super::super::ring_contents::RingContents;
use super::super::ring_file::{RING_FILE, RingDocument};
use super::{KeyRing, new_kek, new_mac_key, new_report_key, read_contents};
use crate::keys::{KekId, KekState, KeyError, MacUse};

impl KeyRing {
    /// Adds a key encryption key and makes the former decrypt-only. Documents sealed before still open; re-wrapping them
    /// ([`KeyRing::rewrap`]) moves their data keys, not their ciphertext.
    ///
    /// # Errors
    /// As [`KeyRing::load`]; nothing has changed then.
    pub fn rotate(&self, now: Timestamp) -> Result<KekId, KeyError> {
        self.change(|document| {
            let kek = new_kek(document.keks.len() + 1, now)?;
            let id = kek.id.clone();
            for former in document.keks.iter_mut().filter(|former| former.state == KekState::Active) {
                former.state = KekState::DecryptOnly;
            }
            document.keks.push(kek);
            Ok(id)
        })
    }

    /// Destroys a decrypt-only key encryption key: what is still wrapped under it can never be opened again. Final with
    /// respect to backups once no backup of the ring holds the key either.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`], [`KeyError::NotDestroyable`], and as [`KeyRing::load`]; nothing has changed then.
    pub fn destroy_kek(&self, kek: &KekId, now: Timestamp) -> Result<(), KeyError> {
        self.change(|document| {
            let entry = document
                .keks
                .iter_mut()
                .find(|entry| entry.id == *kek)
                .ok_or_else(|| KeyError::UnknownKek { kek: kek.clone() })?;
            if entry.state != KekState::DecryptOnly {
                return Err(KeyError::NotDestroyable { kek: kek.clone(), state: entry.state });
            }
            (entry.state, entry.destroyed, entry.key) = (KekState::Destroyed, Some(now), None);
            Ok(())
        })
    }

    /// Adds a report signing key, which signs from now on; the former stays published. Returns its `kid`.
    ///
    /// # Errors
    /// As [`KeyRing::load`]; nothing has changed then.
    pub fn roll_report_signing_key(&self, now: Timestamp) -> Result<String, KeyError> {
        self.change(|document| {
            let key = new_report_key(now)?;
            let kid = key.kid.clone();
            document.report_signing_keys.push(key);
            Ok(kid)
        })
    }

    /// Adds an epoch for one kind of tag; searches go over all epochs from then on. Returns the epoch.
    ///
    /// # Errors
    /// As [`KeyRing::load`]; nothing has changed then.
    pub fn add_mac_epoch(&self, used_for: MacUse, now: Timestamp) -> Result<u32, KeyError> {
        self.change(|document| {
            let same_use = document.mac_keys.iter().filter(|entry| entry.used_for == used_for);
            let epoch = same_use.map(|entry| entry.epoch).max().unwrap_or_default() + 1;
            document.mac_keys.push(new_mac_key(used_for, epoch, now)?);
            Ok(epoch)
        })
    }

    /// Changes the ring file under the directory's lock: reads it afresh, changes, checks, replaces it, then holds it.
    fn change<T>(&self, change: impl FnOnce(&mut RingDocument) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let _lock = DirLock::take(&self.dir)?;
        let (mut document, _) = read_contents(&self.dir)?;
        let changed = change(&mut document)?;
        let path = self.dir.join(RING_FILE);
        let contents =
            RingContents::check(&document).map_err(|faults| KeyError::RingFaults { path: path.clone(), faults })?;
        file_access::replace(&path, document.to_text()?.as_bytes())?;
        self.hold(contents);
        Ok(changed)
    }
}
