//! Above every line: certain only when every other outcome is certainly not met.

use super::{Bench, Judged, Names, Weighed, inverse};
use crate::policy::assessment::Certainty;
use crate::policy::grounds::GroundOf;
use crate::policy::silence::Classes;

static NAMES: Names = Names { outcome: "none", zh: "均不适用", en: "None applies" };

pub(super) fn outcome<'a>(others: &[&Judged<'_>], bench: &Bench<'_, 'a>) -> Judged<'a> {
    let rules = bench.sums.case.rules;
    let ground = || rules.adverse_guard.ground("以上各项均不适用。", "None of the outcomes above applies.");
    let mut conditions = bench.conditions();
    if !bench.sums.case.traced {
        conditions.state = match () {
            () if others.iter().any(|other| other.state == Certainty::Met) => Certainty::NotMet,
            () if others.iter().any(|other| other.state == Certainty::Open) => Certainty::Open,
            () => Certainty::Met,
        };
        return bench.judge(&NAMES, conditions);
    }
    for other in others {
        conditions.push(|| Weighed::of_outcome(inverse(other.state), ground(), other));
    }
    let mut judged = bench.judge(&NAMES, conditions);
    // each outcome states its own conditions; here they are one
    judged.conditions.clear();
    judged.conditions.push(Weighed::new(judged.state, ground(), Classes::default()));
    judged
}
