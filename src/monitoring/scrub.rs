//! The nightly look through the audit log.

use std::time::Duration;

use jiff::{Timestamp, tz};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::{Log, scrub};
use crate::telemetry::Clock;

/// China Standard Time, from UTC.
const CHINA: tz::Offset = tz::offset(8);
/// When, China time.
const HOUR: i64 = 2;

/// The task that looks each night.
pub struct Scrubbing {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Scrubbing {
    /// Starts to wait for the night.
    #[must_use]
    pub fn start(log: Log, clock: Clock) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let until = stop.clone();
        tasks.spawn(async move {
            let nights = async {
                loop {
                    tokio::time::sleep(until_night(clock.now())).await;
                    if let Err(error) = scrub(&log).await {
                        metrics::counter!("hedui_audit_scrub_failures_total").increment(1);
                        tracing::error!(%error, "the audit log could not be verified again");
                    }
                }
            };
            until.run_until_cancelled(nights).await;
        });
        tasks.close();
        Self { stop, tasks }
    }

    /// Ends.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

/// How long until the next night's hour.
fn until_night(now: Timestamp) -> Duration {
    const DAY: i64 = 86_400;
    let local = now.as_second() + i64::from(CHINA.seconds());
    let since = (local - HOUR * 3_600).rem_euclid(DAY);
    Duration::from_secs(u64::try_from(DAY - since).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_is_never_now_and_at_most_a_day_off() {
        for (now, hours) in [("2026-11-26T17:00:00Z", 1), ("2026-11-26T18:00:00Z", 24), ("2026-11-26T19:00:00Z", 23)] {
            assert_eq!(until_night(now.parse().unwrap()), Duration::from_secs(hours * 3_600), "{now}");
        }
    }
}
