//! A report at a lower disclosure level: a document of its own over the same evidence, signed like the whole report.
//!
//! [`Conclusion`] and [`Amounts`] list what they hold; nothing reaches them but what a function here puts there, so a field that is
//! added to [`Body`] is in no view until somebody says so. A view names the whole body by the hash that the log's entry holds, and
//! carries that entry with its proof. Pure: no I/O, no clock.

mod amounts;
mod conclusion;
mod document;
mod open_matter;
mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attestation::{Attestation, Report, SigningKey};
use super::body::{Body, Issue, Status};
use super::provenance::{PackFacts, canonical_bytes, sha256_hex};
use crate::config::Disclosure;

pub use amounts::{Amounts, DeductionSum, IncomeSum, PaidAmount, PropertySum};
pub use conclusion::{Conclusion, OutcomeView, ReferralView, ReviewView, ViewMember, ViewRequest, WhyLine};
pub use document::{Document, Misread};
pub use open_matter::{Matter, OpenMatter};

/// The form of a view this build writes.
pub const FORMAT: &str = "hedui-report-view/1";

/// What a level shows of a report. Same report, same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportView)]
pub struct View {
    /// Form of this document: `hedui-report-view/1`.
    pub format: String,
    /// `conclusion` or `amounts`.
    pub level: Disclosure,
    /// The report it is of.
    pub of: Whole,
    /// What every level shows.
    pub conclusion: Conclusion,
    /// What `amounts` shows beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amounts: Option<Amounts>,
}

/// The whole report that a view is of, by name and hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewedReport)]
pub struct Whole {
    /// Report number.
    pub number: String,
    /// Version.
    pub version: u32,
    /// Final or provisional.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Draft or issued.
    pub status: Status,
    /// Who issued it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Issue>,
    /// SHA-256 of its body: what the log's entry holds.
    pub body_sha256: String,
    /// SHA-256 of the evidence.
    pub evidence_sha256: String,
    /// The rules applied.
    pub pack: PackFacts,
}

impl Whole {
    pub(super) fn of(body: &Body) -> Self {
        Self {
            number: body.number.clone(),
            version: body.version,
            is_final: body.is_final,
            status: body.status,
            issued: body.issued.clone(),
            body_sha256: body.hash(),
            evidence_sha256: body.provenance.evidence_sha256.clone(),
            pack: body.provenance.pack.clone(),
        }
    }
}

impl View {
    /// What `level` shows of a body. None for [`Disclosure::Full`], which is the report itself.
    #[must_use]
    pub fn of(body: &Body, level: Disclosure) -> Option<Self> {
        let full = body.spelled_out();
        let amounts = match level {
            Disclosure::Conclusion => None,
            Disclosure::Amounts => Some(Amounts::of(&full)),
            Disclosure::Full => return None,
        };
        Some(Self { format: FORMAT.to_owned(), level, of: Whole::of(body), conclusion: Conclusion::of(&full), amounts })
    }

    /// RFC 8785 canonical JSON.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical_bytes(self)
    }

    /// SHA-256 of [`View::bytes`], lower-case hex.
    #[must_use]
    pub fn hash(&self) -> String {
        sha256_hex(&self.bytes())
    }
}

/// A view as it is signed and sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportViewSigned)]
pub struct ViewReport {
    /// What is shown.
    pub body: View,
    /// Where the whole report stands in the log, and by which key the view is signed.
    pub attestation: ViewAttestation,
}

impl ViewReport {
    /// The view of a report, to be signed with `signing_key`. None for [`Disclosure::Full`].
    #[must_use]
    pub fn of(report: &Report, level: Disclosure, signing_key: SigningKey) -> Option<Self> {
        let body = View::of(&report.body, level)?;
        let attestation = ViewAttestation::new(&body, &report.attestation, signing_key);
        Some(Self { body, attestation })
    }

    /// RFC 8785 canonical JSON: the payload of the signature.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical_bytes(self)
    }

    /// Whether view and attestation speak of each other and of one report. Says nothing about signature, entry or proof.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let (body, attestation) = (&self.body, &self.attestation);
        let level = if body.amounts.is_some() { Disclosure::Amounts } else { Disclosure::Conclusion };
        body.format == FORMAT
            && body.level == level
            && attestation.view_sha256 == body.hash()
            && attestation.body_sha256 == body.of.body_sha256
    }
}

/// Where the report that a view is of stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewAttestation {
    /// SHA-256 of the view's RFC 8785 JSON, hex.
    pub view_sha256: String,
    /// SHA-256 of the whole report's body, hex: what the entry holds.
    pub body_sha256: String,
    /// When the version was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Program and version that made it.
    pub engine: String,
    /// Index of the entry in the log.
    pub leaf_index: u64,
    /// The entry's exact bytes.
    pub leaf: String,
    /// RFC 6962 leaf hash, hex.
    pub leaf_hash: String,
    /// Hashes from the entry to the root of the checkpoint below, hex.
    pub inclusion_proof: Vec<String>,
    /// Signed checkpoint (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// The key that signs the view: the one in use when it is handed over.
    pub signing_key: SigningKey,
}

impl ViewAttestation {
    fn new(view: &View, whole: &Attestation, signing_key: SigningKey) -> Self {
        Self {
            view_sha256: view.hash(),
            body_sha256: whole.body_sha256.clone(),
            created_at: whole.created_at,
            engine: whole.engine.clone(),
            leaf_index: whole.leaf_index,
            leaf: whole.leaf.clone(),
            leaf_hash: whole.leaf_hash.clone(),
            inclusion_proof: whole.inclusion_proof.clone(),
            checkpoint: whole.checkpoint.clone(),
            signing_key,
        }
    }
}

#[cfg(test)]
mod tests;
