//! How the outcome asked about stands, and what it waits for: what the page of a case says of its report.

use super::names::Reading;
use crate::household::Lang;
use crate::policy::assessment::Certainty;
use crate::report::body::{Body, Words};

/// The outcome asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedOutcome {
    /// Its name.
    pub name: Words,
    /// How certain it is.
    pub state: Certainty,
    /// What decides while it is open: a department, a record, a fact.
    pub decides: Option<Words>,
    /// Whether it is certain although departments have yet to answer.
    pub decided_early: bool,
}

/// That of a report; none where nothing was applied for.
#[must_use]
pub fn asked_outcome(body: &Body) -> Option<AskedOutcome> {
    let full = body.spelled_out();
    let outcome = full.screening.first()?;
    let told = |fact: &String| {
        let word = |lang| Reading { body: &full, hash: "", lang }.fact(fact);
        Words::new(word(Lang::Zh), word(Lang::En))
    };
    Some(AskedOutcome {
        name: Words::new(outcome.name_zh.clone(), outcome.name_en.clone()),
        state: outcome.state,
        decides: outcome.decides.as_ref().map(told),
        decided_early: full.decided_early,
    })
}
