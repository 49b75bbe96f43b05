//! Whose turn it is: free places and permits of one source go to the most urgent lane, and within a lane in the order of asking.
//!
//! A lane that was passed over seven times in a row by more urgent ones has the next turn, so that bulk gets every eighth at the
//! least and nobody starves; where nothing urgent waits, a lane has them all. A waiter that is dropped is out of the queue, and gives
//! back a turn it was just given.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

use crate::source::Lane;

/// Turns in a row that may go to more urgent lanes while somebody waits.
const PASSED_OVER: u32 = 7;

/// So many at a time, the others in three queues.
pub(crate) struct Turns(Mutex<State>);

struct State {
    free: usize,
    queues: [VecDeque<Waiter>; 3],
    passed: [u32; 3],
    next: u64,
}

struct Waiter {
    id: u64,
    turn: oneshot::Sender<()>,
}

/// A turn; given back when dropped.
pub(crate) struct Turn<'t>(&'t Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().give_back();
    }
}

impl Turns {
    /// `at_once` turns may be held at the same time.
    pub(crate) fn new(at_once: usize) -> Self {
        let queues = [VecDeque::new(), VecDeque::new(), VecDeque::new()];
        Self(Mutex::new(State { free: at_once, queues, passed: [0; 3], next: 0 }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits in the lane for a turn, and in another from when the lane changes.
    pub(crate) async fn take(&self, lane: &mut watch::Receiver<Lane>) -> Turn<'_> {
        loop {
            let queue = lane.borrow_and_update().index();
            let Some(mut queued) = self.queue(queue) else { return Turn(self) };
            let changed = async {
                // a lane that nobody can change any more stays
                if lane.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                biased;
                _ = &mut queued.turn => {
                    queued.taken = true;
                    return Turn(self);
                }
                () = changed => {}
            }
        }
    }

    /// A turn at once (`None`: it is the caller's), or a place in a queue.
    fn queue(&self, lane: usize) -> Option<Queued<'_>> {
        let mut state = self.state();
        if state.free > 0 {
            state.free -= 1;
            return None;
        }
        let (sender, turn) = oneshot::channel();
        let id = state.next;
        state.next += 1;
        state.queues[lane].push_back(Waiter { id, turn: sender });
        Some(Queued { turns: self, lane, id, turn, taken: false })
    }

    /// How many wait, by lane.
    #[cfg(test)]
    fn waiting(&self) -> [usize; 3] {
        let state = self.state();
        [0, 1, 2].map(|lane| state.queues[lane].len())
    }
}

impl State {
    /// A turn is free: to whom it goes next.
    fn give_back(&mut self) {
        match self.next_lane().and_then(|lane| self.queues[lane].pop_front()) {
            // a waiter leaves its queue before it is gone, so whoever is in one still listens
            Some(waiter) => drop(waiter.turn.send(())),
            None => self.free += 1,
        }
    }

    fn next_lane(&mut self) -> Option<usize> {
        let waiting = |lane: &usize| !self.queues[*lane].is_empty();
        let starved = (0..3).rev().find(|lane| waiting(lane) && self.passed[*lane] >= PASSED_OVER);
        let chosen = starved.or_else(|| (0..3).find(waiting))?;
        for lane in 0..3 {
            let passed_over = lane > chosen && !self.queues[lane].is_empty();
            self.passed[lane] = match (lane == chosen, passed_over) {
                (true, _) => 0,
                (false, true) => self.passed[lane].saturating_add(1),
                (false, false) => self.passed[lane],
            };
        }
        Some(chosen)
    }
}

/// A place in a queue. Dropped, it is given up; a turn that came in the same moment goes to the next.
struct Queued<'t> {
    turns: &'t Turns,
    lane: usize,
    id: u64,
    turn: oneshot::Receiver<()>,
    taken: bool,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if self.taken {
            return;
        }
        let mut state = self.turns.state();
        match state.queues[self.lane].iter().position(|waiter| waiter.id == self.id) {
            Some(at) => drop(state.queues[self.lane].remove(at)),
            None => state.give_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use futures_util::future::BoxFuture;

    use super::*;

    fn waiter<'t>(turns: &'t Turns, lane: Lane) -> BoxFuture<'t, Turn<'t>> {
        let mut wait = async move { turns.take(&mut watch::channel(lane).1).await }.boxed();
        // polled once: now it stands in the queue
        assert!((&mut wait).now_or_never().is_none());
        wait
    }

    /// Gives turn after turn to whoever is next, and says which of the waiters they were.
    fn order(held: Turn<'_>, mut waiting: Vec<(usize, BoxFuture<'_, Turn<'_>>)>) -> Vec<usize> {
        let (mut held, mut order) = (Some(held), Vec::new());
        while !waiting.is_empty() {
            held.take();
            let next = waiting.iter_mut().position(|(_, wait)| {
                held = wait.now_or_never();
                held.is_some()
            });
            order.push(waiting.remove(next.expect("somebody has the turn")).0);
        }
        order
    }

    fn first(turns: &Turns) -> Turn<'_> {
        turns.take(&mut watch::channel(Lane::Bulk).1).now_or_never().expect("nobody is before")
    }

    #[test]
    fn the_urgent_first_and_within_a_lane_as_they_came() {
        let turns = Turns::new(1);
        let held = first(&turns);
        let lanes = [Lane::Bulk, Lane::Bulk, Lane::Interactive, Lane::Urgent, Lane::Interactive];
        let waiting: Vec<_> = lanes.into_iter().map(|lane| waiter(&turns, lane)).enumerate().collect();
        assert_eq!(turns.waiting(), [1, 2, 2]);
        assert_eq!(order(held, waiting), [3, 2, 4, 0, 1]);
        assert_eq!(turns.waiting(), [0, 0, 0]);
        drop(first(&turns));
    }

    #[test]
    fn every_eighth_turn_goes_to_bulk_while_others_wait() {
        let turns = Turns::new(1);
        let held = first(&turns);
        let lanes = std::iter::repeat_n(Lane::Bulk, 3).chain(std::iter::repeat_n(Lane::Interactive, 20));
        let waiting: Vec<_> = lanes.map(|lane| waiter(&turns, lane)).enumerate().collect();
        let order = order(held, waiting);
        let bulk: Vec<usize> = (0..order.len()).filter(|at| order[*at] < 3).collect();
        assert_eq!(bulk, [7, 15, 22], "one in eight, and the rest when nobody else waits");
    }

    #[test]
    fn whoever_goes_is_out_of_the_queue_and_loses_no_turn() {
        let turns = Turns::new(1);
        let held = first(&turns);
        let (gone, granted, last) =
            (waiter(&turns, Lane::Bulk), waiter(&turns, Lane::Bulk), waiter(&turns, Lane::Bulk));
        drop(gone);
        assert_eq!(turns.waiting(), [0, 0, 2]);
        drop(held);
        // it has the turn and does not know yet
        drop(granted);
        assert!(last.now_or_never().is_some());
        drop(first(&turns));
    }

    #[test]
    fn a_lane_may_change_while_waiting() {
        let turns = Turns::new(1);
        let held = first(&turns);
        let ordinary = waiter(&turns, Lane::Interactive);
        let (raise, mut lane) = watch::channel(Lane::Bulk);
        let mut raised = async { turns.take(&mut lane).await }.boxed();
        assert!((&mut raised).now_or_never().is_none());
        raise.send_replace(Lane::Urgent);
        assert!((&mut raised).now_or_never().is_none());
        assert_eq!(order(held, vec![(0, ordinary), (1, raised)]), [1, 0]);
    }
}
