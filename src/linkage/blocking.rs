//! Who is compared with whom: rows that agree in all parts of a blocking rule. Candidates are made block by block and never kept.

use rayon::prelude::*;

use super::model::Block;
use super::table::Table;

/// The pairs of a task: as many as are scored between two looks at the clock.
const PAIRS_A_TASK: usize = 1 << 15;

/// The key of rows that do not have all parts of a rule: they come last.
const NO_BLOCK: u64 = u64::MAX;

/// Rows of both sides by the key of a rule; rows without the parts are not in it.
#[derive(Default)]
pub struct Blocks {
    sides: [Vec<(u64, u32)>; 2],
    /// Runs of equal keys in both: where they begin and end.
    runs: Vec<Run>,
    /// Blocks that were too large.
    left_out: usize,
    is_one: bool,
}

/// Rows that agree: a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    left: (u32, u32),
    right: (u32, u32),
}

/// The keys of rows under a rule: rows of one key are in one block.
pub(super) struct RowKeys<'a>(Vec<(usize, &'a [u64])>);

impl<'a> RowKeys<'a> {
    pub fn of(table: &'a Table, block: &Block) -> Self {
        Self(block.on.iter().map(|part| (part.field, table.fields[part.field].keys(&part.part))).collect())
    }

    /// The key of a row; none of one that lacks a part of the rule.
    #[inline]
    pub fn of_row(&self, values: &[u32]) -> Option<u64> {
        let mut whole = 0_u64;
        for (field, keys) in &self.0 {
            let key = keys[values[*field] as usize];
            if key == 0 {
                return None;
            }
            whole = whole.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ key;
        }
        Some(whole.min(NO_BLOCK - 1))
    }
}

/// What a rule makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockCount {
    /// The rule as written.
    pub rule: String,
    /// Rows of both sides that have all parts.
    pub rows: [u64; 2],
    /// Blocks with rows of both sides.
    pub blocks: u64,
    /// Blocks left out as too large.
    pub left_out: u64,
    /// Candidates of all of them.
    pub pairs: u64,
    /// Candidates of the largest block, and a row of either side that is in it.
    pub largest: u64,
    /// A row of the largest block, on the left.
    pub example: Option<u32>,
}

/// The rows of a task.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    left: (u32, u32),
    right: (u32, u32),
}

impl Task {
    /// Pairs of it, those of one roster twice.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        u64::from(self.left.1 - self.left.0) * u64::from(self.right.1 - self.right.0)
    }
}

impl Blocks {
    /// The blocks of a rule.
    #[must_use]
    pub fn of(table: &Table, block: &Block) -> Self {
        let mut blocks = Self::default();
        blocks.make(table, block);
        blocks
    }

    /// Makes the blocks of a rule where those of another one were.
    pub fn make(&mut self, table: &Table, block: &Block) {
        let keys = RowKeys::of(table, block);
        let key = |values: &[u32]| keys.of_row(values).unwrap_or(NO_BLOCK);
        self.is_one = table.is_one;
        for (side, rows) in self.sides.iter_mut().enumerate().take(if self.is_one { 1 } else { 2 }) {
            let number = u32::try_from(table.len(side)).expect("fewer than four thousand million rows");
            (0..number).into_par_iter().map(|row| (key(table.row(side, row)), row)).collect_into_vec(rows);
            rows.par_sort_unstable();
            rows.truncate(rows.partition_point(|(key, _)| *key != NO_BLOCK));
        }
        self.runs = runs(&self.sides[0], self.right());
        self.left_out = 0;
        if let Some(largest) = block.largest {
            let before = self.runs.len();
            let mut runs = std::mem::take(&mut self.runs);
            runs.retain(|run| self.pairs(run) <= u64::from(largest));
            (self.left_out, self.runs) = (before - runs.len(), runs);
        }
    }

    fn right(&self) -> &[(u64, u32)] {
        &self.sides[usize::from(!self.is_one)]
    }

    /// How many candidates a run makes: of one roster, each pair once.
    fn pairs(&self, run: &Run) -> u64 {
        let (left, right) = (u64::from(run.left.1 - run.left.0), u64::from(run.right.1 - run.right.0));
        if self.is_one { left * (left - 1) / 2 } else { left * right }
    }

    /// What the rule makes.
    #[must_use]
    pub fn count(&self, rule: &Block) -> BlockCount {
        let largest = self.runs.iter().max_by_key(|run| self.pairs(run));
        let rows = |side: &[(u64, u32)]| u64::try_from(side.len()).unwrap_or(u64::MAX);
        BlockCount {
            rule: rule.text.clone(),
            rows: [rows(&self.sides[0]), rows(self.right())],
            blocks: u64::try_from(self.runs.iter().filter(|run| self.pairs(run) > 0).count()).unwrap_or(u64::MAX),
            left_out: u64::try_from(self.left_out).unwrap_or(u64::MAX),
            pairs: self.runs.iter().map(|run| self.pairs(run)).sum(),
            largest: largest.map_or(0, |run| self.pairs(run)),
            example: largest.map(|run| self.sides[0][run.left.0 as usize].1),
        }
    }

    /// The blocks cut into tasks of not many pairs each.
    #[must_use]
    pub fn tasks(&self) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            let width = (run.right.1 - run.right.0).max(1) as usize;
            let step = u32::try_from((PAIRS_A_TASK / width).max(1)).unwrap_or(1);
            let mut from = run.left.0;
            while from < run.left.1 {
                let to = run.left.1.min(from.saturating_add(step));
                tasks.push(Task { left: (from, to), right: run.right });
                from = to;
            }
        }
        tasks
    }

    /// Every pair of a task: of one roster, each once and no row with itself.
    pub fn each(&self, task: Task, mut pair: impl FnMut(u32, u32)) {
        let right = &self.right()[task.right.0 as usize..task.right.1 as usize];
        for (_, left) in &self.sides[0][task.left.0 as usize..task.left.1 as usize] {
            for (_, right) in right {
                if !self.is_one || left < right {
                    pair(*left, *right);
                }
            }
        }
    }
}

/// Runs of equal keys in two sorted lists.
fn runs(left: &[(u64, u32)], right: &[(u64, u32)]) -> Vec<Run> {
    let mut runs = Vec::new();
    let (mut i, mut j) = (0, 0);
    let place = |at: usize| u32::try_from(at).expect("fewer than four thousand million rows");
    while i < left.len() && j < right.len() {
        let key = left[i].0;
        if key < right[j].0 {
            i += 1;
        } else if key > right[j].0 {
            j += 1;
        } else {
            let (from, start) = (i, j);
            while i < left.len() && left[i].0 == key {
                i += 1;
            }
            while j < right.len() && right[j].0 == key {
                j += 1;
            }
            runs.push(Run { left: (place(from), place(i)), right: (place(start), place(j)) });
        }
    }
    runs
}
