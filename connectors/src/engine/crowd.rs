//! A department that is slower than the rest must not hold them up: where so many questions of bulk wait for it already that one more would
//! only wait too, its case had better go on without it and come back when its turn is near.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Before anything is known: time a question.
const FIRST_PACE: Duration = Duration::from_millis(50);
/// Whoever has to come back does so within these.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(600);
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
    /// Questions that were told to come back and have not.
    promised: usize,
    /// Questions that were let in and are not waiting yet: lately, and in the span before; and since when is lately.
    expected: [usize; 2],
    lately: Option<Instant>,
}

impl Crowd {
    /// So many questions may wait.
    pub(super) fn new(most: usize) -> Self {
        let state = State { pace: FIRST_PACE, ended: None, promised: 0, expected: [0; 2], lately: None };
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
        if had_one {
            state.promised = state.promised.saturating_sub(people);
        } else if before == 0 {
            // whoever was cancelled does not come back: nobody waits for their turns
            state.promised /= 2;
        }
        // a lone case larger than all that may wait is let in, and so is one whose turn has come when there is any room
        if before == 0 || before + people <= self.most || (had_one && before < self.most) {
            state.expected[0] += people;
            return None;
        }
        // behind all who wait, and all who were told so before
        let ahead = before + if had_one { 0 } else { state.promised };
        state.promised += people;
        let wait = state.pace.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX));
        Some(if had_one { wait / 2 } else { wait }.clamp(SHORTEST, LONGEST))
    }

    /// Questions that were let in wait now.
    pub(super) fn came(&self, people: usize) {
        let mut state = self.state();
        let of_before = people.min(state.expected[1]);
        state.expected[1] -= of_before;
        state.expected[0] = state.expected[0].saturating_sub(people - of_before);
    }

    /// An exchange about `people` has ended while `waiting` questions wait; `made`: a request was sent for it. What was not sent says
    /// nothing of how fast the source is.
    pub(super) fn ended(&self, people: usize, waiting: usize, made: bool, now: Instant) {
        let mut state = self.state();
        if let (true, Some(before)) = (made, state.ended) {
            let each = now.duration_since(before) / u32::try_from(people.max(1)).unwrap_or(u32::MAX);
            // one long silence makes no slow source of it
            let each = each.min(state.pace * 4 + FIRST_PACE);
            state.pace = (state.pace * 7 + each) / 8;
        }
        state.ended = (made && waiting > 0).then_some(now);
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
            crowd.ended(1, 10, true, now);
            now += SECOND;
        }
        let first = crowd.turn(5, 10, false, now).expect("full");
        assert!((9 * SECOND..11 * SECOND).contains(&first), "ten questions ahead, a second each: {first:?}");
        let second = crowd.turn(5, 10, false, now).expect("full");
        assert!((14 * SECOND..16 * SECOND).contains(&second), "and the five before it: {second:?}");
        let again = crowd.turn(5, 10, true, now).expect("full");
        assert!((4 * SECOND..6 * SECOND).contains(&again), "had a turn: {again:?}");
        let third = crowd.turn(5, 10, false, now).expect("full");
        assert!((19 * SECOND..21 * SECOND).contains(&third), "behind the three before it: {third:?}");
        // a pause without anybody waiting says nothing of the pace
        crowd.ended(1, 0, true, now);
        crowd.ended(1, 10, true, now + 500 * SECOND);
        assert!(crowd.turn(5, 10, true, now).expect("full") < 7 * SECOND);
        // nor does one that was not sent, or a night on which nobody answered
        crowd.ended(1, 10, false, now + 501 * SECOND);
        crowd.ended(1, 10, true, now + 9_000 * SECOND);
        crowd.ended(1, 10, true, now + 18_000 * SECOND);
        assert!(crowd.turn(5, 10, true, now).expect("full") < 10 * SECOND);
    }

    #[test]
    fn a_large_case_whose_turn_has_come_is_let_in_when_there_is_room() {
        let (crowd, now) = (Crowd::new(4), Instant::now());
        assert!(crowd.turn(5, 3, false, now).is_some());
        assert!(crowd.turn(5, 4, true, now).is_some(), "no room at all");
        assert_eq!(crowd.turn(5, 3, true, now), None, "ahead of small ones that come again and again");
    }

    #[test]
    fn a_case_larger_than_all_that_may_wait_is_let_in_alone() {
        let (crowd, now) = (Crowd::new(10), Instant::now());
        assert_eq!(crowd.turn(30, 0, false, now), None);
    }
}
