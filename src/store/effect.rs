//! What follows from entries of the log, done in their own transaction: both stand or neither does, for one fsync.
//!
//! The entry still comes first: an effect gets the entries it follows from, and if it fails they stand without it. What acts outside
//! this store (a query, a page shown, a key opened) has no effect here and waits for the receipt.

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::db::Connection;
use super::writer::{self, Work};
use super::{AuditReceipt, Created, Store, StoreError};

/// Made by the functions of this room alone, so that the receipts of entries that are not durable yet never leave it.
pub struct Effect<T> {
    work: Box<dyn Work>,
    outcome: oneshot::Receiver<Result<T, StoreError>>,
    is_done: fn(&T) -> bool,
}

/// An effect on its way to the log's writer; its outcome is told elsewhere.
pub struct PendingEffect(pub(super) Box<dyn Work>);

/// What an effect may come to: nothing new, too.
pub(super) trait Outcome {
    /// Whether what was to follow from the entries did.
    fn is_done(&self) -> bool {
        true
    }
}

impl Outcome for () {}
impl Outcome for u64 {}

impl Outcome for bool {
    fn is_done(&self) -> bool {
        *self
    }
}

impl Outcome for Created {
    fn is_done(&self) -> bool {
        matches!(self, Self::New(_))
    }
}

/// How an effect stands in the transaction of its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectState {
    /// Done.
    Done,
    /// It failed, or what it would do was done before.
    NotDone,
    /// Others stood in its way: it is tried again in the next transaction.
    PutOff,
}

/// Where the outcome of an effect is told.
pub struct EffectOutcome<T> {
    outcome: oneshot::Receiver<Result<T, StoreError>>,
    is_done: fn(&T) -> bool,
}

impl<T: Send + 'static> Effect<T> {
    pub(super) fn new<F>(work: F) -> Self
    where
        T: Outcome,
        F: for<'c> FnOnce(&'c mut Connection, &'c [AuditReceipt]) -> BoxFuture<'c, Result<T, StoreError>>
            + Clone
            + Send
            + 'static,
    {
        let (work, outcome) = writer::piece(work, T::is_done);
        Self { work, outcome, is_done: T::is_done }
    }
}

impl<T> Effect<T> {
    /// Apart: what the writer takes, and where the outcome is told.
    #[must_use]
    pub fn split(self) -> (PendingEffect, EffectOutcome<T>) {
        (PendingEffect(self.work), EffectOutcome { outcome: self.outcome, is_done: self.is_done })
    }
}

impl<T> EffectOutcome<T> {
    /// What tells whether an outcome is what was to follow from the entries.
    #[must_use]
    pub fn judge(&self) -> fn(&T) -> bool {
        self.is_done
    }

    /// Waits until the transaction has ended.
    ///
    /// # Errors
    /// The effect's own; [`StoreError::ReadOnly`] when nothing is written any more.
    pub async fn told(self) -> Result<T, StoreError> {
        self.outcome.await.unwrap_or(Err(StoreError::ReadOnly))
    }
}

impl Store {
    /// Does what follows from entries that are durable already.
    ///
    /// # Errors
    /// The effect's own; else the database failed.
    pub async fn apply<T: Send + 'static>(
        &self,
        effect: Effect<T>,
        entries: Vec<AuditReceipt>,
    ) -> Result<T, StoreError> {
        let (PendingEffect(work), outcome) = effect.split();
        self.writer()?.queue_up(work, entries).await?;
        outcome.told().await
    }
}
