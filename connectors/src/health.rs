//! How each source has been doing since the process started: numbers and states, nothing of any query.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::BreakerState;
use crate::records::{Answer, AnswerKind, Failure, SourceKey};
use crate::source::{Lane, Reply};

const KINDS: [AnswerKind; 6] = [
    AnswerKind::Found,
    AnswerKind::NoRecord,
    AnswerKind::Partial,
    AnswerKind::Pending,
    AnswerKind::Skipped,
    AnswerKind::Unavailable,
];

/// A source's state at a moment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceHealth {
    /// Source.
    pub source: SourceKey,
    /// Whether the operator has switched it on.
    pub enabled: bool,
    /// What is missing before it can be asked; nothing when it is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_configured: Option<String>,
    /// Breaker.
    pub breaker: BreakerState,
    /// Exchanges under way.
    pub in_flight: u32,
    /// Questions that wait for company or for a place, by lane.
    pub queued: BTreeMap<String, usize>,
    /// How long the last exchange took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_latency_ms: Option<u64>,
    /// Why the last exchange failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Failure>,
    /// Answers since the start, by kind.
    pub answers: BTreeMap<String, u64>,
}

/// The running counts of one source.
#[derive(Default)]
pub(crate) struct HealthBook {
    in_flight: AtomicU32,
    answers: [AtomicU64; 6],
    last: Mutex<Option<(Duration, Option<Failure>)>>,
}

/// An exchange under way; ends when dropped.
pub(crate) struct InFlight<'b>(&'b HealthBook);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HealthBook {
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// Counts an answer here and in the metrics.
    pub(crate) fn count(&self, source: &SourceKey, reply: &Reply) {
        let kind = reply.answer.kind();
        if let Some(at) = KINDS.iter().position(|known| *known == kind) {
            self.answers[at].fetch_add(1, Ordering::Relaxed);
        }
        let labels = [("source", source.to_string()), ("answer", kind.as_str().to_owned())];
        metrics::counter!("hedui_source_answers_total", &labels).increment(1);
        let attempts = [("source", source.to_string())];
        metrics::counter!("hedui_source_attempts_total", &attempts).increment(reply.attempts.into());
        if reply.attempts > 0 {
            metrics::histogram!("hedui_source_seconds", &labels).record(reply.elapsed.as_secs_f64());
            let failure = match &reply.answer {
                Answer::Unavailable { why } => Some(*why),
                _ => None,
            };
            *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((reply.elapsed, failure));
        }
    }

    pub(crate) fn snapshot(
        &self,
        source: &SourceKey,
        enabled: bool,
        not_configured: Option<String>,
        breaker: BreakerState,
        queued: [usize; 3],
    ) -> SourceHealth {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = KINDS.iter().zip(&self.answers);
        SourceHealth {
            source: source.clone(),
            enabled,
            not_configured,
            breaker,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            queued: Lane::ALL.iter().map(|lane| (lane.as_str().to_owned(), queued[lane.index()])).collect(),
            last_latency_ms: last.map(|(elapsed, _)| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)),
            last_failure: last.and_then(|(_, failure)| failure),
            answers: answers.map(|(kind, n)| (kind.as_str().to_owned(), n.load(Ordering::Relaxed))).collect(),
        }
    }
}
