//! The proof of a receipt as one QR code carries it: `HEDUI1:` and base45 (RFC 9285), which QR's alphanumeric mode packs. The bytes:
//!
//! ```text
//! origin of the log     length (1 byte), UTF-8
//! size of the tree      8 bytes, the high one first
//! index of the entry    8 bytes
//! the entry             length (2 bytes), its exact bytes
//! path                  number of hashes (1 byte), 32 bytes each
//! signature             68 bytes: key id and Ed25519 signature of the log's own line
//! ```
//!
//! The root is not carried: entry and path lead to it, and the signature is over the checkpoint with that root. A log of 2⁴⁰ entries needs 40
//! hashes: 1,900 bytes, 2,850 characters; a QR code holds 4,296. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::audit::{Checkpoint, EncodedHash, InclusionProof, Leaf, VerifierKey, merkle};
use crate::report::attestation::Attestation;
use crate::store::Hash;

/// What a code begins with: its form and version.
const PREFIX: &str = "HEDUI1:";
/// Bytes of a signature line: key id and signature.
const SIGNATURE: usize = 68;
/// Hashes of the longest path.
const MOST_HASHES: usize = 63;

/// A code does not prove anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// There is none in what was given.
    #[error("there is no receipt in it: a code begins with HEDUI1:")]
    Absent,
    /// It breaks off, or was altered.
    #[error("the code is damaged or was altered")]
    Malformed,
    /// The entry is not that of a report.
    #[error("the entry is not that of a report's version")]
    NotAReport,
    /// The log's key did not sign what the code leads to.
    #[error("the log's key did not sign it: the code was altered, or is of another log")]
    Unsigned,
}

/// What a code proves under the log's key.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The entry.
    pub leaf: Leaf,
    /// SHA-256 of the report's body.
    pub body: Hash,
    /// Its place in the log.
    pub index: u64,
    /// The checkpoint that it lies under.
    pub checkpoint: Checkpoint,
}

/// The code of an entry and its proof; none when its checkpoint is not one of its own log.
#[must_use]
pub fn encode(leaf: &[u8], proof: &InclusionProof) -> Option<String> {
    let checkpoint = Checkpoint::read_unverified(&proof.checkpoint).ok()?;
    let signature = proof.checkpoint.lines().find_map(|line| {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let signature = STANDARD.decode(signature).ok()?;
        (name == checkpoint.origin && signature.len() == SIGNATURE).then_some(signature)
    })?;
    let mut bytes = vec![u8::try_from(checkpoint.origin.len()).ok()?];
    bytes.extend_from_slice(checkpoint.origin.as_bytes());
    bytes.extend_from_slice(&checkpoint.size.to_be_bytes());
    bytes.extend_from_slice(&proof.index.to_be_bytes());
    bytes.extend_from_slice(&u16::try_from(leaf.len()).ok()?.to_be_bytes());
    bytes.extend_from_slice(leaf);
    bytes.push(u8::try_from(proof.hashes.len()).ok()?);
    for hash in &proof.hashes {
        bytes.extend_from_slice(&hash.0);
    }
    bytes.extend_from_slice(&signature);
    Some(format!("{PREFIX}{}", base45::encode(bytes)))
}

/// The code of a report, by what its attestation holds; none where its log's signature is not in it.
#[must_use]
pub fn code_of(attestation: &Attestation) -> Option<String> {
    let hash = |text: &String| Some(EncodedHash(hex::decode(text).ok()?.try_into().ok()?));
    let hashes = attestation.inclusion_proof.iter().map(hash).collect::<Option<_>>()?;
    let checkpoint = attestation.checkpoint.clone();
    encode(attestation.leaf.as_bytes(), &InclusionProof { index: attestation.leaf_index, hashes, checkpoint })
}

/// The first code in a text: what was scanned, a receipt's JSON, or its page.
#[must_use]
pub fn find(text: &str) -> Option<&str> {
    let code = &text[text.find(PREFIX)?..];
    let of_code = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || " $%*+-./:".contains(c);
    Some(code.split(|c| !of_code(c)).next().unwrap_or(code))
}

/// Checks a code against the log's keys.
///
/// # Errors
/// [`CodeError`].
pub fn check(text: &str, keys: &[VerifierKey]) -> Result<Proved, CodeError> {
    let code = find(text).ok_or(CodeError::Absent)?;
    let bytes = base45::decode(&code[PREFIX.len()..]).map_err(|_| CodeError::Malformed)?;
    let read = Read::of(&bytes).ok_or(CodeError::Malformed)?;
    let leaf = Leaf::parse(read.leaf).map_err(|_| CodeError::Malformed)?;
    let leaf_hash = merkle::leaf_hash(read.leaf);
    let root =
        merkle::root_of_inclusion(&leaf_hash, read.index, read.size, &read.hashes).ok_or(CodeError::Malformed)?;
    let note = format!(
        "{origin}\n{}\n{}\n\n\u{2014} {origin} {}\n",
        read.size,
        EncodedHash(root),
        STANDARD.encode(read.signature),
        origin = read.origin,
    );
    let checkpoint = Checkpoint::open(&note, keys).map_err(|_| CodeError::Unsigned)?;
    let body = leaf.event.detail_sha256.filter(|_| leaf.event.action.holds_body());
    let body = body.ok_or(CodeError::NotAReport)?;
    Ok(Proved { leaf, body, index: read.index, checkpoint })
}

/// The parts of a code.
struct Read<'a> {
    origin: &'a str,
    size: u64,
    index: u64,
    leaf: &'a [u8],
    hashes: Vec<Hash>,
    signature: &'a [u8],
}

impl<'a> Read<'a> {
    /// None unless the bytes are exactly these parts.
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first()?;
        let (origin, rest) = rest.split_at_checked(usize::from(*length))?;
        let (size, rest) = rest.split_first_chunk::<8>()?;
        let (index, rest) = rest.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (leaf, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        let (count, rest) = rest.split_first()?;
        let count = usize::from(*count);
        let (hashes, signature) = rest.split_at_checked(count * 32)?;
        (count <= MOST_HASHES && signature.len() == SIGNATURE).then_some(())?;
        Some(Self {
            origin: std::str::from_utf8(origin).ok()?,
            size: u64::from_be_bytes(*size),
            index: u64::from_be_bytes(*index),
            leaf,
            hashes: hashes.as_chunks::<32>().0.to_vec(),
            signature,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Action, Actor, CheckpointSigner, Event};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    struct Signer(Ed25519KeyPair);

    impl Signer {
        fn new(seed: u8) -> Self {
            Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
        }
    }

    impl CheckpointSigner for Signer {
        fn name(&self) -> &str {
            "log.example"
        }
        fn public_key(&self) -> [u8; 32] {
            self.0.public_key().as_ref().try_into().unwrap()
        }
        fn sign(&self, message: &[u8]) -> [u8; 64] {
            self.0.sign(message).as_ref().try_into().unwrap()
        }
    }

    /// The code of a report's entry in a log of 2^height entries, of which nothing else is known.
    fn code(height: usize, action: Action) -> String {
        let event = Event::new(&Actor::service(), action).case(uuid::Uuid::from_u128(7)).version(1).detail([9; 32]);
        let leaf = Leaf::new(event.purpose(crate::household::Purpose::DibaoApplication), jiff::Timestamp::UNIX_EPOCH);
        let leaf = leaf.to_bytes();
        let hashes: Vec<Hash> = (0..height).map(|level| [u8::try_from(level).unwrap(); 32]).collect();
        let (index, size) = (1 << (height - 1), 1 << height);
        let root = merkle::root_of_inclusion(&merkle::leaf_hash(&leaf), index, size, &hashes).unwrap();
        let checkpoint = Checkpoint { origin: "log.example".into(), size, root }.sign(&Signer::new(1));
        let hashes = hashes.into_iter().map(EncodedHash).collect();
        encode(&leaf, &InclusionProof { index, hashes, checkpoint }).unwrap()
    }

    fn keys(seed: u8) -> [VerifierKey; 1] {
        [VerifierKey::of(&Signer::new(seed))]
    }

    #[test]
    fn a_code_proves_its_report_under_the_logs_key_alone() {
        let code = code(20, Action::Completed);
        for around in
            [code.clone(), format!("{{\"code\":\"{code}\"}}"), format!("<desc>{code}</desc>\n"), format!("{code}\r\n")]
        {
            let proved = check(&around, &keys(1)).unwrap();
            assert_eq!((proved.body, proved.index, proved.checkpoint.size), ([9; 32], 1 << 19, 1 << 20));
        }
        assert_eq!(check(&code, &keys(2)).unwrap_err(), CodeError::Unsigned);
        assert_eq!(check("", &keys(1)).unwrap_err(), CodeError::Absent);
        assert_eq!(check(&self::code(3, Action::ReportRead), &keys(1)).unwrap_err(), CodeError::NotAReport);
    }

    #[test]
    fn no_changed_byte_goes_unnoticed() {
        let code = code(3, Action::Completed);
        let bytes = base45::decode(&code[PREFIX.len()..]).unwrap();
        for place in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            assert!(check(&format!("{PREFIX}{}", base45::encode(altered)), &keys(1)).is_err(), "byte {place}");
            assert!(
                check(&format!("{PREFIX}{}", base45::encode(&bytes[..place])), &keys(1)).is_err(),
                "cut at {place}"
            );
        }
    }

    #[test]
    fn the_code_of_a_log_of_a_million_million_entries_fits() {
        assert!(code(40, Action::Completed).len() < 4296);
        assert!(crate::report::receipt::qr_svg(&code(40, Action::Completed), "").is_some());
    }
}
