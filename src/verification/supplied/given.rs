//! The form evidence is supplied in: that of [`Evidence`](crate::household::Evidence), where whatever can be understood without being
//! said may be left out.

use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::household::{
    Absence, CellOutcome, DeclaredIncome, DeclaredProperty, Detail, InfoClass, MatchReason, MemberRef, Purpose, Region,
    RegisteredAs, Relation, ReviewDecision, Sex, SourceKey, Subject, Support, Verdict,
};

/// Evidence about one household, as of one day. Whatever is neither a record nor an answer is unknown, never zero: a department that is
/// not said to have answered leaves its totals open.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Evidence)]
pub(super) struct GivenEvidence {
    /// Programme asked for.
    pub purpose: Purpose,
    /// County (GB/T 2260).
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    pub region: Region,
    /// The day the question is about.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// Kind of registration.
    pub registered_as: RegisteredAs,
    /// Ref of the member who applies.
    pub applicant: MemberRef,
    /// The household, 1 to 30 people with its obligors.
    pub members: Vec<GivenMember>,
    /// People outside it with a legal duty of support.
    #[serde(default)]
    pub obligors: Vec<GivenObligor>,
    /// Which of the departments that `cells` does not name have answered in full.
    #[serde(default)]
    pub answered: Answered,
    /// How departments answered about a person. One that stands neither here nor in `answered` has not answered yet.
    #[serde(default)]
    pub cells: Vec<GivenCell>,
    /// Every record. A record alone does not say that its department has answered in full.
    #[serde(default)]
    pub records: Vec<GivenRecord>,
}

/// A member of the household.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceMember)]
pub(super) struct GivenMember {
    /// Name within this document: `m1`. Never a name or a number of the person.
    #[serde(rename = "ref")]
    pub reference: MemberRef,
    /// Relation (GB/T 4761), two digits.
    #[schema(value_type = String, pattern = "^(0[1-9]|[1-9][0-9])$")]
    pub relation: Relation,
    /// Birth date.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub birth_date: Option<Date>,
    /// Sex.
    #[serde(default)]
    pub sex: Option<Sex>,
    /// Whether able to work, as assessed by the township.
    #[serde(default)]
    pub can_work: Option<bool>,
    /// Of the six activities of self-care, how many are lost, as the household visit found it.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 6)]
    pub self_care_lost: Option<u8>,
    /// Why this person does not count as a member.
    #[serde(default)]
    pub absence: Option<Absence>,
    /// What the family declared.
    #[serde(default)]
    pub declared: GivenDeclared,
}

/// What the family declared about a member.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceDeclared)]
pub(super) struct GivenDeclared {
    /// Income.
    #[serde(default)]
    pub income: Vec<DeclaredIncome>,
    /// Property.
    #[serde(default)]
    pub property: Vec<DeclaredProperty>,
}

/// An obligor and whom they must support.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceObligor)]
pub(super) struct GivenObligor {
    /// The person.
    pub person: GivenMember,
    /// Ref of the member.
    pub obliged_to: MemberRef,
    /// What they do for them.
    #[serde(default)]
    pub support: Support,
}

/// Departments that have answered in full: `"all"` of the shipped ones about every member, or a list of `finance` (about every member)
/// and `m1/finance`. What they answered are the records given; where there are none, that they hold none.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EvidenceAnswered)]
pub(super) enum Answered {
    /// All.
    All(All),
    /// These.
    These(Vec<String>),
}

/// The word for all departments.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EvidenceAnsweredAll)]
pub(super) enum All {
    /// Every department about every member.
    All,
}

impl Default for Answered {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

/// How one department answered about one person.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceCell)]
pub(super) struct GivenCell {
    /// Ref of the person.
    pub member: MemberRef,
    /// Department.
    pub source: SourceKey,
    /// What it speaks for; of a shipped department as its definition says, unless given.
    #[serde(default)]
    pub speaks_for: Option<Vec<InfoClass>>,
    /// The answer.
    pub outcome: CellOutcome,
    /// Day of the query.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub asked_on: Option<Date>,
    /// Day of the answer.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub answered_on: Option<Date>,
}

/// A record, and whether it is this person's.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceRecord)]
pub(super) struct GivenRecord {
    /// Ref of the person.
    pub member: MemberRef,
    /// Department.
    pub source: SourceKey,
    /// The record.
    pub record: GivenContents,
    /// Whether it belongs to the person: `match` unless given.
    #[serde(default = "matching")]
    pub verdict: Verdict,
    /// Why.
    #[serde(default)]
    pub reasons: Vec<MatchReason>,
    /// Sum of weights in hundredths of a bit.
    #[serde(default)]
    pub weight_centibits: i32,
    /// Probability in parts per million.
    #[serde(default = "certain")]
    #[schema(maximum = 1_000_000)]
    pub probability_ppm: u32,
    /// A person's decision on a record that was held.
    #[serde(default)]
    pub reviewed: Option<ReviewDecision>,
}

fn matching() -> Verdict {
    Verdict::Match
}

fn certain() -> u32 {
    1_000_000
}

/// What a department holds.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EvidenceRecordContents)]
pub(super) struct GivenContents {
    /// The department's number of it; its place in the list unless given.
    #[serde(default)]
    pub number: Option<String>,
    /// Whom the department says it is about; no rule looks at it.
    #[serde(default)]
    pub subject: Subject,
    /// What it says.
    pub detail: Detail,
    /// The day the department's data stand at.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}
