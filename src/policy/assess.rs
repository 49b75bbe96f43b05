//! Applies a pack to evidence: records to lines, lines to totals, totals to a screening for the officer.

use super::amounts::{self, AmountDraft};
use super::assessment::{Assessment, Ground};
use super::case::Case;
use super::declared;
use super::deductions::{self, IllnessCosts};
use super::drafts::{DeductionDraft, IncomeDraft, PropertyDraft};
use super::findings;
use super::grounds;
use super::income::{self, WageMonths};
use super::open_facts;
use super::pack::Pack;
use super::property;
use super::screening;
use super::silence::Silence;
use super::size::Size;
use super::totals::Sums;
use crate::household::Evidence;

/// Applies `pack` to `evidence`. Pure: the same two give the same assessment, whatever the order of records and cells.
///
/// Only records with the verdict *match* count; one under review is listed, counts nothing, widens its interval and keeps adverse
/// outcomes open. A source that has not spoken leaves its totals without an upper end.
#[must_use]
pub fn assess(evidence: &Evidence, pack: &Pack) -> Assessment {
    let (case, unreadable) = Case::of_evidence(evidence, pack, true);
    let silence = Silence::new(&case, evidence, &unreadable);
    let size = Size::new(&case, &silence, evidence);
    let lines = Lines::of(&case, &silence);
    let sums = lines.sums(&case, &silence, &size);
    let reckoned = sums.reckoned();
    let totals = sums.totals(&reckoned);
    let facts = open_facts::facts(&sums, &reckoned, evidence);
    let judged = screening::outcomes(&sums, &reckoned, &facts);
    let amounts = amounts::lines(&case, &reckoned, &judged);
    let declared = declared::lines(&sums);
    let findings = findings::findings(&sums, &declared);
    let mut assessment = Assessment {
        income: income::grouped(&case, lines.income),
        deductions: lines.deductions.into_iter().map(DeductionDraft::spell_out).collect(),
        property: lines.property.into_iter().map(|draft| draft.line.spell_out()).collect(),
        totals,
        declared,
        findings,
        screening: judged.into_iter().map(screening::Judged::spell_out).collect(),
        amounts: amounts.into_iter().map(AmountDraft::spell_out).collect(),
        assumed: Vec::new(),
        open_facts: facts.into_iter().map(|fact| fact.fact).collect(),
    };
    assessment.assumed = grounds::assumed(&assessment, every_ground(&assessment), evidence, pack);
    assessment
}

/// Every line of a case.
pub(super) struct Lines<'a> {
    income: Vec<IncomeDraft<'a>>,
    deductions: Vec<DeductionDraft<'a>>,
    property: Vec<PropertyDraft<'a>>,
    illness: Vec<IllnessCosts>,
    wages: Vec<WageMonths>,
}

impl<'a> Lines<'a> {
    pub fn of(case: &Case<'a>, silence: &Silence<'_>) -> Self {
        let illness = deductions::costs(case, silence);
        let (income, wages) = income::lines(case, silence, &illness);
        let deductions = deductions::lines(case, &illness, &wages);
        let property = property::lines(case, silence);
        Self { income, deductions, property, illness, wages }
    }

    pub fn sums<'s>(&'s self, case: &'s Case<'a>, silence: &'s Silence<'a>, size: &'s Size<'a>) -> Sums<'s, 'a> {
        let Self { income, deductions, property, illness, wages } = self;
        Sums { case, silence, size, income, deductions, property, illness, wages }
    }
}

fn every_ground(assessment: &Assessment) -> impl Iterator<Item = &Ground> {
    let income = assessment.income.iter().map(|line| &line.ground);
    let deductions = assessment.deductions.iter().map(|line| &line.ground);
    let property = assessment.property.iter().map(|line| &line.ground);
    let screening = assessment.screening.iter().flat_map(|outcome| &outcome.conditions).map(|c| &c.ground);
    let amounts = assessment.amounts.iter().map(|line| &line.ground);
    income.chain(deductions).chain(property).chain(screening).chain(amounts)
}
