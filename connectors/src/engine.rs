//! The engine: a [`Source`] out of a definition and settings. The parent decides who is asked and how often; its leaves speak
//! the three transports.

mod file;
pub(crate) mod http;
mod judge;
pub(crate) mod ticket;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::civil::DateTime;
use moka::future::Cache;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::definition::{Definition, Transport};
use crate::exchange::{Breaker, Clock, Fault, Line, NotConfigured, Visit};
use crate::health::{HealthBook, InFlight, SourceHealth};
use crate::records::{Answer, Failure, Skip, Ticket};
use crate::settings::SourceSettings;
use crate::source::{Admission, BoxFuture, Descriptor, Query, Reply, Source};
use crate::template::Values;

pub(crate) use judge::{finish, read_page};

/// Answers kept for reuse, at most.
const CACHED_ANSWERS: u64 = 10_000;
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
    cache: Option<Cache<[u8; 32], Reply>>,
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
        Reply { answer, attempts: self.visit.attempts, elapsed: self.visit.elapsed(), note }
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
    jiff::tz::Offset::constant(CST_HOURS).to_datetime(jiff::Timestamp::now())
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
        let cache =
            reusable.then(|| Cache::builder().max_capacity(CACHED_ANSWERS).time_to_live(settings.cache).build());
        Self {
            line,
            breaker: Breaker::new(settings.breaker_failures, settings.breaker_open, clock),
            places: Semaphore::new(usize::try_from(settings.concurrency).unwrap_or(1).max(1)),
            admission,
            cache,
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
        Reply { answer, attempts: 0, elapsed: Duration::ZERO, note }
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
        self.not_configured()
    }

    fn not_configured(&self) -> Option<Reply> {
        let missing = self.line.as_ref().err()?.to_string();
        Some(self.unsent(Answer::Unavailable { why: Failure::NotConfigured }, Some(&missing)))
    }

    /// Takes a place among the exchanges under way, with a fresh budget; or `size` replies that say why there is none.
    async fn begin(&self, size: usize) -> Result<(Errand<'_>, (SemaphorePermit<'_>, InFlight<'_>)), Vec<Reply>> {
        let Ok(line) = &self.line else {
            return Err((0..size).filter_map(|_| self.not_configured()).collect());
        };
        let Ok(Ok(place)) = timeout(self.settings.queue_timeout, self.places.acquire()).await else {
            let late = "queue: no free place within queue_timeout_ms";
            return Err(vec![self.unsent(Answer::Unavailable { why: Failure::Timeout }, Some(late)); size]);
        };
        let key = &self.definition.descriptor.key;
        let visit = Visit::new(key, &self.settings, line, &self.breaker, &self.admission);
        let errand = Errand { definition: &self.definition, line, visit, uuid: uuid() };
        Ok((errand, (place, self.health.enter())))
    }

    fn counted(&self, replies: Vec<Reply>) -> Vec<Reply> {
        replies.iter().for_each(|reply| self.health.count(&self.definition.descriptor.key, reply));
        replies
    }

    /// One exchange about people who travel together.
    async fn ask(&self, queries: &[Query]) -> Vec<Reply> {
        let (mut errand, _held) = match self.begin(queries.len()).await {
            Ok(begun) => begun,
            Err(replies) => return self.counted(replies),
        };
        let errand = &mut errand;
        self.counted(match &self.definition.transport {
            Transport::Http { paging } if self.definition.answer.items.is_none() => {
                vec![http::one(errand, paging, &queries[0]).await]
            }
            Transport::Http { .. } => http::many(errand, queries).await,
            Transport::Ticket(wire) => ticket::submit(errand, wire, queries).await,
            Transport::File(wire) => file::submit(errand, &wire.submit, queries).await,
        })
    }

    /// One look for the results of a ticket.
    async fn look(&self, held: &str, waiting: &[Waiting<'_>]) -> Vec<Reply> {
        let (mut errand, _held) = match self.begin(waiting.len()).await {
            Ok(begun) => begun,
            Err(replies) => return self.counted(replies),
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

    /// One person, through the cache: identical questions at the same time become one exchange.
    async fn ask_one(&self, query: &Query) -> Reply {
        let Some(cache) = &self.cache else { return self.ask(std::slice::from_ref(query)).await.remove(0) };
        let sent = AtomicBool::new(false);
        let asked = async {
            sent.store(true, Ordering::Relaxed);
            let reply = self.ask(std::slice::from_ref(query)).await.remove(0);
            if reply.answer.kind().speaks() { Ok(reply) } else { Err(reply) }
        };
        let shared = match cache.entry(self.cache_key(query)).or_try_insert_with(asked).await {
            Ok(entry) => entry.into_value(),
            Err(reply) => (*reply).clone(),
        };
        // whoever only shared the exchange of another says that nothing was sent
        if sent.into_inner() { shared } else { Reply { attempts: 0, elapsed: Duration::ZERO, ..shared } }
    }

    fn cache_key(&self, query: &Query) -> [u8; 32] {
        let question = serde_json::to_vec(query).expect("a query is plain data");
        Sha256::new().chain_update(&self.definition.descriptor.hash).chain_update(question).finalize().into()
    }

    async fn submit_all(&self, queries: &[Query]) -> Vec<Reply> {
        let mut replies: Vec<Option<Reply>> = queries.iter().map(|query| self.refused(query)).collect();
        let open: Vec<usize> = (0..queries.len()).filter(|index| replies[*index].is_none()).collect();
        let size = self.definition.descriptor.batch_size;
        if size == 1 {
            let answers = join_all(open.iter().map(|index| self.ask_one(&queries[*index]))).await;
            open.into_iter().zip(answers).for_each(|(index, reply)| replies[index] = Some(reply));
        } else {
            let batches = self.batches(queries, open, &mut replies).await;
            let answers = join_all(batches.into_iter().map(|batch| async move {
                let people: Vec<Query> = batch.iter().map(|index| queries[*index].clone()).collect();
                let answers = self.ask(&people).await;
                (batch, answers)
            }));
            for (batch, answers) in answers.await {
                for (index, reply) in batch.into_iter().zip(answers) {
                    self.keep(&queries[index], &reply).await;
                    replies[index] = Some(reply);
                }
            }
        }
        let lost =
            || self.unsent(Answer::Unavailable { why: Failure::Malformed }, Some("body: no answer about this person"));
        replies.into_iter().map(|reply| reply.unwrap_or_else(lost)).collect()
    }

    /// Who travels with whom: people of the same day and window, at most a batch; what the cache knows stays at home.
    async fn batches(&self, queries: &[Query], open: Vec<usize>, replies: &mut [Option<Reply>]) -> Vec<Vec<usize>> {
        let mut by_day: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for index in open {
            let query = &queries[index];
            let known = match &self.cache {
                Some(cache) => cache.get(&self.cache_key(query)).await,
                None => None,
            };
            match known {
                Some(reply) => replies[index] = Some(self.unsent(reply.answer, None)),
                None => by_day.entry((query.as_of, query.window_from)).or_default().push(index),
            }
        }
        let size = self.definition.descriptor.batch_size;
        by_day.values().flat_map(|day| day.chunks(size).map(<[usize]>::to_vec)).collect()
    }

    async fn keep(&self, query: &Query, reply: &Reply) {
        if let Some(cache) = &self.cache
            && reply.answer.kind().speaks()
        {
            cache.insert(self.cache_key(query), reply.clone()).await;
        }
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

/// A ticket is `<number in the batch>:<the department's ticket>`.
pub(crate) fn ticket_for(seq: usize, held: &str) -> Ticket {
    Ticket(format!("{seq}:{held}"))
}

fn split_ticket(ticket: &Ticket) -> Option<(usize, &str)> {
    let (seq, held) = ticket.0.split_once(':')?;
    Some((seq.parse().ok().filter(|seq| *seq > 0)?, held)).filter(|_| !held.is_empty())
}

/// A random UUID (version 4).
fn uuid() -> String {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_carry_the_place_in_the_batch() {
        assert_eq!(split_ticket(&ticket_for(7, "T:1")), Some((7, "T:1")));
        for foreign in ["", "T1", "0:T1", "x:T1", "3:"] {
            assert_eq!(split_ticket(&Ticket(foreign.into())), None, "{foreign}");
        }
    }
}
