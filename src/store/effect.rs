//! What follows from entries of the log, done in their own transaction: both stand or neither does, for one fsync.
//!
//! The entry still comes first: an effect gets the entries it follows from, and if it fails they stand without it. What acts outside
//! this store (a query, a page shown, a key opened) has no effect here and waits for the receipt.

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::db::Connection;
use super::writer::{self, Work};
use super::{AuditReceipt, Store, StoreError};

/// Made by the functions of this room alone, so that the receipts of entries that are not durable yet never leave it.
pub struct Effect<T> {
    work: Box<dyn Work>,
    outcome: oneshot::Receiver<Result<T, StoreError>>,
}

/// An effect on its way to the log's writer; its outcome is told elsewhere.
pub struct PendingEffect(pub(super) Box<dyn Work>);

/// Where the outcome of an effect is told.
pub struct EffectOutcome<T>(oneshot::Receiver<Result<T, StoreError>>);

impl<T: Send + 'static> Effect<T> {
    pub(super) fn new<F>(work: F) -> Self
    where
        F: for<'c> FnOnce(&'c mut Connection, &'c [AuditReceipt]) -> BoxFuture<'c, Result<T, StoreError>>
            + Clone
            + Send
            + 'static,
    {
        let (work, outcome) = writer::piece(work);
        Self { work, outcome }
    }

    /// Apart: what the writer takes, and where the outcome is told.
    #[must_use]
    pub fn split(self) -> (PendingEffect, EffectOutcome<T>) {
        (PendingEffect(self.work), EffectOutcome(self.outcome))
    }
}

impl<T> EffectOutcome<T> {
    /// Waits until the transaction has ended.
    ///
    /// # Errors
    /// The effect's own; [`StoreError::ReadOnly`] when nothing is written any more.
    pub async fn told(self) -> Result<T, StoreError> {
        self.0.await.unwrap_or(Err(StoreError::ReadOnly))
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
