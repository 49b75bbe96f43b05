//! One wage, several departments: each month is counted once, from the department the pack believes first.

use crate::household::{Fen, Private};
use crate::policy::case::Item;
use crate::policy::pack::{Codes, WageSource};
use crate::policy::window::Months;

/// A record that says what somebody was paid in some months.
pub(super) struct Candidate<'c> {
    pub item: &'c Item<'c>,
    pub source: WageSource,
    pub employer: Option<&'c Private>,
    pub months: Months,
    /// A month, where the record states one; else `gross` is spread evenly.
    pub monthly: Option<Fen>,
    pub gross: Fen,
    pub computation: Option<String>,
}

/// A candidate with the months it is counted for.
pub(super) struct Chosen<'c> {
    pub candidate: Candidate<'c>,
    pub counted_months: Months,
    /// Position of its department in the pack's order.
    pub rank: usize,
}

impl Chosen<'_> {
    /// What it counts: all of it, or the part of the months that nobody before reported.
    pub fn counted(&self) -> Fen {
        if self.counted_months == self.candidate.months {
            return self.candidate.gross;
        }
        match self.candidate.monthly {
            Some(monthly) => super::times(monthly, self.counted_months),
            None => self.candidate.gross.mul_ratio(self.counted_months.count(), self.candidate.months.count().max(1)),
        }
    }
}

/// Chooses months. Tax returns of one department add up (two payers, a bonus beside the pay); of the others, two records of the
/// same employer in one month are one wage seen from two branches.
pub(super) fn once<'c>(order: &Codes<WageSource>, mut candidates: Vec<Candidate<'c>>) -> Vec<Chosen<'c>> {
    candidates.retain(|candidate| order.position(candidate.source).is_some());
    candidates.sort_by_key(|candidate| order.position(candidate.source));
    let mut covered = Months::default();
    let mut within: Vec<(Option<&Private>, Months)> = Vec::new();
    let mut current: Option<(usize, Months)> = None;
    let mut chosen = Vec::new();
    for candidate in candidates {
        let rank = order.position(candidate.source).unwrap_or(usize::MAX);
        if current.is_none_or(|(of, _)| of != rank) {
            covered = covered.with(current.map(|(_, months)| months).unwrap_or_default());
            within.clear();
            current = Some((rank, Months::default()));
        }
        let mut free = candidate.months.without(covered);
        if candidate.source != WageSource::Tax {
            let same = |employer: &Option<&Private>| {
                *employer == candidate.employer || employer.is_none() || candidate.employer.is_none()
            };
            for (_, months) in within.iter().filter(|(employer, _)| same(employer)) {
                free = free.without(*months);
            }
        }
        if candidate.item.counts() {
            within.push((candidate.employer, free));
            current = current.map(|(of, months)| (of, months.with(free)));
        }
        chosen.push(Chosen { candidate, counted_months: free, rank });
    }
    chosen
}
