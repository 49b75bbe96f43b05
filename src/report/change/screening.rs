//! Outcomes and amounts of two reports side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::limits::Limits;
use super::reasons::Reason;
use super::sides::Sides;
use super::what::{Direction, Ends, State, What};
use super::{Compared, ItemChange};
use crate::household::Fen;
use crate::policy::assessment::{Certainty, Per, outcome_of_amount};
use crate::report::body::{Body, CopyFor, Words};
use crate::report::entries::{AmountEntry, OutcomeEntry};

/// A condition on both sides.
#[derive(Default)]
struct Condition {
    words: Words,
    rules: BTreeSet<String>,
    states: [Option<Certainty>; 2],
}

/// The outcome of nobody: it follows from the others.
const NONE: &str = "none";

/// An outcome by its code.
pub(super) fn outcome<'b>(body: &'b Body, code: &str) -> Option<&'b OutcomeEntry> {
    body.screening.iter().find(|outcome| outcome.outcome == code)
}

/// How certain an outcome is; not met where the report does not know it.
pub(super) fn state_of(body: &Body, code: &str) -> Certainty {
    outcome(body, code).map_or(Certainty::NotMet, |outcome| outcome.state)
}

impl Sides<'_> {
    /// Outcomes whose certainty is another.
    pub fn outcomes(&self) -> Vec<ItemChange> {
        let codes: BTreeSet<&str> = [self.before, self.after]
            .iter()
            .flat_map(|body| body.screening.iter().map(|outcome| outcome.outcome.as_str()))
            .filter(|code| *code != NONE)
            .collect();
        codes.into_iter().filter_map(|code| self.outcome(code)).collect()
    }

    fn outcome(&self, code: &str) -> Option<ItemChange> {
        let (before, after) = (outcome(self.before, code), outcome(self.after, code));
        let (was, is) = (before.map(|one| one.state), after.map(|one| one.state));
        if was == is {
            return None;
        }
        let is_open = |state: Option<Certainty>| state == Some(Certainty::Open);
        let compared = if is_open(was) || is_open(is) { Compared::NotComparable } else { Compared::Certain };
        // new work that ends dibao slowly is better than an end at once, and still points away from it
        let worse = code == "gradual_exit";
        let direction = match (compared, is == Some(Certainty::Met)) {
            (Compared::Certain, met) if met != worse => Direction::MayNeedMore,
            (Compared::Certain, _) => Direction::MayNoLongerFit,
            _ => Direction::Neutral,
        };
        let state = |one: Option<&OutcomeEntry>| {
            one.map(|one| State::Outcome { state: one.state, decides: one.decides.clone() })
        };
        Some(ItemChange {
            compared,
            reasons: self.conditions(before, after),
            ..ItemChange::new(What::Outcome(code.to_owned()), None, state(before), state(after), direction)
        })
    }

    /// Conditions judged otherwise. One that a report does not show (met ones of an outcome that is not met) is left out.
    fn conditions(&self, before: Option<&OutcomeEntry>, after: Option<&OutcomeEntry>) -> Vec<Reason> {
        let mut both: BTreeMap<String, Condition> = BTreeMap::new();
        let is_copy = self.before.copy_for == CopyFor::Applicant || self.after.copy_for == CopyFor::Applicant;
        for (at, (body, outcome)) in [(self.before, before), (self.after, after)].into_iter().enumerate() {
            for condition in outcome.iter().flat_map(|outcome| &outcome.conditions) {
                let Some(ground) = body.ground(condition.ground()) else { continue };
                let entry = both.entry(without_figures(&ground.zh)).or_default();
                entry.words = Words::new(&*ground.zh, &*ground.en);
                entry.states[at] = Some(condition.state());
                // programmes that share a condition stand together, and which do differs from report to report
                entry.rules.extend(ground.rules.iter().filter(|_| !is_copy).cloned());
            }
        }
        let shown = |[before, after]: [Option<Certainty>; 2]| match (before, after) {
            (None, Some(Certainty::Met)) | (Some(Certainty::Met), None) => false,
            (before, after) => before != after,
        };
        (both.into_values().filter(|condition| shown(condition.states)))
            .map(|Condition { words, rules, states: [before, after] }| Reason::Condition {
                rules: rules.into_iter().collect(),
                words,
                before,
                after,
            })
            .collect()
    }

    /// Amounts that are others.
    pub fn amounts(&self, limits: &Limits) -> Vec<ItemChange> {
        let codes: BTreeSet<(&str, Per)> = [self.before, self.after]
            .iter()
            .flat_map(|body| body.amounts.iter().map(|line| (line.outcome.as_str(), line.per)))
            .collect();
        codes.into_iter().filter_map(|(code, per)| self.amount(code, per, limits)).collect()
    }

    fn amount(&self, code: &str, per: Per, limits: &Limits) -> Option<ItemChange> {
        let [before, after] = [self.before, self.after].map(|body| paid(body, code, per));
        if before == after {
            return None;
        }
        let [first, second] = [(self.before, &before), (self.after, &after)].map(|(body, paid)| ends(body, code, paid));
        let certain = Ends::certain(first, second);
        let heads = i64::from(self.before.totals.members.min(self.after.totals.members).max(1));
        let months = if per == Per::Month { 1 } else { 12 };
        let smaller = Fen(first.least.min(second.least));
        let slight =
            Ends::widest(first, second).is_some_and(|most| limits.is_slight(Fen(most), smaller, heads * months));
        let direction = match certain {
            Some(more) if !slight && more > 0 => Direction::MayNeedMore,
            Some(_) if !slight => Direction::MayNoLongerFit,
            _ => Direction::Neutral,
        };
        let open = [self.before, self.after].iter().any(|body| body.totals.net_income.at_most.is_none());
        let compared = match Ends::compared(first, second) {
            Compared::Uncertain if open => Compared::NotComparable,
            compared => compared,
        };
        Some(ItemChange {
            compared,
            slight,
            difference: certain.map(Fen),
            ..ItemChange::new(What::Amount(code.to_owned()), None, before, after, direction)
        })
    }
}

/// Lines of one amount together; none where nothing would be paid.
fn paid(body: &Body, code: &str, per: Per) -> Option<State> {
    let lines: Vec<&AmountEntry> = body.amounts.iter().filter(|line| line.outcome == code && line.per == per).collect();
    let room = lines.iter().any(|line| line.at_most.is_some());
    let most: Fen = lines.iter().map(|line| line.at_most.unwrap_or(line.amount)).sum();
    (!lines.is_empty()).then(|| State::Paid {
        amount: lines.iter().map(|line| line.amount).sum(),
        at_most: room.then_some(most),
        per,
    })
}

/// How the rules begin what an amount lies between, where income or disability is open: `收入未定，100.00 至 623.00`.
const OPEN: &str = "未定，";

/// What an amount lies between. What would be paid rests on income: while that has no upper end the amount may be nothing, and what the
/// line says is the most.
fn ends(body: &Body, code: &str, paid: &Option<State>) -> Ends {
    let open = Ends { least: 0, most: None };
    let Some(State::Paid { amount, at_most, .. }) = paid else {
        let may_be = state_of(body, outcome_of_amount(code)) == Certainty::Open;
        return if may_be { open } else { Ends { least: 0, most: Some(0) } };
    };
    let room = (body.amounts.iter().filter(|line| line.outcome == code)).find_map(|line| room(&line.computation));
    let (least, most) = room.unwrap_or((*amount, at_most.unwrap_or(*amount)));
    match (&body.totals.net_income.at_most, code) {
        (_, "medical_aid") if !body.totals.rigid_spending.complete => open,
        (Some(_), _) => Ends { least: least.0, most: Some(most.0) },
        (None, "dibao") => Ends { least: 0, most: Some(most.0) },
        (None, _) => open,
    }
}

/// Both ends of an amount, as its computation states them.
fn room(computation: &str) -> Option<(Fen, Fen)> {
    let (least, most) = computation.split_once(OPEN)?.1.split_once(" 至 ")?;
    Some((least.trim().parse().ok()?, most.trim().parse().ok()?))
}

/// Two reports word one condition with other figures.
fn without_figures(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_an_amount_are_read_from_how_it_was_reckoned() {
        for (computation, ends) in [
            ("623.00 × 4 人 − 月收入 535.40；收入未定，1820.76 至 1956.60", Some((182_076, 195_660))),
            ("623.00 × 4 人 − 月收入 535.40", None),
            (
                "现发 1500.00，按本次核对为 1600.00，相差不超过 10%；收入、残疾未定，1500.00 至 1956.60",
                Some((150_000, 195_660)),
            ),
            ("收入未定", None),
        ] {
            assert_eq!(room(computation), ends.map(|(least, most)| (Fen(least), Fen(most))), "{computation}");
        }
    }

    #[test]
    fn conditions_are_one_whatever_their_figures() {
        assert_eq!(without_figures("不超过 14952.00 元"), without_figures("不超过 21600.00 元"));
    }
}
