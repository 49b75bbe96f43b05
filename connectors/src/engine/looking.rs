//! Looking for the results of tickets. One look serves everybody who holds a ticket of the submission and asks while it is under way
//! or shortly afterwards: a file about two hundred people is fetched once, not by each of their cases.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _, Shared, WeakShared, join_all};
use moka::future::Cache;
use tokio::time::Instant;

use super::naming::{Held, split_ticket, uuid};
use super::signal::Signal;
use super::ticket::{self, Look};
use super::{ANSWER_BYTES, CACHE_BYTES, Engine, RECORD_BYTES, file, finish, http};
use crate::definition::Transport;
use crate::exchange::Fault;
use crate::mapping::Page;
use crate::records::{Answer, Failure, Ticket};
use crate::settings::SourceSettings;
use crate::source::{Lane, Query, Reply};

/// Of the time between two looks, so much (one in so many) a look without a result serves others.
const STALE: u32 = 10;

/// A person whose result is waited for.
pub(super) struct Waiting<'a> {
    index: usize,
    /// Their number within the submitted batch.
    seq: usize,
    /// How many were submitted, where their ticket says so.
    people: Option<usize>,
    ticket: &'a Ticket,
    query: &'a Query,
}

/// What a look showed.
pub(super) struct Sight {
    seen: Seen,
    attempts: u32,
    elapsed: Duration,
    fresh_until: Instant,
}

enum Seen {
    There(Page),
    NotYet(Option<String>),
    Never(Failure, String),
}

type Run = Shared<BoxFuture<'static, Arc<Sight>>>;
/// A look that somebody waits for, for as long as anybody does.
type UnderWay = (WeakShared<BoxFuture<'static, Arc<Sight>>>, Arc<Signal>);

/// The looks of one source, by the department's ticket.
pub(super) struct Looks {
    under_way: Mutex<HashMap<String, UnderWay>>,
    kept: Option<Cache<String, Arc<Sight>>>,
}

impl Looks {
    pub(super) fn new(settings: &SourceSettings) -> Self {
        let weight = |_: &String, sight: &Arc<Sight>| {
            let bytes = match &sight.seen {
                Seen::There(page) => {
                    page.items.values().map(|item| RECORD_BYTES * item.records.len() + ANSWER_BYTES).sum()
                }
                Seen::NotYet(_) | Seen::Never(..) => ANSWER_BYTES,
            };
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let kept = (!settings.result_kept.is_zero()).then(|| {
            Cache::builder().weigher(weight).max_capacity(CACHE_BYTES).time_to_live(settings.result_kept).build()
        });
        Self { under_way: Mutex::default(), kept }
    }

    async fn kept(&self, held: &str) -> Option<Arc<Sight>> {
        self.kept.as_ref()?.get(held).await.filter(|sight| sight.fresh_until > Instant::now())
    }

    /// The look that is under way, or one that `start` makes; whether it is the caller's own.
    fn join(
        &self,
        held: &str,
        lane: Lane,
        start: impl FnOnce(Arc<Signal>) -> BoxFuture<'static, Arc<Sight>>,
    ) -> (Run, Arc<Signal>, bool) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let known = under_way.get(held).and_then(|(run, signal)| Some((run.upgrade()?, signal.clone())));
        let own = known.is_none();
        let (run, signal) = known.unwrap_or_else(|| {
            let signal = Arc::new(Signal::new(lane));
            let run = start(signal.clone()).shared();
            let weak = run.downgrade().expect("it was made just now and has not ended");
            under_way.insert(held.to_owned(), (weak, signal.clone()));
            (run, signal)
        });
        signal.press(lane, Instant::now());
        (run, signal, own)
    }

    fn ended(&self, held: &str, signal: &Arc<Signal>) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.get(held).is_some_and(|(_, known)| Arc::ptr_eq(known, signal)) {
            under_way.remove(held);
        }
    }
}

/// A look from its making to its end, however it ends.
struct Looking<'l> {
    looks: &'l Looks,
    held: &'l str,
    signal: &'l Arc<Signal>,
}

impl Drop for Looking<'_> {
    fn drop(&mut self) {
        self.looks.ended(self.held, self.signal);
    }
}

impl Engine {
    pub(super) async fn poll_all(self: &Arc<Self>, pending: &[(Ticket, Query)]) -> Vec<Reply> {
        let mut replies: Vec<Option<Reply>> = vec![None; pending.len()];
        let mut by_ticket: BTreeMap<&str, Vec<Waiting<'_>>> = BTreeMap::new();
        for (index, (ticket, query)) in pending.iter().enumerate() {
            match split_ticket(ticket) {
                Some(Held { seq, people, ticket: held }) => {
                    by_ticket.entry(held).or_default().push(Waiting { index, seq, people, ticket, query });
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
            (waiting.iter().map(|one| one.index).collect::<Vec<_>>(), self.counted(answers))
        });
        for (indices, answers) in join_all(polls).await {
            indices.into_iter().zip(answers).for_each(|(index, reply)| replies[index] = Some(reply));
        }
        let lost = || {
            self.unsent(Answer::Unavailable { why: Failure::Malformed }, Some("result: no answer about this person"))
        };
        replies.into_iter().map(|reply| reply.unwrap_or_else(lost)).collect()
    }

    /// Replies that leave tickets as they are, for a look that did not come about.
    fn unseen(&self, waiting: &[Waiting<'_>], note: &str) -> Vec<Reply> {
        let pending = |one: &Waiting<'_>| Answer::Pending { ticket: one.ticket.clone() };
        waiting.iter().map(|one| self.unsent(pending(one), Some(note))).collect()
    }

    /// One look for the results of a ticket. What goes wrong on our side costs nobody their ticket.
    async fn look(self: &Arc<Self>, held: &str, waiting: &[Waiting<'_>]) -> Vec<Reply> {
        if !self.settings.enabled {
            return self.unseen(waiting, "source: is switched off, so its results are not looked for");
        }
        if let Err(missing) = &self.line {
            return self.unseen(waiting, &missing.to_string());
        }
        if let Some(sight) = self.looks.kept(held).await {
            return self.told(&sight, waiting, false);
        }
        let lane = waiting.iter().map(|one| one.query.lane).min().unwrap_or_default();
        let start = |signal| {
            let query = waiting.first().map(|one| one.query.clone());
            self.clone().go_and_see(held.to_owned(), query, signal).boxed()
        };
        let (run, signal, own) = self.looks.join(held, lane, start);
        let stuck = async {
            if lane == Lane::Bulk {
                std::future::pending::<()>().await;
            }
            signal.stuck(self.settings.queue_timeout).await;
        };
        tokio::select! {
            biased;
            sight = run => self.told(&sight, waiting, own),
            () = stuck => self.unseen(waiting, "queue: no free place within queue_timeout_ms"),
        }
    }

    async fn go_and_see(self: Arc<Self>, held: String, query: Option<Query>, signal: Arc<Signal>) -> Arc<Sight> {
        let _looking = Looking { looks: &self.looks, held: &held, signal: &signal };
        let mut lane = signal.lane();
        let _place = self.places.take(&mut lane).await;
        signal.depart();
        let _under_way = self.health.enter();
        let (look, attempts, elapsed) = match self.errand(uuid(rand::random(), 4), lane) {
            Err(fault) => (Err(fault), 0, Duration::ZERO),
            Ok(mut errand) => {
                let errand = &mut errand;
                let look = match &self.definition.transport {
                    Transport::Ticket(wire) => ticket::poll(errand, wire, &held, query.as_ref()).await,
                    Transport::File(wire) => file::poll(errand, &wire.refusal, &held, query.as_ref()).await,
                    Transport::Http { .. } => {
                        Ok(Look::Never(Fault::lasting(Failure::SourceError, "ticket: this source gives none")))
                    }
                };
                (look, errand.visit.attempts, errand.visit.elapsed())
            }
        };
        self.health.exchanged(&self.definition.descriptor.key, 0, attempts, elapsed);
        let serves = self.settings.result_kept;
        // only the department's own word ends a ticket: a look that fails for any other reason, ours or the line's, leaves it waiting
        let (seen, serves) = match look {
            Ok(Look::There((page, tree))) => {
                super::Watch(&self.health, &self.definition.answer).saw(tree.as_ref());
                (Seen::There(page), serves)
            }
            Ok(Look::Never(fault)) => (Seen::Never(fault.why, fault.note), serves),
            Ok(Look::NotYet(note)) => (Seen::NotYet(note), serves.min(self.settings.poll_interval / STALE)),
            Err(fault) => (Seen::NotYet(Some(fault.note)), serves.min(self.settings.poll_interval / STALE)),
        };
        let sight = Arc::new(Sight { seen, attempts, elapsed, fresh_until: Instant::now() + serves });
        if let Some(kept) = &self.looks.kept {
            kept.insert(held.clone(), sight.clone()).await;
        }
        sight
    }

    /// What a look says to each who waits. Two who wait with the same number are the same person. Who did not set it off sent nothing.
    fn told(&self, sight: &Sight, waiting: &[Waiting<'_>], own: bool) -> Vec<Reply> {
        let reply = |answer: Answer, note: Option<&str>| {
            let reply = self.unsent(answer, note);
            let (attempts, elapsed) = if own { (sight.attempts, sight.elapsed) } else { (0, Duration::ZERO) };
            Reply { attempts, elapsed, ..reply }
        };
        let one = |one: &Waiting<'_>| match &sight.seen {
            Seen::NotYet(note) => reply(Answer::Pending { ticket: one.ticket.clone() }, note.as_deref()),
            Seen::Never(why, note) => reply(Answer::Unavailable { why: *why }, Some(note)),
            Seen::There(page) => {
                if let Some(note) = self.about_others(page, one.people) {
                    return reply(Answer::Pending { ticket: one.ticket.clone() }, Some(note));
                }
                let item = page.items.get(&one.seq).cloned().unwrap_or_else(|| http::missing(&self.definition));
                let (answer, note) = finish(item, page.as_of, self.definition.descriptor.coverage);
                reply(answer, note.as_deref())
            }
        };
        waiting.iter().map(one).collect()
    }

    /// Why a result is not one about the people who were submitted. A file that its last line proves whole may leave somebody out: that
    /// is a failure of theirs alone. Any other may have been cut off, and nothing of it is read.
    fn about_others(&self, page: &Page, people: Option<usize>) -> Option<&'static str> {
        let people = people?;
        if page.items.keys().next_back().is_some_and(|last| *last > people) {
            return Some("result: is about somebody who was not submitted");
        }
        let lacks = page.items.len() < people && !self.definition.answer.shape.codec.is_proved();
        lacks.then_some("result: is about fewer people than were submitted")
    }
}
