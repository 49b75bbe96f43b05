//! Net business income (经营净收入): receipts less costs, as returned for tax. Farming is declared, not recorded.

use super::{class_rule, taxed_period};
use crate::household::{Detail, IncomeClass, TaxItem};
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{Counted, IncomeDraft, Named};
use crate::policy::grounds::GroundOf;

pub(super) fn lines<'a>(case: &Case<'a>, person: &Person<'a>, drafts: &mut Vec<IncomeDraft<'a>>) {
    for item in &person.items {
        let Detail::TaxedIncome { item: TaxItem::Business, .. } = item.detail() else { continue };
        let named = Named { class: IncomeClass::Business, zh: "经营所得", en: "Business income" };
        drafts.extend(taxed(case, person, item, &named));
    }
}

/// An item of a tax return: gross less the costs of it, within the window.
pub(super) fn taxed<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    named: &Named,
) -> Option<IncomeDraft<'a>> {
    let period = taxed_period(case, item.detail())?;
    let (money, ground) = if period.months.is_empty() {
        let Detail::TaxedIncome { gross, .. } = item.detail() else { return None };
        let outside = case
            .rules
            .window_months
            .ground("不在核算期的十二个月内，不计入。", "Outside the twelve months that count.");
        (Counted::stale(*gross), outside)
    } else {
        // Only a business or property can lose money; pay and chance income cost at most what they bring.
        let loses = matches!(named.class, IncomeClass::Business | IncomeClass::Property);
        let cost = if loses { period.cost } else { period.cost.min(period.gross) };
        (Counted::net(period.gross, cost), class_rule(case, named.class).ground(zh(named.class), en(named.class)))
    };
    let computation = period.in_words(case, item.detail());
    Some(IncomeDraft::of_item(person, item, named, money, computation, ground).over(period.months))
}

fn zh(class: IncomeClass) -> &'static str {
    match class {
        IncomeClass::Wage => "劳务报酬计入工资性收入。",
        IncomeClass::Business => "经营收入减去经营费用后计入经营净收入。",
        IncomeClass::Property => "利息、股息、红利、租金和转让财产所得，减去相关费用后计入财产净收入。",
        IncomeClass::Transfer => "偶然所得计入转移净收入。",
    }
}

fn en(class: IncomeClass) -> &'static str {
    match class {
        IncomeClass::Wage => "Pay for services is wage income.",
        IncomeClass::Business => "Receipts less the costs of the business are net business income.",
        IncomeClass::Property => {
            "Interest, dividends, rent and sales of property, less their costs, are net property income."
        }
        IncomeClass::Transfer => "Chance income is a net transfer.",
    }
}
