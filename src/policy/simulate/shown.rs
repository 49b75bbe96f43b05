//! A table as it may be shown: cells of ten households and more, in round numbers where two tables could be set side by side.

use serde::Serialize;

use super::{Count, Headline, MayBecome, SHOWN_FROM};
use crate::household::Fen;

/// Parts of a cell that is shown: those of ten and more, less the smallest where what is left out could be reckoned back.
pub(super) fn that_may_stand(counts: &MayBecome) -> MayBecome {
    let mut parts: Vec<(Headline, u64)> = counts.iter().map(|(headline, count)| (*headline, *count)).collect();
    parts.sort_by_key(|(headline, count)| (std::cmp::Reverse(*count), *headline));
    let mut left_out = 0;
    while let Some((_, smallest)) = parts.last()
        && (*smallest < SHOWN_FROM || (1..SHOWN_FROM).contains(&left_out))
    {
        left_out += smallest;
        parts.pop();
    }
    parts.into_iter().collect()
}

/// One cell of a table that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// County.
    pub region: String,
    /// Headline under the first pack.
    pub before: Headline,
    /// Headline under the second.
    pub after: Headline,
    /// Its households; none where they are fewer than ten.
    pub count: Option<Count>,
    /// Of those open under the first pack: the most favourable outcome they may become.
    pub open_before: MayBecome,
    /// Of those open under the second.
    pub open_after: MayBecome,
}

impl Cell {
    fn is_open(&self) -> bool {
        [self.before, self.after].contains(&Headline::Open)
    }
}

/// A table that may be shown. Its totals are sums of the cells shown, so that what is left out cannot be reckoned back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Whether small cells are shown too.
    pub exact: bool,
    /// Cells, by county, headline before, headline after.
    pub cells: Vec<Cell>,
    /// Households that no pack covers on their day; none where they are few.
    pub not_covered: Option<u64>,
}

/// How many households there are, as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// None.
    Nobody,
    /// Fewer than ten in each cell.
    Few,
    /// So many, and a few more.
    AtLeast(u64),
    /// So many.
    Just(u64),
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str("·"),
            Self::Few => write!(f, "<{SHOWN_FROM}"),
            Self::AtLeast(count) => write!(f, "{count}+"),
            Self::Just(count) => write!(f, "{count}"),
        }
    }
}

/// What households and people are rounded to where tables could be set side by side, and what a month's money is.
const COARSE: u64 = 5;
const COARSE_MONEY: Fen = Fen::from_yuan(100);

/// Down, so that what is told as the least is no more than there is.
fn rounded(count: u64) -> u64 {
    count / COARSE * COARSE
}

fn rounded_money(amount: Fen) -> Fen {
    Fen(amount.0.div_euclid(COARSE_MONEY.0) * COARSE_MONEY.0)
}

impl Shown {
    /// The same in round numbers: two tables of rules that hardly differ do not show what one household is.
    #[must_use]
    pub fn coarse(mut self) -> Self {
        for cell in &mut self.cells {
            if let Some(count) = &mut cell.count {
                (count.households, count.people) = (rounded(count.households), rounded(count.people));
                count.monthly_before = rounded_money(count.monthly_before);
                count.monthly_after = rounded_money(count.monthly_after);
            }
            let parts = cell.open_before.values_mut().chain(cell.open_after.values_mut());
            parts.for_each(|count| *count = rounded(*count));
        }
        self.not_covered = self.not_covered.map(rounded);
        self
    }

    /// Sum over the cells shown that a condition holds for.
    #[must_use]
    pub fn sum(&self, wanted: impl Fn(&Cell) -> bool) -> Count {
        let mut sum = Count::default();
        self.cells.iter().filter(|cell| wanted(cell)).filter_map(|cell| cell.count).for_each(|count| sum.add(count));
        sum
    }

    /// How many households are where a condition holds, as far as it may be shown.
    #[must_use]
    pub fn seen(&self, wanted: impl Fn(&Cell) -> bool) -> Seen {
        let here: Vec<_> = self.cells.iter().filter(|cell| wanted(cell)).collect();
        let shown = here.iter().filter_map(|cell| cell.count).map(|count| count.households).sum();
        match (here.is_empty(), here.iter().any(|cell| cell.count.is_none())) {
            (true, _) => Seen::Nobody,
            (false, true) if shown == 0 => Seen::Few,
            (false, true) => Seen::AtLeast(shown),
            (false, false) => Seen::Just(shown),
        }
    }

    /// Everything shown.
    #[must_use]
    pub fn total(&self) -> Count {
        self.sum(|_| true)
    }

    /// Households whose headline is another, open as one of them.
    #[must_use]
    pub fn moved(&self) -> Count {
        self.sum(|cell| cell.before != cell.after)
    }

    /// Households whose headline is another, and certain under both packs.
    #[must_use]
    pub fn moved_for_certain(&self) -> Seen {
        self.seen(|cell| cell.before != cell.after && !cell.is_open())
    }

    /// Households that are open under either pack: whether they move is not known.
    #[must_use]
    pub fn open(&self) -> Seen {
        self.seen(Cell::is_open)
    }

    /// Whether what is paid in all under the first pack, and under the second, is all of it: whoever is open is paid nothing here, and what is left
    /// out is in no sum.
    #[must_use]
    pub fn complete(&self) -> [bool; 2] {
        let whole = self.left_out() == 0;
        let settled = |side: fn(&Cell) -> Headline| self.cells.iter().all(|cell| side(cell) != Headline::Open);
        [whole && settled(|cell| cell.before), whole && settled(|cell| cell.after)]
    }

    /// What those who are open may become at best, under the first pack and under the second.
    #[must_use]
    pub fn may_become(&self) -> [MayBecome; 2] {
        let mut all = [MayBecome::new(), MayBecome::new()];
        for cell in &self.cells {
            for (sum, part) in all.iter_mut().zip([&cell.open_before, &cell.open_after]) {
                part.iter().for_each(|(headline, count)| *sum.entry(*headline).or_default() += count);
            }
        }
        all
    }

    /// Cells left out.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.cells.iter().filter(|cell| cell.count.is_none()).count()
    }

    /// Counties, by code.
    #[must_use]
    pub fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<&str> = self.cells.iter().map(|cell| cell.region.as_str()).collect();
        regions.dedup();
        regions
    }

    /// Headlines that occur, most favourable first.
    #[must_use]
    pub fn headlines(&self) -> Vec<Headline> {
        let occurs = |headline: &Headline| self.cells.iter().any(|c| c.before == *headline || c.after == *headline);
        Headline::ALL.into_iter().filter(occurs).collect()
    }
}
