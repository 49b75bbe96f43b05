//! One wage, several departments: each month is counted once, from the department the pack believes first. A wage of another
//! employer, known as such, may be a second job: it counts nothing as it stands and stays in what is at most counted.

use super::PartMonths;
use crate::household::{Fen, Private};
use crate::policy::case::Item;
use crate::policy::grounds::Text;
use crate::policy::pack::{Codes, WageSource};
use crate::policy::spouse::plain;
use crate::policy::window::Months;

/// A record that says what somebody was paid in some months.
pub(super) struct Candidate<'c, 'a> {
    pub item: &'c Item<'a>,
    pub source: WageSource,
    pub employer: Option<&'a Private>,
    pub months: Months,
    /// Of these, the months that the record itself vouches for.
    pub certain: Months,
    /// A month, where the record states one; else `gross` is spread evenly.
    pub monthly: Option<Fen>,
    /// What months at the ends of a job fall short of `monthly`.
    pub short: PartMonths,
    pub gross: Fen,
    pub computation: Option<Text>,
}

/// A candidate with the months it is counted for.
pub(super) struct Chosen<'c, 'a> {
    pub candidate: Candidate<'c, 'a>,
    pub counted_months: Months,
    /// Months that may be another wage, or may not have been paid at all.
    pub open_months: Months,
    /// Position of its department in the pack's order.
    pub rank: usize,
}

impl Chosen<'_, '_> {
    /// What it counts: all of it, or the part of the months that nobody before reported.
    pub fn counted(&self) -> Fen {
        self.amount(self.counted_months)
    }

    /// What it counts with every open month.
    pub fn counted_at_most(&self) -> Fen {
        self.amount(self.counted_months.with(self.open_months))
    }

    fn amount(&self, months: Months) -> Fen {
        if months == self.candidate.months {
            return self.candidate.gross;
        }
        match self.candidate.monthly {
            Some(monthly) => (super::times(monthly, months) - self.candidate.short.short_of(months)).at_least_zero(),
            None => self.candidate.gross.mul_ratio(months.count(), self.candidate.months.count().max(1)),
        }
    }
}

/// Whether two records may name one employer: one of them names none, or both write the same.
pub(super) fn may_be_one(one: Option<&Private>, other: Option<&Private>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other || plain(one.expose()) == plain(other.expose()),
        _ => true,
    }
}

/// Months that records have told, by employer.
#[derive(Default)]
struct Told<'c>(Vec<(Option<&'c Private>, Months)>);

impl<'c> Told<'c> {
    /// Months that are the same employer's, as far as both are known; and months that are certainly another's.
    fn of(&self, employer: Option<&Private>) -> (Months, Months) {
        let (mut same, mut other) = (Months::default(), Months::default());
        for (theirs, months) in &self.0 {
            let all = if may_be_one(*theirs, employer) { &mut same } else { &mut other };
            *all = all.with(*months);
        }
        (same, other.without(same))
    }
}

/// Chooses months. Tax returns of one department add up (two payers, a bonus beside the pay); of the others, two records of the
/// same employer in one month are one wage seen from two branches.
pub(super) fn once<'c, 'a>(order: &Codes<WageSource>, mut candidates: Vec<Candidate<'c, 'a>>) -> Vec<Chosen<'c, 'a>> {
    candidates.retain(|candidate| order.position(candidate.source).is_some());
    candidates.sort_by_key(|candidate| order.position(candidate.source));
    let rank_of = |candidate: &Candidate<'_, '_>| order.position(candidate.source).unwrap_or(usize::MAX);
    let doubted: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.item.in_doubt())
        .map(|candidate| (rank_of(candidate), candidate.months))
        .collect();
    let (mut before, mut within) = (Told::default(), Told::default());
    let mut current = None;
    let mut chosen = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let rank = rank_of(&candidate);
        if current != Some(rank) {
            before.0.append(&mut within.0);
            current = Some(rank);
        }
        let (repeated, others) = before.of(candidate.employer);
        let mut new = candidate.months.without(repeated);
        if candidate.source != WageSource::Tax {
            new = new.without(within.of(candidate.employer).0);
        }
        let counted_months = new.without(others).within(candidate.certain);
        if candidate.item.counts() {
            // months that a record only may be about hide nobody else's
            within.0.push((candidate.employer, new.within(candidate.certain)));
        }
        // A record in doubt that comes first may turn out to be the wage that another record only seemed to repeat: then this one is
        // a second job's in those months.
        let may_turn =
            doubted.iter().filter(|(theirs, _)| *theirs <= rank).fold(Months::default(), |all, (_, m)| all.with(*m));
        let open = if candidate.item.counts() { new.with(candidate.months.within(may_turn)) } else { new };
        chosen.push(Chosen { counted_months, open_months: open.without(counted_months), rank, candidate });
    }
    chosen
}

/// The only record of a wage: every month that it vouches for, and any other open.
#[inline]
pub(super) fn alone<'c, 'a>(order: &Codes<WageSource>, candidate: Candidate<'c, 'a>) -> Option<Chosen<'c, 'a>> {
    let rank = order.position(candidate.source)?;
    let counted_months = candidate.months.within(candidate.certain);
    Some(Chosen { counted_months, open_months: candidate.months.without(counted_months), rank, candidate })
}
