//! One run: how far it is, and what became of it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::given::Given;
use super::outcome::Outcome;
use super::room::Owner;
use super::{KEPT_MINUTES, MOST_FOUND, MOST_PAIRS, MOST_REMAIN};
use crate::auth::Caller;
use crate::household::Lang;
use crate::linkage::blocking::BlockCount;
use crate::linkage::linking::{self, Progress};
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster};

/// A run of somebody. Prints nothing of itself.
pub struct Run {
    /// Its id.
    pub id: Uuid,
    pub(super) owner: Owner,
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
    bounds: Bounds,
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
    /// Blocking rules make too many pairs.
    TooMany {
        /// What all of them would make.
        pairs: u64,
        /// The one that makes most, as the model writes it.
        rule: String,
        /// The same in words, Chinese and English.
        rule_said: [String; 2],
        /// What it would make.
        of_rule: u64,
        /// The line of the left roster where one of its largest block stands.
        line: u64,
    },
    /// More pairs reach the threshold, or nearly do, than are kept.
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

/// How many pairs are taken.
#[derive(Clone, Copy)]
struct Bounds {
    /// Made by all rules together.
    made: u64,
    /// That remain while they are weighed.
    remain: usize,
    /// Found.
    found: usize,
}

const BOUNDS: Bounds = Bounds { made: MOST_PAIRS, remain: MOST_REMAIN, found: MOST_FOUND };

struct Board {
    most: usize,
    step: AtomicU8,
    place: AtomicUsize,
    pairs: AtomicU64,
    scored: AtomicU64,
    is_stopped: AtomicBool,
    remain_too_many: AtomicBool,
}

impl Board {
    fn of(bounds: Bounds) -> Self {
        Self {
            most: bounds.remain,
            step: AtomicU8::new(WAITING),
            place: AtomicUsize::default(),
            pairs: AtomicU64::default(),
            scored: AtomicU64::default(),
            is_stopped: AtomicBool::default(),
            remain_too_many: AtomicBool::default(),
        }
    }
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

    fn remain(&self, pairs: usize) {
        if pairs > self.most {
            self.remain_too_many.store(true, Ordering::Relaxed);
        }
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed) || self.remain_too_many.load(Ordering::Relaxed)
    }
}

impl Run {
    pub(super) fn of(caller: &Caller, begun: Timestamp, given: Given) -> (Self, Rows) {
        Self::within(BOUNDS, caller, begun, given)
    }

    fn within(bounds: Bounds, caller: &Caller, begun: Timestamp, given: Given) -> (Self, Rows) {
        let rows = given.rows();
        let Given { model, own_model, left, right, one_to_one, reason, said } = given;
        let run = Self {
            id: Uuid::new_v4(),
            owner: Owner::of(caller),
            begun,
            files: [Some(left.file.clone()), right.as_ref().map(|right| right.file.clone())],
            rows,
            model: model.name.clone(),
            own_model,
            one_to_one,
            reason,
            said,
            rules: model.blocks.len(),
            bounds,
            progress: Board::of(bounds),
            ended: OnceLock::new(),
        };
        (run, Rows { model, left, right, one_to_one })
    }

    pub(super) fn is_of(&self, caller: &Caller) -> bool {
        self.owner == Owner::of(caller)
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
        if let Some(too_many) = too_many(&model, &linking::count(&model, &table), self.bounds.made, &left) {
            return too_many;
        }
        let Ok(linked) = linking::link(&model, &table, self.bounds.made, board) else { return Ended::Failed };
        if board.remain_too_many.load(Ordering::Relaxed) {
            return Ended::TooManyFound;
        }
        if board.is_stopped() {
            return Ended::Failed;
        }
        board.step.store(DECIDING, Ordering::Relaxed);
        let outcome = Outcome::of(model, table, (left, right), texts, one_to_one, linked);
        if outcome.found.len() > self.bounds.found { Ended::TooManyFound } else { Ended::Linked(Box::new(outcome)) }
    }
}

/// Whether rules together make more pairs than are compared, before any is.
fn too_many(model: &LinkageModel, counts: &[BlockCount], most: u64, left: &Roster) -> Option<Ended> {
    let pairs = counts.iter().map(|count| count.pairs).fold(0, u64::saturating_add);
    let largest = counts.iter().max_by_key(|count| count.pairs).filter(|_| pairs > most)?;
    let block = model.blocks.iter().find(|block| block.text == largest.rule);
    let said = |lang| block.map_or_else(String::new, |block| model.block_said(block, lang));
    Some(Ended::TooMany {
        pairs,
        rule_said: [said(Lang::Zh), said(Lang::En)],
        rule: largest.rule.clone(),
        of_rule: largest.pairs,
        line: largest.example.map_or(0, |row| left.line(row as usize)),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::fmt::Write as _;

    use bytes::Bytes;

    use super::super::{Sent, SentFile};
    use super::*;

    const PERSON: &str = include_str!("../../config/linkage/person.toml");

    /// One roster of thirty people of one surname in one village.
    fn given(model: &str) -> Given {
        let mut rows = "id,id_number,name,birth_date,sex,phone,address\n".to_owned();
        for at in 0..30 {
            let _ = writeln!(rows, "{at},,王{},1968-05-13,男,,会宁县会师镇南关村", ["伟", "芳", "强"][at % 3]);
        }
        let file =
            |name: &str, text: &str| SentFile { name: name.into(), bytes: Bytes::copy_from_slice(text.as_bytes()) };
        let sent = Sent {
            left: file("a.csv", &rows),
            right: None,
            model: Some(file("own.toml", model)),
            one_to_one: false,
            reason: "查重".into(),
        };
        let Ok(given) = Given::read(sent) else { panic!("roster and model are good") };
        given
    }

    /// A run of somebody, not begun.
    pub fn run_of(caller: &Caller) -> Run {
        Run::of(caller, Timestamp::UNIX_EPOCH, given(PERSON)).0
    }

    fn run(bounds: Bounds, model: &str) -> Ended {
        let (run, rows) = Run::within(bounds, &Caller::operator("620422"), Timestamp::UNIX_EPOCH, given(model));
        run.work(rows)
    }

    /// Pairs of thirty rows.
    const ALL: u64 = 30 * 29 / 2;

    #[test]
    fn a_model_by_which_nearly_every_pair_remains_ends_before_anything_is_decided() {
        let cost = "cost = { review = 1, false_match = 500, missed = 5 }";
        let faint = PERSON.replace(cost, "match_at = \"0.998\"\nreview_at = \"0.000001\"");
        assert_ne!(faint, PERSON);
        let bounds = Bounds { made: u64::MAX, remain: ALL as usize - 1, found: usize::MAX };
        assert!(matches!(run(bounds, &faint), Ended::TooManyFound));
        let Ended::Linked(outcome) = run(Bounds { remain: ALL as usize, ..bounds }, &faint) else {
            panic!("none too many")
        };
        assert_eq!(outcome.found.len() as u64, ALL, "pairs of several rules count once");
        assert!(matches!(run(Bounds { found: ALL as usize - 1, ..BOUNDS }, &faint), Ended::TooManyFound));
    }

    #[test]
    fn rules_that_together_make_too_many_pairs_are_refused_before_any_is_weighed() {
        let Ended::Linked(outcome) = run(BOUNDS, PERSON) else { panic!("few pairs") };
        let made = outcome.compared;
        assert!(made > 2 * ALL, "{made}: several rules make every pair");
        let Ended::TooMany { pairs, rule, of_rule, line, .. } = run(Bounds { made: made - 1, ..BOUNDS }, PERSON) else {
            panic!("too many of all together")
        };
        assert_eq!((pairs, of_rule, line), (made, ALL, 2), "{rule}: none of them makes too many alone");
        assert!(matches!(run(Bounds { made, ..BOUNDS }, PERSON), Ended::Linked(_)));
    }
}
