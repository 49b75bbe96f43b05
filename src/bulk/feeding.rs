//! Lets the cases of running batches into the queue a few at a time, holds back those of paused ones, cancels those of cancelled ones,
//! and ends a batch with its last case. Every process does it; what one has done, the others find done.

use std::time::Duration;

use super::{Bulk, BulkError};
use crate::audit::{Action, Actor, Event, Outcome};
use crate::store::{BatchRow, BatchState};

/// Between two looks while there is something to tend.
const WHILE_RUNNING: Duration = Duration::from_millis(500);
/// Between two looks while there is nothing.
const WHILE_IDLE: Duration = Duration::from_secs(2);
/// Cases that are cancelled in one commit.
const CANCELLED_AT_ONCE: u32 = 200;

impl Bulk {
    /// Tends batches until it is stopped.
    pub(super) async fn tend_batches(&self) {
        loop {
            let pause = match self.tend().await {
                Ok(true) => WHILE_RUNNING,
                Ok(false) => WHILE_IDLE,
                Err(error) => {
                    tracing::error!(%error, "batches cannot be tended");
                    WHILE_IDLE
                }
            };
            tokio::select! {
                () = self.0.bell.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Looks once at every batch that is not done with. Whether there was one.
    async fn tend(&self) -> Result<bool, BulkError> {
        self.let_go_of_abandoned().await?;
        let batches = self.0.store.batches_to_tend().await?;
        for batch in &batches {
            if let Err(error) = self.tend_one(batch).await {
                tracing::error!(batch = %batch.id, %error, "a batch cannot be tended; the others go on");
            }
        }
        Ok(!batches.is_empty())
    }

    async fn tend_one(&self, batch: &BatchRow) -> Result<(), BulkError> {
        let (inner, id) = (&self.0, batch.id);
        let now = inner.clock.now();
        match batch.state {
            BatchState::Running => {
                // what was let in ends; no more is let in while the disk is nearly full
                let window = if inner.store.must_have_room().await.is_ok() { inner.settings.window } else { 0 };
                if window > 0 && inner.store.let_in(id, window, now).await? > 0 {
                    inner.verifier.ring();
                } else if batch.all_read && inner.store.has_no_open_case(id).await? {
                    self.finish(batch).await?;
                }
            }
            BatchState::Paused => drop(inner.store.hold_back(id).await?),
            BatchState::Cancelled => {
                while inner.store.cancel_cases_of(id, CANCELLED_AT_ONCE, now).await? > 0 {}
                if inner.store.has_no_open_case(id).await? {
                    inner.store.note_ended(id, now).await?;
                }
            }
            BatchState::Receiving | BatchState::Finished => {}
        }
        Ok(())
    }

    async fn finish(&self, batch: &BatchRow) -> Result<(), BulkError> {
        let inner = &self.0;
        let event = Event::new(&Actor::service(), Action::BatchFinished).batch(batch.id).outcome(Outcome::Done);
        let receipt = inner.log.append_one(event).await?;
        let called_back = inner.settings.register.has(&batch.client, |client| client.callback.is_some());
        match inner.store.finish_batch(&receipt, batch.id, called_back, inner.clock.now()).await {
            // another process was faster
            Err(crate::store::StoreError::BatchState { .. }) => Ok(()),
            other => Ok(other?),
        }
    }
}
