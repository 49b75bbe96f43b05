//! Asks every source about every person in parallel. Each source's failure stays in its own cells.
//!
//! Time limits, retries, breaker, bulkhead and rate limit are inside a [`Source`]; a source that takes batches gets all of a case's
//! people in one call. Answers come out as they land, through a bounded channel.

use std::collections::BTreeMap;
use std::sync::Arc;

use hedui_connectors::source::{Query, Reply, Source};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::household::{MemberRef, SourceKey, Ticket};

/// Answers that may wait for the collector before sources are held up.
const CHANNEL: usize = 64;

/// What one source is asked in one call.
struct Call {
    source: Arc<dyn Source>,
    people: Vec<(MemberRef, Query)>,
}

/// One answer, with whom it is about.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) member: MemberRef,
    pub(super) source: SourceKey,
    pub(super) reply: Reply,
}

/// Answers as they land. Dropping it cancels whatever is still being asked.
pub(super) struct FanOut {
    landed: mpsc::Receiver<Landed>,
    _calls: JoinSet<()>,
}

impl FanOut {
    /// Sends every query.
    pub(super) fn submit(asks: Vec<(Arc<dyn Source>, MemberRef, Query)>) -> Self {
        let mut by_source: BTreeMap<SourceKey, Call> = BTreeMap::new();
        let mut calls = Vec::new();
        for (source, member, query) in asks {
            let descriptor = source.descriptor();
            if descriptor.batch_size > 1 {
                let key = descriptor.key.clone();
                by_source
                    .entry(key)
                    .or_insert_with(|| Call { source, people: Vec::new() })
                    .people
                    .push((member, query));
            } else {
                calls.push(Call { source, people: vec![(member, query)] });
            }
        }
        calls.extend(by_source.into_values());
        Self::spawn(calls, |call, done| async move {
            let queries: Vec<Query> = call.people.iter().map(|(_, query)| query.clone()).collect();
            let replies = call.source.submit(&queries).await;
            let key = call.source.descriptor().key.clone();
            deliver(call.people.into_iter().map(|(member, _)| member), &key, replies, &done).await;
        })
    }

    /// Polls tickets of asynchronous sources.
    pub(super) fn poll(tickets: Vec<(Arc<dyn Source>, MemberRef, Ticket, Query)>) -> Self {
        type Waiting = (Arc<dyn Source>, Vec<MemberRef>, Vec<(Ticket, Query)>);
        let mut by_source: BTreeMap<SourceKey, Waiting> = BTreeMap::new();
        for (source, member, ticket, query) in tickets {
            let key = source.descriptor().key.clone();
            let entry = by_source.entry(key).or_insert_with(|| (source, Vec::new(), Vec::new()));
            entry.1.push(member);
            entry.2.push((ticket, query));
        }
        Self::spawn(by_source.into_values().collect(), |(source, members, pending), done| async move {
            let replies = source.poll(&pending).await;
            let key = source.descriptor().key.clone();
            deliver(members.into_iter(), &key, replies, &done).await;
        })
    }

    fn spawn<C, F>(calls: Vec<C>, run: impl Fn(C, mpsc::Sender<Landed>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (done, landed) = mpsc::channel(CHANNEL);
        let mut running = JoinSet::new();
        for call in calls {
            running.spawn(run(call, done.clone()));
        }
        Self { landed, _calls: running }
    }

    /// The next answers: at least one, and whatever landed meanwhile. Empty at the end.
    pub(super) async fn next(&mut self) -> Vec<Landed> {
        let mut batch = Vec::new();
        self.landed.recv_many(&mut batch, CHANNEL).await;
        batch
    }
}

async fn deliver(
    members: impl Iterator<Item = MemberRef>,
    source: &SourceKey,
    replies: Vec<Reply>,
    done: &mpsc::Sender<Landed>,
) {
    for (member, reply) in members.zip(replies) {
        let landed = Landed { member, source: source.clone(), reply };
        if done.send(landed).await.is_err() {
            return; // nobody waits any more: the case was cancelled or the process is going down
        }
    }
}
