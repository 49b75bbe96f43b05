//! What a change is of, what it was and is, and how far the two can be compared.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::household::{Fen, IncomeClass, MemberRef, PersonName, PropertyClass, SourceKey};
use crate::policy::assessment::{Certainty, Comparison, Per};

/// What changed. In the order in which an officer reads it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangedWhat)]
pub enum What {
    /// An outcome of the screening, by its code.
    Outcome(String),
    /// What would be paid, by the code of the amount.
    Amount(String),
    /// A member: came, left, died, or was renamed.
    Member,
    /// A spouse on record who was not declared.
    Spouse,
    /// Members counted when dividing.
    Size,
    /// Income a head and month, after deductions.
    IncomePerHead,
    /// Income of one class, of the household over twelve months.
    Income(IncomeClass),
    /// Deductions from income.
    Deductions,
    /// Rigid spending.
    RigidSpending,
    /// The standard compared with, a head and month.
    Standard,
    /// Property, all values together.
    PropertyTotal,
    /// Property of one class: yuan of financial property, else how many count.
    Property(PropertyClass),
    /// Declared against found, by class: `income.wage`.
    Declared(String),
    /// A department that is silent about somebody.
    Silence(SourceKey),
}

impl What {
    /// As one word, for tables: `income.wage`, `outcome.dibao`.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Outcome(code) => format!("outcome.{code}"),
            Self::Amount(code) => format!("amount.{code}"),
            Self::Member => "household.member".to_owned(),
            Self::Spouse => "household.spouse".to_owned(),
            Self::Size => "household.size".to_owned(),
            Self::IncomePerHead => "income.per_head_monthly".to_owned(),
            Self::Income(class) => format!("income.{}", class.as_str()),
            Self::Deductions => "deductions".to_owned(),
            Self::RigidSpending => "rigid_spending".to_owned(),
            Self::Standard => "standard_monthly".to_owned(),
            Self::PropertyTotal => "property.total".to_owned(),
            Self::Property(class) => format!("property.{}", class.as_str()),
            Self::Declared(class) => format!("declared.{class}"),
            Self::Silence(source) => format!("silent.{source}"),
        }
    }
}

/// A person, as either report names them: none where that report does not know them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangedWho)]
pub struct Who {
    /// In the report before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MemberRef>,
    /// In the report after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MemberRef>,
}

impl Who {
    /// The reference of the later report, of the earlier one where that does not know the person.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", MemberRef::as_str)
    }
}

/// What stood on one side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ChangedState)]
pub enum State {
    /// An amount between two ends. Missing is never zero.
    Yuan {
        /// Confirmed.
        at_least: Fen,
        /// No more than this; null = unbounded.
        at_most: Option<Fen>,
        /// What stood then.
        so_far: Fen,
    },
    /// A number of things or people between two ends.
    Count {
        /// At least.
        at_least: u32,
        /// At most; null = unbounded.
        at_most: Option<u32>,
    },
    /// An outcome.
    Outcome {
        /// How certain.
        state: Certainty,
        /// When open: what decides.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decides: Option<String>,
    },
    /// What would be paid.
    Paid {
        /// How much.
        amount: Fen,
        /// At most, where there is room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<Fen>,
        /// Paid how often.
        per: Per,
    },
    /// A member.
    Person {
        /// Name, as declared.
        #[schema(value_type = String)]
        name: PersonName,
        /// Whether a death is on record.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        died: bool,
    },
    /// Whether something is on record.
    OnRecord(bool),
    /// Declared against found.
    Compared(Comparison),
    /// How many people a department is silent about.
    Silent(u32),
}

/// How far the two sides can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// They differ whatever is still missing.
    Certain,
    /// Their ends overlap: it may have risen, fallen, or stayed.
    Uncertain,
    /// A side is open because somebody has not answered: never a fall to nothing.
    NotComparable,
}

/// Which way a change points. A hint for the officer, never a finding against the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 可能需要更多帮助.
    MayNeedMore,
    /// 可能不再符合.
    MayNoLongerFit,
    /// 不指向任何一方.
    Neutral,
}

/// Two ends; without an upper one, open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub least: i64,
    pub most: Option<i64>,
}

impl Ends {
    /// The difference that is certain: how much more, or less, the later is at the least. None where the two overlap.
    pub fn certain(before: Self, after: Self) -> Option<i64> {
        let rise = before.most.map(|most| after.least.saturating_sub(most)).filter(|rise| *rise > 0);
        let fall = after.most.map(|most| most.saturating_sub(before.least)).filter(|fall| *fall < 0);
        rise.or(fall)
    }

    /// How the two compare, given that they are not the same.
    pub fn compared(before: Self, after: Self) -> Compared {
        match (Self::certain(before, after), before.most, after.most) {
            (Some(_), ..) => Compared::Certain,
            (None, Some(_), Some(_)) => Compared::Uncertain,
            (None, ..) => Compared::NotComparable,
        }
    }

    /// The largest difference there can be; none where it has no bound.
    pub fn widest(before: Self, after: Self) -> Option<i64> {
        let up = after.most?.saturating_sub(before.least);
        let down = before.most?.saturating_sub(after.least);
        Some(up.saturating_abs().max(down.saturating_abs()))
    }
}

impl State {
    /// Its ends, of an amount or a count.
    pub(super) fn ends(&self) -> Option<Ends> {
        match self {
            Self::Yuan { at_least, at_most, .. } => Some(Ends { least: at_least.0, most: at_most.map(|most| most.0) }),
            Self::Count { at_least, at_most } => {
                Some(Ends { least: i64::from(*at_least), most: at_most.map(i64::from) })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(least: i64, most: impl Into<Option<i64>>) -> Ends {
        Ends { least, most: most.into() }
    }

    #[test]
    fn only_ends_that_do_not_meet_are_certain() {
        use Compared::{Certain, NotComparable, Uncertain};
        for (before, after, compared, certain) in [
            (ends(10, 10), ends(12, 12), Certain, Some(2)),
            (ends(10, 10), ends(7, 7), Certain, Some(-3)),
            (ends(10, 20), ends(20, 30), Uncertain, None),
            (ends(10, 20), ends(21, 30), Certain, Some(1)),
            (ends(10, 20), ends(21, None), Certain, Some(1)),
            (ends(10, 20), ends(20, None), NotComparable, None),
            (ends(10, None), ends(0, 9), Certain, Some(-1)),
            (ends(10, None), ends(0, 10), NotComparable, None),
            (ends(0, None), ends(900, 900), NotComparable, None),
            (ends(500, 500), ends(0, None), NotComparable, None),
        ] {
            assert_eq!((Ends::compared(before, after), Ends::certain(before, after)), (compared, certain));
            assert_eq!(Ends::certain(after, before), certain.map(|difference: i64| -difference));
        }
    }

    #[test]
    fn the_widest_difference_reaches_over_both() {
        assert_eq!(Ends::widest(ends(10, 20), ends(15, 40)), Some(30));
        assert_eq!(Ends::widest(ends(15, 40), ends(10, 20)), Some(30));
        assert_eq!(Ends::widest(ends(15, None), ends(10, 20)), None);
    }
}
