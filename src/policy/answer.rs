//! The one question that a purpose asks, answered with the lines it rests on: what an officer or a family asks first. The whole
//! assessment (other outcomes, amounts, totals, referrals, alerts) is [`assess`](super::assess)'s, by the same rules.

use super::assess::Lines;
use super::assessment::{DeductionLine, IncomeLine, PropertyLine, Screening};
use super::case::{About, Case};
use super::drafts::{DeductionDraft, PropertyDraft};
use super::income;
use super::open_facts;
use super::pack::Pack;
use super::people::People;
use super::screening;
use super::silence::Silence;
use super::size::{Size, Unlike};
use super::totals::Sums;
use crate::household::Evidence;

/// What the rules say about the outcome asked for, each line with its rule and law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Income, line by line.
    pub income: Vec<IncomeLine>,
    /// Deductions, line by line.
    pub deductions: Vec<DeductionLine>,
    /// Property, line by line.
    pub property: Vec<PropertyLine>,
    /// The outcome with its conditions; none where a purpose asks for none (temporary relief).
    pub outcome: Option<Screening>,
}

impl Answer {
    /// Lines and conditions together.
    #[must_use]
    pub fn rows(&self) -> usize {
        let conditions = self.outcome.as_ref().map_or(0, |outcome| outcome.conditions.len());
        self.income.len() + self.deductions.len() + self.property.len() + conditions
    }
}

/// The part of [`assess`](super::assess) that a purpose asks about: the same lines, and the same one of its outcomes.
#[must_use]
pub fn answer(evidence: &Evidence, pack: &Pack) -> Answer {
    let known = People::of(evidence);
    let silence = Silence::new(&known, evidence);
    let unlike = Unlike::of(&known.people, &silence, evidence);
    let case = Case::new(&About::of(evidence), pack, true, &known.people);
    let size = Size::new(&case, &silence, &unlike);
    let support = income::support::of_obligors(evidence, pack, &case);
    let lines = Lines::of(&case, &silence, &support);
    let sums = Sums { support: &support, ..lines.sums(&case, &silence, &size) };
    let reckoned = sums.reckoned();
    let facts = open_facts::facts(&sums, &reckoned, evidence);
    let asked = screening::asked(&sums, &reckoned, &facts);
    let Lines { income, deductions, property, .. } = lines;
    Answer {
        income: income::grouped(&case, income),
        deductions: deductions.into_iter().map(DeductionDraft::spell_out).collect(),
        property: property.into_iter().map(|draft: PropertyDraft<'_>| draft.line.spell_out()).collect(),
        outcome: asked.map(screening::Judged::spell_out),
    }
}
