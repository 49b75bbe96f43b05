//! Changes of a ring while it serves: rotation, new epochs, destruction.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::file_access::{self, DirLock};
use super::super::ring_contents::RingContents;
use super::super::ring_file::{Custody, CustodyKind, Destruction, KekEntry, RING_FILE, RingDocument, Stamp};
use super::{KeyRing, new_kek, new_mac_key, new_report_key, read_contents};
use crate::keys::{KekId, KekState, KeyError, MacUse};

impl KeyRing {
    /// Makes the prepared key encryption key active, or a new one when none was prepared, and the former decrypt-only. Documents
    /// sealed before still open; re-wrapping ([`KeyRing::rewrap`]) moves their data keys, not their ciphertext.
    ///
    /// # Errors
    /// As [`KeyRing::load`]; nothing has changed then.
    pub fn rotate(&self, now: Timestamp) -> Result<KekId, KeyError> {
        self.change(|document| rotate(document, now))
    }

    /// Adds a key encryption key that is the next to be active: for a service of several processes, each of which gets the ring before.
    /// One that is prepared already stays it.
    ///
    /// # Errors
    /// As [`KeyRing::load`]; nothing has changed then.
    pub fn prepare(&self, now: Timestamp) -> Result<KekId, KeyError> {
        self.change(|document| {
            if let Some(prepared) = document.keks.iter().find(|kek| kek.state == KekState::Prepared) {
                return Ok(prepared.id.clone());
            }
            let kek = KekEntry { state: KekState::Prepared, ..new_kek(document.keks.len() + 1, now)? };
            let id = kek.id.clone();
            document.keks.push(kek);
            Ok(id)
        })
    }

    /// Marks a decrypt-only key encryption key as one to be destroyed, or takes the mark off. Whoever has the audit log does it, once its
    /// entry is durable. Nothing of the file is put in force by it.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`], [`KeyError::NotDestroyable`], and as [`KeyRing::load`]; nothing has changed then.
    pub fn mark_for_destruction(&self, kek: &KekId, how: Option<Destruction>) -> Result<(), KeyError> {
        let mark = |document: &mut RingDocument| {
            decrypt_only(document, kek)?.to_be_destroyed = how;
            Ok(())
        };
        self.change_file(mark).map(drop)
    }

    /// Destroys a decrypt-only key encryption key: what is still wrapped under it can never be opened again. Final with
    /// respect to backups once no backup of the ring holds the key either. Here it opens nothing from now on; nothing else of the file is put in
    /// force: it may hold keys by now that nobody has entered in the audit log.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`], [`KeyError::NotDestroyable`], and as [`KeyRing::load`]; nothing has changed then.
    pub fn destroy_kek(&self, kek: &KekId, now: Timestamp) -> Result<(), KeyError> {
        let destroy = |document: &mut RingDocument| {
            let entry = decrypt_only(document, kek)?;
            (entry.state, entry.destroyed, entry.key) = (KekState::Destroyed, Some(now), None);
            entry.to_be_destroyed = None;
            Ok(())
        };
        self.change_file(destroy)?;
        self.file_keks.forget(kek);
        Ok(())
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

    /// Notes that a copy of the ring is about to be made, which is done once it stands in the audit log.
    ///
    /// # Errors
    /// As [`KeyRing::load`]; nothing has changed then.
    pub fn note_export(&self, id: Uuid, by: &str, now: Timestamp) -> Result<(), KeyError> {
        self.change(|document| {
            document.custody.push(Custody { what: CustodyKind::Exported, id, at: now, by: by.to_owned() });
            Ok(())
        })
    }

    /// Changes the ring file, then holds it.
    fn change<T>(&self, change: impl FnOnce(&mut RingDocument) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let (changed, contents, stamp) = self.change_file(change)?;
        self.hold_contents(contents, stamp);
        Ok(changed)
    }

    /// Changes the ring file under the directory's lock: reads it afresh, changes, checks, replaces it.
    fn change_file<T>(
        &self,
        change: impl FnOnce(&mut RingDocument) -> Result<T, KeyError>,
    ) -> Result<(T, RingContents, Option<Stamp>), KeyError> {
        let _lock = DirLock::take(&self.dir)?;
        let (mut document, _) = read_contents(&self.dir)?;
        let changed = change(&mut document)?;
        let path = self.dir.join(RING_FILE);
        let contents =
            RingContents::check(&document).map_err(|faults| KeyError::RingFaults { path: path.clone(), faults })?;
        file_access::replace(&path, document.to_text()?.as_bytes())?;
        Ok((changed, contents, Stamp::of(&self.dir).ok()))
    }
}

/// Makes the prepared key active, or a new one.
pub(in crate::keys) fn rotate(document: &mut RingDocument, now: Timestamp) -> Result<KekId, KeyError> {
    if document.keks.iter().all(|kek| kek.state != KekState::Prepared) {
        document.keks.push(KekEntry { state: KekState::Prepared, ..new_kek(document.keks.len() + 1, now)? });
    }
    let mut active = None;
    for kek in &mut document.keks {
        match kek.state {
            KekState::Active => (kek.state, kek.retired) = (KekState::DecryptOnly, Some(now)),
            KekState::Prepared => {
                kek.state = KekState::Active;
                active = Some(kek.id.clone());
            }
            KekState::DecryptOnly | KekState::Destroyed => {}
        }
    }
    active.ok_or(KeyError::Library { doing: "make a key encryption key" })
}

fn decrypt_only<'a>(document: &'a mut RingDocument, kek: &KekId) -> Result<&'a mut KekEntry, KeyError> {
    let entry = document.keks.iter_mut().find(|entry| entry.id == *kek);
    let entry = entry.ok_or_else(|| KeyError::UnknownKek { kek: kek.clone() })?;
    match entry.state {
        KekState::DecryptOnly => Ok(entry),
        state => Err(KeyError::NotDestroyable { kek: kek.clone(), state }),
    }
}
