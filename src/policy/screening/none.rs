//! Above every line: certain only when every other outcome is certainly not met.

use super::{Bench, Names, Weighed, inverse};
use crate::policy::assessment::{Condition, Screening};
use crate::policy::grounds::GroundOf;
use crate::policy::silence::{ALL, Classes};

pub(super) fn outcome(others: &[&Screening], bench: &Bench<'_, '_>) -> Screening {
    let ground =
        || bench.sums.case.rules.adverse_guard.ground("以上各项均不适用。", "None of the outcomes above applies.");
    let conditions: Vec<Weighed> = others
        .iter()
        .map(|other| {
            let mut weighed = Weighed::new(inverse(other.state), ground(), Classes::of(&ALL));
            weighed.fact.clone_from(&other.decides);
            weighed
        })
        .collect();
    let mut screening = bench.judge(&Names { outcome: "none", zh: "均不适用", en: "None applies" }, conditions);
    // each outcome states its own conditions; here they are one
    screening.conditions = vec![Condition { state: screening.state, ground: ground() }];
    screening
}
