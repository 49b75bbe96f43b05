//! Which rows labels say are one person, one after another, and by which lines.

use std::collections::VecDeque;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::linkage::table::Side;

type Row = (Side, u32);

/// A row that a line says is the same person.
type Bond = (Row, u64);

/// The rows beside each row.
#[derive(Default)]
pub(super) struct Bonds(HashMap<Row, Vec<Bond>, FixedState>);

impl Bonds {
    /// Notes that a line says two rows are one person.
    pub(super) fn add(&mut self, one: Row, other: Row, line: u64) {
        self.0.entry(one).or_default().push((other, line));
        self.0.entry(other).or_default().push((one, line));
    }

    /// The fewest lines by which two rows are one person, in order; none if nothing says so.
    pub(super) fn between(&self, from: Row, to: Row) -> Option<Vec<u64>> {
        let mut reached: HashMap<Row, Bond, FixedState> = HashMap::default();
        let mut next = VecDeque::from([from]);
        while let Some(row) = next.pop_front().filter(|_| !reached.contains_key(&to)) {
            for (other, line) in self.0.get(&row)? {
                if *other != from && !reached.contains_key(other) {
                    reached.insert(*other, (row, *line));
                    next.push_back(*other);
                }
            }
        }
        let (mut lines, mut row) = (Vec::new(), to);
        while row != from {
            let (before, line) = reached.get(&row)?;
            lines.push(*line);
            row = *before;
        }
        lines.sort_unstable();
        Some(lines)
    }
}
