//! Tells whoever watches a case that something new stands in the store. What it is, they read there: nothing is lost, whoever is slow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

/// Watchers by case.
#[derive(Clone, Default)]
pub(super) struct Hub(Arc<Mutex<HashMap<Uuid, watch::Sender<u64>>>>);

impl Hub {
    /// Starts watching a case.
    pub(super) fn watch(&self, case: Uuid) -> watch::Receiver<u64> {
        let mut cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cases.retain(|_, sender| sender.receiver_count() > 0);
        cases.entry(case).or_insert_with(|| watch::channel(0).0).subscribe()
    }

    /// Wakes watchers, if there are any.
    pub(super) fn tell(&self, case: Uuid) {
        let cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = cases.get(&case) {
            sender.send_modify(|count| *count += 1);
        }
    }
}
