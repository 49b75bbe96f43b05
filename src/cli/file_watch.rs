//! When files are to be read again: when they look otherwise than when they were read, and have rested since the last look, so that what
//! somebody is still saving is left; or on SIGHUP.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Interval;

/// How often files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What a file looks like from outside; none when it is not there.
pub(super) type Stamp = Option<(SystemTime, u64, u64)>;

/// What a file looks like now.
pub(super) fn stamp(path: &Path) -> Stamp {
    let data = std::fs::metadata(path).ok()?;
    Some((data.modified().ok()?, data.len(), data.ino()))
}

/// Looks at files, of which `Look` is what they look like.
pub(super) struct FileWatch<Look> {
    ticks: Interval,
    hang_up: Signal,
    told: bool,
    read: Option<Look>,
    seen: Option<Look>,
}

impl<Look: Clone + PartialEq> FileWatch<Look> {
    /// None, which the log says, where SIGHUP cannot be heard.
    pub(super) fn new() -> Option<Self> {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let hang_up = signal(SignalKind::hangup())
            .inspect_err(|error| tracing::error!(%error, "changed files are noticed at the next start only"));
        Some(Self { ticks, hang_up: hang_up.ok()?, told: false, read: None, seen: None })
    }

    /// Returns when it is time to look.
    pub(super) async fn tick(&mut self) {
        self.told = tokio::select! {
            told = self.hang_up.recv() => told.is_some(),
            _ = self.ticks.tick() => false,
        };
    }

    /// Whether somebody sent SIGHUP for this look.
    pub(super) fn is_told(&self) -> bool {
        self.told
    }

    /// Whether the files are to be read; `anyway`: though they look as they did when they were read.
    pub(super) fn is_due(&mut self, look: Look, anyway: bool) -> bool {
        let rests = self.seen.as_ref() == Some(&look);
        let due = self.told || (rests && (anyway || self.read.as_ref() != Some(&look)));
        if due {
            self.read = Some(look.clone());
        }
        self.seen = Some(look);
        due
    }

    /// What was read could not be put in force: it is read again.
    pub(super) fn again(&mut self) {
        self.read = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_read_once_they_rest_and_at_once_where_somebody_says_so() {
        let mut watch = FileWatch::new().unwrap();
        let due = |watch: &mut FileWatch<u32>, look, anyway| watch.is_due(look, anyway);
        assert!(!due(&mut watch, 1, false), "somebody may still be saving");
        assert!(due(&mut watch, 1, false) && !due(&mut watch, 1, false), "once");
        assert!(due(&mut watch, 1, true), "a fault may lie in a file that is not looked at");
        assert!(!due(&mut watch, 2, false) && !due(&mut watch, 3, false) && due(&mut watch, 3, false));
        watch.again();
        assert!(due(&mut watch, 3, false));
        watch.told = true;
        assert!(due(&mut watch, 4, false));
    }
}
