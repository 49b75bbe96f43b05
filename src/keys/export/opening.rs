//! An export put back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use blahaj::{Share, Sharks};
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::file::{RingFile, ShareFile};
use super::{ExportError, RingAbout, open};
use crate::keys::file_access::{self, DirLock};
use crate::keys::ring::{new_report_key, rotate};
use crate::keys::ring_contents::RingContents;
use crate::keys::ring_file::{Custody, CustodyKind, RING_FILE, RingDocument};
use crate::keys::{KekState, KeyError, KeyRing, SecretKey};

/// Puts an exported ring back into `dir`, which has none. Which ring it is is told to `confirm` before any passphrase is asked for; `passphrase` gives that
/// of a share.
///
/// The restored key encryption keys only open from then on, and a new one is active: how often the old one was used since the export nobody
/// knows, so that its count of wraps must not go on. That `by` put it back stands in it.
///
/// # Errors
/// Every [`ExportError`] of a file, a share or a passphrase; [`KeyError::RingExists`]. Nothing is written then.
pub fn restore(
    sealed_ring: &Path,
    shares: &[PathBuf],
    dir: &Path,
    by: &str,
    now: Timestamp,
    confirm: impl FnOnce(&RingAbout),
    mut passphrase: impl FnMut(usize, &Path) -> Result<Zeroizing<String>, KeyError>,
) -> Result<(RingAbout, KeyRing), ExportError> {
    let ring_path = dir.join(RING_FILE);
    if ring_path.try_exists().map_err(KeyError::io("read", &ring_path))? {
        return Err(KeyError::RingExists { path: ring_path }.into());
    }
    let ring = RingFile::read(sealed_ring)?;
    let about = ring.ring.clone();
    let mut files = Vec::new();
    let mut numbers = BTreeSet::new();
    for path in shares {
        let file = ShareFile::read(path)?;
        let (found, wanted) = (file.share.export, about.export);
        if found != wanted {
            return Err(ExportError::OtherExport { path: path.clone(), found, wanted });
        }
        if !numbers.insert(file.share.number) {
            return Err(ExportError::Twice { path: path.clone(), number: file.share.number });
        }
        if !file.argon2id.is_bearable() {
            return Err(ExportError::Syntax { path: path.clone() });
        }
        files.push((path, file));
    }
    if files.len() < usize::from(about.threshold) {
        return Err(ExportError::TooFew { given: files.len(), needed: about.threshold });
    }
    confirm(&about);
    let mut opened = Vec::new();
    for (index, (path, file)) in files.into_iter().take(usize::from(about.threshold)).enumerate() {
        let syntax = || ExportError::Syntax { path: path.clone() };
        let (salt, sealed) = file.parts().ok_or_else(syntax)?;
        let key = file.argon2id.key(&passphrase(index, path)?, &salt)?;
        let bytes = open(&key, &file.share.bytes(), &sealed)
            .ok_or_else(|| ExportError::WrongPassphrase { path: path.clone() })?;
        opened.push(Share::try_from(&bytes[..]).map_err(|_| syntax())?);
    }
    let does_not_open = || ExportError::DoesNotOpen { path: sealed_ring.to_owned() };
    let key = Zeroizing::new(Sharks(about.threshold).recover(&opened).map_err(|_| does_not_open())?);
    let key = SecretKey::from_slice(&key).ok_or_else(does_not_open)?;
    let sealed = ring.sealed().ok_or_else(does_not_open)?;
    let text = open(&key, &about.bytes(), &sealed).ok_or_else(does_not_open)?;
    let text = std::str::from_utf8(&text).map_err(|_| does_not_open())?;
    let mut document: RingDocument = toml::from_str(text).map_err(|_| does_not_open())?;
    // what had been prepared may have been used since, as may the signing key that was the last then
    for kek in document.keks.iter_mut().filter(|kek| kek.state == KekState::Prepared) {
        (kek.state, kek.retired) = (KekState::DecryptOnly, Some(now));
    }
    rotate(&mut document, now)?;
    document.report_signing_keys.push(new_report_key(now)?);
    document.custody.push(Custody { what: CustodyKind::Restored, id: Uuid::new_v4(), at: now, by: by.to_owned() });
    RingContents::check(&document).map_err(|faults| KeyError::RingFaults { path: ring_path.clone(), faults })?;

    file_access::create_dir(dir)?;
    let _lock = DirLock::take(dir)?;
    if ring_path.try_exists().map_err(KeyError::io("read", &ring_path))? {
        return Err(KeyError::RingExists { path: ring_path }.into());
    }
    file_access::replace(&ring_path, document.to_text()?.as_bytes())?;
    Ok((about, KeyRing::load(dir)?))
}
