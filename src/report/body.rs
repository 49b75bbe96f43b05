//! The deterministic part of a report: what was asked, what was found, what the rules made of it, and from what it can be recomputed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::cells::{SourceLine, Summary};
use super::entries::{
    AlertEntry, AmountEntry, DeductionEntry, GroundEntry, IncomeEntry, OutcomeEntry, PropertyEntry, ReferralEntry,
    ReviewEntry,
};
use super::household::ReportHousehold;
use super::lexicon;
use super::lines::outcome_of;
use super::notices::Notices;
use super::provenance::{Provenance, canonical_bytes, sha256_hex};
use super::records::{HeldRecord, SetAside};
use super::totals::ReportTotals;
use crate::household::{Commission, Fen, LegalBasis, MemberRef, Purpose, Region};
use crate::policy::assessment::{Certainty, DeclaredLine, Finding, OpenFact};
use crate::policy::words_of_fact;

/// The form of the body this build writes. A reader that does not know it must not guess.
pub const FORMAT: &str = "hedui-report/1";

/// A report without its attestation. Same inputs, same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Form of this document: `hedui-report/1`.
    pub format: String,
    /// Report number (编号): `HD-620422-2026-000001`.
    pub number: String,
    /// Version, from 1.
    pub version: u32,
    /// Whether every cell had ended (最终); otherwise provisional (临时).
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Draft until a second person issues it (签发).
    pub status: Status,
    /// Who issued it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Issue>,
    /// The version this one replaces, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<Supersedes>,
    /// Whose copy it is.
    pub copy_for: CopyFor,
    /// What was asked.
    pub request: RequestFacts,
    /// The household, as declared and as found.
    pub household: ReportHousehold,
    /// In one sentence.
    pub summary: Summary,
    /// Day of the queries (查询日期), where a source or cell does not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub asked_on: Option<Date>,
    /// Day of the answers (反馈日期), where a source or cell does not say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub answered_on: Option<Date>,
    /// Every source, with how it answered about every person.
    pub sources: Vec<SourceLine>,
    /// Income (家庭收入), line by line.
    pub income: Vec<IncomeEntry>,
    /// Deductions (刚性支出扣减).
    pub deductions: Vec<DeductionEntry>,
    /// Property (家庭财产).
    pub property: Vec<PropertyEntry>,
    /// Totals, as intervals: missing is never zero.
    pub totals: ReportTotals,
    /// Lines to compare income per head with, beside the standard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_lines: Vec<ReferenceLine>,
    /// Declared against found (申报与核对).
    pub declared: Vec<DeclaredLine>,
    /// What an officer should look at, beside what differs from the declaration.
    pub findings: Vec<Finding>,
    /// Screening for the officer, the outcome applied for first; the decision is the authority's.
    pub screening: Vec<OutcomeEntry>,
    /// Whether the outcome asked about is certain although departments have yet to answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decided_early: bool,
    /// What would be paid if the authority decides so.
    pub amounts: Vec<AmountEntry>,
    /// Facts that decide what is open.
    pub open_facts: Vec<OpenFact>,
    /// Other programmes worth asking about.
    pub referrals: Vec<ReferralEntry>,
    /// What changed lately, of a household on the rolls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<AlertEntry>,
    /// When the household is looked at again.
    pub review: ReviewEntry,
    /// Records of uncertain ownership: neither counted nor dropped.
    pub held_for_review: Vec<HeldRecord>,
    /// Records that belong to somebody else, as counts.
    pub set_aside: Vec<SetAside>,
    /// Parameters used that no published text backs (假定参数): by the pack that set them and by group, name and value. The
    /// parameter `property.dibao.cars` stands as `cars` under `property.dibao`.
    pub assumed: BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>,
    /// Rules with their law and words (依据), by the number that lines cite.
    pub grounds: Vec<GroundEntry>,
    /// Laws and documents, cited by their place, from 1.
    pub laws: Vec<String>,
    /// The verification centre (核对机构), which seals it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub centre: String,
    /// Disclaimer and objection notice.
    pub notices: Notices,
    /// From what it can be recomputed.
    pub provenance: Provenance,
}

impl Body {
    /// RFC 8785 canonical JSON: what is hashed, logged, signed and compared.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical_bytes(self)
    }

    /// SHA-256 of [`Body::bytes`], lower-case hex.
    #[must_use]
    pub fn hash(&self) -> String {
        sha256_hex(&self.bytes())
    }

    /// The rule a line cites. Lines of an assembled body always find theirs.
    #[must_use]
    pub fn ground(&self, number: u32) -> Option<&GroundEntry> {
        self.grounds.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// A law by its number.
    #[must_use]
    pub fn law(&self, number: u32) -> Option<&str> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.laws.get(place).map(String::as_str)
    }

    /// The body with the English written in each line: what is drawn. Not what is hashed.
    #[must_use]
    pub(super) fn spelled_out(&self) -> Self {
        let mut full = self.clone();
        for fact in full.open_facts.iter_mut().filter(|fact| fact.zh.is_empty()) {
            let (zh, en) = words_of_fact(&fact.fact).unwrap_or_default();
            (fact.zh, fact.en) = (zh.to_owned(), en.to_owned());
        }
        full.each_text(lexicon::spell_out);
        full
    }

    /// Leaves out English that the lexicon gives back.
    pub(super) fn spare_english(&mut self) {
        for fact in &mut self.open_facts {
            if words_of_fact(&fact.fact).is_some_and(|words| words == (&*fact.zh, &*fact.en)) {
                fact.zh.clear();
                fact.en.clear();
                fact.classes.clear();
            }
        }
        self.each_text(lexicon::spare);
    }

    /// Every text of the report's own, Chinese and English.
    fn each_text(&mut self, visit: impl Fn(&str, &mut String)) {
        for line in &mut self.income {
            visit(&line.item_zh, &mut line.item_en);
        }
        for line in &mut self.deductions {
            visit(&line.item_zh, &mut line.item_en);
        }
        for line in &mut self.property {
            visit(&line.item_zh, &mut line.item_en);
        }
        for outcome in &mut self.screening {
            visit(&outcome.name_zh, &mut outcome.name_en);
        }
        for ground in &mut self.grounds {
            visit(&ground.zh, &mut ground.en);
        }
        for finding in &mut self.findings {
            visit(&finding.zh, &mut finding.en);
        }
        for fact in &mut self.open_facts {
            visit(&fact.zh, &mut fact.en);
        }
        for reason in self.held_for_review.iter_mut().flat_map(|held| &mut held.reasons) {
            visit(&reason.zh, &mut reason.en);
        }
        let sources = self.sources.iter_mut().flat_map(|line| [Some(&mut line.title), line.never_covers.as_mut()]);
        (sources.flatten())
            .chain(self.supersedes.as_mut().map(|replaced| &mut replaced.reason))
            .chain(self.request.region_name.as_mut())
            .chain([&mut self.summary.words])
            .chain(self.reference_lines.iter_mut().map(|line| &mut line.name))
            .chain(self.held_for_review.iter_mut().map(|held| &mut held.what))
            .chain(self.set_aside.iter_mut().map(|aside| &mut aside.words))
            .for_each(|words| visit(&words.zh, &mut words.en));
    }

    /// Leaves only the rules that a line cites, numbered anew.
    pub(super) fn keep_cited_grounds(&mut self) {
        let cited: Vec<u32> = self.cited_grounds().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let grounds = cited.iter().filter_map(|number| self.ground(*number)).cloned().collect();
        self.grounds = grounds;
        let renumber = |ground: &mut u32| {
            let place = cited.iter().position(|number| number == ground);
            *ground = place.and_then(|place| u32::try_from(place + 1).ok()).unwrap_or(*ground);
        };
        self.income.iter_mut().for_each(|line| renumber(&mut line.ground));
        self.deductions.iter_mut().for_each(|line| renumber(&mut line.ground));
        self.property.iter_mut().for_each(|line| renumber(&mut line.ground));
        self.amounts.iter_mut().for_each(|line| renumber(&mut line.ground));
        self.referrals.iter_mut().for_each(|line| renumber(&mut line.ground));
        self.alerts.iter_mut().for_each(|line| renumber(&mut line.ground));
        renumber(&mut self.review.ground);
        let conditions = self.screening.iter_mut().flat_map(|outcome| &mut outcome.conditions);
        conditions.for_each(|condition| renumber(condition.ground_mut()));
    }

    /// Every rule that a line cites, line by line.
    pub fn cited_grounds(&self) -> impl Iterator<Item = u32> {
        let conditions = self.screening.iter().flat_map(|outcome| &outcome.conditions);
        (self.income.iter().map(|line| line.ground))
            .chain(self.deductions.iter().map(|line| line.ground))
            .chain(self.property.iter().map(|line| line.ground))
            .chain(self.amounts.iter().map(|line| line.ground))
            .chain(self.referrals.iter().map(|line| line.ground))
            .chain(self.alerts.iter().map(|line| line.ground))
            .chain([self.review.ground])
            .chain(conditions.map(|condition| condition.ground()))
    }

    /// The outcome to name first: the one applied for; of a review, the most favourable one that is met or still open.
    #[must_use]
    pub fn headline(&self) -> Option<&OutcomeEntry> {
        let own = outcome_of(self.request.purpose);
        let applied_for = self.screening.iter().find(|outcome| own == Some(outcome.outcome.as_str()));
        applied_for.or_else(|| self.screening.iter().find(|outcome| outcome.state != Certainty::NotMet))
    }

    /// The most favourable outcome beside the headline that is met, or else still open. None while the headline is met.
    #[must_use]
    pub fn also(&self) -> Option<&OutcomeEntry> {
        let first = self.headline().filter(|outcome| outcome.state != Certainty::Met)?;
        let others = || {
            let others = self.screening.iter().filter(|other| other.outcome != first.outcome);
            others.filter(|other| other.outcome != "none" && !other.is_not_applied_for())
        };
        others()
            .find(|other| other.state == Certainty::Met)
            .or_else(|| others().find(|other| other.state == Certainty::Open))
    }
}

/// Draft or issued. Apart from provisional or final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportStatus)]
pub enum Status {
    /// 草稿: no second person has signed it off.
    Draft,
    /// 已签发.
    Issued,
}

/// Who issued a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportIssue)]
pub struct Issue {
    /// The person or client, as the service knows them.
    pub by: String,
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
}

/// The version replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Supersedes {
    /// Its version.
    pub version: u32,
    /// SHA-256 of its body.
    pub body_sha256: String,
    /// Why: a late answer, a review, an objection, a correction.
    pub reason: Words,
}

/// Whose copy a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CopyFor {
    /// The office: everything.
    Officer,
    /// The applicant: nothing about third people.
    Applicant,
}

/// The same thing in Chinese and in English. Written as the Chinese alone where the lexicon gives the English.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "WordsForm", into = "WordsForm")]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English; empty where the lexicon gives it, or nobody has translated it and the Chinese stands.
    pub en: String,
}

/// Words: the Chinese alone where its English stands in this schema's `x-english` (or there is none), else both.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Words)]
enum WordsForm {
    /// Chinese.
    Zh(String),
    /// Chinese and English.
    Both(BothWords),
}

/// Chinese and English.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BothWords {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

impl From<WordsForm> for Words {
    fn from(form: WordsForm) -> Self {
        match form {
            WordsForm::Zh(zh) => Self { zh, en: String::new() },
            WordsForm::Both(BothWords { zh, en }) => Self { zh, en },
        }
    }
}

impl From<Words> for WordsForm {
    fn from(Words { zh, en }: Words) -> Self {
        if en.is_empty() { Self::Zh(zh) } else { Self::Both(BothWords { zh, en }) }
    }
}

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        WordsForm::schema()
    }
}

impl ToSchema for Words {
    fn name() -> std::borrow::Cow<'static, str> {
        "Words".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        WordsForm::schemas(schemas);
    }
}

impl Words {
    /// From two texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// What was asked for, by whom, on what basis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestFacts {
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
    /// Who commissioned the check (委托).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commissioned_by: Option<Commission>,
    /// On what the check rests.
    pub legal_basis: LegalBasis,
    /// Who applies.
    pub applicant: MemberRef,
    /// 近亲属备案: the applicant is a relative of staff.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kin_of_official: bool,
    /// The day the question is about (核对基准日).
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The months whose income is looked at.
    pub period: Period,
}

/// A span of days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
}

/// A line that income per head is compared with, such as the marginal line (低保边缘线).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceLine {
    /// Its name.
    pub name: Words,
    /// Per head and month.
    pub monthly: Fen,
}
