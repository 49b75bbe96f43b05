//! Property that the family declared beyond what departments hold: its own word stands, marked unverified.

use crate::household::{Fen, PropertyClass};
use crate::policy::assessment::{PropertyLine, Treatment};
use crate::policy::case::{Case, Person};
use crate::policy::drafts::{PropertyDraft, Tally};
use crate::policy::grounds::GroundOf;
use crate::policy::plausible::MOST;

pub(super) fn lines(case: &Case<'_>, person: &Person<'_>, drafts: &mut Vec<PropertyDraft>) {
    if !case.rules.count_declared.value {
        return;
    }
    let declared = |class| -> Fen {
        let of_class = person.facts.declared.property.iter().filter(move |declared| declared.class == class);
        of_class.filter_map(|declared| declared.value_yuan).sum::<Fen>().min(MOST)
    };
    let held: Fen = drafts.iter().filter(|d| d.line.class == PropertyClass::Financial).map(explained).sum();
    let beyond = (declared(PropertyClass::Financial) - held).at_least_zero();
    if beyond.0 > 0 {
        drafts.push(line(case, person, PropertyClass::Financial, beyond, beyond));
    }
    let other = declared(PropertyClass::Other);
    if other.0 > 0 {
        drafts.push(line(case, person, PropertyClass::Other, other, Fen::ZERO));
    }
}

fn explained(draft: &PropertyDraft) -> Fen {
    let absent = matches!(draft.line.treatment, Treatment::Stale | Treatment::Duplicate | Treatment::HeldForReview);
    if absent { Fen::ZERO } else { draft.line.counted }
}

fn line(case: &Case<'_>, person: &Person<'_>, class: PropertyClass, value: Fen, counted: Fen) -> PropertyDraft {
    let (zh, en) = match class {
        PropertyClass::Financial => ("申报的金融资产", "Declared financial property"),
        _ => ("申报的其他财产", "Other declared property"),
    };
    let line = PropertyLine {
        member: person.reference().clone(),
        class,
        item_zh: zh.to_owned(),
        item_en: en.to_owned(),
        source: None,
        record: None,
        value: Some(value),
        area: None,
        counted,
        counts: false,
        treatment: Treatment::DeclaredUnverified,
        ground: case.rules.count_declared.ground(
            "没有部门掌握这部分财产，按家庭申报列入，未经核实。",
            "No department knows it; listed as the family declared it, unverified.",
        ),
    };
    PropertyDraft {
        line,
        least: counted,
        most: Some(counted),
        tally: Tally::Nothing,
        count_least: 0,
        count_most: 0,
        dwelling_area: None,
    }
}
