//! Keyed tags: what stands in an index in the place of a person. A plain hash of an ID number is worthless (all numbers of
//! an area can be tried in seconds); a tag can only be computed by who holds the ring.
//!
//! Each use has keys of its own, so that a tag of one table says nothing about another, and each key has an epoch: new
//! tags are made under the newest, a search computes the tags of every epoch.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::SecretKey;

/// What a MAC key is for. One key never serves two uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MacUse {
    /// The `subject_tag` of an audit leaf: this key serves nothing but the audit log.
    SubjectTag,
    /// The blind index of the store: ID numbers and names to look up.
    BlindIndex,
    /// The exact bytes of a request, for `Idempotency-Key`.
    RequestBody,
    /// What an entry of the audit log holds of something that could be guessed: with the log alone no guess can be tried.
    AuditDetail,
}

impl MacUse {
    /// Every use; a ring has at least one key for each.
    pub const ALL: [Self; 4] = [Self::SubjectTag, Self::BlindIndex, Self::RequestBody, Self::AuditDetail];

    /// The name in the ring file, and what separates the uses inside the MAC.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SubjectTag => "subject_tag",
            Self::BlindIndex => "blind_index",
            Self::RequestBody => "request_body",
            Self::AuditDetail => "audit_detail",
        }
    }
}

/// What an entry's detail is of: the same bytes give another MAC for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailKind {
    /// The body of a call.
    Call,
    /// The SHA-256 of a batch's file.
    Batch,
    /// An auditor's note on a finding.
    Note,
    /// The name of somebody whom the provider knows and the register does not.
    SignIn,
    /// What two rosters were matched by: hashes of files and model, the way, why.
    Rosters,
    /// The last published checkpoint, a zero byte and why a log goes on after a restore.
    Restore,
}

impl DetailKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Batch => "batch",
            Self::Note => "note",
            Self::SignIn => "sign_in",
            Self::Rosters => "rosters",
            Self::Restore => "restore",
        }
    }
}

impl std::fmt::Display for MacUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Defines a tag: an epoch and so many bytes of HMAC-SHA256, written `epoch.hex` (`1.9f86d081…`).
macro_rules! tag {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            epoch: u32,
            bytes: [u8; $bytes],
        }

        impl $name {
            fn new(epoch: u32, mac: &[u8; 32]) -> Self {
                Self { epoch, bytes: std::array::from_fn(|i| mac[i]) }
            }

            /// The epoch of the key it was made with.
            #[must_use]
            pub fn epoch(&self) -> u32 {
                self.epoch
            }

            /// The tag without its epoch.
            #[must_use]
            pub fn bytes(&self) -> [u8; $bytes] {
                self.bytes
            }

            /// The tag without its epoch, in lower-case hex.
            #[must_use]
            pub fn hex(&self) -> String {
                hex::encode(self.bytes)
            }

            /// Reads `epoch.hex`; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let (epoch, digits) = text.split_once('.')?;
                let tag = Self { epoch: epoch.parse().ok()?, bytes: hex::decode(digits).ok()?.try_into().ok()? };
                (tag.to_string() == text).then_some(tag)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}.{}", self.epoch, hex::encode(self.bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("expected a tag of the form epoch.hex"))
            }
        }
    };
}

tag! {
    /// A person in the audit log: 128 bits of HMAC over the ID number.
    SubjectTag, 16
}
tag! {
    /// A searchable value in the store: 128 bits of HMAC over its kind and its text.
    IndexTag, 16
}
tag! {
    /// The exact bytes of a request: 256 bits of HMAC.
    BodyMac, 32
}
tag! {
    /// What an entry of the audit log holds of something that could be guessed: 256 bits of HMAC over its kind and its bytes.
    DetailMac, 32
}

/// One MAC key of the ring.
#[derive(Debug)]
pub(super) struct MacKey {
    pub(super) used_for: MacUse,
    pub(super) epoch: u32,
    pub(super) key: SecretKey,
}

/// Every MAC key of the ring.
#[derive(Debug)]
pub(super) struct MacKeys(Vec<MacKey>);

impl MacKeys {
    /// Takes keys among which each use has at least one: the ring file is checked for it.
    pub(super) fn new(mut keys: Vec<MacKey>) -> Self {
        keys.sort_by_key(|key| (key.used_for, std::cmp::Reverse(key.epoch)));
        Self(keys)
    }

    /// The keys of one use, newest first.
    fn of(&self, used_for: MacUse) -> impl Iterator<Item = &MacKey> {
        self.0.iter().filter(move |key| key.used_for == used_for)
    }

    fn newest(&self, used_for: MacUse) -> &MacKey {
        self.of(used_for).next().expect("a ring is only held once checked to have a key for each use")
    }

    pub(super) fn subject_tag(&self, id_number: &str) -> SubjectTag {
        subject_tag(self.newest(MacUse::SubjectTag), id_number)
    }

    pub(super) fn subject_tags(&self, id_number: &str) -> Vec<SubjectTag> {
        self.of(MacUse::SubjectTag).map(|key| subject_tag(key, id_number)).collect()
    }

    pub(super) fn index_tag(&self, domain: &str, text: &str) -> IndexTag {
        index_tag(self.newest(MacUse::BlindIndex), domain, text)
    }

    pub(super) fn index_tags(&self, domain: &str, text: &str) -> Vec<IndexTag> {
        self.of(MacUse::BlindIndex).map(|key| index_tag(key, domain, text)).collect()
    }

    pub(super) fn body_macs(&self, body: &[u8]) -> Vec<BodyMac> {
        self.of(MacUse::RequestBody).map(|key| BodyMac::new(key.epoch, &mac(key, &[body]))).collect()
    }

    pub(super) fn detail_mac(&self, kind: DetailKind, bytes: &[u8]) -> DetailMac {
        detail_mac(self.newest(MacUse::AuditDetail), kind, bytes)
    }

    pub(super) fn detail_macs(&self, kind: DetailKind, bytes: &[u8]) -> Vec<DetailMac> {
        self.of(MacUse::AuditDetail).map(|key| detail_mac(key, kind, bytes)).collect()
    }
}

/// `x` and `X`, a stray space: the same person. Turning a 15-digit number into 18 is `identity`'s business.
fn subject_tag(key: &MacKey, id_number: &str) -> SubjectTag {
    SubjectTag::new(key.epoch, &mac(key, &[id_number.trim().to_ascii_uppercase().as_bytes()]))
}

fn index_tag(key: &MacKey, domain: &str, text: &str) -> IndexTag {
    IndexTag::new(key.epoch, &mac(key, &[domain.as_bytes(), text.as_bytes()]))
}

fn detail_mac(key: &MacKey, kind: DetailKind, bytes: &[u8]) -> DetailMac {
    DetailMac::new(key.epoch, &mac(key, &[kind.as_str().as_bytes(), bytes]))
}

/// HMAC-SHA256 over the use and the parts, each behind its length, so that no two inputs read alike.
fn mac(key: &MacKey, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.key.expose()).expect("HMAC takes a key of any length");
    mac.update(b"hedui/mac/v1");
    for part in std::iter::once(key.used_for.as_str().as_bytes()).chain(parts.iter().copied()) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> MacKeys {
        let key = |used_for, epoch, byte| MacKey { used_for, epoch, key: SecretKey::from_slice(&[byte; 32]).unwrap() };
        MacKeys::new(vec![
            key(MacUse::SubjectTag, 1, 1),
            key(MacUse::SubjectTag, 2, 2),
            key(MacUse::BlindIndex, 1, 1),
            key(MacUse::RequestBody, 1, 1),
            key(MacUse::AuditDetail, 1, 1),
            key(MacUse::AuditDetail, 2, 2),
        ])
    }

    #[test]
    fn new_tags_take_the_newest_epoch_and_a_search_takes_all() {
        let keys = keys();
        assert_eq!(keys.subject_tag("62042219900101001X").epoch(), 2);
        let all = keys.subject_tags("62042219900101001x ");
        assert_eq!(all.iter().map(SubjectTag::epoch).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all[0], keys.subject_tag("62042219900101001X"));
        assert_ne!(all[0].hex(), all[1].hex());
        let details = keys.detail_macs(DetailKind::Call, b"a");
        assert_eq!(details.iter().map(DetailMac::epoch).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(details[0], keys.detail_mac(DetailKind::Call, b"a"));
        assert_ne!(details[0].hex(), details[1].hex());
    }

    #[test]
    fn uses_and_domains_are_apart_even_under_equal_keys() {
        let keys = keys();
        assert_ne!(keys.subject_tags("A")[1].hex(), keys.index_tag("A", "").hex());
        assert_ne!(keys.index_tag("id", "number"), keys.index_tag("idn", "umber"));
        assert_ne!(keys.index_tag("name", "王伟"), keys.index_tag("id", "王伟"));
    }

    #[test]
    fn a_body_matches_only_itself() {
        let keys = keys();
        assert_eq!(keys.body_macs(b"{\"a\":1}"), keys.body_macs(b"{\"a\":1}"));
        assert_ne!(keys.body_macs(b"{\"a\":1}"), keys.body_macs(b"{\"a\": 1}"));
    }

    #[test]
    fn a_detail_of_one_kind_is_none_of_another_nor_a_request_s() {
        let keys = keys();
        let call = keys.detail_macs(DetailKind::Call, b"a")[1];
        assert_eq!(call, keys.detail_macs(DetailKind::Call, b"a")[1]);
        assert_ne!(call, keys.detail_macs(DetailKind::Note, b"a")[1]);
        assert_ne!(call.bytes(), keys.body_macs(b"a")[0].bytes());
        assert_ne!(call.bytes(), <[u8; 32]>::from(<Sha256 as sha2::Digest>::digest("a")));
    }

    #[test]
    fn only_the_canonical_text_is_a_tag() {
        let tag = keys().subject_tag("A");
        assert_eq!(SubjectTag::parse(&tag.to_string()), Some(tag));
        assert_eq!(serde_json::from_str::<SubjectTag>(&serde_json::to_string(&tag).unwrap()).unwrap(), tag);
        for wrong in ["", "1", "1.", "1.zz", "+1.00", &format!("0{tag}"), &tag.to_string().to_uppercase()] {
            if wrong.to_lowercase() != tag.to_string() || wrong.contains(char::is_uppercase) {
                assert_eq!(SubjectTag::parse(wrong), None, "{wrong}");
            }
        }
    }

    proptest! {
        #[test]
        fn parts_never_run_together(a in ".{0,12}", b in ".{0,12}", c in ".{0,12}", d in ".{0,12}") {
            let keys = keys();
            prop_assert_eq!((&a, &b) == (&c, &d), keys.index_tag(&a, &b) == keys.index_tag(&c, &d));
        }
    }
}
