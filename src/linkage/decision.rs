//! What becomes of the pairs that remain: match, review, or nothing; each row once, where rows of one roster are different people.

use super::model::LinkageModel;
use super::roster::Column;
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

/// A pair with what is decided of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The pair.
    pub pair: Pair,
    /// Probability that it is one person, in parts per million.
    pub probability_ppm: u32,
    /// Match or review.
    pub decision: Decision,
}

fn decided(model: &LinkageModel, pair: Pair, decision: Decision) -> Decided {
    Decided { pair, probability_ppm: probability_ppm(model.log_odds(pair.weight)), decision }
}

fn by_threshold(model: &LinkageModel, pair: &Pair) -> Option<Decision> {
    match model.log_odds(pair.weight) {
        odds if odds >= model.match_centibits => Some(Decision::Match),
        odds if odds >= model.review_centibits => Some(Decision::Review),
        _ => None,
    }
}

/// Every pair by its own weight: rows may be in several.
#[must_use]
pub fn each_alone(model: &LinkageModel, pairs: &[Pair]) -> Vec<Decided> {
    let found = pairs.iter().filter_map(|pair| Some(decided(model, *pair, by_threshold(model, pair)?)));
    found.collect()
}

/// Each row in one pair at most: the heaviest pair first. A pair that fits hardly better than another of its rows does is for a person
/// to look at. Equal weights are taken in the order of the rows' ids, so that the order of rows changes nothing.
#[must_use]
pub fn one_to_one(model: &LinkageModel, mut pairs: Vec<Pair>, ids: (&Column, &Column)) -> Vec<Decided> {
    let named = |pair: &Pair| (ids.0.get(pair.left as usize), ids.1.get(pair.right as usize));
    pairs.sort_unstable_by(|one, other| other.weight.cmp(&one.weight).then_with(|| named(one).cmp(&named(other))));
    let mut next = [Contenders::of(ids.0.len()), Contenders::of(ids.1.len())];
    for pair in &pairs {
        next[0].note(pair.left, pair.weight);
        next[1].note(pair.right, pair.weight);
    }
    let mut taken = [vec![false; ids.0.len()], vec![false; ids.1.len()]];
    let mut found = Vec::new();
    for pair in pairs {
        let rows = [pair.left as usize, pair.right as usize];
        if taken[0][rows[0]] || taken[1][rows[1]] {
            continue;
        }
        let Some(mut decision) = by_threshold(model, &pair) else { continue };
        (taken[0][rows[0]], taken[1][rows[1]]) = (true, true);
        let other = next.iter().zip(rows).filter_map(|(next, row)| next.beside(row, pair.weight)).max();
        if other.is_some_and(|other| other.saturating_add(model.margin_centibits) > pair.weight) {
            decision = Decision::Review;
        }
        found.push(decided(model, pair, decision));
    }
    found
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
