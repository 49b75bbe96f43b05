//! The key ring: made once, loaded at each start, rotated while it serves.

mod change;
mod listing;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::file_access::{self, DirLock};
use super::kek::FileKeks;
use super::ring_contents::RingContents;
use super::ring_file::{KekEntry, LogKeyEntry, MacKeyEntry, RING_FILE, RING_VERSION, ReportKeyEntry, RingDocument};
use super::signing::{generate_p256, is_note_name};
use super::tags::MacKeys;
use super::wrap_count::WrapCounts;
use super::{
    BodyMac, IndexTag, KekId, KekProvider, KekState, KeyError, LogSigner, MacUse, ReportSigner, SecretKey, SubjectTag,
};

pub use listing::KeyListing;

/// Every key of one service, held in memory. Methods take `&self`: a ring is shared by all threads, and a rotation takes
/// effect for the next document.
#[derive(Debug)]
pub struct KeyRing {
    dir: PathBuf,
    file_keks: Arc<FileKeks>,
    provider: Arc<dyn KekProvider>,
    held: RwLock<Arc<Held>>,
}

/// What is replaced as a whole when the ring file is read again.
#[derive(Debug)]
struct Held {
    mac_keys: MacKeys,
    report_signers: Vec<ReportSigner>,
    log_signer: LogSigner,
}

impl KeyRing {
    /// Makes a new ring in `dir` (created with mode 0700). `log_name` names the audit log in its checkpoints, for example
    /// `huining.example/hedui`; it cannot be changed later.
    ///
    /// # Errors
    /// [`KeyError::RingExists`], [`KeyError::TooOpen`], [`KeyError::LogName`], [`KeyError::Io`], [`KeyError::Library`].
    pub fn create(dir: &Path, log_name: &str, now: Timestamp) -> Result<Self, KeyError> {
        if !is_note_name(log_name) {
            return Err(KeyError::LogName);
        }
        file_access::create_dir(dir)?;
        let _lock = DirLock::take(dir)?;
        let path = dir.join(RING_FILE);
        if path.try_exists().map_err(KeyError::io("read", &path))? {
            return Err(KeyError::RingExists { path });
        }
        let mut mac_keys = Vec::new();
        for used_for in MacUse::ALL {
            mac_keys.push(new_mac_key(used_for, 1, now)?);
        }
        let document = RingDocument {
            version: RING_VERSION,
            log_signing_key: LogKeyEntry {
                name: log_name.to_owned(),
                created: now,
                key: SecretKey::random()?.to_text(),
            },
            keks: vec![new_kek(1, now)?],
            mac_keys,
            report_signing_keys: vec![new_report_key(now)?],
        };
        file_access::replace(&path, document.to_text()?.as_bytes())?;
        Self::load(dir)
    }

    /// Loads the ring of `dir`. Refuses a directory or a file that others can read, and a ring that contradicts itself.
    ///
    /// # Errors
    /// [`KeyError::NoRing`], [`KeyError::TooOpen`] (names the path and the mode wanted), [`KeyError::RingSyntax`],
    /// [`KeyError::RingFaults`] (all at once), [`KeyError::Io`].
    pub fn load(dir: &Path) -> Result<Self, KeyError> {
        let contents = read_contents(dir)?.1;
        let RingContents { keks, mac_keys, report_signers, log_signer } = contents;
        let file_keks = Arc::new(FileKeks::new(keks, WrapCounts::in_dir(dir)));
        Ok(Self {
            dir: dir.to_owned(),
            provider: file_keks.clone(),
            file_keks,
            held: RwLock::new(Arc::new(Held { mac_keys, report_signers, log_signer })),
        })
    }

    /// Wraps data keys with another provider than the ring file. What the file's keys wrapped is then only opened by a ring
    /// without it: re-wrap first.
    #[must_use]
    pub fn with_kek_provider(mut self, provider: Arc<dyn KekProvider>) -> Self {
        self.provider = provider;
        self
    }

    /// Reads the ring file again, after another process rotated it. On an error the held ring stays as it was.
    ///
    /// # Errors
    /// As [`KeyRing::load`].
    pub fn reload(&self) -> Result<(), KeyError> {
        self.hold(read_contents(&self.dir)?.1);
        Ok(())
    }

    /// The directory of the ring.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Signs reports: the newest key.
    #[must_use]
    pub fn report_signer(&self) -> ReportSigner {
        self.held()
            .report_signers
            .last()
            .expect("a ring is only held once checked to have a report signing key")
            .clone()
    }

    /// Signs the checkpoints of the audit log.
    #[must_use]
    pub fn log_signer(&self) -> LogSigner {
        self.held().log_signer.clone()
    }

    /// The JWK Set of every report signing key, newest first, former ones included: `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let held = self.held();
        let keys: Vec<_> =
            held.report_signers.iter().rev().map(|signer| signer.public_key().to_signing_jwk()).collect();
        json!({ "keys": keys })
    }

    /// How the audit log names a person: under the newest epoch. Letter case and outer spaces do not matter; a 15-digit
    /// number is to be lengthened first.
    #[must_use]
    pub fn subject_tag(&self, id_number: &str) -> SubjectTag {
        self.held().mac_keys.subject_tag(id_number)
    }

    /// All the names a person may have in the audit log, newest epoch first: what a search looks for.
    #[must_use]
    pub fn subject_tags(&self, id_number: &str) -> Vec<SubjectTag> {
        self.held().mac_keys.subject_tags(id_number)
    }

    /// The look-up tag of a value in the store. `domain` keeps kinds of value apart (`id_number`, `name`); the text is
    /// taken as it is, so normalise it first.
    #[must_use]
    pub fn blind_index(&self, domain: &str, text: &str) -> IndexTag {
        self.held().mac_keys.index_tag(domain, text)
    }

    /// The look-up tags of a value under every epoch, newest first: what a search looks for.
    #[must_use]
    pub fn blind_indexes(&self, domain: &str, text: &str) -> Vec<IndexTag> {
        self.held().mac_keys.index_tags(domain, text)
    }

    /// The MACs of a request's exact bytes under every epoch, newest first: the first is kept beside its `Idempotency-Key`, a
    /// repetition may match any.
    #[must_use]
    pub fn body_macs(&self, body: &[u8]) -> Vec<BodyMac> {
        self.held().mac_keys.body_macs(body)
    }

    pub(super) fn keks(&self) -> &dyn KekProvider {
        &*self.provider
    }

    fn held(&self) -> Arc<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, contents: RingContents) {
        let RingContents { keks, mac_keys, report_signers, log_signer } = contents;
        self.file_keks.set(keks);
        let held = Arc::new(Held { mac_keys, report_signers, log_signer });
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

fn read_contents(dir: &Path) -> Result<(RingDocument, RingContents), KeyError> {
    let path = dir.join(RING_FILE);
    match file_access::check_dir(dir) {
        Err(KeyError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            return Err(KeyError::NoRing { path });
        }
        checked => checked?,
    }
    let document = RingDocument::read(&path)?;
    let contents = RingContents::check(&document).map_err(|faults| KeyError::RingFaults { path, faults })?;
    Ok((document, contents))
}

/// The id carries its number for people and 64 random bits, so that no two rings share one.
fn new_kek(number: usize, now: Timestamp) -> Result<KekEntry, KeyError> {
    let mut unique = [0; 8];
    aws_lc_rs::rand::fill(&mut unique).map_err(|_| KeyError::Library { doing: "draw random bytes" })?;
    Ok(KekEntry {
        id: KekId(format!("kek-{number}-{}", hex::encode(unique))),
        state: KekState::Active,
        created: now,
        destroyed: None,
        key: Some(SecretKey::random()?.to_text()),
    })
}

fn new_mac_key(used_for: MacUse, epoch: u32, now: Timestamp) -> Result<MacKeyEntry, KeyError> {
    Ok(MacKeyEntry { used_for, epoch, created: now, key: SecretKey::random()?.to_text() })
}

fn new_report_key(now: Timestamp) -> Result<ReportKeyEntry, KeyError> {
    let key = generate_p256()?;
    let signer = ReportSigner::from_private(&key).ok_or(KeyError::Library { doing: "take a P-256 key" })?;
    Ok(ReportKeyEntry { kid: signer.kid().to_owned(), created: now, key: key.to_text() })
}

#[cfg(test)]
mod tests;
