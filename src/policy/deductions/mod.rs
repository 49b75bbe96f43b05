//! Deductions (刚性支出扣减): illness, schooling, nursing, nutrition, employment cost. In tiers by ratio; every figure is `assumed`.
//!
//! One file a rule. No expense is used twice, and what a silent source could still add bounds the total from above.

mod disability;
mod employment_cost;
mod illness;
mod nutrition;
mod old_age_nursing;
mod schooling;

use super::case::{Case, Item, Person};
use super::drafts::{DeductionDraft, Kind, Name};
use super::grounds::{Reason, Text};
use super::income::WageMonths;
use super::silence::{Classes, Silence};
use crate::household::{Detail, Fen};

pub(super) use illness::{IllnessCosts, costs};

/// All deductions, by person, then kind.
pub(super) fn lines<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    illness: &[IllnessCosts],
    wages: &[Option<WageMonths>],
    drafts: &mut Vec<DeductionDraft<'a>>,
) {
    for (position, person) in case.people.iter().enumerate().filter(|(_, person)| person.is_member()) {
        let mut add = |line: Option<DeductionDraft<'a>>| {
            if let Some(line) = line {
                drafts.push(line);
            }
        };
        add(illness::line(case, person, &illness[position]));
        if person.tells(Classes::EDUCATION) {
            add(schooling::line(case, person));
        }
        add(disability::line(case, person));
        if person.facts.self_care_lost.is_some() {
            add(old_age_nursing::line(case, person, silence.unsettled(position, Classes::DISABILITY)));
        }
        add(nutrition::line(case, person));
        if let Some(wages) = &wages[position] {
            add(employment_cost::line(case, person, wages));
        }
    }
}

/// The most that could still be added beyond the lines; none = no bound (a department of illness or schooling is silent).
pub(super) fn still_possible(
    case: &Case<'_>,
    silence: &Silence<'_>,
    illness: &[IllnessCosts],
    wages: &[Option<WageMonths>],
    drafts: &[DeductionDraft<'_>],
) -> Option<Fen> {
    let mut possible = Fen::ZERO;
    for (position, person) in case.people.iter().enumerate().filter(|(_, person)| person.is_member()) {
        if silence.person(position, Classes::SPENDING) {
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
        if silence.person(position, Classes::DISABILITY) {
            possible += case.of_standard(case.rules.nursing_grade_1.value);
        }
        let unmet = |kind| !drafts.iter().any(|d| d.kind == kind && d.is_of(person.reference()));
        if person.age.is_none() && unmet(Kind::Nutrition) {
            possible += case.of_standard(case.rules.nutrition.value);
        }
        possible += employment_cost::still_possible(case, silence, position, wages[position].as_ref(), drafts);
    }
    Some(possible)
}

/// What a deduction is and what it is reckoned from.
struct Expense {
    kind: Kind,
    name: Name,
    base: Fen,
    amount: Fen,
    computation: Text,
}

#[inline]
fn draft<'a, 'i>(
    person: &Person<'a>,
    items: impl Iterator<Item = &'i Item<'a>> + Clone,
    expense: Expense,
    ground: Reason<'a>,
) -> DeductionDraft<'a>
where
    'a: 'i,
{
    DeductionDraft {
        member: person.reference(),
        kind: expense.kind,
        item: expense.name,
        source: items.clone().next().map(|item| item.source),
        records: items.map(|item| item.number).collect(),
        base: expense.base,
        computation: expense.computation,
        amount: expense.amount,
        ground,
        least: expense.amount,
    }
}
