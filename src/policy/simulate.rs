//! Rules tried on many households: what each comes out as under two packs, counted into a table of who moves and what it costs.
//!
//! Pure: whoever has evidence adds it household by household, in whatever order, on as many threads as there are, and adds the tables up.
//! A table that is shown leaves out cells of fewer than ten households, everywhere: no total gives one away.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assess::{OUTCOMES, Outcomes};
use super::assessment::{Assessment, Certainty, Per};
use super::pack::Pack;
use super::roll::Roll;
use crate::household::{Evidence, Fen};

/// Cells of fewer households are not shown.
pub const SHOWN_FROM: u64 = 10;
/// The outcome of nobody.
const NONE: &str = "none";

/// What a household comes out as: the most favourable outcome that is met, else open, else none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Headline {
    /// 特困
    Tekun,
    /// 低保
    Dibao,
    /// 单人户低保
    DibaoSingle,
    /// 低保边缘
    DibaoMarginal,
    /// 刚性支出困难
    RigidExpenditure,
    /// 渐退
    GradualExit,
    /// 待定: nothing is met for certain, and something may be
    Open,
    /// 均不符合
    None,
}

impl Headline {
    /// Every headline, most favourable first.
    pub const ALL: [Self; 8] = [
        Self::Tekun,
        Self::Dibao,
        Self::DibaoSingle,
        Self::DibaoMarginal,
        Self::RigidExpenditure,
        Self::GradualExit,
        Self::Open,
        Self::None,
    ];

    /// Code, Chinese and English.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Tekun => ("tekun", "特困", "tekun"),
            Self::Dibao => ("dibao", "低保", "dibao"),
            Self::DibaoSingle => ("dibao_single", "单人户低保", "dibao, single person"),
            Self::DibaoMarginal => ("dibao_marginal", "低保边缘", "marginal"),
            Self::RigidExpenditure => ("rigid_expenditure", "刚性支出困难", "rigid expenditure"),
            Self::GradualExit => ("gradual_exit", "渐退", "gradual exit"),
            Self::Open => ("open", "待定", "open"),
            Self::None => (NONE, "均不符合", "none"),
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.names().0
    }

    fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|headline| headline.code() == code)
    }
}

/// What a household comes out as under a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The headline.
    pub headline: Headline,
    /// Of an open one: the most favourable outcome it may become.
    pub may_become: Option<Headline>,
    /// What would be paid a month for the headline's outcome.
    pub monthly: Fen,
}

impl Standing {
    /// Reads an assessment; its outcomes stand most favourable first.
    #[must_use]
    pub fn of(assessment: &Assessment) -> Self {
        let first = |state: Certainty| {
            let of_state = assessment.screening.iter().filter(|s| s.state == state && s.outcome != NONE);
            of_state.filter_map(|screening| Headline::of_code(&screening.outcome)).min()
        };
        let (met, may_become) = (first(Certainty::Met), first(Certainty::Open));
        let headline = met.or(may_become.map(|_| Headline::Open)).unwrap_or(Headline::None);
        let paid = assessment.amounts.iter().filter(|line| line.per == Per::Month && line.is_of(headline.code()));
        Self {
            headline,
            may_become: may_become.filter(|_| headline == Headline::Open),
            monthly: paid.map(|line| line.amount).sum(),
        }
    }

    /// Reads outcomes that were reckoned without words.
    #[must_use]
    pub fn of_outcomes(outcomes: &Outcomes) -> Self {
        let first = |wanted: Certainty| {
            let states = OUTCOMES.iter().zip(outcomes.states);
            let of_state = states.filter(|(code, state)| *state == wanted && **code != NONE);
            of_state.filter_map(|(code, _)| Headline::of_code(code)).min()
        };
        let (met, may_become) = (first(Certainty::Met), first(Certainty::Open));
        let headline = met.or(may_become.map(|_| Headline::Open)).unwrap_or(Headline::None);
        let may_become = may_become.filter(|_| headline == Headline::Open);
        Self { headline, may_become, monthly: outcomes.monthly }
    }
}

/// A household under two packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its county.
    pub region: String,
    /// People in it, as declared.
    pub people: u32,
    /// Under the first pack.
    pub before: Standing,
    /// Under the second.
    pub after: Standing,
}

/// Applies both packs to one household's evidence.
#[must_use]
pub fn compare(evidence: &Evidence, before: &Pack, after: &Pack) -> Move {
    let mut roll = Roll::default();
    roll.push(evidence);
    let standing = |pack: &Pack| {
        let found = roll.outcomes(pack).next().expect("one household went in");
        Standing::of_outcomes(&found)
    };
    let first = standing(before);
    let second = if before.hash() == after.hash() && before.as_of() == after.as_of() { first } else { standing(after) };
    Move {
        region: evidence.region.as_str().to_owned(),
        people: u32::try_from(evidence.members.len()).unwrap_or(u32::MAX),
        before: first,
        after: second,
    }
}

/// Households of one cell of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How many.
    pub households: u64,
    /// People in them.
    pub people: u64,
    /// Paid a month under the first pack.
    pub monthly_before: Fen,
    /// Paid a month under the second.
    pub monthly_after: Fen,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.households += other.households;
        self.people += other.people;
        self.monthly_before += other.monthly_before;
        self.monthly_after += other.monthly_after;
    }
}

/// How many households may become what.
pub type MayBecome = BTreeMap<Headline, u64>;

/// A cell as it is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tally {
    count: Count,
    /// Of those open before, and of those open after.
    may_become: [MayBecome; 2],
}

/// Who moves: households by county, headline before and headline after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    cells: BTreeMap<(String, Headline, Headline), Tally>,
    /// Households that no pack covers on their day.
    pub not_covered: u64,
}

impl Movement {
    /// Counts a household.
    pub fn add(&mut self, moved: &Move) {
        let cell = (moved.region.clone(), moved.before.headline, moved.after.headline);
        let tally = self.cells.entry(cell).or_default();
        tally.count.add(Count {
            households: 1,
            people: u64::from(moved.people),
            monthly_before: moved.before.monthly,
            monthly_after: moved.after.monthly,
        });
        for (may_become, standing) in tally.may_become.iter_mut().zip([moved.before, moved.after]) {
            if let Some(headline) = standing.may_become {
                *may_become.entry(headline).or_default() += 1;
            }
        }
    }

    /// Adds another table's counts.
    pub fn merge(&mut self, other: Self) {
        for (cell, theirs) in other.cells {
            let own = self.cells.entry(cell).or_default();
            own.count.add(theirs.count);
            for (mine, more) in own.may_become.iter_mut().zip(theirs.may_become) {
                more.into_iter().for_each(|(headline, count)| *mine.entry(headline).or_default() += count);
            }
        }
        self.not_covered += other.not_covered;
    }

    /// The table as it may be shown: every cell, or those of ten households and more.
    #[must_use]
    pub fn shown(&self, exact: bool) -> Shown {
        let mut shown = Shown { exact, ..Shown::default() };
        for ((region, before, after), Tally { count, may_become }) in &self.cells {
            let may_stand = exact || count.households >= SHOWN_FROM;
            let [open_before, open_after] = may_become.each_ref().map(|counts| match (may_stand, exact) {
                (false, _) => MayBecome::new(),
                (true, true) => counts.clone(),
                (true, false) => that_may_stand(counts),
            });
            shown.cells.push(Cell {
                region: region.clone(),
                before: *before,
                after: *after,
                count: may_stand.then_some(*count),
                open_before,
                open_after,
            });
        }
        shown.not_covered = Some(self.not_covered).filter(|count| exact || *count == 0 || *count >= SHOWN_FROM);
        shown
    }
}

/// Parts of a cell that is shown: those of ten and more, less the smallest where what is left out could be reckoned back.
fn that_may_stand(counts: &MayBecome) -> MayBecome {
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

#[cfg(test)]
mod tests;
