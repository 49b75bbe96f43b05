//! Running a definition over its recorded samples: the same reading as a live answer, without a department.
//!
//! `samples/NAME.EXT` holds bytes as they come over the wire, `NAME.page2.EXT` the next page, `NAME.expected.json` what they mean.
//! In ticket wires `submit-…` is a receipt and `status-…` the state of a ticket; anything else is the answer with the records.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::definition::{Definition, Transport};
use crate::engine::http::Collected;
use crate::engine::ticket::{is_done, receipt};
use crate::engine::{finish, read_page, ticket_for};
use crate::exchange::{Fault, Received};
use crate::home::Home;
use crate::records::{Answer, Failure, SourceKey};

/// What a definition's samples showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TestReport {
    /// Source.
    pub source: SourceKey,
    /// Every sample, by name.
    pub samples: Vec<SampleResult>,
}

impl TestReport {
    /// Whether there are samples and all mean what is expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        !self.samples.is_empty() && self.samples.iter().all(|sample| sample.difference.is_none())
    }
}

/// What one sample showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SampleResult {
    /// Its name.
    pub name: String,
    /// What was expected and what came, when they differ. Samples hold fictitious people only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
}

/// The contents of `NAME.expected.json`: answers about the people asked about, in order. Empty for a ticket that is done.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    answers: Vec<Answer>,
    /// Notes that came with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// Runs every sample of a definition.
pub(crate) fn test_samples(definition: &Definition, home: &Home) -> TestReport {
    let source = definition.descriptor().key.clone();
    let files = match home.samples() {
        Ok(files) => files,
        Err(problem) => {
            let failed = SampleResult { name: "samples".into(), difference: Some(problem.to_string()) };
            return TestReport { source, samples: vec![failed] };
        }
    };
    let mut samples: BTreeMap<&str, (Vec<Received>, Option<&[u8]>)> = BTreeMap::new();
    for (file, bytes) in &files {
        let name = file.split('.').next().unwrap_or(file);
        let sample = samples.entry(name).or_default();
        if file.ends_with(".expected.json") {
            sample.1 = Some(bytes);
        } else {
            sample.0.push(Received { status: StatusCode::OK, body: bytes.clone() });
        }
    }
    let results = samples.into_iter().map(|(name, (pages, expected))| SampleResult {
        name: name.to_owned(),
        difference: compare(definition, name, pages, expected),
    });
    TestReport { source, samples: results.collect() }
}

fn compare(definition: &Definition, name: &str, pages: Vec<Received>, expected: Option<&[u8]>) -> Option<String> {
    let Some(expected) = expected else { return Some(format!("{name}.expected.json is missing")) };
    let expected: Expected = match serde_json::from_slice(expected) {
        Ok(expected) => expected,
        Err(error) => return Some(format!("{name}.expected.json: {error}")),
    };
    let got = run(definition, name, &pages, expected.answers.len());
    let json = |one: &Expected| serde_json::to_string_pretty(one).unwrap_or_default();
    (got != expected).then(|| format!("expected {}\ngot {}", json(&expected), json(&got)))
}

fn run(definition: &Definition, name: &str, pages: &[Received], people: usize) -> Expected {
    let outcome = match (&definition.transport, pages) {
        (Transport::Ticket(wire), [receipted]) if name.starts_with("submit-") => receipt(wire, receipted)
            .map(|held| (1..=people).map(|seq| (Answer::Pending { ticket: ticket_for(seq, &held) }, None)).collect()),
        (Transport::Ticket(wire), [state]) if name.starts_with("status-") => is_done(wire, state).map(|done| {
            let waiting = if done { 0 } else { people };
            (1..=waiting).map(|seq| (Answer::Pending { ticket: ticket_for(seq, "sample") }, None)).collect()
        }),
        _ => answers(definition, pages, people),
    };
    let answers: Vec<(Answer, Option<String>)> =
        outcome.unwrap_or_else(|fault| vec![(Answer::Unavailable { why: fault.why }, Some(fault.note)); people]);
    let notes = answers.iter().filter_map(|(_, note)| note.clone()).collect();
    Expected { answers: answers.into_iter().map(|(answer, _)| answer).collect(), notes }
}

type Answers = Vec<(Answer, Option<String>)>;

fn answers(definition: &Definition, pages: &[Received], people: usize) -> Result<Answers, Fault> {
    let coverage = definition.descriptor().coverage;
    let spec = &definition.answer;
    let Some(items) = &spec.items else {
        let mut collected = Collected::default();
        for page in pages {
            collected.add(read_page(spec, page)?.0);
        }
        return collected.end(coverage).map(|answer| vec![answer]);
    };
    let first = pages.first().ok_or_else(|| Fault::lasting(Failure::Malformed, "sample: has no bytes"))?;
    let (mut page, _) = read_page(spec, first)?;
    Ok((1..=people)
        .map(|seq| match page.items.remove(&seq) {
            Some(item) => finish(item, page.as_of, coverage),
            None => (Answer::Unavailable { why: items.missing }, None),
        })
        .collect())
}
