//! What follows from an assessment: what would be paid, other programmes, what changed lately, when it is looked at again.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Certainty, Ground};
use crate::household::{Fen, MemberRef, SourceKey};

/// What would be paid if the authority decides so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountLine {
    /// `dibao`, `dibao_single`, `tekun_basic`, `tekun_care`, `gradual_exit`, `temporary_relief`, `medical_aid`.
    #[schema(value_type = String)]
    pub outcome: Cow<'static, str>,
    /// How much.
    pub amount: Fen,
    /// At most, where the rules or what is still missing leave room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Fen>,
    /// Paid how often.
    pub per: Per,
    /// How.
    #[schema(value_type = String)]
    pub computation: Cow<'static, str>,
    /// Why.
    pub ground: Ground,
}

impl AmountLine {
    /// Whether it is paid on the ground of an outcome: tekun pays for living and for care.
    #[must_use]
    pub fn is_of(&self, outcome: &str) -> bool {
        outcome_of_amount(&self.outcome) == outcome
    }
}

/// The outcome on whose ground an amount is paid: tekun pays for living and for care.
#[must_use]
pub fn outcome_of_amount(amount: &str) -> &str {
    match amount {
        "tekun_basic" | "tekun_care" => "tekun",
        other => other,
    }
}

/// How often an amount is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Every month.
    #[default]
    Month,
    /// Within a year.
    Year,
    /// Once.
    Once,
}

/// Another programme worth asking about. Never a finding of entitlement: the office in charge decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Referral {
    /// `medical_premium`, `education_aid`, …
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// For whom; nobody in particular where it is the household's.
    pub members: Vec<MemberRef>,
    /// Whether its conditions are met, or may be.
    pub state: Certainty,
    /// The office in charge.
    pub office: String,
    /// Why, with the law.
    pub ground: Ground,
}

/// Which way a change points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// The family may need more help.
    MayNeedHelp,
    /// The programme may no longer fit.
    MayNoLongerFit,
}

/// Something that changed in a household on the rolls (动态监测). A hint for whoever looks next, never a finding against the family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// `medical_cost`, `job_lost`, `disability`, `death`, `school`, `vehicle`, `house`, `company`, `deposit`, `marriage`.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
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
    /// Why it is shown.
    pub ground: Ground,
}

/// When a household is to be looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// How soon.
    pub class: ReviewClass,
    /// By which day.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// Why.
    pub ground: Ground,
}

/// Classes of re-verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewClass {
    /// 每年
    Yearly,
    /// 每半年
    HalfYearly,
    /// 立即
    Now,
}
