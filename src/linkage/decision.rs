//! What becomes of the pairs that remain: match, review, or nothing; each row once, where rows of one roster are different people.
//! What somebody has decided overrules the weight; what must not match without a look is held.

use rayon::prelude::*;

use super::labels::Labels;
use super::model::LinkageModel;
use super::roster::Column;
use super::scoring::{Memory, Scorer};
use super::shared_numbers::SharedNumbers;
use super::table::Table;
use crate::identity::bits::probability_ppm;

/// A pair that remained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The row on the left.
    pub left: u32,
    /// The row on the right.
    pub right: u32,
    /// Its weight, in centibits; the prior is not in it.
    pub weight: i32,
}

/// What is decided of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// One person.
    Match,
    /// A person must look.
    Review,
}

impl Decision {
    /// Its name in outputs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Review => "review",
        }
    }
}

/// What a decision rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The weight alone.
    Weight,
    /// Somebody has decided it.
    Label,
    /// Another row fits almost as well.
    Margin,
    /// A conflict rule of the model, by its place.
    Conflict(u16),
    /// The number stands on somebody of another name too, and the names do not tell whose it is.
    SharedNumber,
    /// It would bring rows into one cluster that are not one person.
    Apart,
}

/// A pair with what is decided of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The pair.
    pub pair: Pair,
    /// Probability that it is one person, in parts per million.
    pub probability_ppm: u32,
    /// Match or review.
    pub decision: Decision,
    /// Why.
    pub because: Because,
}

/// Whether log odds that reach a threshold make a match, a review, or nothing.
#[must_use]
pub fn by_threshold(model: &LinkageModel, weight: i32) -> Option<Decision> {
    match model.log_odds(weight) {
        odds if odds >= model.match_centibits => Some(Decision::Match),
        odds if odds >= model.review_centibits => Some(Decision::Review),
        _ => None,
    }
}

/// What pairs are decided by.
pub struct Judge<'a> {
    /// Thresholds and conflict rules.
    pub model: &'a LinkageModel,
    /// The levels of pairs.
    pub scorer: &'a Scorer<'a>,
    /// What names the rows of both sides.
    pub ids: (&'a Column, &'a Column),
    /// What somebody has decided.
    pub labels: &'a Labels,
}

impl Judge<'_> {
    /// Decides all pairs, one-to-one or each alone.
    #[must_use]
    pub fn decide(&self, one_to_one: bool, table: &Table, pairs: Vec<Pair>) -> Vec<Decided> {
        if one_to_one { self.one_to_one(pairs, &SharedNumbers::of(self.model, table)) } else { self.each_alone(pairs) }
    }

    /// Every pair by its own weight: rows may be in several.
    #[must_use]
    pub fn each_alone(&self, mut pairs: Vec<Pair>) -> Vec<Decided> {
        let mut found = self.by_labels(&mut pairs);
        let judged = pairs.par_iter().map_init(
            || self.scorer.memory(),
            |memory, pair| {
                let decision = by_threshold(self.model, pair.weight)?;
                let mut decided = self.decided(*pair, decision, Because::Weight);
                if decision == Decision::Match {
                    self.hold_in_conflict(&mut decided, memory);
                }
                Some(decided)
            },
        );
        found.par_extend(judged.flatten_iter());
        found
    }

    /// Each row in one pair at most: the heaviest pair first. A pair that fits hardly better than another of its rows does is for a person
    /// to look at. Equal weights are taken in the order of the rows' ids, so that the order of rows changes nothing.
    #[must_use]
    pub fn one_to_one(&self, mut pairs: Vec<Pair>, numbers: &SharedNumbers<'_>) -> Vec<Decided> {
        let sizes = [self.ids.0.len(), self.ids.1.len()];
        let mut found = self.by_labels(&mut pairs);
        let mut taken = sizes.map(|rows| vec![false; rows]);
        for found in &found {
            (taken[0][found.pair.left as usize], taken[1][found.pair.right as usize]) = (true, true);
        }
        // a row whose partner is known is no other row's rival either
        pairs.retain(|pair| !taken[0][pair.left as usize] && !taken[1][pair.right as usize]);
        pairs.par_sort_unstable_by(|one, other| {
            other.weight.cmp(&one.weight).then_with(|| self.named(one).cmp(&self.named(other)))
        });
        let mut next = sizes.map(Contenders::of);
        for pair in &pairs {
            next[0].note(pair.left, pair.weight);
            next[1].note(pair.right, pair.weight);
        }
        for pair in pairs {
            let rows = [pair.left as usize, pair.right as usize];
            if taken[0][rows[0]] || taken[1][rows[1]] {
                continue;
            }
            let Some(decision) = by_threshold(self.model, pair.weight) else { continue };
            (taken[0][rows[0]], taken[1][rows[1]]) = (true, true);
            let mut decided = self.decided(pair, decision, Because::Weight);
            let other = next.iter().zip(rows).filter_map(|(next, row)| next.beside(row, pair.weight)).max();
            let hardly_better =
                other.is_some_and(|other| other.saturating_add(self.model.margin_centibits) > pair.weight);
            if decided.decision == Decision::Match && (hardly_better || numbers.hold(pair)) {
                decided.decision = Decision::Review;
                decided.because = if hardly_better { Because::Margin } else { Because::SharedNumber };
            }
            found.push(decided);
        }
        // what would match, or is held already: a conflict says more
        let heavy = |found: &&mut Decided| match found.because {
            Because::Weight => found.decision == Decision::Match,
            because => matches!(because, Because::Margin | Because::SharedNumber),
        };
        found
            .par_iter_mut()
            .filter(heavy)
            .for_each_init(|| self.scorer.memory(), |memory, found| self.hold_in_conflict(found, memory));
        found
    }

    /// Takes out the pairs that somebody has decided, and gives back those that are one person, candidates or not.
    fn by_labels(&self, pairs: &mut Vec<Pair>) -> Vec<Decided> {
        if self.labels.is_empty() {
            return Vec::new();
        }
        pairs.retain(|pair| self.labels.get(pair.left, pair.right).is_none());
        let mut memory = self.scorer.memory();
        let matches = self.labels.iter().filter(|(.., is_match)| *is_match);
        let decided = matches.map(|(left, right, _)| {
            let (weight, _) = self.scorer.between((0, left), (1, right), &mut memory);
            self.decided(Pair { left, right, weight }, Decision::Match, Because::Label)
        });
        decided.collect()
    }

    fn decided(&self, pair: Pair, decision: Decision, because: Because) -> Decided {
        let log_odds = self.model.log_odds(pair.weight);
        Decided { pair, probability_ppm: probability_ppm(log_odds), decision, because }
    }

    /// What stands at a conflict is for a person to look at.
    fn hold_in_conflict(&self, decided: &mut Decided, memory: &mut Memory) {
        if self.model.conflicts.is_empty() {
            return;
        }
        let pattern = self.scorer.pattern(decided.pair.left, decided.pair.right, memory);
        if let Some(rule) = self.model.conflict(&pattern) {
            (decided.decision, decided.because) = (Decision::Review, Because::Conflict(rule));
        }
    }

    /// The ids of a pair's rows.
    fn named(&self, pair: &Pair) -> (&str, &str) {
        (self.ids.0.get(pair.left as usize), self.ids.1.get(pair.right as usize))
    }
}

/// The two heaviest pairs of every row.
struct Contenders(Vec<[i32; 2]>);

impl Contenders {
    fn of(rows: usize) -> Self {
        Self(vec![[i32::MIN; 2]; rows])
    }

    /// Weights come in falling order.
    fn note(&mut self, row: u32, weight: i32) {
        let [first, second] = &mut self.0[row as usize];
        if *first == i32::MIN {
            *first = weight;
        } else if *second == i32::MIN {
            *second = weight;
        }
    }

    /// The heaviest pair of a row beside the one of this weight.
    fn beside(&self, row: usize, weight: i32) -> Option<i32> {
        let [first, second] = self.0[row];
        let other = if first == weight { second } else { first };
        (other != i32::MIN).then_some(other)
    }
}

#[cfg(test)]
mod tests;
