//! Financial property: deposits, wallets, wealth products, funds, securities, cash value of insurance.

use super::settle;
use crate::household::{AccountKind, AccountState, Detail, Fen, FundState, PolicyState, PropertyClass};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{PropertyDraft, Thing};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::{Handling, Param};

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>) -> Option<PropertyDraft<'a>> {
    let draft = match item.detail() {
        Detail::Account { account: AccountKind::Loan, balance, .. } => {
            by_rule(case, person, item, &thing("贷款", "Loan", *balance), &case.rules.loans)
        }
        Detail::Account { account, balance, state, .. } => {
            let (zh, en) = account_name(*account);
            if *state == AccountState::Closed {
                gone(case, person, item, &thing(zh, en, *balance), "账户已销户。", "The account is closed.")
            } else {
                counted(case, person, item, &thing(zh, en, *balance))
            }
        }
        Detail::Threshold { limit, exceeds, .. } => threshold(case, person, item, *limit, *exceeds),
        Detail::Securities { market_value, cash, .. } => {
            counted(case, person, item, &thing("证券账户", "Securities account", *market_value + *cash))
        }
        Detail::InsurancePolicy { cash_value: Some(value), state, .. } if value.0 > 0 => {
            let thing = thing("商业保险现金价值", "Cash value of insurance", *value);
            match state {
                PolicyState::InForce => counted(case, person, item, &thing),
                PolicyState::Lapsed => lapsed(case, person, item, &thing),
                PolicyState::Terminated => gone(case, person, item, &thing, "保单已终止。", "The policy has ended."),
            }
        }
        Detail::HousingFund { balance, state, .. } => {
            let thing = thing("住房公积金", "Housing fund", *balance);
            if *state == FundState::Closed {
                gone(case, person, item, &thing, "公积金账户已销户。", "The fund account is closed.")
            } else {
                by_rule(case, person, item, &thing, &case.rules.housing_fund)
            }
        }
        _ => return None,
    };
    Some(settle(case, item, draft))
}

fn thing(zh: &'static str, en: &'static str, value: Fen) -> Thing {
    Thing { class: PropertyClass::Financial, zh, en, value: Some(value), area: None }
}

fn account_name(account: AccountKind) -> (&'static str, &'static str) {
    match account {
        AccountKind::Deposit => ("存款", "Deposit"),
        AccountKind::Wealth => ("理财产品", "Wealth product"),
        AccountKind::Fund => ("基金", "Fund"),
        AccountKind::Wallet => ("支付账户余额", "Payment wallet"),
        AccountKind::Loan => ("贷款", "Loan"),
    }
}

fn counted<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>, thing: &Thing) -> PropertyDraft<'a> {
    let ground = case
        .rules
        .dibao_financial
        .ground("计入家庭金融资产，与人均上限比较。", "Financial property, compared with the ceiling a head.");
    // An overdrawn account is a debt, and debts are not set against what is owned.
    let value = thing.value.unwrap_or(Fen::ZERO).at_least_zero();
    PropertyDraft::of_item(person, item, thing, Treatment::Counted, ground).counting(value)
}

fn gone<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    thing: &Thing,
    zh: &'static str,
    en: &'static str,
) -> PropertyDraft<'a> {
    PropertyDraft::of_item(person, item, thing, Treatment::Stale, case.rules.stale.ground(zh, en))
}

/// A policy out of force may still be worth its cash value, or may have been paid out.
fn lapsed<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>, thing: &Thing) -> PropertyDraft<'a> {
    let ground = case.rules.dibao_financial.ground(
        "保单已失效，现金价值是否仍可领取须由工作人员核定。",
        "The policy has lapsed; whether its cash value can still be drawn is for the officer to settle.",
    );
    let mut draft = PropertyDraft::of_item(person, item, thing, Treatment::Open, ground);
    draft.most = thing.value;
    draft
}

fn by_rule<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    thing: &Thing,
    rule: &'a Param<Handling>,
) -> PropertyDraft<'a> {
    let value = thing.value.unwrap_or(Fen::ZERO).at_least_zero();
    let words = || (format!("{}按参数规定处理。", thing.zh), format!("{}: handled as the parameter says.", thing.en));
    let ground = rule.ground_made(case, words);
    match rule.value {
        Handling::Exempt => PropertyDraft::of_item(person, item, thing, Treatment::Exempt, ground),
        Handling::Counted => PropertyDraft::of_item(person, item, thing, Treatment::Counted, ground).counting(value),
        Handling::Open => {
            let mut draft = PropertyDraft::of_item(person, item, thing, Treatment::Open, ground);
            draft.most = Some(value);
            draft
        }
    }
}

/// A bank that says only whether the balance is over its limit: not over = anything up to the limit; over = at least the limit.
fn threshold<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    limit: Fen,
    exceeds: bool,
) -> PropertyDraft<'a> {
    let thing = Thing {
        class: PropertyClass::Financial,
        zh: "银行答复是否超限",
        en: "Bank's answer whether over its limit",
        value: exceeds.then_some(limit),
        area: None,
    };
    let rule = &case.rules.dibao_financial;
    if exceeds {
        let ground = rule.ground_made(case, || {
            (
                format!("该银行只答复余额超过 {limit}，不告知数额：至少计 {limit}，上不封顶。"),
                format!("The bank only says the balance is over {limit}: at least that counts, with no upper bound."),
            )
        });
        let mut draft = PropertyDraft::of_item(person, item, &thing, Treatment::Counted, ground).counting(limit);
        draft.most = None;
        return draft;
    }
    let ground = rule.ground_made(case, || {
        (
            format!("该银行只答复余额未超过 {limit}，不告知数额：在 0 至 {limit} 之间。"),
            format!("The bank only says the balance is not over {limit}: between nothing and that."),
        )
    });
    let mut draft = PropertyDraft::of_item(person, item, &thing, Treatment::Open, ground);
    draft.most = Some(limit);
    draft
}
