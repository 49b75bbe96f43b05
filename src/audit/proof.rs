//! Proofs anyone can check without the service: that a leaf is in the log (C2SP tlog-proof, or JSON), that the log only grew.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::merkle;
use super::note::{Checkpoint, NoteError, VerifierKey};
use super::tree::hashes;
use super::{AuditError, EncodedHash};
use crate::store::{Hash, Store, StoredLeaf};

/// First line of the text form.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Proof that a leaf is in the tree of a signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Index of the leaf.
    pub index: u64,
    /// The hashes beside the way from the leaf to the root, base64.
    pub hashes: Vec<EncodedHash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// A proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The text is not a proof.
    #[error("not a tlog-proof: header, index, hashes, an empty line, a checkpoint")]
    Malformed,
    /// The checkpoint does not open.
    #[error("the proof's checkpoint: {0}")]
    Checkpoint(#[from] NoteError),
    /// The hashes lead to another root.
    #[error("the leaf is not at this place of the log")]
    NotIncluded,
}

impl InclusionProof {
    pub(super) fn new(index: u64, hashes: Vec<Hash>, checkpoint: String) -> Self {
        Self { index, hashes: encoded(hashes), checkpoint }
    }

    /// Checks that the leaf with these exact bytes is in the log, under a checkpoint that one of the keys signed.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(&self, leaf: &[u8], keys: &[VerifierKey]) -> Result<Checkpoint, ProofError> {
        self.verify_hash(&merkle::leaf_hash(leaf), keys)
    }

    /// As [`InclusionProof::verify`], for a leaf known by its hash.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify_hash(&self, leaf_hash: &Hash, keys: &[VerifierKey]) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        let hashes: Vec<Hash> = self.hashes.iter().map(|hash| hash.0).collect();
        if merkle::verify_inclusion(leaf_hash, self.index, checkpoint.size, &hashes, &checkpoint.root) {
            Ok(checkpoint)
        } else {
            Err(ProofError::NotIncluded)
        }
    }

    /// The C2SP tlog-proof form.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nindex {}\n", self.index);
        for hash in &self.hashes {
            text.push_str(&STANDARD.encode(hash.0));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads the C2SP tlog-proof form; extra data is allowed and ignored.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub fn from_text(text: &str) -> Result<Self, ProofError> {
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Malformed)?;
        let mut lines = proof.lines().peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofError::Malformed);
        }
        lines.next_if(|line| line.starts_with("extra "));
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).ok_or(ProofError::Malformed)?;
        let number: u64 = index.parse().map_err(|_| ProofError::Malformed)?;
        if number.to_string() != index {
            return Err(ProofError::Malformed);
        }
        let hashes: Option<Vec<EncodedHash>> = lines.map(EncodedHash::parse).collect();
        let hashes = hashes.filter(|hashes| hashes.len() <= 63).ok_or(ProofError::Malformed)?;
        Ok(Self { index: number, hashes, checkpoint: checkpoint.to_owned() })
    }
}

/// Proof that one tree is the beginning of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// Size of the smaller tree.
    pub old: u64,
    /// Size of the larger tree.
    pub new: u64,
    /// Hashes, base64.
    pub hashes: Vec<EncodedHash>,
}

impl ConsistencyProof {
    /// Whether the tree with `old_root` is the beginning of that with `new_root`.
    #[must_use]
    pub fn verify(&self, old_root: &Hash, new_root: &Hash) -> bool {
        let hashes: Vec<Hash> = self.hashes.iter().map(|hash| hash.0).collect();
        merkle::verify_consistency(self.old, old_root, self.new, new_root, &hashes)
    }
}

/// Makes an inclusion proof under the newest checkpoint.
pub(super) async fn inclusion(store: &Store, index: u64) -> Result<InclusionProof, AuditError> {
    let head = store.log_head().await?;
    let out_of_range = AuditError::OutOfRange { asked: index, size: head.size };
    let (Some(path), Some(checkpoint)) = (merkle::inclusion_path(index, head.size), head.checkpoint) else {
        return Err(out_of_range);
    };
    Ok(InclusionProof::new(index, hashes(store, &path).await?, checkpoint))
}

/// Makes a consistency proof between two sizes of the log.
pub(super) async fn consistency(store: &Store, old: u64, new: u64) -> Result<ConsistencyProof, AuditError> {
    let size = store.log_head().await?.size;
    if new > size {
        return Err(AuditError::OutOfRange { asked: new, size });
    }
    let path = merkle::consistency_path(old, new).ok_or(AuditError::OutOfRange { asked: old, size: new })?;
    Ok(ConsistencyProof { old, new, hashes: encoded(hashes(store, &path).await?) })
}

/// Reads a leaf.
pub(super) async fn leaf(store: &Store, index: u64) -> Result<StoredLeaf, AuditError> {
    match store.leaf(index).await? {
        Some(leaf) => Ok(leaf),
        None => Err(AuditError::OutOfRange { asked: index, size: store.log_head().await?.size }),
    }
}

fn encoded(hashes: Vec<Hash>) -> Vec<EncodedHash> {
    hashes.into_iter().map(EncodedHash).collect()
}
