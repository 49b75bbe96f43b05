//! Which id each cluster has. A cluster that shares rows with an earlier one keeps its id: of two earlier ones in one cluster the id with
//! more rows in it stays (of as many, the smaller id), of an earlier one in several clusters the largest part keeps it (of equal parts,
//! the one with the first row id). New ids follow the largest ever given, in the order of the clusters' first row ids.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::clusters::Clusters;
use super::earlier::Earlier;
use super::roster::Column;
use super::table::Side;

/// Ids for clusters.
pub struct ClusterIds {
    /// Of every cluster, its number.
    pub of: Vec<u64>,
    /// Rows in the order of their clusters' numbers, the left ones first, then by row id.
    pub rows: Vec<(u64, Side, u32)>,
    /// The largest number ever given.
    pub largest: u64,
    /// What became of every id, by number; empty without an earlier run.
    pub changes: Vec<Change>,
}

/// What became of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number.
    pub number: u64,
    /// What became of it.
    pub kind: ChangeKind,
    /// The other number that it has to do with.
    pub other: Option<u64>,
}

/// What can become of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The same rows have it.
    Kept,
    /// More rows have it, none lost it.
    Grown,
    /// Rows lost it to other clusters.
    Reduced,
    /// It is new, as all its rows are.
    New,
    /// It is new, and rows of it had the other id, which a larger part keeps.
    Split,
    /// No row has it any more: its rows, or most of them, have the other id now.
    Merged,
}

impl ChangeKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Kept, Self::Grown, Self::Reduced, Self::New, Self::Split, Self::Merged];

    /// Its name in outputs.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Grown => "grown",
            Self::Reduced => "reduced",
            Self::New => "new",
            Self::Split => "split",
            Self::Merged => "merged",
        }
    }
}

/// Rows that an earlier cluster and a cluster of today share.
struct Shared {
    earlier: u64,
    cluster: u32,
    rows: u64,
}

impl ClusterIds {
    /// Gives every cluster its id.
    #[must_use]
    pub fn of(clusters: &Clusters, ids: (&Column, &Column), earlier: Option<&Earlier>) -> Self {
        let id = |side: Side, row: u32| [ids.0, ids.1][side].get(row as usize);
        let mut rows: Vec<(u32, Side, u32)> = Vec::new();
        for (side, of) in clusters.of.iter().enumerate() {
            rows.extend(of.iter().zip(0..).map(|(cluster, row)| (*cluster, side, row)));
        }
        rows.par_sort_unstable_by(|one, other| (one.1, id(one.1, one.2)).cmp(&(other.1, id(other.1, other.2))));
        // clusters in the order of their first rows
        let mut place = vec![u32::MAX; clusters.number as usize];
        let mut order = Vec::with_capacity(place.len());
        for (cluster, ..) in &rows {
            if place[*cluster as usize] == u32::MAX {
                place[*cluster as usize] = u32::try_from(order.len()).unwrap_or(u32::MAX);
                order.push(*cluster);
            }
        }
        let mut numbers = vec![0_u64; place.len()];
        let shared = earlier.map_or_else(Vec::new, |earlier| shared(clusters, earlier, &place));
        let mut keeper: HashMap<u64, u32, FixedState> = HashMap::default();
        for shared in &shared {
            let number = &mut numbers[shared.cluster as usize];
            if *number == 0 && !keeper.contains_key(&shared.earlier) {
                *number = shared.earlier;
                keeper.insert(shared.earlier, shared.cluster);
            }
        }
        let mut largest = earlier.map_or(0, |earlier| earlier.largest);
        for cluster in order {
            if numbers[cluster as usize] == 0 {
                largest += 1;
                numbers[cluster as usize] = largest;
            }
        }
        let changes = earlier.map_or_else(Vec::new, |earlier| changes(clusters, earlier, &numbers, &shared, &keeper));
        let mut rows: Vec<(u64, Side, u32)> =
            rows.into_iter().map(|(cluster, side, row)| (numbers[cluster as usize], side, row)).collect();
        rows.par_sort_by_key(|(number, ..)| *number);
        Self { of: numbers, rows, largest, changes }
    }

    /// How many ids each kind of change befell.
    #[must_use]
    pub fn counts(&self) -> [u64; ChangeKind::ALL.len()] {
        ChangeKind::ALL.map(|kind| {
            let number = self.changes.iter().filter(|change| change.kind == kind).count();
            u64::try_from(number).unwrap_or(u64::MAX)
        })
    }
}

/// What earlier clusters and those of today share, most rows first.
fn shared(clusters: &Clusters, earlier: &Earlier, place: &[u32]) -> Vec<Shared> {
    let mut counts: HashMap<(u64, u32), u64, FixedState> = HashMap::default();
    for (of, before) in clusters.of.iter().zip(&earlier.of) {
        for (cluster, before) in of.iter().zip(before).filter(|(_, before)| **before != 0) {
            *counts.entry((*before, *cluster)).or_default() += 1;
        }
    }
    let shared = counts.into_iter().map(|((earlier, cluster), rows)| Shared { earlier, cluster, rows });
    let mut shared: Vec<Shared> = shared.collect();
    shared.sort_unstable_by_key(|shared| {
        (std::cmp::Reverse(shared.rows), shared.earlier, place[shared.cluster as usize])
    });
    shared
}

fn changes(
    clusters: &Clusters,
    earlier: &Earlier,
    numbers: &[u64],
    shared: &[Shared],
    keeper: &HashMap<u64, u32, FixedState>,
) -> Vec<Change> {
    let mut before: HashMap<u64, u64, FixedState> = HashMap::default();
    for number in earlier.of.iter().flatten().filter(|number| **number != 0) {
        *before.entry(*number).or_default() += 1;
    }
    let mut now = vec![0_u64; numbers.len()];
    for cluster in clusters.of.iter().flatten() {
        now[*cluster as usize] += 1;
    }
    // the first of each is the one with most rows
    let (mut came_from, mut went_to) =
        (HashMap::<u32, u64, FixedState>::default(), HashMap::<u64, u32, FixedState>::default());
    let mut kept_rows: HashMap<u64, u64, FixedState> = HashMap::default();
    for shared in shared {
        came_from.entry(shared.cluster).or_insert(shared.earlier);
        went_to.entry(shared.earlier).or_insert(shared.cluster);
        if keeper.get(&shared.earlier) == Some(&shared.cluster) {
            kept_rows.insert(shared.earlier, shared.rows);
        }
    }
    let today = numbers.iter().zip(0_u32..).zip(&now).map(|((number, cluster), rows)| {
        let (kind, other) = match (kept_rows.get(number), came_from.get(&cluster)) {
            (Some(kept), _) if *kept < before[number] => (ChangeKind::Reduced, None),
            (Some(kept), _) if kept < rows => (ChangeKind::Grown, None),
            (Some(_), _) => (ChangeKind::Kept, None),
            (None, Some(from)) => (ChangeKind::Split, Some(*from)),
            (None, None) => (ChangeKind::New, None),
        };
        Change { number: *number, kind, other }
    });
    let gone = before.keys().filter(|number| !keeper.contains_key(*number)).map(|number| Change {
        number: *number,
        kind: ChangeKind::Merged,
        other: Some(numbers[went_to[number] as usize]),
    });
    let mut changes: Vec<Change> = today.chain(gone).collect();
    changes.sort_unstable_by_key(|change| change.number);
    changes
}

#[cfg(test)]
mod tests;
