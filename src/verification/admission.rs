//! Permits to call a source where several processes call it: together they keep to its `rate_per_second`. Turns are taken from the
//! store in small blocks, as many as wait here; a turn is good for a moment and then lost, so that turns never add up to a burst. While the store
//! cannot be reached nobody is let through: whoever waits gives up by its own time limit.

use std::collections::{BTreeMap, VecDeque};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hedui_connectors::LocalAdmission;
use hedui_connectors::settings::SourcesConfig;
use hedui_connectors::source::{Admission, BoxFuture};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until};

use crate::household::SourceKey;
use crate::store::{SourceTurns, Store};

/// Blocks a second, at least, of a process that calls as fast as it may.
const BLOCKS_A_SECOND: u32 = 10;
/// A turn is good for this long at least: timers are no finer.
const GOOD_FOR: Duration = Duration::from_millis(20);
/// Until the store is asked again after it failed.
const AFTER_FAILURE: Duration = Duration::from_millis(250);

/// Permits of this process alone, until it shares its rates with others.
pub(super) struct SourceRates {
    alone: LocalAdmission,
    lines: BTreeMap<SourceKey, Line>,
    shared: OnceLock<Store>,
}

/// Who waits for a source.
struct Line {
    per_second: u32,
    waiting: AtomicU32,
    /// Turns taken, earliest first; whoever is first in the line holds it until its turn comes.
    turns: Mutex<Turns>,
}

#[derive(Default)]
struct Turns {
    taken: VecDeque<Instant>,
    every: Duration,
    /// Whether the store failed at the last try: told once.
    failing: bool,
}

impl SourceRates {
    /// The rates as the settings state them; a source without one may be called at any time.
    pub(super) fn new(config: &SourcesConfig) -> Self {
        let limited = config.sources.iter().filter(|(_, settings)| settings.rate_per_second > 0);
        let lines = limited.map(|(key, settings)| {
            let per_second = settings.rate_per_second;
            (key.clone(), Line { per_second, waiting: AtomicU32::new(0), turns: Mutex::default() })
        });
        Self { lines: lines.collect(), alone: LocalAdmission::new(config), shared: OnceLock::new() }
    }

    /// From now on keeps to the rates together with whoever else has the store open.
    pub(super) fn share(&self, store: &Store) {
        self.shared.get_or_init(|| store.clone());
    }
}

impl Admission for SourceRates {
    fn admit<'a>(&'a self, source: &'a SourceKey) -> BoxFuture<'a, ()> {
        match (self.shared.get(), self.lines.get(source)) {
            (None, _) => self.alone.admit(source),
            (Some(_), None) => Box::pin(async {}),
            (Some(store), Some(line)) => Box::pin(line.wait(source, store)),
        }
    }
}

impl Line {
    async fn wait(&self, source: &SourceKey, store: &Store) {
        let _waits = Waits::begin(&self.waiting);
        let mut turns = self.turns.lock().await;
        loop {
            turns.forget_what_passed(Instant::now());
            if let Some(turn) = turns.taken.front().copied() {
                // Who gives up here leaves the turn to the next in the line.
                sleep_until(turn).await;
                turns.taken.pop_front();
                return;
            }
            let most = self.per_second.div_ceil(BLOCKS_A_SECOND);
            let count = self.waiting.load(Ordering::Relaxed).clamp(1, most);
            match store.take_source_turns(source.as_str(), self.per_second, count).await {
                Ok(taken) => turns.add(taken, Instant::now()),
                Err(error) => {
                    if !std::mem::replace(&mut turns.failing, true) {
                        tracing::warn!(%source, %error, "no permits to call: the store that shares them cannot be reached");
                    }
                    sleep(AFTER_FAILURE).await;
                }
            }
        }
    }
}

impl Turns {
    fn add(&mut self, taken: SourceTurns, now: Instant) {
        let first = now + taken.first_in;
        self.taken.extend((0..taken.count).map(|number| first + taken.every * number));
        self.every = taken.every;
        self.failing = false;
    }

    fn forget_what_passed(&mut self, now: Instant) {
        let good_for = self.every.max(GOOD_FOR);
        while self.taken.front().is_some_and(|turn| *turn + good_for <= now) {
            self.taken.pop_front();
        }
    }
}

/// Counts one that waits, until it no longer does.
struct Waits<'l>(&'l AtomicU32);

impl<'l> Waits<'l> {
    fn begin(waiting: &'l AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn taken(first_in_ms: u64, count: u32) -> SourceTurns {
        SourceTurns { first_in: Duration::from_millis(first_in_ms), every: Duration::from_millis(100), count }
    }

    #[test]
    fn a_turn_is_good_for_one_interval() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut turns = Turns::default();
        turns.add(taken(50, 3), start);
        assert_eq!(turns.taken, [after(50), after(150), after(250)]);
        turns.forget_what_passed(after(149));
        assert_eq!(turns.taken.len(), 3);
        turns.forget_what_passed(after(150));
        assert_eq!(turns.taken, [after(150), after(250)], "what was not used is lost");
        turns.forget_what_passed(after(1000));
        assert!(turns.taken.is_empty(), "turns never add up");
    }

    #[tokio::test]
    async fn without_the_store_nobody_is_let_through() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("data")).await.unwrap();
        let mut config = SourcesConfig::shipped();
        for settings in config.sources.values_mut() {
            settings.rate_per_second = 1000;
        }
        let source = config.sources.keys().next().unwrap().clone();
        let rates = SourceRates::new(&config);
        assert!(rates.admit(&source).now_or_never().is_some(), "alone, nobody need be asked");
        // a store that can share nothing stands for one that cannot be reached
        rates.share(&store);
        assert!(rates.admit(&source).now_or_never().is_none(), "not let through");
        assert_eq!(rates.lines[&source].waiting.load(Ordering::Relaxed), 0);
    }
}
