//! Net property income (财产净收入): interest, dividends, rent, land let, property sold, annuities.
//!
//! Interest told by banks and interest or dividends in tax returns are taken as two things: savings interest is not returned
//! for income tax.

use super::business;
use super::{PartMonths, class_rule};
use crate::household::{AccountKind, Detail, Fen, IncomeClass, PolicyKind, TaxItem};
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{Counted, IncomeDraft, Named};
use crate::policy::grounds::{GroundOf, Text};

const fn named(zh: &'static str, en: &'static str) -> Named {
    Named { class: IncomeClass::Property, zh, en }
}

pub(super) fn lines<'a>(case: &Case<'a>, person: &Person<'a>, drafts: &mut Vec<IncomeDraft<'a>>) {
    for item in &person.items {
        match item.detail() {
            Detail::TaxedIncome { item: tax_item, .. } => {
                let named = match tax_item {
                    TaxItem::InterestDividend => named("利息、股息、红利", "Interest and dividends"),
                    TaxItem::Rent => named("财产租赁所得", "Rent"),
                    TaxItem::PropertySale => named("财产转让所得", "Sale of property"),
                    TaxItem::Wage | TaxItem::Labour | TaxItem::Business | TaxItem::Chance => continue,
                };
                drafts.extend(business::taxed(case, person, item, &named));
            }
            Detail::Account { account, interest_12m: Some(interest), .. }
                if *account != AccountKind::Loan && interest.0 > 0 =>
            {
                let line = named("存款、理财利息", "Interest on savings");
                drafts.push(plain(case, person, item, &line, *interest, Text::Fixed("近十二个月利息")));
            }
            Detail::InsurancePolicy {
                policy: PolicyKind::Life | PolicyKind::Annuity, claims_12m: Some(paid), ..
            } if paid.0 > 0 => {
                let line = named("储蓄性保险给付", "Payments of savings insurance");
                drafts.push(plain(case, person, item, &line, *paid, Text::Fixed("近十二个月给付")));
            }
            Detail::LandLease { rent_yearly, from, to } => {
                let months = case.window.overlap_days(*from, *to);
                let short = PartMonths::of(case, *from, *to, rent_yearly.mul_ratio(1, 12)).short_of(months);
                let rent = (rent_yearly.mul_ratio(months.count(), 12) - short).at_least_zero();
                let computation = case.text(|| {
                    let part = if short.0 > 0 { format!(" − 不足整月 {short}") } else { String::new() };
                    format!("{rent_yearly} × {}/12 个月{part}", months.count())
                });
                drafts.push(plain(case, person, item, &named("土地流转收入", "Land let"), rent, computation));
            }
            _ => {}
        }
    }
}

fn plain<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    named: &Named,
    gross: Fen,
    computation: Text,
) -> IncomeDraft<'a> {
    let ground = class_rule(case, IncomeClass::Property).ground(
        "利息、租金、土地流转等财产收入计入财产净收入。",
        "Interest, rent and land let are net property income.",
    );
    IncomeDraft::of_item(person, item, named, Counted::net(gross, Fen::ZERO), computation, ground)
}
