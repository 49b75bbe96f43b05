//! Who travels together: questions of any callers about the same day and window gather in a coach until it is full or has waited
//! long enough, and go on boarding while it waits for a place; the same question is seated once. Says nothing of what is asked.
//!
//! A coach runs for as long as somebody waits for it ([`Run`] is shared by its riders and is cancelled with the last of them). A
//! rider who goes before it sets out is left behind, and a question that nobody waits for any more with them; one who goes later
//! changes nothing for the others.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _, Shared, WeakShared};
use jiff::civil::Date;
use tokio::time::Instant;

use super::signal::Signal;
use crate::source::{Lane, Query, Reply, Reused};

/// A question: the hash of all that makes it the same one.
pub(super) type Question = [u8; 32];

/// An answer, and for which query the department was asked for it, and when.
pub(super) type Landed = Arc<(Reused, Reply)>;

/// What a coach brings: to each question the rider whose query was sent, and the answer.
pub(super) type Arrival = Arc<HashMap<Question, (u64, Landed)>>;

/// A coach on its way.
type Run = Shared<BoxFuture<'static, Arrival>>;
/// As-of day and the window's first day.
type Day = (Date, Date);

/// The coaches of one source.
#[derive(Default)]
pub(super) struct Departures(Mutex<Board>);

#[derive(Default)]
struct Board {
    next: u64,
    gathering: HashMap<u64, Coach>,
    /// The coach of a day that is not full.
    with_room: BTreeMap<Day, u64>,
    asked: HashMap<Question, Berth>,
}

struct Coach {
    day: Day,
    seats: Vec<Seat>,
    signal: Arc<Signal>,
    run: WeakShared<BoxFuture<'static, Arrival>>,
}

/// A question, and who wants to know, the first first.
pub(super) struct Seat {
    pub(super) question: Question,
    pub(super) riders: Vec<(u64, Query)>,
}

/// Where a question is seated, from boarding to the answer.
struct Berth {
    coach: u64,
    signal: Arc<Signal>,
    run: WeakShared<BoxFuture<'static, Arrival>>,
}

/// A question that a caller has, by its place among theirs.
pub(super) struct Wanted {
    pub(super) index: usize,
    pub(super) question: Question,
    pub(super) query: Query,
}

/// How coaches of a source are filled and when they leave.
pub(super) struct Timetable<F> {
    pub(super) seats: usize,
    pub(super) window: fn(&crate::settings::SourceSettings, Lane) -> Duration,
    /// Makes a coach's journey.
    pub(super) start: F,
}

/// A caller's seats in one coach; given up when dropped.
pub(super) struct Passage<'d> {
    departures: &'d Departures,
    coach: u64,
    /// Index, question, and the rider they are.
    pub(super) people: Vec<(usize, Question, u64)>,
    pub(super) lane: Lane,
    pub(super) signal: Arc<Signal>,
    pub(super) run: Run,
}

impl Departures {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seats questions, in coaches that gather where there is room.
    pub(super) fn seat<F>(
        &self,
        wanted: Vec<Wanted>,
        settings: &crate::settings::SourceSettings,
        timetable: &Timetable<F>,
    ) -> Vec<Passage<'_>>
    where
        F: Fn(u64, Arc<Signal>) -> BoxFuture<'static, Arrival>,
    {
        let now = Instant::now();
        let mut passages: BTreeMap<u64, Passage<'_>> = BTreeMap::new();
        let mut board = self.board();
        for Wanted { index, question, query } in wanted {
            let (lane, rider) = (query.lane, board.number());
            let (coach, signal, run) = match board.join(question, rider, &query) {
                Some(joined) => joined,
                None => board.take_seat(question, rider, query, timetable),
            };
            signal.press(lane, now + (timetable.window)(settings, lane));
            let passage = passages.entry(coach).or_insert_with(|| Passage {
                departures: self,
                coach,
                people: Vec::new(),
                lane,
                signal,
                run,
            });
            passage.people.push((index, question, rider));
            passage.lane = passage.lane.min(lane);
        }
        drop(board);
        passages.into_values().collect()
    }

    /// Ends the boarding of a coach: who travels.
    pub(super) fn seal(&self, coach: u64) -> Vec<Seat> {
        let mut board = self.board();
        board.close(coach).map_or_else(Vec::new, |coach| coach.seats)
    }

    /// What frees a coach's questions when it has ended, however it ends.
    pub(super) fn journey(&self, coach: u64) -> Journey<'_> {
        Journey { departures: self, coach, questions: Vec::new() }
    }

    /// Questions that gather or wait for a place, by lane of their coach.
    pub(super) fn gathering(&self) -> [usize; 3] {
        let mut waiting = [0; 3];
        for coach in self.board().gathering.values() {
            waiting[coach.signal.lane_now().index()] += coach.seats.len();
        }
        waiting
    }
}

impl Board {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// A seat with whoever has the same question already.
    fn join(&mut self, question: Question, rider: u64, query: &Query) -> Option<(u64, Arc<Signal>, Run)> {
        let berth = self.asked.get(&question)?;
        // nobody waits for it any more: it is as good as gone
        let run = berth.run.upgrade()?;
        let seats = self.gathering.get_mut(&berth.coach).map(|coach| &mut coach.seats);
        if let Some(seat) = seats.and_then(|seats| seats.iter_mut().find(|seat| seat.question == question)) {
            seat.riders.push((rider, query.clone()));
        }
        Some((berth.coach, berth.signal.clone(), run))
    }

    /// A seat of their own.
    fn take_seat<F>(
        &mut self,
        question: Question,
        rider: u64,
        query: Query,
        timetable: &Timetable<F>,
    ) -> (u64, Arc<Signal>, Run)
    where
        F: Fn(u64, Arc<Signal>) -> BoxFuture<'static, Arrival>,
    {
        let day = (query.as_of, query.window_from);
        let known =
            self.with_room.get(&day).copied().and_then(|id| Some((id, self.gathering.get(&id)?.run.upgrade()?)));
        let (id, run) = known.unwrap_or_else(|| {
            let (id, signal) = (self.number(), Arc::new(Signal::new(query.lane)));
            let run = (timetable.start)(id, signal.clone()).shared();
            let weak = run.downgrade().expect("it was made just now and has not ended");
            self.gathering.insert(id, Coach { day, seats: Vec::new(), signal, run: weak });
            self.with_room.insert(day, id);
            (id, run)
        });
        let coach = self.gathering.get_mut(&id).expect("found or made just now");
        coach.seats.push(Seat { question, riders: vec![(rider, query)] });
        let (signal, weak) = (coach.signal.clone(), coach.run.clone());
        if coach.seats.len() >= timetable.seats {
            signal.leave_now();
            self.with_room.remove(&day);
        }
        self.asked.insert(question, Berth { coach: id, signal: signal.clone(), run: weak });
        (id, signal, run)
    }

    fn close(&mut self, id: u64) -> Option<Coach> {
        let coach = self.gathering.remove(&id)?;
        if self.with_room.get(&coach.day) == Some(&id) {
            self.with_room.remove(&coach.day);
        }
        Some(coach)
    }

    fn free(&mut self, coach: u64, question: &Question) {
        if self.asked.get(question).is_some_and(|berth| berth.coach == coach) {
            self.asked.remove(question);
        }
    }
}

impl Drop for Passage<'_> {
    fn drop(&mut self) {
        let mut board = self.departures.board();
        let Some(coach) = board.gathering.get_mut(&self.coach) else { return };
        let mut left = Vec::new();
        for (_, question, rider) in &self.people {
            let Some(at) = coach.seats.iter().position(|seat| seat.question == *question) else { continue };
            coach.seats[at].riders.retain(|(other, _)| other != rider);
            if coach.seats[at].riders.is_empty() {
                coach.seats.remove(at);
                left.push(question);
            }
        }
        let empty = coach.seats.is_empty();
        left.into_iter().for_each(|question| board.free(self.coach, question));
        if empty {
            board.close(self.coach);
        }
    }
}

/// A coach from its making to its end.
pub(super) struct Journey<'d> {
    departures: &'d Departures,
    coach: u64,
    /// What it asks, once that is settled.
    pub(super) questions: Vec<Question>,
}

impl Drop for Journey<'_> {
    fn drop(&mut self) {
        let mut board = self.departures.board();
        let unsealed = board.close(self.coach).map_or_else(Vec::new, |coach| coach.seats);
        for question in unsealed.iter().map(|seat| &seat.question).chain(&self.questions) {
            board.free(self.coach, question);
        }
    }
}

/// An answer for another query than it was had for: nothing was sent, and it is as old as it is.
pub(super) fn reused(landed: &Landed) -> Reply {
    let (first, reply) = &**landed;
    Reply { attempts: 0, elapsed: Duration::ZERO, reused: Some(*first), ..reply.clone() }
}
