//! Which parameters of the rules are others in the later report.

use std::collections::BTreeMap;

use super::reasons::{ParameterReason, Reason};
use super::what::What;
use super::{ItemChange, Known};
use crate::policy::pack::spec;
use crate::report::body::{Body, Words};
use crate::report::difference::{self, Setting};

/// Parameters that are others: all of them where both packs are at hand, else those that the bodies name.
pub(super) fn changes(before: &Body, after: &Body, known: &Known<'_>) -> Vec<ParameterReason> {
    let mut changes = match known.packs {
        Some((first, second)) => {
            let value = |setting: &Option<Setting>, unit: &str| {
                setting.as_ref().map(|setting| format!("{} {unit}", setting.value))
            };
            (difference::changes(first, second).into_iter())
                .filter(|change| change.before.as_ref().map(|s| &s.value) != change.after.as_ref().map(|s| &s.value))
                .map(|change| ParameterReason {
                    before: value(&change.before, &change.unit),
                    after: value(&change.after, &change.unit),
                    key: change.key,
                    name: Words::new(change.zh, change.en),
                })
                .collect()
        }
        None => named_by_both(before, after),
    };
    changes.sort();
    changes
}

/// Assumed parameters that both bodies used, at other values. One that a single body used is no change.
fn named_by_both(before: &Body, after: &Body) -> Vec<ParameterReason> {
    let (first, second) = (used(before), used(after));
    let both = first.into_iter().filter_map(|(key, value)| {
        let other = second.get(&key)?.clone();
        let spec = spec(&key);
        let name = spec.map_or_else(|| Words::new(&*key, &*key), |spec| Words::new(spec.zh, spec.en));
        (value != other).then_some(ParameterReason { key, name, before: Some(value), after: Some(other) })
    });
    both.collect()
}

fn used(body: &Body) -> BTreeMap<String, String> {
    let groups = body.assumed.values().flatten();
    groups
        .flat_map(|(group, names)| {
            names.iter().map(move |(name, value)| {
                let key = if group.is_empty() { name.clone() } else { format!("{group}.{name}") };
                (key, value.clone())
            })
        })
        .collect()
}

/// What the parameters of a change begin with.
fn families(what: &What) -> &'static [&'static str] {
    match what {
        What::Income(_) => &["income.", "not_income.", "minimum_wage."],
        What::Deductions | What::RigidSpending => &["deduction.", "care.", "minimum_wage.", "standard."],
        What::Standard => &["standard."],
        What::Property(_) | What::PropertyTotal => {
            &["property.exempt.", "property.financial.", "property.vehicle.", "property.company.", "property.stale."]
        }
        What::Size => &["household."],
        What::Outcome(_) => &["screening.", "standard.", "property."],
        What::Amount(_) => &["amount.", "standard.", "minimum_wage."],
        What::Declared(_) => &["declared."],
        What::IncomePerHead | What::Member | What::Spouse | What::Silence(_) => &[],
    }
}

/// Adds to each change the parameters that it may rest on; the packs themselves where nothing else tells why.
pub(super) fn explain(items: &mut [ItemChange], parameters: &[ParameterReason], before: &Body, after: &Body) {
    let (first, second) = (&before.provenance.pack.sha256, &after.provenance.pack.sha256);
    for item in items {
        let families = families(&item.what);
        let theirs = parameters.iter().filter(|one| families.iter().any(|family| one.key.starts_with(family)));
        item.reasons.extend(theirs.cloned().map(Reason::Parameter));
        if item.reasons.is_empty() && !families.is_empty() && first != second {
            item.reasons.push(Reason::Pack { before: first.clone(), after: second.clone() });
        }
    }
}
