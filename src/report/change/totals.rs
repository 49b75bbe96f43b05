//! Totals of two reports side by side: income a head and by class, deductions, the standard, property.

use super::ItemChange;
use super::limits::Limits;
use super::reasons::Reason;
use super::sides::Sides;
use super::what::{Direction, Ends, State, What};
use crate::household::{Fen, IncomeClass, PropertyClass};
use crate::policy::assessment::Treatment;
use crate::report::body::Body;
use crate::report::totals::{CountRange, Silent, TotalRange};

/// Months in the period that income is added up over.
const MONTHS: i64 = 12;

/// Which way more of something points, and less of it.
#[derive(Clone, Copy)]
struct Points {
    more: Direction,
    less: Direction,
}

const INCOME: Points = Points { more: Direction::MayNoLongerFit, less: Direction::MayNeedMore };
const SPENDING: Points = Points { more: Direction::MayNeedMore, less: Direction::MayNoLongerFit };
/// What was spent is nobody's business here.
const PROPERTY: Points = Points { more: Direction::MayNoLongerFit, less: Direction::Neutral };

impl Sides<'_> {
    /// Every total that is another.
    pub fn totals(&self, limits: &Limits) -> Vec<ItemChange> {
        let mut changes: Vec<ItemChange> = Vec::new();
        let (before, after) = (&self.before.totals, &self.after.totals);
        let heads = i64::from(before.members.min(after.members).max(1));
        let mut enter = |what: What, sides: [(State, Silent); 2], heads_months: i64, points, reasons: Vec<Reason>| {
            let [(first, waits_before), (second, waits_after)] = sides;
            if first != second {
                let mut change = compared(what, first, second, limits, heads_months, points);
                change.reasons = reasons;
                change.reasons.extend(self.waits(&waits_before, &waits_after));
                changes.push(change);
            }
        };
        let yearly = heads * MONTHS;
        for class in IncomeClass::ALL {
            let sides = [self.before, self.after].map(|body| of_class(body, *class));
            enter(What::Income(*class), sides, yearly, INCOME, self.income_reasons(*class));
        }
        let both = |one: &TotalRange, other: &TotalRange| [yuan(one), yuan(other)];
        let deductions = both(&before.deductions, &after.deductions);
        enter(What::Deductions, deductions, yearly, SPENDING, self.deduction_reasons());
        let rigid = both(&before.rigid_spending, &after.rigid_spending);
        enter(What::RigidSpending, rigid, yearly, SPENDING, Vec::new());
        let per_head = both(&before.per_head_monthly, &after.per_head_monthly);
        enter(What::IncomePerHead, per_head, 1, INCOME, Vec::new());
        let standard = [before, after].map(|totals| (exact(totals.standard_monthly), Silent::new()));
        enter(What::Standard, standard, 0, SPENDING, Vec::new());
        let financial = both(&before.financial, &after.financial);
        let why = |class| self.property_reasons(Some(class));
        enter(What::Property(PropertyClass::Financial), financial, yearly, PROPERTY, why(PropertyClass::Financial));
        for (class, one, other) in [
            (PropertyClass::Vehicle, &before.cars, &after.cars),
            (PropertyClass::RealEstate, &before.dwellings, &after.dwellings),
            (PropertyClass::Company, &before.companies, &after.companies),
        ] {
            enter(What::Property(class), [count(one), count(other)], 0, PROPERTY, why(class));
        }
        let all = [self.before, self.after].map(|body| (all_property(body), Silent::new()));
        enter(What::PropertyTotal, all, yearly, PROPERTY, Vec::new());
        changes
    }
}

/// A change with how certain, how large and which way.
fn compared(
    what: What,
    before: State,
    after: State,
    limits: &Limits,
    heads_and_months: i64,
    points: Points,
) -> ItemChange {
    let is_yuan = matches!(before, State::Yuan { .. });
    let (Some(first), Some(second)) = (before.ends(), after.ends()) else {
        return ItemChange::new(what, None, Some(before), Some(after), Direction::Neutral);
    };
    let certain = Ends::certain(first, second);
    let smaller = Fen(first.least.min(second.least));
    let slight = is_yuan
        && Ends::widest(first, second).is_some_and(|most| limits.is_slight(Fen(most), smaller, heads_and_months));
    let direction = match certain {
        Some(_) if slight => Direction::Neutral,
        Some(difference) if difference > 0 => points.more,
        Some(_) => points.less,
        None => Direction::Neutral,
    };
    ItemChange {
        compared: Ends::compared(first, second),
        slight,
        difference: certain.filter(|_| is_yuan).map(Fen),
        ..ItemChange::new(what, None, Some(before), Some(after), direction)
    }
}

fn yuan(range: &TotalRange) -> (State, Silent) {
    let TotalRange { at_least, at_most, so_far, .. } = *range;
    (State::Yuan { at_least, at_most, so_far }, range.silent.clone())
}

fn count(range: &CountRange) -> (State, Silent) {
    (State::Count { at_least: range.at_least, at_most: range.at_most }, range.silent.clone())
}

fn exact(amount: Fen) -> State {
    State::Yuan { at_least: amount, at_most: Some(amount), so_far: amount }
}

/// A class of income; open where the report does not have it.
fn of_class(body: &Body, class: IncomeClass) -> (State, Silent) {
    let known = body.totals.income_by_class.iter().find(|range| range.class == class);
    known.map_or_else(
        || (State::Yuan { at_least: Fen::ZERO, at_most: None, so_far: Fen::ZERO }, Silent::new()),
        |range| yuan(&range.total),
    )
}

/// Every value that counts, together: open while the number of any kind of thing is.
fn all_property(body: &Body) -> State {
    let totals = &body.totals;
    let things: Fen = (body.property.iter())
        .filter(|line| line.class != PropertyClass::Financial && line.treatment != Treatment::HeldForReview)
        .map(|line| line.counted)
        .sum();
    let settled = [&totals.dwellings, &totals.cars, &totals.companies].iter().all(|range| range.complete);
    let least = if settled { things } else { Fen::ZERO };
    State::Yuan {
        at_least: totals.financial.at_least + least,
        at_most: totals.financial.at_most.filter(|_| settled).map(|most| most + things),
        so_far: totals.financial.so_far + things,
    }
}
