//! Signed notes (C2SP signed-note) with Ed25519 keys, and checkpoints (C2SP tlog-checkpoint) within them. Pure but for the key.
//!
//! ```text
//! log.example
//! 42
//! <root hash, base64>
//!
//! — log.example <base64 of key id ‖ signature>
//! ```

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::keys::LogSigner;
use crate::store::Hash;

/// What a signature line begins with.
const DASH: &str = "\u{2014} ";
/// Longest note that is read: room for sixteen signatures of any known kind and more.
const MOST_BYTES: usize = 128 * 1024;

/// Signs checkpoints. `keys` holds the private key; it never leaves.
pub trait CheckpointSigner: Send + Sync {
    /// The key's name, which is the log's origin: no spaces, no `+`.
    fn name(&self) -> &str;
    /// Ed25519 public key.
    fn public_key(&self) -> [u8; 32];
    /// Ed25519 signature.
    fn sign(&self, message: &[u8]) -> [u8; 64];
}

impl CheckpointSigner for LogSigner {
    fn name(&self) -> &str {
        self.name()
    }
    fn public_key(&self) -> [u8; 32] {
        self.public_key()
    }
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.sign(message)
    }
}

/// What is wrong with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a signed note.
    #[error("not a signed note: text, an empty line, signature lines")]
    Malformed,
    /// Not a checkpoint.
    #[error("not a checkpoint: origin, size and root hash in three lines")]
    NotACheckpoint,
    /// Not a verifier key.
    #[error("not a verifier key: name+id+key")]
    BadKey,
    /// No known key signed it.
    #[error("no known key signed it")]
    Unsigned,
    /// A signature under a known key is wrong.
    #[error("a signature under a known key is wrong")]
    BadSignature,
    /// The origin is not the key's name.
    #[error("the checkpoint is of another log")]
    OtherLog,
}

/// An Ed25519 public key with its name, for signatures of one type; written `name+id+key` as in C2SP signed-note.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoteKey<const TYPE: u8> {
    /// The key's name.
    pub name: String,
    /// Ed25519 public key.
    pub public_key: [u8; 32],
}

/// A key that a log signs its checkpoints with.
pub type VerifierKey = NoteKey<1>;

impl<const TYPE: u8> NoteKey<TYPE> {
    /// The key that `signer` signs with.
    #[must_use]
    pub fn of(signer: &dyn CheckpointSigner) -> Self {
        Self { name: signer.name().to_owned(), public_key: signer.public_key() }
    }

    /// Reads `name+id+key`.
    ///
    /// # Errors
    /// [`NoteError::BadKey`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::BadKey);
        };
        let key = STANDARD.decode(key).map_err(|_| NoteError::BadKey)?;
        let Some((_, key)) = key.split_first().filter(|(kind, _)| **kind == TYPE) else {
            return Err(NoteError::BadKey);
        };
        let public_key = key.try_into().map_err(|_| NoteError::BadKey)?;
        let found = Self { name: name.to_owned(), public_key };
        if is_name(name) && hex::encode(found.id()) == id { Ok(found) } else { Err(NoteError::BadKey) }
    }

    /// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ key).
    fn id(&self) -> [u8; 4] {
        let digest =
            Sha256::new().chain_update(&self.name).chain_update([b'\n', TYPE]).chain_update(self.public_key).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// Whether a signature line names this key.
    pub(super) fn made(&self, line: &SignatureLine<'_>) -> bool {
        self.name == line.name && self.id() == line.key_id
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public_key).verify(message, signature).is_ok()
    }

    /// The signature line with these bytes.
    pub(super) fn line(&self, signature: &[u8]) -> String {
        format!("{DASH}{} {}\n", self.name, STANDARD.encode([self.id().as_slice(), signature].concat()))
    }
}

impl<const TYPE: u8> std::fmt::Display for NoteKey<TYPE> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [&[TYPE], self.public_key.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

/// Whether a text can be the name of a key.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains('+') && !name.contains(char::is_whitespace)
}

/// Signs `text`, which must end in a newline.
#[must_use]
pub fn sign(text: &str, signer: &dyn CheckpointSigner) -> String {
    format!("{text}\n{}", VerifierKey::of(signer).line(&signer.sign(text.as_bytes())))
}

/// The text of a note that at least one of the keys has signed and none has signed wrongly.
///
/// # Errors
/// [`NoteError`].
pub fn open<'a>(note: &'a str, keys: &[VerifierKey]) -> Result<(&'a str, VerifierKey), NoteError> {
    let (text, lines) = split(note)?;
    let mut signer = None;
    for line in lines {
        let Some(key) = keys.iter().find(|key| key.made(&line)) else { continue };
        if !key.verifies(text.as_bytes(), &line.signature) {
            return Err(NoteError::BadSignature);
        }
        signer.get_or_insert_with(|| key.clone());
    }
    Ok((text, signer.ok_or(NoteError::Unsigned)?))
}

/// A signature line.
pub(super) struct SignatureLine<'a> {
    /// Name of the key.
    pub(super) name: &'a str,
    /// Its id.
    pub(super) key_id: [u8; 4],
    /// What it made.
    pub(super) signature: Vec<u8>,
}

impl<'a> SignatureLine<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (key_id, signature) = bytes.split_first_chunk::<4>().filter(|(_, signature)| !signature.is_empty())?;
        is_name(name).then(|| Self { name, key_id: *key_id, signature: signature.to_vec() })
    }
}

/// Cuts a note at its last empty line into its text, with the last newline, and its signature lines.
pub(super) fn split(note: &str) -> Result<(&str, Vec<SignatureLine<'_>>), NoteError> {
    let control = |c: char| c < ' ' && c != '\n';
    if note.len() > MOST_BYTES || note.contains(control) {
        return Err(NoteError::Malformed);
    }
    let cut = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
    let (text, signatures) = (&note[..=cut], &note[cut + 2..]);
    let lines = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
    let lines: Option<Vec<_>> = lines.split('\n').map(SignatureLine::parse).collect();
    Ok((text, lines.ok_or(NoteError::Malformed)?))
}

/// The head of a log at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root hash.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs it.
    #[must_use]
    pub fn sign(&self, signer: &dyn CheckpointSigner) -> String {
        sign(&self.text(), signer)
    }

    /// Its three lines.
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Reads a signed checkpoint and checks its signature and that the key is the log's own.
    ///
    /// # Errors
    /// [`NoteError`].
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, NoteError> {
        let (text, key) = open(note, keys)?;
        let checkpoint = Self::parse(text)?;
        if checkpoint.origin == key.name { Ok(checkpoint) } else { Err(NoteError::OtherLog) }
    }

    /// Reads a signed checkpoint **without** checking its signature: for messages, never for trust.
    ///
    /// # Errors
    /// [`NoteError::Malformed`], [`NoteError::NotACheckpoint`].
    pub fn read_unverified(note: &str) -> Result<Self, NoteError> {
        Self::parse(split(note)?.0)
    }

    /// Reads the text of a checkpoint; extension lines are allowed and ignored.
    fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::NotACheckpoint);
        };
        let number: u64 = size.parse().map_err(|_| NoteError::NotACheckpoint)?;
        let root: Option<Hash> = STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok());
        match root {
            Some(root) if !origin.is_empty() && number.to_string() == size && lines.all(|line| !line.is_empty()) => {
                Ok(Self { origin: origin.to_owned(), size: number, root })
            }
            _ => Err(NoteError::NotACheckpoint),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    /// A signer with a fixed key.
    pub(crate) struct TestSigner {
        name: String,
        pair: Ed25519KeyPair,
    }

    impl TestSigner {
        pub(crate) fn new(name: &str, seed: u8) -> Self {
            let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("32 bytes");
            Self { name: name.to_owned(), pair }
        }
    }

    impl CheckpointSigner for TestSigner {
        fn name(&self) -> &str {
            &self.name
        }
        fn public_key(&self) -> [u8; 32] {
            self.pair.public_key().as_ref().try_into().unwrap()
        }
        fn sign(&self, message: &[u8]) -> [u8; 64] {
            self.pair.sign(message).as_ref().try_into().unwrap()
        }
    }

    /// The example of Go's `sumdb/note`, from which the format comes.
    #[test]
    fn the_example_of_go_opens() {
        let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
                    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let parsed = VerifierKey::parse(key).unwrap();
        assert_eq!(parsed.to_string(), key);
        let (text, signer) = open(note, &[parsed]).unwrap();
        assert!(text.ends_with("what your problem is.\n"));
        assert_eq!(signer.name, "PeterNeumann");
    }

    #[test]
    fn a_checkpoint_opens_under_its_own_key_alone() {
        let signer = TestSigner::new("log.example", 7);
        let key = VerifierKey::of(&signer);
        let checkpoint = Checkpoint { origin: "log.example".into(), size: 42, root: [9; 32] };
        let note = checkpoint.sign(&signer);
        assert_eq!(Checkpoint::open(&note, std::slice::from_ref(&key)), Ok(checkpoint.clone()));
        assert_eq!(Checkpoint::read_unverified(&note), Ok(checkpoint));
        let other = VerifierKey::of(&TestSigner::new("log.example", 8));
        assert_eq!(Checkpoint::open(&note, &[other]), Err(NoteError::Unsigned));
        let changed = note.replacen("42", "43", 1);
        assert_eq!(Checkpoint::open(&changed, std::slice::from_ref(&key)), Err(NoteError::BadSignature));
        let foreign = Checkpoint { origin: "other.example".into(), size: 1, root: [0; 32] }.sign(&signer);
        assert_eq!(Checkpoint::open(&foreign, std::slice::from_ref(&key)), Err(NoteError::OtherLog));
    }

    #[test]
    fn cosignatures_of_unknown_keys_are_passed_over() {
        let signer = TestSigner::new("log.example", 7);
        let note = Checkpoint { origin: "log.example".into(), size: 1, root: [1; 32] }.sign(&signer);
        let cosigned = format!("{note}{DASH}witness.example {}\n", STANDARD.encode([5; 76]));
        assert!(Checkpoint::open(&cosigned, &[VerifierKey::of(&signer)]).is_ok());
    }

    #[test]
    fn what_is_not_a_checkpoint_is_refused() {
        let signer = TestSigner::new("log.example", 7);
        let keys = [VerifierKey::of(&signer)];
        for text in ["log.example\n1\n", "log.example\n01\nAAAA\n", "log.example\n-1\nAAAA\n", "\n1\nAAAA\n"] {
            assert_eq!(Checkpoint::open(&sign(text, &signer), &keys), Err(NoteError::NotACheckpoint), "{text:?}");
        }
        for note in ["", "log.example\n1\n", "a\n\n", "a\n\nb\n"] {
            assert_eq!(Checkpoint::open(note, &keys), Err(NoteError::Malformed), "{note:?}");
        }
        for key in [
            "",
            "a+b",
            "log.example+00000000+AAAA",
            "log example+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ] {
            assert_eq!(VerifierKey::parse(key), Err(NoteError::BadKey), "{key:?}");
        }
    }
}
