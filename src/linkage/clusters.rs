//! Which rows are one person: every row in exactly one cluster. Matches are joined heaviest first (equal weights by the rows' ids), and
//! two clusters are joined only if no row of one stands in conflict with, or is labelled another person than, a row of the other, and if
//! all pairs across them, candidates or not, on average weigh enough for a match: a pair counts at most for twice the weight that a match
//! needs, so that the surest pair makes good for one that says nothing, and not for one that says the opposite. A match that is refused
//! becomes a review, so that a chain of rows that each resemble the next (A~B, B~C) does not make one person of its unlike ends.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::decision::{Because, Decided, Decision, Judge};
use super::scoring::Memory;
use super::table::Side;

/// How far beyond the match threshold a pair counts at least, in centibits, where the threshold itself is low.
const LEAST_FURTHEST: i32 = 1_000;
/// Nobody stands in more rows: what would make a larger cluster is a value that stands for "not known". Bounds the pairs of two clusters.
pub const MOST_ROWS: u32 = 1_000;

/// A row of either side as one number: those on the left come first.
type Node = u32;

/// Rows by person.
pub struct Clusters {
    /// Of every row of each side, its cluster; of one roster, the second is empty.
    pub of: [Vec<u32>; 2],
    /// How many there are.
    pub number: u32,
    /// Matches that were refused.
    pub apart: Apart,
}

/// How many matches were refused, by why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Apart {
    /// Two rows stand in conflict.
    pub conflict: u64,
    /// Two rows are labelled two people.
    pub label: u64,
    /// The rows are on average too unlike.
    pub unlike: u64,
    /// The cluster would have too many rows.
    pub too_large: u64,
}

/// Why two clusters are not joined.
#[derive(Clone, Copy)]
enum Refused {
    Conflict,
    Label,
    Unlike,
    TooLarge,
}

impl Clusters {
    /// The clusters of two rosters, or of one, by what is decided of its pairs; matches that are refused become reviews.
    #[must_use]
    pub fn of(judge: &Judge<'_>, is_one: bool, found: &mut [Decided]) -> Self {
        let lefts = judge.ids.0.len();
        let rows = if is_one { [lefts, 0] } else { [lefts, judge.ids.1.len()] };
        let mut joining = Joining::new(judge, rows, is_one);
        let mut refused: Vec<(usize, Refused)> = Vec::new();
        for place in in_order(judge, is_one, found) {
            let Decided { pair, because, .. } = &found[place];
            let nodes = (pair.left, joining.right(pair.right));
            if let Err(why) = joining.join(nodes.0, nodes.1, *because == Because::Label) {
                refused.push((place, why));
            }
        }
        let mut apart = Apart::default();
        for (place, why) in refused {
            let found = &mut found[place];
            // a later match may have joined the same rows, once more of them spoke for it
            if joining.root(found.pair.left) == joining.root(joining.right(found.pair.right)) {
                continue;
            }
            (found.decision, found.because) = (Decision::Review, Because::Apart);
            match why {
                Refused::Conflict => apart.conflict += 1,
                Refused::Label => apart.label += 1,
                Refused::Unlike => apart.unlike += 1,
                Refused::TooLarge => apart.too_large += 1,
            }
        }
        joining.clusters(rows, apart)
    }

    /// How many clusters have more than one row, and how many rows the largest has.
    #[must_use]
    pub fn sizes(&self) -> (u64, u64) {
        let mut rows = vec![0_u64; self.number as usize];
        for cluster in self.of.iter().flatten() {
            rows[*cluster as usize] += 1;
        }
        let several = u64::try_from(rows.iter().filter(|rows| **rows > 1).count()).unwrap_or(u64::MAX);
        (several, rows.into_iter().max().unwrap_or(0))
    }
}

/// The places of the matches, labels first, then the heaviest.
fn in_order(judge: &Judge<'_>, is_one: bool, found: &[Decided]) -> Vec<usize> {
    let mut matches: Vec<usize> = (0..found.len()).filter(|place| found[*place].decision == Decision::Match).collect();
    let named = |found: &Decided| {
        let [one, other] = [judge.ids.0.get(found.pair.left as usize), judge.ids.1.get(found.pair.right as usize)];
        if is_one && other < one { [other, one] } else { [one, other] }
    };
    matches.par_sort_unstable_by(|one, other| {
        let (one, other) = (&found[*one], &found[*other]);
        let is_label = |found: &Decided| found.because == Because::Label;
        let heavier = other.pair.weight.cmp(&one.pair.weight);
        is_label(other).cmp(&is_label(one)).then(heavier).then_with(|| named(one).cmp(&named(other)))
    });
    matches
}

/// Clusters while they grow.
struct Joining<'a> {
    judge: &'a Judge<'a>,
    memory: Memory,
    lefts: u32,
    is_one: bool,
    above: Vec<Node>,
    /// The next row of the same cluster, round in a circle.
    next: Vec<Node>,
    size: Vec<u32>,
    /// Rows that are labelled another person than a row.
    apart: HashMap<Node, Vec<Node>, FixedState>,
    /// Clusters of these sizes that were refused: nothing has changed since.
    refused: HashMap<(Node, Node, u32, u32), Refused, FixedState>,
}

impl<'a> Joining<'a> {
    fn new(judge: &'a Judge<'a>, rows: [usize; 2], is_one: bool) -> Self {
        let number = |rows: usize| u32::try_from(rows).expect("fewer than four thousand million rows");
        let all = number(rows[0] + rows[1]);
        let mut joining = Self {
            judge,
            memory: judge.scorer.memory(),
            lefts: number(rows[0]),
            is_one,
            above: (0..all).collect(),
            next: (0..all).collect(),
            size: vec![1; all as usize],
            apart: HashMap::default(),
            refused: HashMap::default(),
        };
        for (left, right, _) in judge.labels.iter().filter(|(.., is_match)| !is_match) {
            let right = joining.right(right);
            joining.apart.entry(left).or_default().push(right);
            joining.apart.entry(right).or_default().push(left);
        }
        joining
    }

    fn right(&self, row: u32) -> Node {
        if self.is_one { row } else { self.lefts + row }
    }

    fn row(&self, node: Node) -> (Side, u32) {
        if node < self.lefts { (0, node) } else { (1, node - self.lefts) }
    }

    fn root(&mut self, mut node: Node) -> Node {
        while self.above[node as usize] != node {
            let above = self.above[self.above[node as usize] as usize];
            self.above[node as usize] = above;
            node = above;
        }
        node
    }

    fn members(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let rest = std::iter::successors(Some(self.next[node as usize]), |at| Some(self.next[*at as usize]));
        std::iter::once(node).chain(rest.take_while(move |at| *at != node))
    }

    /// Joins the clusters of two rows, if they may be one; whatever somebody has decided is joined.
    fn join(&mut self, one: Node, other: Node, is_label: bool) -> Result<(), Refused> {
        let (one, other) = (self.root(one), self.root(other));
        if one == other {
            return Ok(());
        }
        let sizes = (self.size[one as usize], self.size[other as usize]);
        if !is_label {
            if sizes.0 + sizes.1 > MOST_ROWS {
                return Err(Refused::TooLarge);
            }
            // a cluster never shrinks: of the same root and size it has the same rows
            let state = if one < other { (one, other, sizes.0, sizes.1) } else { (other, one, sizes.1, sizes.0) };
            if let Some(why) = self.refused.get(&state) {
                return Err(*why);
            }
            if let Some(why) = self.against(one, other) {
                self.refused.insert(state, why);
                return Err(why);
            }
        }
        let (large, small) = if sizes.0 < sizes.1 { (other, one) } else { (one, other) };
        self.above[small as usize] = large;
        self.size[large as usize] = sizes.0 + sizes.1;
        self.next.swap(large as usize, small as usize);
        Ok(())
    }

    /// What speaks against joining two clusters.
    fn against(&mut self, one: Node, other: Node) -> Option<Refused> {
        let (small, large) =
            if self.size[one as usize] < self.size[other as usize] { (one, other) } else { (other, one) };
        let lefts: Vec<Node> = self.members(small).collect();
        let rights: Vec<Node> = self.members(large).collect();
        if !self.apart.is_empty() {
            let apart: HashSet<Node, FixedState> =
                lefts.iter().filter_map(|node| self.apart.get(node)).flatten().copied().collect();
            if rights.iter().any(|node| apart.contains(node)) {
                return Some(Refused::Label);
            }
        }
        // a pair alone is a match by its own weight
        if lefts.len() == 1 && rights.len() == 1 {
            return None;
        }
        let model = self.judge.model;
        let threshold = model.weight_at(model.match_centibits);
        let most = threshold.saturating_add(threshold.max(LEAST_FURTHEST));
        let mut beyond = 0_i64;
        for left in &lefts {
            for right in &rights {
                let (left, right) = (self.row(*left), self.row(*right));
                let (weight, pattern) = self.judge.scorer.between(left, right, &mut self.memory);
                if model.conflict(&pattern).is_some() {
                    return Some(Refused::Conflict);
                }
                beyond += i64::from(weight.min(most)) - i64::from(threshold);
            }
        }
        (beyond < 0).then_some(Refused::Unlike)
    }

    /// The clusters, numbered by their first rows.
    fn clusters(mut self, rows: [usize; 2], apart: Apart) -> Clusters {
        let mut numbers = vec![u32::MAX; self.above.len()];
        let mut number = 0;
        let all = (0..u32::try_from(self.above.len()).unwrap_or(u32::MAX)).map(|node| {
            let root = self.root(node) as usize;
            if numbers[root] == u32::MAX {
                numbers[root] = number;
                number += 1;
            }
            numbers[root]
        });
        let mut of: Vec<u32> = all.collect();
        let rights = of.split_off(rows[0]);
        Clusters { of: [of, rights], number, apart }
    }
}

#[cfg(test)]
mod tests;
