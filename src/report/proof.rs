//! Checks the audit proof inside a report, offline: that the entry with the body's hash lies in the log its checkpoint signs.

use serde_json::Value;

use super::open::InclusionCheck;
use super::view::{Document, Misread};
use crate::audit::merkle;
use crate::audit::{Checkpoint, Leaf, VerifierKey};
use crate::store::Hash;

/// Checks leaf, body hash, path and root, and, with the log's key (`name+hash+key`), the checkpoint's signature. Without a key the result is
/// [`InclusionCheck::NotChecked`] even if everything else holds: a checkpoint that nobody is known to have signed proves nothing.
#[must_use]
pub fn check_inclusion(report: &Value, log_key: Option<&str>) -> InclusionCheck {
    let Ok(bytes) = serde_json::to_vec(report) else { return InclusionCheck::Absent };
    let checked = match Document::read(&bytes) {
        Ok(document) => check(&Place::of(&document), log_key),
        Err(Misread::NotAReport) => return InclusionCheck::Absent,
        Err(Misread::OtherBody) => Err("the attestation speaks of another body"),
    };
    checked.unwrap_or_else(|reason| InclusionCheck::Refuted { reason: reason.to_owned() })
}

/// Where a report, whole or in part, says that it stands in the log.
struct Place<'a> {
    /// Hash of the whole report's body: reckoned from it where it is at hand, else what the view says of it.
    body_sha256: &'a str,
    leaf: &'a str,
    leaf_hash: &'a str,
    leaf_index: u64,
    inclusion_proof: &'a [String],
    checkpoint: &'a str,
}

impl<'a> Place<'a> {
    fn of(document: &'a Document) -> Self {
        macro_rules! place {
            ($attestation:expr) => {
                Self {
                    body_sha256: &$attestation.body_sha256,
                    leaf: &$attestation.leaf,
                    leaf_hash: &$attestation.leaf_hash,
                    leaf_index: $attestation.leaf_index,
                    inclusion_proof: &$attestation.inclusion_proof,
                    checkpoint: &$attestation.checkpoint,
                }
            };
        }
        // both attestations are checked against their bodies when they are read
        match document {
            Document::Full(report) => place!(report.attestation),
            Document::View(view) => place!(view.attestation),
        }
    }
}

fn check(attestation: &Place<'_>, log_key: Option<&str>) -> Result<InclusionCheck, &'static str> {
    let leaf = Leaf::parse(attestation.leaf.as_bytes()).map_err(|_| "the entry is not one of an audit log")?;
    let body = hash(attestation.body_sha256).ok_or("the body has no hash")?;
    if !leaf.event.action.holds_body() || leaf.event.detail_sha256 != Some(body) {
        return Err("the entry speaks of another body");
    }
    let leaf_hash = merkle::leaf_hash(attestation.leaf.as_bytes());
    if hash(attestation.leaf_hash) != Some(leaf_hash) {
        return Err("the entry's hash is not that of the entry");
    }
    let checkpoint =
        Checkpoint::read_unverified(attestation.checkpoint).map_err(|_| "the checkpoint cannot be read")?;
    let path: Option<Vec<Hash>> = attestation.inclusion_proof.iter().map(|text| hash(text)).collect();
    let path = path.ok_or("the path holds something that is no hash")?;
    if !merkle::verify_inclusion(&leaf_hash, attestation.leaf_index, checkpoint.size, &path, &checkpoint.root) {
        return Err("the path does not lead from the entry to the checkpoint's root");
    }
    let Some(key) = log_key else { return Ok(InclusionCheck::NotChecked) };
    let key = VerifierKey::parse(key).map_err(|_| "the log key given is not of the form name+hash+key")?;
    Checkpoint::open(attestation.checkpoint, &[key])
        .map_err(|_| "the checkpoint is not signed by the log key given")?;
    Ok(InclusionCheck::Proven {
        log: checkpoint.origin,
        leaf_index: attestation.leaf_index,
        tree_size: checkpoint.size,
    })
}

fn hash(text: &str) -> Option<Hash> {
    hex::decode(text).ok()?.try_into().ok()
}
