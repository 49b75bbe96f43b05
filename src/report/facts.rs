//! What a body takes from definitions and settings, beside request, evidence and pack: kept by its hash, so that the body can be made again.

use serde::{Deserialize, Serialize};

use super::assemble::SourceFacts;
use super::provenance::{canonical_bytes, sha256_hex};

/// Facts about a service and its sources. Nothing in them is about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Every source that may have a cell, in the order to print them.
    pub sources: Vec<SourceFacts>,
    /// Layers of the pack, widest first.
    pub pack_names: Vec<String>,
    /// The county's time limit for objections, in days.
    pub objection_within_days: u32,
    /// Name of the verification centre.
    pub centre: String,
}

/// Facts with the bytes that their hash is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedFacts {
    /// The facts.
    pub facts: Facts,
    /// RFC 8785 JSON of them.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
}

impl From<Facts> for HashedFacts {
    fn from(facts: Facts) -> Self {
        let bytes = canonical_bytes(&facts);
        Self { sha256: sha256_hex(&bytes), facts, bytes }
    }
}
