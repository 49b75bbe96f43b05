//! Vehicles and farm machinery: cars count; what a farm, a disabled member or a small trade needs does not.

use super::settle;
use crate::household::{Detail, InfoClass, PropertyClass, VehicleKind, VehicleState, VehicleUse};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{PropertyDraft, Tally, Thing};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::{Handling, Param};
use crate::policy::silence::{Classes, Silence};

pub(super) fn line<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    person: &Person<'a>,
    item: &Item<'a>,
) -> Option<PropertyDraft<'a>> {
    let draft = match item.detail() {
        Detail::Vehicle { vehicle, used_as, state, price, .. } => {
            let (zh, en) = name(*vehicle);
            let thing = Thing { class: PropertyClass::Vehicle, zh, en, value: *price, area: None };
            if *state == VehicleState::Normal {
                treated(case, silence, person, item, &thing, *vehicle, *used_as)
            } else {
                let ground = case.rules.stale.ground(
                    "车辆已注销、报废、转出或过户，不计。",
                    "The vehicle is cancelled, scrapped, moved out or sold; it does not count.",
                );
                PropertyDraft::of_item(person, item, &thing, Treatment::Stale, ground)
            }
        }
        Detail::FarmMachinery { price, .. } => {
            let thing = Thing {
                class: PropertyClass::Vehicle,
                zh: "农业机械",
                en: "Farm machinery",
                value: *price,
                area: None,
            };
            necessary(case, person, item, &thing, &case.rules.farm_machinery)
        }
        _ => return None,
    };
    Some(settle(case, item, draft))
}

fn name(vehicle: VehicleKind) -> (&'static str, &'static str) {
    match vehicle {
        VehicleKind::Car => ("小、微型客车", "Car"),
        VehicleKind::Bus => ("客车", "Bus"),
        VehicleKind::Lorry => ("货车", "Lorry"),
        VehicleKind::TwoWheeler => ("两轮摩托车", "Motorcycle"),
        VehicleKind::ThreeWheeler => ("三轮车", "Three-wheeler"),
        VehicleKind::Tractor => ("拖拉机", "Tractor"),
        VehicleKind::FarmVehicle => ("农用运输车", "Farm vehicle"),
        VehicleKind::MobilityVehicle => ("残疾人专用代步车", "Mobility vehicle"),
    }
}

fn treated<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    person: &Person<'a>,
    item: &Item<'a>,
    thing: &Thing,
    vehicle: VehicleKind,
    used_as: Option<VehicleUse>,
) -> PropertyDraft<'a> {
    let rules = case.rules;
    match vehicle {
        VehicleKind::MobilityVehicle => mobility(case, silence, person, item, thing),
        VehicleKind::Tractor | VehicleKind::FarmVehicle => necessary(case, person, item, thing, &rules.farm_machinery),
        VehicleKind::TwoWheeler | VehicleKind::ThreeWheeler => necessary(case, person, item, thing, &rules.low_powered),
        VehicleKind::Car | VehicleKind::Bus | VehicleKind::Lorry => {
            if matches!(used_as, Some(VehicleUse::CommercialPassenger | VehicleUse::Goods)) {
                necessary(case, person, item, thing, &rules.tools_of_trade)
            } else {
                car(case, person, item, thing, vehicle)
            }
        }
    }
}

fn car<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    thing: &Thing,
    vehicle: VehicleKind,
) -> PropertyDraft<'a> {
    let value = thing.value.unwrap_or_default();
    let rule = &case.rules.car_kinds;
    let ground = rule.ground("机动车计入家庭财产，与数量上限比较。", "A car is property and counts against the limit.");
    if rule.value.has(vehicle) {
        PropertyDraft::of_item(person, item, thing, Treatment::Counted, ground).counting(value).tallied(Tally::Car)
    } else {
        PropertyDraft::of_item(person, item, thing, Treatment::Exempt, ground)
    }
}

/// Necessary property, as its parameter says.
fn necessary<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    thing: &Thing,
    rule: &'a Param<Handling>,
) -> PropertyDraft<'a> {
    let value = thing.value.unwrap_or_default();
    match rule.value {
        Handling::Exempt => {
            let words = || {
                (format!("{}属于必需财产，不计。", thing.zh), format!("{}: necessary property, left out.", thing.en))
            };
            PropertyDraft::of_item(person, item, thing, Treatment::Exempt, rule.ground_made(case, words))
        }
        Handling::Counted => {
            let words = || (format!("{}计入家庭财产。", thing.zh), format!("{}: counted as property.", thing.en));
            PropertyDraft::of_item(person, item, thing, Treatment::Counted, rule.ground_made(case, words))
                .counting(value)
                .tallied(Tally::Car)
        }
        Handling::Open => {
            let (zh, en) = (
                "是否为谋生必需须由工作人员核定，核定前两种情况都考虑。",
                "Whether it is needed to earn a living is for the officer to settle; both readings are kept.",
            );
            PropertyDraft::of_item(person, item, thing, Treatment::Open, rule.ground(zh, en)).perhaps(Tally::Car)
        }
    }
}

/// Left out when a member of the household is disabled; open while that is not known.
fn mobility<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    person: &Person<'a>,
    item: &Item<'a>,
    thing: &Thing,
) -> PropertyDraft<'a> {
    let rule = &case.rules.mobility_vehicle;
    if case.members().any(|member| member.disability.is_some()) || rule.value != Handling::Exempt {
        return necessary(case, person, item, thing, rule);
    }
    let disability = Classes::of(&[InfoClass::Disability]);
    if silence.any(disability) || silence.any_held(disability) {
        let ground = rule.ground(
            "残疾信息未齐，暂不能确定是否豁免。",
            "Whether a member is disabled is not known yet, so it is open.",
        );
        return PropertyDraft::of_item(person, item, thing, Treatment::Open, ground).perhaps(Tally::Car);
    }
    let ground = rule.ground(
        "家庭没有持有效残疾人证的成员，代步车不豁免。",
        "No member holds a valid certificate, so the vehicle is not left out.",
    );
    PropertyDraft::of_item(person, item, thing, Treatment::Counted, ground)
        .counting(thing.value.unwrap_or_default())
        .tallied(Tally::Car)
}
