//! A version of a case's report: evidence, rules, body, entry in the log, attestation, signature, seal, store; in this order.

use sha2::{Digest as _, Sha256};

use super::answers::CellState;
use super::attribution;
use super::case_work::Work;
use super::reading::Delivered;
use super::{VerificationError, Verifier, sealing};
use crate::audit::Proved;
use crate::household::{Evidence, Verdict};
use crate::policy::assessment::Assessment;
use crate::policy::{self, Pack, Window};
use crate::report::{
    self, Attestation, Body, Inputs, PackFacts, Period, ReferenceLine, Report, SigningKey, Supersedes, Timings, Words,
};
use crate::store::{CaseState, DocumentKind, Hash, NewVersion, VersionReason};

/// Name and version of the engine, as a report states it.
pub(super) const ENGINE: &str = concat!("hedui ", env!("CARGO_PKG_VERSION"));
/// Records that are attributed and assessed in the case's own task.
const RECORDS_AT_ONCE: usize = 200;

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
            reason: reason_in_words(reason),
        });
        let number = before.map_or(1, |version| version.number + 1);
        // The last answers are written with the entry, at the latest. If one of their cells had ended otherwise, the body is made anew
        // and the entry stands without a version.
        let (evidence, body, body_hash, receipt, proved) = loop {
            let (assessed, evidence, body) = self.assessed(work, number, supersedes.clone()).await?;
            work = assessed;
            let body_hash: Hash = Sha256::digest(&body).into();
            let (receipt, proved) = inner.ledger.completed(&work.case, number, body_hash).await?;
            if !self.settle(&mut work).await? {
                break (evidence, body, body_hash, receipt, proved);
            }
        };
        let attestation = self.attest(&work, body_hash, proved)?;
        let report = Report::bytes_around(&attestation, &body);
        let signed = report::jose::jws::sign(&report, &inner.keys.report_signer())?;
        let new_state = Self::state_after(&work);
        let version = NewVersion {
            number,
            is_final: new_state == CaseState::Final,
            issued_by: None,
            reason,
            body_hash,
            report: sealing::seal(&inner.keys, work.case.id, DocumentKind::Report, signed.as_bytes())?,
            attestation: None,
            created_at: inner.clock.now(),
            reviews_open: open_reviews(&evidence),
            callback: false,
        };
        inner.store.add_version(&receipt, work.case.id, Some(&work.lease), version, new_state).await?;
        metrics::counter!("hedui_versions_total", "reason" => reason.as_str()).increment(1);
        Ok((work, number, new_state))
    }

    /// Evidence, and the bytes of the body, of what is known now. Many records are reckoned with off the runtime's own threads, where other cases and
    /// the keepers of leases run.
    async fn assessed(
        &self,
        work: Work,
        version: u32,
        supersedes: Option<Supersedes>,
    ) -> Result<(Work, Evidence, Vec<u8>), VerificationError> {
        let verifier = self.clone();
        let is_long = work.cells.values().map(CellState::record_count).sum::<usize>() > RECORDS_AT_ONCE;
        let assess = move || {
            let evidence = attribution::evidence(&work.request, &work.cells, &verifier.0.model);
            let body = verifier.body(&work, &evidence, version, supersedes)?.bytes();
            Ok((work, evidence, body))
        };
        if !is_long {
            return assess();
        }
        match tokio::task::spawn_blocking(assess).await {
            Ok(assessed) => assessed,
            Err(_) => Err(VerificationError::Panicked),
        }
    }

    /// The deterministic part: same evidence, same pack, same bytes.
    fn body(
        &self,
        work: &Work,
        evidence: &Evidence,
        version: u32,
        supersedes: Option<Supersedes>,
    ) -> Result<Body, VerificationError> {
        let inner = &self.0;
        let request = &work.request;
        let packs = inner.rules.packs();
        let pack = packs.resolve(&request.region, request.as_of).map_err(|_| VerificationError::NoPack)?;
        let assessment = policy::assess(evidence, &pack);
        let window = Window::before(request.as_of);
        let facts = inner.departments.facts_of(evidence);
        let (zh, en) = pack.names();
        Ok(report::assemble(&Inputs {
            request,
            evidence,
            assessment: &assessment,
            number: report_number(work),
            version,
            supersedes,
            issued: None,
            period: Period { from: window.first_day, to: window.last_day },
            region_name: Some(Words::new(zh, en)),
            sources: &facts,
            pack: PackFacts { sha256: pack.hash().to_owned(), names: packs.layers(pack.region()) },
            identity_model_sha256: inner.model_hash.clone(),
            engine: ENGINE.to_owned(),
            reference_lines: vec![marginal_line(&assessment, &pack)],
            referrals: Vec::new(),
            objection_within_days: inner.settings.objection_days,
            centre: inner.settings.centre.clone(),
        }))
    }

    fn attest(&self, work: &Work, body_hash: Hash, proved: Proved) -> Result<Attestation, VerificationError> {
        let Proved { leaf, proof } = proved;
        Ok(Attestation {
            body_sha256: hex::encode(body_hash),
            created_at: self.0.clock.now(),
            engine: ENGINE.to_owned(),
            timings: timings(work),
            leaf_index: proof.index,
            leaf: String::from_utf8(leaf.bytes).map_err(|_| VerificationError::Unreadable { what: "log entry" })?,
            leaf_hash: hex::encode(leaf.hash),
            inclusion_proof: proof.hashes.iter().map(|hash| hex::encode(hash.0)).collect(),
            checkpoint: proof.checkpoint,
            signing_key: SigningKey {
                id: self.0.keys.log_signer().name().to_owned(),
                jwk_thumbprint: self.0.keys.report_signer().kid().to_owned(),
            },
        })
    }
}

/// `HD-620422-2026-000123`: region, year of acceptance, index of the acceptance's entry in the log: unique without a counter of its own.
fn report_number(work: &Work) -> String {
    let year = crate::telemetry::china_date(work.case.created_at).year();
    format!("HD-{}-{year}-{:06}", work.case.region.as_str(), work.case.accepted_leaf)
}

fn reason_in_words(reason: VersionReason) -> Words {
    match reason {
        VersionReason::First => Words::new("首次核对", "first report"),
        VersionReason::LateAnswer => Words::new("补充部门后续反馈", "an answer that came later"),
        VersionReason::Review => Words::new("人工核实存疑记录", "a person decided on a record that was held"),
        VersionReason::Objection => Words::new("申请人提出异议", "the applicant objected"),
        VersionReason::Correction => Words::new("部门更正数据", "a department corrected its record"),
        VersionReason::Withdrawal => Words::new("撤回授权", "an authorisation was withdrawn"),
    }
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

/// Where households on the margin end (低保边缘线).
pub(super) fn marginal_line(assessment: &Assessment, pack: &Pack) -> ReferenceLine {
    let multiple = pack.rules().marginal_multiple.value;
    ReferenceLine {
        name: Words::new("低保边缘线", "Marginal line"),
        monthly: multiple.of(assessment.totals.standard_monthly),
    }
}

/// A report for reading and printing.
pub(super) fn page(report: &Report, english: bool) -> Delivered {
    use crate::report::render::html;
    let lang = if english { report::text::Lang::En } else { report::text::Lang::Zh };
    let page = html::render(&report.body, Some(&report.attestation), lang);
    Delivered { style: Some(html::style_of(&report.body)), ..page.into_bytes().into() }
}
