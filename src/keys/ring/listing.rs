//! What `hedui keys list` shows.

use jiff::Timestamp;
use serde::Serialize;

use super::super::ring_file::{LogKeyEntry, RingDocument};
use super::{KeyRing, read_contents};
use crate::keys::{KekId, KeyError};

/// One line of `hedui keys list`: what a key is, never the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyListing {
    /// `kek`, `mac_key`, `report_signing_key` or `log_signing_key`.
    pub kind: &'static str,
    /// Its id, its use and epoch, its thumbprint or its name.
    pub id: String,
    /// `prepared`, `active`, `decrypt_only`, `destroyed`; `verify_only` for a former signing key, `search_only` for a former epoch.
    pub state: &'static str,
    /// When it was made.
    pub created: Timestamp,
    /// For a `kek`: data keys wrapped so far, at most.
    pub wraps_at_most: Option<u64>,
}

impl KeyRing {
    /// Every key of the ring file with its state, in the order of the file, without the keys themselves.
    ///
    /// # Errors
    /// As [`KeyRing::load`].
    pub fn list(&self) -> Result<Vec<KeyListing>, KeyError> {
        let mut listing = list(&read_contents(&self.dir)?.0);
        for key in listing.iter_mut().filter(|key| key.kind == "kek") {
            key.wraps_at_most = Some(self.file_keks.wraps_at_most(&KekId(key.id.clone()))?);
        }
        Ok(listing)
    }
}

/// The same of a ring file as read; wraps are not counted.
pub(super) fn list(document: &RingDocument) -> Vec<KeyListing> {
    let mut listing = Vec::new();
    let mut add = |kind, id: &str, state, created| {
        listing.push(KeyListing { kind, id: id.to_owned(), state, created, wraps_at_most: None });
    };
    for entry in &document.keks {
        add("kek", entry.id.as_str(), entry.state.as_str(), entry.created);
    }
    for entry in &document.mac_keys {
        let newer = document.mac_keys.iter().any(|o| o.used_for == entry.used_for && o.epoch > entry.epoch);
        let id = format!("{} epoch {}", entry.used_for, entry.epoch);
        add("mac_key", &id, if newer { "search_only" } else { "active" }, entry.created);
    }
    for (index, entry) in document.report_signing_keys.iter().enumerate() {
        let last = index + 1 == document.report_signing_keys.len();
        add("report_signing_key", &entry.kid, if last { "active" } else { "verify_only" }, entry.created);
    }
    let LogKeyEntry { name, created, .. } = &document.log_signing_key;
    add("log_signing_key", name, "active", *created);
    listing
}
