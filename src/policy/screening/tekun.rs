//! Tekun (特困): unable to work, without a source of living, without an able obligor. Judged for the applicant.
//!
//! Whether an obligor is able rests on checks of their own consent; no obligor named is not "no obligor".

use super::conditions::Limits;
use super::{Bench, Judged, Names, Weighed};
use crate::household::{Detail, DisabilityCategory, EnrolmentState};
use crate::policy::assessment::Certainty;
use crate::policy::case::{Case, Person};
use crate::policy::grounds::GroundOf;
use crate::policy::open_facts;
use crate::policy::pack::Ratio;
use crate::policy::silence::Classes;

/// Age from which somebody may owe support.
const ADULT: i64 = 18;

static NAMES: Names = Names { outcome: "tekun", zh: "特困人员", en: "Tekun (destitute person)" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>) -> Judged<'a> {
    let mut conditions = bench.conditions();
    conditions.push(|| bench.household());
    conditions.push(|| unable_to_work(bench));
    conditions.push(|| no_source_of_living(bench));
    bench.property(&Limits::tekun(bench.sums.case.rules), &mut conditions);
    conditions.push(|| no_able_obligor(bench));
    bench.judge(&NAMES, conditions)
}

fn unable_to_work<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let applicant = case.applicant();
    let settled = !bench.sums.silence.any(Classes::DISABILITY) && !bench.sums.silence.any_held(Classes::DISABILITY);
    let state = match applicant {
        Some(person) if is_unable(case, person) => Certainty::Met,
        Some(person) if person.age.is_some() && settled => Certainty::NotMet,
        _ => Certainty::Open,
    };
    let rules = case.rules;
    let ground = rules.tekun_old_from.ground_made(case, || {
        let (old, child) = (rules.tekun_old_from.value, rules.tekun_child_under.value);
        let (mental, limb, sight) =
            (rules.tekun_mental_grade.value, rules.tekun_limb_grade.value, rules.tekun_sight_grade.value);
        (
            format!(
                "申请人无劳动能力：满 {old} 或未满 {child} 周岁，或残疾：智力、精神至 {mental} 级，肢体至 {limb} 级，视力至 {sight} 级。"
            ),
            format!(
                "The applicant is unable to work: {old} or older, under {child}, or disabled (intellectual, mental up to grade {mental}, limb {limb}, sight {sight})."
            ),
        )
    });
    let weighed = Weighed::new(state, ground, Classes::DISABILITY).guarded();
    if applicant.is_none_or(|person| person.age.is_none()) {
        weighed.settled_by(open_facts::APPLICANT)
    } else {
        weighed
    }
}

pub(in crate::policy) fn is_unable(case: &Case<'_>, person: &Person<'_>) -> bool {
    let rules = case.rules;
    let by_age = person.age.is_some_and(|age| age >= rules.tekun_old_from.value || age < rules.tekun_child_under.value);
    let by_disability = person.disability.as_ref().is_some_and(|disability| {
        let limit = match disability.category {
            category if case.is_mental(category) => rules.tekun_mental_grade.value,
            DisabilityCategory::Limb => rules.tekun_limb_grade.value,
            DisabilityCategory::Sight => rules.tekun_sight_grade.value,
            _ => 0,
        };
        i64::from(disability.grade) <= limit
    });
    by_age || by_disability
}

/// How much care somebody needs, by the self-care activities lost (自理能力六项): none, some, all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum CareLevel {
    Able,
    Partial,
    None,
}

/// None where no visit has looked.
pub(in crate::policy) fn care_level(case: &Case<'_>, person: &Person<'_>) -> Option<CareLevel> {
    let level = match i64::from(person.facts.self_care_lost?) {
        0 => CareLevel::Able,
        lost if lost >= case.rules.self_care_none_from.value => CareLevel::None,
        _ => CareLevel::Partial,
    };
    Some(level)
}

/// Income by the programme's own list, never more than by dibao's: what dibao leaves out, tekun leaves out too.
fn no_source_of_living<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let rule = &case.rules.tekun_social_insurance;
    let line = bench.line(Ratio::ONE);
    let (mut least, mut most) = (bench.totals.net_income.at_least, bench.totals.net_income.at_most);
    for draft in bench.sums.income {
        // What is left out is what the most has over the least, before anything of the least.
        let of_least = draft.not_for_tekun - (draft.most - draft.least);
        least -= of_least.min(draft.least).at_least_zero();
        most = most.map(|most| most - draft.not_for_tekun);
    }
    let most = most.map(|most| most.at_least_zero().0);
    let state = super::below(least.at_least_zero().0, most, line.0);
    let ground = rule.ground(
        "无生活来源：按特困办法核算的收入低于低保标准。",
        "No source of living: income by tekun's own list is below the standard.",
    );
    Weighed::new(state, ground, Bench::income_classes()).guarded()
}

fn no_able_obligor<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let ground = bench.sums.case.rules.tekun_old_from.ground(
        "无法定义务人，或义务人无履行能力。",
        "No legal obligor, or none who is able (outside the household checked only with their consent).",
    );
    let named = || bench.sums.support.iter().filter(|support| Some(support.of()) == bench.sums.case.applicant);
    let open = named().find(|support| support.is_able() == Certainty::Open);
    let state = if lives_with_able_kin(bench) || named().any(|support| support.is_able() == Certainty::Met) {
        Certainty::NotMet
    } else if open.is_none() && named().next().is_some() {
        // everybody whom the request names is known to have nothing to give
        Certainty::Met
    } else {
        Certainty::Open
    };
    let weighed = Weighed::new(state, ground, Classes::default()).guarded();
    match open {
        Some(support) if bench.sums.case.traced => weighed.settled_by(format!("support:{}", support.reference())),
        _ => weighed.settled_by("obligors"),
    }
}

/// Whether a spouse, child or parent of the applicant lives in the household and is able to work. Who still lives, is at school or
/// is grievously ill is settled before anything adverse stands (the guard). Relations are given
/// towards the person with the relation `self` or `head`; nothing is concluded when that is not the applicant.
fn lives_with_able_kin(bench: &Bench<'_, '_>) -> bool {
    let case = bench.sums.case;
    let applicant = case.applicant();
    if !applicant.is_some_and(|person| matches!(&person.relation, b"01" | b"02")) {
        return false;
    }
    let known = !bench.sums.silence.any(Classes::DISABILITY) && !bench.sums.silence.any_held(Classes::DISABILITY);
    let is_kin = |person: &Person<'_>| {
        let code = &person.relation;
        matches!(code, [b'1' | b'2' | b'3', _]) && !matches!(code, b"28" | b"38")
            || matches!(code, b"50" | b"51" | b"52")
    };
    let studies = |person: &Person<'_>| {
        let is_pupil = |detail: &Detail| matches!(detail, Detail::Enrolment { state: EnrolmentState::Attending, .. });
        person.counting().any(|item| is_pupil(item.detail()))
    };
    let is_able = |person: &Person<'_>| {
        person.age.is_some_and(|age| age >= ADULT)
            && person.disability.is_none()
            && !is_unable(case, person)
            && !studies(person)
    };
    known
        && case.people.iter().enumerate().any(|(position, person)| {
            person.is_member() && Some(position) != case.applicant && is_kin(person) && is_able(person)
        })
}
