//! One run: rosters become numbers, every rule's blocks are scored on all cores, what reaches the threshold remains.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::blocking::{BlockCount, Blocks};
use super::decision::Pair;
use super::fields::WHOLE;
use super::model::{Block, LinkageModel};
use super::scoring::Scorer;
use super::table::Table;

/// How far below the review threshold a pair still matters as the other one of a row, in centibits.
const SLACK: i32 = 200;

/// Pairs that are weighed together: so many that memory is waited for at once, so few that what is known of them stays near.
pub const PAIRS_AT_ONCE: usize = 1 << 10;

/// What a run says while it goes.
pub trait Progress: Sync {
    /// The blocks of the next rule are about to be made.
    fn blocking(&self);
    /// A rule's candidates are about to be scored.
    fn rule(&self, place: usize, count: &BlockCount);
    /// So many more candidates were scored.
    fn scored(&self, pairs: u64);
    /// So many pairs remain up to now: of all rules before, or of the one that is scored. Whoever bounds them then says that the run is
    /// stopped.
    fn remain(&self, _pairs: usize) {}
    /// Whether the run is to stop: what comes of it then is not whole.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn blocking(&self) {}
    fn rule(&self, _: usize, _: &BlockCount) {}
    fn scored(&self, _: u64) {}
}

/// What came of a run.
pub struct Linked {
    /// Pairs that reach the threshold, by left and right row; each once.
    pub pairs: Vec<Pair>,
    /// What every rule made.
    pub counts: Vec<BlockCount>,
}

/// What every blocking rule would make, without scoring.
#[must_use]
pub fn count(model: &LinkageModel, table: &Table) -> Vec<BlockCount> {
    model.blocks.iter().map(|block| Blocks::of(table, block).count(block)).collect()
}

/// The weight from which on a pair is kept: lighter ones matter to no decision.
#[must_use]
pub fn least(model: &LinkageModel) -> i32 {
    model.weight_at(model.review_centibits).saturating_sub(SLACK)
}

/// Scores every candidate of every rule.
///
/// # Errors
/// A rule that makes more candidates than `most`; nothing of it is scored.
pub fn link(
    model: &LinkageModel,
    table: &Table,
    most: u64,
    progress: &impl Progress,
) -> Result<Linked, Box<BlockCount>> {
    let mut scorer = Scorer::new(model, table);
    let least = least(model);
    let (mut pairs, mut counts, mut once) = (Vec::new(), Vec::new(), 0);
    let mut blocks = Blocks::default();
    for (place, block) in model.blocks.iter().enumerate() {
        if progress.is_stopped() {
            break;
        }
        progress.blocking();
        blocks.make(table, block);
        let count = blocks.count(block);
        if count.pairs > most {
            return Err(Box::new(count));
        }
        progress.rule(place, &count);
        counts.push(count);
        scorer.look_late_at(&block.on);
        let tasks = blocks.tasks();
        let made_before = made_by_equal_values(table, &model.blocks[..place]);
        let remain = AtomicUsize::new(0);
        let found = tasks
            .par_chunks(64)
            .map_init(
                || (scorer.memory(), Vec::with_capacity(PAIRS_AT_ONCE)),
                |(memory, pairs), tasks| {
                    let (mut found, mut scored) = (Vec::new(), 0);
                    let mut weigh = |pairs: &mut Vec<(u32, u32)>| {
                        let before = found.len();
                        scorer.weigh(pairs, least, memory, |left, right, weight| {
                            found.push(Pair { left, right, weight });
                        });
                        pairs.clear();
                        let more = found.len() - before;
                        progress.remain(remain.fetch_add(more, Ordering::Relaxed) + more);
                    };
                    for task in tasks {
                        if progress.is_stopped() {
                            break;
                        }
                        blocks.each(*task, |left, right| {
                            scored += 1;
                            let (lefts, rights) = (table.row(0, left), table.row(1, right));
                            let agree = |(field, keys): &(usize, &[u64])| {
                                lefts[*field] == rights[*field] && keys[lefts[*field] as usize] != 0
                            };
                            if made_before.iter().any(agree) {
                                return;
                            }
                            pairs.push((left, right));
                            if pairs.len() == PAIRS_AT_ONCE {
                                weigh(pairs);
                            }
                        });
                    }
                    weigh(pairs);
                    progress.scored(scored);
                    found
                },
            )
            .reduce(Vec::new, |mut all: Vec<Pair>, mut more| {
                if all.len() < more.len() {
                    std::mem::swap(&mut all, &mut more);
                }
                all.append(&mut more);
                all
            });
        pairs.extend(found);
        if pairs.len() > 2 * once {
            once = kept_once(&mut pairs);
            progress.remain(once);
        }
    }
    progress.remain(kept_once(&mut pairs));
    Ok(Linked { pairs, counts })
}

/// Keeps a pair that several rules make once; gives how many there are.
fn kept_once(pairs: &mut Vec<Pair>) -> usize {
    pairs.par_sort_unstable_by_key(|pair| (pair.left, pair.right));
    pairs.dedup_by_key(|pair| (pair.left, pair.right));
    pairs.len()
}

/// Fields of which equal values were candidates of a rule before, with the rule's keys: such pairs are not scored again. A value without a
/// key, a masked number, was in no block.
fn made_by_equal_values<'a>(table: &'a Table, rules: &[Block]) -> Vec<(usize, &'a [u64])> {
    let alone = rules.iter().filter(|rule| rule.largest.is_none()).filter_map(|rule| match rule.on.as_slice() {
        [part] if part.part == WHOLE => Some((part.field, table.fields[part.field].keys(WHOLE))),
        _ => None,
    });
    alone.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::labels::Labels;
    use crate::linkage::trial::{Trial, codes};

    const PERSON: &str = include_str!("../../config/linkage/person.toml");

    #[test]
    fn rows_of_one_masked_number_are_scored_by_the_other_rules() {
        // a masked number is in no block of numbers: that both rows show the same one must not keep them from being met
        let row = "620422********0036,王建国,1990-03-07,男,,会宁县会师镇祖厉路12号\n";
        let trial = Trial::of(PERSON, &format!("l,{row}"), Some(&format!("r,{row}")));
        let found = trial.one_to_one(&Labels::default());
        assert_eq!(found.len(), 1, "{found:?}");
    }

    /// Nobody waits for it.
    struct Stopped;

    impl Progress for Stopped {
        fn blocking(&self) {}
        fn rule(&self, _: usize, _: &BlockCount) {}
        fn scored(&self, _: u64) {}
        fn is_stopped(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_run_that_nobody_waits_for_weighs_nothing_more() {
        let trial = Trial::of(&codes(""), "l1,1,2,3,4,5\n", Some("r1,1,2,3,4,5\n"));
        let pairs = |linked: Result<Linked, Box<BlockCount>>| linked.map(|linked| linked.pairs.len()).ok();
        assert_eq!(pairs(link(&trial.model, &trial.table, 10, &Silent)), Some(1));
        assert_eq!(pairs(link(&trial.model, &trial.table, 10, &Stopped)), Some(0));
    }

    /// Bears so many pairs; holds the most it was told of.
    struct Bearing(usize, AtomicUsize);

    impl Progress for Bearing {
        fn blocking(&self) {}
        fn rule(&self, _: usize, _: &BlockCount) {}
        fn scored(&self, _: u64) {}
        fn remain(&self, pairs: usize) {
            self.1.fetch_max(pairs, Ordering::Relaxed);
        }
        fn is_stopped(&self) -> bool {
            self.1.load(Ordering::Relaxed) > self.0
        }
    }

    #[test]
    fn a_run_of_which_too_many_pairs_remain_ends_within_the_first_rule() {
        // five blocks of a hundred rows a side: fifty thousand pairs that all remain, each made by all five rules
        let rows = |letter: char| (0..500).map(|at| format!("{letter}{at},{0},{0},{0},{0},{0}\n", at % 5)).collect();
        let (lefts, rights): (String, String) = (rows('l'), rows('r'));
        let model = codes("").replace("\"]\n", "\"]\nlargest = 10000\n");
        let trial = Trial::of(&model, &lefts, Some(&rights));
        let linked = |most: usize| {
            let bearing = Bearing(most, AtomicUsize::new(0));
            let linked = link(&trial.model, &trial.table, u64::MAX, &bearing).expect("no rule is bounded");
            (linked.pairs.len(), linked.counts.len(), bearing.is_stopped())
        };
        let (remain, rules, is_stopped) = linked(1_000);
        assert!(is_stopped && rules == 1 && remain < 50_000, "{remain} of {rules} rules");
        // what several rules make counts once
        assert_eq!(linked(50_000), (50_000, 5, false));
    }
}
