//! Immovables: the only dwelling and an inherited part share are necessary; more dwellings count against the limit.
//!
//! Two members with shares of one unit own one dwelling.

use std::collections::BTreeSet;

use super::settle;
use crate::household::{Detail, Obtained, PropertyClass, RealEstateUse};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person, Standing};
use crate::policy::drafts::{PropertyDraft, Tally, Thing};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::Handling;
use crate::policy::silence::Classes;

pub(super) fn lines<'a>(case: &Case<'a>, drafts: &mut Vec<PropertyDraft<'a>>) {
    if !case.people.iter().any(|person| person.tells(Classes::REAL_ESTATE)) {
        return;
    }
    let only = dwellings(case) == 1;
    let mut seen = BTreeSet::new();
    for person in case.people {
        let first = drafts.len();
        for item in &person.items {
            let Some(draft) = line(case, person, item, only, &mut seen) else { continue };
            drafts.push(settle(case, item, draft));
        }
        super::leave_out(case, person, &mut drafts[first..]);
    }
}

/// A registered dwelling of a member that would count, by unit where the unit is named.
fn dwelling_key<'a>(case: &Case<'_>, person: &Person<'a>, item: &Item<'a>) -> Option<(&'a str, &'a str)> {
    let Detail::RealEstate { unit, used_as: RealEstateUse::Dwelling, share, obtained, current: true, .. } =
        item.detail()
    else {
        return None;
    };
    let inherited = *obtained == Some(Obtained::Inheritance) && share.is_part();
    if inherited && case.rules.inherited_part.value == Handling::Exempt {
        return None;
    }
    let apart = (person.reference().as_str(), item.number);
    Some(unit.as_ref().map_or(apart, |unit| ("", unit.expose())))
}

fn dwellings(case: &Case<'_>) -> usize {
    let members = case.people.iter().filter(|person| person.standing != Standing::Dead);
    let own = |person| Person::counting(person).filter(|item| !item.echo);
    let keys: BTreeSet<_> =
        members.flat_map(|person| own(person).filter_map(|item| dwelling_key(case, person, item))).collect();
    keys.len()
}

fn line<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    only: bool,
    seen: &mut BTreeSet<(&'a str, &'a str)>,
) -> Option<PropertyDraft<'a>> {
    let Detail::RealEstate { used_as, area, share, current, .. } = item.detail() else { return None };
    let (zh, en) = match used_as {
        RealEstateUse::Dwelling => ("住房", "Dwelling"),
        RealEstateUse::Commercial => ("商业用房", "Commercial premises"),
        RealEstateUse::Industrial => ("工业用房", "Industrial premises"),
        RealEstateUse::Storage => ("车库、储藏室", "Garage or storage"),
        RealEstateUse::Other => ("其他不动产", "Other immovable"),
    };
    let thing = Thing { class: PropertyClass::RealEstate, zh, en, value: None, area: Some(share.of_area(*area)) };
    let made = |treatment, ground| PropertyDraft::of_item(person, item, &thing, treatment, ground);
    if !current {
        let ground = case.rules.stale.ground("历史登记，已不再所有。", "A past registration; no longer owned.");
        return Some(made(Treatment::Stale, ground));
    }
    if *used_as != RealEstateUse::Dwelling {
        let ground = case
            .rules
            .dibao_dwellings
            .ground("非住房不动产，列明供工作人员了解。", "Not a dwelling; listed for the officer.");
        return Some(made(Treatment::Counted, ground));
    }
    let Some(key) = dwelling_key(case, person, item) else {
        let ground = case.rules.inherited_part.ground(
            "继承所得的部分份额属于必需财产，不计。",
            "An inherited part share is necessary property, left out.",
        );
        return Some(made(Treatment::Exempt, ground));
    };
    let first = item.counts() && person.is_member() && seen.insert(key);
    let rule = &case.rules.only_dwelling;
    let draft = if only && rule.value == Handling::Exempt && !item.held {
        let ground = rule.ground(
            "家庭唯一住房属于必需财产，不计价值，占一套名额。",
            "The only dwelling is necessary property: no value counts, but it is the one allowed.",
        );
        made(Treatment::Exempt, ground)
    } else {
        let ground = case
            .rules
            .dibao_dwellings
            .ground("住房计入家庭财产，与套数上限比较。", "A dwelling is property and counts against the limit.");
        made(Treatment::Counted, ground)
    };
    let mut draft = match (first, item.held) {
        (true, _) => draft.tallied(Tally::Dwelling),
        (false, true) => draft.perhaps(Tally::Dwelling),
        (false, false) => draft,
    };
    // Every member's share of a shared dwelling is room to live in, though the dwelling is tallied once.
    draft.dwelling_area = (person.is_member() && !item.duplicate).then_some(thing.area).flatten();
    Some(draft)
}
