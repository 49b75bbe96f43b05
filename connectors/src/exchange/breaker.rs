//! The breaker: after so many failures in a row a source is spared for a while, then one call proves whether it is back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use utoipa::ToSchema;

/// Where the breaker takes the time from.
pub trait Clock: Send + Sync {
    /// A moment that never goes back.
    fn now(&self) -> Instant;
}

/// The machine's own monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// What a breaker lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// Nothing.
    Open,
    /// One call, to prove that the source is back.
    HalfOpen,
}

enum State {
    Closed { failures: u32 },
    Open { since: Instant },
    HalfOpen { probing: bool },
}

/// A breaker of one source.
pub(crate) struct Breaker {
    state: Mutex<State>,
    failures: u32,
    open: Duration,
    clock: Arc<dyn Clock>,
}

/// Leave to make one call. Dropped without a verdict (the call was cancelled), it counts neither way.
pub(crate) struct Leave<'b> {
    breaker: &'b Breaker,
    probe: bool,
    judged: bool,
}

impl Breaker {
    /// Opens after `failures` in a row (0: never) for `open`.
    pub(crate) fn new(failures: u32, open: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { state: Mutex::new(State::Closed { failures: 0 }), failures, open, clock }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leave to call, or `None` while the source is spared.
    pub(crate) fn leave(&self) -> Option<Leave<'_>> {
        let mut state = self.state();
        if let State::Open { since } = *state
            && self.clock.now().duration_since(since) >= self.open
        {
            *state = State::HalfOpen { probing: false };
        }
        let probe = match &mut *state {
            State::Closed { .. } => false,
            State::Open { .. } | State::HalfOpen { probing: true } => return None,
            State::HalfOpen { probing } => {
                *probing = true;
                true
            }
        };
        Some(Leave { breaker: self, probe, judged: false })
    }

    /// What it would do now.
    pub(crate) fn shown(&self) -> BreakerState {
        match *self.state() {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { since } if self.clock.now().duration_since(since) >= self.open => BreakerState::HalfOpen,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }
}

impl Leave<'_> {
    /// The source answered.
    pub(crate) fn succeeded(mut self) {
        self.judged = true;
        let mut state = self.breaker.state();
        if self.probe || matches!(*state, State::Closed { .. }) {
            *state = State::Closed { failures: 0 };
        }
    }

    /// The source failed.
    pub(crate) fn failed(mut self) {
        self.judged = true;
        let now = self.breaker.clock.now();
        let mut state = self.breaker.state();
        match &mut *state {
            State::HalfOpen { .. } if self.probe => *state = State::Open { since: now },
            State::Closed { failures } => {
                *failures = failures.saturating_add(1);
                if self.breaker.failures > 0 && *failures >= self.breaker.failures {
                    *state = State::Open { since: now };
                }
            }
            // a call from before the breaker opened says nothing new
            State::Open { .. } | State::HalfOpen { .. } => {}
        }
    }
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if self.probe
            && !self.judged
            && let State::HalfOpen { probing } = &mut *self.breaker.state()
        {
            *probing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct HandClock(Mutex<Instant>);

    impl HandClock {
        fn advance(&self, by: Duration) {
            *self.0.lock().unwrap() += by;
        }
    }

    impl Clock for HandClock {
        fn now(&self) -> Instant {
            *self.0.lock().unwrap()
        }
    }

    fn breaker(failures: u32) -> (Breaker, Arc<HandClock>) {
        let clock = Arc::new(HandClock(Mutex::new(Instant::now())));
        (Breaker::new(failures, Duration::from_secs(30), clock.clone()), clock)
    }

    #[test]
    fn opens_after_failures_in_a_row_and_one_probe_closes_it() {
        let (breaker, clock) = breaker(2);
        breaker.leave().unwrap().failed();
        breaker.leave().unwrap().succeeded();
        breaker.leave().unwrap().failed();
        assert_eq!(breaker.shown(), BreakerState::Closed);
        breaker.leave().unwrap().failed();
        assert_eq!(breaker.shown(), BreakerState::Open);
        assert!(breaker.leave().is_none());
        clock.advance(Duration::from_secs(29));
        assert!(breaker.leave().is_none());
        clock.advance(Duration::from_secs(1));
        let probe = breaker.leave().unwrap();
        assert!(breaker.leave().is_none(), "only one probe at a time");
        probe.succeeded();
        assert_eq!(breaker.shown(), BreakerState::Closed);
    }

    #[test]
    fn a_failed_probe_opens_again_and_a_cancelled_one_frees_the_place() {
        let (breaker, clock) = breaker(1);
        breaker.leave().unwrap().failed();
        clock.advance(Duration::from_secs(30));
        drop(breaker.leave().unwrap());
        breaker.leave().unwrap().failed();
        assert_eq!(breaker.shown(), BreakerState::Open);
        assert!(breaker.leave().is_none());
    }

    #[test]
    fn late_verdicts_of_earlier_calls_change_nothing() {
        let (breaker, clock) = breaker(1);
        let (early, late) = (breaker.leave().unwrap(), breaker.leave().unwrap());
        early.failed();
        clock.advance(Duration::from_secs(30));
        let probe = breaker.leave().unwrap();
        late.succeeded();
        assert_eq!(breaker.shown(), BreakerState::HalfOpen);
        probe.failed();
        assert_eq!(breaker.shown(), BreakerState::Open);
    }
}
