//! The engine: a [`Source`] out of a definition and settings. `asking` and `looking` decide who is asked and how often, `departures`
//! who travels together; the leaves speak the three transports.

mod asking;
mod crowd;
mod departures;
mod dividing;
mod file;
pub(crate) mod http;
mod judge;
mod looking;
mod naming;
mod signal;
pub(crate) mod ticket;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use moka::future::Cache;
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::sync::watch;

use crate::definition::{Definition, Transport};
use crate::exchange::{Breaker, Clock, Fault, Guards, Line, NotConfigured, Pacing, Retries, Turns, Visit};
use crate::health::{HealthBook, SourceHealth};
use crate::mapping::AnswerSpec;
use crate::records::{Answer, Failure, Ticket};
use crate::settings::SourceSettings;
use crate::source::{Admission, BoxFuture, Descriptor, Lane, Query, Reply, Source};
use crate::template::Values;

use crowd::Crowd;
use departures::{Departures, Landed, Question};
pub(crate) use judge::{finish, read_page};
use looking::Looks;
pub(crate) use naming::ticket_for;

/// Memory for answers kept for reuse, about, of one source.
const CACHE_BYTES: u64 = 32 << 20;
/// What an answer, and a record in it, take in memory, about.
const ANSWER_BYTES: usize = 256;
const RECORD_BYTES: usize = 1024;
/// China Standard Time, in which departments write and check their timestamps.
const CST_HOURS: i8 = 8;

/// A source run from its definition.
pub(crate) struct DeclaredSource(Arc<Engine>);

/// What the exchanges with one source share; each holds on to it for as long as it lasts.
struct Engine {
    definition: Arc<Definition>,
    settings: SourceSettings,
    line: Result<Line, NotConfigured>,
    breaker: Breaker,
    /// Exchanges at a time.
    places: Turns,
    /// Who asks the admission: one at a time, so that the most urgent is next.
    permits: Turns,
    admission: Arc<dyn Admission>,
    cache: Option<Cache<Question, Landed>>,
    departures: Departures,
    crowd: Crowd,
    looks: Looks,
    pacing: Pacing,
    retries: Retries,
    health: HealthBook,
}

/// What one exchange works with.
struct Errand<'s> {
    definition: &'s Definition,
    line: &'s Line,
    watch: Watch<'s>,
    visit: Visit<'s>,
    /// Named to the department once an exchange, so that a repeated attempt can be recognised.
    uuid: String,
}

/// Questions of bulk that may wait for a source: as many as keep its places busy for a while.
fn may_wait(definition: &Definition, settings: &SourceSettings) -> usize {
    let at_once = usize::try_from(settings.concurrency).unwrap_or(1).max(1);
    at_once.saturating_mul(definition.descriptor.batch_size.max(1)).saturating_mul(4)
}

/// What watches the form of answers.
#[derive(Clone, Copy)]
struct Watch<'s>(&'s HealthBook, &'s AnswerSpec);

impl Watch<'_> {
    fn saw(self, tree: Option<&Value>) {
        if let Some(tree) = tree {
            self.0.saw(&self.1.form(tree));
        }
    }
}

impl Errand<'_> {
    fn reply(&self, answer: Answer, note: Option<String>) -> Reply {
        let note = note.map(|note| format!("{}: {note}", self.definition.descriptor.key));
        Reply { answer, attempts: self.visit.attempts, elapsed: self.visit.elapsed(), note, reused: None }
    }

    fn failed(&self, fault: &Fault) -> Reply {
        self.reply(Answer::Unavailable { why: fault.why }, Some(fault.note.clone()))
    }
}

/// What placeholders stand for when nothing is paged.
fn base_values<'a>(line: &'a Line, uuid: &'a str, query: Option<&'a Query>, ticket: &'a str) -> Values<'a> {
    Values {
        query,
        seq: 1,
        page: 1,
        cursor: "",
        ticket,
        uuid,
        secret: line.secret.expose_secret(),
        app_id: &line.app_id,
        now: now(),
        signing: None,
    }
}

fn now() -> DateTime {
    jiff::tz::Offset::constant(CST_HOURS).to_datetime(Timestamp::now())
}

impl DeclaredSource {
    pub(crate) fn new(
        definition: Arc<Definition>,
        settings: SourceSettings,
        admission: Arc<dyn Admission>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let line = Line::new(&settings, definition.auth.needs_secret());
        let reusable = !settings.cache.is_zero() && matches!(definition.transport, Transport::Http { .. });
        let weight = |_: &Question, landed: &Landed| {
            u32::try_from(ANSWER_BYTES + landed.1.answer.records().len() * RECORD_BYTES).unwrap_or(u32::MAX)
        };
        let cache = reusable
            .then(|| Cache::builder().weigher(weight).max_capacity(CACHE_BYTES).time_to_live(settings.cache).build());
        Self(Arc::new(Engine {
            line,
            breaker: Breaker::new(settings.breaker_failures, settings.breaker_open, clock.clone()),
            places: Turns::new(usize::try_from(settings.concurrency).unwrap_or(1).max(1)),
            permits: Turns::new(1),
            admission,
            cache,
            departures: Departures::default(),
            crowd: Crowd::new(may_wait(&definition, &settings)),
            looks: Looks::new(&settings),
            pacing: Pacing::default(),
            retries: Retries::default(),
            health: HealthBook::new(clock, definition.answer.reads()),
            definition,
            settings,
        }))
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.0.definition
    }

    pub(crate) fn settings(&self) -> &SourceSettings {
        &self.0.settings
    }

    pub(crate) fn health(&self) -> SourceHealth {
        self.0.health_now()
    }
}

impl Engine {
    fn health_now(&self) -> SourceHealth {
        let missing = self.line.as_ref().err().map(ToString::to_string);
        let (key, enabled) = (&self.definition.descriptor.key, self.settings.enabled);
        self.health.snapshot(key, enabled, missing, self.breaker.shown(), self.departures.gathering())
    }

    fn unsent(&self, answer: Answer, note: Option<&str>) -> Reply {
        let note = note.map(|note| format!("{}: {note}", self.definition.descriptor.key));
        Reply { answer, attempts: 0, elapsed: Duration::ZERO, note, reused: None }
    }

    /// What an exchange works with, with a fresh budget; whoever takes it holds a place.
    fn errand(&self, uuid: String, lane: watch::Receiver<Lane>) -> Result<Errand<'_>, Fault> {
        let line = self.line.as_ref().map_err(|missing| Fault::lasting(Failure::NotConfigured, missing.to_string()))?;
        let guards = Guards {
            key: &self.definition.descriptor.key,
            settings: &self.settings,
            breaker: &self.breaker,
            pacing: &self.pacing,
            admission: &self.admission,
            permits: &self.permits,
            retries: &self.retries,
            lane,
        };
        let watch = Watch(&self.health, &self.definition.answer);
        Ok(Errand { definition: &self.definition, line, watch, visit: Visit::new(guards, line), uuid })
    }

    fn counted(&self, replies: Vec<Reply>) -> Vec<Reply> {
        replies.iter().for_each(|reply| self.health.count(&self.definition.descriptor.key, reply));
        replies
    }
}

impl Source for DeclaredSource {
    fn descriptor(&self) -> &Descriptor {
        &self.0.definition.descriptor
    }

    fn submit<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Vec<Reply>> {
        Box::pin(self.0.submit_all(queries))
    }

    fn poll<'a>(&'a self, pending: &'a [(Ticket, Query)]) -> BoxFuture<'a, Vec<Reply>> {
        Box::pin(self.0.poll_all(pending))
    }

    fn turn(&self, people: usize, had_one: bool) -> Option<Duration> {
        let waiting = self.0.departures.gathering()[Lane::Bulk.index()];
        self.0.crowd.turn(people, waiting, had_one, tokio::time::Instant::now())
    }
}
