//! Property that the family declared beyond what departments hold: its own word stands, marked unverified.

use crate::household::{Fen, PropertyClass};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Person};
use crate::policy::drafts::{Name, PropertyDraft, PropertyRow, Tally};
use crate::policy::grounds::GroundOf;
use crate::policy::plausible::MOST;

pub(super) fn lines<'a>(case: &Case<'a>, person: &Person<'a>, first: usize, drafts: &mut Vec<PropertyDraft<'a>>) {
    if !case.rules.count_declared.value || !person.declares {
        return;
    }
    let held: Fen = drafts[first..].iter().filter(|d| d.line.class == PropertyClass::Financial).map(explained).sum();
    let beyond = (declared_value(person, PropertyClass::Financial) - held).at_least_zero();
    if beyond.0 > 0 {
        drafts.push(line(case, person, PropertyClass::Financial, beyond, beyond));
    }
    let other = declared_value(person, PropertyClass::Other);
    if other.0 > 0 {
        drafts.push(line(case, person, PropertyClass::Other, other, Fen::ZERO));
    }
}

/// Houses, vehicles and firms declared beyond what departments hold of the whole household: each may be one that counts. Who of the
/// family declared it, and in whose name it is held, need not agree.
pub(super) fn things<'a>(case: &Case<'a>, drafts: &mut Vec<PropertyDraft<'a>>) {
    if !case.rules.count_declared.value || !case.members().any(|person| person.declares) {
        return;
    }
    let recorded = drafts.len();
    for (class, tally) in [
        (PropertyClass::Vehicle, Tally::Car),
        (PropertyClass::RealEstate, Tally::Dwelling),
        (PropertyClass::Company, Tally::Company),
    ] {
        let found = drafts[..recorded].iter().filter(|draft| draft.line.class == class && is_there(draft)).count();
        let mut known = u32::try_from(found).unwrap_or(u32::MAX);
        for person in case.members() {
            let number = declared_number(person, class);
            let beyond = number.saturating_sub(known).min(MOST_THINGS);
            known = known.saturating_sub(number);
            if beyond > 0 {
                let value = declared_value(person, class);
                let mut draft = line(case, person, class, value, Fen::ZERO);
                (draft.tally, draft.count_most) = (tally, beyond);
                drafts.push(draft);
            }
        }
    }
}

/// More things than any household declares.
const MOST_THINGS: u32 = 1_000;

/// How many of a class a member declared; a line without a number is one.
pub(in crate::policy) fn declared_number(person: &Person<'_>, class: PropertyClass) -> u32 {
    let of_class = person.facts.declared.property.iter().filter(|declared| declared.class == class);
    of_class.map(|declared| declared.count.unwrap_or(1)).fold(0, u32::saturating_add)
}

fn is_there(draft: &PropertyDraft<'_>) -> bool {
    matches!(draft.line.treatment, Treatment::Counted | Treatment::Exempt | Treatment::Open)
}

fn declared_value(person: &Person<'_>, class: PropertyClass) -> Fen {
    let of_class = person.facts.declared.property.iter().filter(|declared| declared.class == class);
    of_class.filter_map(|declared| declared.value_yuan).fold(Fen::ZERO, Fen::saturating_add).min(MOST)
}

fn explained(draft: &PropertyDraft<'_>) -> Fen {
    let absent = matches!(draft.line.treatment, Treatment::Stale | Treatment::Duplicate | Treatment::HeldForReview);
    if absent { Fen::ZERO } else { draft.line.counted }
}

fn line<'a>(case: &Case<'a>, person: &Person<'a>, class: PropertyClass, value: Fen, counted: Fen) -> PropertyDraft<'a> {
    let (zh, en) = match class {
        PropertyClass::Financial => ("申报的金融资产", "Declared financial property"),
        PropertyClass::Vehicle => ("申报的车辆", "Declared vehicles"),
        PropertyClass::RealEstate => ("申报的房屋", "Declared houses"),
        PropertyClass::Company => ("申报的企业", "Declared firms"),
        PropertyClass::Other => ("申报的其他财产", "Other declared property"),
    };
    PropertyDraft::plain(PropertyRow {
        member: person.reference(),
        class,
        item: Name { zh, en },
        source: None,
        record: None,
        value: Some(value).filter(|value| value.0 > 0),
        area: None,
        counted,
        counts: false,
        treatment: Treatment::DeclaredUnverified,
        ground: case.rules.count_declared.ground(
            "没有部门掌握这部分财产，按家庭申报列入，未经核实。",
            "No department knows it; listed as the family declared it, unverified.",
        ),
    })
}
