//! The files of an export: readable TOML about what they are, and what is sealed in them.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Cost, ExportError, Sealed};
use crate::household::toml_bounds;
use crate::keys::ring_file::RingDocument;
use crate::keys::{KeyError, file_access};

/// The version of the form.
const FORM: u32 = 1;

/// Which ring an export is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RingAbout {
    /// Version of the form.
    pub version: u32,
    /// This export.
    pub export: Uuid,
    /// Name of the audit log whose checkpoints the ring signs.
    pub log: String,
    /// When the ring was made.
    pub made: Timestamp,
    /// Keys in it, destroyed ones not counted.
    pub keys: usize,
    /// When it was exported.
    pub exported: Timestamp,
    /// Shares.
    pub shares: u8,
    /// How many are needed.
    pub threshold: u8,
}

impl RingAbout {
    pub(super) fn of(document: &RingDocument, export: Uuid, threshold: u8, shares: u8, now: Timestamp) -> Self {
        let alive = document.keks.iter().filter(|kek| kek.key.is_some()).count();
        Self {
            version: FORM,
            export,
            log: document.log_signing_key.name.clone(),
            made: document.log_signing_key.created,
            keys: alive + document.mac_keys.len() + document.report_signing_keys.len() + 1,
            exported: now,
            shares,
            threshold,
        }
    }

    /// What is bound to the sealed ring.
    pub(super) fn bytes(&self) -> Vec<u8> {
        crate::household::canonical_json(self)
    }
}

/// Which share of which export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareAbout {
    /// Version of the form.
    pub version: u32,
    /// Of which export.
    pub export: Uuid,
    /// Name of the audit log whose checkpoints the ring signs.
    pub log: String,
    /// Its number.
    pub number: u8,
    /// Shares.
    pub shares: u8,
    /// How many are needed.
    pub threshold: u8,
}

impl ShareAbout {
    pub(super) fn of(ring: &RingAbout, number: u8) -> Self {
        let RingAbout { version, export, ref log, shares, threshold, .. } = *ring;
        Self { version, export, log: log.clone(), number, shares, threshold }
    }

    /// What is bound to the sealed share.
    pub(super) fn bytes(&self) -> Vec<u8> {
        crate::household::canonical_json(self)
    }
}

/// `ring.sealed`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RingFile {
    pub(super) ring: RingAbout,
    sealed: String,
    sha256: String,
}

/// A share.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShareFile {
    sealed: String,
    salt: String,
    sha256: String,
    pub(super) share: ShareAbout,
    pub(super) argon2id: Cost,
}

impl RingFile {
    pub(super) fn new(ring: RingAbout, sealed: Sealed) -> Self {
        let sealed = URL_SAFE_NO_PAD.encode(sealed);
        Self { sha256: checksum(&ring, &sealed), ring, sealed }
    }

    pub(super) fn read(path: &Path) -> Result<Self, ExportError> {
        let file: Self = parsed(path)?;
        let sound = checksum(&file.ring, &file.sealed) == file.sha256;
        if sound { known(file.ring.version, path).map(|()| file) } else { Err(altered(path)) }
    }

    pub(super) fn to_text(&self) -> Result<String, KeyError> {
        let heading = "# A sealed key ring of hedui. `hedui keys restore` opens it with the custodians' shares.\n\n";
        text(heading, self)
    }

    pub(super) fn sealed(&self) -> Option<Sealed> {
        URL_SAFE_NO_PAD.decode(&self.sealed).ok()
    }
}

impl ShareFile {
    pub(super) fn new(share: ShareAbout, argon2id: Cost, salt: &[u8], sealed: Sealed) -> Self {
        let (salt, sealed) = (URL_SAFE_NO_PAD.encode(salt), URL_SAFE_NO_PAD.encode(sealed));
        Self { sha256: checksum(&(&share, argon2id, &salt), &sealed), share, argon2id, salt, sealed }
    }

    pub(super) fn read(path: &Path) -> Result<Self, ExportError> {
        let file: Self = parsed(path)?;
        let sound = checksum(&(&file.share, file.argon2id, &file.salt), &file.sealed) == file.sha256;
        if sound { known(file.share.version, path).map(|()| file) } else { Err(altered(path)) }
    }

    pub(super) fn to_text(&self) -> Result<String, KeyError> {
        let heading = "# A share of a key ring of hedui, sealed under its custodian's passphrase. Keep it apart from the others.\n\n";
        text(heading, self)
    }

    /// Salt and what is sealed.
    pub(super) fn parts(&self) -> Option<(Vec<u8>, Sealed)> {
        Some((URL_SAFE_NO_PAD.decode(&self.salt).ok()?, URL_SAFE_NO_PAD.decode(&self.sealed).ok()?))
    }
}

/// Tells damage from a wrong passphrase; who wants to deceive can make it anew, and is found by what is bound.
fn checksum(about: &impl Serialize, sealed: &str) -> String {
    hex::encode(Sha256::digest(crate::household::canonical_json(&(about, sealed))))
}

fn text(heading: &str, file: &impl Serialize) -> Result<String, KeyError> {
    let body = toml::to_string(file).map_err(|_| KeyError::Library { doing: "write an export" })?;
    Ok(heading.to_owned() + &body)
}

fn parsed<T: DeserializeOwned>(path: &Path) -> Result<T, ExportError> {
    let text = file_access::read(path)?;
    let syntax = || ExportError::Syntax { path: path.to_owned() };
    toml_bounds::check(&text).map_err(|_| syntax())?;
    toml::from_str(&text).map_err(|_| syntax())
}

fn known(version: u32, path: &Path) -> Result<(), ExportError> {
    if version == FORM { Ok(()) } else { Err(ExportError::Syntax { path: path.to_owned() }) }
}

fn altered(path: &Path) -> ExportError {
    ExportError::Altered { path: path.to_owned() }
}
