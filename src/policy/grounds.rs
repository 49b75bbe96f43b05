//! Why something was treated as it was: a parameter with its law, in words a family can read.

use std::collections::BTreeSet;

use super::assessment::{AssumedParameter, Basis, Ground};
use super::pack::{Pack, Param};

/// Turns a parameter into a ground.
pub(super) trait GroundOf {
    /// A ground that cites the parameter's law.
    fn ground(&self, zh: impl Into<String>, en: impl Into<String>) -> Ground;
}

impl<T> GroundOf for Param<T> {
    fn ground(&self, zh: impl Into<String>, en: impl Into<String>) -> Ground {
        Ground {
            rule: self.origin.key.to_owned(),
            law: self.origin.law.clone(),
            basis: self.origin.basis,
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// Parameters that every assessment uses, whatever its lines.
const ALWAYS: &[&str] = &["income.window.months", "income.order"];

/// Parameters that a rule rests on beside its own.
const RESTS_ON: &[(&str, &[&str])] = &[
    ("deduction.employment_cost.share", &["minimum_wage.monthly"]),
    ("deduction.employment_cost.share_disabled", &["minimum_wage.monthly"]),
    ("deduction.schooling.upper_secondary", &["deduction.schooling.ceiling", "deduction.schooling.less_aid"]),
    ("deduction.schooling.above", &["deduction.schooling.ceiling", "deduction.schooling.less_aid"]),
    ("deduction.illness.tiers", &["income.insurance_claims.against_illness"]),
    (
        "deduction.nutrition.share",
        &["deduction.nutrition.child_under", "deduction.nutrition.old_from", "deduction.nutrition.nursing_months"],
    ),
    ("amount.disabled_rise.share", &["amount.disabled_rise.reading", "amount.disabled_rise.registered_as"]),
];

/// The parameters behind grounds that no published text backs, by key.
pub(super) fn assumed<'g>(grounds: impl Iterator<Item = &'g Ground>, pack: &Pack) -> Vec<AssumedParameter> {
    let mut keys: BTreeSet<&str> = ALWAYS.iter().copied().collect();
    for ground in grounds {
        keys.insert(&ground.rule);
        if let Some((_, others)) = RESTS_ON.iter().find(|(rule, _)| *rule == ground.rule) {
            keys.extend(*others);
        }
    }
    keys.into_iter().filter_map(|key| parameter(key, pack)).collect()
}

fn parameter(key: &str, pack: &Pack) -> Option<AssumedParameter> {
    let entry = pack.entry(key)?;
    // a kind of value is no unit that a reader needs
    let is_kind = matches!(entry.unit.as_str(), "boolean" | "choice" | "codes" | "count" | "ratio" | "tiers");
    (entry.basis == Basis::Assumed).then(|| AssumedParameter {
        key: key.to_owned(),
        value: if is_kind { entry.value.to_string() } else { format!("{} {}", entry.value, entry.unit) },
        pack: entry.pack.clone(),
    })
}
