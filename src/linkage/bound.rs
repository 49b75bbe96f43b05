//! Whether some rule makes more candidates than wanted, before any is scored. Of large rosters some of the rows are counted first, so
//! that looking costs next to nothing: only a rule that seems to make too many is counted in full.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::blocking::{BlockCount, Blocks, RowKeys};
use super::model::{Block, LinkageModel};
use super::table::{Side, Table};

/// Rows up to which all are counted; of more, about so many.
const ROWS: usize = 1 << 15;

/// The first rule that makes more candidates than `most`. Of large rosters it may miss one that makes hardly more, and one that leaves
/// large blocks out and makes too many small ones: scoring refuses those when it comes to them.
#[must_use]
pub fn exceeded(model: &LinkageModel, table: &Table, most: u64) -> Option<BlockCount> {
    let seem: Vec<bool> = model.blocks.par_iter().map(|block| seems_to_exceed(table, block, most)).collect();
    let suspect = model.blocks.iter().zip(seem).filter(|(_, seems)| *seems);
    suspect.map(|(block, _)| Blocks::of(table, block).count(block)).find(|count| count.pairs > most)
}

/// Whether a rule is worth counting in full: the pairs of evenly spread rows stand for more than half of `most`.
fn seems_to_exceed(table: &Table, block: &Block, most: u64) -> bool {
    let step = table.len(0).max(table.len(1)) / ROWS + 1;
    if step == 1 || block.largest.is_some() {
        return step == 1;
    }
    let keys = RowKeys::of(table, block);
    let mut blocks: HashMap<u64, [u64; 2], FixedState> = HashMap::default();
    let sides: Side = if table.is_one { 1 } else { 2 };
    for side in 0..sides {
        for row in (0..table.len(side)).step_by(step) {
            let values = table.row(side, u32::try_from(row).unwrap_or(u32::MAX));
            if let Some(key) = keys.of_row(values) {
                blocks.entry(key).or_default()[side] += 1;
            }
        }
    }
    let pairs = blocks.values().map(|[left, right]| if table.is_one { left * (left - 1) / 2 } else { left * right });
    let spread = u64::try_from(step * step).unwrap_or(u64::MAX);
    pairs.fold(0_u64, u64::saturating_add).saturating_mul(spread) > most / 2
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::linkage::trial::{Trial, codes};

    /// Rows of which `a` differs in all and `b` in none but for every third.
    fn rows(letter: char, number: usize) -> String {
        let mut text = String::new();
        for at in 0..number {
            let b = if at % 3 == 0 { at.to_string() } else { "unknown".to_owned() };
            let _ = writeln!(text, "{letter}{at},{at},{b},,,");
        }
        text
    }

    #[test]
    fn a_rule_that_makes_too_many_is_found_in_rosters_of_any_size() {
        for number in [90, 3 * ROWS + 30] {
            let same = u64::try_from(number / 3 * 2).expect("few");
            let (lefts, rights) = (rows('l', number), rows('r', number));
            for (right, pairs) in [(Some(rights.as_str()), same * same), (None, same * (same - 1) / 2)] {
                let trial = Trial::of(&codes(""), &lefts, right);
                let exact = u64::try_from(number / 3).expect("few") * u64::from(right.is_some()) + pairs;
                assert_eq!(exceeded(&trial.model, &trial.table, exact), None);
                let found = exceeded(&trial.model, &trial.table, exact - 1).expect("too many");
                assert_eq!((found.rule.as_str(), found.pairs, found.largest), ("b", exact, pairs));
                let row = found.example.expect("a row of the block");
                assert_eq!(trial.left.get(row as usize), "l1", "the first of them");
            }
        }
    }

    #[test]
    fn blocks_that_a_rule_leaves_out_make_nothing() {
        let bounded = codes("").replace("on = [\"b\"]", "on = [\"b\"]\nlargest = 10");
        let trial = Trial::of(&bounded, &rows('l', 90), Some(&rows('r', 90)));
        assert_eq!(exceeded(&trial.model, &trial.table, 90), None);
    }
}
