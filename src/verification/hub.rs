//! Tells whoever watches a case that something new stands in the store. What it is, they read there: nothing is lost, whoever is slow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

/// How often there was something new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// Anything.
    pub(super) all: u64,
    /// A version, or the case came to rest.
    pub(super) turns: u64,
}

/// Watchers by case.
#[derive(Clone, Default)]
pub(super) struct Hub(Arc<Mutex<HashMap<Uuid, watch::Sender<News>>>>);

impl Hub {
    /// Starts watching a case.
    pub(super) fn watch(&self, case: Uuid) -> watch::Receiver<News> {
        let mut cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cases.retain(|_, sender| sender.receiver_count() > 0);
        cases.entry(case).or_insert_with(|| watch::channel(News::default()).0).subscribe()
    }

    /// Wakes watchers, if there are any.
    pub(super) fn tell(&self, case: Uuid) {
        self.note(case, |news| news.all += 1);
    }

    /// Wakes watchers, those that wait for a version too.
    pub(super) fn tell_turn(&self, case: Uuid) {
        self.note(case, |news| {
            news.all += 1;
            news.turns += 1;
        });
    }

    fn note(&self, case: Uuid, what: impl FnOnce(&mut News)) {
        let cases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = cases.get(&case) {
            sender.send_modify(what);
        }
    }
}
