//! How often one caller may call: a bucket each, by the token's subject, so that one client cannot take the service from the others.

use std::sync::Arc;
use std::time::Duration;

use axum::http::Extensions;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::ServerLimits;

/// Buckets of all callers. Only registered callers get one, so their number is bounded.
pub(super) struct CallRate {
    buckets: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl CallRate {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        let every = limits.call_every.max(Duration::from_nanos(1));
        let quota = Quota::with_period(every).expect("not zero").allow_burst(limits.call_burst);
        Self { buckets: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Takes one call of a caller; when the bucket is empty, the time after which the next one is allowed.
    pub(super) fn take(&self, subject: &str) -> Result<(), Duration> {
        self.buckets.check_key(&subject.to_owned()).map_err(|refusal| refusal.wait_time_from(self.clock.now()))
    }
}

/// Takes one call of a caller, where [`super::guard`] counts them; when there are too many, the time after which the next one is allowed.
///
/// # Errors
/// That time.
pub fn take_turn(extensions: &Extensions, subject: &str) -> Result<(), Duration> {
    extensions.get::<Arc<CallRate>>().map_or(Ok(()), |rate| rate.take(subject))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_burst_is_allowed_then_a_wait_and_callers_do_not_share() {
        let hour = Duration::from_secs(3600);
        let limits =
            ServerLimits { call_every: hour, call_burst: NonZeroU32::new(2).expect("two"), ..ServerLimits::default() };
        let rate = CallRate::new(&limits);
        assert!(rate.take("a").is_ok() && rate.take("a").is_ok());
        let wait = rate.take("a").unwrap_err();
        assert!(wait > hour / 2 && wait <= hour, "{wait:?}");
        assert!(rate.take("b").is_ok());
    }
}
