//! What every level shows: what the screening says and why, what is open, where to turn. No amount, no record, and of the departments
//! only which of them are still silent.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Period, Words};
use super::super::entries::{OutcomeEntry, ReferralEntry};
use super::super::lines::outcome_of;
use super::super::notices::Notices;
use super::super::render::referral_title;
use super::open_matter::OpenMatter;
use super::words;
use crate::household::{LegalBasisKind, MemberRef, PersonName, Purpose, Region, Relation};
use crate::policy::assessment::{Basis, Certainty, ReviewClass, Term};

/// What is shown at every level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewConclusion)]
pub struct Conclusion {
    /// What was asked.
    pub request: ViewRequest,
    /// The household, as declared.
    pub members: Vec<ViewMember>,
    /// Items checked about the members.
    pub checked: u32,
    /// Of these, not answered in full.
    pub unanswered: u32,
    /// Whether everything was answered and nothing over a limit was found (未发现超标信息).
    pub clear: bool,
    /// Screening for the officer, the outcome applied for first; the decision is the authority's.
    pub screening: Vec<OutcomeView>,
    /// Whether the outcome asked about is certain although departments have yet to answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decided_early: bool,
    /// What is open, most decisive first.
    pub open: Vec<OpenMatter>,
    /// Records of uncertain ownership, neither counted nor dropped: how many.
    pub reviews_open: u32,
    /// Other programmes worth asking about (转介).
    pub referrals: Vec<ReferralView>,
    /// When the household is looked at again; none of a roster that was screened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewView>,
    /// The verification centre.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub centre: String,
    /// How far it can be relied on, and how to object.
    pub notices: Notices,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewRequest {
    /// The caller's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Programme.
    pub purpose: Purpose,
    /// County.
    pub region: Region,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_name: Option<Words>,
    /// On what the check rests.
    pub legal_basis: LegalBasisKind,
    /// Who applies.
    pub applicant: MemberRef,
    /// The day the question is about.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The months whose income is looked at.
    pub period: Period,
}

/// A member, as declared: no number, no age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewMember {
    /// How the request names them.
    #[serde(rename = "ref")]
    pub reference: MemberRef,
    /// Relation, GB/T 4761.
    pub relation: Relation,
    /// Name.
    #[schema(value_type = String)]
    pub name: PersonName,
}

/// An outcome of the screening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeView {
    /// `dibao`, `dibao_marginal`, …
    pub outcome: String,
    /// Its name.
    pub name: Words,
    /// Certainty.
    pub state: Certainty,
    /// Its conditions; of an outcome that is not met, those that are not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<WhyLine>,
    /// When open: what decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<OpenMatter>,
    /// How long it holds, where the rules limit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
}

/// A condition in words that hold no figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyLine {
    /// Certainty.
    pub state: Certainty,
    /// The condition.
    pub words: Words,
    /// The law behind it, where a text backs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
    /// Whether its figures are assumed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
}

/// Another programme worth asking about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferralView {
    /// `medical_premium`, `education_aid`, …
    pub code: String,
    /// Its name.
    pub name: Words,
    /// For whom; the household where nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRef>,
    /// Whether something open is to be settled first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// The office in charge.
    pub office: String,
}

/// When the household is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewView {
    /// How soon.
    pub class: ReviewClass,
    /// By which day.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
}

impl Conclusion {
    /// From a body whose English is spelled out.
    pub(super) fn of(body: &Body) -> Self {
        let request = &body.request;
        let roster = request.purpose.is_screening();
        Self {
            request: ViewRequest {
                reference: request.reference.clone(),
                purpose: request.purpose,
                region: request.region.clone(),
                region_name: request.region_name.clone(),
                legal_basis: request.legal_basis.kind,
                applicant: request.applicant.clone(),
                as_of: request.as_of,
                period: request.period,
            },
            members: (body.household.members.iter())
                .map(|person| ViewMember {
                    reference: person.reference.clone(),
                    relation: person.relation.clone(),
                    name: person.name.clone(),
                })
                .collect(),
            checked: body.summary.checked,
            unanswered: body.summary.unanswered,
            clear: body.summary.clear,
            screening: body.screening.iter().map(|entry| outcome(body, entry)).collect(),
            decided_early: body.decided_early,
            open: OpenMatter::all(body),
            reviews_open: u32::try_from(body.held_for_review.len()).unwrap_or(u32::MAX),
            referrals: body.referrals.iter().map(referral).collect(),
            review: (!roster).then_some(ReviewView { class: body.review.class, due: body.review.due }),
            centre: body.centre.clone(),
            notices: body.notices,
        }
    }

    /// The outcome to name first, as in the whole report ([`Body::headline`]).
    #[must_use]
    pub fn headline(&self) -> Option<&OutcomeView> {
        let own = outcome_of(self.request.purpose);
        let applied_for = self.screening.iter().find(|outcome| own == Some(outcome.outcome.as_str()));
        applied_for.or_else(|| self.screening.iter().find(|outcome| outcome.state != Certainty::NotMet))
    }

    /// A member's name; the reference itself where there is no such member.
    #[must_use]
    pub fn person<'a>(&'a self, who: &'a MemberRef) -> &'a str {
        let member = self.members.iter().find(|member| member.reference == *who);
        member.map_or(who.as_str(), |member| member.name.expose())
    }
}

fn outcome(body: &Body, entry: &OutcomeEntry) -> OutcomeView {
    let why = entry.conditions.iter().filter_map(|condition| {
        let ground = body.ground(condition.ground())?;
        Some(WhyLine {
            state: condition.state(),
            words: words::of_condition(ground),
            law: ground.law.and_then(|number| body.law(number)).map(str::to_owned),
            assumed: ground.basis == Basis::Assumed,
        })
    });
    OutcomeView {
        outcome: entry.outcome.clone(),
        name: Words::new(&*entry.name_zh, &*entry.name_en),
        state: entry.state,
        why: why.collect(),
        decides: entry.decides.as_ref().map(|fact| OpenMatter::of(body, fact)),
        term: entry.term,
    }
}

fn referral(entry: &ReferralEntry) -> ReferralView {
    let (zh, en) = referral_title(&entry.code);
    ReferralView {
        code: entry.code.clone(),
        name: Words::new(zh, en),
        members: entry.members.clone(),
        open: entry.open,
        office: entry.office.clone(),
    }
}
