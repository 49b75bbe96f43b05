//! Applies a pack to evidence: records to lines, lines to totals, totals to a screening for the officer.

use super::amounts;
use super::assessment::{Assessment, Ground};
use super::case::Case;
use super::declared;
use super::deductions;
use super::findings;
use super::grounds;
use super::income;
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
    let case = Case::new(evidence, pack);
    let silence = Silence::new(&case);
    let size = Size::new(&case, &silence);
    let illness = deductions::costs(&case, &silence);
    let (income, wages) = income::lines(&case, &silence, &illness);
    let deductions = deductions::lines(&case, &illness, &wages);
    let property = property::lines(&case, &silence);
    let sums = Sums {
        case: &case,
        silence: &silence,
        size: &size,
        income: &income,
        deductions: &deductions,
        property: &property,
        illness: &illness,
        wages: &wages,
    };
    let totals = sums.totals();
    let facts = open_facts::facts(&sums, &totals);
    let screening = screening::outcomes(&sums, &totals, &facts);
    let amounts = amounts::lines(&case, &totals, &screening);
    let declared = declared::lines(&sums);
    let findings = findings::findings(&sums, &declared);
    let mut assessment = Assessment {
        income: income::grouped(&case, income),
        deductions: deductions.into_iter().map(|draft| draft.line).collect(),
        property: property.into_iter().map(|draft| draft.line).collect(),
        totals,
        declared,
        findings,
        screening,
        amounts,
        assumed: Vec::new(),
        open_facts: facts.into_iter().map(|fact| fact.fact).collect(),
    };
    assessment.assumed = grounds::assumed(&assessment, every_ground(&assessment), evidence, pack);
    assessment
}

fn every_ground(assessment: &Assessment) -> impl Iterator<Item = &Ground> {
    let income = assessment.income.iter().map(|line| &line.ground);
    let deductions = assessment.deductions.iter().map(|line| &line.ground);
    let property = assessment.property.iter().map(|line| &line.ground);
    let screening = assessment.screening.iter().flat_map(|outcome| &outcome.conditions).map(|c| &c.ground);
    let amounts = assessment.amounts.iter().map(|line| &line.ground);
    income.chain(deductions).chain(property).chain(screening).chain(amounts)
}
