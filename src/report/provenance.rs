//! From what a body can be recomputed: hashes of evidence, records, pack, identity model and definitions, and the engine's version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::assemble::Inputs;
use crate::household::{Evidence, Record, Verdict, canonical_json};

/// The hashes behind a body. All are SHA-256 in lower-case hex, whole where not said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The rules applied.
    pub pack: PackFacts,
    /// The model that decided whose a record is.
    pub identity_model_sha256: String,
    /// RFC 8785 JSON of what was taken from definitions and settings: each source's title, law, limits and definition hash, the layers
    /// of the pack, the days for objections, the centre.
    pub facts_sha256: String,
    /// Version of the program.
    pub engine: String,
    /// RFC 8785 JSON of the evidence.
    pub evidence_sha256: String,
    /// By member: the records that are theirs. Records held or of other people are in the evidence's hash alone.
    pub records: BTreeMap<String, MemberRecords>,
}

/// The records that are one member's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRecords {
    /// How many.
    pub count: u32,
    /// RFC 8785 JSON of them, ordered by source and number.
    pub sha256: String,
}

/// The layered pack of rules in force on the as-of date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackFacts {
    /// Hash of the resolved pack.
    pub sha256: String,
    /// Its layers, widest first: `national`, `gansu`, `baiyin`, `huining`.
    pub names: Vec<String>,
}

pub(super) fn provenance(inputs: &Inputs<'_>) -> Provenance {
    Provenance {
        pack: inputs.pack.clone(),
        identity_model_sha256: inputs.identity_model_sha256.clone(),
        facts_sha256: inputs.facts_sha256.clone(),
        engine: inputs.engine.clone(),
        evidence_sha256: inputs.evidence_sha256.clone(),
        records: records(inputs.evidence),
    }
}

fn records(evidence: &Evidence) -> BTreeMap<String, MemberRecords> {
    let mut by_member: BTreeMap<String, Vec<(String, &Record)>> = BTreeMap::new();
    for record in evidence.records.iter().filter(|record| record.verdict == Verdict::Match) {
        by_member.entry(record.member.0.clone()).or_default().push((record.key(), &record.record));
    }
    let hashed = |mut records: Vec<(String, &Record)>| {
        records.sort_by(|a, b| a.0.cmp(&b.0));
        MemberRecords {
            count: u32::try_from(records.len()).unwrap_or(u32::MAX),
            sha256: sha256_hex(&canonical_bytes(&records)),
        }
    };
    by_member.into_iter().map(|(member, records)| (member, hashed(records))).collect()
}

/// RFC 8785 canonical JSON.
///
/// # Panics
/// Never for this crate's types: their maps have text keys and they hold no floats.
#[must_use]
pub fn canonical_bytes(value: &impl Serialize) -> Vec<u8> {
    canonical_json(value)
}

/// SHA-256 in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
