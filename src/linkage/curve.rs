//! Precision and recall over the weight from which pairs count: one pass over the pairs, heaviest first.
//!
//! One-to-one takes the heaviest pair first, so what it takes from a weight on is the beginning of what it takes in all: the same
//! pass serves both.

use super::decision::Pair;
use super::truth::{Counted, Truth};

/// What is found when pairs count from a weight on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurvePoint {
    /// The weight, in centibits.
    pub weight: i32,
    /// Right, wrong and missed.
    pub counted: Counted,
}

/// A point for every weight that a pair has, in falling order. A pair stands in `pairs` once.
#[must_use]
pub fn curve(mut pairs: Vec<Pair>, truth: &Truth) -> Vec<CurvePoint> {
    pairs.sort_unstable_by_key(|pair| std::cmp::Reverse(pair.weight));
    let mut points: Vec<CurvePoint> = Vec::new();
    let mut counted = Counted { right: 0, wrong: 0, missed: truth.len() };
    for pair in pairs {
        if truth.has(pair.left, pair.right) {
            counted.right += 1;
            counted.missed = counted.missed.saturating_sub(1);
        } else {
            counted.wrong += 1;
        }
        match points.last_mut().filter(|last| last.weight == pair.weight) {
            Some(last) => last.counted = counted,
            None => points.push(CurvePoint { weight: pair.weight, counted }),
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::roster::Column;

    fn column(texts: &[&str]) -> Column {
        texts.iter().copied().collect()
    }

    #[test]
    fn every_weight_has_a_point_and_the_last_counts_all() {
        let ids = column(&["a", "b", "c", "d"]);
        let truth = Truth::of(&[column(&["a", "b", "c"]), column(&["a", "b", "d"])], (&ids, &ids), false);
        let pair = |left, right, weight| Pair { left, right, weight };
        // a and b are right, c is found with a stranger first, its own pair is not found
        let pairs = vec![pair(1, 1, 500), pair(2, 2, 700), pair(0, 0, 900), pair(3, 1, 500)];
        let points = curve(pairs, &truth);
        let shown: Vec<_> =
            points.iter().map(|p| (p.weight, p.counted.right, p.counted.wrong, p.counted.missed)).collect();
        assert_eq!(shown, [(900, 1, 0, 2), (700, 1, 1, 2), (500, 2, 2, 1)]);
        let shares: Vec<_> = points.iter().map(|p| (p.counted.precision_ppm(), p.counted.recall_ppm())).collect();
        assert_eq!(shares, [(1_000_000, 333_333), (500_000, 333_333), (500_000, 666_666)]);
        assert_eq!(curve(Vec::new(), &truth), []);
    }
}
