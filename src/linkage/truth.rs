//! What is found against what is true: precision, recall and F1, in parts per million.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::clusters::Clusters;
use super::decision::{Decided, Decision};
use super::roster::Column;

/// True pairs, as rows.
pub struct Truth {
    pairs: HashSet<(u32, u32), FixedState>,
    /// Pairs of which a row is in no roster.
    pub unknown: u64,
    is_one: bool,
}

/// Right and wrong pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Found and true.
    pub right: u64,
    /// Found and not true.
    pub wrong: u64,
    /// True and not found.
    pub missed: u64,
}

/// How well a run did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Matches alone.
    pub matches: Counted,
    /// Matches, and what a person looks at.
    pub with_reviews: Counted,
    /// All pairs within clusters, where there are clusters.
    pub clusters: Option<Counted>,
}

impl Truth {
    /// Reads pairs of ids; of one roster the order in a pair says nothing.
    #[must_use]
    pub fn of([lefts, rights]: &[Column; 2], ids: (&Column, &Column), is_one: bool) -> Self {
        let rows = |ids: &'_ Column| -> HashMap<String, u32, FixedState> {
            ids.iter().zip(0..).map(|(id, row)| (id.to_owned(), row)).collect()
        };
        let (left_rows, right_rows) = (rows(ids.0), if is_one { HashMap::default() } else { rows(ids.1) });
        let right_rows = if is_one { &left_rows } else { &right_rows };
        let mut truth = Self { pairs: HashSet::default(), unknown: 0, is_one };
        for (left, right) in lefts.iter().zip(rights.iter()) {
            match (left_rows.get(left), right_rows.get(right)) {
                (Some(left), Some(right)) => {
                    truth.pairs.insert(truth.ordered(*left, *right));
                }
                _ => truth.unknown += 1,
            }
        }
        truth
    }

    fn ordered(&self, left: u32, right: u32) -> (u32, u32) {
        if self.is_one { (left.min(right), left.max(right)) } else { (left, right) }
    }

    /// How many true pairs are known.
    #[must_use]
    pub fn len(&self) -> u64 {
        u64::try_from(self.pairs.len()).unwrap_or(u64::MAX)
    }

    /// Whether no true pair is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Whether two rows are one person.
    #[must_use]
    pub fn has(&self, left: u32, right: u32) -> bool {
        self.pairs.contains(&self.ordered(left, right))
    }

    /// Holds what was found against it.
    #[must_use]
    pub fn measured(&self, found: &[Decided], clusters: Option<&Clusters>) -> Measured {
        let counted = |wanted: &dyn Fn(Decision) -> bool| {
            let mut counted = Counted::default();
            for found in found.iter().filter(|found| wanted(found.decision)) {
                if self.has(found.pair.left, found.pair.right) {
                    counted.right += 1;
                } else {
                    counted.wrong += 1;
                }
            }
            counted.missed = u64::try_from(self.pairs.len()).unwrap_or(u64::MAX).saturating_sub(counted.right);
            counted
        };
        Measured {
            matches: counted(&|decision| decision == Decision::Match),
            with_reviews: counted(&|_| true),
            clusters: clusters.map(|clusters| self.measured_clusters(clusters)),
        }
    }

    /// Holds clusters against it: all pairs of rows of one cluster, between two rosters those of one row of each.
    fn measured_clusters(&self, clusters: &Clusters) -> Counted {
        let mut rows = vec![[0_u64; 2]; clusters.number as usize];
        for (side, of) in clusters.of.iter().enumerate() {
            for cluster in of {
                rows[*cluster as usize][side] += 1;
            }
        }
        let pairs =
            |[left, right]: [u64; 2]| if self.is_one { left * left.saturating_sub(1) / 2 } else { left * right };
        let all: u64 = rows.into_iter().map(pairs).sum();
        let cluster = |side: usize, row: u32| clusters.of[side][row as usize];
        let together = |(left, right): &&(u32, u32)| cluster(0, *left) == cluster(usize::from(!self.is_one), *right);
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let right = number(self.pairs.iter().filter(together).count());
        Counted { right, wrong: all - right, missed: number(self.pairs.len()) - right }
    }
}

impl Counted {
    /// Of what was found, how much is true, in parts per million.
    #[must_use]
    pub fn precision_ppm(&self) -> u64 {
        share_ppm(self.right, self.right + self.wrong)
    }

    /// Of what is true, how much was found.
    #[must_use]
    pub fn recall_ppm(&self) -> u64 {
        share_ppm(self.right, self.right + self.missed)
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1_ppm(&self) -> u64 {
        share_ppm(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

/// A share in parts per million, rounded down; of nothing, all.
fn share_ppm(part: u64, whole: u64) -> u64 {
    (part * 1_000_000).checked_div(whole).unwrap_or(1_000_000)
}

#[cfg(test)]
mod tests;
