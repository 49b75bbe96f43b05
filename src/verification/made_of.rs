//! What a report's body is made of, and the body made of it: the same function makes it the first time and when it is made again.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::household::{Evidence, Request};
use crate::policy::Pack;
use crate::policy::Window;
use crate::policy::assessment::Assessment;
use crate::report::{self, Body, HashedFacts, Inputs, Issue, PackFacts, Period, ReferenceLine, Supersedes, Words};
use crate::store::{Artifact, ArtifactKind, Hash, VersionReason, VersionRow};

/// Name and version of the engine, as a report states it.
pub(super) const ENGINE: &str = concat!("hedui ", env!("CARGO_PKG_VERSION"));

/// Everything a body is made of.
pub(super) struct MadeOf<'a> {
    pub(super) request: &'a Request,
    pub(super) evidence: &'a Evidence,
    /// Of the evidence's canonical bytes, which its keeper has.
    pub(super) evidence_sha256: String,
    pub(super) pack: &'a Pack,
    pub(super) facts: &'a HashedFacts,
    pub(super) identity_model_sha256: String,
    pub(super) engine: String,
    pub(super) number: String,
    pub(super) version: u32,
    pub(super) supersedes: Option<Supersedes>,
    /// Who issued it, and when.
    pub(super) issued: Option<Issue>,
}

impl MadeOf<'_> {
    /// The deterministic part of a report: same evidence, same pack, same bytes. `assessment` is what the pack makes of the evidence.
    pub(super) fn body(self, assessment: &Assessment) -> Body {
        let Self { request, evidence, pack, .. } = self;
        let facts = &self.facts.facts;
        let window = Window::before(request.as_of);
        let (zh, en) = pack.names();
        report::assemble(&Inputs {
            request,
            evidence,
            assessment,
            number: self.number,
            version: self.version,
            supersedes: self.supersedes,
            issued: self.issued,
            period: Period { from: window.first_day, to: window.last_day },
            region_name: Some(Words::new(zh, en)),
            evidence_sha256: self.evidence_sha256,
            sources: &facts.sources,
            facts_sha256: self.facts.sha256.clone(),
            pack: PackFacts { sha256: pack.hash().to_owned(), names: facts.pack_names.clone() },
            identity_model_sha256: self.identity_model_sha256,
            engine: self.engine,
            reference_lines: vec![marginal_line(assessment, pack)],
            objection_within_days: facts.objection_within_days,
            centre: facts.centre.clone(),
        })
    }
}

/// Who issued a version, and on which day.
pub(super) fn issue(version: &VersionRow) -> Option<Issue> {
    let (by, at) = (version.issued_by.clone()?, version.issued_at?);
    Some(Issue { by, on: crate::telemetry::china_date(at) })
}

/// Why a version was made.
pub(super) fn reason_in_words(reason: VersionReason) -> Words {
    match reason {
        VersionReason::First => Words::new("首次核对", "first report"),
        VersionReason::LateAnswer => Words::new("补充部门后续反馈", "an answer that came later"),
        VersionReason::Review => Words::new("人工核实存疑记录", "a person decided on a record that was held"),
        VersionReason::Objection => Words::new("申请人提出异议", "the applicant objected"),
        VersionReason::Correction => Words::new("部门更正数据", "a department corrected its record"),
        VersionReason::AskedAgain => Words::new("重新查询未反馈部门", "a department without an answer was asked again"),
        VersionReason::Withdrawal => Words::new("撤回授权", "an authorisation was withdrawn"),
    }
}

/// Where households on the margin end (低保边缘线).
pub(super) fn marginal_line(assessment: &Assessment, pack: &Pack) -> ReferenceLine {
    let multiple = pack.rules().marginal_multiple.value;
    ReferenceLine {
        name: Words::new("低保边缘线", "Marginal line"),
        monthly: multiple.of(assessment.totals.standard_monthly),
    }
}

/// Facts by pack, hashed once, and which artifacts are known to be kept: neither needs writing or hashing for every case.
#[derive(Default)]
pub(super) struct Workshop {
    facts: Mutex<HashMap<String, Arc<HashedFacts>>>,
    kept: Mutex<HashSet<Hash>>,
}

impl Workshop {
    /// The facts that go with a pack, `made` where they are new.
    pub(super) fn facts(&self, pack: &Pack, made: impl FnOnce() -> HashedFacts) -> Arc<HashedFacts> {
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(facts.entry(pack.hash().to_owned()).or_insert_with(|| Arc::new(made())))
    }

    /// The artifact under a hash, unless it is kept already.
    pub(super) fn unkept(&self, kind: ArtifactKind, sha256: &str, bytes: &[u8]) -> Option<Artifact> {
        let sha256: Hash = hex::decode(sha256).ok()?.try_into().ok()?;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (!kept.contains(&sha256)).then(|| Artifact { kind, sha256, bytes: bytes.to_vec() })
    }

    /// Notes what is kept for certain.
    pub(super) fn keep(&self, hashes: impl IntoIterator<Item = Hash>) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).extend(hashes);
    }
}
