//! Asking about people: what need not be sent, with whom the rest travels, and who gets which answer.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::departures::{Arrival, Landed, Passage, Question, Seat, Timetable, Wanted, reused};
use super::naming::uuid;
use super::signal::Signal;
use super::{Engine, dividing, http};
use crate::definition::Transport;
use crate::records::{Answer, Failure, Skip};
use crate::settings::SourceSettings;
use crate::source::{Lane, Query, Reply, Reused};

impl Engine {
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

    fn question(&self, query: &Query) -> Question {
        let question = serde_json::to_vec(query).expect("a query is plain data");
        Sha256::new().chain_update(&self.definition.descriptor.hash).chain_update(question).finalize().into()
    }

    async fn kept(&self, question: &Question) -> Option<Landed> {
        self.cache.as_ref()?.get(question).await
    }

    pub(super) async fn submit_all(self: &Arc<Self>, queries: &[Query]) -> Vec<Reply> {
        let mut replies: Vec<Option<Reply>> = Vec::with_capacity(queries.len());
        let mut wanted = Vec::new();
        for (index, query) in queries.iter().enumerate() {
            if let Some(refused) = self.refused(query) {
                replies.push(Some(refused));
                continue;
            }
            let question = self.question(query);
            let kept = if query.anew { None } else { self.kept(&question).await };
            if kept.is_none() {
                wanted.push(Wanted { index, question, query: query.clone() });
            }
            replies.push(kept.as_ref().map(reused));
        }
        let passages = self.seats(wanted);
        self.crowd.came(queries.iter().filter(|query| query.lane == Lane::Bulk).count());
        for (index, reply) in join_all(passages.into_iter().map(|one| self.ride(one))).await.into_iter().flatten() {
            replies[index] = Some(reply);
        }
        replies.into_iter().map(|reply| reply.unwrap_or_else(|| self.lost())).collect()
    }

    fn lost(&self) -> Reply {
        self.unsent(Answer::Unavailable { why: Failure::Malformed }, Some("body: no answer about this person"))
    }

    fn seats(self: &Arc<Self>, wanted: Vec<Wanted>) -> Vec<Passage<'_>> {
        let timetable = Timetable {
            seats: self.definition.descriptor.batch_size.max(1),
            window: SourceSettings::window_of,
            start: |coach, signal| self.clone().travel(coach, signal).boxed(),
        };
        self.departures.seat(wanted, &self.settings, &timetable)
    }

    /// Waits for what a coach brings to a caller's people; bulk for as long as it takes, others until they have waited too long for it
    /// to set out.
    async fn ride(&self, passage: Passage<'_>) -> Vec<(usize, Reply)> {
        let stuck = async {
            if passage.lane == Lane::Bulk {
                std::future::pending::<()>().await;
            }
            passage.signal.stuck(self.settings.queue_timeout).await;
        };
        let arrival = tokio::select! {
            biased;
            arrival = passage.run.clone() => Some(arrival),
            () = stuck => None,
        };
        let no_place = "queue: no free place within queue_timeout_ms";
        let reply = |question: &Question, rider: u64| match &arrival {
            None => {
                let waited = self.unsent(Answer::Unavailable { why: Failure::Timeout }, Some(no_place));
                self.counted(vec![waited]).remove(0)
            }
            Some(arrival) => match arrival.get(question) {
                Some((owner, landed)) if *owner == rider => landed.1.clone(),
                Some((_, landed)) => reused(landed),
                None => self.lost(),
            },
        };
        passage.people.iter().map(|(index, question, rider)| (*index, reply(question, *rider))).collect()
    }

    /// A coach's whole way: gathers, waits for a place, asks, and brings every question its answer.
    async fn travel(self: Arc<Self>, coach: u64, signal: Arc<Signal>) -> Arrival {
        let mut journey = self.departures.journey(coach);
        signal.gathered().await;
        let mut lane = signal.lane();
        let _place = self.places.take(&mut lane).await;
        let mut seats = self.departures.seal(coach);
        signal.depart();
        if !matches!(self.definition.transport, Transport::Http { .. }) {
            // whoever came first: the same people submitted again are the same submission
            seats.sort_by_key(|seat| seat.riders.first().map(|(_, query)| query.exchange_key));
        }
        journey.questions = seats.iter().map(|seat| seat.question).collect();
        let (seats, people): (Vec<(Question, u64)>, Vec<Query>) = seats.into_iter().filter_map(sent).unzip();
        if people.is_empty() {
            return Arrival::default();
        }
        let asked_at = Timestamp::now();
        let _under_way = self.health.enter();
        let asked = AssertUnwindSafe(self.ask(&people, &signal)).catch_unwind().await;
        let replies = asked.unwrap_or_else(|_| {
            let fell = Answer::Unavailable { why: Failure::SourceError };
            vec![self.unsent(fell, Some("exchange: fell over")); people.len()]
        });
        // never filed under somebody by guessing
        let replies = if replies.len() == people.len() { replies } else { vec![self.lost(); people.len()] };
        let attempts = replies.iter().map(|reply| reply.attempts).max().unwrap_or(0);
        let elapsed = replies.iter().map(|reply| reply.elapsed).max().unwrap_or_default();
        let waiting = self.departures.gathering()[Lane::Bulk.index()];
        self.crowd.ended(people.len(), waiting, attempts > 0, tokio::time::Instant::now());
        if attempts > 0 {
            self.health.exchanged(&self.definition.descriptor.key, people.len(), attempts, elapsed);
        }
        let mut arrival = HashMap::with_capacity(people.len());
        for (((question, owner), query), reply) in seats.into_iter().zip(people).zip(self.counted(replies)) {
            let landed = Landed::new((Reused { asked_at, entry: query.entry }, reply));
            if let Some(cache) = &self.cache
                && landed.1.answer.kind().speaks()
            {
                cache.insert(question, landed.clone()).await;
            }
            arrival.insert(question, (owner, landed));
        }
        Arc::new(arrival)
    }

    /// One exchange about people who travel together.
    async fn ask(&self, people: &[Query], signal: &Signal) -> Vec<Reply> {
        let mut errand = match self.errand(uuid(rand::random(), 4), signal.lane()) {
            Ok(errand) => errand,
            Err(fault) => {
                return vec![self.unsent(Answer::Unavailable { why: fault.why }, Some(&fault.note)); people.len()];
            }
        };
        let one_by_one =
            matches!(self.definition.transport, Transport::Http { .. }) && self.definition.answer.items.is_none();
        match people {
            [person] if one_by_one => vec![http::one(&mut errand, person).await],
            people => dividing::ask(&mut errand, people).await,
        }
    }
}

/// Whose query a question is sent as: the first who still wants to know.
fn sent(seat: Seat) -> Option<((Question, u64), Query)> {
    let (rider, query) = seat.riders.into_iter().next()?;
    Some(((seat.question, rider), query))
}
