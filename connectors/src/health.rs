//! How each source has been doing since the process started: numbers, states and names of fields, nothing of any query.

mod drift;
mod figures;
mod latency;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Serialize;
use utoipa::ToSchema;

use crate::exchange::{BreakerState, Clock};
use crate::records::{Answer, AnswerKind, Failure, SourceKey};
use crate::source::{Lane, Reply};
pub(crate) use drift::Form;
pub use drift::{Change, FieldChange};
pub use figures::{Figures, Slot};

use drift::Forms;
use figures::{Ring, Tally};

const KINDS: [AnswerKind; 6] = [
    AnswerKind::Found,
    AnswerKind::NoRecord,
    AnswerKind::Partial,
    AnswerKind::Pending,
    AnswerKind::Skipped,
    AnswerKind::Unavailable,
];
/// China Standard Time: the day that a department's data stand at is one of its calendar.
const CST: Offset = Offset::constant(8);
const FIVE_MINUTES: Duration = Duration::from_secs(300);
const HOUR: Duration = Duration::from_secs(3600);

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
    /// All since the start.
    pub since_start: Figures,
    /// The last hour, give or take five minutes.
    pub last_hour: Figures,
    /// The last day, give or take an hour.
    pub last_day: Figures,
    /// The last hour in slots of five minutes, the oldest first: as many as have begun since the start, at most twelve.
    pub by_five_minutes: Vec<Slot>,
    /// The last day by hours, the oldest first: as many as have begun since the start, at most 24.
    pub by_hour: Vec<Slot>,
    /// Fields of its answers that came up or went since the start, as far as the process has seen.
    pub drift: Vec<FieldChange>,
}

/// The running counts of one source.
pub(crate) struct HealthBook {
    in_flight: AtomicU32,
    clock: Arc<dyn Clock>,
    started: Instant,
    counts: Mutex<Counts>,
    forms: Mutex<Forms>,
}

struct Counts {
    all: Tally,
    hour: Ring<12>,
    day: Ring<24>,
    last: Option<(Duration, Option<Failure>)>,
}

impl Counts {
    fn each(&mut self, since_start: Duration, count: impl Fn(&mut Tally)) {
        count(&mut self.all);
        count(self.hour.at(since_start));
        count(self.day.at(since_start));
    }
}

/// An exchange under way; ends when dropped.
pub(crate) struct InFlight<'b>(&'b HealthBook);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl HealthBook {
    /// Of a source whose definition reads these fields.
    pub(crate) fn new(clock: Arc<dyn Clock>, reads: BTreeSet<String>) -> Self {
        let counts = Counts { all: Tally::default(), hour: Ring::new(FIVE_MINUTES), day: Ring::new(HOUR), last: None };
        let forms = Mutex::new(Forms::new(reads));
        Self { in_flight: AtomicU32::new(0), started: clock.now(), clock, counts: Mutex::new(counts), forms }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn since_start(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.started)
    }

    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// An answer could be read.
    pub(crate) fn saw(&self, form: &Form<'_>) {
        self.forms.lock().unwrap_or_else(PoisonError::into_inner).saw(form, Timestamp::now());
    }

    /// Counts an answer here and in the metrics.
    pub(crate) fn count(&self, source: &SourceKey, reply: &Reply) {
        let today = CST.to_datetime(Timestamp::now()).date();
        let mut counts = self.counts();
        counts.each(self.since_start(), |tally| tally.answered(reply, today));
        let labels = [("source", source.to_string()), ("answer", reply.answer.kind().as_str().to_owned())];
        metrics::counter!("hedui_source_answers_total", &labels).increment(1);
        if let Some(days) = counts.all.oldest_data_days() {
            metrics::gauge!("hedui_source_oldest_data_days", &labels[..1]).set(days);
        }
        let changes = self.forms.lock().unwrap_or_else(PoisonError::into_inner).number_of_changes();
        metrics::gauge!("hedui_source_form_changes", &labels[..1]).set(changes);
        if reply.attempts > 0 {
            let failure = match &reply.answer {
                Answer::Unavailable { why } => Some(*why),
                _ => None,
            };
            counts.last = Some((reply.elapsed, failure));
        }
    }

    /// Counts an exchange about so many people, or a look for a result (about nobody anew).
    pub(crate) fn exchanged(&self, source: &SourceKey, people: usize, requests: u32, elapsed: Duration) {
        self.counts().each(self.since_start(), |tally| tally.exchanged(people, requests, elapsed));
        let labels = [("source", source.to_string())];
        metrics::counter!("hedui_source_attempts_total", &labels).increment(requests.into());
        if people > 0 {
            metrics::counter!("hedui_source_exchanges_total", &labels).increment(1);
            metrics::counter!("hedui_source_people_total", &labels)
                .increment(u64::try_from(people).unwrap_or(u64::MAX));
        }
        if requests > 0 {
            metrics::histogram!("hedui_source_seconds", &labels).record(elapsed.as_secs_f64());
        }
    }

    /// The state now; what is known elsewhere is given.
    pub(crate) fn snapshot(
        &self,
        source: &SourceKey,
        enabled: bool,
        not_configured: Option<String>,
        breaker: BreakerState,
        queued: [usize; 3],
    ) -> SourceHealth {
        let (counts, now) = (self.counts(), self.since_start());
        let since_start = counts.all.figures();
        let drift = self.forms.lock().unwrap_or_else(PoisonError::into_inner).changes();
        SourceHealth {
            source: source.clone(),
            enabled,
            not_configured,
            breaker,
            in_flight: self.in_flight.load(Ordering::Relaxed),
            queued: Lane::ALL.iter().map(|lane| (lane.as_str().to_owned(), queued[lane.index()])).collect(),
            last_latency_ms: counts.last.map(|(elapsed, _)| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)),
            last_failure: counts.last.and_then(|(_, failure)| failure),
            answers: since_start.answers.clone(),
            since_start,
            last_hour: counts.hour.sum(now).figures(),
            last_day: counts.day.sum(now).figures(),
            by_five_minutes: counts.hour.series(now),
            by_hour: counts.day.series(now),
            drift,
        }
    }
}
