//! A department that asks to be left alone is left alone by every exchange, not only by the one it told; and one that says it is asked too
//! often is asked no faster than it just bore, until it bears more.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::records::Failure;

/// Longer than this no `Retry-After` holds: a department that states a wrong one is asked again today.
const LONGEST_REST: Duration = Duration::from_secs(300);
/// Questions are never further apart than this for having been told of a limit.
const LONGEST_SPACING: Duration = Duration::from_secs(1);
/// Where nothing is known of how often it may be asked but that this was too often.
const FIRST_SPACING: Duration = Duration::from_millis(20);
/// What is refused within this of an earlier refusal was sent before it.
const SAME_REFUSAL: Duration = Duration::from_millis(250);
/// How often it was asked before a pause like this says nothing of how often it may be.
const IDLE: Duration = Duration::from_secs(1);
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
    /// Answers since then, and when the last came.
    since: Option<Instant>,
    answers: u32,
    last: Option<Instant>,
    /// Until when refusals are of what was sent before the last one.
    refused_until: Option<Instant>,
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
        if state.refused_until.is_some_and(|until| now < until) {
            return;
        }
        let after = after.min(LONGEST_REST);
        let span = state.since.map_or(Duration::ZERO, |since| now.duration_since(since)) + after;
        let borne = span.checked_div(state.answers).unwrap_or(state.spacing * 2);
        // a little slower than that, and slower than it was just now
        let slower = (borne + borne / 16).max(state.spacing + state.spacing / 8);
        let least = if state.answers == 0 { FIRST_SPACING } else { Duration::ZERO };
        state.spacing = slower.clamp(least, LONGEST_SPACING);
        (state.since, state.answers) = (Some(now), 0);
        state.refused_until = Some(now + after.max(SAME_REFUSAL));
    }

    /// The source answered.
    pub(crate) fn answered(&self, now: Instant) {
        let mut state = self.state();
        let idle = state.last.is_none_or(|last| now.duration_since(last) > IDLE);
        // its rest is no idleness: what it bears counts it
        if idle && state.refused_until.is_none_or(|until| now > until + IDLE) {
            (state.since, state.answers) = (Some(now), 0);
        }
        state.last = Some(now);
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

    #[test]
    fn a_quiet_day_is_no_limit() {
        let (pacing, mut now) = (Pacing::default(), Instant::now());
        for _ in 0..100 {
            now += Duration::from_secs(600);
            pacing.answered(now);
        }
        pacing.limited(now, Duration::ZERO);
        pacing.limited(now, Duration::ZERO);
        let turns = [pacing.turn(now), pacing.turn(now)];
        assert!(turns[1] <= FIRST_SPACING * 2, "asked once in ten minutes, then too often: {turns:?}");
    }
}
