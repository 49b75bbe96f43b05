//! Request + evidence + assessment + what the service knows about them = a body. Pure and total: every input gives a report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::body::{Body, CopyFor, FORMAT, Issue, Period, ReferenceLine, RequestFacts, Status, Supersedes, Words};
use super::lines::Lines;
use super::notices::Notices;
use super::provenance::PackFacts;
use super::{cells, household, provenance, records};
use crate::household::{AnswerKind, Evidence, Request, SourceKey};
use crate::policy::assessment::{Assessment, AssumedParameter, Certainty, Comparison, Finding};

/// All that a body is made of. Nothing in it depends on how long anything took.
#[derive(Clone, Debug)]
pub struct Inputs<'a> {
    /// The request, checked.
    pub request: &'a Request,
    /// The evidence; its cells and records ordered as its type says.
    pub evidence: &'a Evidence,
    /// What the rules made of it.
    pub assessment: &'a Assessment,
    /// Report number.
    pub number: String,
    /// Version, from 1.
    pub version: u32,
    /// The version it replaces.
    pub supersedes: Option<Supersedes>,
    /// Who issued it; a draft when nobody has.
    pub issued: Option<Issue>,
    /// The period whose income was looked at.
    pub period: Period,
    /// Name of the county.
    pub region_name: Option<Words>,
    /// SHA-256 of the evidence's RFC 8785 JSON, hex: whoever keeps the evidence has hashed it already.
    pub evidence_sha256: String,
    /// Every source that may have a cell, in the order to print them.
    pub sources: &'a [SourceFacts],
    /// SHA-256 of what is taken from definitions and settings ([`Facts`](super::Facts)), hex.
    pub facts_sha256: String,
    /// The pack of rules.
    pub pack: PackFacts,
    /// Hash of the identity model.
    pub identity_model_sha256: String,
    /// Version of the program.
    pub engine: String,
    /// Lines to compare with, beside the standard.
    pub reference_lines: Vec<ReferenceLine>,
    /// The county's time limit for objections.
    pub objection_within_days: u32,
    /// Name of the verification centre.
    pub centre: String,
}

/// What a definition says about its source that a reader of the report needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFacts {
    /// Key.
    pub key: SourceKey,
    /// Name of the item checked.
    pub title: Words,
    /// Law behind the query.
    pub law: String,
    /// What it can never know.
    pub never_covers: Option<Words>,
    /// SHA-256 of the definition.
    pub definition_sha256: String,
}

/// Makes the body of a report.
#[must_use]
pub fn assemble(inputs: &Inputs<'_>) -> Body {
    let assessment = inputs.assessment;
    let mut lines = Lines::of(assessment, inputs.request.purpose);
    let days = cells::Days::of(&inputs.evidence.cells);
    let sources = cells::sources(inputs, days, &mut lines.laws);
    let held_for_review = records::held(inputs.evidence);
    let clear = held_for_review.is_empty() && rules_are_clear(assessment);
    let mut body = Body {
        format: FORMAT.to_owned(),
        number: inputs.number.clone(),
        version: inputs.version,
        is_final: inputs.evidence.cells.iter().all(|cell| cell.outcome.kind() != AnswerKind::Pending),
        status: if inputs.issued.is_some() { Status::Issued } else { Status::Draft },
        issued: inputs.issued.clone(),
        supersedes: inputs.supersedes.clone(),
        copy_for: CopyFor::Officer,
        request: request(inputs),
        household: household::household(inputs.request, inputs.evidence, &assessment.findings),
        summary: cells::summary(inputs, &sources, clear),
        asked_on: days.asked_on,
        answered_on: days.answered_on,
        sources,
        income: lines.income,
        deductions: lines.deductions,
        property: lines.property,
        totals: (&assessment.totals).into(),
        reference_lines: inputs.reference_lines.clone(),
        declared: assessment.declared.clone(),
        // what differs from the declaration stands in its own section
        findings: (assessment.findings.iter()).filter(|f| f.code != Finding::DISCREPANCY).cloned().collect(),
        screening: lines.screening,
        decided_early: assessment.decided_early,
        amounts: lines.amounts,
        open_facts: assessment.open_facts.clone(),
        referrals: lines.referrals,
        alerts: lines.alerts,
        review: lines.review,
        held_for_review,
        set_aside: records::set_aside(inputs.evidence),
        assumed: assumed(&assessment.assumed),
        grounds: lines.grounds,
        laws: lines.laws.into_table(),
        centre: inputs.centre.clone(),
        notices: Notices::new(inputs.objection_within_days),
        provenance: provenance::provenance(inputs),
    };
    body.spare_english();
    body
}

fn assumed(parameters: &[AssumedParameter]) -> BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> {
    let mut by_pack: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>> = BTreeMap::new();
    for parameter in parameters {
        let (group, name) = parameter.key.rsplit_once('.').unwrap_or(("", &parameter.key));
        let of_pack = by_pack.entry(parameter.pack.clone()).or_default();
        of_pack.entry(group.to_owned()).or_default().insert(name.to_owned(), parameter.value.clone());
    }
    by_pack
}

/// Whether the rules found nothing to ask about: some outcome is met for certain, nothing is open, found or unexplained.
fn rules_are_clear(assessment: &Assessment) -> bool {
    assessment.findings.is_empty()
        && assessment.open_facts.is_empty()
        && assessment.declared.iter().all(|line| line.agrees() && line.comparison != Comparison::Undetermined)
        && assessment.screening.iter().any(|s| s.outcome != "none" && s.state == Certainty::Met)
}

fn request(inputs: &Inputs<'_>) -> RequestFacts {
    let request = inputs.request;
    RequestFacts {
        reference: request.reference.clone(),
        purpose: request.purpose,
        region: request.region.clone(),
        region_name: inputs.region_name.clone(),
        commissioned_by: request.commissioned_by.clone(),
        legal_basis: request.legal_basis.clone(),
        applicant: request.applicant.clone(),
        kin_of_official: request.kin_of_official,
        as_of: request.as_of,
        period: inputs.period,
    }
}
