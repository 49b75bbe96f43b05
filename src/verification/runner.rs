//! Claims cases and runs them, at most so many at a time. A case is claimed when it is accepted, when its worker died, and when a
//! poll of it is due.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use super::{VerificationError, Verifier};
use crate::household::Lane;
use crate::store::ClaimedCase;

/// Longest sleep between looks at the queue: other processes ring no bell here.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// Pause after the store failed.
const AFTER_FAILURE: Duration = Duration::from_millis(500);

/// Lanes that are claimed together, so that what runs in one takes no place of the other: whoever waits at a counter finds the places that
/// thousands of re-verifications do not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    /// Urgent and interactive cases.
    Counter,
    /// Cases of batches.
    Bulk,
}

impl Queue {
    fn lanes(self) -> &'static [Lane] {
        match self {
            Self::Counter => &[Lane::Urgent, Lane::Interactive],
            Self::Bulk => &[Lane::Bulk],
        }
    }
}

/// Claims cases of a queue and runs them until the verifier stops.
pub(super) async fn run(verifier: Verifier, queue: Queue) {
    let (places, bell) = match queue {
        Queue::Counter => (&verifier.0.running, &verifier.0.bell),
        Queue::Bulk => (&verifier.0.running_in_bulk, &verifier.0.bulk_bell),
    };
    loop {
        let Ok(permit) = Arc::clone(places).acquire_owned().await else { return };
        match claim(&verifier, queue).await {
            Ok(Some(claimed)) => {
                let worker = verifier.clone();
                verifier.spawn(async move {
                    worker.run_claimed(claimed).await;
                    drop(permit);
                });
            }
            Ok(None) => {
                drop(permit);
                sleep_until_due(&verifier, queue, bell).await;
            }
            Err(error) => {
                drop(permit);
                tracing::error!(%error, "cases cannot be claimed");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

async fn claim(verifier: &Verifier, queue: Queue) -> Result<Option<ClaimedCase>, VerificationError> {
    let inner = &verifier.0;
    Ok(inner.store.claim_next(&inner.worker, queue.lanes(), inner.clock.now(), inner.settings.lease).await?)
}

async fn sleep_until_due(verifier: &Verifier, queue: Queue, bell: &Notify) {
    let due = verifier.0.store.next_wake(queue.lanes()).await.ok().flatten();
    let now = verifier.0.clock.now();
    let sleep = due.map_or(LONGEST_SLEEP, |due| until(now, due)).min(LONGEST_SLEEP);
    tokio::select! {
        () = bell.notified() => {}
        () = tokio::time::sleep(sleep) => {}
    }
}

fn until(now: Timestamp, due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or(Duration::from_millis(5))
}
