//! Claims cases and runs them, at most so many at a time. A case is claimed when it is accepted, when its worker died, and when a
//! poll of it is due.

use std::time::Duration;

use jiff::Timestamp;

use super::{VerificationError, Verifier};
use crate::store::ClaimedCase;

/// Longest sleep between looks at the queue: other processes ring no bell here.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// Pause after the store failed.
const AFTER_FAILURE: Duration = Duration::from_millis(500);

/// Claims and runs until the verifier stops.
pub(super) async fn run(verifier: Verifier) {
    loop {
        let Ok(permit) = verifier.0.running.clone().acquire_owned().await else { return };
        match claim(&verifier).await {
            Ok(Some(claimed)) => {
                let worker = verifier.clone();
                verifier.spawn(async move {
                    worker.run_claimed(claimed).await;
                    drop(permit);
                });
            }
            Ok(None) => {
                drop(permit);
                sleep_until_due(&verifier).await;
            }
            Err(error) => {
                drop(permit);
                tracing::error!(%error, "cases cannot be claimed");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

async fn claim(verifier: &Verifier) -> Result<Option<ClaimedCase>, VerificationError> {
    let inner = &verifier.0;
    Ok(inner.store.claim_next(&inner.worker, inner.clock.now(), inner.settings.lease).await?)
}

async fn sleep_until_due(verifier: &Verifier) {
    let due = verifier.0.store.next_wake().await.ok().flatten();
    let now = verifier.0.clock.now();
    let sleep = due.map_or(LONGEST_SLEEP, |due| until(now, due)).min(LONGEST_SLEEP);
    tokio::select! {
        () = verifier.0.bell.notified() => {}
        () = tokio::time::sleep(sleep) => {}
    }
}

fn until(now: Timestamp, due: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or(Duration::from_millis(5))
}
