//! Proofs anyone can check without the service: that a leaf is in the log (C2SP tlog-proof, or JSON), that the log only grew.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::merkle;
use super::note::{Checkpoint, NoteError, VerifierKey};
use super::tile_path::{TilePath, entry_bundle};
use super::tree::hashes;
use super::{AuditError, EncodedHash};
use crate::store::{Hash, Store, StoredLeaf};

/// First line of the text form.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Begins the line of data beside the proof.
const EXTRA: &str = "extra ";

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
        self.to_text_with(None)
    }

    /// The same, with data beside the proof: an audit receipt carries its leaf there. The proof says nothing of it.
    #[must_use]
    pub fn to_text_with(&self, extra: Option<&[u8]>) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = extra {
            text.push_str(&format!("{EXTRA}{}\n", STANDARD.encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads the C2SP tlog-proof form, whatever data are beside the proof.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub fn from_text(text: &str) -> Result<Self, ProofError> {
        Ok(Self::from_text_with(text)?.0)
    }

    /// The same, with the data beside the proof, which nothing vouches for.
    ///
    /// # Errors
    /// [`ProofError::Malformed`].
    pub fn from_text_with(text: &str) -> Result<(Self, Option<Vec<u8>>), ProofError> {
        Self::read(text).ok_or(ProofError::Malformed)
    }

    fn read(text: &str) -> Option<(Self, Option<Vec<u8>>)> {
        let (proof, checkpoint) = text.split_once("\n\n")?;
        let mut lines = proof.split('\n').peekable();
        lines.next().filter(|line| *line == HEADER)?;
        let extra = match lines.next_if(|line| line.starts_with(EXTRA)) {
            Some(line) => Some(STANDARD.decode(&line[EXTRA.len()..]).ok()?),
            None => None,
        };
        let index = lines.next()?.strip_prefix("index ")?;
        let number: u64 = index.parse().ok().filter(|number: &u64| number.to_string() == index)?;
        let hashes: Option<Vec<EncodedHash>> = lines.map(EncodedHash::parse).collect();
        let hashes = hashes.filter(|hashes| hashes.len() <= 63)?;
        Some((Self { index: number, hashes, checkpoint: checkpoint.to_owned() }, extra))
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

/// Makes an inclusion proof under an earlier checkpoint of this log, as a cosigned one is; who checks it checks the checkpoint too.
pub(super) async fn inclusion_under(
    store: &Store,
    index: u64,
    checkpoint: String,
) -> Result<InclusionProof, AuditError> {
    let broken = |cause| AuditError::Checkpoint { place: "what was asked for".to_owned(), cause };
    let size = Checkpoint::read_unverified(&checkpoint).map_err(broken)?.size;
    let path = merkle::inclusion_path(index, size).ok_or(AuditError::OutOfRange { asked: index, size })?;
    Ok(InclusionProof::new(index, hashes(store, &path).await?, checkpoint))
}

/// A tile, as wide as asked for; none when the log has none.
pub(super) async fn tile(store: &Store, path: TilePath) -> Result<Option<Vec<u8>>, AuditError> {
    if !path.is_in(store.log_head().await?.size) {
        return Ok(None);
    }
    let Some(leaves) = path.entries().filter(|_| path.level.is_none()) else {
        let id = path.tile();
        let length = usize::from(path.width) * 32;
        let tile = store.tile(id.level, id.index).await?;
        let bytes = tile.and_then(|tile| tile.bytes.get(..length).map(<[u8]>::to_vec));
        return bytes.map(Some).ok_or(AuditError::TreeBroken { size: id.index });
    };
    let broken = AuditError::TreeBroken { size: leaves.end };
    let entries = store.leaves(leaves.start, u32::from(path.width)).await?;
    let whole = entries.len() == usize::from(path.width) && entries.iter().map(|entry| entry.index).eq(leaves);
    let bundle = entry_bundle(entries.iter().map(|entry| entry.leaf.bytes.as_slice())).filter(|_| whole);
    bundle.map(Some).ok_or(broken)
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

#[cfg(test)]
mod tests {
    use super::super::note::tests::TestSigner;
    use super::*;

    fn proof() -> InclusionProof {
        let signer = TestSigner::new("example.com/fancylog", 1);
        let checkpoint =
            Checkpoint { origin: "example.com/fancylog".into(), size: 109_482, root: [7; 32] }.sign(&signer);
        InclusionProof::new(73_894, vec![[1; 32], [2; 32]], checkpoint)
    }

    #[test]
    fn the_text_is_that_of_c2sp() {
        let proof = proof();
        let text = proof.to_text_with(Some(b"age-v1.2.1"));
        let expected = format!(
            "c2sp.org/tlog-proof@v1\nextra YWdlLXYxLjIuMQ==\nindex 73894\nAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n\
             AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\n\n{}",
            proof.checkpoint
        );
        assert_eq!(text, expected);
        assert_eq!(InclusionProof::from_text_with(&text), Ok((proof.clone(), Some(b"age-v1.2.1".to_vec()))));
        assert_eq!(InclusionProof::from_text(&text), Ok(proof.clone()));
        assert_eq!(InclusionProof::from_text_with(&proof.to_text()), Ok((proof, None)));
        let alone = InclusionProof::new(0, Vec::new(), "x".into());
        assert_eq!(InclusionProof::from_text(&alone.to_text()), Ok(alone));
    }

    #[test]
    fn what_differs_by_a_character_is_no_proof() {
        let text = proof().to_text_with(Some(b"x"));
        for (from, to) in [
            ("@v1", "@v2"),
            ("index 73894", "index 073894"),
            ("index 73894", "index +73894"),
            ("index 73894", "index"),
            ("index 73894\n", ""),
            ("extra eA==", "extra eA="),
            ("extra eA==", "extra e?=="),
            ("AQE=", "AQE"),
            ("AQE=", "AQF="),
            ("AQE=\n", "AQE= \n"),
            ("\nindex", "\r\nindex"),
            ("extra eA==\n", "extra eA==\nextra eA==\n"),
        ] {
            assert!(text.contains(from), "{from:?}");
            assert_eq!(
                InclusionProof::from_text(&text.replacen(from, to, 1)),
                Err(ProofError::Malformed),
                "{from:?} {to:?}"
            );
        }
        assert_eq!(InclusionProof::from_text(&text.replace("\n\n", "\n")), Err(ProofError::Malformed));
        let long = InclusionProof::new(0, vec![[0; 32]; 64], "x".into());
        assert_eq!(InclusionProof::from_text(&long.to_text()), Err(ProofError::Malformed));
    }
}
