//! Necessary employment cost (必要就业成本): a share of the minimum wage in months with a wage, at most that wage.

use super::{Expense, draft};
use crate::household::Fen;
use crate::policy::case::{Case, Person};
use crate::policy::drafts::{DeductionDraft, Kind, Name};
use crate::policy::grounds::GroundOf;
use crate::policy::income::WageMonths;
use crate::policy::pack::{Param, Ratio};
use crate::policy::silence::{Classes, Silence};
use crate::policy::window::MONTHS;

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>, wages: &WageMonths) -> Option<DeductionDraft<'a>> {
    let share = share(case, person);
    let amount = total(caps(case, person), &wages.now);
    if amount.0 == 0 {
        return None;
    }
    let base: Fen = wages.now.iter().copied().sum();
    let ground = share.ground(
        "有工资的月份按最低工资的比例扣减，不超过当月工资。",
        "A share of the minimum wage in months with a wage, at most that wage.",
    );
    let computation = case.text(|| {
        let worked = wages.now.iter().filter(|wage| wage.0 > 0).count();
        let minimum = case.rules.minimum_wage.latest().value;
        format!("{worked} 个月 × 最低工资 {minimum} × {}，不超过当月工资", share.value)
    });
    let name = Name { zh: "必要就业成本", en: "Employment cost" };
    let expense = Expense { kind: Kind::EmploymentCost, name, base, amount, computation };
    let mut draft = draft(person, person.disability.iter().map(|disability| &disability.item), expense, ground);
    if let Some(ends) = &wages.ends {
        draft.least = total(caps(case, person), &ends.least).min(amount);
    }
    Some(draft)
}

fn share<'a>(case: &Case<'a>, person: &Person<'_>) -> &'a Param<Ratio> {
    if person.disability.is_some() { &case.rules.employment_cost_disabled } else { &case.rules.employment_cost }
}

/// The most a month of the window may cost.
fn caps<'a>(case: &Case<'a>, person: &Person<'_>) -> &'a [Fen; MONTHS] {
    if person.disability.is_some() { &case.caps.employment_disabled } else { &case.caps.employment }
}

fn total(caps: &[Fen; MONTHS], wages: &[Fen; MONTHS]) -> Fen {
    wages.iter().zip(caps).map(|(wage, cap)| (*cap).min(*wage).at_least_zero()).sum()
}

/// While wages or disability are not settled, every month may still carry the higher share; else what records in hand may add.
pub(super) fn still_possible(
    case: &Case<'_>,
    silence: &Silence<'_>,
    position: usize,
    wages: Option<&WageMonths>,
    drafts: &[DeductionDraft<'_>],
) -> Fen {
    let person = &case.people[position];
    let most = if silence.unsettled(position, Classes::WAGE.with(Classes::DISABILITY)) {
        let of_year = |caps: &[Fen; MONTHS]| caps.iter().copied().sum::<Fen>();
        of_year(&case.caps.employment).max(of_year(&case.caps.employment_disabled))
    } else {
        let ends = wages.and_then(|wages| wages.ends.as_ref());
        ends.map_or(Fen::ZERO, |ends| total(caps(case, person), &ends.most))
    };
    if most.0 <= 0 {
        return Fen::ZERO;
    }
    let own = |draft: &&DeductionDraft<'_>| draft.kind == Kind::EmploymentCost && draft.is_of(person.reference());
    (most - drafts.iter().filter(own).map(|draft| draft.amount).sum()).at_least_zero()
}
