//! What `hedui keys list` shows.

use jiff::Timestamp;
use serde::Serialize;

use super::super::ring_file::LogKeyEntry;
use super::{KeyRing, read_contents};
use crate::keys::{KekState, KeyError};

/// One line of `hedui keys list`: what a key is, never the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyListing {
    /// `kek`, `mac_key`, `report_signing_key` or `log_signing_key`.
    pub kind: &'static str,
    /// Its id, its use and epoch, its thumbprint or its name.
    pub id: String,
    /// `active`, `decrypt_only`, `destroyed`; `verify_only` for a former signing key, `search_only` for a former epoch.
    pub state: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// For a `kek`: data keys wrapped so far, at most.
    pub wraps_at_most: Option<u64>,
}

impl KeyRing {
    /// Every key with its state, in the order of the file, without the keys themselves.
    ///
    /// # Errors
    /// As [`KeyRing::load`].
    pub fn list(&self) -> Result<Vec<KeyListing>, KeyError> {
        let document = read_contents(&self.dir)?.0;
        let mut listing = Vec::new();
        for entry in &document.keks {
            let state = match entry.state {
                KekState::Active => "active",
                KekState::DecryptOnly => "decrypt_only",
                KekState::Destroyed => "destroyed",
            };
            let wraps_at_most = Some(self.file_keks.wraps_at_most(&entry.id)?);
            listing.push(KeyListing {
                kind: "kek",
                id: entry.id.to_string(),
                state,
                created: entry.created,
                wraps_at_most,
            });
        }
        for entry in &document.mac_keys {
            let newer = document.mac_keys.iter().any(|o| o.used_for == entry.used_for && o.epoch > entry.epoch);
            let id = format!("{} epoch {}", entry.used_for, entry.epoch);
            let state = if newer { "search_only" } else { "active" };
            listing.push(KeyListing { kind: "mac_key", id, state, created: entry.created, wraps_at_most: None });
        }
        for (index, entry) in document.report_signing_keys.iter().enumerate() {
            let state = if index + 1 == document.report_signing_keys.len() { "active" } else { "verify_only" };
            let (kind, id) = ("report_signing_key", entry.kid.clone());
            listing.push(KeyListing { kind, id, state, created: entry.created, wraps_at_most: None });
        }
        let LogKeyEntry { name, created, .. } = document.log_signing_key;
        listing.push(KeyListing { kind: "log_signing_key", id: name, state: "active", created, wraps_at_most: None });
        Ok(listing)
    }
}
