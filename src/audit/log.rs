//! The log as the rest of the service sees it: append and get receipts; ask for checkpoints and proofs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::cosignature::{WitnessKey, cosignatures};
use super::event::{Action, Actor, Event};
use super::known::Reach;
use super::note::{CheckpointSigner, VerifierKey};
use super::publish::{Publication, Publisher};
use super::startup;
use super::tile_path::TilePath;
use super::writer::{Appended, Proved, Request, Writer};
use super::{AuditError, ConsistencyProof, InclusionProof, proof};
use crate::store::{AuditReceipt, Effect, Hash, PendingEffect, Store, StoreError, StoredLeaf};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Calls waiting for the writer; more wait to be queued.
const QUEUE: usize = 1024;

/// How a log is run.
#[derive(Clone)]
pub struct LogOptions {
    /// Tells the time.
    pub clock: Clock,
    /// Signs checkpoints; its name is the log's origin.
    pub signer: Arc<dyn CheckpointSigner>,
    /// Earlier keys of this log, which its old checkpoints are signed with.
    pub earlier_keys: Vec<VerifierKey>,
    /// File that holds the last published checkpoint; `checkpoint` in the data directory when none is given. Keep it where a
    /// restore of the database does not reach.
    pub publish_to: Option<PathBuf>,
    /// How often a checkpoint is published.
    pub publish_every: Duration,
}

impl LogOptions {
    /// A log that publishes each second.
    #[must_use]
    pub fn new(signer: Arc<dyn CheckpointSigner>, clock: Clock) -> Self {
        Self { clock, signer, earlier_keys: Vec::new(), publish_to: None, publish_every: Duration::from_secs(1) }
    }

    /// Every key a checkpoint of this log may be signed with.
    #[must_use]
    pub fn keys(&self) -> Vec<VerifierKey> {
        let mut keys = vec![VerifierKey::of(self.signer.as_ref())];
        keys.extend_from_slice(&self.earlier_keys);
        keys
    }
}

/// The audit log. Cheap to clone; one for each store.
#[derive(Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    keys: Vec<VerifierKey>,
    queue: mpsc::Sender<Request>,
    publication: Arc<Publication>,
    /// Set by the writer or the publisher when nothing can be appended any more.
    stopped: Arc<OnceLock<Arc<str>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer ends with its queue; the publisher waits for time and must be told.
        for task in self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..).skip(1) {
            task.abort();
        }
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").field("origin", &self.inner.keys[0].name).finish_non_exhaustive()
    }
}

impl Log {
    /// Opens the log of `store`: compares it with the last published checkpoint, then starts its writer and its publisher.
    ///
    /// # Errors
    /// [`AuditError::WentBack`], [`AuditError::Forked`], [`AuditError::PublicationMissing`], [`AuditError::TreeBroken`] and
    /// [`AuditError::Checkpoint`] when what is stored is not the log that was published; else the store failed.
    pub async fn open(store: Store, options: LogOptions) -> Result<Self, AuditError> {
        let publication = Publication::at(&store, options.publish_to.clone());
        let reach = startup::check(&store, &options.keys(), &publication).await?;
        let (log, publisher) = Self::start(store, options, publication, reach);
        log.publish_from_now_on(publisher);
        Ok(log)
    }

    /// Opens a log that was restored from a backup: logs, as `actor`, that it goes on after a gap, with what `mac` makes of the
    /// last published checkpoint, a zero byte and the reason, and publishes from there: a reason could be guessed. The stored tree itself must be whole.
    ///
    /// # Errors
    /// [`AuditError::TreeBroken`] and [`AuditError::Checkpoint`]; else the store failed.
    pub async fn resume_after_restore(
        store: Store,
        options: LogOptions,
        actor: &Actor,
        reason: &str,
        mac: impl FnOnce(&[u8]) -> Hash,
    ) -> Result<Self, AuditError> {
        let publication = Publication::at(&store, options.publish_to.clone());
        let reach = startup::check_tree(&store, &options.keys()).await?;
        let gap = mac(&publication.gap(reason).await?);
        let (log, publisher) = Self::start(store, options, publication, reach);
        log.append_one(Event::new(actor, Action::LogResumed).detail(gap)).await?;
        log.inner.publication.replace(&log.inner.store).await?;
        // Not before: what was published proves what is missing until the log says that it is.
        log.publish_from_now_on(publisher);
        Ok(log)
    }

    fn start(store: Store, options: LogOptions, publication: Publication, reach: Reach) -> (Self, Publisher) {
        let publication = Arc::new(publication);
        publication.known().reach(reach);
        let (queue, requests) = mpsc::channel(QUEUE);
        let stopped = Arc::new(OnceLock::new());
        let clock = Arc::clone(&options.clock);
        let known = Arc::clone(publication.known());
        let writer = Writer::new(store.clone(), Arc::clone(&options.signer), clock, known, Arc::clone(&stopped));
        let keys = options.keys();
        let publisher = Publisher {
            publication: Arc::clone(&publication),
            store: store.clone(),
            clock: options.clock,
            every: options.publish_every,
            stopped: Arc::clone(&stopped),
        };
        let tasks = Mutex::new(vec![tokio::spawn(writer.run(requests))]);
        (Self { inner: Arc::new(Inner { store, keys, queue, publication, stopped, tasks }) }, publisher)
    }

    fn publish_from_now_on(&self, publisher: Publisher) {
        self.inner.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(tokio::spawn(publisher.run()));
    }

    /// Appends events, all in one commit and in this order, and returns their receipts once they are durable, indexed and in the
    /// tree under a signed checkpoint. A caller that stops waiting may find them logged nevertheless.
    ///
    /// # Errors
    /// [`AuditError::Store`]: nothing may be done on the strength of these events, though they may stand in the log;
    /// [`AuditError::Stopped`] and [`AuditError::TreeBroken`]: nothing more can be logged.
    pub async fn append(&self, events: Vec<Event>) -> Result<Vec<AuditReceipt>, AuditError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.send(events, None, false).await?.receipts)
    }

    /// Appends events, at least one, and does in the same transaction what follows from them: one fsync for both. When the effect fails,
    /// the entries stand without it, and the same after them, with the outcome `failed`, say so: in the same commit, or after the last try where
    /// others stood in its way.
    ///
    /// # Errors
    /// As [`Log::append`]; the effect's own error is the inner one.
    pub async fn append_with<T: Send + 'static>(
        &self,
        events: Vec<Event>,
        effect: Effect<T>,
    ) -> Result<(Vec<AuditReceipt>, Result<T, StoreError>), AuditError> {
        let (effect, outcome) = effect.split();
        let is_done = outcome.judge();
        let log = self.clone();
        // a caller that stops waiting takes the effect's outcome from nobody
        let done = tokio::spawn(async move {
            let again = events.clone();
            let Appended { receipts, put_off, .. } = log.send(events, Some(effect), false).await?;
            let outcome = outcome.told().await;
            if put_off && !outcome.as_ref().is_ok_and(is_done) {
                log.append_failed(again).await;
            }
            Ok((receipts, outcome))
        });
        done.await.unwrap_or_else(|_| Err(AuditError::Stopped { reason: "its writer has ended".into() }))
    }

    /// Says of entries that what they announced did not come about: the same again, with the outcome `failed`. When they cannot be written
    /// either, the operator is told.
    pub async fn append_failed(&self, events: Vec<Event>) {
        let failed = events.into_iter().map(Event::failed).collect();
        if let Err(error) = self.append(failed).await {
            tracing::error!(%error, "the audit log could not be told that what it says failed");
        }
    }

    /// Appends one event, and returns its leaf with the proof that it is in the log, against the checkpoint signed with it.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub async fn append_proved(&self, event: Event) -> Result<(AuditReceipt, Proved), AuditError> {
        let Appended { receipts, proved, .. } = self.send(vec![event], None, true).await?;
        Ok((receipts.into_iter().next().expect("one receipt an event"), proved.expect("one proof an event")))
    }

    async fn send(
        &self,
        events: Vec<Event>,
        effect: Option<PendingEffect>,
        prove: bool,
    ) -> Result<Appended, AuditError> {
        let stopped = || AuditError::Stopped { reason: "its writer has ended".into() };
        let (reply, answer) = oneshot::channel();
        self.inner.queue.send(Request { events, effect, prove, reply }).await.map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Appends one event.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub async fn append_one(&self, event: Event) -> Result<AuditReceipt, AuditError> {
        let receipts = self.append(vec![event]).await?;
        Ok(receipts.into_iter().next().expect("one receipt an event"))
    }

    /// Whether events can still be appended: false once the writer has ended or stopped for good.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.inner.queue.is_closed() && self.inner.stopped.get().is_none()
    }

    /// The signed checkpoint of the last commit; none of an empty log.
    ///
    /// # Errors
    /// The store failed.
    pub async fn checkpoint(&self) -> Result<Option<String>, AuditError> {
        Ok(self.inner.store.log_head().await?.checkpoint)
    }

    /// One leaf.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`]; else the store failed.
    pub async fn leaf(&self, index: u64) -> Result<StoredLeaf, AuditError> {
        proof::leaf(&self.inner.store, index).await
    }

    /// Proof that leaf `index` is under the newest checkpoint.
    ///
    /// # Errors
    /// [`AuditError::OutOfRange`], [`AuditError::TreeBroken`]; else the store failed.
    pub async fn prove_inclusion(&self, index: u64) -> Result<InclusionProof, AuditError> {
        proof::inclusion(&self.inner.store, index).await
    }

    /// Proof that leaf `index` is under an earlier checkpoint of this log, as a cosigned one is.
    ///
    /// # Errors
    /// As [`Log::prove_inclusion`]; [`AuditError::Checkpoint`].
    pub async fn prove_inclusion_under(&self, index: u64, checkpoint: String) -> Result<InclusionProof, AuditError> {
        proof::inclusion_under(&self.inner.store, index, checkpoint).await
    }

    /// A tile or entry bundle as C2SP tlog-tiles has it; none when the log has none as wide. What is there never changes.
    ///
    /// # Errors
    /// [`AuditError::TreeBroken`]; else the store failed.
    pub async fn tile(&self, path: TilePath) -> Result<Option<Vec<u8>>, AuditError> {
        proof::tile(&self.inner.store, path).await
    }

    /// Proof that the log of `old` leaves is the beginning of that of `new`.
    ///
    /// # Errors
    /// As [`Log::prove_inclusion`].
    pub async fn prove_consistency(&self, old: u64, new: u64) -> Result<ConsistencyProof, AuditError> {
        proof::consistency(&self.inner.store, old, new).await
    }

    /// Root hash of the first `size` leaves.
    ///
    /// # Errors
    /// As [`Log::prove_inclusion`].
    pub async fn root_at(&self, size: u64) -> Result<Hash, AuditError> {
        super::tree::root_at(&self.inner.store, size).await
    }

    /// The largest checkpoint that a witness cosigned, with the cosignatures of all who cosigned that size; none before the first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn cosigned_checkpoint(&self) -> Result<Option<String>, AuditError> {
        let mut cosigned = self.inner.store.cosigned().await?;
        cosigned.sort_by_key(|cosigned| std::cmp::Reverse(cosigned.size));
        let mut notes = cosigned.iter();
        let Some(first) = notes.next() else { return Ok(None) };
        let mut note = first.note.clone();
        for other in notes.take_while(|other| other.size == first.size) {
            let key = WitnessKey::parse(&other.witness);
            let found = key.and_then(|key| cosignatures(&other.note, &[key])).unwrap_or_default();
            found.iter().for_each(|cosignature| note.push_str(&cosignature.line));
        }
        Ok(Some(note))
    }

    /// Publishes the newest checkpoint now. Returns its size.
    ///
    /// # Errors
    /// The file or the store failed.
    pub async fn publish(&self, now: Timestamp) -> Result<u64, AuditError> {
        self.inner.publication.publish(&self.inner.store, now).await
    }

    /// The keys a checkpoint of this log may be signed with, the present one first.
    #[must_use]
    pub fn keys(&self) -> &[VerifierKey] {
        &self.inner.keys
    }

    /// The file of the last published checkpoint.
    pub(super) fn published_at(&self) -> &std::path::Path {
        self.inner.publication.path()
    }

    /// Where it is stored.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }
}
