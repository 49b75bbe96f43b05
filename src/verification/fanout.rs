//! Asks every source about every person in parallel. Each source's failure stays in its own cells.
//!
//! Time limits, retries, breaker, bulkhead and rate limit are inside a [`Source`]; a source that takes batches gets all of a case's
//! people in one call. Answers come out as they land, through a bounded channel.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use hedui_connectors::source::{Query, Reply, Source};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::household::{Answer, Failure, MemberRef, SourceKey, Ticket};
use crate::store::AuditReceipt;

/// Answers that may wait for the collector before sources are held up.
const CHANNEL: usize = 64;

/// How long an answer waits for others before it is stored. A process that dies within it asks again.
const GATHER: Duration = Duration::from_millis(25);
/// Answers that are stored at once, at most about.
const GATHERED: usize = 256;

/// A query that may leave the process.
pub(super) struct Ask {
    pub(super) source: Arc<dyn Source>,
    pub(super) member: MemberRef,
    pub(super) query: Query,
    /// Proof of the query's own entry: without it there is nothing to send.
    pub(super) receipt: AuditReceipt,
}

/// A look for the result of a ticket, whose query was entered when it was sent.
pub(super) struct Look {
    pub(super) source: Arc<dyn Source>,
    pub(super) member: MemberRef,
    pub(super) ticket: Ticket,
    pub(super) query: Query,
}

/// What one source is asked in one call.
struct Call<Q> {
    source: Arc<dyn Source>,
    members: Vec<MemberRef>,
    queries: Vec<Q>,
}

impl<Q> Call<Q> {
    fn to(source: Arc<dyn Source>) -> Self {
        Self { source, members: Vec::new(), queries: Vec::new() }
    }

    fn add(&mut self, member: MemberRef, query: Q) {
        self.members.push(member);
        self.queries.push(query);
    }
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
    gathered: Vec<Landed>,
    _calls: JoinSet<()>,
}

impl FanOut {
    /// Sends every query.
    pub(super) fn submit(asks: Vec<Ask>) -> Self {
        let mut by_source: BTreeMap<SourceKey, Call<Query>> = BTreeMap::new();
        let mut calls = Vec::new();
        for Ask { source, member, query, receipt } in asks {
            tracing::trace!(leaf = receipt.index(), "a query leaves");
            let descriptor = source.descriptor();
            if descriptor.batch_size > 1 {
                let key = descriptor.key.clone();
                by_source.entry(key).or_insert_with(|| Call::to(source)).add(member, query);
            } else {
                let mut call = Call::to(source);
                call.add(member, query);
                calls.push(call);
            }
        }
        calls.extend(by_source.into_values());
        // what takes several trips sets out first: the case waits for the longest
        calls.sort_by_key(|call| !call.source.descriptor().paged);
        Self::spawn(calls, |source, queries| async move { source.submit(&queries).await })
    }

    /// Polls tickets of asynchronous sources.
    pub(super) fn poll(looks: Vec<Look>) -> Self {
        let mut by_source: BTreeMap<SourceKey, Call<(Ticket, Query)>> = BTreeMap::new();
        for Look { source, member, ticket, query } in looks {
            let key = source.descriptor().key.clone();
            by_source.entry(key).or_insert_with(|| Call::to(source)).add(member, (ticket, query));
        }
        let calls = by_source.into_values().collect();
        Self::spawn(calls, |source, pending| async move { source.poll(&pending).await })
    }

    /// Runs every call in a task of its own. One that panics, or answers about more or fewer people than it was asked about, has failed
    /// about all of them: an answer is never filed under somebody by guessing.
    fn spawn<Q, F>(calls: Vec<Call<Q>>, run: impl Fn(Arc<dyn Source>, Vec<Q>) -> F) -> Self
    where
        F: Future<Output = Vec<Reply>> + Send + 'static,
    {
        let (done, landed) = mpsc::channel(CHANNEL);
        let mut running = JoinSet::new();
        for Call { source, members, queries } in calls {
            let (key, done) = (source.descriptor().key.clone(), done.clone());
            let replies = AssertUnwindSafe(run(source, queries)).catch_unwind();
            running.spawn(async move {
                let replies = match replies.await {
                    Ok(replies) if replies.len() == members.len() => replies,
                    Ok(replies) => {
                        let note = format!("{key}: {} answers about {} people", replies.len(), members.len());
                        vec![failed(note); members.len()]
                    }
                    Err(_) => vec![failed(format!("{key}: the exchange panicked")); members.len()],
                };
                deliver(members, &key, replies, &done).await;
            });
        }
        Self { landed, gathered: Vec::new(), _calls: running }
    }

    /// The next answers: the first, and what lands within a moment after it, so that they share a commit. Empty at the end. Dropped before
    /// it is done, it loses nothing: what has landed comes next time.
    pub(super) async fn next(&mut self) -> Vec<Landed> {
        if self.gathered.is_empty() && self.landed.recv_many(&mut self.gathered, CHANNEL).await == 0 {
            return Vec::new();
        }
        let moment = tokio::time::sleep(GATHER);
        tokio::pin!(moment);
        while self.gathered.len() < GATHERED {
            tokio::select! {
                biased;
                more = self.landed.recv_many(&mut self.gathered, CHANNEL) => if more == 0 { break },
                () = &mut moment => break,
            }
        }
        self.gathered()
    }

    /// What has landed and has not been handed out.
    pub(super) fn gathered(&mut self) -> Vec<Landed> {
        std::mem::take(&mut self.gathered)
    }
}

/// The reply of a source that broke its contract.
fn failed(note: String) -> Reply {
    let answer = Answer::Unavailable { why: Failure::SourceError };
    Reply { answer, attempts: 1, elapsed: Duration::ZERO, note: Some(note), reused: None }
}

async fn deliver(members: Vec<MemberRef>, source: &SourceKey, replies: Vec<Reply>, done: &mpsc::Sender<Landed>) {
    for (member, reply) in members.into_iter().zip(replies) {
        let landed = Landed { member, source: source.clone(), reply };
        if done.send(landed).await.is_err() {
            return; // nobody waits any more: the case was cancelled or the process is going down
        }
    }
}
