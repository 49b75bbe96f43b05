//! One run: how far it is, and what became of it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::given::Given;
use super::outcome::Outcome;
use super::{KEPT_MINUTES, MOST_FOUND, MOST_PAIRS};
use crate::auth::Caller;
use crate::linkage::blocking::BlockCount;
use crate::linkage::linking::{self, Progress};
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster, bound};

/// A run of somebody. Prints nothing of itself.
pub struct Run {
    /// Its id.
    pub id: Uuid,
    owner: String,
    /// Since when.
    pub begun: Timestamp,
    /// What the files are called.
    pub files: [Option<String>; 2],
    /// Rows of both sides; of one roster, the second is 0.
    pub rows: [usize; 2],
    /// The model's name.
    pub model: String,
    /// Whether it was sent along.
    pub own_model: bool,
    /// Whether each row has one partner at most.
    pub one_to_one: bool,
    /// What for.
    pub reason: String,
    /// What the entry of the log holds the MAC of.
    pub said: String,
    rules: usize,
    progress: Board,
    ended: OnceLock<Ended>,
}

/// What is matched.
pub(super) struct Rows {
    model: LinkageModel,
    left: Roster,
    right: Option<Roster>,
    one_to_one: bool,
}

/// What became of a run.
pub enum Ended {
    /// It came to its end.
    Linked(Box<Outcome>),
    /// A blocking rule makes too many pairs: the rule, how many, and the line of the left roster where one of its largest block stands.
    TooMany {
        /// The rule.
        rule: String,
        /// What it would make.
        pairs: u64,
        /// The line.
        line: u64,
    },
    /// More pairs remain than are kept.
    TooManyFound,
    /// The program failed.
    Failed,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Others are before it.
    Waiting,
    /// Values are numbered and prepared.
    Preparing,
    /// A blocking rule's pairs are weighed.
    Rule {
        /// Which, from 1.
        place: usize,
        /// Of how many.
        of: usize,
        /// Pairs that were weighed.
        scored: u64,
        /// Pairs that it makes.
        pairs: u64,
    },
    /// What remains is decided.
    Deciding,
}

const WAITING: u8 = 0;
const PREPARING: u8 = 1;
const WEIGHING: u8 = 2;
const DECIDING: u8 = 3;

#[derive(Default)]
struct Board {
    step: AtomicU8,
    place: AtomicUsize,
    pairs: AtomicU64,
    scored: AtomicU64,
    is_stopped: AtomicBool,
}

impl Progress for Board {
    fn blocking(&self) {}

    fn rule(&self, place: usize, count: &BlockCount) {
        self.step.store(WEIGHING, Ordering::Relaxed);
        self.place.store(place + 1, Ordering::Relaxed);
        self.pairs.store(count.pairs, Ordering::Relaxed);
        self.scored.store(0, Ordering::Relaxed);
    }

    fn scored(&self, pairs: u64) {
        self.scored.fetch_add(pairs, Ordering::Relaxed);
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }
}

impl Run {
    pub(super) fn of(caller: &Caller, begun: Timestamp, given: Given) -> (Self, Rows) {
        let rows = given.rows();
        let Given { model, own_model, left, right, one_to_one, reason, said } = given;
        let run = Self {
            id: Uuid::new_v4(),
            owner: caller.subject.clone(),
            begun,
            files: [Some(left.file.clone()), right.as_ref().map(|right| right.file.clone())],
            rows,
            model: model.name.clone(),
            own_model,
            one_to_one,
            reason,
            said,
            rules: model.blocks.len(),
            progress: Board::default(),
            ended: OnceLock::new(),
        };
        (run, Rows { model, left, right, one_to_one })
    }

    pub(super) fn is_of(&self, caller: &Caller) -> bool {
        self.owner == caller.subject
    }

    /// Whether one roster is matched with itself.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.files[1].is_none()
    }

    /// When it is gone at the latest.
    #[must_use]
    pub fn over(&self) -> Timestamp {
        let kept = SignedDuration::from_mins(i64::try_from(KEPT_MINUTES).unwrap_or(i64::MAX));
        self.begun.saturating_add(kept).unwrap_or(Timestamp::MAX)
    }

    /// How far it is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        match self.progress.step.load(Ordering::Relaxed) {
            WAITING => Standing::Waiting,
            PREPARING => Standing::Preparing,
            WEIGHING => Standing::Rule {
                place: self.progress.place.load(Ordering::Relaxed),
                of: self.rules,
                scored: read(&self.progress.scored),
                pairs: read(&self.progress.pairs),
            },
            _ => Standing::Deciding,
        }
    }

    /// What became of it; none while it goes on.
    #[must_use]
    pub fn ended(&self) -> Option<&Ended> {
        self.ended.get()
    }

    /// What came of it, where it came to its end.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match self.ended()? {
            Ended::Linked(outcome) => Some(outcome),
            _ => None,
        }
    }

    pub(super) fn end(&self, ended: Ended) {
        self.ended.get_or_init(|| ended);
    }

    /// Nobody waits for it any more.
    pub(super) fn stop(&self) {
        self.progress.is_stopped.store(true, Ordering::Relaxed);
    }

    /// Matches, on half of the cores.
    pub(super) fn work(&self, rows: Rows) -> Ended {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        match rayon::ThreadPoolBuilder::new().num_threads((cores / 2).max(1)).build() {
            Ok(pool) => pool.install(|| self.matched(rows)),
            Err(error) => {
                tracing::error!(%error, "no threads to match rosters with");
                Ended::Failed
            }
        }
    }

    fn matched(&self, rows: Rows) -> Ended {
        let Rows { model, mut left, mut right, one_to_one } = rows;
        let board = &self.progress;
        if board.is_stopped() {
            return Ended::Failed;
        }
        board.step.store(PREPARING, Ordering::Relaxed);
        // the table takes the columns; a pair is shown as it was written
        let texts = (left.columns.clone(), right.as_ref().map(|right| right.columns.clone()));
        let table = Table::of(&model, &mut left, right.as_mut());
        let model = model.for_rows(table.len(0).max(table.len(1)));
        let too_many = |count: &BlockCount| Ended::TooMany {
            rule: count.rule.clone(),
            pairs: count.pairs,
            line: count.example.map_or(0, |row| left.line(row as usize)),
        };
        if let Some(count) = bound::exceeded(&model, &table, MOST_PAIRS) {
            return too_many(&count);
        }
        let linked = match linking::link(&model, &table, MOST_PAIRS, board) {
            Ok(linked) => linked,
            Err(count) => return too_many(&count),
        };
        if board.is_stopped() {
            return Ended::Failed;
        }
        board.step.store(DECIDING, Ordering::Relaxed);
        let outcome = Outcome::of(model, table, (left, right), texts, one_to_one, linked);
        if outcome.found.len() > MOST_FOUND { Ended::TooManyFound } else { Ended::Linked(Box::new(outcome)) }
    }
}
