//! Rules tried on many households: what each comes out as under two packs, counted into a table of who moves and what it costs.
//!
//! Pure: whoever has evidence adds it household by household, in whatever order, on as many threads as there are, and adds the tables up.
//! A table that is shown leaves out cells of fewer than ten households, everywhere: no total gives one away.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assess;
use super::assessment::{Assessment, Certainty};
use super::pack::Pack;
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
        let paid = assessment.amounts.iter().filter(|line| line.outcome == headline.code());
        Self {
            headline,
            may_become: may_become.filter(|_| headline == Headline::Open),
            monthly: paid.map(|line| line.monthly).sum(),
        }
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
    let standing = |pack: &Pack| Standing::of(&assess(evidence, pack));
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

/// Who moves: households by county, headline before and headline after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movement {
    cells: BTreeMap<(String, Headline, Headline), Count>,
    /// Households that no pack covers on their day.
    pub not_covered: u64,
}

impl Movement {
    /// Counts a household.
    pub fn add(&mut self, moved: &Move) {
        let cell = (moved.region.clone(), moved.before.headline, moved.after.headline);
        self.cells.entry(cell).or_default().add(Count {
            households: 1,
            people: u64::from(moved.people),
            monthly_before: moved.before.monthly,
            monthly_after: moved.after.monthly,
        });
    }

    /// Adds another table's counts.
    pub fn merge(&mut self, other: Self) {
        for (cell, count) in other.cells {
            self.cells.entry(cell).or_default().add(count);
        }
        self.not_covered += other.not_covered;
    }

    /// The table as it may be shown: every cell, or those of ten households and more.
    #[must_use]
    pub fn shown(&self, exact: bool) -> Shown {
        let mut shown = Shown { exact, ..Shown::default() };
        for ((region, before, after), count) in &self.cells {
            let may_stand = exact || count.households >= SHOWN_FROM;
            shown.cells.push(Cell {
                region: region.clone(),
                before: *before,
                after: *after,
                count: may_stand.then_some(*count),
            });
        }
        shown.not_covered = Some(self.not_covered).filter(|count| exact || *count == 0 || *count >= SHOWN_FROM);
        shown
    }
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

impl Shown {
    /// Sum over the cells shown that a condition holds for.
    #[must_use]
    pub fn sum(&self, wanted: impl Fn(&Cell) -> bool) -> Count {
        let mut sum = Count::default();
        self.cells.iter().filter(|cell| wanted(cell)).filter_map(|cell| cell.count).for_each(|count| sum.add(count));
        sum
    }

    /// Everything shown.
    #[must_use]
    pub fn total(&self) -> Count {
        self.sum(|_| true)
    }

    /// Households whose headline is another.
    #[must_use]
    pub fn moved(&self) -> Count {
        self.sum(|cell| cell.before != cell.after)
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
mod tests {
    use super::*;
    use crate::household::{MemberRef, Purpose, Region, RegisteredAs};
    use crate::policy::assessment::{AmountLine, Screening};

    fn assessment(states: &[(&str, Certainty)], amounts: &[(&str, i64)]) -> Assessment {
        let evidence = nobody();
        let pack = crate::policy::Packs::embedded().resolve(&evidence.region, evidence.as_of).unwrap();
        let mut assessment = assess(&evidence, &pack);
        let screening = assessment.screening[0].clone();
        let ground = screening.conditions[0].ground.clone();
        assessment.screening = (states.iter())
            .map(|(outcome, state)| Screening { outcome: (*outcome).to_owned(), state: *state, ..screening.clone() })
            .collect();
        assessment.amounts = (amounts.iter())
            .map(|(outcome, fen)| AmountLine {
                outcome: (*outcome).to_owned(),
                monthly: Fen(*fen),
                computation: String::new(),
                ground: ground.clone(),
            })
            .collect();
        assessment
    }

    fn nobody() -> Evidence {
        Evidence {
            purpose: Purpose::DibaoApplication,
            region: Region("620422".into()),
            as_of: "2026-11-01".parse().unwrap(),
            registered_as: RegisteredAs::Urban,
            applicant: MemberRef("m1".into()),
            members: Vec::new(),
            obligors: Vec::new(),
            cells: Vec::new(),
            records: Vec::new(),
        }
    }

    #[test]
    fn the_most_favourable_that_is_met_else_open_else_none() {
        use Certainty::{Met, NotMet, Open};
        type Row<'a> = (&'a [(&'a str, Certainty)], Headline, Option<Headline>);
        let table: [Row<'_>; 5] = [
            (&[("tekun", Open), ("dibao", Met), ("dibao_marginal", NotMet)], Headline::Dibao, None),
            (&[("dibao_marginal", Met), ("dibao", Met)], Headline::Dibao, None),
            (
                &[("tekun", NotMet), ("dibao_marginal", Open), ("none", Open)],
                Headline::Open,
                Some(Headline::DibaoMarginal),
            ),
            (&[("tekun", NotMet), ("dibao", NotMet), ("none", Met)], Headline::None, None),
            (&[("tekun", NotMet), ("none", Open)], Headline::None, None),
        ];
        for (states, headline, may_become) in table {
            let standing = Standing::of(&assessment(states, &[("dibao", 100), ("dibao_single", 7), ("dibao", 20)]));
            assert_eq!((standing.headline, standing.may_become), (headline, may_become), "{states:?}");
            let paid = if headline == Headline::Dibao { 120 } else { 0 };
            assert_eq!(standing.monthly, Fen(paid), "only the headline's own amounts");
        }
    }

    fn moved(region: &str, before: (Headline, i64), after: (Headline, i64)) -> Move {
        let standing = |(headline, monthly)| Standing { headline, may_become: None, monthly: Fen(monthly) };
        Move { region: region.to_owned(), people: 3, before: standing(before), after: standing(after) }
    }

    fn movement() -> Movement {
        let (mut one, mut other) = (Movement::default(), Movement::default());
        for n in 0..12 {
            let into = if n % 2 == 0 { &mut one } else { &mut other };
            into.add(&moved("620422", (Headline::Dibao, 100), (Headline::Dibao, 150)));
        }
        for _ in 0..9 {
            other.add(&moved("620422", (Headline::DibaoMarginal, 0), (Headline::Dibao, 50)));
        }
        for _ in 0..10 {
            one.add(&moved("620423", (Headline::None, 0), (Headline::DibaoMarginal, 0)));
        }
        other.not_covered = 2;
        one.merge(other);
        one
    }

    #[test]
    fn tables_add_up_in_any_split() {
        let shown = movement().shown(true);
        let total = Count { households: 31, people: 93, monthly_before: Fen(1200), monthly_after: Fen(2250) };
        assert_eq!(shown.total(), total);
        assert_eq!(shown.moved().households, 19);
        assert_eq!(shown.regions(), ["620422", "620423"]);
        assert_eq!(shown.headlines(), [Headline::Dibao, Headline::DibaoMarginal, Headline::None]);
        assert_eq!((shown.left_out(), shown.not_covered), (0, Some(2)));
    }

    #[test]
    fn fewer_than_ten_are_in_no_cell_and_in_no_total() {
        let shown = movement().shown(false);
        assert_eq!((shown.left_out(), shown.not_covered), (1, None));
        let nine = shown.cells.iter().find(|cell| cell.before == Headline::DibaoMarginal).unwrap();
        assert_eq!(nine.count, None);
        assert_eq!(shown.total().households, 22, "the nine cannot be reckoned back");
        assert_eq!(shown.total().monthly_after, Fen(1800));
        assert_eq!(shown.sum(|cell| cell.before == Headline::None).households, 10, "ten are shown");
    }
}
