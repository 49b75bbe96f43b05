//! Why something changed: records, departments, months, people, parameters.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::what::{State, What, Who};
use crate::household::{AnswerKind, SourceKey, YearMonth};
use crate::policy::assessment::Certainty;
use crate::report::body::Words;

/// What happened to the records behind a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineIs {
    /// It was not there before.
    New,
    /// It is no longer there, and the department has answered.
    Gone,
    /// It counts otherwise.
    Changed,
}

/// A line that moved a total: one person, department and item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineReason {
    /// What happened to it.
    pub is: LineIs,
    /// Whose.
    pub who: Who,
    /// Department; none where the family declared it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// What it is.
    pub item: Words,
    /// Yuan counted before; none where there was no such line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<State>,
    /// Yuan counted after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<State>,
    /// Records of the department that were not there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_records: Vec<String>,
    /// Records that are no longer there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_records: Vec<String>,
    /// Months of the line that left the twelve months looked at, first and last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    pub left_window: Option<(YearMonth, YearMonth)>,
}

/// A parameter of the rules that is another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ParameterReason {
    /// Its key.
    pub key: String,
    /// What it is.
    pub name: Words,
    /// Value with its unit; none where it had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The same after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Why something changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ChangeReason)]
pub enum Reason {
    /// A line.
    Line(LineReason),
    /// A record is held for a person to look at, so that it no longer counts.
    Held {
        /// Whose it may be.
        who: Who,
        /// Department.
        source: SourceKey,
        /// Record there.
        record: String,
    },
    /// A department did not answer now that did before.
    Silent {
        /// Department.
        source: SourceKey,
        /// About whom.
        who: Vec<Who>,
        /// How it answered, of the first of them.
        answer: AnswerKind,
    },
    /// A department answered that was silent before.
    Spoke {
        /// Department.
        source: SourceKey,
        /// About whom.
        who: Vec<Who>,
    },
    /// It follows from other changes.
    Follows(Vec<What>),
    /// A condition of an outcome is judged otherwise.
    Condition {
        /// Its rules in the pack; none in the applicant's copy, where a rule's name may say what is the officer's.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rules: Vec<String>,
        /// In words.
        words: Words,
        /// Before; none where that report does not show it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Certainty>,
        /// After.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Certainty>,
    },
    /// A parameter of the rules.
    Parameter(ParameterReason),
    /// The pack is another, and nothing tells which parameter moved this.
    Pack {
        /// Its hash before.
        before: String,
        /// Its hash after.
        after: String,
    },
}
