//! Necessary employment cost (必要就业成本): a share of the minimum wage in months with a wage, at most that wage.

use super::{Named, draft};
use crate::household::{Fen, InfoClass};
use crate::policy::case::{Case, Person};
use crate::policy::drafts::DeductionDraft;
use crate::policy::grounds::GroundOf;
use crate::policy::income::WageMonths;
use crate::policy::pack::{Param, Ratio};
use crate::policy::silence::{Classes, Silence};
use crate::policy::window::MONTHS;

const KIND: &str = "employment_cost";

pub(super) fn line(case: &Case<'_>, person: &Person<'_>, wages: &WageMonths) -> Option<DeductionDraft> {
    let share = share(case, person);
    let amount = total(case, share.value, &wages.now);
    if amount.0 == 0 {
        return None;
    }
    let worked = wages.now.iter().filter(|wage| wage.0 > 0).count();
    let base: Fen = wages.now.iter().copied().sum();
    let ground = share.ground(
        "有工资的月份按最低工资的比例扣减，不超过当月工资。",
        "A share of the minimum wage in months with a wage, at most that wage.",
    );
    let minimum = case.rules.minimum_wage.latest().value;
    let computation = format!("{worked} 个月 × 最低工资 {minimum} × {}，不超过当月工资", share.value);
    let named = Named { kind: KIND, zh: "必要就业成本", en: "Employment cost" };
    let items: Vec<_> = person.disability.iter().map(|disability| &disability.item).collect();
    let mut draft = draft(person, &named, &items, base, amount, computation, ground);
    draft.least = total(case, share.value, &wages.least).min(amount);
    Some(draft)
}

fn share<'a>(case: &Case<'a>, person: &Person<'_>) -> &'a Param<Ratio> {
    if person.disability.is_some() { &case.rules.employment_cost_disabled } else { &case.rules.employment_cost }
}

fn total(case: &Case<'_>, share: Ratio, wages: &[Fen; MONTHS]) -> Fen {
    let minimum = &case.rules.minimum_wage.0;
    let month = |(wage, minimum): (&Fen, &Param<Fen>)| share.of(minimum.value).min(*wage).at_least_zero();
    wages.iter().zip(minimum).map(month).sum()
}

/// While wages or disability are not settled, every month may still carry the higher share; else what records in hand may add.
pub(super) fn still_possible(
    case: &Case<'_>,
    silence: &Silence<'_>,
    position: usize,
    wages: &WageMonths,
    drafts: &[DeductionDraft],
) -> Fen {
    let rules = case.rules;
    let open = [InfoClass::Wage, InfoClass::Disability];
    let most = if silence.person(position, &open) || silence.held[position].meets(Classes::of(&open)) {
        let share = rules.employment_cost_disabled.value.max(rules.employment_cost.value);
        rules.minimum_wage.0.iter().map(|minimum| share.of(minimum.value)).sum()
    } else {
        total(case, share(case, &case.people[position]).value, &wages.most)
    };
    let own =
        |draft: &&DeductionDraft| draft.line.kind == KIND && draft.line.member == *case.people[position].reference();
    (most - drafts.iter().filter(own).map(|draft| draft.line.amount).sum()).at_least_zero()
}
