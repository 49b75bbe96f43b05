//! Firms: one with paid-in capital counts, except a sole trader without employees.

use std::collections::BTreeSet;

use super::settle;
use crate::household::{BusinessRole, BusinessState, Detail, Fen, MemberRef, PropertyClass};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{PropertyDraft, Tally, Thing};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::Handling;

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>) -> Option<PropertyDraft<'a>> {
    let Detail::Business { role, capital_paid, state, employees, .. } = item.detail() else { return None };
    let (zh, en) = match role {
        BusinessRole::SoleTrader => ("个体工商户", "Sole trader"),
        BusinessRole::LegalRepresentative => ("企业法定代表人", "Legal representative of a firm"),
        BusinessRole::Shareholder => ("企业股东", "Shareholder of a firm"),
    };
    let thing = Thing { class: PropertyClass::Company, zh, en, value: *capital_paid, area: None };
    let draft = if *state == BusinessState::Active {
        active(case, person, item, &thing, &Firm { role: *role, employees: *employees })
    } else {
        let ground =
            case.rules.stale.ground("企业已注销或吊销，不计。", "The firm is cancelled or revoked; it does not count.");
        PropertyDraft::of_item(person, item, &thing, Treatment::Stale, ground)
    };
    Some(settle(case, item, draft))
}

/// What decides beside the capital.
struct Firm {
    role: BusinessRole,
    employees: Option<u32>,
}

fn active<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>, thing: &Thing, firm: &Firm) -> PropertyDraft<'a> {
    let (limit, sole) = (&case.rules.company_capital, &case.rules.sole_trader);
    let (sole_trader, employees) = (firm.role == BusinessRole::SoleTrader, firm.employees);
    let over = thing.value.map(|paid| paid > limit.value);
    let alone = sole_trader && employees == Some(0);
    let left_out = alone && sole.value == Handling::Exempt;
    match over {
        _ if left_out => {
            let ground = sole.ground(
                "没有雇工的个体工商户不计为企业财产。",
                "A sole trader without employees does not count as a firm.",
            );
            PropertyDraft::of_item(person, item, thing, Treatment::Exempt, ground)
        }
        Some(true) | None if alone && sole.value == Handling::Open => {
            let ground = sole.ground(
                "没有雇工的个体工商户是否计为企业财产，须由工作人员核定。",
                "Whether a sole trader without employees counts as a firm is for the officer to settle.",
            );
            PropertyDraft::of_item(person, item, thing, Treatment::Open, ground).perhaps(Tally::Company)
        }
        Some(true) if sole_trader && employees.is_none() && sole.value != Handling::Counted => {
            let ground = sole.ground(
                "是否有雇工没有记载，须由工作人员核定。",
                "Whether there are employees is not recorded; for the officer to settle.",
            );
            PropertyDraft::of_item(person, item, thing, Treatment::Open, ground).perhaps(Tally::Company)
        }
        Some(true) => {
            let ground = limit.ground(
                "实缴资本超过上限的企业计为家庭财产。",
                "A firm with paid-in capital above the limit counts as property.",
            );
            let value = thing.value.unwrap_or_default();
            PropertyDraft::of_item(person, item, thing, Treatment::Counted, ground)
                .counting(value)
                .tallied(Tally::Company)
        }
        None => {
            let ground = limit.ground(
                "实缴资本没有记载，须由工作人员核定。",
                "Paid-in capital is not recorded; for the officer to settle.",
            );
            PropertyDraft::of_item(person, item, thing, Treatment::Open, ground).perhaps(Tally::Company)
        }
        Some(false) => {
            let ground =
                limit.ground("没有实缴资本，不计为企业财产。", "No capital is paid in; it does not count as a firm.");
            PropertyDraft::of_item(person, item, thing, Treatment::Exempt, ground)
        }
    }
}

/// One firm in which members have several roles counts once.
pub(super) fn same_firm_once<'a>(case: &Case<'a>, drafts: &mut [PropertyDraft<'a>]) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for draft in drafts.iter_mut().filter(|draft| draft.line.counts && draft.tally == Tally::Company) {
        let Some(firm) = firm(case, draft.line.member, draft.line.record) else { continue };
        if !seen.insert(firm) {
            draft.line.treatment = Treatment::Duplicate;
            draft.line.ground =
                case.rules.duplicates.ground("同一企业中的多个身份只计一次。", "Several roles in one firm count once.");
            draft.line.counted = Fen::ZERO;
            draft.line.counts = false;
            (draft.least, draft.most) = (Fen::ZERO, Some(Fen::ZERO));
            (draft.count_least, draft.count_most) = (0, 0);
        }
    }
}

fn firm<'a>(case: &Case<'a>, member: &MemberRef, record: Option<&str>) -> Option<&'a str> {
    let person = case.people.iter().find(|person| person.reference() == member)?;
    person.counting().find_map(|item| match item.detail() {
        Detail::Business { firm: Some(firm), .. } if Some(item.number) == record => Some(firm.expose()),
        _ => None,
    })
}
