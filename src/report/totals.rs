//! Totals as a report carries them: intervals, with the sources they wait for named once a source and not once a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::household::{Fen, IncomeClass, MemberRef};
use crate::policy::assessment::{CountInterval, Interval, SilentCell, Totals};

/// Sources that have not spoken, with the people they have not spoken about.
pub type Silent = BTreeMap<String, Vec<MemberRef>>;

/// Totals of the household over the period, and of its property. Missing is never zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportTotals {
    /// Members counted when dividing.
    pub members: u32,
    /// Per class of income.
    pub income_by_class: Vec<ClassRange>,
    /// Income after exemptions, before deductions.
    pub income: TotalRange,
    /// Deductions; `at_most` is the largest still possible.
    pub deductions: TotalRange,
    /// Income less deductions, not below zero.
    pub net_income: TotalRange,
    /// Per head and year.
    pub per_head_yearly: TotalRange,
    /// Per head and month.
    pub per_head_monthly: TotalRange,
    /// The standard compared with, per head and month.
    pub standard_monthly: Fen,
    /// Financial property of the household.
    pub financial: TotalRange,
    /// Financial property a head.
    pub financial_per_head: TotalRange,
    /// Rigid spending (刚性支出) in the period.
    pub rigid_spending: TotalRange,
    /// Dwellings that count.
    pub dwellings: CountRange,
    /// Cars that count.
    pub cars: CountRange,
    /// Firms that count.
    pub companies: CountRange,
}

/// An amount known to lie between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TotalRange {
    /// Confirmed: it is at least this.
    pub at_least: Fen,
    /// It is at most this; null = unbounded while something is silent.
    pub at_most: Option<Fen>,
    /// What stands now: counted lines only.
    pub so_far: Fen,
    /// Whether every source that could change it has spoken and nothing is under review.
    pub complete: bool,
    /// Who has not spoken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub silent: Silent,
}

/// A count known to lie between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountRange {
    /// At least.
    pub at_least: u32,
    /// At most; null = unbounded.
    pub at_most: Option<u32>,
    /// Whether it is settled.
    pub complete: bool,
    /// Who has not spoken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub silent: Silent,
}

/// A total of one class of income.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassRange {
    /// Class.
    pub class: IncomeClass,
    /// Total.
    pub total: TotalRange,
}

impl TotalRange {
    /// Whether either end says anything: without an upper end, a floor of nothing does not.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.at_least != Fen::ZERO || self.at_most.is_some()
    }
}

impl CountRange {
    /// Whether either end says anything.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.at_least != 0 || self.at_most.is_some()
    }
}

impl From<&Totals> for ReportTotals {
    fn from(totals: &Totals) -> Self {
        Self {
            members: totals.members,
            income_by_class: (totals.income_by_class.iter())
                .map(|class| ClassRange { class: class.class, total: range(&class.total) })
                .collect(),
            income: range(&totals.income),
            deductions: range(&totals.deductions),
            net_income: range(&totals.net_income),
            per_head_yearly: range(&totals.per_head_yearly),
            per_head_monthly: range(&totals.per_head_monthly),
            standard_monthly: totals.standard_monthly,
            financial: range(&totals.financial),
            financial_per_head: range(&totals.financial_per_head),
            rigid_spending: range(&totals.rigid_spending),
            dwellings: count(&totals.dwellings),
            cars: count(&totals.cars),
            companies: count(&totals.companies),
        }
    }
}

fn range(interval: &Interval) -> TotalRange {
    TotalRange {
        at_least: interval.at_least,
        at_most: interval.at_most,
        so_far: interval.so_far,
        complete: interval.complete,
        silent: by_source(&interval.silent),
    }
}

fn count(interval: &CountInterval) -> CountRange {
    CountRange {
        at_least: interval.at_least,
        at_most: interval.at_most,
        complete: interval.complete,
        silent: by_source(&interval.silent),
    }
}

fn by_source(cells: &[SilentCell]) -> Silent {
    let mut silent = Silent::new();
    for cell in cells {
        silent.entry(cell.source.to_string()).or_default().push(cell.member.clone());
    }
    silent
}
