//! Deductions (刚性支出扣减): illness, schooling, nursing, nutrition, employment cost. In tiers by ratio; every figure is `assumed`.
//!
//! One file a rule. No expense is used twice, and what a silent source could still add bounds the total from above.

mod disability;
mod employment_cost;
mod illness;
mod nutrition;
mod schooling;

use super::assessment::{DeductionLine, Ground};
use super::case::{Case, Item, Person};
use super::drafts::DeductionDraft;
use super::income::WageMonths;
use super::silence::Silence;
use crate::household::{Detail, Fen, InfoClass};

pub(super) use illness::{IllnessCosts, costs};

/// All deductions, by person, then kind.
pub(super) fn lines(case: &Case<'_>, illness: &[IllnessCosts], wages: &[WageMonths]) -> Vec<DeductionDraft> {
    let mut drafts = Vec::new();
    for (position, person) in case.people.iter().enumerate().filter(|(_, person)| person.is_member()) {
        drafts.extend(illness::line(case, person, &illness[position]));
        drafts.extend(schooling::line(case, person));
        drafts.extend(disability::line(case, person));
        drafts.extend(nutrition::line(case, person));
        drafts.extend(employment_cost::line(case, person, &wages[position]));
    }
    drafts
}

/// The most that could still be added beyond the lines; none = no bound (a department of illness or schooling is silent).
pub(super) fn still_possible(
    case: &Case<'_>,
    silence: &Silence<'_>,
    illness: &[IllnessCosts],
    wages: &[WageMonths],
    drafts: &[DeductionDraft],
) -> Option<Fen> {
    let mut possible = Fen::ZERO;
    for (position, person) in case.people.iter().enumerate().filter(|(_, person)| person.is_member()) {
        if silence.person(position, &[InfoClass::Medical, InfoClass::Education]) {
            return None;
        }
        for item in person.held() {
            possible += match item.detail() {
                Detail::Enrolment { .. } => case.rules.schooling_ceiling.value,
                Detail::DisabilityCertificate { .. } => case.of_standard(case.rules.nursing_grade_1.value),
                Detail::Pregnancy { .. } => case.of_standard(case.rules.nutrition.value),
                _ => Fen::ZERO,
            };
        }
        // Bills under review or told twice; a claim under review never adds.
        possible += illness[position].more;
        if silence.person(position, &[InfoClass::Disability]) {
            possible += case.of_standard(case.rules.nursing_grade_1.value);
        }
        let unmet = |kind: &str| !drafts.iter().any(|d| d.line.kind == kind && d.line.member == *person.reference());
        if person.facts.birth_date.is_none() && unmet(nutrition::KIND) {
            possible += case.of_standard(case.rules.nutrition.value);
        }
        possible += employment_cost::still_possible(case, silence, position, &wages[position], drafts);
    }
    Some(possible)
}

/// What a deduction is, in both languages.
struct Named {
    kind: &'static str,
    zh: &'static str,
    en: &'static str,
}

fn draft(
    person: &Person<'_>,
    named: &Named,
    items: &[&Item<'_>],
    base: Fen,
    amount: Fen,
    computation: String,
    ground: Ground,
) -> DeductionDraft {
    let line = DeductionLine {
        member: person.reference().clone(),
        kind: named.kind.to_owned(),
        item_zh: named.zh.to_owned(),
        item_en: named.en.to_owned(),
        source: items.first().map(|item| item.source.clone()),
        records: items.iter().map(|item| item.record.number.clone()).collect(),
        base,
        computation,
        amount,
        ground,
    };
    DeductionDraft { line, least: amount }
}
