//! A version of a case's report: evidence, rules, body, entry in the log, attestation, signature, seal, store; in this order.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::answers::CellState;
use super::attribution;
use super::case_work::Work;
use super::comparing::News;
use super::made_of::{self, ENGINE, MadeOf};
use super::report_number::report_number;
use super::{VerificationError, Verifier, quality, sealing};
use crate::audit::Proved;
use crate::household::{Evidence, Verdict};
use crate::policy::due::Due;
use crate::policy::{self, Pack, Packs};
use crate::report::{self, Attestation, Body, Facts, HashedFacts, Issue, Report, SigningKey, Supersedes, Timings};
use crate::store::{Artifact, ArtifactKind, CaseState, DocumentKind, Hash, NewVersion, VersionReason};
use crate::telemetry::china_date;

/// Records that are attributed and assessed in the case's own task.
const RECORDS_AT_ONCE: usize = 200;

/// A case as assessed: what is kept of it, and its report's body.
struct Assessed {
    /// Canonical bytes of the evidence: made once, hashed, sealed.
    evidence: Zeroizing<Vec<u8>>,
    body: Vec<u8>,
    /// The body once more, as it is compared with an earlier one.
    whole: Body,
    packs: Arc<Packs>,
    pack: Arc<Pack>,
    /// When the household is looked at again.
    due: Option<Due>,
    /// What it says of the departments' records.
    quality: quality::Counted,
    reviews_open: u32,
    decided_early: bool,
    artifacts: Vec<Artifact>,
}

impl Verifier {
    /// Makes the next version of a case's report from what is known now: its number, and the state the case has after it.
    pub(super) async fn make_version(
        &self,
        mut work: Work,
        reason: VersionReason,
    ) -> Result<(Work, u32, CaseState), VerificationError> {
        let inner = &self.0;
        let before = match work.case.latest_version {
            Some(_) => Some(inner.store.get_version(work.case.id, None).await?),
            None => None,
        };
        let supersedes = before.as_ref().map(|version| Supersedes {
            version: version.number,
            body_sha256: hex::encode(version.body_hash),
            reason: made_of::reason_in_words(reason),
        });
        let number = before.map_or(1, |version| version.number + 1);
        // The last answers are written with the entry, at the latest. If one of their cells had ended otherwise, the body is made anew
        // and the entry stands without a version.
        let now = inner.clock.now();
        let (assessed, body_hash, receipt, proved) = loop {
            let issued = self.issues_itself(&work, now);
            let (done, assessed) = self.assessed(work, number, supersedes.clone(), issued).await?;
            work = done;
            let body_hash: Hash = Sha256::digest(&assessed.body).into();
            let (receipt, proved) = inner.ledger.completed(&work.case, number, body_hash).await?;
            if !self.settle(&mut work).await? {
                break (assessed, body_hash, receipt, proved);
            }
        };
        let attestation = self.attest(&work, body_hash, proved)?;
        let report = Report::bytes_around(&attestation, &assessed.body);
        let signed = report::jose::jws::sign(&report, &inner.keys.report_signer())?;
        let new_state = Self::state_after(&work);
        let is_final = new_state == CaseState::Final;
        let News { compared, alerts } = match is_final {
            true => self.news(&work, &assessed.evidence, &assessed.whole, &assessed.packs, &assessed.pack).await?,
            false => News::default(),
        };
        let version = NewVersion {
            number,
            is_final,
            decided_early: assessed.decided_early,
            issued_by: self.issues_itself(&work, now).map(|issue| issue.by),
            reason,
            body_hash,
            report: sealing::seal_report(&inner.keys, work.case.id, number, &body_hash, &signed)?,
            evidence: sealing::seal(&inner.keys, work.case.id, DocumentKind::VersionEvidence, &assessed.evidence)?,
            artifacts: assessed.artifacts,
            created_at: now,
            reviews_open: assessed.reviews_open,
            callback: inner.settings.register.has(&work.case.client, |client| client.callback.is_some()),
            due_on: assessed.due.filter(|_| is_final).map(|due| due.on),
            compared,
            alerts,
        };
        let kept: Vec<Hash> = version.artifacts.iter().map(|artifact| artifact.sha256).collect();
        inner.store.add_version(&receipt, work.case.id, &work.lease, version, new_state).await?;
        inner.workshop.keep(kept);
        if is_final {
            inner.quality.add(&assessed.quality);
        }
        metrics::counter!("hedui_versions_total", "reason" => reason.as_str()).increment(1);
        Ok((work, number, new_state))
    }

    /// What is known now, assessed, as bytes. Many records are reckoned with off the runtime's own threads, where other cases and
    /// the keepers of leases run.
    async fn assessed(
        &self,
        work: Work,
        version: u32,
        supersedes: Option<Supersedes>,
        issued: Option<Issue>,
    ) -> Result<(Work, Assessed), VerificationError> {
        let verifier = self.clone();
        let is_long = work.cells.values().map(CellState::record_count).sum::<usize>() > RECORDS_AT_ONCE;
        let assess = move || {
            let assessed = verifier.assess(&work, version, supersedes, issued)?;
            Ok((work, assessed))
        };
        if !is_long {
            return assess();
        }
        match tokio::task::spawn_blocking(assess).await {
            Ok(assessed) => assessed,
            Err(_) => Err(VerificationError::Panicked),
        }
    }

    /// Who issues a final report of a client that is set to issue its own: the client, on the spot.
    fn issues_itself(&self, work: &Work, now: Timestamp) -> Option<Issue> {
        let client = &work.case.client;
        let registered = || self.0.settings.register.has(client, |client| client.issues_itself);
        let issues = Self::state_after(work) == CaseState::Final && registered();
        issues.then(|| Issue { by: client.clone(), on: china_date(now) })
    }

    fn assess(
        &self,
        work: &Work,
        version: u32,
        supersedes: Option<Supersedes>,
        issued: Option<Issue>,
    ) -> Result<Assessed, VerificationError> {
        let inner = &self.0;
        let request = &work.request;
        let evidence = attribution::evidence(request, &work.cells, &inner.model, &work.decided);
        let bytes = report::canonical_bytes(&evidence);
        let packs = inner.rules.packs();
        let pack = packs.resolve(&request.region, request.as_of).map_err(|_| VerificationError::NoPack)?;
        if policy::missing_rule(request.purpose, &pack).is_some() {
            return Err(VerificationError::NoPack);
        }
        let assessment = policy::assess(&evidence, &pack);
        let facts = self.facts(&packs, &pack, &evidence);
        let made_of = MadeOf {
            request,
            evidence: &evidence,
            evidence_sha256: report::sha256_hex(&bytes),
            pack: &pack,
            facts: &facts,
            identity_model_sha256: inner.model.hash().to_owned(),
            engine: ENGINE.to_owned(),
            number: report_number(&work.case),
            version,
            supersedes,
            issued,
        };
        let whole = made_of.body(&assessment);
        let body = whole.bytes();
        let unkept = |kind, sha256: &str, bytes: &[u8]| inner.workshop.unkept(kind, sha256, bytes);
        let artifacts = [
            unkept(ArtifactKind::Pack, pack.hash(), pack.canonical()),
            unkept(ArtifactKind::Model, inner.model.hash(), inner.model.canonical()),
            unkept(ArtifactKind::Facts, &facts.sha256, &facts.bytes),
        ];
        Ok(Assessed {
            reviews_open: open_reviews(&evidence),
            decided_early: assessment.decided_early,
            evidence: bytes.into(),
            due: self.due(request, &assessment, &pack),
            quality: quality::of(&evidence, &assessment),
            whole,
            body,
            artifacts: artifacts.into_iter().flatten().collect(),
            packs,
            pack,
        })
    }

    /// What the report takes from definitions and settings: the same for every case of a county, unless one of its sources is not
    /// known any more.
    fn facts(&self, packs: &Packs, pack: &Pack, evidence: &Evidence) -> Arc<HashedFacts> {
        let make = || {
            HashedFacts::from(Facts {
                sources: self.0.departments.facts_of(evidence),
                pack_names: packs.layers(pack.region()),
                objection_within_days: self.0.settings.objection_days,
                centre: self.0.settings.centre.clone(),
            })
        };
        if self.0.departments.know_all(evidence) { self.0.workshop.facts(pack, make) } else { Arc::new(make()) }
    }

    fn attest(&self, work: &Work, body_hash: Hash, proved: Proved) -> Result<Attestation, VerificationError> {
        let unplaced = Attestation {
            body_sha256: String::new(),
            created_at: self.0.clock.now(),
            engine: ENGINE.to_owned(),
            timings: timings(work),
            leaf_index: 0,
            leaf: String::new(),
            leaf_hash: String::new(),
            inclusion_proof: Vec::new(),
            checkpoint: String::new(),
            signing_key: self.signing_key(),
        };
        placed_in_log(unplaced, body_hash, proved)
    }

    /// The key that signs reports now.
    pub(super) fn signing_key(&self) -> SigningKey {
        SigningKey {
            id: self.0.keys.log_signer().name().to_owned(),
            jwk_thumbprint: self.0.keys.report_signer().kid().to_owned(),
        }
    }
}

/// An attestation of the body whose hash this entry holds.
pub(super) fn placed_in_log(
    attestation: Attestation,
    body_hash: Hash,
    proved: Proved,
) -> Result<Attestation, VerificationError> {
    let Proved { leaf, proof } = proved;
    Ok(Attestation {
        body_sha256: hex::encode(body_hash),
        leaf_index: proof.index,
        leaf: String::from_utf8(leaf.bytes).map_err(|_| VerificationError::Unreadable { what: "log entry" })?,
        leaf_hash: hex::encode(leaf.hash),
        inclusion_proof: proof.hashes.iter().map(|hash| hex::encode(hash.0)).collect(),
        checkpoint: proof.checkpoint,
        ..attestation
    })
}

fn open_reviews(evidence: &Evidence) -> u32 {
    let held = evidence.records.iter().filter(|record| record.verdict == Verdict::Review);
    u32::try_from(held.count()).unwrap_or(u32::MAX)
}

fn timings(work: &Work) -> Timings {
    let mut timings = Timings::default();
    for ((_, source), state) in work.cells.iter().filter(|(_, state)| state.attempts > 0) {
        timings.enter(source, state.attempts, state.elapsed_ms);
    }
    timings
}
