//! The extract of a report for the public notice (公示摘要): what hangs for seven days in the village or community while an application is
//! decided. Who applies, how many they are, for what, where, and what the verification says; no number, address, amount, illness, other
//! member or obligor. A type of its own, so that a field added to [`Body`] is not in it until somebody says so. Pure.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Status, Words};
use super::lines::outcome_of;
use crate::household::{PersonName, Purpose, Region};
use crate::policy::assessment::Certainty;

/// The form of an extract this build writes.
pub const FORMAT: &str = "hedui-public-notice/1";
/// Days that it hangs (最低生活保障审核确认办法 art. 23).
pub const DAYS: u32 = 7;
/// Whoever is younger is not named.
const OF_AGE: u8 = 18;

/// What is put up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicNotice {
    /// Form of this document: `hedui-public-notice/1`.
    pub format: String,
    /// Number of the report it is an extract of.
    pub number: String,
    /// Its version.
    pub version: u32,
    /// Whether the report is signed off; an extract of a draft is not put up yet.
    pub status: Status,
    /// Who applies; nobody is named who is under age, or whose age is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub applicant: Option<PersonName>,
    /// People in the household.
    pub members: u32,
    /// Programme.
    pub purpose: Purpose,
    /// The township or office that put the case up for verification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub township: Option<String>,
    /// County.
    pub region: Region,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_name: Option<Words>,
    /// The day the question is about.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// Whether the conditions of the programme are met as far as was verified: `met` or `open`.
    pub conclusion: Certainty,
    /// Days that it hangs.
    pub days: u32,
    /// The verification centre.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub centre: String,
}

/// Why there is nothing to put up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoNotice {
    /// Departments are still asked.
    #[error("the report is provisional")]
    Provisional,
    /// Nobody applied: reviews, monitoring and screened rosters are not put up.
    #[error("nobody applied for anything")]
    NoApplication,
    /// The applicant is told in writing, and nobody else.
    #[error("the conditions of what was applied for are not met")]
    NotMet,
}

impl NoNotice {
    /// Why, and what to do instead, in Chinese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Provisional => (
                "报告尚为临时版本，部分部门未反馈，不得公示。请待最终版本生成后再出具公示摘要。",
                "The report is provisional: departments have yet to answer. An extract is made of the final version.",
            ),
            Self::NoApplication => (
                "本事项不是救助申请（复核、动态监测、名册排查），不作公示。",
                "Nobody applied: a review, monitoring or the screening of a roster is not put up.",
            ),
            Self::NotMet => (
                "核对结果为所申请事项的条件不具备，不予公示。由审核确认机关书面告知申请人并说明理由。",
                "The conditions of what was applied for are not met: nothing is put up. The authority tells the applicant in writing, with its reasons.",
            ),
        }
    }
}

impl PublicNotice {
    /// The extract of a report.
    ///
    /// # Errors
    /// [`NoNotice`].
    pub fn of(body: &Body) -> Result<Self, NoNotice> {
        let request = &body.request;
        if !is_application(request.purpose) {
            return Err(NoNotice::NoApplication);
        }
        if !body.is_final {
            return Err(NoNotice::Provisional);
        }
        let applied_for = outcome_of(request.purpose);
        let outcome = body.screening.iter().find(|outcome| applied_for == Some(outcome.outcome.as_str()));
        let conclusion = outcome.map_or(Certainty::Open, |outcome| outcome.state);
        if conclusion == Certainty::NotMet {
            return Err(NoNotice::NotMet);
        }
        let applicant = body.household.members.iter().find(|person| person.reference == request.applicant);
        let named = applicant.filter(|person| person.age.is_some_and(|age| age >= OF_AGE));
        Ok(Self {
            format: FORMAT.to_owned(),
            number: body.number.clone(),
            version: body.version,
            status: body.status,
            applicant: named.map(|person| person.name.clone()),
            members: u32::try_from(body.household.members.len()).unwrap_or(u32::MAX),
            purpose: request.purpose,
            township: request.commissioned_by.as_ref().map(|commission| commission.organisation.clone()),
            region: request.region.clone(),
            region_name: request.region_name.clone(),
            as_of: request.as_of,
            conclusion,
            days: DAYS,
            centre: body.centre.clone(),
        })
    }
}

/// Whether somebody applies for something that is decided after a notice.
fn is_application(purpose: Purpose) -> bool {
    match purpose {
        Purpose::DibaoApplication
        | Purpose::TekunApplication
        | Purpose::MarginalApplication
        | Purpose::RigidExpenditureApplication
        | Purpose::TemporaryRelief => true,
        Purpose::PeriodicReview
        | Purpose::ReportedChange
        | Purpose::Monitoring
        | Purpose::ChildScreening
        | Purpose::DisabilityScreening
        | Purpose::MedicalScreening => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;
    use crate::household::Verdict;
    use crate::report::change::properties;
    use crate::report::disclosure::applicant_copy;
    use crate::report::fixture::{assess, case};
    use crate::report::render::html;
    use crate::report::text::Lang;

    /// Words that would say that somebody is ill or disabled, or what for.
    const HEALTH: [&str; 16] = [
        "残疾", "疾病", "患病", "病", "医疗", "住院", "诊断", "精神", "智力", "肢体", "视力", "听力", "disab",
        "illness", "medical", "diagnos",
    ];

    /// Everything a notice is written as.
    fn written(notice: &PublicNotice) -> [String; 3] {
        let page = |lang| html::render_public_notice(notice, lang, &html::Around::default()).html;
        // what is printed, without the style sheet
        let printed = |lang| page(lang).split("</style>").last().unwrap_or_default().to_owned();
        [serde_json::to_string(notice).unwrap(), printed(Lang::Zh), printed(Lang::En)]
    }

    #[test]
    fn only_a_final_report_of_an_application_that_may_succeed_is_put_up() {
        use Certainty::{Met, NotMet, Open};
        let body = |purpose, is_final, state| {
            let mut body = case().body();
            (body.request.purpose, body.is_final) = (purpose, is_final);
            let own = outcome_of(purpose).unwrap_or_default().to_owned();
            body.screening.truncate(1);
            (body.screening[0].outcome, body.screening[0].state) = (own, state);
            PublicNotice::of(&body).map(|notice| notice.conclusion)
        };
        for (purpose, is_final, state, outcome) in [
            (Purpose::DibaoApplication, true, Met, Ok(Met)),
            (Purpose::DibaoApplication, true, Open, Ok(Open)),
            (Purpose::DibaoApplication, true, NotMet, Err(NoNotice::NotMet)),
            (Purpose::DibaoApplication, false, Met, Err(NoNotice::Provisional)),
            (Purpose::PeriodicReview, true, Met, Err(NoNotice::NoApplication)),
            (Purpose::DisabilityScreening, true, Met, Err(NoNotice::NoApplication)),
        ] {
            assert_eq!(body(purpose, is_final, state), outcome, "{purpose:?} {is_final} {state:?}");
        }
    }

    #[test]
    fn whoever_is_under_age_is_not_named() {
        for (age, named) in [(Some(18), true), (Some(17), false), (None, false)] {
            let mut body = case().body();
            (body.is_final, body.request.purpose) = (true, Purpose::TemporaryRelief);
            body.household.members[0].age = age;
            let [json, zh, en] = written(&PublicNotice::of(&body).unwrap());
            for text in [json, zh, en] {
                assert_eq!(text.contains("李建国"), named, "{age:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_put_up_that_the_village_may_not_know(
            happened in proptest::collection::vec(properties::happened(), 0..6),
            ages in proptest::collection::vec(proptest::option::of(0..100_u8), 4),
            purpose in select(vec![Purpose::DibaoApplication, Purpose::TekunApplication, Purpose::MarginalApplication,
                Purpose::RigidExpenditureApplication, Purpose::TemporaryRelief]),
        ) {
            let mut body = properties::body(&happened);
            (body.request.purpose, body.is_final) = (purpose, true);
            for (person, age) in body.household.members.iter_mut().zip(&ages) {
                person.age = *age;
            }
            let people = body.household.members.iter();
            let numbers: Vec<_> = people.clone().filter_map(|person| person.id_number_masked.clone()).collect();
            let unnamed: Vec<_> = people.clone()
                .filter(|person| person.reference != body.request.applicant || person.age.is_none_or(|age| age < OF_AGE))
                .map(|person| person.name.expose().to_owned()).collect();
            if let Ok(notice) = PublicNotice::of(&body) {
                for text in written(&notice) {
                    for word in numbers.iter().map(String::as_str).chain(unnamed.iter().map(String::as_str)).chain(HEALTH)
                        .chain(["李红", "会师镇东街", "元"]) {
                        prop_assert!(!text.contains(word), "{word}: {text}");
                    }
                }
            }
        }

        #[test]
        fn an_applicants_copy_tells_of_nobody_outside_the_household(
            gone in proptest::collection::vec(any::<Index>(), 0..8),
            held in proptest::collection::vec(any::<Index>(), 0..8),
        ) {
            let mut case = case();
            for which in gone {
                let records = case.evidence.records.len();
                case.evidence.records.remove(which.index(records));
            }
            for which in held {
                let records = case.evidence.records.len();
                case.evidence.records[which.index(records)].verdict = Verdict::Review;
            }
            case.assessment = assess(&case.evidence);
            let body = case.body();
            prop_assert!(!body.household.obligors.is_empty());
            let copy = applicant_copy(&body);
            let page = |lang| html::render(&copy, None, lang);
            let json = String::from_utf8(copy.bytes()).unwrap();
            let held = body.held_for_review.iter().map(|record| record.record.as_str());
            let hidden = ["李红", "620422********4842", "\"o1\"", "o1/", "undeclared_spouse\":true", "配偶未申报", "甘肃省会宁县会师镇", "62**********23"];
            for text in [json, page(Lang::Zh), page(Lang::En)] {
                for word in hidden.into_iter().chain(held.clone()) {
                    let at = text.find(word).map_or(0, |at| text.floor_char_boundary(at.saturating_sub(300)));
                    prop_assert!(!text.contains(word), "{word}: {}", text[at..].chars().take(400).collect::<String>());
                }
            }
        }
    }
}
