//! Running a definition over its recorded samples: the same reading as a live answer, without a department.
//!
//! `samples/NAME.EXT` holds bytes as they come over the wire, `NAME.page2.EXT` the next page, `NAME.status404.EXT` came with that HTTP
//! status, `NAME.expected.json` says what they mean.
//! In ticket wires `submit-…` is a receipt and `status-…` the state of a ticket; anything else is the answer with the records.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::definition::{Definition, Transport};
use crate::engine::http::{Next, Reading};
use crate::engine::ticket::{Found, Look, is_done, receipt, result};
use crate::engine::{finish, read_page, ticket_for};
use crate::exchange::{Fault, Received};
use crate::home::Home;
use crate::mapping::{Outcome, Page};
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
            sample.0.push(Received { status: status(file), charset: None, body: bytes.clone() });
        }
    }
    let wanted = busy_words(definition);
    let missing = wanted.into_iter().filter(|name| !samples.contains_key(name)).map(|name| SampleResult {
        name: name.to_owned(),
        difference: Some(format!("{name} is missing: the definition has a word for \"busy\"")),
    });
    let mut results: Vec<SampleResult> = missing.collect();
    results.extend(samples.into_iter().map(|(name, (pages, expected))| SampleResult {
        name: name.to_owned(),
        difference: compare(definition, name, pages, expected),
    }));
    TestReport { source, samples: results }
}

/// `NAME.status404.EXT` came with that status.
fn status(file: &str) -> StatusCode {
    let stated = file.split('.').find_map(|part| part.strip_prefix("status")?.parse().ok());
    stated.and_then(|code: u16| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::OK)
}

/// The samples that must show each of the department's words for "busy".
fn busy_words(definition: &Definition) -> Vec<&'static str> {
    let said = |outcome: Option<&Outcome>| outcome.is_some_and(|outcome| !outcome.busy.is_empty());
    let items = definition.answer.items.as_ref().and_then(|items| items.outcome.as_ref());
    let mut wanted = vec![("busy", said(definition.answer.shape.outcome.as_ref())), ("busy_person", said(items))];
    if let Transport::Ticket(wire) = &definition.transport {
        wanted.push(("submit-busy", said(wire.submitted.outcome.as_ref())));
        wanted.push(("status-busy", said(wire.status_answer.outcome.as_ref())));
    }
    wanted.into_iter().filter(|(_, said)| *said).map(|(name, _)| name).collect()
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
    let pending = |note: Option<String>| {
        (1..=people).map(|seq| (Answer::Pending { ticket: ticket_for(seq, None, "sample") }, note.clone())).collect()
    };
    let looked = |look: Result<Look<Found>, Fault>| match look {
        Ok(Look::There((page, _))) => Ok(about_each(definition, &page, people)),
        Ok(Look::NotYet(note)) => Ok(pending(note)),
        Ok(Look::Never(fault)) => Err(fault),
        // a look that failed says nothing of the ticket
        Err(fault) => Ok(pending(Some(fault.note))),
    };
    let outcome = match (&definition.transport, pages) {
        (_, []) => Err(Fault::lasting(Failure::Malformed, "sample: has no bytes")),
        (Transport::Ticket(wire), [receipted, ..]) if name.starts_with("submit-") => {
            receipt(wire, receipted).map(|held| {
                (1..=people).map(|seq| (Answer::Pending { ticket: ticket_for(seq, None, &held) }, None)).collect()
            })
        }
        (Transport::Ticket(wire), [state, ..]) if name.starts_with("status-") => match is_done(wire, state) {
            Ok(Look::There(())) => Ok(Vec::new()),
            Ok(Look::NotYet(note)) => Ok(pending(note)),
            Ok(Look::Never(fault)) => Err(fault),
            Err(fault) => Ok(pending(Some(fault.note))),
        },
        (Transport::Ticket(_) | Transport::File(_), [found, ..]) => {
            looked(result(&definition.answer, found, usize::MAX))
        }
        (Transport::Http { .. }, [found, ..]) if definition.answer.items.is_some() => {
            read_page(&definition.answer, found, usize::MAX).map(|(page, _)| about_each(definition, &page, people))
        }
        (Transport::Http { .. }, pages) => paged(definition, pages).map(|answer| vec![answer]),
    };
    let answers: Answers =
        outcome.unwrap_or_else(|fault| vec![(Answer::Unavailable { why: fault.why }, Some(fault.note)); people]);
    let notes = answers.iter().filter_map(|(_, note)| note.clone()).collect();
    Expected { answers: answers.into_iter().map(|(answer, _)| answer).collect(), notes }
}

type Answers = Vec<(Answer, Option<String>)>;

/// One person's pages, asked for one after the other as the engine does; a page that is not among the samples cannot be had.
fn paged(definition: &Definition, pages: &[Received]) -> Result<(Answer, Option<String>), Fault> {
    let mut reading = Reading::new(definition, usize::MAX);
    for (index, received) in pages.iter().enumerate() {
        let next = match reading.read(received) {
            Ok((page, tree)) => reading.add(page, tree.as_ref()),
            Err(fault) => return reading.broken_off(fault),
        };
        match next {
            Next::End(_) if index + 1 < pages.len() => {
                return Err(Fault::lasting(Failure::Malformed, "sample: has a page that nobody would ask for"));
            }
            Next::End(ended) => return ended,
            Next::Page => {}
        }
    }
    reading.broken_off(Fault::lasting(Failure::SourceError, "sample: a page is missing"))
}

fn about_each(definition: &Definition, page: &Page, people: usize) -> Answers {
    let missing = definition.answer.items.as_ref().map_or(Failure::Malformed, |items| items.missing);
    (1..=people)
        .map(|seq| match page.items.get(&seq) {
            Some(item) => finish(item.clone(), page.as_of, definition.descriptor().coverage),
            None => (Answer::Unavailable { why: missing }, None),
        })
        .collect()
}
