//! Rules tried on many households: what each comes out as under two packs, counted into a table of who moves and what it costs.
//!
//! Pure: whoever has evidence adds it household by household, in whatever order, on as many threads as there are, and adds the tables up.
//! A table that is shown leaves out cells of fewer than ten households, everywhere: no total gives one away.

mod shown;

use std::collections::BTreeMap;

use serde::Serialize;

use self::shown::that_may_stand;
pub use self::shown::{Cell, Seen, Shown};
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

#[cfg(test)]
mod tests;
