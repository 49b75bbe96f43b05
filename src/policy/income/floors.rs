//! Floors: a class's costs may not make a person's income of that class negative, and what was paid away may not make the
//! household's income negative.
//!
//! The floor of a class is kept person by person: one member's loss never reduces another's income. It is kept by taking less
//! off, line by line from the last, so that totals stay the exact sum of their lines. The pack's order says whether taxes and
//! contributions fall under the floor of their class (`transfers_paid` before `class_costs`) or only under the household's.

use super::declared::info_class;
use crate::household::{Fen, IncomeClass, MemberRef};
use crate::policy::case::Case;
use crate::policy::drafts::IncomeDraft;
use crate::policy::pack::{Floor, Step};
use crate::policy::silence::{Classes, Silence};

pub(super) fn apply(case: &Case<'_>, silence: &Silence<'_>, drafts: &mut [IncomeDraft<'_>]) {
    let order = &case.rules.reduction_order.value;
    let paid_under_class = order.position(Step::TransfersPaid) < order.position(Step::ClassCosts);
    let negative = |draft: &IncomeDraft<'_>| draft.line.counted.0 < 0 || draft.least.0 < 0 || draft.most.0 < 0;
    if !drafts.iter().any(negative) && !silence.any(MAY_LOSE) {
        return;
    }
    for (position, person) in case.people.iter().enumerate() {
        for &class in IncomeClass::ALL {
            let member = person.reference();
            let floor = floor(case, class);
            if may_lose(class) && silence.person(position, Classes::of(&[info_class(class)])) {
                expect_a_loss(drafts, floor, member, class);
            }
            let within = |draft: &IncomeDraft<'_>| {
                draft.line.class == class && draft.is_of(member) && (paid_under_class || !draft.paid)
            };
            if floor == Floor::Zero && drafts.iter().any(|draft| negative(draft) && within(draft)) {
                lift(drafts, within);
            }
        }
    }
    lift_counted(drafts, |_| true);
}

fn floor(case: &Case<'_>, class: IncomeClass) -> Floor {
    match class {
        IncomeClass::Wage => case.rules.floor_wage.value,
        IncomeClass::Business => case.rules.floor_business.value,
        IncomeClass::Property => case.rules.floor_property.value,
        IncomeClass::Transfer => case.rules.floor_transfer.value,
    }
}

/// Classes of which a silent source may still tell a loss.
const MAY_LOSE: Classes = Classes::BUSINESS.with(Classes::PROPERTY_INCOME);

/// Whether a record of this class can state a loss: pay and transfers cannot cost more than they bring.
const fn may_lose(class: IncomeClass) -> bool {
    matches!(class, IncomeClass::Business | IncomeClass::Property)
}

/// A cell that has not spoken may still report a loss: nothing that it could reduce is confirmed. Without a floor, it could
/// reduce whatever the household has.
fn expect_a_loss(drafts: &mut [IncomeDraft<'_>], floor: Floor, member: &MemberRef, class: IncomeClass) {
    let reached = |draft: &&mut IncomeDraft<'_>| {
        floor == Floor::None || (draft.line.class == class && draft.line.member == member)
    };
    for draft in drafts.iter_mut().filter(reached) {
        draft.least = draft.least.min(Fen::ZERO);
    }
}

/// Raises negative lines of a group, the last first, until neither what stands, nor its least, nor its most is negative.
fn lift(drafts: &mut [IncomeDraft<'_>], within: impl Fn(&IncomeDraft<'_>) -> bool) {
    lift_counted(drafts, &within);
    let within: Vec<bool> = drafts.iter().map(within).collect();
    let group = |drafts: &mut [IncomeDraft<'_>], end: End| {
        let sum: Fen = drafts.iter().zip(&within).filter(|(_, within)| **within).map(|(draft, _)| end.of(draft)).sum();
        let mut missing = (-sum).at_least_zero();
        for (draft, _) in drafts.iter_mut().zip(&within).rev().filter(|(_, within)| **within) {
            let raise = missing.min(-end.of(draft)).at_least_zero();
            end.raise(draft, raise);
            missing -= raise;
        }
    };
    group(drafts, End::Least);
    group(drafts, End::Most);
}

/// An end of what a line may count.
#[derive(Clone, Copy)]
enum End {
    Least,
    Most,
}

impl End {
    fn of(self, draft: &IncomeDraft<'_>) -> Fen {
        match self {
            Self::Least => draft.least,
            Self::Most => draft.most,
        }
    }

    fn raise(self, draft: &mut IncomeDraft<'_>, by: Fen) {
        match self {
            Self::Least => draft.least += by,
            Self::Most => draft.most += by,
        }
    }
}

fn lift_counted(drafts: &mut [IncomeDraft<'_>], within: impl Fn(&IncomeDraft<'_>) -> bool) {
    let sum: Fen = drafts.iter().filter(|draft| within(draft)).map(|draft| draft.line.counted).sum();
    let mut missing = (-sum).at_least_zero();
    for draft in drafts.iter_mut().rev().filter(|draft| within(draft)) {
        let raise = missing.min(-draft.line.counted).at_least_zero();
        if raise.0 > 0 {
            draft.line.counted += raise;
            draft.line.reduced_by -= raise;
            missing -= raise;
        }
    }
}
