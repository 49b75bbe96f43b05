//! The key ring of a running service: a file that was changed is put in force once what is new in it stands in the audit log (`entering`), and the
//! data keys of former key encryption keys are wrapped anew (`rewrapping`).

mod entering;
mod rewrapping;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::{Actor, AuditError, Log};
use crate::keys::{KekId, KeyError, KeyRing};
use crate::store::{Store, StoreError};
use crate::telemetry::Clock;

pub use entering::{Settled, is_entered, settle};

/// How often the ring file is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often data keys under former keys are looked for when nothing has changed: what was sealed just before a rotation may have come later.
const COUNT_EVERY: Duration = Duration::from_secs(600);

/// What can go wrong with the ring of a running service.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The store.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// The audit log; no key is used without it.
    #[error("audit log: {0}")]
    Audit(#[from] AuditError),
    /// The ring.
    #[error("key ring: {0}")]
    Keys(#[from] KeyError),
    /// A ring from before a key was rotated.
    #[error(
        "this ring would use {key}, which was rotated, as the audit log says: it is an old copy. Put the present ring back, or restore an export of it with `hedui keys restore`"
    )]
    Older {
        /// The key.
        key: String,
    },
    /// A ring from before a key was destroyed.
    #[error(
        "key encryption key {kek} was destroyed, as the audit log says, but this ring still holds it: it is an old copy. Put the present ring back, or make this one agree: `hedui keys destroy {kek}`"
    )]
    Resurrected {
        /// The key.
        kek: KekId,
    },
}

/// What the care of a ring is made of.
pub struct KeyringParts {
    /// Where data keys are.
    pub store: Store,
    /// The audit log over the same store.
    pub log: Log,
    /// The ring.
    pub keys: Arc<KeyRing>,
    /// The clock.
    pub clock: Clock,
}

/// Cares for the ring until it is stopped.
pub struct Keyring {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Keyring {
    /// Starts to look at the ring file. What stands in it now was entered before ([`settle`]). Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(parts: KeyringParts) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let care = Arc::new(parts);
        let (looking, wrapping) = (Arc::clone(&care), care);
        let changed = Arc::new(tokio::sync::Notify::new());
        let (told, tells) = (Arc::clone(&changed), changed);
        let (first, second) = (stop.clone(), stop.clone());
        tasks.spawn(async move { first.run_until_cancelled(look(&looking, &tells)).await });
        tasks.spawn(async move { second.run_until_cancelled(wrap(&wrapping, &told)).await });
        Self { stop, tasks }
    }

    /// Stops; what is left to wrap anew waits for the next start.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn look(care: &KeyringParts, tells: &tokio::sync::Notify) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut said = String::new();
    loop {
        ticks.tick().await;
        if !care.keys.is_behind() {
            let kek = care.keys.active_kek();
            if said.is_empty() && care.store.is_destroyed(kek.as_str()).await.unwrap_or_default() {
                said = StoreError::KekDestroyed.to_string();
                tracing::error!(%kek, "{said}");
            }
            continue;
        }
        match settle(&care.store, &care.log, &care.keys, &Actor::service(), care.clock.now()).await {
            Ok(settled) => {
                said.clear();
                tracing::info!(entered = settled.entered, "the key ring was read again");
                settled.warn();
                tells.notify_one();
            }
            // The same fault each time the file is looked at is said once.
            Err(error) if said == error.to_string() => {}
            Err(error) => {
                tracing::error!(%error, "the key ring was changed but is not put in force: the keys held before stay");
                said = error.to_string();
            }
        }
    }
}

async fn wrap(care: &KeyringParts, told: &tokio::sync::Notify) {
    loop {
        let next = Instant::now() + COUNT_EVERY;
        if let Err(error) = rewrapping::run(care).await {
            tracing::error!(%error, "data keys are not all wrapped anew; it is tried again");
        }
        // Whoever waits for the next count is woken by a change of the ring.
        drop(tokio::time::timeout_at(next, told.notified()).await);
    }
}
