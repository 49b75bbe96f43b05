//! All departments of a process, made from definitions and settings.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;

use crate::definition::Definition;
use crate::engine::DeclaredSource;
use crate::exchange::{Clock, LocalAdmission, SystemClock};
use crate::health::SourceHealth;
use crate::home::{Home, homes};
use crate::problem::{Problem, did_you_mean};
use crate::records::{Answer, AnswerKind, SourceKey};
use crate::samples::{TestReport, test_samples};
use crate::settings::{SourceSettings, SourcesConfig};
use crate::source::{Admission, Descriptor, Lane, Reply, Source};

/// The sources.
pub struct Registry {
    entries: BTreeMap<SourceKey, Entry>,
}

struct Entry {
    source: Arc<DeclaredSource>,
    home: Home,
}

/// What a probe of a source found: a real question about a fixture person, not a mere connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProbeReport {
    /// Source.
    pub source: SourceKey,
    /// Whether the source answered as it must.
    pub passed: bool,
    /// What it answered; nothing when the definition names no fixture person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerKind>,
    /// Attempts made.
    pub attempts: u32,
    /// How long it took, waiting for an asynchronous answer included.
    pub elapsed_ms: u64,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Registry {
    /// Reads every definition and joins it with its settings; limits are counted in this process.
    ///
    /// A source whose address or credential is missing is loaded all the same and answers `NotConfigured`.
    ///
    /// # Errors
    /// Every fault of every definition, and every `[source.<key>]` without a definition.
    pub fn load(config: &SourcesConfig) -> Result<Self, Vec<Problem>> {
        Self::load_with(config, Arc::new(LocalAdmission::new(config)), Arc::new(SystemClock))
    }

    /// Like [`Registry::load`], with permits and the breakers' clock from outside.
    ///
    /// # Errors
    /// As [`Registry::load`].
    pub fn load_with(
        config: &SourcesConfig,
        admission: Arc<dyn Admission>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Vec<Problem>> {
        let homes = homes(config.definitions_dir.as_deref())?;
        let mut problems = strangers(config, &homes);
        let mut entries = BTreeMap::new();
        for (key, home) in homes {
            let parsed = home
                .definition()
                .map_err(|problem| vec![problem])
                .and_then(|text| Definition::parse(&home.shown("definition.toml"), &text, &key));
            match parsed {
                Ok(definition) => {
                    let off = || SourceSettings { enabled: false, ..SourceSettings::default() };
                    let settings = config.sources.get(&key).cloned().unwrap_or_else(off);
                    let source = DeclaredSource::new(Arc::new(definition), settings, admission.clone(), clock.clone());
                    entries.insert(key, Entry { source: Arc::new(source), home });
                }
                Err(faults) => problems.extend(faults),
            }
        }
        if problems.is_empty() { Ok(Self { entries }) } else { Err(problems) }
    }

    /// Every source, switched off ones included (they answer `Skipped`), by key.
    #[must_use]
    pub fn sources(&self) -> Vec<Arc<dyn Source>> {
        self.entries.values().map(|entry| entry.source.clone() as Arc<dyn Source>).collect()
    }

    /// One source.
    #[must_use]
    pub fn get(&self, key: &SourceKey) -> Option<Arc<dyn Source>> {
        self.entries.get(key).map(|entry| entry.source.clone() as Arc<dyn Source>)
    }

    /// What every source says of itself, by key.
    pub fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.entries.values().map(|entry| entry.source.descriptor())
    }

    /// How a source is called: deadline, poll interval and the rest.
    #[must_use]
    pub fn settings(&self, key: &SourceKey) -> Option<&SourceSettings> {
        self.entries.get(key).map(|entry| entry.source.settings())
    }

    /// When a lane may ask a source: `None` is now, `Some` the moment its hours begin. The engine asks whenever it is told to; whoever
    /// plans defers. An unknown source has no hours.
    #[must_use]
    pub fn opens(&self, key: &SourceKey, lane: Lane, now: Timestamp) -> Option<Timestamp> {
        let hours = self.settings(key)?.hours_of(lane);
        (!hours.is_open(now)).then(|| hours.next_opening(now))
    }

    /// How each source is doing, by key.
    #[must_use]
    pub fn health(&self) -> Vec<SourceHealth> {
        self.entries.values().map(|entry| entry.source.health()).collect()
    }

    /// Runs a definition over its own samples; `None` for an unknown key.
    #[must_use]
    pub fn test_definition(&self, key: &SourceKey) -> Option<TestReport> {
        let entry = self.entries.get(key)?;
        Some(test_samples(entry.source.definition(), &entry.home))
    }

    /// Asks about the fixture person and waits for the answer, an asynchronous one for as long as `patience`.
    pub async fn probe(&self, key: &SourceKey, as_of: Date, patience: Duration) -> Option<ProbeReport> {
        let entry = self.entries.get(key)?;
        let Some(probe) = &entry.source.definition().probe else {
            return Some(ProbeReport {
                source: key.clone(),
                passed: false,
                answer: None,
                attempts: 0,
                elapsed_ms: 0,
                note: Some(format!("{key}: the definition names no fixture person: add [probe]")),
            });
        };
        let started = Instant::now();
        let query = probe.query(as_of);
        let mut reply = only(entry.source.submit(std::slice::from_ref(&query)).await);
        let interval = entry.source.settings().poll_interval;
        while let Answer::Pending { ticket } = &reply.answer {
            let left = patience.saturating_sub(started.elapsed());
            if left.is_zero() {
                break;
            }
            sleep(interval.min(left)).await;
            reply = only(entry.source.poll(&[(ticket.clone(), query.clone())]).await);
        }
        let kind = reply.answer.kind();
        let unexpected =
            || format!("{key}: the fixture person is known to have no record, and the answer was {}", kind.as_str());
        Some(ProbeReport {
            source: key.clone(),
            passed: kind == AnswerKind::NoRecord,
            answer: Some(kind),
            attempts: reply.attempts,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            note: reply.note.or_else(|| (kind != AnswerKind::NoRecord).then(unexpected)),
        })
    }
}

fn only(replies: Vec<Reply>) -> Reply {
    replies.into_iter().next().expect("one answer per query")
}

/// Settings for departments nobody has defined.
fn strangers(config: &SourcesConfig, homes: &BTreeMap<SourceKey, Home>) -> Vec<Problem> {
    let unknown = config.sources.keys().filter(|key| !homes.contains_key(*key));
    unknown
        .map(|key| {
            let (line, column) = config.places.get(key).copied().unwrap_or((1, 1));
            Problem {
                file: config.file.clone(),
                line,
                column,
                key: format!("source.{key}"),
                message: "has no definition".into(),
                suggestion: did_you_mean(key.as_str(), homes.keys().map(SourceKey::as_str))
                    .or_else(|| Some(format!("add {key}/definition.toml to the folder named by definitions_dir"))),
            }
        })
        .collect()
}
