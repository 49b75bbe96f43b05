//! The assessment's lines as a report carries them; each cites its rule by number.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::household::{Area, Fen, IncomeClass, MemberRef, PropertyClass, SourceKey};
use crate::policy::assessment::{Basis, Certainty, Per, Points, ReviewClass, Term, Treatment};

/// An item of income: alike records of one member, source and payer together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncomeEntry {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: IncomeClass,
    /// What it is.
    pub item_zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_en: String,
    /// Source; missing when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Every record at the source that the line is the sum of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// How it was added up.
    pub computation: String,
    /// Before any treatment, over the period.
    pub gross: Fen,
    /// Costs, tax and contributions taken off.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub reduced_by: Fen,
    /// Least that is counted.
    pub counted: Fen,
    /// Most that is counted, where an open reading differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at_most: Option<Fen>,
    /// Treatment; `counted` where not said.
    #[serde(default = "counted", skip_serializing_if = "is_counted")]
    pub treatment: Treatment,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

fn counted() -> Treatment {
    Treatment::Counted
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_counted(treatment: &Treatment) -> bool {
    *treatment == Treatment::Counted
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(amount: &Fen) -> bool {
    *amount == Fen::ZERO
}

/// A deduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeductionEntry {
    /// Whose.
    pub member: MemberRef,
    /// What: `illness`, `schooling`, …
    pub kind: String,
    /// In Chinese.
    pub item_zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_en: String,
    /// Source it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Records it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// The expense or standard it is computed from.
    pub base: Fen,
    /// How.
    pub computation: String,
    /// Amount.
    pub amount: Fen,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// A thing owned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyEntry {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: PropertyClass,
    /// What it is.
    pub item_zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_en: String,
    /// Source; missing when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Record number at the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Value of the share owned, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Fen>,
    /// Area of the share owned, of immovables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Counted value.
    pub counted: Fen,
    /// Whether it counts against the limit on the number of such things.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts: bool,
    /// Treatment; `counted` where not said.
    #[serde(default = "counted", skip_serializing_if = "is_counted")]
    pub treatment: Treatment,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// An outcome of the screening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeEntry {
    /// `dibao`, `dibao_marginal`, …
    pub outcome: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Certainty.
    pub state: Certainty,
    /// Its conditions; of an outcome that is not met, those that are not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionEntry>,
    /// When open: the one fact or source that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<String>,
    /// How long it holds, where the rules limit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
}

impl OutcomeEntry {
    /// Whether it is open for no other reason than that nobody applied for it.
    #[must_use]
    pub fn is_not_applied_for(&self) -> bool {
        self.state == Certainty::Open && self.decides.as_deref() == Some("own_application")
    }
}

/// A condition of an outcome: how certain it is, with its rule, a number of `grounds`. `{"met": 3}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConditionEntry {
    /// Met.
    Met(u32),
    /// Not met.
    NotMet(u32),
    /// Open.
    Open(u32),
}

impl ConditionEntry {
    pub(super) fn new(state: Certainty, ground: u32) -> Self {
        match state {
            Certainty::Met => Self::Met(ground),
            Certainty::NotMet => Self::NotMet(ground),
            Certainty::Open => Self::Open(ground),
        }
    }

    /// How certain it is.
    #[must_use]
    pub fn state(self) -> Certainty {
        match self {
            Self::Met(_) => Certainty::Met,
            Self::NotMet(_) => Certainty::NotMet,
            Self::Open(_) => Certainty::Open,
        }
    }

    /// The number of its rule.
    #[must_use]
    pub fn ground(self) -> u32 {
        let (Self::Met(ground) | Self::NotMet(ground) | Self::Open(ground)) = self;
        ground
    }

    pub(super) fn ground_mut(&mut self) -> &mut u32 {
        let (Self::Met(ground) | Self::NotMet(ground) | Self::Open(ground)) = self;
        ground
    }
}

/// What would be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountEntry {
    /// Of which outcome.
    pub outcome: String,
    /// How much.
    pub amount: Fen,
    /// At most, where the rules or what is missing leave room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Fen>,
    /// Paid how often; a month where not said.
    #[serde(default, skip_serializing_if = "is_monthly")]
    pub per: Per,
    /// How.
    pub computation: String,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_monthly(per: &Per) -> bool {
    *per == Per::Month
}

/// Another programme worth asking about (转介), with the office in charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralEntry {
    /// `medical_premium`, `education_aid`, …
    pub code: String,
    /// For whom; the household where nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRef>,
    /// Whether its conditions may be met only once something open is settled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// The office in charge.
    pub office: String,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// What changed lately in a household on the rolls (动态监测).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertEntry {
    /// `medical_cost`, `job_lost`, …
    pub code: String,
    /// Which way it points.
    pub points: Points,
    /// Whom it is about.
    pub member: MemberRef,
    /// Source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Record at the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// When the household is looked at again (复核).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewEntry {
    /// How soon.
    pub class: ReviewClass,
    /// By which day.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// A rule in words, with its law (依据). Lines cite it by its place in the table, from 1; a drawn report prints `[3]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroundEntry {
    /// Its name in the pack; several where programmes share a condition word for word.
    pub rules: Vec<String>,
    /// Law or document: a number of `laws`, from 1. Missing where no published text backs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<u32>,
    /// Published or assumed; assumed where not said.
    #[serde(default = "assumed", skip_serializing_if = "is_assumed")]
    pub basis: Basis,
    /// In Chinese a family can read.
    pub zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

fn assumed() -> Basis {
    Basis::Assumed
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_assumed(basis: &Basis) -> bool {
    *basis == Basis::Assumed
}
