//! What an exchange that has not set out is told from outside: how pressing it has become, and when to go.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::source::Lane;

/// A day: longer than any window.
const FAR: Duration = Duration::from_secs(86_400);

/// The lane and the latest departure of an exchange, and whether it has set out.
pub(super) struct Signal {
    lane: watch::Sender<Lane>,
    leave_by: watch::Sender<Instant>,
    departed: watch::Sender<bool>,
}

impl Signal {
    pub(super) fn new(lane: Lane) -> Self {
        Self {
            lane: watch::Sender::new(lane),
            leave_by: watch::Sender::new(Instant::now() + FAR),
            departed: watch::Sender::new(false),
        }
    }

    /// Somebody of this lane has come, who waits for company until then.
    pub(super) fn press(&self, lane: Lane, leave_by: Instant) {
        self.lane.send_if_modified(|now| sooner(now, lane));
        self.leave_by.send_if_modified(|now| sooner(now, leave_by));
    }

    /// It is full.
    pub(super) fn leave_now(&self) {
        self.leave_by.send_if_modified(|now| sooner(now, Instant::now()));
    }

    /// The lane from now on.
    pub(super) fn lane(&self) -> watch::Receiver<Lane> {
        self.lane.subscribe()
    }

    pub(super) fn lane_now(&self) -> Lane {
        *self.lane.borrow()
    }

    /// Waits until it is full or has waited long enough.
    pub(super) async fn gathered(&self) {
        let mut leave_by = self.leave_by.subscribe();
        loop {
            let moment = *leave_by.borrow_and_update();
            if moment <= Instant::now() {
                return;
            }
            tokio::select! {
                biased;
                // the sender is this signal's own, so it is not gone
                _ = leave_by.changed() => {}
                () = sleep_until(moment) => return,
            }
        }
    }

    /// It has a place.
    pub(super) fn depart(&self) {
        self.departed.send_replace(true);
    }

    /// Returns when it has not set out within `patience`, and never when it has.
    pub(super) async fn stuck(&self, patience: Duration) {
        let mut departed = self.departed.subscribe();
        if timeout(patience, departed.wait_for(|gone| *gone)).await.is_ok() {
            std::future::pending::<()>().await;
        }
    }
}

fn sooner<T: PartialOrd>(now: &mut T, other: T) -> bool {
    let sooner = other < *now;
    if sooner {
        *now = other;
    }
    sooner
}
