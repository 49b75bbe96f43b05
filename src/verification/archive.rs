//! What is kept, opened again for the operator of this machine: a version of a report with all that it was made from, and its body made
//! anew; the evidence of many cases, to try rules on. Nothing is claimed or run here, and nothing opened before its entry is durable.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::ledger::Ledger;
use super::made_of::{self, ENGINE, MadeOf};
use super::report_number::{case_called, report_number};
use super::{VerificationError, sealing};
use crate::audit::{AuditError, Leaf, Log};
use crate::auth::Caller;
use crate::household::{Evidence, Request};
use crate::keys::{KeyError, KeyRing};
use crate::policy::assessment::Assessment;
use crate::policy::{self, Pack, PolicyError};
use crate::report::jose::jws::UnverifiedJws;
use crate::report::{Body, Facts, HashedFacts, Report, Supersedes};
use crate::store::{ArtifactKind, AuditReceipt, CaseRow, Hash, Store, StoreError, VersionRow};

/// What is kept of cases. Cheap to clone.
#[derive(Clone)]
pub struct Archive {
    pub(super) store: Store,
    pub(super) ledger: Ledger,
    pub(super) keys: Arc<KeyRing>,
}

/// Why a report cannot be made again.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Neither the id of a case nor the number of a report.
    #[error("no such case: give the id of a case, or a report's number such as HD-620422-2026-000123")]
    NotFound,
    /// The case has no such version.
    #[error("the case has no such version of a report")]
    NoVersion,
    /// Something that the report names is not kept.
    #[error("the {what} that the report names is not kept (sha256 {sha256})")]
    NotKept {
        /// What.
        what: &'static str,
        /// Its hash.
        sha256: String,
    },
    /// Something kept is not what the report or the log names.
    #[error("the {what} was altered: {why}")]
    Altered {
        /// What.
        what: &'static str,
        /// What it contradicts.
        why: &'static str,
    },
    /// The pack was written by a program of another form.
    #[error("the kept pack cannot be applied by {ENGINE}, the report was made by {engine}: {cause}")]
    OtherEngine {
        /// Name and version of the engine that made it.
        engine: String,
        /// Why not.
        cause: PolicyError,
    },
    /// Something failed inside.
    #[error("{0}")]
    Inside(#[from] VerificationError),
}

impl From<StoreError> for ArchiveError {
    fn from(error: StoreError) -> Self {
        VerificationError::from(error).into()
    }
}
impl From<AuditError> for ArchiveError {
    fn from(error: AuditError) -> Self {
        VerificationError::from(error).into()
    }
}

/// What a stored report or its evidence contradicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contradiction {
    /// The body's hash is not the one stored beside the version.
    VersionsHash,
    /// The body's hash is not the one in the audit log.
    LoggedHash,
    /// The evidence's hash is not the one the report names.
    EvidenceHash,
}

/// A version of a report, opened with all that it was made from.
pub struct Reopened {
    /// Number of the version.
    pub version: u32,
    /// What does not fit together, whatever comes out.
    pub contradictions: Vec<Contradiction>,
    /// The report as it is stored.
    pub report: Report,
    /// The stored body's bytes.
    pub stored: Vec<u8>,
    /// The body made again from what is kept, its bytes.
    pub recomputed: Vec<u8>,
    /// The same, read.
    pub body: Body,
    /// The evidence it was made from.
    pub evidence: Evidence,
    /// The pack it was made with.
    pub pack: Pack,
    /// What that pack makes of the evidence.
    pub assessment: Assessment,
}

impl Reopened {
    /// The engine that made it, where that is not this one.
    #[must_use]
    pub fn other_engine(&self) -> Option<&str> {
        Some(self.report.body.provenance.engine.as_str()).filter(|engine| *engine != ENGINE)
    }

    /// Name and version of the engine that made it again.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        ENGINE
    }
}

impl Archive {
    /// Over a store, its log and its keys.
    #[must_use]
    pub fn new(store: Store, log: Log, keys: Arc<KeyRing>) -> Self {
        Self { store, ledger: Ledger::new(log), keys }
    }

    /// Publishes the newest checkpoint and lets go of the data directory.
    pub async fn close(self, now: Timestamp) {
        self.ledger.stop(now).await;
        self.store.close().await;
    }

    /// Opens a version of a report, the latest unless numbered, and makes its body again. The reading is in the log before
    /// anything is opened.
    ///
    /// # Errors
    /// [`ArchiveError`]. A body that comes out differently is no error here: compare the two.
    pub async fn recompute(&self, caller: &Caller, id: &str, version: Option<u32>) -> Result<Reopened, ArchiveError> {
        let case = self.find(id).await?;
        let row = match self.store.get_version(case.id, version).await {
            Err(StoreError::NotFound { .. }) => return Err(ArchiveError::NoVersion),
            other => other?,
        };
        let receipt = self.ledger.recomputed(caller, &case, &row).await?;
        let (report, stored) = self.stored_report(&receipt, &case, &row).await?;
        let mut contradictions = self.contradictions(&case, &row, &stored).await?;
        let from = report.body.provenance.clone();
        let request = self.open(&receipt, case.id, case.request_document, "request").await?;
        let request: Request = serde_json::from_slice(&request).map_err(|_| unreadable("request"))?;
        let kept = self.open(&receipt, case.id, row.evidence_document, "evidence").await?;
        let evidence_sha256 = hex::encode(Sha256::digest(&kept));
        if evidence_sha256 != from.evidence_sha256 {
            contradictions.push(Contradiction::EvidenceHash);
        }
        let evidence: Evidence = serde_json::from_slice(&kept).map_err(|_| unreadable("evidence"))?;
        let pack = self.kept(ArtifactKind::Pack, "pack", &from.pack.sha256).await?;
        let pack = Pack::from_canonical(&pack, evidence.as_of)
            .map_err(|cause| ArchiveError::OtherEngine { engine: from.engine.clone(), cause })?;
        self.kept(ArtifactKind::Model, "identity model", &from.identity_model_sha256).await?;
        let facts = self.kept(ArtifactKind::Facts, "facts about sources", &from.facts_sha256).await?;
        let facts: Facts = serde_json::from_slice(&facts).map_err(|_| unreadable("facts"))?;
        let assessment = policy::assess(&evidence, &pack);
        let body = MadeOf {
            request: &request,
            evidence: &evidence,
            evidence_sha256,
            pack: &pack,
            facts: &HashedFacts::from(facts),
            identity_model_sha256: from.identity_model_sha256,
            engine: from.engine,
            number: report_number(&case),
            version: row.number,
            supersedes: self.superseded(&row).await?,
            issued: made_of::issue(&row),
        }
        .body(&assessment);
        Ok(Reopened {
            version: row.number,
            contradictions,
            report,
            stored,
            recomputed: body.bytes(),
            body,
            evidence,
            pack,
            assessment,
        })
    }

    /// A case by its id, or by the number of its report, which names the entry of its acceptance.
    async fn find(&self, id: &str) -> Result<CaseRow, ArchiveError> {
        case_called(&self.store, id).await?.ok_or(ArchiveError::NotFound)
    }

    /// The stored report and its body's bytes.
    async fn stored_report(
        &self,
        receipt: &AuditReceipt,
        case: &CaseRow,
        row: &VersionRow,
    ) -> Result<(Report, Vec<u8>), ArchiveError> {
        let signed = self.open(receipt, case.id, row.report_document, "report").await?;
        let signed = std::str::from_utf8(&signed).map_err(|_| unreadable("report"))?;
        let payload = UnverifiedJws::parse(signed).map_err(|_| unreadable("report"))?.into_payload();
        let report: Report = serde_json::from_slice(&payload).map_err(|_| unreadable("report"))?;
        let stored = report.body.bytes();
        Ok((report, stored))
    }

    /// Whether the stored body is the one that version and log hold the hash of.
    async fn contradictions(
        &self,
        case: &CaseRow,
        row: &VersionRow,
        stored: &[u8],
    ) -> Result<Vec<Contradiction>, ArchiveError> {
        let hash: Hash = Sha256::digest(stored).into();
        let leaf = self.store.leaf(row.leaf_index).await?;
        let entered = leaf.and_then(|stored| Leaf::parse(&stored.leaf.bytes).ok()).map(|leaf| leaf.event);
        let logged = entered.is_some_and(|event| event.detail_sha256 == Some(hash) && event.case == Some(case.id));
        let found = [
            (hash != row.body_hash).then_some(Contradiction::VersionsHash),
            (!logged).then_some(Contradiction::LoggedHash),
        ];
        Ok(found.into_iter().flatten().collect())
    }

    async fn superseded(&self, row: &VersionRow) -> Result<Option<Supersedes>, ArchiveError> {
        let Some(number) = row.supersedes else { return Ok(None) };
        let before = self.store.get_version(row.case_id, Some(number)).await?;
        Ok(Some(Supersedes {
            version: number,
            body_sha256: hex::encode(before.body_hash),
            reason: made_of::reason_in_words(row.reason),
        }))
    }

    /// A document of a case; one that does not open was altered.
    async fn open(
        &self,
        receipt: &AuditReceipt,
        case: Uuid,
        document: Uuid,
        what: &'static str,
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, ArchiveError> {
        sealing::open(&self.store, &self.keys, receipt, case, document).await.map_err(|error| match error {
            VerificationError::Keys(
                KeyError::Altered { .. }
                | KeyError::Commitment { .. }
                | KeyError::Unwrap { .. }
                | KeyError::UnknownForm { .. },
            ) => ArchiveError::Altered { what, why: "what is stored does not open with its key" },
            other => other.into(),
        })
    }

    /// An artifact under a hash that a report names, hashed again.
    async fn kept(&self, kind: ArtifactKind, what: &'static str, sha256: &str) -> Result<Vec<u8>, ArchiveError> {
        let not_kept = || ArchiveError::NotKept { what, sha256: sha256.to_owned() };
        let hash: Hash = hex::decode(sha256).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(not_kept)?;
        let artifact = self.store.artifact(kind, hash).await?.ok_or_else(not_kept)?;
        if Hash::from(Sha256::digest(&artifact.bytes)) != hash {
            return Err(ArchiveError::Altered { what, why: "its hash is not the one it is kept under" });
        }
        Ok(artifact.bytes)
    }
}

fn unreadable(what: &'static str) -> ArchiveError {
    VerificationError::Unreadable { what }.into()
}
