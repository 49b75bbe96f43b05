//! The part of a report that differs from run to run: how long it took, and the audit leaf that holds the body's hash.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::provenance::canonical_bytes;
use crate::household::SourceKey;

/// What is signed and sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// What was found; recomputable.
    pub body: Body,
    /// That it was logged, when and by what.
    pub attestation: Attestation,
}

impl Report {
    /// RFC 8785 canonical JSON: the payload of the signature.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        Self::bytes_around(&self.attestation, &self.body.bytes())
    }

    /// [`Report::bytes`] of a body whose [`Body::bytes`] are at hand: they stand in the report as they are.
    #[must_use]
    pub fn bytes_around(attestation: &Attestation, body: &[u8]) -> Vec<u8> {
        [b"{\"attestation\":", &canonical_bytes(attestation)[..], b",\"body\":", body, b"}"].concat()
    }

    /// The body's bytes within a report's, where [`Report::bytes_around`] put them.
    #[must_use]
    pub fn body_within(report: &[u8]) -> Option<&[u8]> {
        // an attestation holds no such member of its own, and in its texts quotation marks are escaped
        let member = b",\"body\":";
        let start = memchr::memmem::find(report, member)? + member.len();
        report.get(start..)?.strip_suffix(b"}")
    }

    /// Whether the attestation speaks of this body. Says nothing about signature, leaf or proof.
    #[must_use]
    pub fn is_of_its_body(&self) -> bool {
        self.attestation.body_sha256 == self.body.hash()
    }
}

/// When and by what the body was made, and its place in the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// SHA-256 of the body's RFC 8785 JSON, hex: what the leaf holds.
    pub body_sha256: String,
    /// When the version was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Program and version.
    pub engine: String,
    /// What the queries took.
    pub timings: Timings,
    /// Index of the leaf in the log.
    pub leaf_index: u64,
    /// The leaf's exact bytes: a JSON text without personal data.
    pub leaf: String,
    /// RFC 6962 leaf hash, hex.
    pub leaf_hash: String,
    /// Hashes from the leaf to the root of the checkpoint below, hex.
    pub inclusion_proof: Vec<String>,
    /// Signed checkpoint (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// The key that signs the report.
    pub signing_key: SigningKey,
}

/// A signing key, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SigningKey {
    /// Name of the key ring.
    pub id: String,
    /// RFC 7638 thumbprint: SHA-256, base64url.
    pub jwk_thumbprint: String,
}

/// What the queries took, by source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportTimings)]
pub struct Timings {
    /// The slowest query: milliseconds from the first byte sent to the last read, waiting between attempts included.
    pub slowest_ms: BTreeMap<String, u64>,
    /// Attempts beyond the first, over all people; sources that needed none are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub retries: BTreeMap<String, u32>,
}

impl Timings {
    /// Enters a query.
    pub fn enter(&mut self, source: &SourceKey, attempts: u32, elapsed_ms: u64) {
        let slowest = self.slowest_ms.entry(source.to_string()).or_default();
        *slowest = (*slowest).max(elapsed_ms);
        if attempts > 1 {
            *self.retries.entry(source.to_string()).or_default() += attempts - 1;
        }
    }
}
