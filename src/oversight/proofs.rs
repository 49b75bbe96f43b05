//! What anybody needs to check the log for himself: the published checkpoint, proofs, tiles. Hashes only, but for entry bundles, which are
//! the log itself: for the auditor of all of it, and logged first.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::Oversight;
use crate::audit::{Action, AuditError, ConsistencyProof, EncodedHash, InclusionProof, TilePath};
use crate::auth::Caller;
use crate::verification::{ReadError, VerificationError};

/// That an entry is in the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Proof {
    /// RFC 6962 hash of the entry, base64.
    pub leaf_hash: EncodedHash,
    /// Its way to the root of a signed checkpoint.
    #[serde(flatten)]
    pub proof: InclusionProof,
}

impl Oversight {
    /// The checkpoint that was published last, or the largest that a witness cosigned; none before the first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn checkpoint(&self, cosigned: bool) -> Result<Option<String>, ReadError> {
        if cosigned {
            return self.0.log.cosigned_checkpoint().await.map_err(out_of_range);
        }
        Ok(self.0.store.last_checkpoint().await?.map(|checkpoint| checkpoint.note))
    }

    /// Proof that an entry is under the newest checkpoint, or under the largest that a witness cosigned.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]: no such entry, or none that old is cosigned; else the store failed.
    pub async fn inclusion(&self, index: u64, cosigned: bool) -> Result<Proof, ReadError> {
        let proof = match self.checkpoint(cosigned).await?.filter(|_| cosigned) {
            Some(checkpoint) => self.0.log.prove_inclusion_under(index, checkpoint).await,
            None if cosigned => return Err(ReadError::NotFound),
            None => self.0.log.prove_inclusion(index).await,
        };
        let proof = proof.map_err(out_of_range)?;
        let leaf = self.0.log.leaf(index).await.map_err(out_of_range)?;
        Ok(Proof { leaf_hash: EncodedHash(leaf.leaf.hash), proof })
    }

    /// Whether a proof holds: its hashes lead from the entry to the root of a checkpoint that this log signed.
    #[must_use]
    pub fn holds(&self, proof: &Proof) -> bool {
        proof.proof.verify_hash(&proof.leaf_hash.0, self.0.log.keys()).is_ok()
    }

    /// Proof that the log of `old` entries is the beginning of that of `new`.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]: the log is not as long, or `old` is more than `new`; else the store failed.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, ReadError> {
        self.0.log.prove_consistency(old, new).await.map_err(out_of_range)
    }

    /// A tile of hashes, or an entry bundle.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]: none as wide, or entries for an auditor of a part of the log; [`ReadError::Closed`]; else the store failed.
    pub async fn tile(&self, caller: &Caller, path: TilePath) -> Result<Vec<u8>, ReadError> {
        if path.level.is_none() {
            if caller.overseen().is_some() {
                return Err(ReadError::NotFound);
            }
            let what = Sha256::digest(path.to_string()).into();
            self.enter(Self::reading(caller, Action::LogExported), what).await?;
        }
        self.0.log.tile(path).await?.ok_or(ReadError::NotFound)
    }
}

pub(super) fn out_of_range(error: AuditError) -> ReadError {
    match error {
        AuditError::OutOfRange { .. } => ReadError::NotFound,
        // A tree that cannot be read is no closed log: it is a failure to be looked into.
        error => ReadError::Inside(Box::new(VerificationError::Audit(error))),
    }
}
