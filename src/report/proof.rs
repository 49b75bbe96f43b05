//! Checks the audit proof inside a report, offline: that the entry with the body's hash lies in the log its checkpoint signs.

use serde_json::Value;

use super::Report;
use super::open::InclusionCheck;
use crate::audit::merkle;
use crate::audit::{Action, Checkpoint, Leaf, VerifierKey};
use crate::store::Hash;

/// Checks leaf, body hash, path and root, and, with the log's key (`name+hash+key`), the checkpoint's signature. Without a key the result is
/// [`InclusionCheck::NotChecked`] even if everything else holds: a checkpoint that nobody is known to have signed proves nothing.
#[must_use]
pub fn check_inclusion(report: &Value, log_key: Option<&str>) -> InclusionCheck {
    let Ok(report) = serde_json::from_value::<Report>(report.clone()) else {
        return InclusionCheck::Absent;
    };
    match check(&report, log_key) {
        Ok(checked) => checked,
        Err(reason) => InclusionCheck::Refuted { reason: reason.to_owned() },
    }
}

fn check(report: &Report, log_key: Option<&str>) -> Result<InclusionCheck, &'static str> {
    let attestation = &report.attestation;
    let leaf = Leaf::parse(attestation.leaf.as_bytes()).map_err(|_| "the entry is not one of an audit log")?;
    let body = hash(&report.body.hash()).ok_or("the body has no hash")?;
    if leaf.event.action != Action::Completed || leaf.event.detail_sha256 != Some(body) {
        return Err("the entry speaks of another body");
    }
    let leaf_hash = merkle::leaf_hash(attestation.leaf.as_bytes());
    if hash(&attestation.leaf_hash) != Some(leaf_hash) {
        return Err("the entry's hash is not that of the entry");
    }
    let checkpoint =
        Checkpoint::read_unverified(&attestation.checkpoint).map_err(|_| "the checkpoint cannot be read")?;
    let path: Option<Vec<Hash>> = attestation.inclusion_proof.iter().map(|text| hash(text)).collect();
    let path = path.ok_or("the path holds something that is no hash")?;
    if !merkle::verify_inclusion(&leaf_hash, attestation.leaf_index, checkpoint.size, &path, &checkpoint.root) {
        return Err("the path does not lead from the entry to the checkpoint's root");
    }
    let Some(key) = log_key else { return Ok(InclusionCheck::NotChecked) };
    let key = VerifierKey::parse(key).map_err(|_| "the log key given is not of the form name+hash+key")?;
    Checkpoint::open(&attestation.checkpoint, &[key])
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
