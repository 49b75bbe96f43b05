//! What only shows once layers lie over each other: gaps, and values that contradict a wider region's.

use jiff::civil::Date;

use super::catalogue::CATALOGUE;
use super::contradictions::{self, place_of};
use super::document::Document;
use super::layers::Layers;
use super::problem::Problem;
use super::resolved::{ResolvedEntry, ResolvedPack};
use super::value::Value;
use crate::policy::window::Window;

/// Checks every county's chain.
pub(super) fn chains(layers: &Layers, problems: &mut Vec<Problem>) {
    // An entry that could not be read leaves a gap, which is no second problem.
    let unread: Vec<String> = problems.iter().map(|problem| problem.key.clone()).collect();
    for (code, county) in layers.codes() {
        let Some(resolved) = layers.resolved(code) else { continue };
        let Some(start) = layers.covers_from(code) else {
            let how = "add covers_from = \"2025-01-01\" to the [pack] of the nation";
            problems.push(county.place.problem(
                "pack.covers_from",
                "no pack of its chain says since when it is complete",
                how,
            ));
            continue;
        };
        let read = |key: &str| !unread.iter().any(|unread| unread == key);
        for spec in CATALOGUE.iter().filter(|spec| spec.required && read(spec.key)) {
            let entries = resolved.parameters.get(spec.key).map_or(&[][..], Vec::as_slice);
            let since = if spec.monthly { Window::before(start).first_month.first_day() } else { start };
            if let Some(day) = first_gap(entries, since) {
                let message = format!("{} has no value on {day}, and every county needs one", county.name_en);
                let how = format!("add an entry with unit = \"{}\" here or in a wider region", spec.unit);
                problems.push(place(layers, code, county, spec.key).problem(spec.key, message, how));
            }
        }
        fixed(layers, code, problems);
        below_guide(layers, code, &resolved, start, problems);
        contradictions::find(layers, code, &resolved, start, problems);
    }
}

/// The place to show: the last entry of the key in the chain, or the county's header.
fn place<'a>(layers: &'a Layers, code: &str, county: &'a Document, key: &str) -> &'a super::problem::Place {
    let entries = layers.chain(code).flat_map(|document| &document.entries);
    entries.filter(|entry| entry.spec.key == key).last().map_or(&county.place, |entry| &entry.place)
}

/// The first day from `start` on without a value. Entries are in order and do not overlap.
pub(super) fn first_gap(entries: &[ResolvedEntry], start: Date) -> Option<Date> {
    let mut day = start;
    for entry in entries {
        if entry.to.is_some_and(|to| to < day) {
            continue;
        }
        if entry.from > day {
            return Some(day);
        }
        match entry.to.and_then(|to| to.tomorrow().ok()) {
            None => return None,
            Some(next) => day = next,
        }
    }
    Some(day)
}

/// A county's urban standard may not lie below its province's guide.
fn below_guide(layers: &Layers, code: &str, resolved: &ResolvedPack, start: Date, problems: &mut Vec<Problem>) {
    const KEY: &str = "standard.dibao.urban";
    let guides = resolved.parameters.get("standard.guide.urban").map_or(&[][..], Vec::as_slice);
    for entry in resolved.parameters.get(KEY).into_iter().flatten() {
        let Value::Money(standard) = entry.value else { continue };
        for guide in guides {
            let meets = entry.to.is_none_or(|to| guide.from <= to && start <= to)
                && guide.to.is_none_or(|to| entry.from <= to && start <= to);
            let Value::Money(floor) = guide.value else { continue };
            if meets && standard < floor {
                let message = format!("{standard} lies below the province's guide of {floor} from {}", guide.from);
                let at = place_of(layers, code, KEY, entry);
                let zh = format!(
                    "{standard} 低于省级指导标准 {floor}（{} 起）：请提高标准，或同时调低省级指导标准",
                    guide.from
                );
                let how = "raise it, or end the guide's entry";
                problems.extend(at.map(|at| at.problem(KEY, message, how).in_chinese(zh)));
            }
        }
    }
}

/// Values that this version of the rules takes for granted: a pack may cite them, not change them.
const FIXED: &[(&str, &str)] = &[
    ("income.window.months", "12"),
    ("income.wage.counted", "true"),
    ("income.business.counted", "true"),
    ("income.property.counted", "true"),
    ("income.transfer.counted", "true"),
    ("income.duplicate.once", "true"),
    ("property.stale.dropped", "true"),
    ("screening.adverse_needs_all", "true"),
    // No department's record tells these apart: they are never counted, whatever a pack would say.
    ("not_income.dibao.family_planning", "exempt"),
    ("not_income.dibao.bravery", "exempt"),
    ("not_income.tekun.special_care", "exempt"),
    ("not_income.tekun.old_age_allowance", "exempt"),
];

/// Whether the rules know one value of a key alone.
pub(super) fn is_fixed(key: &str) -> bool {
    FIXED.iter().any(|(fixed, _)| *fixed == key)
}

/// Lists that must name every word, in whatever order.
const COMPLETE: &[(&str, usize)] = &[("income.order", 4)];

fn fixed(layers: &Layers, code: &str, problems: &mut Vec<Problem>) {
    for entry in layers.chain(code).flat_map(|document| &document.entries) {
        let key = entry.spec.key;
        if let Some((_, only)) = FIXED.iter().find(|(fixed, _)| *fixed == key)
            && entry.value.to_string() != *only
        {
            let how = "the rules know no other value; leave the entry out";
            let zh = format!("只能为 {only}，规则不支持其他取值");
            problems.push(entry.place.problem(key, format!("must be {only}"), how).in_chinese(zh));
        }
        if let (Some((_, all)), Value::Codes(words)) = (COMPLETE.iter().find(|(name, _)| *name == key), &entry.value)
            && words.len() != *all
        {
            let how = format!("name all of {}", entry.spec.kind.expected());
            problems.push(entry.place.problem(key, format!("names {} of {all} steps", words.len()), how));
        }
    }
}
