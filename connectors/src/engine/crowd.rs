//! A department that is slower than the rest must not hold them up: where so many questions of bulk wait for it already that one more would
//! only wait too, its case had better go on without it and come back when its turn is near.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Before anything is known: time a question.
const FIRST_PACE: Duration = Duration::from_millis(50);
/// Whoever comes back too early comes back again within these.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(3600);
/// Who was let in and has not come after twice this does not come.
const EXPECTED_FOR: Duration = Duration::from_secs(10);

/// How fast questions of one source are done with, and who has been told to come back when.
pub(super) struct Crowd {
    /// Questions that may wait.
    most: usize,
    state: Mutex<State>,
}

struct State {
    /// Time a question, while others wait.
    pace: Duration,
    /// When the last exchange ended, if questions were waiting then.
    ended: Option<Instant>,
    /// Up to when turns have been given out.
    given_out: Option<Instant>,
    /// Questions that were let in and are not waiting yet: lately, and in the span before; and since when is lately.
    expected: [usize; 2],
    lately: Option<Instant>,
}

impl Crowd {
    /// So many questions may wait.
    pub(super) fn new(most: usize) -> Self {
        let state = State { pace: FIRST_PACE, ended: None, given_out: None, expected: [0; 2], lately: None };
        Self { most, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After how long a case that has `people` questions should come back; none = let it wait here. `waiting` questions do so now.
    /// Who was given a turn before takes none from others.
    pub(super) fn turn(&self, people: usize, waiting: usize, had_one: bool, now: Instant) -> Option<Duration> {
        let mut state = self.state();
        match state.lately.map(|since| now.duration_since(since)) {
            Some(span) if span <= EXPECTED_FOR => {}
            Some(span) if span <= 2 * EXPECTED_FOR => {
                (state.expected, state.lately) = ([0, state.expected[0]], Some(now));
            }
            _ => (state.expected, state.lately) = ([0; 2], Some(now)),
        }
        let before = waiting + state.expected[0] + state.expected[1];
        // a lone case larger than all that may wait is let in
        if before == 0 || before + people <= self.most {
            state.expected[0] += people;
            return None;
        }
        let of = |questions: usize| state.pace.saturating_mul(u32::try_from(questions).unwrap_or(u32::MAX));
        let behind_all = of(before).min(LONGEST);
        if had_one {
            return Some((behind_all / 2).max(SHORTEST));
        }
        let turn = state.given_out.map_or(now, |at| at.max(now)).max(now + behind_all).min(now + LONGEST);
        state.given_out = Some(turn + of(people));
        Some(turn.duration_since(now).max(SHORTEST))
    }

    /// Questions that were let in wait now.
    pub(super) fn came(&self, people: usize) {
        let mut state = self.state();
        let of_before = people.min(state.expected[1]);
        state.expected[1] -= of_before;
        state.expected[0] = state.expected[0].saturating_sub(people - of_before);
    }

    /// An exchange about `people` has ended while `waiting` questions wait.
    pub(super) fn ended(&self, people: usize, waiting: usize, now: Instant) {
        let mut state = self.state();
        if let Some(before) = state.ended {
            let each = now.duration_since(before) / u32::try_from(people.max(1)).unwrap_or(u32::MAX);
            state.pace = (state.pace * 7 + each) / 8;
        }
        state.ended = (waiting > 0).then_some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn whoever_finds_room_waits_here_and_the_rest_come_back_one_after_another() {
        let (crowd, now) = (Crowd::new(10), Instant::now());
        for _ in 0..3 {
            assert_eq!(crowd.turn(3, 0, false, now), None, "let in, and counted before they wait");
        }
        let first = crowd.turn(3, 0, false, now).expect("nine of ten are expected");
        let second = crowd.turn(3, 0, false, now).expect("and nobody came");
        assert!(first >= SECOND && second >= first, "{first:?}, {second:?}");
        crowd.came(9);
        assert_eq!(crowd.turn(1, 9, false, now), None);
        assert!(crowd.turn(1, 9, false, now).is_some(), "one is on its way to the last place");
        assert_eq!(crowd.turn(1, 9, false, now + 2 * EXPECTED_FOR + SECOND), None, "which never came");
    }

    #[test]
    fn turns_follow_the_pace_at_which_questions_are_done_with() {
        let (crowd, mut now) = (Crowd::new(10), Instant::now());
        for _ in 0..100 {
            crowd.ended(1, 10, now);
            now += SECOND;
        }
        let first = crowd.turn(5, 10, false, now).expect("full");
        assert!((9 * SECOND..11 * SECOND).contains(&first), "ten questions ahead, a second each: {first:?}");
        let second = crowd.turn(5, 10, false, now).expect("full");
        assert!((14 * SECOND..16 * SECOND).contains(&second), "and the five before it: {second:?}");
        let again = crowd.turn(5, 10, true, now).expect("full");
        assert!((4 * SECOND..6 * SECOND).contains(&again), "had a turn: {again:?}");
        let third = crowd.turn(5, 10, false, now).expect("full");
        assert!((19 * SECOND..21 * SECOND).contains(&third), "whoever came back took no turn: {third:?}");
        // a pause without anybody waiting says nothing of the pace
        crowd.ended(1, 0, now);
        crowd.ended(1, 10, now + 500 * SECOND);
        assert!(crowd.turn(5, 10, true, now).expect("full") < 7 * SECOND);
    }

    #[test]
    fn a_case_larger_than_all_that_may_wait_is_let_in_alone() {
        let (crowd, now) = (Crowd::new(10), Instant::now());
        assert_eq!(crowd.turn(30, 0, false, now), None);
    }
}
