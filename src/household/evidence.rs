//! What is known about a household: every member × source cell, and every record with the verdict on whose it is.
//!
//! This is what the rules are applied to, what is stored (RFC 8785 JSON, encrypted), and what a report's evidence hash is over:
//! same evidence + same pack = same report body. Nothing here depends on how long anything took.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Absence, AnswerKind, Declared, Failure, Gap, MemberRef, Purpose, Reach, Record, Region, RegisteredAs, Relation,
    Sex, Skip, SourceKey, Support,
};

/// All that the rules may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Programme asked for.
    pub purpose: Purpose,
    /// County.
    pub region: Region,
    /// The day the question is about.
    pub as_of: Date,
    /// Kind of registration.
    pub registered_as: RegisteredAs,
    /// The applicant.
    pub applicant: MemberRef,
    /// Members, in the request's order.
    pub members: Vec<MemberFacts>,
    /// Obligors (queried only with their own authorisation).
    pub obligors: Vec<ObligorFacts>,
    /// One for every person × source; ordered by person, then source.
    pub cells: Vec<Cell>,
    /// Every record that came, ordered by person, source, record number.
    pub records: Vec<Attributed>,
}

/// What the request says about a member that rules need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberFacts {
    /// Who.
    #[serde(rename = "ref")]
    pub reference: MemberRef,
    /// Relation (GB/T 4761).
    pub relation: Relation,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Sex.
    pub sex: Option<Sex>,
    /// As assessed by the township.
    pub can_work: Option<bool>,
    /// Of the six activities of self-care, how many are lost, as the household visit found it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_care_lost: Option<u8>,
    /// Why this person does not count as a member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absence: Option<Absence>,
    /// Declared income and property.
    pub declared: Declared,
}

/// An obligor and whom they must support.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObligorFacts {
    /// The person.
    pub person: MemberFacts,
    /// Whom they must support.
    pub obliged_to: MemberRef,
    /// What they do for them.
    #[serde(default)]
    pub support: Support,
}

/// One person × source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The person asked about.
    pub member: MemberRef,
    /// The source.
    pub source: SourceKey,
    /// What this source speaks for: totals of these classes are open while it is silent.
    pub speaks_for: Vec<InfoClass>,
    /// How it ended (or has not yet).
    pub outcome: CellOutcome,
    /// Day of the query.
    pub asked_on: Option<Date>,
    /// Day of the answer.
    pub answered_on: Option<Date>,
}

/// An answer without its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum CellOutcome {
    /// Records came.
    Found {
        /// How many, whoever they belong to.
        records: u32,
    },
    /// Nothing, within the source's reach.
    NoRecord {
        /// How far "nothing" goes.
        reach: Reach,
    },
    /// Incomplete.
    Partial {
        /// How many came.
        records: u32,
        /// What is missing.
        why: Gap,
    },
    /// Waiting.
    Pending,
    /// Not asked.
    Skipped {
        /// Why.
        why: Skip,
    },
    /// No usable answer.
    Unavailable {
        /// Why.
        why: Failure,
    },
}

impl CellOutcome {
    /// The kind.
    #[must_use]
    pub fn kind(&self) -> AnswerKind {
        match self {
            Self::Found { .. } => AnswerKind::Found,
            Self::NoRecord { .. } => AnswerKind::NoRecord,
            Self::Partial { .. } => AnswerKind::Partial,
            Self::Pending => AnswerKind::Pending,
            Self::Skipped { .. } => AnswerKind::Skipped,
            Self::Unavailable { .. } => AnswerKind::Unavailable,
        }
    }

    /// Whether totals may rest on it.
    #[must_use]
    pub fn speaks(&self) -> bool {
        self.kind().speaks()
    }
}

/// What a source can speak for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InfoClass {
    /// Wages.
    Wage,
    /// Business income.
    Business,
    /// Income from property.
    PropertyIncome,
    /// Transfers.
    Transfer,
    /// Financial property.
    Financial,
    /// Vehicles.
    Vehicle,
    /// Immovables.
    RealEstate,
    /// Firms.
    Company,
    /// Medical cost and illness.
    Medical,
    /// Schooling.
    Education,
    /// Disability.
    Disability,
    /// Who belongs to the household.
    Household,
}

impl InfoClass {
    /// Every class.
    pub const ALL: [Self; 12] = [
        Self::Wage,
        Self::Business,
        Self::PropertyIncome,
        Self::Transfer,
        Self::Financial,
        Self::Vehicle,
        Self::RealEstate,
        Self::Company,
        Self::Medical,
        Self::Education,
        Self::Disability,
        Self::Household,
    ];

    /// Reads a definition's word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
    }
}

/// Whether a record belongs to the person asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does: counted.
    Match,
    /// A person must look: neither counted nor dropped.
    Review,
    /// It does not: kept aside, with the reason.
    No,
}

/// Why a verdict fell, in words an officer understands; never the values compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchReason {
    /// Field: `id_number`, `name`, `birth_date`, `sex`, `phone`, `address`, `rule`.
    pub field: String,
    /// Level reached, e.g. `exact`, `transposed`, `homophone`, `missing`, `different`; or the name of a rule.
    pub level: String,
    /// Weight in hundredths of a bit (log2 of m/u); 0 for rules.
    pub weight_centibits: i32,
    /// In Chinese.
    pub zh: String,
    /// In English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

/// A record with the verdict on whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributed {
    /// The person asked about (of a `Match`: whose it is).
    pub member: MemberRef,
    /// The source.
    pub source: SourceKey,
    /// The record.
    pub record: Record,
    /// The matcher's verdict, or the reviewer's after `reviewed`.
    pub verdict: Verdict,
    /// Why.
    pub reasons: Vec<MatchReason>,
    /// Sum of weights in hundredths of a bit.
    pub weight_centibits: i32,
    /// Probability in parts per million.
    pub probability_ppm: u32,
    /// A person's decision on a record that was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<ReviewDecision>,
}

impl Attributed {
    /// A name for it that carries nothing personal and is unique in a case: `member/source/number`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.member, self.source, self.record.number)
    }
}

/// A reviewer's decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecision {
    /// Whether it belongs to the person.
    pub belongs: bool,
    /// Why.
    pub reason: String,
}
