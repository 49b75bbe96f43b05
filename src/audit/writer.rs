//! The one task that appends: it takes whatever queued during the last commit, and commits it at once.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::AuditError;
use super::event::{Event, Leaf};
use super::log::Clock;
use super::note::{Checkpoint, CheckpointSigner};
use super::tree::Tree;
use crate::store::{AuditReceipt, LogHead, LogTx, PreparedLeaf, Store};

/// Entries in one commit, unless one call alone brings more.
const BATCH: usize = 256;

/// Events of one call and where their receipts go.
pub(super) struct Request {
    pub(super) events: Vec<Event>,
    pub(super) reply: oneshot::Sender<Result<Vec<AuditReceipt>, AuditError>>,
}

/// The state of the task.
pub(super) struct Writer {
    store: Store,
    signer: Arc<dyn CheckpointSigner>,
    clock: Clock,
    /// The tree after the last commit; none before the first and after a failure.
    tree: Option<Tree>,
    /// Size and root of what was acknowledged: the log may never be less.
    acknowledged: Option<LogHead>,
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
        stopped: Arc<OnceLock<Arc<str>>>,
    ) -> Self {
        Self { store, signer, clock, tree: None, acknowledged: None, suspect: false, stopped }
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

    async fn serve(&mut self, batch: Vec<Request>) {
        let begun = Instant::now();
        let (events, replies): (Vec<_>, Vec<_>) =
            batch.into_iter().map(|request| (request.events, request.reply)).unzip();
        let counts: Vec<usize> = events.iter().map(Vec::len).collect();
        match self.append(events.into_iter().flatten().collect()).await {
            Ok(receipts) => {
                metrics::counter!("hedui_audit_entries_total").increment(receipts.len() as u64);
                metrics::histogram!("hedui_audit_append_seconds").record(begun.elapsed());
                let mut receipts = receipts.into_iter();
                for (count, reply) in counts.into_iter().zip(replies) {
                    // A caller that went away does not want its receipts; the entries stand.
                    let _gone = reply.send(Ok(receipts.by_ref().take(count).collect()));
                }
            }
            Err(error) => {
                metrics::counter!("hedui_audit_failures_total").increment(1);
                tracing::error!(%error, entries = counts.iter().sum::<usize>(), "the audit log could not be written");
                for reply in replies {
                    let _gone = reply.send(Err(error.clone()));
                }
            }
        }
    }

    async fn append(&mut self, events: Vec<Event>) -> Result<Vec<AuditReceipt>, AuditError> {
        if let Some(reason) = self.stopped.get() {
            return Err(AuditError::Stopped { reason: Arc::clone(reason) });
        }
        let (tx, tree) = match self.reload().await {
            Ok(loaded) => loaded,
            Err(error) => {
                if self.suspect || !matches!(error, AuditError::Store(_)) {
                    self.stop(&error.to_string());
                }
                self.suspect = true;
                self.tree = None;
                return Err(error);
            }
        };
        let outcome = self.commit(tx, tree, events).await;
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
    /// failed commit leaves none in memory, so what follows it always goes by what is stored.
    async fn reload(&mut self) -> Result<(LogTx, Tree), AuditError> {
        let mut tx = self.store.log_tx().await?;
        if let Some(known) = &self.acknowledged {
            let found = tx.head();
            if found.size < known.size {
                return Err(AuditError::WentBack { published: known.size, found: found.size });
            }
            if found.size == known.size && found.root != known.root {
                return Err(AuditError::Forked { size: known.size });
            }
        }
        let tree = match self.tree.take() {
            Some(tree) if tree.is_at(tx.head()) => tree,
            _ => Tree::load(&mut tx).await?,
        };
        Ok((tx, tree))
    }

    async fn commit(
        &mut self,
        mut tx: LogTx,
        mut tree: Tree,
        events: Vec<Event>,
    ) -> Result<Vec<AuditReceipt>, AuditError> {
        let now = (self.clock)();
        let leaves: Vec<PreparedLeaf> = events.into_iter().map(|event| Leaf::new(event, now).prepare()).collect();
        let tiles = tree.grow(&leaves)?;
        let head = self.sign(&tree);
        tx.append(&leaves, &tiles, head.clone()).await?;
        let receipts = tx.commit().await?;
        self.acknowledged = Some(head);
        self.tree = Some(tree);
        Ok(receipts)
    }

    fn sign(&self, tree: &Tree) -> LogHead {
        let frontier = tree.frontier();
        let (size, root) = (frontier.size(), frontier.root());
        let checkpoint = Checkpoint { origin: self.signer.name().to_owned(), size, root };
        let checkpoint = Some(checkpoint.sign(self.signer.as_ref()));
        LogHead { size, root, frontier: frontier.peaks().to_vec(), checkpoint }
    }
}
