//! What is not income: listed with its gross, and why it is left out.

use super::{by_month, handled, times};
use crate::household::{Detail, EnrolmentState, Fen, IncomeClass, Programme};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{Counted, IncomeDraft, Named};
use crate::policy::grounds::{GroundOf, Text};
use crate::policy::pack::{Handling, Param};

pub(super) fn lines<'a>(case: &Case<'a>, person: &Person<'a>, drafts: &mut Vec<IncomeDraft<'a>>) {
    for item in &person.items {
        let draft = match item.detail() {
            Detail::SpecialCare { monthly, from, to, .. } => {
                let months = case.window.overlap(*from, *to);
                Some(line(
                    case,
                    person,
                    item,
                    &Kind::special_care(case),
                    times(*monthly, months),
                    by_month(case, months, *monthly),
                ))
            }
            Detail::Assistance { .. } => assistance(case, person, item),
            Detail::Enrolment { aid_yearly: Some(aid), state: EnrolmentState::Attending, .. } if aid.0 > 0 => {
                Some(line(case, person, item, &Kind::education_aid(case), *aid, case.text(|| format!("每年 {aid}"))))
            }
            Detail::EmploymentSubsidy { amount, paid_on, .. } => {
                let gross = if case.window.has(*paid_on) { *amount } else { Fen::ZERO };
                Some(line(
                    case,
                    person,
                    item,
                    &Kind::employment(case),
                    gross,
                    case.text(|| format!("{paid_on} 发放 {amount}")),
                ))
            }
            _ => None,
        };
        if let Some(draft) = draft {
            drafts.push(draft);
        }
    }
}

fn assistance<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>) -> Option<IncomeDraft<'a>> {
    let Detail::Assistance { programme, amount, from, to } = item.detail() else { return None };
    let kind = Kind::of_programme(case, *programme);
    if *programme == Programme::TemporaryRelief {
        let months = case.window.overlap(Some(*from), Some(*from));
        let computation = case.text(|| format!("{from} 一次性发放 {amount}"));
        return Some(line(case, person, item, &kind, times(*amount, months), computation));
    }
    let months = case.window.overlap(Some(*from), *to);
    Some(line(case, person, item, &kind, times(*amount, months), by_month(case, months, *amount)))
}

/// A kind of money that the law leaves out.
struct Kind<'a> {
    named: Named,
    rule: &'a Param<Handling>,
}

impl<'a> Kind<'a> {
    const fn new(zh: &'static str, en: &'static str, rule: &'a Param<Handling>) -> Self {
        Self { named: Named { class: IncomeClass::Transfer, zh, en }, rule }
    }

    fn special_care(case: &Case<'a>) -> Self {
        Self::new("优待抚恤金", "Special-care pension", &case.rules.not_income_special_care)
    }

    fn education_aid(case: &Case<'a>) -> Self {
        Self::new("奖学金、助学金", "Scholarship or education aid", &case.rules.not_income_education_aid)
    }

    fn employment(case: &Case<'a>) -> Self {
        Self::new("就业补贴", "Employment subsidy", &case.rules.not_income_employment)
    }

    fn of_programme(case: &Case<'a>, programme: Programme) -> Self {
        let rules = case.rules;
        match programme {
            Programme::Dibao => Self::new("低保金", "Minimum living allowance", &rules.not_income_assistance),
            Programme::Tekun => Self::new("特困供养金", "Tekun support", &rules.not_income_assistance),
            Programme::TemporaryRelief => Self::new("临时救助金", "Temporary relief", &rules.not_income_assistance),
            Programme::Orphan => Self::new("孤儿基本生活费", "Orphans' allowance", &rules.not_income_welfare),
            Programme::DisabilityLiving => {
                Self::new("困难残疾人生活补贴", "Living allowance for the disabled", &rules.not_income_welfare)
            }
            Programme::DisabilityNursing => {
                Self::new("重度残疾人护理补贴", "Nursing allowance for the disabled", &rules.not_income_welfare)
            }
            Programme::OldAge => Self::new("高龄津贴", "Old-age allowance", &rules.not_income_old_age),
        }
    }
}

fn line<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    kind: &Kind<'a>,
    gross: Fen,
    computation: Text,
) -> IncomeDraft<'a> {
    if gross == Fen::ZERO {
        let outside =
            case.rules.window_months.ground("不在核算期的十二个月内。", "Outside the twelve months that count.");
        return IncomeDraft::of_item(person, item, &kind.named, Counted::stale(gross), computation, outside);
    }
    let money = handled(kind.rule, gross);
    let ground = match money.treatment {
        Treatment::Exempt => kind.rule.ground("按规定不计入家庭收入。", "Not income under the rules."),
        _ => kind.rule.ground("按参数规定处理。", "Handled as the parameter says."),
    };
    IncomeDraft::of_item(person, item, &kind.named, money, computation, ground)
}
