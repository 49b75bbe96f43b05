//! The one task that appends: it takes whatever queued during the last commit, and commits it at once.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::AuditError;
use super::event::Event;
use super::known::{Known, Reach};
use super::leaf::Leaf;
use super::log::Clock;
use super::note::{Checkpoint, CheckpointSigner};
use super::proof::InclusionProof;
use super::tree::Tree;
use crate::store::{AuditReceipt, EffectState, LogHead, LogTx, PendingEffect, PreparedLeaf, Store};

/// Entries in one commit, unless one call alone brings more.
const BATCH: usize = 256;

/// Events of one call, what follows from them in their own transaction, and where their receipts go.
pub(super) struct Request {
    pub(super) events: Vec<Event>,
    pub(super) effect: Option<PendingEffect>,
    /// Whether the first event is wanted with its proof.
    pub(super) prove: bool,
    pub(super) reply: Reply,
}

/// Where a call is answered.
type Reply = oneshot::Sender<Result<Appended, AuditError>>;

/// What stands in the log.
pub(super) struct Appended {
    pub(super) receipts: Vec<AuditReceipt>,
    pub(super) proved: Option<Proved>,
    /// Whether what follows from the entries is still to be tried, in a later transaction.
    pub(super) put_off: bool,
}

/// A leaf and the proof that it is in the tree of its own commit.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The leaf.
    pub leaf: PreparedLeaf,
    /// The proof.
    pub proof: InclusionProof,
}

/// The calls whose events share a commit.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    /// What follows from which of the events.
    effects: Vec<(PendingEffect, Range<usize>)>,
    /// Which events are wanted with their proof.
    prove: Vec<usize>,
    /// Which events each call brought, and where it is answered.
    calls: Vec<(Range<usize>, Reply)>,
}

impl Batch {
    fn of(requests: Vec<Request>) -> Self {
        let mut batch = Self::default();
        for Request { events, effect, prove, reply } in requests {
            let first = batch.events.len();
            batch.events.extend(events);
            let range = first..batch.events.len();
            batch.effects.extend(effect.map(|effect| (effect, range.clone())));
            batch.prove.extend(prove.then_some(first));
            batch.calls.push((range, reply));
        }
        batch
    }
}

/// Proofs by the place of their event in the batch.
type Proofs = HashMap<usize, Proved>;
/// What was committed, and the places whose effect was put off.
type Committed = (Vec<AuditReceipt>, Proofs, HashSet<usize>);

/// The state of the task.
pub(super) struct Writer {
    store: Store,
    signer: Arc<dyn CheckpointSigner>,
    clock: Clock,
    /// The tree after the last commit; none before the first and after a failure.
    tree: Option<Tree>,
    /// What was acknowledged here, or published by any process: the log may never be less.
    known: Arc<Known>,
    /// Whether the last append failed.
    suspect: bool,
    /// Why nothing can be appended any more: the log shows it to whoever asks whether it is open.
    stopped: Arc<OnceLock<Arc<str>>>,
}

impl Writer {
    pub(super) fn new(
        store: Store,
        signer: Arc<dyn CheckpointSigner>,
        clock: Clock,
        known: Arc<Known>,
        stopped: Arc<OnceLock<Arc<str>>>,
    ) -> Self {
        Self { store, signer, clock, tree: None, known, suspect: false, stopped }
    }

    /// Appends until nobody can ask any more.
    pub(super) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut next = requests.recv().await;
        while let Some(first) = next.take() {
            let mut count = first.events.len();
            let mut batch = vec![first];
            while count < BATCH {
                let Ok(request) = requests.try_recv() else { break };
                if count + request.events.len() > BATCH {
                    next = Some(request);
                    break;
                }
                count += request.events.len();
                batch.push(request);
            }
            self.serve(batch).await;
            if next.is_none() {
                next = requests.recv().await;
            }
        }
    }

    async fn serve(&mut self, requests: Vec<Request>) {
        let begun = Instant::now();
        let mut batch = Batch::of(requests);
        let calls = std::mem::take(&mut batch.calls);
        let entries = batch.events.len();
        match self.append(batch).await {
            Ok((receipts, mut proved, put_off)) => {
                metrics::counter!("hedui_audit_entries_total").increment(receipts.len() as u64);
                metrics::histogram!("hedui_audit_append_seconds").record(begun.elapsed());
                for (range, reply) in calls {
                    let (proved, put_off) = (proved.remove(&range.start), put_off.contains(&range.start));
                    // A caller that went away does not want its receipts; the entries stand.
                    let _gone = reply.send(Ok(Appended { receipts: receipts[range].to_vec(), proved, put_off }));
                }
            }
            Err(error) => {
                metrics::counter!("hedui_audit_failures_total").increment(1);
                tracing::error!(%error, entries, "the audit log could not be written");
                for (_, reply) in calls {
                    let _gone = reply.send(Err(error.clone()));
                }
            }
        }
    }

    async fn append(&mut self, batch: Batch) -> Result<Committed, AuditError> {
        if let Some(reason) = self.stopped.get() {
            return Err(AuditError::Stopped { reason: Arc::clone(reason) });
        }
        let (tx, tree) = match self.reload().await {
            Ok(loaded) => loaded,
            Err(error) => {
                // A shared database may be away for a while, as when its standby takes over; nothing was written, and the head is read
                // anew each time. A file of one's own that fails twice is not to be trusted.
                let may_pass = matches!(error, AuditError::Store(_)) && (self.store.is_shared() || !self.suspect);
                if !may_pass {
                    self.stop(&error.to_string());
                }
                self.suspect = true;
                self.tree = None;
                return Err(error);
            }
        };
        let outcome = self.commit(tx, tree, batch).await;
        self.suspect = outcome.is_err();
        if let Err(AuditError::TreeBroken { .. }) = &outcome {
            self.stop("what was about to be signed contradicts itself: a fault of memory or disk");
        }
        outcome
    }

    fn stop(&self, reason: &str) {
        tracing::error!(reason, "the audit log is stopped");
        self.stopped.get_or_init(|| reason.into());
    }

    /// Takes the head's lock and the tree that belongs to it: that in memory when nothing came between, else the stored one. A
    /// failed commit leaves none in memory, so what follows it always goes by what is stored, which must begin with what is known.
    async fn reload(&mut self) -> Result<(LogTx, Tree), AuditError> {
        let known = self.known.get();
        let mut tx = self.store.log_tx().await?;
        known.must_be_reached(tx.head())?;
        let tree = match self.tree.take() {
            Some(tree) if tree.is_at(tx.head()) => tree,
            _ => Tree::load(&mut tx, known).await?,
        };
        Ok((tx, tree))
    }

    async fn commit(&mut self, mut tx: LogTx, mut tree: Tree, batch: Batch) -> Result<Committed, AuditError> {
        let (now, first) = ((self.clock)(), tree.size());
        let effects: Vec<_> = batch
            .effects
            .into_iter()
            .map(|(effect, entries)| (effect, batch.events[entries.clone()].to_vec(), entries))
            .collect();
        let leaves: Vec<PreparedLeaf> = batch.events.into_iter().map(|event| Leaf::new(event, now).prepare()).collect();
        let tiles = tree.grow(&leaves)?;
        let mut head = self.sign(&tree);
        tx.append(&leaves, &tiles, head.clone()).await?;
        let mut proofs = Proofs::new();
        for place in batch.prove {
            let index = first + place as u64;
            let hashes = tree.inclusion(index, &tiles)?;
            let proof = InclusionProof::new(index, hashes, head.checkpoint.clone().unwrap_or_default());
            proofs.insert(place, Proved { leaf: leaves[place].clone(), proof });
        }
        let (mut failed, mut put_off) = (Vec::new(), HashSet::new());
        for (effect, events, entries) in effects {
            let first = entries.start;
            match tx.effect(effect, entries).await? {
                EffectState::Done => {}
                EffectState::NotDone => failed.extend(events.into_iter().map(Event::failed)),
                EffectState::PutOff => drop(put_off.insert(first)),
            }
        }
        // What came to nothing says so in the same commit: no crash can part the two.
        if !failed.is_empty() {
            let failed: Vec<_> = failed.into_iter().map(|event| Leaf::new(event, now).prepare()).collect();
            let tiles = tree.grow(&failed)?;
            head = self.sign(&tree);
            tx.append(&failed, &tiles, head.clone()).await?;
        }
        let receipts = tx.commit().await?;
        self.known.reach(Reach::of(&head));
        self.tree = Some(tree);
        Ok((receipts, proofs, put_off))
    }

    fn sign(&self, tree: &Tree) -> LogHead {
        let frontier = tree.frontier();
        let (size, root) = (frontier.size(), frontier.root());
        let checkpoint = Checkpoint { origin: self.signer.name().to_owned(), size, root };
        let checkpoint = Some(checkpoint.sign(self.signer.as_ref()));
        LogHead { size, root, frontier: frontier.peaks().to_vec(), checkpoint }
    }
}
