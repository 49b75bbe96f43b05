//! Applies a pack to evidence: records to lines, lines to totals, totals to a screening for the officer.

use super::alerts;
use super::amounts::{self, AmountDraft};
use super::assessment::{Assessment, Certainty, Ground, Per, outcome_of_amount};
use super::case::{About, Case};
use super::declared;
use super::deductions::{self, IllnessCosts};
use super::drafts::{DeductionDraft, IncomeDraft, PropertyDraft};
use super::findings;
use super::grounds;
use super::income::{self, Support, WageMonths};
use super::leads;
use super::open_facts;
use super::pack::Pack;
use super::people::People;
use super::property;
use super::referrals;
use super::review;
use super::roll::Roll;
use super::screening;
use super::silence::Silence;
use super::size::{Size, Unlike};
use super::totals::{Reckoned, Sums};
use crate::household::{Cell, CellOutcome, Evidence, Fen};

/// Applies `pack` to `evidence`. Pure: the same two give the same assessment, whatever the order of records and cells.
///
/// Only records with the verdict *match* count; one under review is listed, counts nothing, widens its interval and keeps adverse
/// outcomes open. A source that has not spoken leaves its totals without an upper end.
#[must_use]
pub fn assess(evidence: &Evidence, pack: &Pack) -> Assessment {
    let known = People::of(evidence);
    let silence = Silence::new(&known, evidence);
    let unlike = Unlike::of(&known.people, &silence, evidence);
    let case = Case::new(&About::of(evidence), pack, true, &known.people);
    let size = Size::new(&case, &silence, &unlike);
    if case.purpose.is_screening() {
        return screened(&case, &silence, &size, evidence, pack);
    }
    let support = income::support::of_obligors(evidence, pack, &case);
    let lines = Lines::of(&case, &silence, &support);
    let sums = Sums { support: &support, ..lines.sums(&case, &silence, &size) };
    let reckoned = sums.reckoned();
    let totals = sums.totals(&reckoned);
    let facts = open_facts::facts(&sums, &reckoned, evidence);
    let judged = screening::outcomes(&sums, &reckoned, &facts);
    let amounts = amounts::lines(&sums, &reckoned, &judged);
    let noticed = alerts::lately(&case);
    let review = review::class(&case, &lines.income, &noticed);
    let referrals = referrals::referrals(&sums, &reckoned, &judged);
    let decided_early = decided_early(evidence, &case, &judged);
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
        decided_early,
        amounts: amounts.into_iter().map(AmountDraft::spell_out).collect(),
        referrals,
        alerts: noticed.into_iter().map(alerts::Noticed::spell_out).collect(),
        review,
        assumed: Vec::new(),
        open_facts: facts.into_iter().map(|fact| fact.fact).collect(),
    };
    assessment.assumed = grounds::assumed(&assessment, every_ground(&assessment), evidence, pack);
    assessment
}

/// Of the screening of a roster, leads alone: no income, no property, no outcome, and totals without an upper end.
fn screened(case: &Case<'_>, silence: &Silence<'_>, size: &Size<'_>, evidence: &Evidence, pack: &Pack) -> Assessment {
    let people = case.people.len();
    let wages = std::iter::repeat_with(|| None).take(people).collect();
    let lines = Lines { illness: vec![IllnessCosts::default(); people], wages, ..Lines::default() };
    let sums = lines.sums(case, silence, size);
    let mut assessment = Assessment {
        income: Vec::new(),
        deductions: Vec::new(),
        property: Vec::new(),
        totals: sums.totals(&sums.reckoned()),
        declared: Vec::new(),
        findings: Vec::new(),
        screening: Vec::new(),
        decided_early: false,
        amounts: Vec::new(),
        referrals: leads::leads(case, silence, evidence),
        alerts: Vec::new(),
        review: review::class(case, &[], &[]),
        assumed: Vec::new(),
        open_facts: Vec::new(),
    };
    let grounds = assessment.referrals.iter().map(|line| &line.ground);
    assessment.assumed = grounds::assumed(&assessment, grounds, evidence, pack);
    assessment
}

/// Whether some department has yet to answer, and none that has can change the outcome asked about.
fn decided_early(evidence: &Evidence, case: &Case<'_>, judged: &[screening::Judged<'_>]) -> bool {
    let is_member = |cell: &Cell| case.members().any(|person| *person.reference() == cell.member);
    let waits = evidence.cells.iter().any(|cell| cell.outcome == CellOutcome::Pending && is_member(cell));
    let certain = |asked: &str| judged.iter().any(|other| other.outcome() == asked && other.state != Certainty::Open);
    waits && screening::asked_about(case.purpose).is_some_and(certain)
}

/// Every line of a case.
#[derive(Default)]
pub(super) struct Lines<'a> {
    pub income: Vec<IncomeDraft<'a>>,
    pub deductions: Vec<DeductionDraft<'a>>,
    pub property: Vec<PropertyDraft<'a>>,
    illness: Vec<IllnessCosts>,
    wages: Vec<Option<WageMonths>>,
}

impl<'a> Lines<'a> {
    pub fn of(case: &Case<'a>, silence: &Silence<'_>, support: &[Support<'a>]) -> Self {
        let mut lines = Self::default();
        lines.add_income(case, silence, support);
        lines.add_deductions(case, silence);
        lines.add_property(case, silence);
        lines
    }

    /// Empties the room for another case.
    pub fn clear(&mut self) {
        let Self { income, deductions, property, illness, wages } = self;
        income.clear();
        deductions.clear();
        property.clear();
        illness.clear();
        wages.clear();
    }

    /// The first step: what illness cost, and income.
    pub fn add_income(&mut self, case: &Case<'a>, silence: &Silence<'_>, support: &[Support<'a>]) {
        deductions::costs(case, silence, &mut self.illness);
        income::lines(case, silence, &self.illness, support, &mut self.income, &mut self.wages);
    }

    /// The second step, from what illness cost and the wages by month.
    pub fn add_deductions(&mut self, case: &Case<'a>, silence: &Silence<'_>) {
        deductions::lines(case, silence, &self.illness, &self.wages, &mut self.deductions);
    }

    /// The third step.
    pub fn add_property(&mut self, case: &Case<'a>, silence: &Silence<'_>) {
        property::lines(case, silence, &mut self.property);
    }

    pub fn sums<'s>(&'s self, case: &'s Case<'a>, silence: &'s Silence<'a>, size: &'s Size<'a>) -> Sums<'s, 'a> {
        let Self { income, deductions, property, illness, wages } = self;
        Sums { case, silence, size, support: &[], income, deductions, property, illness, wages }
    }
}

/// What the rules say of a household, in short: [`assess`] without its lines and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Of every outcome of [`OUTCOMES`], in that order.
    pub states: [Certainty; OUTCOMES.len()],
    /// What would be paid a month, of the most favourable outcome that is met.
    pub monthly: Fen,
}

/// Every outcome, most favourable first.
pub const OUTCOMES: [&str; 7] =
    ["tekun", "dibao", "dibao_single", "dibao_marginal", "rigid_expenditure", "gradual_exit", "none"];

/// The outcomes of [`assess`], several times faster.
#[must_use]
pub fn outcomes(evidence: &Evidence, pack: &Pack) -> Outcomes {
    let mut roll = Roll::default();
    roll.push(evidence);
    roll.outcomes(pack).next().expect("one household went in")
}

/// Judges cases: the totals of all, then what each comes out as.
pub(super) fn reckon(sums: &[Sums<'_, '_>]) -> Vec<Outcomes> {
    let reckoned: Vec<_> = sums.iter().map(Sums::reckoned).collect();
    sums.iter().zip(&reckoned).map(|(sums, reckoned)| judged(sums, reckoned)).collect()
}

fn judged(sums: &Sums<'_, '_>, reckoned: &Reckoned) -> Outcomes {
    let judged = screening::outcomes(sums, reckoned, &[]);
    let amounts = amounts::lines(sums, reckoned, &judged);
    let best = judged.iter().find(|outcome| outcome.state == Certainty::Met);
    let paid = |best: &screening::Judged<'_>| {
        let is_monthly =
            |line: &&AmountDraft<'_>| line.per == Per::Month && outcome_of_amount(line.outcome) == best.outcome();
        amounts.iter().filter(is_monthly).map(|line| line.amount).sum()
    };
    Outcomes { states: judged.each_ref().map(|outcome| outcome.state), monthly: best.map_or(Fen::ZERO, paid) }
}

fn every_ground(assessment: &Assessment) -> impl Iterator<Item = &Ground> {
    let income = assessment.income.iter().map(|line| &line.ground);
    let deductions = assessment.deductions.iter().map(|line| &line.ground);
    let property = assessment.property.iter().map(|line| &line.ground);
    let screening = assessment.screening.iter().flat_map(|outcome| &outcome.conditions).map(|c| &c.ground);
    let amounts = assessment.amounts.iter().map(|line| &line.ground);
    let referrals = assessment.referrals.iter().map(|line| &line.ground);
    let alerts = assessment.alerts.iter().map(|line| &line.ground);
    let review = std::iter::once(&assessment.review.ground);
    income
        .chain(deductions)
        .chain(property)
        .chain(screening)
        .chain(amounts)
        .chain(referrals)
        .chain(alerts)
        .chain(review)
}
