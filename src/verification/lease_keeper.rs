//! Keeps a lease while its case is being worked on, in a task of its own: long reckoning in the case's task cannot starve it.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use crate::store::{Lease, Store, StoreError};
use crate::telemetry::Clock;

/// A lease being renewed; dropping it ends that.
pub(super) struct LeaseKeeper {
    lost: oneshot::Receiver<()>,
    _task: AbortOnDropHandle<()>,
}

impl LeaseKeeper {
    /// Renews `lease` three times in its `length`.
    pub(super) fn start(store: Store, clock: Clock, mut lease: Lease, length: Duration) -> Self {
        let (tell, lost) = oneshot::channel();
        let task = tokio::spawn(async move {
            let (between, soon) = (length / 3, length / 12);
            let mut pause = between;
            loop {
                tokio::time::sleep(pause).await;
                match store.renew_lease(&mut lease, clock.now(), length).await {
                    Ok(()) => pause = between,
                    Err(StoreError::LeaseLost { .. }) => break,
                    // The store may be back before the lease runs out: until then nobody else can have the case.
                    Err(error) if clock.now() < lease.until => {
                        tracing::warn!(case = %lease.case_id, %error, "a lease could not be renewed; tried again");
                        pause = soon;
                    }
                    Err(_) => break,
                }
            }
            // Whoever worked on it may have finished meanwhile.
            let _gone = tell.send(());
        });
        Self { lost, _task: AbortOnDropHandle::new(task) }
    }

    /// Returns when the lease is lost.
    pub(super) async fn lost(&mut self) {
        // A keeper that ended without a word keeps nothing.
        drop((&mut self.lost).await);
    }
}
