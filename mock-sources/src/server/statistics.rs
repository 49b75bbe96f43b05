//! Counts requests by department, kind of answer and fault, and the people they asked about.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::departments::Key;
use crate::departments::wire::Outcome;
use crate::faults::FaultKind;

#[derive(Debug, Default)]
struct Tally {
    requests: u64,
    people: u64,
    answers: BTreeMap<Outcome, u64>,
    faults: BTreeMap<FaultKind, u64>,
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Statistics(Mutex<BTreeMap<Key, Tally>>);

impl Statistics {
    /// Counts a request about so many people: what the department answered, or the fault that took the answer's place.
    pub(crate) fn count(&self, key: Key, people: usize, outcome: Outcome, fault: Option<FaultKind>) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry(key).or_default();
        tally.requests += 1;
        tally.people += people as u64;
        match fault {
            Some(kind) => *tally.faults.entry(kind).or_default() += 1,
            None => *tally.answers.entry(outcome).or_default() += 1,
        }
    }

    pub(crate) fn reset(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// `{"tax":{"requests":3,"people":3,"answers":{"found":2},"faults":{"timeout":1}}}`
    pub(crate) fn as_json(&self) -> Value {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let departments = tallies.iter().map(|(key, tally)| {
            (
                key.as_str().to_owned(),
                json!({ "requests": tally.requests, "people": tally.people, "answers": tally.answers, "faults": tally.faults }),
            )
        });
        Value::Object(departments.collect::<Map<String, Value>>())
    }
}
