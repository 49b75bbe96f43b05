//! What the rules say about the evidence: lines, totals as intervals, screening, amounts. The report prints exactly this.
//!
//! Every line names source, record, rule and law. A total is an interval: its lower end is confirmed, its upper end is missing
//! (unbounded) while a source that could add to it is silent.

mod onward;

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::household::{Area, Fen, IncomeClass, InfoClass, MemberRef, PropertyClass, SourceKey};

pub use onward::{Alert, AmountLine, Per, Points, Referral, Review, ReviewClass, outcome_of_amount};

/// The outcome of applying a pack to evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Income, line by line.
    pub income: Vec<IncomeLine>,
    /// Deductions (刚性支出扣减), line by line.
    pub deductions: Vec<DeductionLine>,
    /// Property, line by line.
    pub property: Vec<PropertyLine>,
    /// Totals.
    pub totals: Totals,
    /// Declared against found (申报与核对).
    pub declared: Vec<DeclaredLine>,
    /// What an officer should look at.
    pub findings: Vec<Finding>,
    /// Screening, one entry an outcome, most favourable first.
    pub screening: Vec<Screening>,
    /// Whether the outcome asked about is certain although departments have yet to answer: none of them can change it.
    pub decided_early: bool,
    /// What would be paid if the authority decides so.
    pub amounts: Vec<AmountLine>,
    /// Other programmes worth asking about, with the office in charge.
    pub referrals: Vec<Referral>,
    /// What changed lately in a household on the rolls.
    pub alerts: Vec<Alert>,
    /// When the household is to be looked at again.
    pub review: Review,
    /// Parameters used that no published text backs.
    pub assumed: Vec<AssumedParameter>,
    /// Facts that would decide what is open, most decisive first.
    pub open_facts: Vec<OpenFact>,
}

/// Name of the line of what an obligor pays: what it is reckoned from is the obligor's, not the applicant's to read.
pub const SUPPORT_ZH: &str = "义务人给付的赡养（抚养、扶养）费";

/// Why an amount or a thing was treated as it was: the rule, in words, with its law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// Rule, as in the pack: `income.exempt.basic_pension`.
    #[schema(value_type = String)]
    pub rule: Cow<'static, str>,
    /// Law or document, article: `《最低生活保障审核确认办法》第十三条`.
    pub law: String,
    /// `published` or `assumed`.
    pub basis: Basis,
    /// In Chinese a family can read.
    #[schema(value_type = String)]
    pub zh: Cow<'static, str>,
    /// In English.
    #[schema(value_type = String)]
    pub en: Cow<'static, str>,
}

impl Ground {
    /// What stands in place of a law where no text backs a parameter.
    pub const NO_LAW: &'static str = "（假定参数，尚无公布文本）";
}

/// On what a parameter rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A published text.
    Published,
    /// Practice or recollection, until a county sets it.
    Assumed,
}

/// What happened to an amount or a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    /// 计入: counted in full.
    Counted,
    /// 部分豁免: a part is exempt.
    PartlyExempt,
    /// 豁免: not counted.
    Exempt,
    /// 待人工核实: held for review, neither counted nor dropped.
    HeldForReview,
    /// 与其他记录重复: the same money reported by another department.
    Duplicate,
    /// 已失效: sold, closed, cancelled, of a dead holder, outside the window.
    Stale,
    /// 申报未核实: no department covers it; counted as declared.
    DeclaredUnverified,
    /// 待定: two readings of the law differ; the interval holds both.
    Open,
}

/// One item of income: all records of one member, source, item, payer and treatment together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncomeLine {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: IncomeClass,
    /// What it is: `基础养老金`.
    #[schema(value_type = String)]
    pub item_zh: Cow<'static, str>,
    /// In English.
    #[schema(value_type = String)]
    pub item_en: Cow<'static, str>,
    /// Source; none when declared.
    pub source: Option<SourceKey>,
    /// Every record at the source that the line is the sum of.
    pub records: Vec<String>,
    /// How it was added up, months and rates: `2025-11 至 2026-10，12 个月 × 3200.00`.
    #[schema(value_type = String)]
    pub computation: Cow<'static, str>,
    /// Before any treatment, over the window.
    pub gross: Fen,
    /// Costs, tax and contributions taken off.
    pub reduced_by: Fen,
    /// Least that is counted.
    pub counted: Fen,
    /// Most that is counted, where an open reading differs from `counted`.
    pub counted_at_most: Option<Fen>,
    /// Treatment.
    pub treatment: Treatment,
    /// Why.
    pub ground: Ground,
}

/// One deduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeductionLine {
    /// Whose.
    pub member: MemberRef,
    /// What: `illness`, `schooling`, `disability_nursing`, `nutrition`, `employment_cost`.
    #[schema(value_type = String)]
    pub kind: Cow<'static, str>,
    /// In Chinese.
    #[schema(value_type = String)]
    pub item_zh: Cow<'static, str>,
    /// In English.
    #[schema(value_type = String)]
    pub item_en: Cow<'static, str>,
    /// Source it rests on.
    pub source: Option<SourceKey>,
    /// Records it rests on.
    pub records: Vec<String>,
    /// The expense or standard it is computed from.
    pub base: Fen,
    /// How: `5000.00 × 50% + 3000.00 × 70%`.
    #[schema(value_type = String)]
    pub computation: Cow<'static, str>,
    /// Amount.
    pub amount: Fen,
    /// Why.
    pub ground: Ground,
}

/// One thing owned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyLine {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: PropertyClass,
    /// What it is.
    #[schema(value_type = String)]
    pub item_zh: Cow<'static, str>,
    /// In English.
    #[schema(value_type = String)]
    pub item_en: Cow<'static, str>,
    /// Source; none when declared.
    pub source: Option<SourceKey>,
    /// Record number at the source.
    pub record: Option<String>,
    /// Value of the share owned, where known.
    pub value: Option<Fen>,
    /// Area of the share owned, of immovables.
    pub area: Option<Area>,
    /// Counted value (zero when exempt).
    pub counted: Fen,
    /// Whether it counts against the limit on the number of such things.
    pub counts: bool,
    /// Treatment.
    pub treatment: Treatment,
    /// Why.
    pub ground: Ground,
}

/// An amount known to lie between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// Confirmed: it is at least this.
    pub at_least: Fen,
    /// It is at most this; none = unbounded while something is silent.
    pub at_most: Option<Fen>,
    /// What stands now: counted lines only.
    pub so_far: Fen,
    /// Whether every source that could change it has spoken and nothing is under review.
    pub complete: bool,
    /// Sources that have not spoken, by person.
    pub silent: Vec<SilentCell>,
}

/// A member × source cell a total waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilentCell {
    /// Person.
    pub member: MemberRef,
    /// Source.
    pub source: SourceKey,
}

/// Totals of the household over the window, and of its property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Members counted when dividing.
    pub members: u32,
    /// Per class of income.
    pub income_by_class: Vec<ClassTotal>,
    /// Income after exemptions, before deductions.
    pub income: Interval,
    /// Deductions; `at_most` is the largest still possible.
    pub deductions: Interval,
    /// Income less deductions, not below zero.
    pub net_income: Interval,
    /// Per head and year.
    pub per_head_yearly: Interval,
    /// Per head and month.
    pub per_head_monthly: Interval,
    /// The standard compared with, per head and month.
    pub standard_monthly: Fen,
    /// Financial property of the household.
    pub financial: Interval,
    /// Financial property a head.
    pub financial_per_head: Interval,
    /// Rigid spending (刚性支出) in the window.
    pub rigid_spending: Interval,
    /// Dwellings that count.
    pub dwellings: CountInterval,
    /// Cars that count.
    pub cars: CountInterval,
    /// Firms that count.
    pub companies: CountInterval,
}

/// A total of one class of income.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassTotal {
    /// Class.
    pub class: IncomeClass,
    /// Total.
    pub total: Interval,
}

/// A count known to lie between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountInterval {
    /// At least.
    pub at_least: u32,
    /// At most; none = unbounded.
    pub at_most: Option<u32>,
    /// Whether it is settled.
    pub complete: bool,
    /// Sources that have not spoken.
    pub silent: Vec<SilentCell>,
}

/// Declared against found, per person and class. A difference is worded `申报与核对不一致，待说明`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredLine {
    /// Person.
    pub member: MemberRef,
    /// `income.wage`, `property.vehicle`, …
    pub class: String,
    /// Amount declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Fen>,
    /// Amount found and counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Fen>,
    /// Where it is undetermined because of what departments have answered (records under review, readings that are open, a bank that tells
    /// no balance): between what it lies. What those still silent may add is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_between: Option<FoundBetween>,
    /// Number declared, of vehicles, houses and firms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_count: Option<u32>,
    /// Number found, of vehicles, houses and firms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_count: Option<u32>,
    /// Where it is undetermined because records under review, or told twice, may be further ones: the most there may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_count_at_most: Option<u32>,
    /// How the two compare.
    pub comparison: Comparison,
}

impl DeclaredLine {
    /// Whether there is nothing that the family would have to explain: not that the two are the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.comparison.agrees()
    }
}

/// The ends between which an amount found lies, as far as departments have answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundBetween {
    /// At least.
    pub at_least: Fen,
    /// At most; null = unbounded.
    pub at_most: Option<Fen>,
}

/// How declared and found compare, as far as the sources that spoke can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// They differ: the family is heard.
    Differs,
    /// Nothing was declared and something was found: the family is heard.
    Undeclared,
    /// They agree.
    Agrees,
    /// No difference as far as sources have answered.
    AgreesSoFar,
    /// No source holds it: as declared.
    NoRecord,
    /// What was found may agree and may differ, or nobody has answered about it: not to be said yet.
    Undetermined,
}

impl Comparison {
    /// Whether there is nothing that the family would have to explain.
    #[must_use]
    pub fn agrees(self) -> bool {
        !matches!(self, Self::Differs | Self::Undeclared)
    }
}

/// Something an officer should look at. Never passed on as an accusation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `undeclared_spouse`, `unknown_member`, `extra_registrant`, `death_recorded`, `threshold_exceeded`, …
    pub code: String,
    /// About which member.
    pub member: Option<MemberRef>,
    /// Source.
    pub source: Option<SourceKey>,
    /// Whether it may be in the applicant's copy (not when about third people).
    pub officer_only: bool,
    /// In Chinese.
    pub zh: String,
    /// In English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Finding {
    /// Code of a finding that a line of declared against found states in full.
    pub const DISCREPANCY: &'static str = "discrepancy";
}

/// Three values: missing facts never turn into an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The conditions are met whatever is still missing.
    Met,
    /// They are not met whatever is still missing.
    NotMet,
    /// It depends on what is still missing.
    Open,
}

/// One outcome of DOMAIN's screening table, for the officer: the decision is the authority's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Screening {
    /// `dibao`, `dibao_single`, `dibao_marginal`, `rigid_expenditure`, `tekun`, `gradual_exit`, `none`.
    #[schema(value_type = String)]
    pub outcome: Cow<'static, str>,
    /// Chinese name.
    #[schema(value_type = String)]
    pub name_zh: Cow<'static, str>,
    /// English name.
    #[schema(value_type = String)]
    pub name_en: Cow<'static, str>,
    /// Certainty.
    pub state: Certainty,
    /// The conditions, each with its own certainty.
    pub conditions: Vec<Condition>,
    /// When open: the one fact or source that decides.
    pub decides: Option<String>,
    /// How long it holds, where the rules limit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
}

/// How long an outcome holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// Months left on the as-of date, one begun counting as one.
    pub months_left: u32,
}

impl Term {
    /// A number of months from a day on, seen on the as-of date; none once it is over.
    #[must_use]
    pub fn of_months(from: Date, months: i64, as_of: Date) -> Option<Self> {
        let until = from.checked_add(months.months()).ok()?.yesterday().ok()?;
        let begun = |left: &i64| from.checked_add((months - left).months()).is_ok_and(|day| day <= as_of);
        let months_left = (1..=months).find(begun)?;
        Some(Self { until, months_left: u32::try_from(months_left).ok()? }).filter(|term| as_of <= term.until)
    }
}

/// One condition of an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Certainty.
    pub state: Certainty,
    /// Why.
    pub ground: Ground,
}

/// A parameter in use that no published text backs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssumedParameter {
    /// Key in the pack.
    #[schema(value_type = String)]
    pub key: Cow<'static, str>,
    /// Value with unit.
    pub value: String,
    /// Which pack set it.
    pub pack: String,
}

/// A fact or source that decides what is open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenFact {
    /// `source:finance` (silent), `not_asked:finance`, `withdrawn:m1`, `unknown_member:m1`, `review:m1/vehicles/123`, `successor_rule`,
    /// `household_size`, …
    pub fact: String,
    /// Classes that stay open because of it. A report leaves them out where it leaves out the words: what kind of fact it is, the department's
    /// definition and the record's kind say them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<InfoClass>,
    /// In Chinese; where it is the same for all of a kind (`source:`, `not_asked:`, `withdrawn:`, `unknown_member:`, `undeclared_spouse:`,
    /// `review:`), a report leaves it out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// In English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}
