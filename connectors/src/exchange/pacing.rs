//! A department that asks to be left alone is left alone by every exchange, not only by the one it told; and one that says it is asked too
//! often is asked no faster than it just bore, until it bears more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::records::Failure;

/// Longer than this no `Retry-After` holds: a department that states a wrong one is asked again today.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// Questions are never further apart than this for having been told of a limit.
const LONGEST_SPACING: Duration = Duration::from_secs(2);
/// Each answer brings the next question closer by this part, so that a limit that has gone is found out.
const SHRINKS_BY: u32 = 1024;

/// How a source wants to be asked.
#[derive(Default)]
pub(crate) struct Pacing(Mutex<State>);

#[derive(Default)]
struct State {
    /// Until when it is left alone, and what it said.
    rest: Option<(Instant, Failure)>,
    /// Between two requests; nothing where no limit was told.
    spacing: Duration,
    /// When the next request may go.
    next: Option<Instant>,
    /// Answers since then.
    since: Option<Instant>,
    answers: u32,
}

impl Pacing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The source asked not to be called for so long.
    pub(crate) fn rest(&self, now: Instant, after: Duration, why: Failure) {
        let until = now + after.min(LONGEST_REST);
        let mut state = self.state();
        if state.rest.is_none_or(|(known, _)| known < until) {
            state.rest = Some((until, why));
        }
    }

    /// How much of that is left.
    pub(crate) fn left(&self, now: Instant) -> Option<(Duration, Failure)> {
        let rest = self.state().rest?;
        let left = rest.0.saturating_duration_since(now);
        (!left.is_zero()).then_some((left, rest.1))
    }

    /// The source was asked too often. What it bore since the last time is what it bears: `after` included, for which it wants rest.
    pub(crate) fn limited(&self, now: Instant, after: Duration) {
        let mut state = self.state();
        // others that were under way say the same once more
        if state.rest.is_some_and(|(until, _)| now < until) {
            return;
        }
        let span = state.since.map_or(Duration::ZERO, |since| now.duration_since(since)) + after.min(LONGEST_REST);
        let borne = span.checked_div(state.answers).unwrap_or(LONGEST_SPACING);
        // a little slower than that, and slower than it was just now
        let slower = (borne + borne / 16).max(state.spacing + state.spacing / 8);
        state.spacing = slower.min(LONGEST_SPACING);
        (state.since, state.answers) = (Some(now), 0);
    }

    /// The source answered.
    pub(crate) fn answered(&self, now: Instant) {
        let mut state = self.state();
        state.since.get_or_insert(now);
        state.answers = state.answers.saturating_add(1);
        let closer = state.spacing / SHRINKS_BY;
        state.spacing -= closer;
    }

    /// How long a request waits for its turn.
    pub(crate) fn turn(&self, now: Instant) -> Duration {
        let mut state = self.state();
        if state.spacing.is_zero() {
            return Duration::ZERO;
        }
        let turn = state.next.map_or(now, |next| next.max(now));
        state.next = Some(turn + state.spacing);
        turn.duration_since(now)
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

    /// Asks a department that bears `limit` requests in each second, as fast as it may be asked, for a minute: requests it bore, and those
    /// it refused.
    fn minute(limit: u32) -> (u32, u32) {
        let (pacing, begun) = (Pacing::default(), Instant::now());
        let (mut now, mut borne, mut refused) = (begun, 0_u32, 0_u32);
        let (mut second, mut in_second) = (0, 0);
        while now < begun + Duration::from_secs(60) {
            if let Some((left, _)) = pacing.left(now) {
                now += left;
                continue;
            }
            now += pacing.turn(now).max(Duration::from_millis(1));
            if now.duration_since(begun).as_secs() != second {
                (second, in_second) = (now.duration_since(begun).as_secs(), 0);
            }
            in_second += 1;
            if in_second > limit {
                refused += 1;
                pacing.limited(now, Duration::from_secs(1));
                pacing.rest(now, Duration::from_secs(1), Failure::RateLimited);
            } else {
                borne += 1;
                pacing.answered(now);
            }
        }
        (borne, refused)
    }

    #[test]
    fn a_limit_is_learned_and_kept_to() {
        for limit in [5, 40, 200] {
            let (borne, refused) = minute(limit);
            assert!(borne > limit * 60 * 6 / 10, "{limit} a second: most of what it bears, {borne}");
            assert!(refused * 20 < borne, "{limit} a second: few in vain, {refused} beside {borne}");
        }
        assert_eq!(Pacing::default().turn(Instant::now()), Duration::ZERO, "nobody waits where no limit was told");
    }
}
