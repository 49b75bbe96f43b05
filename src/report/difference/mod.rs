//! The difference of two assessments of the same evidence: which parameters are others, and what becomes of every line, total, outcome
//! and amount. And the difference of two bodies: the JSON pointers at which they differ.
//!
//! Pure. What is the same on both sides is left out. A new kind of result gets a list here and a section in
//! `render::terminal::difference`, and nothing else.

mod lines;
mod parameters;
mod pointers;

use std::borrow::Cow;

use serde::Serialize;

use crate::household::Fen;
use crate::policy::Pack;
use crate::policy::assessment::{AmountLine, Assessment, Certainty, CountInterval, Interval, Per, Screening};
use crate::policy::simulate::Standing;

pub use lines::{LineChange, Section, Side};
pub use parameters::{ParameterChange, Setting, changes};
pub use pointers::differing_pointers;

/// What another pack makes of the same evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Parameters in force whose value or law is another.
    pub parameters: Vec<ParameterChange>,
    /// Lines of income, deductions and property.
    pub lines: Vec<LineChange>,
    /// Totals.
    pub totals: Vec<TotalChange>,
    /// Outcomes, with the conditions that changed.
    pub outcomes: Vec<OutcomeChange>,
    /// What would be paid.
    pub amounts: Vec<AmountChange>,
    /// Open facts that are no longer there, and new ones.
    pub open_facts: WordsChange,
    /// What the household comes out as.
    pub standing: Pair<Standing>,
}

/// The two sides of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    /// Under the first pack.
    pub before: T,
    /// Under the second.
    pub after: T,
}

/// Words of one side alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WordsChange {
    /// Only under the first pack.
    pub gone: Vec<String>,
    /// Only under the second.
    pub new: Vec<String>,
}

/// An amount or a count, as an interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "unit", rename_all = "snake_case")]
pub enum Figure {
    /// Yuan.
    Yuan {
        /// Confirmed.
        at_least: Fen,
        /// No more than this; none = unbounded.
        at_most: Option<Fen>,
        /// What stands now.
        so_far: Fen,
    },
    /// A number of things or people.
    Count {
        /// At least.
        at_least: u32,
        /// At most; none = unbounded.
        at_most: Option<u32>,
    },
}

impl From<&Interval> for Figure {
    fn from(interval: &Interval) -> Self {
        Self::Yuan { at_least: interval.at_least, at_most: interval.at_most, so_far: interval.so_far }
    }
}
impl From<&CountInterval> for Figure {
    fn from(interval: &CountInterval) -> Self {
        Self::Count { at_least: interval.at_least, at_most: interval.at_most }
    }
}
impl From<Fen> for Figure {
    fn from(amount: Fen) -> Self {
        Self::Yuan { at_least: amount, at_most: Some(amount), so_far: amount }
    }
}

/// A total on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TotalChange {
    /// Code: `per_head_monthly`, `standard_monthly`, ….
    pub total: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// Both sides.
    #[serde(flatten)]
    pub figure: Pair<Figure>,
}

/// An outcome on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeChange {
    /// Code.
    pub outcome: String,
    /// In Chinese.
    pub name_zh: String,
    /// In English.
    pub name_en: String,
    /// Both sides; none where one does not know the outcome.
    #[serde(flatten)]
    pub state: Pair<Option<Certainty>>,
    /// Its conditions that changed.
    pub conditions: Vec<ConditionChange>,
}

/// A condition of an outcome on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConditionChange {
    /// Rule.
    pub rule: String,
    /// As it reads under the second pack (under the first where it is gone), in Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Its law.
    pub law: String,
    /// Both sides; none where one does not ask it.
    #[serde(flatten)]
    pub state: Pair<Option<Certainty>>,
}

/// An amount on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AmountChange {
    /// Of which outcome.
    pub outcome: String,
    /// Both sides; none where nothing would be paid.
    #[serde(flatten)]
    pub amount: Pair<Option<Amount>>,
}

/// What would be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// How much.
    pub amount: Fen,
    /// At most, where there is room.
    pub at_most: Option<Fen>,
    /// Paid how often.
    pub per: Per,
    /// How.
    pub computation: String,
    /// Rule.
    pub rule: String,
    /// Law.
    pub law: String,
}

impl From<&AmountLine> for Amount {
    fn from(line: &AmountLine) -> Self {
        Self {
            amount: line.amount,
            at_most: line.at_most,
            per: line.per,
            computation: line.computation.to_string(),
            rule: line.ground.rule.to_string(),
            law: line.ground.law.clone(),
        }
    }
}

impl Difference {
    /// What `after` changes in what `before` made of the same evidence.
    #[must_use]
    pub fn between(before: (&Pack, &Assessment), after: (&Pack, &Assessment)) -> Self {
        let ((first_pack, first), (second_pack, second)) = (before, after);
        Self {
            parameters: parameters::changes(first_pack, second_pack),
            lines: lines::changes(first, second),
            totals: totals(first, second),
            outcomes: outcomes(first, second),
            amounts: amounts(first, second),
            open_facts: WordsChange::of(&open_facts(first), &open_facts(second)),
            standing: Pair { before: Standing::of(first), after: Standing::of(second) },
        }
    }

    /// Whether the later pack changes nothing for this household, whatever its parameters say.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.lines.is_empty() && self.totals.is_empty() && self.outcomes.is_empty() && self.amounts.is_empty()
    }
}

impl WordsChange {
    fn of(before: &[String], after: &[String]) -> Self {
        let only = |these: &[String], those: &[String]| {
            these.iter().filter(|word| !those.contains(word)).cloned().collect::<Vec<_>>()
        };
        Self { gone: only(before, after), new: only(after, before) }
    }
}

fn open_facts(assessment: &Assessment) -> Vec<String> {
    assessment.open_facts.iter().map(|fact| fact.fact.clone()).collect()
}

/// Every total, in the order of reckoning.
pub(super) fn figures(assessment: &Assessment) -> Vec<(&'static str, &'static str, &'static str, Figure)> {
    let totals = &assessment.totals;
    vec![
        (
            "members",
            "计算人数",
            "members counted",
            Figure::Count { at_least: totals.members, at_most: Some(totals.members) },
        ),
        ("income", "家庭收入（扣减前）", "income before deductions", (&totals.income).into()),
        ("deductions", "刚性支出扣减", "deductions", (&totals.deductions).into()),
        ("net_income", "扣减后收入", "income after deductions", (&totals.net_income).into()),
        ("per_head_yearly", "人均年收入", "income a head and year", (&totals.per_head_yearly).into()),
        ("per_head_monthly", "人均月收入", "income a head and month", (&totals.per_head_monthly).into()),
        ("standard_monthly", "保障标准（人月）", "standard a head and month", totals.standard_monthly.into()),
        ("rigid_spending", "刚性支出", "rigid spending", (&totals.rigid_spending).into()),
        ("financial", "金融资产", "financial property", (&totals.financial).into()),
        ("financial_per_head", "人均金融资产", "financial property a head", (&totals.financial_per_head).into()),
        ("dwellings", "计数住房", "dwellings that count", (&totals.dwellings).into()),
        ("cars", "计数机动车", "cars that count", (&totals.cars).into()),
        ("companies", "计数企业", "firms that count", (&totals.companies).into()),
    ]
}

fn totals(first: &Assessment, second: &Assessment) -> Vec<TotalChange> {
    let both = figures(first).into_iter().zip(figures(second));
    let changed = both.filter(|((.., before), (.., after))| before != after);
    changed
        .map(|((total, zh, en, before), (.., after))| TotalChange { total, zh, en, figure: Pair { before, after } })
        .collect()
}

fn outcomes(first: &Assessment, second: &Assessment) -> Vec<OutcomeChange> {
    let codes = union(first.screening.iter().map(|s| &s.outcome), second.screening.iter().map(|s| &s.outcome));
    let of = |assessment: &'_ Assessment, code: &str| -> Option<Screening> {
        assessment.screening.iter().find(|screening| screening.outcome == code).cloned()
    };
    let change = |code: &Cow<'static, str>| {
        let (before, after) = (of(first, code), of(second, code));
        let conditions = conditions(before.as_ref(), after.as_ref());
        let state = Pair { before: before.as_ref().map(|s| s.state), after: after.as_ref().map(|s| s.state) };
        let named = after.or(before)?;
        (state.before != state.after || !conditions.is_empty()).then_some(OutcomeChange {
            outcome: named.outcome.into_owned(),
            name_zh: named.name_zh.into_owned(),
            name_en: named.name_en.into_owned(),
            state,
            conditions,
        })
    };
    codes.iter().filter_map(change).collect()
}

/// Conditions by their rule and place among those of the rule: several may rest on one.
fn conditions(before: Option<&Screening>, after: Option<&Screening>) -> Vec<ConditionChange> {
    let keyed = |screening: Option<&Screening>| {
        let conditions = screening.map(|screening| screening.conditions.clone()).unwrap_or_default();
        let mut keyed: Vec<((String, usize), _)> = Vec::new();
        for condition in conditions {
            let rule = condition.ground.rule.clone();
            let place = keyed.iter().filter(|((known, _), _)| *known == rule).count();
            keyed.push(((rule.into_owned(), place), condition));
        }
        keyed
    };
    let (before, after) = (keyed(before), keyed(after));
    let keys = union(before.iter().map(|(key, _)| key), after.iter().map(|(key, _)| key));
    let change = |key: &(String, usize)| {
        let of = |side: &[((String, usize), _)]| -> Option<crate::policy::assessment::Condition> {
            side.iter().find(|(known, _)| known == key).map(|(_, condition): &(_, _)| Clone::clone(condition))
        };
        let (first, second) = (of(&before), of(&after));
        let state = Pair { before: first.as_ref().map(|c| c.state), after: second.as_ref().map(|c| c.state) };
        let reads_alike = first.as_ref().map(|c| &c.ground) == second.as_ref().map(|c| &c.ground);
        let ground = second.or(first)?.ground;
        (state.before != state.after || !reads_alike).then_some(ConditionChange {
            rule: ground.rule.into_owned(),
            zh: ground.zh.into_owned(),
            en: ground.en.into_owned(),
            law: ground.law,
            state,
        })
    };
    keys.iter().filter_map(change).collect()
}

/// By outcome, and place among the amounts of the outcome.
fn amounts(first: &Assessment, second: &Assessment) -> Vec<AmountChange> {
    let outcomes = union(first.amounts.iter().map(|a| &a.outcome), second.amounts.iter().map(|a| &a.outcome));
    let mut changes = Vec::new();
    for outcome in outcomes {
        let of = |assessment: &Assessment| -> Vec<Amount> {
            assessment.amounts.iter().filter(|line| line.outcome == outcome).map(Amount::from).collect()
        };
        let (before, after) = (of(first), of(second));
        for place in 0..before.len().max(after.len()) {
            let amount = Pair { before: before.get(place).cloned(), after: after.get(place).cloned() };
            if amount.before != amount.after {
                changes.push(AmountChange { outcome: outcome.to_string(), amount });
            }
        }
    }
    changes
}

/// What stands on either side, in the order of the first, then of the second.
fn union<'a, T: Clone + PartialEq + 'a>(
    first: impl Iterator<Item = &'a T>,
    second: impl Iterator<Item = &'a T>,
) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    for one in first.chain(second) {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests;
