//! The key ring: made once, loaded at each start, rotated while it serves.

mod change;
mod listing;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::envelope::Suite;
use super::file_access::{self, DirLock};
use super::kek::FileKeks;
use super::ring_contents::RingContents;
use super::ring_file::{
    Custody, Destruction, KekEntry, LogKeyEntry, MacKeyEntry, RING_FILE, RING_VERSION, ReportKeyEntry, RingDocument,
    Stamp,
};
use super::signing::{generate_p256, is_note_name};
use super::tags::MacKeys;
use super::wrap_count::WrapCounts;
use super::{
    BodyMac, DetailKind, DetailMac, IndexTag, KekId, KekProvider, KekState, KeyError, LogSigner, MacUse, ReportSigner,
    SecretKey, SubjectTag,
};

pub(super) use change::rotate;
pub use listing::KeyListing;

/// Every key of one service, held in memory. Methods take `&self`: a ring is shared by all threads, and a rotation takes
/// effect for the next document.
#[derive(Debug)]
pub struct KeyRing {
    dir: PathBuf,
    file_keks: FileKeks,
    /// In the place of the file's keys.
    provider: Option<Arc<dyn KekProvider>>,
    suite: Suite,
    held: RwLock<Arc<Held>>,
}

/// What is replaced as a whole when the ring file is read again.
#[derive(Debug)]
struct Held {
    mac_keys: MacKeys,
    report_signers: Vec<ReportSigner>,
    log_signer: LogSigner,
    /// The writing of the ring file that is held.
    stamp: Option<Stamp>,
}

/// A ring file as read, its keys not in force yet.
#[derive(Debug)]
pub struct ReadRing {
    document: RingDocument,
    contents: RingContents,
    stamp: Option<Stamp>,
}

/// A key encryption key that somebody asked to be destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condemned {
    /// Which.
    pub kek: KekId,
    /// At what cost.
    pub how: Destruction,
    /// Since when it wraps nothing more.
    pub retired: Option<Timestamp>,
}

impl ReadRing {
    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> Vec<KeyListing> {
        listing::list(&self.document)
    }

    /// Where it went, the first time first.
    #[must_use]
    pub fn custody(&self) -> &[Custody] {
        &self.document.custody
    }

    /// Those that are to be destroyed.
    #[must_use]
    pub fn condemned(&self) -> Vec<Condemned> {
        let condemned = |kek: &KekEntry| {
            let how = kek.to_be_destroyed?;
            Some(Condemned { kek: kek.id.clone(), how, retired: kek.retired })
        };
        self.document.keks.iter().filter_map(condemned).collect()
    }
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
            custody: Vec::new(),
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
        let stamp = Stamp::of(dir).ok();
        let RingContents { keks, mac_keys, report_signers, log_signer } = read_contents(dir)?.1;
        Ok(Self {
            dir: dir.to_owned(),
            file_keks: FileKeks::new(dir, keks, WrapCounts::in_dir(dir)),
            provider: None,
            suite: Suite::default(),
            held: RwLock::new(Arc::new(Held { mac_keys, report_signers, log_signer, stamp })),
        })
    }

    /// Wraps data keys with another provider than the ring file. What the file's keys wrapped still opens, and counts as wrapped under a
    /// former key: it is wrapped anew under the provider's in the background.
    #[must_use]
    pub fn with_kek_provider(mut self, provider: Arc<dyn KekProvider>) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Seals new documents with another suite; documents of every suite open.
    #[must_use]
    pub fn with_suite(mut self, suite: Suite) -> Self {
        self.suite = suite;
        self
    }

    /// Reads the ring file, after it was changed: what is new in it is in force once it is held ([`KeyRing::hold`]), which is for whoever
    /// entered it in the audit log.
    ///
    /// # Errors
    /// As [`KeyRing::load`].
    pub fn read(&self) -> Result<ReadRing, KeyError> {
        let stamp = Stamp::of(&self.dir).ok();
        let (document, contents) = read_contents(&self.dir)?;
        Ok(ReadRing { document, contents, stamp })
    }

    /// Puts a ring file that was read in force.
    pub fn hold(&self, read: ReadRing) {
        self.hold_contents(read.contents, read.stamp);
    }

    /// Whether the ring file is another than the one that is held.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let stamp = Stamp::of(&self.dir).ok();
        stamp.is_some() && stamp != self.held().stamp
    }

    #[cfg(test)]
    pub(crate) fn reload(&self) -> Result<(), KeyError> {
        self.hold(self.read()?);
        Ok(())
    }

    /// Key encryption keys whose data keys are to be wrapped anew: those that are decrypt-only, and of the file all but the destroyed when
    /// another provider has taken its place.
    #[must_use]
    pub fn former_keks(&self) -> Vec<KekId> {
        let of_file = self.file_keks.keys().into_iter().filter(|(_, state)| match self.provider {
            Some(_) => *state != KekState::Destroyed,
            None => *state == KekState::DecryptOnly,
        });
        let elsewhere = self.provider.iter().flat_map(|provider| provider.keys());
        let elsewhere = elsewhere.filter(|(_, state)| *state == KekState::DecryptOnly);
        of_file.chain(elsewhere).map(|(kek, _)| kek).collect()
    }

    /// The key encryption key that wraps new data keys.
    ///
    /// # Panics
    /// Never: a ring, and a provider, has one that is active.
    #[must_use]
    pub fn active_kek(&self) -> KekId {
        let keys = self.provider.as_ref().map_or_else(|| self.file_keks.keys(), |provider| provider.keys());
        let active = keys.into_iter().find(|(_, state)| *state == KekState::Active);
        active.expect("exactly one key is active").0
    }

    /// The directory of the ring.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Sees to it that no key counts fewer wraps than data keys were found under it, by id: the file of the counts may be lost, or older than
    /// the store. Keys that counted too few.
    ///
    /// # Errors
    /// [`KeyError::Io`], [`KeyError::RingFaults`]: the counts cannot be read or written.
    pub fn raise_wraps(&self, found: Vec<(String, u64)>) -> Result<Vec<KekId>, KeyError> {
        let own: Vec<KekId> = self.file_keks.keys().into_iter().map(|(kek, _)| kek).collect();
        let found = found.into_iter().map(|(kek, count)| (KekId(kek), count)).filter(|(kek, _)| own.contains(kek));
        self.file_keks.raise(&found.collect())
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

    /// What a new entry of the audit log holds of something that could be guessed: under the newest epoch.
    #[must_use]
    pub fn detail_mac(&self, kind: DetailKind, bytes: &[u8]) -> DetailMac {
        self.held().mac_keys.detail_mac(kind, bytes)
    }

    /// All that an entry may hold of it, newest epoch first.
    #[must_use]
    pub fn detail_macs(&self, kind: DetailKind, bytes: &[u8]) -> Vec<DetailMac> {
        self.held().mac_keys.detail_macs(kind, bytes)
    }

    pub(super) fn suite(&self) -> Suite {
        self.suite
    }

    pub(super) fn wrap(&self, data_key: &SecretKey) -> Result<(KekId, Vec<u8>), KeyError> {
        match &self.provider {
            Some(provider) => provider.wrap(data_key),
            None => self.file_keks.wrap(data_key),
        }
    }

    pub(super) fn unwrap(&self, kek: &KekId, wrapped: &[u8]) -> Result<Option<SecretKey>, KeyError> {
        match self.provider.as_ref().map(|provider| provider.unwrap(kek, wrapped)) {
            None | Some(Err(KeyError::UnknownKek { .. })) => self.file_keks.unwrap(kek, wrapped),
            Some(answered) => answered,
        }
    }

    fn held(&self) -> Arc<Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold_contents(&self, contents: RingContents, stamp: Option<Stamp>) {
        let RingContents { keks, mac_keys, report_signers, log_signer } = contents;
        self.file_keks.set(keks);
        let held = Arc::new(Held { mac_keys, report_signers, log_signer, stamp });
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

pub(super) fn read_contents(dir: &Path) -> Result<(RingDocument, RingContents), KeyError> {
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
        retired: None,
        to_be_destroyed: None,
        destroyed: None,
        key: Some(SecretKey::random()?.to_text()),
    })
}

fn new_mac_key(used_for: MacUse, epoch: u32, now: Timestamp) -> Result<MacKeyEntry, KeyError> {
    Ok(MacKeyEntry { used_for, epoch, created: now, key: SecretKey::random()?.to_text() })
}

pub(in crate::keys) fn new_report_key(now: Timestamp) -> Result<ReportKeyEntry, KeyError> {
    let key = generate_p256()?;
    let signer = ReportSigner::from_private(&key).ok_or(KeyError::Library { doing: "take a P-256 key" })?;
    Ok(ReportKeyEntry { kid: signer.kid().to_owned(), created: now, key: key.to_text() })
}

#[cfg(test)]
mod tests;
