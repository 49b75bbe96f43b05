//! The engine: a [`Source`] out of a definition and settings. The parent decides who is asked and how often; its leaves speak
//! the three transports.

mod file;
mod flights;
pub(crate) mod http;
mod judge;
mod naming;
pub(crate) mod ticket;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use jiff::Timestamp;
use jiff::civil::DateTime;
use moka::future::Cache;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::definition::{Definition, Transport};
use crate::exchange::{Breaker, Clock, Fault, Guards, Line, NotConfigured, Pacing, Visit};
use crate::health::{HealthBook, InFlight, SourceHealth};
use crate::records::{Answer, Failure, Skip, Ticket};
use crate::settings::SourceSettings;
use crate::source::{Admission, BoxFuture, Descriptor, Query, Reply, Reused, Source};
use crate::template::Values;

use flights::{Claim, Flight, Flights, Landed, Question, landed, reused};
pub(crate) use judge::{finish, read_page};
pub(crate) use naming::ticket_for;
use naming::{split_ticket, submission, uuid};

/// Memory for answers kept for reuse, about, of one source.
const CACHE_BYTES: u64 = 32 << 20;
/// What an answer, and a record in it, take in memory, about.
const ANSWER_BYTES: usize = 256;
const RECORD_BYTES: usize = 1024;
/// China Standard Time, in which departments write and check their timestamps.
const CST_HOURS: i8 = 8;

/// A source run from its definition.
pub(crate) struct DeclaredSource {
    definition: Arc<Definition>,
    settings: SourceSettings,
    line: Result<Line, NotConfigured>,
    breaker: Breaker,
    places: Semaphore,
    admission: Arc<dyn Admission>,
    cache: Option<Cache<Question, Landed>>,
    flights: Flights,
    pacing: Pacing,
    health: HealthBook,
}

/// What one exchange works with.
struct Errand<'s> {
    definition: &'s Definition,
    line: &'s Line,
    visit: Visit<'s>,
    /// Named to the department once an exchange, so that a repeated attempt can be recognised.
    uuid: String,
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
        Self {
            line,
            breaker: Breaker::new(settings.breaker_failures, settings.breaker_open, clock),
            places: Semaphore::new(usize::try_from(settings.concurrency).unwrap_or(1).max(1)),
            admission,
            cache,
            flights: Flights::default(),
            pacing: Pacing::default(),
            health: HealthBook::default(),
            definition,
            settings,
        }
    }

    pub(crate) fn definition(&self) -> &Definition {
        &self.definition
    }

    pub(crate) fn settings(&self) -> &SourceSettings {
        &self.settings
    }

    pub(crate) fn health(&self) -> SourceHealth {
        let missing = self.line.as_ref().err().map(ToString::to_string);
        self.health.snapshot(&self.definition.descriptor.key, self.settings.enabled, missing, self.breaker.shown())
    }

    fn unsent(&self, answer: Answer, note: Option<&str>) -> Reply {
        let note = note.map(|note| format!("{}: {note}", self.definition.descriptor.key));
        Reply { answer, attempts: 0, elapsed: Duration::ZERO, note, reused: None }
    }

    /// The reply to a query that is not to be sent at all.
    fn refused(&self, query: &Query) -> Option<Reply> {
        if !self.settings.enabled {
            return Some(self.unsent(Answer::Skipped { why: Skip::Disabled }, None));
        }
        let known_by_birth = !self.definition.descriptor.needs_id_number && query.birth_date.is_some();
        if query.id_number.is_none() && !known_by_birth {
            return Some(self.unsent(Answer::Skipped { why: Skip::NoIdentifier }, None));
        }
        let missing = self.line.as_ref().err()?.to_string();
        Some(self.unsent(Answer::Unavailable { why: Failure::NotConfigured }, Some(&missing)))
    }

    /// Takes a place among the exchanges under way, with a fresh budget; or says why there is none.
    async fn begin(&self, uuid: String) -> Result<(Errand<'_>, (SemaphorePermit<'_>, InFlight<'_>)), Fault> {
        let line = self.line.as_ref().map_err(|missing| Fault::lasting(Failure::NotConfigured, missing.to_string()))?;
        let Ok(Ok(place)) = timeout(self.settings.queue_timeout, self.places.acquire()).await else {
            return Err(Fault::lasting(Failure::Timeout, "queue: no free place within queue_timeout_ms"));
        };
        let guards = Guards {
            key: &self.definition.descriptor.key,
            settings: &self.settings,
            breaker: &self.breaker,
            pacing: &self.pacing,
            admission: &self.admission,
        };
        let errand = Errand { definition: &self.definition, line, visit: Visit::new(guards, line), uuid };
        Ok((errand, (place, self.health.enter())))
    }

    fn counted(&self, replies: Vec<Reply>) -> Vec<Reply> {
        replies.iter().for_each(|reply| self.health.count(&self.definition.descriptor.key, reply));
        replies
    }

    /// One exchange about people who travel together.
    async fn ask(&self, queries: &[Query]) -> Vec<Reply> {
        let named = match &self.definition.transport {
            Transport::Http { .. } => uuid(rand::random(), 4),
            // the department recognises a submission that is repeated, after a crash too
            Transport::Ticket(_) | Transport::File(_) => submission(&self.definition.descriptor.key, queries),
        };
        let (mut errand, _held) = match self.begin(named).await {
            Ok(begun) => begun,
            Err(fault) => {
                let unsent = self.unsent(Answer::Unavailable { why: fault.why }, Some(&fault.note));
                return self.counted(vec![unsent; queries.len()]);
            }
        };
        let errand = &mut errand;
        self.counted(match &self.definition.transport {
            Transport::Http { .. } if self.definition.answer.items.is_none() => {
                vec![http::one(errand, &queries[0]).await]
            }
            Transport::Http { .. } => http::many(errand, queries).await,
            Transport::Ticket(wire) => ticket::submit(errand, wire, queries).await,
            Transport::File(wire) => file::submit(errand, &wire.submit, queries).await,
        })
    }

    /// Replies that leave tickets as they are, for a look that did not come about.
    fn unseen(&self, waiting: &[Waiting<'_>], note: &str) -> Vec<Reply> {
        let pending = |one: &Waiting<'_>| Answer::Pending { ticket: one.ticket.clone() };
        self.counted(waiting.iter().map(|one| self.unsent(pending(one), Some(note))).collect())
    }

    /// One look for the results of a ticket. What goes wrong on our side costs nobody their ticket.
    async fn look(&self, held: &str, waiting: &[Waiting<'_>]) -> Vec<Reply> {
        if !self.settings.enabled {
            return self.unseen(waiting, "source: is switched off, so its results are not looked for");
        }
        let (mut errand, _held) = match self.begin(uuid(rand::random(), 4)).await {
            Ok(begun) => begun,
            Err(fault) => return self.unseen(waiting, &fault.note),
        };
        let errand = &mut errand;
        self.counted(match &self.definition.transport {
            Transport::Ticket(wire) => ticket::poll(errand, wire, held, waiting).await,
            Transport::File(wire) => file::poll(errand, &wire.refusal, held, waiting).await,
            Transport::Http { .. } => {
                let never = Fault::lasting(Failure::SourceError, "ticket: this source gives none");
                waiting.iter().map(|_| errand.failed(&never)).collect()
            }
        })
    }

    fn question(&self, query: &Query) -> Question {
        let question = serde_json::to_vec(query).expect("a query is plain data");
        Sha256::new().chain_update(&self.definition.descriptor.hash).chain_update(question).finalize().into()
    }

    async fn submit_all(&self, queries: &[Query]) -> Vec<Reply> {
        let mut replies: Vec<Option<Reply>> = queries.iter().map(|query| self.refused(query)).collect();
        let mut open: Vec<usize> = (0..queries.len()).filter(|index| replies[*index].is_none()).collect();
        // whoever waited for an exchange that was given up asks in the next round
        while !open.is_empty() {
            open = self.round(queries, open, &mut replies).await;
        }
        let lost =
            || self.unsent(Answer::Unavailable { why: Failure::Malformed }, Some("body: no answer about this person"));
        replies.into_iter().map(|reply| reply.unwrap_or_else(lost)).collect()
    }

    /// Asks what nobody asks already, and waits for the answers to what somebody does. Returns who is still without one.
    async fn round(&self, queries: &[Query], open: Vec<usize>, replies: &mut [Option<Reply>]) -> Vec<usize> {
        let shared = matches!(self.definition.transport, Transport::Http { .. });
        let (mut mine, mut theirs) = (Vec::new(), Vec::new());
        for index in open {
            if !shared {
                mine.push((index, None));
                continue;
            }
            let question = self.question(&queries[index]);
            if let Some(known) = self.kept(&question).await {
                replies[index] = Some(reused(&known));
                continue;
            }
            match self.flights.claim(question) {
                Claim::Mine(flight) => mine.push((index, Some((question, flight)))),
                Claim::Theirs(awaited) => theirs.push((index, awaited)),
            }
        }
        let asked = join_all(self.batches(queries, mine).into_iter().map(|batch| self.ask_batch(queries, batch)));
        let awaited = join_all(theirs.into_iter().map(async |(index, awaited)| (index, landed(awaited).await)));
        let (asked, awaited) = join(asked, awaited).await;
        for (index, reply) in asked.into_iter().flatten() {
            replies[index] = Some(reply);
        }
        let mut still_open = Vec::new();
        for (index, landed) in awaited {
            match landed {
                Some(landed) => replies[index] = Some(reused(&landed)),
                None => still_open.push(index),
            }
        }
        still_open
    }

    /// One exchange, whose answers are kept and handed to whoever waits for them.
    async fn ask_batch(&self, queries: &[Query], batch: Vec<Claimed<'_>>) -> Vec<(usize, Reply)> {
        let people: Vec<Query> = batch.iter().map(|(index, _)| queries[*index].clone()).collect();
        let asked_at = Timestamp::now();
        let answers = self.ask(&people).await;
        let mut replies = Vec::with_capacity(batch.len());
        for ((index, flight), reply) in batch.into_iter().zip(answers) {
            if let Some((question, flight)) = flight {
                let entry = queries[index].entry;
                let landed = Landed::new((Reused { asked_at, entry }, reply.clone()));
                if let Some(cache) = &self.cache
                    && reply.answer.kind().speaks()
                {
                    cache.insert(question, landed.clone()).await;
                }
                flight.land(landed);
            }
            replies.push((index, reply));
        }
        replies
    }

    async fn kept(&self, question: &Question) -> Option<Landed> {
        self.cache.as_ref()?.get(question).await
    }

    /// Who travels with whom: people of the same day and window, at most a batch.
    fn batches<'f>(&self, queries: &[Query], open: Vec<Claimed<'f>>) -> Vec<Vec<Claimed<'f>>> {
        let size = self.definition.descriptor.batch_size.max(1);
        let mut full = Vec::new();
        let mut by_day: BTreeMap<_, Vec<Claimed<'f>>> = BTreeMap::new();
        for claimed in open {
            let query = &queries[claimed.0];
            let batch = by_day.entry((query.as_of, query.window_from)).or_default();
            batch.push(claimed);
            if batch.len() >= size {
                full.push(std::mem::take(batch));
            }
        }
        full.extend(by_day.into_values().filter(|batch| !batch.is_empty()));
        full
    }

    async fn poll_all(&self, pending: &[(Ticket, Query)]) -> Vec<Reply> {
        let mut replies: Vec<Option<Reply>> = vec![None; pending.len()];
        let mut by_ticket: BTreeMap<&str, Vec<Waiting<'_>>> = BTreeMap::new();
        for (index, (ticket, query)) in pending.iter().enumerate() {
            match split_ticket(ticket) {
                Some((seq, held)) => {
                    by_ticket.entry(held).or_default().push(Waiting { index, seq, ticket, query });
                }
                None => {
                    let foreign = "ticket: is not one of this source";
                    replies[index] =
                        Some(self.unsent(Answer::Unavailable { why: Failure::SourceError }, Some(foreign)));
                }
            }
        }
        let polls = by_ticket.into_iter().map(|(held, waiting)| async move {
            let answers = self.look(held, &waiting).await;
            (waiting.iter().map(|one| one.index).collect::<Vec<_>>(), answers)
        });
        for (indices, answers) in join_all(polls).await {
            indices.into_iter().zip(answers).for_each(|(index, reply)| replies[index] = Some(reply));
        }
        let lost = || {
            self.unsent(Answer::Unavailable { why: Failure::Malformed }, Some("result: no answer about this person"))
        };
        replies.into_iter().map(|reply| reply.unwrap_or_else(lost)).collect()
    }
}

/// A person to ask about, by their place among the queries, with the claim on the question where it can be shared.
type Claimed<'f> = (usize, Option<(Question, Flight<'f>)>);

/// A person whose result is waited for.
struct Waiting<'a> {
    index: usize,
    /// Their number within the submitted batch.
    seq: usize,
    ticket: &'a Ticket,
    query: &'a Query,
}

impl Source for DeclaredSource {
    fn descriptor(&self) -> &Descriptor {
        &self.definition.descriptor
    }

    fn submit<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Vec<Reply>> {
        Box::pin(self.submit_all(queries))
    }

    fn poll<'a>(&'a self, pending: &'a [(Ticket, Query)]) -> BoxFuture<'a, Vec<Reply>> {
        Box::pin(self.poll_all(pending))
    }
}
