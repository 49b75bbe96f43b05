//! What errors cost, and the thresholds that follow from it.
//!
//! A pair of rows is one person with probability p. What deciding it costs on average:
//!
//! * *match*: two people are taken for one with probability 1 − p, so `(1 − p) · false_match`;
//! * *review*: somebody looks, and then knows, so `review`, whatever p is;
//! * *no*: one person stays two with probability p, so `p · missed`.
//!
//! The cheapest is right. A match is cheaper than a look when `(1 − p) · false_match < review`, that is from `1 − review / false_match`
//! on; a look is cheaper than letting go when `review < p · missed`, that is from `review / missed` on. Where the second lies above the
//! first a look never pays: then a match is cheaper than letting go when `(1 − p) · false_match < p · missed`, from
//! `false_match / (false_match + missed)` on, and nothing is reviewed. Only ratios count, so the unit is free: one look is the handiest.

use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use super::checking::Checking;
use crate::identity::bits::{ONE, log_odds_centibits};

/// Costs are at most this.
const MOST: u32 = 1_000_000_000;

/// What one look and the two errors cost, in any unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Somebody looks at a pair.
    pub review: u32,
    /// Two people are taken for one.
    pub false_match: u32,
    /// One person is not found.
    pub missed: u32,
}

impl Cost {
    /// From which probability on a match is cheapest, and from which on a look is; in parts per trillion.
    #[must_use]
    pub fn probabilities(self) -> [u64; 2] {
        let of = |part: u32, whole: u64| {
            let (part, whole) = (u128::from(part) * u128::from(ONE), u128::from(whole));
            u64::try_from((part + whole / 2) / whole).map_or(ONE, |share| share.min(ONE))
        };
        let (false_match, missed) = (u64::from(self.false_match), u64::from(self.missed));
        let (matching, looking) = (ONE - of(self.review, false_match), of(self.review, missed));
        if looking <= matching {
            return [matching, looking];
        }
        let single = of(self.false_match, false_match + missed);
        [single, single]
    }

    /// The same as log odds, in centibits.
    #[must_use]
    pub fn centibits(self) -> [i32; 2] {
        self.probabilities().map(log_odds_centibits)
    }
}

/// What somebody wrote is no cost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be three whole numbers from 1 to {MOST}: what a look, a wrong match and a missed person cost, such as 1,500,5"
)]
pub struct NoCost;

impl FromStr for Cost {
    type Err = NoCost;

    /// Reads `review,false_match,missed`.
    fn from_str(text: &str) -> Result<Self, NoCost> {
        let parts = text.split(',').map(|part| part.trim().parse().ok().filter(|cost| (1..=MOST).contains(cost)));
        let parts: Option<Vec<u32>> = parts.collect();
        match parts.as_deref() {
            Some(&[review, false_match, missed]) => Ok(Self { review, false_match, missed }),
            _ => Err(NoCost),
        }
    }
}

/// Costs as a model file has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CostFile {
    review: Spanned<u32>,
    false_match: Spanned<u32>,
    missed: Spanned<u32>,
}

/// From where on a pair matches, and from where on it is looked at: by cost, or as somebody chose.
pub(crate) struct ThresholdsFile<'a> {
    pub(crate) cost: Option<&'a CostFile>,
    pub(crate) match_at: Option<&'a Spanned<String>>,
    pub(crate) review_at: Option<&'a Spanned<String>>,
    /// Where a threshold that is not there is missed.
    pub(crate) beside: std::ops::Range<usize>,
}

impl Checking<'_> {
    /// The thresholds for *match* and *review* as log odds, and the costs they follow from. `prefix` goes before the keys.
    pub(crate) fn thresholds(&mut self, prefix: &str, file: &ThresholdsFile<'_>) -> ([i32; 2], Option<Cost>) {
        let chosen = [("match_at", file.match_at), ("review_at", file.review_at)];
        if let Some(cost) = file.cost {
            for (key, at) in chosen {
                if let Some(at) = at {
                    let message = "the thresholds follow from cost: leave this out, or cost";
                    self.fault(Some(at.span()), &format!("{prefix}{key}"), message);
                }
            }
            let cost = self.cost(prefix, cost);
            return (cost.centibits(), Some(cost));
        }
        let absent = chosen.iter().filter(|(_, at)| at.is_none()).map(|(key, _)| *key).collect::<Vec<_>>();
        match absent[..] {
            [] => {}
            [one] => {
                let message = "is missing: a model has both match_at and review_at, or cost, from which both follow";
                self.fault(Some(file.beside.clone()), &format!("{prefix}{one}"), message);
            }
            _ => {
                let message = "is missing: say what errors cost, such as { review = 1, false_match = 500, missed = 5 }, or from which \
                               probability on a pair matches and is looked at (match_at and review_at)";
                self.fault(Some(file.beside.clone()), &format!("{prefix}cost"), message);
            }
        }
        let mut odds = |key: &str, at: Option<&Spanned<String>>| {
            at.map_or(0, |at| log_odds_centibits(self.positive(&format!("{prefix}{key}"), at)))
        };
        let thresholds = [odds("match_at", file.match_at), odds("review_at", file.review_at)];
        if let (Some(_), Some(review)) = (file.match_at, file.review_at)
            && thresholds[1] > thresholds[0]
        {
            self.fault(Some(review.span()), &format!("{prefix}review_at"), "must not be above match_at");
        }
        (thresholds, None)
    }

    fn cost(&mut self, prefix: &str, file: &CostFile) -> Cost {
        let mut whole = |key: &str, cost: &Spanned<u32>| {
            if !(1..=MOST).contains(cost.get_ref()) {
                let message = format!("must be from 1 to {MOST}: only ratios count, a look may be 1");
                self.fault(Some(cost.span()), &format!("{prefix}cost.{key}"), &message);
            }
            (*cost.get_ref()).clamp(1, MOST)
        };
        Cost {
            review: whole("review", &file.review),
            false_match: whole("false_match", &file.false_match),
            missed: whole("missed", &file.missed),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(decimal: &str) -> u64 {
        crate::identity::bits::parse_probability(decimal).expect("a decimal")
    }

    #[test]
    fn thresholds_follow_from_costs() {
        for (review, false_match, missed, matching, looking) in [
            (1, 1_000, 1_000, "0.999", "0.001"),
            (1, 100, 2, "0.99", "0.5"),
            (1, 143, 5, "0.993006993007", "0.2"),
            // only ratios count
            (10, 1_430, 50, "0.993006993007", "0.2"),
            // both errors cost two looks: there is one point at which a look is as good as either
            (1, 2, 2, "0.5", "0.5"),
            // a look that costs as much as an error never pays: the error that costs less is risked
            (1, 1, 1, "0.5", "0.5"),
            (1, 99, 1, "0.99", "0.99"),
            (1_000_000_000, 1, 1, "0.5", "0.5"),
            (1, 1_000_000_000, 1_000_000_000, "0.999999999", "0.000000001"),
        ] {
            let found = Cost { review, false_match, missed }.probabilities();
            assert_eq!(found, [parts(matching), parts(looking)], "{review} {false_match} {missed}");
        }
    }

    #[test]
    fn costs_are_read_from_three_numbers() {
        assert_eq!("1, 143,5".parse(), Ok(Cost { review: 1, false_match: 143, missed: 5 }));
        for wrong in ["", "1,143", "1,143,5,2", "0,143,5", "1,-3,5", "1,1.5,5", "1,143,2000000000", "a,b,c"] {
            assert_eq!(wrong.parse::<Cost>(), Err(NoCost), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_decided_is_never_dearer_than_anything_else(
            (review, false_match, missed) in (1_u32..=2_000, 1_u32..=2_000, 1_u32..=2_000),
            p in 0..=ONE,
        ) {
            let [matching, looking] = Cost { review, false_match, missed }.probabilities();
            prop_assert!(looking <= matching && matching <= ONE);
            let whole = u128::from(ONE);
            let costs = [
                (whole - u128::from(p)) * u128::from(false_match),
                whole * u128::from(review),
                u128::from(p) * u128::from(missed),
            ];
            let taken = if p >= matching { costs[0] } else if p >= looking { costs[1] } else { costs[2] };
            let cheapest = costs.into_iter().min().expect("three");
            // thresholds are rounded to a part per trillion
            prop_assert!(taken - cheapest <= 4_000, "{taken} {cheapest}");
        }
    }
}
