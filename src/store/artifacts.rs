//! What reports are made from beside requests and evidence, by SHA-256: resolved packs, matcher models, facts about sources.
//!
//! Nothing in it is about a person, so it is plain. Written once and never changed: a hash that is known is left as it is.

use super::columns::Columns as _;
use super::db::{Connection, query};
use super::{Hash, Store, StoreError, words};

words! {
    /// What an artifact is.
    ArtifactKind {
        /// A county's resolved pack, all its dates.
        Pack = "pack",
        /// A matcher's model.
        Model = "model",
        /// What a report takes from definitions and settings.
        Facts = "facts",
    }
}

/// Bytes that reports name by their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// What it is.
    pub kind: ArtifactKind,
    /// SHA-256 of the bytes.
    pub sha256: Hash,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// What is kept under a hash, as it stands: whoever relies on it hashes it again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn artifact(&self, kind: ArtifactKind, sha256: Hash) -> Result<Option<Artifact>, StoreError> {
        let row = query("SELECT bytes FROM artifacts WHERE sha256 = $1 AND kind = $2")
            .bind(hex_of(sha256))
            .bind(kind.as_str())
            .fetch_optional(self.reader())
            .await?;
        row.map(|row| Ok(Artifact { kind, sha256, bytes: row.bytes("bytes")? })).transpose()
    }
}

/// Keeps what is not kept yet.
pub(super) async fn keep(tx: &mut Connection, artifacts: &[Artifact]) -> Result<(), StoreError> {
    for artifact in artifacts {
        query("INSERT INTO artifacts (sha256, kind, bytes) VALUES ($1, $2, $3) ON CONFLICT (sha256, kind) DO NOTHING")
            .bind(hex_of(artifact.sha256))
            .bind(artifact.kind.as_str())
            .bind(artifact.bytes.as_slice())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn hex_of(hash: Hash) -> String {
    hex::encode(hash)
}
