//! Floors: a class's costs may not make it negative, and what was paid away may not make the household's income negative.
//!
//! A floor is kept by taking less off, line by line from the last, so that totals stay the exact sum of their lines. The
//! pack's order says whether taxes and contributions fall under the floor of their class (`transfers_paid` before
//! `class_costs`) or only under the household's.

use crate::household::{Fen, IncomeClass};
use crate::policy::case::Case;
use crate::policy::drafts::IncomeDraft;
use crate::policy::pack::{Floor, Step};

pub(super) fn apply(case: &Case<'_>, drafts: &mut [IncomeDraft]) {
    let order = &case.rules.reduction_order.value;
    let paid_under_class = order.position(Step::TransfersPaid) < order.position(Step::ClassCosts);
    for &class in IncomeClass::ALL {
        if floor(case, class) == Floor::Zero {
            lift(drafts, |draft| draft.line.class == class && (paid_under_class || !draft.paid));
        }
    }
    lift(drafts, |_| true);
}

fn floor(case: &Case<'_>, class: IncomeClass) -> Floor {
    match class {
        IncomeClass::Wage => case.rules.floor_wage.value,
        IncomeClass::Business => case.rules.floor_business.value,
        IncomeClass::Property => case.rules.floor_property.value,
        IncomeClass::Transfer => case.rules.floor_transfer.value,
    }
}

/// Raises negative lines of a group, the last first, until the group is not negative.
fn lift(drafts: &mut [IncomeDraft], within: impl Fn(&IncomeDraft) -> bool) {
    let sum = |of: fn(&IncomeDraft) -> Fen| drafts.iter().filter(|draft| within(draft)).map(of).sum::<Fen>();
    let mut missing = (-sum(|draft| draft.line.counted)).at_least_zero();
    let mut missing_at_most = (-sum(|draft| draft.most)).at_least_zero();
    for draft in drafts.iter_mut().rev().filter(|draft| within(draft)) {
        let raise = missing.min(-draft.line.counted).at_least_zero();
        if raise.0 > 0 {
            draft.line.counted += raise;
            draft.line.reduced_by -= raise;
            missing -= raise;
        }
        let raise = missing_at_most.min(-draft.most).at_least_zero();
        draft.most += raise;
        missing_at_most -= raise;
    }
}
