//! Whether stated probabilities hold: of pairs said to be one person with 95 %, are 95 in a hundred?

use super::decision::Decided;
use super::truth::Truth;

/// Where bins of stated probability begin, in parts per million: finer where most pairs are, near certainty.
const BEGINS: [u32; 14] = [
    0, 10_000, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000, 990_000, 999_000,
    999_900,
];

/// Pairs whose stated probability lies in a bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bin {
    /// From here, in parts per million.
    pub from: u32,
    /// To below here; the last bin holds certainty too.
    pub to: u32,
    /// How many pairs.
    pub pairs: u64,
    /// How many of them are true.
    pub right: u64,
    /// Sum of what was stated of them.
    stated: u64,
}

impl Bin {
    /// What was stated of a pair on average, in parts per million; none of no pairs.
    #[must_use]
    pub fn stated_ppm(&self) -> Option<u64> {
        (self.stated + self.pairs / 2).checked_div(self.pairs)
    }

    /// What share of them is true.
    #[must_use]
    pub fn right_ppm(&self) -> Option<u64> {
        (self.right * 1_000_000 + self.pairs / 2).checked_div(self.pairs)
    }
}

/// Stated probabilities held against the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reliability {
    /// From the least probable to the most.
    pub bins: Vec<Bin>,
}

impl Reliability {
    /// Counts pairs.
    #[must_use]
    pub fn of(found: &[Decided], truth: &Truth) -> Self {
        let ends = BEGINS[1..].iter().copied().chain([1_000_000]);
        let mut bins: Vec<Bin> =
            BEGINS.into_iter().zip(ends).map(|(from, to)| Bin { from, to, ..Bin::default() }).collect();
        for found in found {
            let place = BEGINS.partition_point(|begin| *begin <= found.probability_ppm) - 1;
            let bin = &mut bins[place];
            bin.pairs += 1;
            bin.stated += u64::from(found.probability_ppm);
            bin.right += u64::from(truth.has(found.pair.left, found.pair.right));
        }
        Self { bins }
    }

    /// How far what is stated is from what is true, averaged over all pairs (expected calibration error), in parts per million; none of no
    /// pairs.
    #[must_use]
    pub fn error_ppm(&self) -> Option<u64> {
        let pairs: u64 = self.bins.iter().map(|bin| bin.pairs).sum();
        let off: u64 = self.bins.iter().map(|bin| bin.stated.abs_diff(bin.right * 1_000_000)).sum();
        off.checked_div(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::decision::{Because, Decision, Pair};
    use crate::linkage::roster::Column;

    fn column(texts: &[&str]) -> Column {
        texts.iter().copied().collect()
    }

    fn found(row: u32, probability_ppm: u32) -> Decided {
        let pair = Pair { left: row, right: row, weight: 0 };
        Decided { pair, probability_ppm, decision: Decision::Match, because: Because::Weight }
    }

    #[test]
    fn pairs_stand_in_the_bin_of_what_was_stated_of_them() {
        let ids = column(&["a", "b", "c", "d"]);
        let truth = Truth::of(&[column(&["a", "b"]), column(&["a", "b"])], (&ids, &ids), false);
        let found = [found(0, 1_000_000), found(1, 999_900), found(2, 999_899), found(3, 0)];
        let reliability = Reliability::of(&found, &truth);
        let filled: Vec<_> = reliability.bins.iter().filter(|bin| bin.pairs > 0).collect();
        let shown: Vec<_> =
            filled.iter().map(|bin| (bin.from, bin.to, bin.pairs, bin.stated_ppm(), bin.right_ppm())).collect();
        assert_eq!(
            shown,
            [
                (0, 10_000, 1, Some(0), Some(0)),
                (999_000, 999_900, 1, Some(999_899), Some(0)),
                (999_900, 1_000_000, 2, Some(999_950), Some(1_000_000)),
            ]
        );
        assert_eq!(reliability.error_ppm(), Some((999_899 + 100) / 4));
    }

    #[test]
    fn bins_are_next_to_each_other_from_nothing_to_certainty() {
        let ids = column(&["a"]);
        let truth = Truth::of(&[column(&[]), column(&[])], (&ids, &ids), false);
        let none = Reliability::of(&[], &truth);
        assert_eq!((none.bins[0].from, none.bins.last().map(|bin| bin.to)), (0, Some(1_000_000)));
        assert!(none.bins.windows(2).all(|two| two[0].to == two[1].from));
        assert_eq!((none.error_ppm(), none.bins[0].stated_ppm(), none.bins[0].right_ppm()), (None, None, None));
    }
}
