//! Income (Measures art. 13): four classes over the window, what is not income, one wage counted once, what was paid away.
//!
//! One file a family of rules. Each turns records into lines; [`lines`] puts them together and applies the floors in the
//! pack's order of reductions.

mod business;
pub(super) mod declared;
mod exempt;
mod floors;
mod grouping;
mod property;
mod reconcile;
pub(super) mod support;
mod transfer;
mod wage;

use jiff::civil::Date;

use super::assessment::Treatment;
use super::case::{Case, Person, Standing};
use super::deductions::IllnessCosts;
use super::drafts::{Counted, IncomeDraft};
use super::grounds::{GroundOf, Text};
use super::pack::{self, Arrears, Handling, Param};
use super::silence::{Classes, Silence};
use super::window::{MONTHS, Months};
use crate::household::{Detail, Fen, IncomeClass, TaxItem, YearMonth};
pub(super) use grouping::grouped;
pub(super) use support::Support;

/// What a member earned by month: employment cost is capped by it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WageMonths {
    /// As it stands now.
    pub now: [Fen; MONTHS],
    /// How far it could still move, where something could move it.
    pub ends: Option<Box<WageEnds>>,
}

/// Between what a member's wages lie, month by month.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WageEnds {
    /// Confirmed, whatever is still missing.
    pub least: [Fen; MONTHS],
    /// With what records in hand may still turn out to be.
    pub most: [Fen; MONTHS],
}

/// All lines of income, and the wages by month of each person of the case.
pub(super) fn lines<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    illness: &[IllnessCosts],
    support: &[Support<'a>],
    drafts: &mut Vec<IncomeDraft<'a>>,
    wages: &mut Vec<Option<WageMonths>>,
) {
    for (position, person) in case.people.iter().enumerate() {
        let first = drafts.len();
        if person.tells(Classes::WAGE) {
            wage::lines(case, silence, position, drafts);
        }
        if person.tells(Classes::BUSINESS) {
            business::lines(case, person, drafts);
        }
        if person.tells(Classes::PROPERTY_INCOME.with(Classes::FINANCIAL)) {
            property::lines(case, person, drafts);
        }
        if person.tells(Classes::TRANSFER) {
            transfer::lines(case, silence, position, &illness[position], drafts);
        }
        if person.tells(Classes::TRANSFER.with(Classes::EDUCATION)) {
            exempt::lines(case, person, drafts);
        }
        support::lines(case, person, position, support, drafts);
        declared::lines(case, silence, position, first, drafts);
        if !person.is_member() {
            leave_out(case, person, first, drafts);
        }
        wages.push(None);
        let known = wages.last_mut().expect("one was added");
        wage::by_month(case, silence, position, &drafts[first..], known);
    }
    for draft in drafts.iter_mut().filter(|draft| draft.line.treatment == Treatment::Duplicate) {
        if !draft.line.ground.is_of(&case.rules.wage_sources) {
            draft.line.ground = case
                .rules
                .duplicates
                .ground("同一记录重复返回，只计一次。", "The same record came twice; it counts once.");
        }
    }
    floors::apply(case, silence, drafts);
}

/// Taxes and contributions that records in doubt name: were they the members', income would be less by as much.
pub(super) fn held_payments(case: &Case<'_>) -> Fen {
    let doubtful = case.members().flat_map(Person::doubtful);
    let paid = doubtful.map(|item| match item.detail() {
        Detail::TaxedIncome { .. } => {
            taxed_period(case, item.detail()).map_or(Fen::ZERO, |period| period.tax + period.social_insurance)
        }
        Detail::Contribution { from, to, personal_monthly: Some(own), .. } => {
            times(*own, case.window.overlap(Some(*from), Some(*to)))
        }
        _ => Fen::ZERO,
    });
    paid.sum()
}

/// Somebody dead or in custody is no member: their income is listed and not counted.
fn leave_out<'a>(case: &Case<'a>, person: &Person<'_>, first: usize, drafts: &mut Vec<IncomeDraft<'a>>) {
    if !case.leaves_out(person) {
        return;
    }
    let own = drafts.split_off(first);
    drafts.extend(own.into_iter().filter(|draft| !draft.paid));
    for draft in &mut drafts[first..] {
        draft.set_aside(Treatment::Stale);
        draft.line.ground = match person.standing {
            Standing::Dead => case.rules.stale.ground(
                "登记显示此人已去世，不再是家庭成员，其收入不计入。",
                "The records say this person has died; no longer a member, so the income is not counted.",
            ),
            Standing::InCustody | Standing::Member => case.rules.member_custody.ground(
                "服刑或强制隔离戒毒期间不计为共同生活的家庭成员，其收入不计入。",
                "Somebody in prison or compulsory rehabilitation is no member; the income is not counted.",
            ),
            Standing::Away => case.rules.member_absent.ground(
                "在宗教场所生活满三年或宣告失踪的人员不计为共同生活的家庭成员，其收入不计入。",
                "Clergy away for three years, or somebody declared missing, is no member; the income is not counted.",
            ),
        };
    }
}

/// Treats money as a parameter says: left out, counted, or both readings kept open.
fn handled(handling: &Param<Handling>, gross: Fen) -> Counted {
    let (counted, counted_at_most, treatment) = match handling.value {
        Handling::Exempt => (Fen::ZERO, None, Treatment::Exempt),
        Handling::Counted => (gross, None, Treatment::Counted),
        Handling::Open => (Fen::ZERO, Some(gross), Treatment::Open),
    };
    Counted { gross, reduced_by: Fen::ZERO, counted, counted_at_most, treatment }
}

/// `2025-11 至 2026-10，12 个月 × 3200.00`
fn by_month(case: &Case<'_>, months: Months, monthly: Fen) -> Text {
    if months.is_empty() {
        return Text::Fixed("不在核算期内");
    }
    case.text(|| format!("{}，{} 个月 × {monthly}", case.window.spell(months), months.count()))
}

fn times(monthly: Fen, months: Months) -> Fen {
    monthly.mul_ratio(months.count(), 1)
}

/// An item of a tax return, cut to the window.
struct Period {
    months: Months,
    gross: Fen,
    cost: Fen,
    tax: Fen,
    social_insurance: Fen,
    /// Months the amounts are for, inside the window or not.
    whole: i64,
}

impl Period {
    /// How it was cut.
    fn in_words(&self, case: &Case<'_>, detail: &Detail) -> Text {
        let Detail::TaxedIncome { from, to, gross, paid_on, .. } = detail else { return Text::Fixed("") };
        case.text(|| {
            let back_pay = paid_on.map_or_else(String::new, |day| format!("（{day} 补发）"));
            match (self.months.count(), self.whole) {
                (0, _) => format!("{from} 至 {to}{back_pay}，不在核算期内"),
                (inside, whole) if inside == whole => format!("{from} 至 {to}{back_pay}：{gross}"),
                (inside, whole) => format!("{from} 至 {to}{back_pay}：{gross} × {inside}/{whole} 个月"),
            }
        })
    }
}

/// Cuts a taxed period to the window, month by month in equal parts: the months it was earned in, unless the pack takes back pay by
/// the month of payment; a lump sum over as many months from its receipt as the pack says.
fn taxed_period(case: &Case<'_>, detail: &Detail) -> Option<Period> {
    let Detail::TaxedIncome { item, from, to, gross, cost, tax, social_insurance, paid_on, .. } = detail else {
        return None;
    };
    let spread = case.rules.lump_sum_months.value.clamp(1, 120);
    let run = match (item, paid_on) {
        (TaxItem::PropertySale | TaxItem::Chance, _) if spread > 1 => {
            let first = YearMonth::of(*to);
            (first, first.plus_months(i32::try_from(spread).unwrap_or(1) - 1))
        }
        (_, Some(paid)) if case.rules.arrears.value == Arrears::Received => {
            (YearMonth::of(*paid), YearMonth::of(*paid))
        }
        _ => (YearMonth::of(*from), YearMonth::of(*to)),
    };
    let months = case.window.overlap(Some(run.0), Some(run.1));
    let whole = i64::from(run.1.index() - run.0.index() + 1).max(1);
    let part = |amount: Fen| if months.count() == whole { amount } else { amount.mul_ratio(months.count(), whole) };
    let known = |amount: &Option<Fen>| part(amount.unwrap_or(Fen::ZERO));
    Some(Period {
        months,
        gross: part(*gross),
        cost: known(cost),
        tax: known(tax),
        social_insurance: known(social_insurance),
        whole,
    })
}

/// What months at the ends of a run fall short of a whole month's amount, by position in the window.
#[derive(Clone, Copy, Default)]
struct PartMonths([Option<(usize, Fen)>; 2]);

impl PartMonths {
    /// Of a run of days at a monthly amount, where the pack counts by the day.
    fn of(case: &Case<'_>, from: Date, to: Option<Date>, monthly: Fen) -> Self {
        if case.rules.part_months.value != pack::PartMonths::ByDay {
            return Self::default();
        }
        let short = |day: Date, missing: i8| {
            let place = YearMonth::of(day).index() - case.window.first_month.index();
            let off = monthly.mul_ratio(i64::from(missing), i64::from(day.days_in_month()));
            usize::try_from(place).ok().filter(|place| *place < MONTHS && missing > 0).map(|place| (place, off))
        };
        Self([short(from, from.day() - 1), to.and_then(|day| short(day, day.days_in_month() - day.day()))])
    }

    /// What some months fall short of.
    fn short_of(self, months: Months) -> Fen {
        let within = self.0.into_iter().flatten().filter(|(place, _)| months.0 & (1 << place) != 0);
        within.map(|(_, off)| off).sum()
    }
}

/// The parameter that says a class is income.
fn class_rule<'a>(case: &Case<'a>, class: IncomeClass) -> &'a Param<bool> {
    match class {
        IncomeClass::Wage => &case.rules.count_wage,
        IncomeClass::Business => &case.rules.count_business,
        IncomeClass::Property => &case.rules.count_property,
        IncomeClass::Transfer => &case.rules.count_transfer,
    }
}
