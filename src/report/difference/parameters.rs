//! Parameters in force on a day under two packs.

use serde::Serialize;

use crate::policy::assessment::Basis;
use crate::policy::pack::{HistoryEntry, spec};
use crate::policy::{Explanation, Pack, Window};

/// A parameter whose value or law is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParameterChange {
    /// Key.
    pub key: String,
    /// Meaning, in Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
    /// Unit.
    pub unit: String,
    /// Under the first pack; none where it has no value.
    pub before: Option<Setting>,
    /// Under the second.
    pub after: Option<Setting>,
}

/// A value, and on what it rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Value in words. Of a parameter that is read month by month, every value of the period.
    pub value: String,
    /// Since when it is in force.
    pub from: jiff::civil::Date,
    /// On what it rests.
    pub basis: Basis,
    /// Its text.
    pub law: Option<String>,
    /// Remark.
    pub note: Option<String>,
    /// The pack that set it.
    pub pack: String,
}

/// Parameters that differ between two packs, each on its day.
#[must_use]
pub fn changes(first: &Pack, second: &Pack) -> Vec<ParameterChange> {
    let after = second.explain_all();
    let change = |before: Explanation| {
        let later = after.iter().find(|later| later.key == before.key);
        let (one, other) = (setting(first, &before), later.and_then(|later| setting(second, later)));
        // which file states it is no difference: a county may repeat its city's value
        let matters = |s: &Setting| (s.value.clone(), s.basis, s.law.clone());
        (one.as_ref().map(matters) != other.as_ref().map(matters)).then_some(ParameterChange {
            key: before.key,
            zh: before.zh,
            en: before.en,
            unit: before.unit,
            before: one,
            after: other,
        })
    };
    first.explain_all().into_iter().filter_map(change).collect()
}

fn setting(pack: &Pack, parameter: &Explanation) -> Option<Setting> {
    let now = parameter.in_force.as_ref()?;
    let monthly = spec(&parameter.key).is_some_and(|spec| spec.monthly);
    Some(Setting {
        value: if monthly { by_month(pack, &parameter.history) } else { now.value.clone() },
        from: now.from,
        basis: now.basis,
        law: now.law.as_ref().map(ToString::to_string),
        note: now.note.clone(),
        pack: now.pack.clone(),
    })
}

/// `1910.00`, or `1910.00; 2026-03: 2000.00` where the value changes within the income window.
fn by_month(pack: &Pack, history: &[HistoryEntry]) -> String {
    let mut values: Vec<String> = Vec::new();
    let mut last = None;
    for month in Window::before(pack.as_of()).months() {
        let day = month.first_day();
        let entry = history.iter().find(|entry| entry.from <= day && entry.to.is_none_or(|to| day <= to));
        let Some(value) = entry.map(|entry| entry.value.as_str()).filter(|value| Some(*value) != last) else {
            continue;
        };
        values.push(if values.is_empty() { value.to_owned() } else { format!("{month}: {value}") });
        last = Some(value);
    }
    values.join("; ")
}
