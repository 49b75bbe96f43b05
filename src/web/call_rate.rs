//! How often one caller may call: a bucket each, by the token's subject, so that one client cannot take the service from the others.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::Extensions;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::places::{Kind, Places, Seat};
use crate::auth::Caller;
use crate::config::ServerLimits;

/// Most buckets kept. Only registered callers get one; clients that were taken out since leave theirs.
const MOST_BUCKETS: usize = 4096;

/// Buckets of all callers.
pub(super) struct CallRate {
    usual: Quota,
    buckets: Mutex<HashMap<String, Bucket>>,
    clock: DefaultClock,
}

/// A caller's bucket, made for so many calls a second; none = the server's number.
#[derive(Clone)]
struct Bucket {
    own: Option<NonZeroU32>,
    limiter: Arc<DefaultDirectRateLimiter>,
}

impl CallRate {
    pub(super) fn new(limits: &ServerLimits) -> Self {
        Self { usual: quota(limits), buckets: Mutex::default(), clock: DefaultClock::default() }
    }

    /// Takes one call of a caller, who may make `own` a second if that is said; when the bucket is empty, the time after which the next one is
    /// allowed.
    pub(super) fn take(&self, subject: &str, own: Option<NonZeroU32>) -> Result<(), Duration> {
        self.bucket(subject, own).check().map_err(|refusal| refusal.wait_time_from(self.clock.now()))
    }

    fn bucket(&self, subject: &str, own: Option<NonZeroU32>) -> Arc<DefaultDirectRateLimiter> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(subject).filter(|bucket| bucket.own == own) {
            return Arc::clone(&bucket.limiter);
        }
        if buckets.len() >= MOST_BUCKETS {
            buckets.clear();
        }
        let quota = own.map_or(self.usual, |own| quota(&ServerLimits::default().calling(own)));
        let limiter = Arc::new(RateLimiter::direct(quota));
        buckets.insert(subject.to_owned(), Bucket { own, limiter: Arc::clone(&limiter) });
        limiter
    }
}

fn quota(limits: &ServerLimits) -> Quota {
    let every = limits.call_every.max(Duration::from_nanos(1));
    Quota::with_period(every).expect("not zero").allow_burst(limits.call_burst)
}

/// Why a caller has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// It calls too often: the time after which the next call is allowed.
    Often(Duration),
    /// It has as many calls, or streams of events, open as one caller may.
    AtOnce(Kind),
}

/// Takes one call of a caller, and a place for it until its answer has gone, where [`super::guard`] counts them.
///
/// # Errors
/// [`TooMuch`].
pub fn take_turn(extensions: &Extensions, caller: &Caller, kind: Kind) -> Result<(), TooMuch> {
    if let Some(rate) = extensions.get::<Arc<CallRate>>() {
        rate.take(&caller.subject, caller.calls_per_second).map_err(TooMuch::Often)?;
    }
    if let (Some(places), Some(seat)) = (extensions.get::<Arc<Places>>(), extensions.get::<Seat>()) {
        seat.put(places.take(&caller.subject, kind).ok_or(TooMuch::AtOnce(kind))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_an_hour(at_once: u32) -> CallRate {
        let (call_every, call_burst) = (Duration::from_secs(3600), NonZeroU32::new(at_once).expect("not zero"));
        CallRate::new(&ServerLimits { call_every, call_burst, ..ServerLimits::default() })
    }

    #[test]
    fn a_burst_is_allowed_then_a_wait_and_callers_do_not_share() {
        let rate = one_an_hour(2);
        assert!(rate.take("a", None).is_ok() && rate.take("a", None).is_ok());
        let (wait, hour) = (rate.take("a", None).unwrap_err(), Duration::from_secs(3600));
        assert!(wait > hour / 2 && wait <= hour, "{wait:?}");
        assert!(rate.take("b", None).is_ok());
    }

    #[test]
    fn a_caller_with_a_number_of_its_own_has_that_one_and_another_when_it_changes() {
        let rate = one_an_hour(1);
        let many = NonZeroU32::new(50_000);
        assert!((0..100).all(|_| rate.take("a", many).is_ok()), "twice as many at once as a second");
        assert!(rate.take("b", None).is_ok() && rate.take("b", None).is_err(), "the others have the server's");
        let two = NonZeroU32::MIN.saturating_add(1);
        let few = |n: NonZeroU32| rate.bucket("c", Some(NonZeroU32::MIN)).check_n(n).is_ok_and(|held| held.is_ok());
        assert!(few(two), "one a second, two at once");
        assert!(rate.bucket("d", Some(NonZeroU32::MIN)).check_n(two.saturating_add(1)).is_err(), "never three");
        assert!(rate.take("a", None).is_ok() && rate.take("a", None).is_err(), "its number was taken away");
    }

    #[test]
    fn buckets_do_not_grow_without_end() {
        let rate = one_an_hour(1);
        for caller in 0..3 * MOST_BUCKETS {
            assert!(rate.take(&caller.to_string(), None).is_ok());
        }
        assert!(rate.buckets.lock().unwrap().len() <= MOST_BUCKETS);
    }
}
