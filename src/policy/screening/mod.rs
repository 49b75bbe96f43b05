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

use std::borrow::Cow;

use super::assessment::{Certainty, Condition, Screening, Term};
use super::grounds::Reason;
use super::open_facts::{self, Fact};
use super::silence::Classes;
use super::totals::{Reckoned, Sums};
use crate::household::{Fen, Purpose};

/// What outcomes are judged by.
struct Bench<'s, 'a> {
    sums: &'s Sums<'s, 'a>,
    totals: &'s Reckoned,
    facts: &'s [Fact],
    /// Whether something adverse may be certain: size settled, no match under review, illness and schooling known.
    adverse_may_stand: bool,
    /// The standard of the whole household over the year.
    standard: Fen,
    /// Whether a bank says "over" without an amount: more than its limit, so that a limit that equals the ceiling is passed.
    told_over: bool,
}

/// The conditions of an outcome, put together: one that is not met decides, then one that is open.
struct Conditions<'a> {
    state: Certainty,
    adverse_may_stand: bool,
    /// Whether one that is not met is open instead, because something adverse may not stand.
    held_back: bool,
    /// Kept where somebody reads them.
    kept: Option<Vec<Weighed<'a>>>,
}

impl<'a> Conditions<'a> {
    /// Adds one, unless what is known decides and nobody reads the rest.
    #[inline]
    fn push(&mut self, weigh: impl FnOnce() -> Weighed<'a>) {
        if self.state == Certainty::NotMet && self.kept.is_none() {
            return;
        }
        let mut weighed = weigh();
        if weighed.adverse && weighed.state == Certainty::NotMet && !self.adverse_may_stand {
            weighed.state = Certainty::Open;
            self.held_back = true;
        }
        self.state = match (self.state, weighed.state) {
            (Certainty::NotMet, _) | (_, Certainty::NotMet) => Certainty::NotMet,
            (Certainty::Open, _) | (_, Certainty::Open) => Certainty::Open,
            (Certainty::Met, Certainty::Met) => Certainty::Met,
        };
        if let Some(kept) = &mut self.kept {
            kept.push(weighed);
        }
    }
}

/// A condition and what could settle it.
struct Weighed<'a> {
    state: Certainty,
    ground: Reason<'a>,
    /// Classes of information that could settle it.
    classes: Classes,
    /// A fact of its own that settles it.
    fact: Option<Cow<'static, str>>,
    /// Rests on amounts or counts that size, illness, schooling or a match under review could still move.
    adverse: bool,
}

impl<'a> Weighed<'a> {
    #[inline]
    fn new(state: Certainty, ground: Reason<'a>, classes: Classes) -> Self {
        Self { state, ground, classes, fact: None, adverse: false }
    }

    /// The state of another outcome, and what decides that one.
    #[inline]
    fn of_outcome(state: Certainty, ground: Reason<'a>, other: &Judged<'_>) -> Self {
        let fact = other.decides.clone().map(Cow::Owned);
        Self { state, ground, classes: Classes::ALL, fact, adverse: false }
    }

    /// Nothing adverse about it is certain before everything that could move it is known.
    #[inline]
    fn guarded(mut self) -> Self {
        self.adverse = true;
        self
    }

    #[inline]
    fn settled_by(mut self, fact: impl Into<Cow<'static, str>>) -> Self {
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

/// An outcome, judged.
pub(super) struct Judged<'a> {
    names: &'static Names,
    pub state: Certainty,
    conditions: Vec<Weighed<'a>>,
    /// When open: the one fact or source that decides.
    decides: Option<String>,
    pub term: Option<Term>,
}

impl Judged<'_> {
    #[inline]
    pub fn outcome(&self) -> &'static str {
        self.names.outcome
    }

    pub fn spell_out(self) -> Screening {
        let spelled = |weighed: Weighed<'_>| Condition { state: weighed.state, ground: weighed.ground.spell_out() };
        Screening {
            outcome: Cow::Borrowed(self.names.outcome),
            name_zh: Cow::Borrowed(self.names.zh),
            name_en: Cow::Borrowed(self.names.en),
            state: self.state,
            conditions: self.conditions.into_iter().map(spelled).collect(),
            decides: self.decides,
            term: self.term,
        }
    }
}

pub(super) use tekun::{CareLevel, care_level, is_unable};

/// The outcome that a purpose is about; of a review, the allowance that is paid.
pub(super) fn asked_about(purpose: Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::DibaoApplication | Purpose::PeriodicReview | Purpose::ReportedChange | Purpose::Monitoring => {
            Some("dibao")
        }
        Purpose::TekunApplication => Some("tekun"),
        Purpose::MarginalApplication => Some("dibao_marginal"),
        Purpose::RigidExpenditureApplication => Some("rigid_expenditure"),
        Purpose::TemporaryRelief
        | Purpose::ChildScreening
        | Purpose::DisabilityScreening
        | Purpose::MedicalScreening => None,
    }
}

/// Every outcome, most favourable first.
pub(super) fn outcomes<'a>(sums: &Sums<'_, 'a>, totals: &Reckoned, facts: &[Fact]) -> [Judged<'a>; 7] {
    let bench = Bench::new(sums, totals, facts);
    let tekun = tekun::outcome(&bench);
    let dibao = dibao::outcome(&bench);
    let marginal = marginal::outcome(&bench, &dibao);
    let single = single::outcome(&bench, &marginal);
    let rigid = rigid::outcome(&bench, &[&tekun, &dibao, &single, &marginal]);
    let gradual_exit = gradual_exit::outcome(&bench, &dibao);
    let none = none::outcome(&[&tekun, &dibao, &single, &marginal, &rigid, &gradual_exit], &bench);
    [tekun, dibao, single, marginal, rigid, gradual_exit, none]
}

/// The outcome that the purpose is about, without those it does not rest on.
pub(super) fn asked<'a>(sums: &Sums<'_, 'a>, totals: &Reckoned, facts: &[Fact]) -> Option<Judged<'a>> {
    let bench = Bench::new(sums, totals, facts);
    match asked_about(sums.case.purpose)? {
        "tekun" => Some(tekun::outcome(&bench)),
        "dibao" => Some(dibao::outcome(&bench)),
        "dibao_marginal" => Some(marginal::outcome(&bench, &dibao::outcome(&bench))),
        asked => outcomes(sums, totals, facts).into_iter().find(|other| other.outcome() == asked),
    }
}

impl<'s, 'a> Bench<'s, 'a> {
    fn new(sums: &'s Sums<'s, 'a>, totals: &'s Reckoned, facts: &'s [Fact]) -> Self {
        let adverse_may_stand = sums.size.settled
            && sums.size.contradicted.is_none()
            && !sums.silence.anything_held()
            && !sums.silence.any(Classes::SPENDING);
        let standard = sums.case.standard_yearly().mul_ratio(i64::from(totals.members), 1);
        let told_over = sums.property.iter().any(|draft| draft.most.is_none() && draft.least.0 > 0);
        Self { sums, totals, facts, adverse_may_stand, standard, told_over }
    }
}

impl<'a> Bench<'_, 'a> {
    /// Room for the conditions of an outcome.
    #[inline]
    fn conditions(&self) -> Conditions<'a> {
        Conditions {
            state: Certainty::Met,
            adverse_may_stand: self.adverse_may_stand,
            held_back: false,
            kept: self.sums.case.traced.then(|| Vec::with_capacity(8)),
        }
    }

    #[inline]
    fn judge(&self, names: &'static Names, conditions: Conditions<'a>) -> Judged<'a> {
        let Conditions { state, held_back, kept, .. } = conditions;
        let kept = kept.unwrap_or_default();
        let open = state == Certainty::Open && self.sums.case.traced;
        let guard = || held_back.then(|| self.holds_back()).flatten();
        let decides = open.then(|| guard().or_else(|| self.decides(&kept))).flatten();
        Judged { names, state, conditions: kept, decides, term: None }
    }

    /// The fact for which nothing adverse may stand.
    fn holds_back(&self) -> Option<String> {
        let guards = Classes::HOUSEHOLD.with(Classes::SPENDING);
        let review = || self.facts.iter().find(|f| f.fact.fact.starts_with("review:")).map(|f| f.fact.fact.clone());
        open_facts::decides(self.facts, guards).or_else(review)
    }

    /// The fact behind the first open condition. What one class leaves open may act on another (claims on what illness cost): then
    /// the most decisive fact there is.
    fn decides(&self, weighed: &[Weighed<'_>]) -> Option<String> {
        let first = weighed.iter().find(|w| w.state == Certainty::Open)?;
        let of_classes = || open_facts::decides(self.facts, first.classes);
        let any = || self.facts.first().map(|fact| fact.fact.fact.clone());
        first.fact.clone().map(Cow::into_owned).or_else(of_classes).or_else(any)
    }
}

/// Open stays open; met and not met change places.
#[inline]
fn inverse(state: Certainty) -> Certainty {
    match state {
        Certainty::Met => Certainty::NotMet,
        Certainty::NotMet => Certainty::Met,
        Certainty::Open => Certainty::Open,
    }
}

/// The state of "below a limit" for an interval.
#[inline]
fn below(at_least: impl PartialOrd<i64>, at_most: Option<i64>, limit: i64) -> Certainty {
    if at_most.is_some_and(|most| most < limit) {
        Certainty::Met
    } else if at_least >= limit {
        Certainty::NotMet
    } else {
        Certainty::Open
    }
}
