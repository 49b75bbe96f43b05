//! What an officer has to weigh, as entries of lists.

use super::super::super::entries::OutcomeEntry;
use super::super::super::text;
use super::super::amounts::{per_cent, weight};
use super::super::computation::computation;
use super::super::grounds::cite;
use super::super::names::Reading;
use super::super::onward::amount_in_words;
use super::lines::{Ground, ground};
use crate::policy::assessment::Certainty;

pub(super) struct Declared<'a> {
    pub member: &'a str,
    pub class: String,
    pub declared: String,
    pub found: String,
    pub agrees: bool,
    pub words: &'static str,
}

pub(super) struct Held<'a> {
    pub member: &'a str,
    pub source: &'a str,
    pub record: &'a str,
    pub what: &'a str,
    pub probability: String,
    pub weight: String,
    pub reasons: Vec<(String, &'a str)>,
}

pub(super) struct Outcome<'a> {
    pub sign: &'static str,
    pub class: &'static str,
    pub name: &'a str,
    pub state: &'static str,
    pub decides: Option<String>,
    /// How long it holds.
    pub term: Option<String>,
    /// Nothing still to come can change it.
    pub decided_early: Option<&'a str>,
    /// Nobody applied for it: this is all there is to say.
    pub not_applied_for: Option<String>,
    /// Conditions to print in full: class, sign, state, rule.
    pub conditions: Vec<(&'static str, &'static str, &'static str, Ground)>,
    /// Numbers of further conditions that are met.
    pub met: String,
}

pub(super) struct Amount<'a> {
    pub outcome: &'a str,
    pub amount: String,
    pub computation: String,
    pub ground: Ground,
}

pub(super) struct Finding<'a> {
    pub member: &'a str,
    pub words: &'a str,
    pub officer_only: bool,
}

pub(super) fn declared(read: Reading<'_>) -> Vec<Declared<'_>> {
    (read.body.declared.iter())
        .map(|line| {
            let (declared, found) = read.declared_and_found(line);
            Declared {
                member: read.person(&line.member),
                class: text::declared_class(&line.class, read.lang),
                declared,
                found,
                agrees: line.agrees(),
                words: text::comparison_sign(line.comparison, read.lang),
            }
        })
        .collect()
}

pub(super) fn held(read: Reading<'_>) -> Vec<Held<'_>> {
    (read.body.held_for_review.iter())
        .map(|held| Held {
            member: read.person(&held.member),
            source: read.source(&held.source),
            record: &held.record,
            what: held.what.get(read.lang),
            probability: per_cent(held.probability_ppm),
            weight: weight(held.weight_centibits),
            reasons: (held.reasons.iter())
                .map(|reason| {
                    let size = match reason.weight_centibits {
                        0 => String::new(),
                        centibits => weight(centibits),
                    };
                    (size, read.t(&reason.zh, &reason.en))
                })
                .collect(),
        })
        .collect()
}

pub(super) fn certainty_class(state: Certainty) -> &'static str {
    match state {
        Certainty::Met => "found",
        Certainty::NotMet => "faint",
        Certainty::Open => "open",
    }
}

/// What decides an outcome; of one that was not applied for, what is met is cited by number alone.
pub(super) fn outcome<'a>(read: Reading<'a>, outcome: &'a OutcomeEntry, in_full: bool) -> Outcome<'a> {
    let told = |state: Certainty| match outcome.state {
        _ if outcome.outcome == "none" => false,
        Certainty::NotMet => state == Certainty::NotMet,
        _ => in_full || state != Certainty::Met,
    };
    let met = outcome.conditions.iter().filter(|condition| {
        condition.state() == Certainty::Met && outcome.state != Certainty::NotMet && outcome.outcome != "none"
    });
    let met: Vec<String> = met.filter(|c| !told(c.state())).map(|condition| cite(condition.ground())).collect();
    Outcome {
        sign: text::certainty_sign(outcome.state, read.lang),
        class: certainty_class(outcome.state),
        name: read.t(&outcome.name_zh, &outcome.name_en),
        state: read.certainty(outcome),
        decides: outcome.decides.as_deref().map(|fact| read.fact(fact)),
        term: outcome.term.as_ref().map(|term| read.term(term)),
        decided_early: (in_full && read.body.decided_early).then(|| read.decided_early()),
        not_applied_for: outcome.is_not_applied_for().then(|| read.not_applied_for(outcome)),
        conditions: (outcome.conditions.iter())
            .filter(|condition| told(condition.state()))
            .map(|condition| {
                let (sign, state) =
                    (text::certainty_sign(condition.state(), read.lang), text::certainty(condition.state(), read.lang));
                (certainty_class(condition.state()), sign, state, ground(read, condition.ground()))
            })
            .collect(),
        met: met.join(" "),
    }
}

pub(super) fn amounts(read: Reading<'_>) -> Vec<Amount<'_>> {
    (read.body.amounts.iter())
        .map(|line| Amount {
            outcome: read.amount_name(&line.outcome),
            amount: amount_in_words(line, read.lang),
            computation: computation(&line.computation, read.lang),
            ground: ground(read, line.ground),
        })
        .collect()
}

pub(super) fn findings(read: Reading<'_>) -> Vec<Finding<'_>> {
    (read.body.findings.iter())
        .map(|finding| Finding {
            member: finding.member.as_ref().map_or("", |who| read.person(who)),
            words: read.t(&finding.zh, &finding.en),
            officer_only: finding.officer_only,
        })
        .collect()
}
