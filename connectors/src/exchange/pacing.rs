//! A department that asks to be left alone is left alone by every exchange, not only by the one it told.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::records::Failure;

/// Longer than this no `Retry-After` holds: a department that states a wrong one is asked again today.
const LONGEST_REST: Duration = Duration::from_secs(300);

/// Until when a source is left alone, and what it said.
#[derive(Default)]
pub(crate) struct Pacing(Mutex<Option<(Instant, Failure)>>);

impl Pacing {
    /// The source asked not to be called for so long.
    pub(crate) fn rest(&self, now: Instant, after: Duration, why: Failure) {
        let until = now + after.min(LONGEST_REST);
        let mut rest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if rest.is_none_or(|(known, _)| known < until) {
            *rest = Some((until, why));
        }
    }

    /// How much of that is left.
    pub(crate) fn left(&self, now: Instant) -> Option<(Duration, Failure)> {
        let rest = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let left = rest.0.saturating_duration_since(now);
        (!left.is_zero()).then_some((left, rest.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rest_asked_for_holds_within_bounds() {
        let (pacing, now) = (Pacing::default(), Instant::now());
        assert_eq!(pacing.left(now), None);
        pacing.rest(now, Duration::from_secs(5), Failure::RateLimited);
        pacing.rest(now, Duration::from_secs(2), Failure::Busy);
        assert_eq!(pacing.left(now), Some((Duration::from_secs(5), Failure::RateLimited)));
        assert_eq!(pacing.left(now + Duration::from_secs(5)), None);
        pacing.rest(now, Duration::from_secs(86_400), Failure::Busy);
        assert_eq!(pacing.left(now), Some((LONGEST_REST, Failure::Busy)));
    }
}
