//! A copy of the ring that no single person can open: the ring sealed under a random key, the key split into shares of which so many are needed
//! (Shamir's scheme over GF(256)), every share sealed under its custodian's passphrase (Argon2id).
//!
//! `ring.sealed` goes with the backups; a share alone, or fewer than are needed, say nothing. What each file belongs to stands in it readably and is bound
//! to what is sealed, so that shares of two exports cannot be mixed by mistake. No clock; no terminal.

mod file;
mod opening;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use aes_gcm_key::{Sealed, open, seal};
use argon2::{Algorithm, Argon2, Params, Version};
use blahaj::Sharks;
use jiff::Timestamp;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use file::{RingAbout, ShareAbout};
use file::{RingFile, ShareFile};
pub use opening::restore;

use super::ring_file::{RING_FILE, RingDocument};
use super::{KeyError, KeyRing, SecretKey, file_access};

/// The sealed ring's name in the folder of an export.
pub const SEALED_RING: &str = "ring.sealed";
/// Characters a passphrase has at least.
pub const SHORTEST_PASSPHRASE: usize = 12;
/// Most custodians.
const MOST_SHARES: u8 = 16;

/// What one guess at a passphrase costs: Argon2id with these parameters. Those of the shares written are RFC 9106's second recommended ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Memory.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 }
    }
}

impl Cost {
    /// A file that asks for more than this is not one of ours: it would only keep the machine busy.
    fn is_bearable(self) -> bool {
        self.memory_kib <= 1024 * 1024 && (1..=16).contains(&self.passes) && (1..=16).contains(&self.lanes)
    }

    fn key(self, passphrase: &str, salt: &[u8]) -> Result<SecretKey, KeyError> {
        let failed = || KeyError::Library { doing: "derive a key from a passphrase" };
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(|_| failed())?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, &mut key[..])
            .map_err(|_| failed())?;
        SecretKey::from_slice(&key[..]).ok_or_else(failed)
    }
}

/// What can be wrong with an export or what is put back from it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The ring, a file, or the library.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// More shares are needed than there are, or too many.
    #[error(
        "of {shares} shares {threshold} cannot be needed: 1 to {MOST_SHARES} shares, and at most as many of them needed"
    )]
    Threshold {
        /// Shares.
        shares: u8,
        /// Needed.
        threshold: u8,
    },
    /// A passphrase that would be guessed.
    #[error(
        "passphrase {number} has fewer than {SHORTEST_PASSPHRASE} characters: whoever finds the share would try them all"
    )]
    ShortPassphrase {
        /// Of which share.
        number: usize,
    },
    /// Two custodians would be one.
    #[error("passphrases {first} and {second} are the same: each custodian has one of their own")]
    SamePassphrase {
        /// Of one.
        first: usize,
        /// Of the other.
        second: usize,
    },
    /// There is something in the folder.
    #[error("{path} is not empty: an export goes into a folder of its own")]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The file is none of an export.
    #[error("{path}: not a file of an exported ring of this version")]
    Syntax {
        /// The file.
        path: PathBuf,
    },
    /// The file's own checksum is another.
    #[error("{path} was altered or damaged: its checksum is another")]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// A share of another export.
    #[error("{path} is a share of export {found}, but the ring is of export {wanted}")]
    OtherExport {
        /// The share.
        path: PathBuf,
        /// Its export.
        found: Uuid,
        /// The ring's.
        wanted: Uuid,
    },
    /// The same share again.
    #[error("{path} is share {number} again: another one is needed")]
    Twice {
        /// The share.
        path: PathBuf,
        /// Its number.
        number: u8,
    },
    /// Not enough of them.
    #[error("{given} shares are given, {needed} are needed")]
    TooFew {
        /// Given.
        given: usize,
        /// Needed.
        needed: u8,
    },
    /// The passphrase is another.
    #[error("the passphrase of {path} is wrong")]
    WrongPassphrase {
        /// The share.
        path: PathBuf,
    },
    /// The shares open, but not to the key of this ring.
    #[error("{path} does not open under these shares: it, or a share, was put together from several exports")]
    DoesNotOpen {
        /// The ring.
        path: PathBuf,
    },
}

/// Whether an export can be written, for whoever enters it in the audit log first.
///
/// # Errors
/// [`ExportError::Threshold`], [`ExportError::ShortPassphrase`], [`ExportError::SamePassphrase`], [`ExportError::NotEmpty`].
pub fn check(out: &Path, threshold: u8, passphrases: &[Zeroizing<String>]) -> Result<(), ExportError> {
    let shares = u8::try_from(passphrases.len()).unwrap_or(u8::MAX);
    if shares > MOST_SHARES || threshold == 0 || threshold > shares {
        return Err(ExportError::Threshold { shares, threshold });
    }
    check_passphrases(passphrases)?;
    let is_taken = match std::fs::read_dir(out) {
        Ok(mut files) => files.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(KeyError::io("read", out)(error).into()),
    };
    if is_taken { Err(ExportError::NotEmpty { path: out.to_owned() }) } else { Ok(()) }
}

/// Writes an export of the ring file into `out`: the sealed ring, and a share for each passphrase. Returns what it is of.
///
/// # Errors
/// As [`check`]; the ring cannot be read, the files not written.
pub fn export(
    ring: &KeyRing,
    out: &Path,
    threshold: u8,
    passphrases: &[Zeroizing<String>],
    cost: Cost,
    id: Uuid,
    now: Timestamp,
) -> Result<RingAbout, ExportError> {
    let shares = u8::try_from(passphrases.len()).unwrap_or(u8::MAX);
    check(out, threshold, passphrases)?;
    file_access::create_dir(out)?;
    let document = RingDocument::read(&ring.dir().join(RING_FILE))?;
    let about = RingAbout::of(&document, id, threshold, shares, now);
    let key = SecretKey::random()?;
    let text = document.to_text()?;
    let sealed = seal(&key, &about.bytes(), text.as_bytes())?;
    file_access::write_new(&out.join(SEALED_RING), RingFile::new(about.clone(), sealed).to_text()?.as_bytes())?;
    for (passphrase, share) in passphrases.iter().zip(Sharks(threshold).dealer(key.expose())) {
        let bytes = Zeroizing::new(Vec::from(&share));
        let about = ShareAbout::of(&about, bytes[0]);
        let mut salt = [0; 16];
        aws_lc_rs::rand::fill(&mut salt).map_err(|_| KeyError::Library { doing: "draw random bytes" })?;
        let sealed = seal(&cost.key(passphrase, &salt)?, &about.bytes(), &bytes)?;
        let name = format!("share-{}-of-{shares}.toml", about.number);
        let file = ShareFile::new(about, cost, &salt, sealed);
        file_access::write_new(&out.join(name), file.to_text()?.as_bytes())?;
    }
    Ok(about)
}

fn check_passphrases(passphrases: &[Zeroizing<String>]) -> Result<(), ExportError> {
    for (index, passphrase) in passphrases.iter().enumerate() {
        if passphrase.chars().count() < SHORTEST_PASSPHRASE {
            return Err(ExportError::ShortPassphrase { number: index + 1 });
        }
        if let Some(first) = passphrases[..index].iter().position(|other| other == passphrase) {
            return Err(ExportError::SamePassphrase { first: first + 1, second: index + 1 });
        }
    }
    Ok(())
}

/// AES-256-GCM under a key that seals once.
mod aes_gcm_key {
    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
    use zeroize::Zeroizing;

    use super::{KeyError, SecretKey};

    /// Nonce, ciphertext and tag.
    pub(super) type Sealed = Vec<u8>;

    fn cipher(key: &SecretKey) -> Result<LessSafeKey, KeyError> {
        let key = UnboundKey::new(&AES_256_GCM, key.expose());
        key.map(LessSafeKey::new).map_err(|_| KeyError::Library { doing: "take a key" })
    }

    pub(super) fn seal(key: &SecretKey, about: &[u8], text: &[u8]) -> Result<Sealed, KeyError> {
        let failed = || KeyError::Library { doing: "seal the key ring" };
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).map_err(|_| failed())?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(text);
        let tag = cipher(key)?
            .seal_in_place_separate_tag(Nonce::from(&nonce), Aad::from(about), &mut bytes[NONCE_LEN..])
            .map_err(|_| failed())?;
        bytes.extend_from_slice(tag.as_ref());
        Ok(bytes)
    }

    pub(super) fn open(key: &SecretKey, about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let (ciphertext, tag) = rest.split_last_chunk::<16>()?;
        let mut text = Zeroizing::new(vec![0; ciphertext.len()]);
        cipher(key)
            .ok()?
            .open_separate_gather(Nonce::from(nonce), Aad::from(about), ciphertext, tag, &mut text)
            .ok()?;
        Some(text)
    }
}
