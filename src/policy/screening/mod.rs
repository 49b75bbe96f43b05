//! Screening for the officer (the decision is the authority's): each outcome *met / not met / open*, and what decides when open.
//!
//! One file an outcome. Nothing adverse is certain while the household's size, illness, schooling or a match is open.

mod conditions;
mod dibao;
mod gradual_exit;
mod marginal;
mod none;
mod rigid;
mod single;
mod tekun;

use super::assessment::{Certainty, Condition, Ground, Screening, Totals};
use super::open_facts::{self, Fact};
use super::silence::Classes;
use super::totals::Sums;
use crate::household::InfoClass;

/// What outcomes are judged by.
struct Bench<'s, 'a> {
    sums: &'s Sums<'s, 'a>,
    totals: &'s Totals,
    facts: &'s [Fact],
}

/// A condition and what could settle it.
struct Weighed {
    condition: Condition,
    /// Classes of information that could settle it.
    classes: Classes,
    /// A fact of its own that settles it.
    fact: Option<String>,
    /// Rests on amounts or counts that size, illness, schooling or a match under review could still move.
    adverse: bool,
}

impl Weighed {
    fn new(state: Certainty, ground: Ground, classes: Classes) -> Self {
        Self { condition: Condition { state, ground }, classes, fact: None, adverse: false }
    }

    /// Nothing adverse about it is certain before everything that could move it is known.
    fn guarded(mut self) -> Self {
        self.adverse = true;
        self
    }

    fn settled_by(mut self, fact: impl Into<String>) -> Self {
        self.fact = Some(fact.into());
        self
    }
}

/// Names of an outcome.
struct Names {
    outcome: &'static str,
    zh: &'static str,
    en: &'static str,
}

/// Every outcome, most favourable first.
pub(super) fn outcomes(sums: &Sums<'_, '_>, totals: &Totals, facts: &[Fact]) -> Vec<Screening> {
    let bench = Bench { sums, totals, facts };
    let tekun = tekun::outcome(&bench);
    let dibao = dibao::outcome(&bench);
    let marginal = marginal::outcome(&bench, &dibao);
    let single = single::outcome(&bench, &marginal);
    let rigid = rigid::outcome(&bench, &[&tekun, &dibao, &single, &marginal]);
    let gradual_exit = gradual_exit::outcome(&bench, &dibao);
    let none = none::outcome(&[&tekun, &dibao, &single, &marginal, &rigid, &gradual_exit], &bench);
    vec![tekun, dibao, single, marginal, rigid, gradual_exit, none]
}

impl Bench<'_, '_> {
    /// Whether something adverse may be certain: size settled, no match under review, illness and schooling known.
    fn adverse_may_stand(&self) -> bool {
        let classes = Classes::of(&[InfoClass::Medical, InfoClass::Education]);
        self.sums.size.settled
            && self.sums.size.contradicted.is_none()
            && !self.sums.silence.anything_held()
            && !self.sums.silence.any(classes)
    }

    /// Puts conditions together: one that is not met decides, then one that is open.
    fn judge(&self, names: &Names, mut weighed: Vec<Weighed>) -> Screening {
        let held_back = self.hold_back(&mut weighed);
        let any = |state| weighed.iter().any(|w| w.condition.state == state);
        let state = if any(Certainty::NotMet) {
            Certainty::NotMet
        } else if any(Certainty::Open) {
            Certainty::Open
        } else {
            Certainty::Met
        };
        let decides = (state == Certainty::Open).then(|| held_back.or_else(|| self.decides(&weighed))).flatten();
        Screening {
            outcome: names.outcome.to_owned(),
            name_zh: names.zh.to_owned(),
            name_en: names.en.to_owned(),
            state,
            conditions: weighed.into_iter().map(|w| w.condition).collect(),
            decides,
        }
    }

    /// While something adverse may not stand, what would be not met is open; gives the fact that holds it back.
    fn hold_back(&self, weighed: &mut [Weighed]) -> Option<String> {
        if self.adverse_may_stand() {
            return None;
        }
        let mut any = false;
        for w in weighed.iter_mut().filter(|w| w.adverse && w.condition.state == Certainty::NotMet) {
            w.condition.state = Certainty::Open;
            any = true;
        }
        let guards = Classes::HOUSEHOLD.with(Classes::of(&[InfoClass::Medical, InfoClass::Education]));
        let review = || self.facts.iter().find(|f| f.fact.fact.starts_with("review:")).map(|f| f.fact.fact.clone());
        if any { open_facts::decides(self.facts, guards).or_else(review) } else { None }
    }

    /// The fact behind the first open condition. What one class leaves open may act on another (claims on what illness cost): then
    /// the most decisive fact there is.
    fn decides(&self, weighed: &[Weighed]) -> Option<String> {
        let first = weighed.iter().find(|w| w.condition.state == Certainty::Open)?;
        let of_classes = || open_facts::decides(self.facts, first.classes);
        let any = || self.facts.first().map(|fact| fact.fact.fact.clone());
        first.fact.clone().or_else(of_classes).or_else(any)
    }
}

/// Open stays open; met and not met change places.
fn inverse(state: Certainty) -> Certainty {
    match state {
        Certainty::Met => Certainty::NotMet,
        Certainty::NotMet => Certainty::Met,
        Certainty::Open => Certainty::Open,
    }
}

/// The state of "below a limit" for an interval.
fn below(at_least: impl PartialOrd<i64>, at_most: Option<i64>, limit: i64) -> Certainty {
    if at_most.is_some_and(|most| most < limit) {
        Certainty::Met
    } else if at_least >= limit {
        Certainty::NotMet
    } else {
        Certainty::Open
    }
}
