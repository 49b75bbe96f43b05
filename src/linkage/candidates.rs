//! The candidates of two rosters as a list, and their scoring alone: what a bench measures. A run makes candidates block by block and
//! keeps none (`linking`).

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::blocking::Blocks;
use super::linking::{PAIRS_AT_ONCE, least};
use super::model::LinkageModel;
use super::scoring::{Memory, Scorer};
use super::table::Table;

/// Candidates in the order in which the blocking rules make them, each where it is met first, and what weighs them.
pub struct Candidates<'a> {
    model: &'a LinkageModel,
    scorer: Scorer<'a>,
    memory: Memory,
    /// From which weight on a pair is kept.
    least: i32,
    pairs: Vec<(u32, u32)>,
    /// Where the pairs of each rule end.
    ends: Vec<usize>,
    /// The rule whose pairs are weighed: what they agree in is looked at late.
    rule: usize,
}

impl<'a> Candidates<'a> {
    /// What every rule makes, one rule after the other.
    #[must_use]
    pub fn of(model: &'a LinkageModel, table: &'a Table) -> Self {
        let scorer = Scorer::new(model, table);
        let (mut pairs, mut known) = (Vec::new(), HashSet::<(u32, u32), FixedState>::default());
        let mut ends = Vec::with_capacity(model.blocks.len());
        for block in &model.blocks {
            let blocks = Blocks::of(table, block);
            for task in blocks.tasks() {
                blocks.each(task, |left, right| {
                    if known.insert((left, right)) {
                        pairs.push((left, right));
                    }
                });
            }
            ends.push(pairs.len());
        }
        Self { model, memory: scorer.memory(), scorer, least: least(model), pairs, ends, rule: usize::MAX }
    }

    /// Left and right row of each.
    #[must_use]
    pub fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// Scores some of them as a run does, each left as soon as it cannot reach the threshold; says how many reach it.
    pub fn score(&mut self, range: std::ops::Range<usize>) -> usize {
        let (mut kept, mut from) = (0, range.start);
        while from < range.end {
            let rule = self.ends.partition_point(|end| *end <= from);
            if rule != self.rule {
                self.scorer.look_late_at(&self.model.blocks[rule].on);
                self.rule = rule;
            }
            let to = self.ends[rule].min(range.end);
            for pairs in self.pairs[from..to].chunks(PAIRS_AT_ONCE) {
                self.scorer.weigh(pairs, self.least, &mut self.memory, |_, _, _| kept += 1);
            }
            from = to;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::linking::{Silent, link};
    use crate::linkage::trial::{Trial, codes};

    #[test]
    fn what_is_scored_is_what_a_run_keeps() {
        let rows = "1,x,y,z,,\n2,x,q,,p,\n3,,y,z,p,\n4,v,v,v,v,v\n";
        let trial = Trial::of(&codes(""), rows, Some(rows));
        let linked = link(&trial.model, &trial.table, u64::MAX, &Silent).expect("few candidates");
        let mut candidates = Candidates::of(&trial.model, &trial.table);
        // row 4 meets itself by every rule
        assert_eq!(candidates.pairs().iter().filter(|pair| **pair == (3, 3)).count(), 1);
        let (all, mut kept) = (candidates.pairs().len(), candidates.pairs().to_vec());
        let mut at = 0;
        kept.retain(|_| {
            at += 1;
            candidates.score(at - 1..at) == 1
        });
        assert_eq!(candidates.score(0..all), kept.len());
        kept.sort_unstable();
        assert_eq!(kept, linked.pairs.iter().map(|pair| (pair.left, pair.right)).collect::<Vec<_>>());
    }
}
