//! Group commit: one connection writes; whatever queued while the last commit ran goes into the next, each piece of work in its own
//! savepoint, so that one that fails takes nothing with it. A caller is answered only after the commit: answered = durable.
//!
//! An append to the audit log holds the connection for its whole transaction and takes the queue along ([`Writer::commit`]), so
//! that entries and the effects of earlier entries share one fsync.
//!
//! Where other processes write too, a piece of work may be broken off by the server because of what they do. It is done again in the next
//! transaction, when this one no longer holds the rows that they wait for; the others of its transaction stand.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot};

use super::db::{Connection, Pool, Tx};
use super::effect::EffectState;
use super::sqlite::{self, Directory};
use super::{AuditReceipt, StoreError};

/// Pieces of work in one commit, at most.
const BATCH: usize = 256;
/// Times that a piece of work is begun, at most, when others stand in its way.
const TRIES: u32 = 5;
/// After this a write-ahead log that a reader stood in the way of is cut again.
const CUT_AGAIN: Duration = Duration::from_secs(1);
/// Pieces of work that may wait; who brings more waits until there is room.
pub(super) const QUEUE: usize = 4096;

/// The one writing connection and the work waiting for it.
pub(super) struct Writer {
    pool: Pool,
    queue: Mutex<Queue>,
    /// A permit for each piece that waits.
    room: Arc<Semaphore>,
    wake: Notify,
    commits: AtomicU64,
    /// Whether wrapped keys that were destroyed may still stand in the write-ahead log.
    owes_cut: AtomicBool,
    owing: Notify,
    #[cfg(test)]
    pub(super) faults: Arc<super::faults::Faults>,
    /// Let go once the connection is closed.
    directory: Mutex<Option<Directory>>,
}

/// What waits. Closed and pushed to under one lock, so that nothing is pushed that nobody will do.
#[derive(Default)]
struct Queue {
    pieces: VecDeque<Box<dyn Work>>,
    closed: bool,
}

impl Writer {
    /// Starts the task that commits what queues.
    pub(super) fn start(pool: Pool, directory: Directory) -> Arc<Self> {
        let writer = Arc::new(Self {
            pool,
            queue: Mutex::default(),
            room: Arc::new(Semaphore::new(QUEUE)),
            wake: Notify::new(),
            commits: AtomicU64::new(0),
            // what a process that died has destroyed may stand there, and a reader in the way of the cut at the start
            owes_cut: AtomicBool::new(true),
            owing: Notify::new(),
            #[cfg(test)]
            faults: Default::default(),
            directory: Mutex::new(Some(directory)),
        });
        tokio::spawn(Arc::clone(&writer).run());
        if !writer.pool.is_shared() {
            tokio::spawn(Arc::clone(&writer).cut_what_is_owed());
        }
        writer
    }

    /// Does `work` in a transaction shared with others, and returns its value once it is durable.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>> + Clone + Send + 'static,
    {
        let (piece, told) = piece(|tx: &mut Connection, _: &[AuditReceipt]| work(tx), |_| true);
        self.queue_up(piece, Vec::new()).await?;
        told.await.unwrap_or(Err(StoreError::ReadOnly))
    }

    /// Puts a piece of work that follows from these entries at the end of the queue, once there is room.
    pub(super) async fn queue_up(
        &self,
        mut piece: Box<dyn Work>,
        entries: Vec<AuditReceipt>,
    ) -> Result<(), StoreError> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| StoreError::ReadOnly)?;
        piece.follow(entries, Some(room));
        {
            let mut queue = self.queue();
            if queue.closed {
                return Err(StoreError::ReadOnly);
            }
            queue.pieces.push_back(piece);
        }
        self.wake.notify_one();
        Ok(())
    }

    /// Waits for the connection and takes the write lock.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        #[cfg(test)]
        return self.begin_with_faults().await;
        #[cfg(not(test))]
        self.pool.begin().await
    }

    /// Takes along what is queued, commits, answers; `done` is what has been done in the transaction already.
    pub(super) async fn commit(&self, mut tx: Tx, mut done: Vec<Box<dyn Work>>) -> Result<(), StoreError> {
        let mut batch: Vec<Box<dyn Work>> = {
            let mut queue = self.queue();
            let count = queue.pieces.len().min(BATCH);
            queue.pieces.drain(..count).collect()
        };
        let outcome = match run(&mut batch, &mut tx).await {
            Ok(()) => self.end(tx).await,
            Err(error) => Err(error),
        };
        done.append(&mut batch);
        self.tell(done, &outcome);
        outcome
    }

    /// Commits the queue in a transaction of its own. A piece that is alone in it needs no savepoint.
    async fn commit_pieces(&self, mut tx: Tx) -> Result<(), StoreError> {
        let lone = {
            let mut queue = self.queue();
            if queue.pieces.len() == 1 { queue.pieces.pop_front() } else { None }
        };
        let Some(mut piece) = lone else { return self.commit(tx, Vec::new()).await };
        let outcome = match piece.run(&mut tx, false).await {
            Ok(()) => self.end(tx).await,
            Err(error) => Err(error),
        };
        self.tell(vec![piece], &outcome);
        outcome
    }

    /// Answers what was done; what was broken off by others comes first in the next transaction.
    fn tell(&self, done: Vec<Box<dyn Work>>, outcome: &Result<(), StoreError>) {
        let (again, ended): (Vec<_>, Vec<_>) = done.into_iter().partition(|piece| piece.again());
        for piece in ended {
            piece.answer(outcome);
        }
        for piece in again.into_iter().rev() {
            metrics::counter!("hedui_store_contended_total").increment(1);
            let mut queue = self.queue();
            if queue.closed {
                drop(queue);
                piece.answer(outcome);
            } else {
                queue.pieces.push_front(piece);
                self.wake.notify_one();
            }
        }
    }

    async fn end(&self, tx: Tx) -> Result<(), StoreError> {
        #[cfg(test)]
        let tx = self.faults.at_commit(tx).await?;
        let owes_cut = tx.owes_cut;
        let committed = tx.commit().await;
        if owes_cut {
            self.owes_cut.store(true, Ordering::Release);
            self.owing.notify_one();
        }
        committed?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("hedui_store_commits_total").increment(1);
        Ok(())
    }

    async fn run(self: Arc<Self>) {
        loop {
            let (empty, closed) = {
                let queue = self.queue();
                (queue.pieces.is_empty(), queue.closed)
            };
            match (empty, closed) {
                (false, _) => self.commit_queue().await,
                (true, false) => self.wake.notified().await,
                (true, true) => break,
            }
        }
        self.let_go().await;
    }

    async fn commit_queue(&self) {
        let begun = async {
            // The log may have taken the queue along while this waited for the connection.
            if !self.pool.is_shared() {
                drop(self.pool.acquire().await?);
                if self.queue().pieces.is_empty() {
                    return Ok(None);
                }
            }
            let tx = self.begin().await?;
            Ok::<_, StoreError>(Some(tx).filter(|_| !self.queue().pieces.is_empty()))
        };
        match begun.await {
            Ok(Some(tx)) => {
                // Every caller has been told; there is nobody else to tell.
                let _told = self.commit_pieces(tx).await;
            }
            Ok(None) => {}
            Err(error) => {
                let batch: Vec<_> = self.queue().pieces.drain(..).collect();
                for piece in batch {
                    piece.answer(&Err(error.clone()));
                }
            }
        }
    }

    /// Cuts the write-ahead log whenever wrapped keys were destroyed, again and again while a reader stands in the way. The first cut is owed from the start.
    async fn cut_what_is_owed(self: Arc<Self>) {
        while !self.queue().closed {
            if !self.owes_cut.swap(false, Ordering::AcqRel) {
                self.owing.notified().await;
            } else if !matches!(self.truncate_wal().await, Ok(true)) {
                self.owes_cut.store(true, Ordering::Release);
                // ends early when another key goes, or the store is closed
                let _early = tokio::time::timeout(CUT_AGAIN, self.owing.notified()).await;
            }
        }
    }

    /// Lets the tasks end once the queue is empty.
    pub(super) fn close(&self) {
        self.queue().closed = true;
        self.owing.notify_one();
        self.room.close();
        self.wake.notify_one();
    }

    /// Waits until the connection is closed and the directory let go.
    pub(super) async fn closed(&self) {
        self.pool.closing().await;
        self.let_go().await;
    }

    async fn let_go(&self) {
        self.pool.close().await;
        drop(self.directory.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Has nothing of what was deleted left in a write-ahead log; false where that cannot be had at once.
    pub(super) async fn truncate_wal(&self) -> Result<bool, StoreError> {
        match &self.pool {
            Pool::Sqlite(pool) => sqlite::truncate_wal(pool).await,
            Pool::Postgres(_) => Ok(false),
        }
    }

    /// Commits so far.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Lets the database grow no further than this many pages, as a full disk would.
    #[cfg(test)]
    pub(super) async fn limit_pages(&self, pages: u32) {
        let Pool::Sqlite(pool) = &self.pool else { panic!("pages are SQLite's") };
        let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(limit).execute(pool).await.expect("a pragma");
    }

    #[cfg(test)]
    async fn begin_with_faults(&self) -> Result<Tx, StoreError> {
        self.faults.at_begin()?;
        let step = super::faults::Faults::step(Some(&self.faults), "BEGIN")?;
        let mut tx = self.pool.begin().await?;
        step.after()?;
        tx.faults = Some(Arc::clone(&self.faults));
        Ok(tx)
    }

    #[cfg(test)]
    pub(super) fn queued(&self) -> usize {
        self.queue().pieces.len()
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(batch: &mut [Box<dyn Work>], tx: &mut Tx) -> Result<(), StoreError> {
    for piece in batch {
        piece.run(tx, true).await?;
    }
    Ok(())
}

/// A piece of work of any result.
pub(super) trait Work: Send {
    /// Names the entries it follows from, and takes its place in the queue; none of what comes with an append to the log.
    fn follow(&mut self, entries: Vec<AuditReceipt>, room: Option<OwnedSemaphorePermit>);
    /// Does it, `apart` from what else is in the transaction. Fails only when the whole transaction must.
    fn run<'c>(&'c mut self, tx: &'c mut Connection, apart: bool) -> BoxFuture<'c, Result<(), StoreError>>;
    /// Whether it was broken off because of what others did, nothing of it stands, and it can be done in another transaction.
    fn again(&self) -> bool;
    /// How it stands in the transaction.
    fn state(&self) -> EffectState;
    /// Tells its outcome.
    fn answer(self: Box<Self>, committed: &Result<(), StoreError>);
}

struct Piece<F, T> {
    work: Option<F>,
    entries: Vec<AuditReceipt>,
    outcome: Option<Result<T, StoreError>>,
    /// Whether an outcome is what was to be done.
    is_done: fn(&T) -> bool,
    reply: oneshot::Sender<Result<T, StoreError>>,
    /// Times it was broken off.
    broken_off: u32,
    /// Its place in the queue.
    _room: Option<OwnedSemaphorePermit>,
}

/// A piece of work, and where its outcome is told. It can be copied, so that it can be done again where others stood in its way.
pub(super) fn piece<T, F>(work: F, is_done: fn(&T) -> bool) -> (Box<dyn Work>, oneshot::Receiver<Result<T, StoreError>>)
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection, &'c [AuditReceipt]) -> BoxFuture<'c, Result<T, StoreError>>
        + Clone
        + Send
        + 'static,
{
    let (reply, told) = oneshot::channel();
    let (entries, outcome) = (Vec::new(), None);
    (Box::new(Piece { work: Some(work), entries, outcome, is_done, reply, broken_off: 0, _room: None }), told)
}

impl<F, T> Work for Piece<F, T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection, &'c [AuditReceipt]) -> BoxFuture<'c, Result<T, StoreError>>
        + Clone
        + Send
        + 'static,
{
    fn follow(&mut self, entries: Vec<AuditReceipt>, room: Option<OwnedSemaphorePermit>) {
        (self.entries, self._room) = (entries, room);
    }

    fn run<'c>(&'c mut self, tx: &'c mut Connection, apart: bool) -> BoxFuture<'c, Result<(), StoreError>> {
        Box::pin(async move {
            // One process alone is stood in the way of by nobody: nothing is kept for another try.
            let work = if tx.is_shared() { self.work.clone() } else { self.work.take() };
            let Some(work) = work else { return Ok(()) };
            let outcome = if apart {
                tx.begin_part().await?;
                let outcome = work(tx, &self.entries).await;
                match &outcome {
                    Ok(_) => tx.keep_part().await?,
                    Err(_) => tx.undo_part().await?,
                }
                outcome
            } else {
                work(tx, &self.entries).await
            };
            if outcome.as_ref().is_err_and(StoreError::contended) {
                self.broken_off += 1;
            } else {
                self.work = None;
            }
            let whole = match &outcome {
                Err(error) if !apart => Err(error.clone()),
                _ => Ok(()),
            };
            self.outcome = Some(outcome);
            whole
        })
    }

    fn again(&self) -> bool {
        self.work.is_some() && (1..TRIES).contains(&self.broken_off)
    }

    fn state(&self) -> EffectState {
        match &self.outcome {
            _ if self.again() => EffectState::PutOff,
            Some(Ok(outcome)) if (self.is_done)(outcome) => EffectState::Done,
            _ => EffectState::NotDone,
        }
    }

    fn answer(self: Box<Self>, committed: &Result<(), StoreError>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(own)), _) => Err(own),
            (_, Err(error)) => Err(error.clone()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::ReadOnly),
        };
        // A caller that went away does not want to know; what it asked for is done.
        let _gone = self.reply.send(outcome);
    }
}
