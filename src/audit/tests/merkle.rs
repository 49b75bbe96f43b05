//! The tree against two foreign implementations, for every size to 256 and every pair of index and size.

use std::collections::HashMap;
use std::ops::Range;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use tlog_tiles::{Error, HashReader};

use crate::audit::merkle::{
    Frontier, consistency_path, inclusion_path, leaf_hash, verify_consistency, verify_inclusion,
};
use crate::audit::tile::{Edge, Tiles, tiles_for};
use crate::store::{EMPTY_ROOT, Hash, LogTile};

/// A tree grown by our code, with its tiles as they would be stored.
#[derive(Default)]
struct Grown {
    frontier: Frontier,
    edge: Edge,
    tiles: Tiles,
}

impl Grown {
    fn of(size: u64) -> Self {
        let mut grown = Self::default();
        (0..size).for_each(|index| grown.push(index));
        grown.store();
        grown
    }

    fn push(&mut self, index: u64) {
        self.frontier.push(leaf_hash(&bytes(index)), |node, hash| self.edge.add(node, hash));
    }

    fn store(&mut self) {
        for tile in self.edge.take_changed() {
            self.tiles.insert(tile);
        }
    }

    fn hashes(&self, path: Option<Vec<Range<u64>>>) -> Vec<Hash> {
        path.unwrap().into_iter().map(|range| self.tiles.hash(range).unwrap()).collect()
    }

    /// As `hashes`, computing each range once: what is over given leaves never changes.
    fn known(&self, path: Option<Vec<Range<u64>>>, known: &mut HashMap<Range<u64>, Hash>) -> Vec<Hash> {
        let mut hash =
            |range: Range<u64>| *known.entry(range.clone()).or_insert_with(|| self.tiles.hash(range).unwrap());
        path.unwrap().into_iter().map(&mut hash).collect()
    }
}

fn bytes(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// The tree of the other implementation, as the hashes it would store.
#[derive(Default)]
struct Foreign(Vec<tlog_tiles::Hash>);

impl HashReader for Foreign {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

#[test]
fn roots_and_proofs_are_those_of_two_others() {
    let mut ours = Grown::default();
    let mut foreign = Foreign::default();
    let mut ct = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut roots = vec![EMPTY_ROOT];
    let mut known = HashMap::new();
    assert_eq!(ours.frontier.root(), EMPTY_ROOT);
    for size in 1..=256 {
        let stored = tlog_tiles::stored_hashes(size - 1, &bytes(size - 1), &foreign).unwrap();
        foreign.0.extend(stored);
        ct.push(bytes(size - 1));
        ours.push(size - 1);
        ours.store();
        let root = ours.frontier.root();
        roots.push(root);
        assert_eq!(root, tlog_tiles::tree_hash(size, &foreign).unwrap().0, "root of {size}");
        assert_eq!(root.as_slice(), ct.root().as_bytes().as_slice(), "root of {size}");
        assert_eq!(ours.edge.frontier(size), Some(ours.frontier.clone()), "tiles of {size}");
        for index in 0..size {
            let proof = ours.known(inclusion_path(index, size), &mut known);
            let theirs = tlog_tiles::prove_record(size, index, &foreign).unwrap();
            assert_eq!(proof, theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(), "{index} in {size}");
            assert_eq!(proof.concat(), ct.prove_inclusion(usize::try_from(index).unwrap()).as_bytes());
            assert!(verify_inclusion(&leaf_hash(&bytes(index)), index, size, &proof, &root), "{index} in {size}");
        }
        for old in 1..=size {
            let proof = ours.known(consistency_path(old, size), &mut known);
            let theirs = tlog_tiles::prove_tree(size, old, &foreign).unwrap();
            assert_eq!(proof, theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(), "{old} to {size}");
            let additions = usize::try_from(size - old).unwrap();
            if additions > 0 {
                assert_eq!(proof.concat(), ct.prove_consistency(additions).as_bytes(), "{old} to {size}");
            }
            let old_root = roots[usize::try_from(old).unwrap()];
            assert!(verify_consistency(old, &old_root, size, &root, &proof), "{old} to {size}");
        }
        assert!(verify_consistency(0, &EMPTY_ROOT, size, &root, &[]));
    }
}

#[test]
fn a_proof_holds_for_nothing_but_what_it_proves() {
    let sizes = [1, 2, 3, 5, 8, 13, 64, 65, 100];
    let trees: Vec<Grown> = sizes.iter().map(|size| Grown::of(*size)).collect();
    for (size, tree) in sizes.iter().copied().zip(&trees) {
        let root = tree.frontier.root();
        for index in 0..size {
            let leaf = leaf_hash(&bytes(index));
            let proof = tree.hashes(inclusion_path(index, size));
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place][0] ^= 1;
                assert!(!verify_inclusion(&leaf, index, size, &changed, &root));
                let mut shorter = proof.clone();
                shorter.remove(place);
                assert!(!verify_inclusion(&leaf, index, size, &shorter, &root));
            }
            let longer = [proof.clone(), vec![root]].concat();
            assert!(!verify_inclusion(&leaf, index, size, &longer, &root));
            assert!(!verify_inclusion(&leaf, size, size, &proof, &root));
            for other in (0..size).filter(|other| *other != index) {
                assert!(!verify_inclusion(&leaf, other, size, &proof, &root), "{index} as {other} in {size}");
            }
        }
        for (old, before) in sizes.iter().copied().zip(&trees).filter(|(old, _)| *old < size) {
            let proof = tree.hashes(consistency_path(old, size));
            let old_root = before.frontier.root();
            assert!(verify_consistency(old, &old_root, size, &root, &proof));
            assert!(!verify_consistency(old, &[0; 32], size, &root, &proof));
            assert!(!verify_consistency(old, &old_root, size, &[0; 32], &proof));
            assert!(!verify_consistency(size, &root, old, &old_root, &proof));
            assert!(!verify_consistency(old, &old_root, size, &root, &[proof.clone(), vec![root]].concat()));
            for place in 0..proof.len() {
                let mut changed = proof.clone();
                changed[place][31] ^= 1;
                assert!(!verify_consistency(old, &old_root, size, &root, &changed), "{old} to {size}");
            }
        }
    }
    assert!(!verify_consistency(0, &[1; 32], 5, &[2; 32], &[]));
    assert_eq!(inclusion_path(5, 5), None);
    assert_eq!(consistency_path(6, 5), None);
}

/// Across the boundary of a second tile level: 256 × 256 leaves and some.
#[test]
fn tiles_of_two_levels_lead_to_the_same_root() {
    let size = 256 * 256 + 300;
    let grown = Grown::of(size);
    assert_eq!(grown.tiles.hash(0..size), Some(grown.frontier.root()));
    assert_eq!(grown.edge.frontier(size), Some(grown.frontier.clone()));
    for index in [0, 255, 256, 65_535, 65_536, size - 1] {
        let proof = grown.hashes(inclusion_path(index, size));
        assert!(verify_inclusion(&leaf_hash(&bytes(index)), index, size, &proof, &grown.frontier.root()));
    }
    let smaller = Grown::of(65_000);
    let proof = grown.hashes(consistency_path(65_000, size));
    assert!(verify_consistency(65_000, &smaller.frontier.root(), size, &grown.frontier.root(), &proof));
    let path = inclusion_path(70, size).unwrap();
    assert!(tiles_for(&path).len() <= 6, "a proof reads a handful of tiles");
}

#[test]
fn an_edge_is_loaded_only_from_exactly_its_tiles() {
    let mut grown = Grown::default();
    let mut stored: Vec<LogTile> = Vec::new();
    for index in 0..600 {
        grown.frontier.push(leaf_hash(&bytes(index)), |node, hash| grown.edge.add(node, hash));
    }
    stored.extend(grown.edge.take_changed());
    let partial: Vec<LogTile> = stored
        .into_iter()
        .filter(|tile| Edge::ids(600).iter().any(|id| (id.level, id.index) == (tile.level, tile.index)))
        .collect();
    assert_eq!(partial.len(), 2);
    let loaded = Edge::load(600, partial.clone()).unwrap();
    assert_eq!(loaded.frontier(600), Some(grown.frontier));
    assert!(Edge::load(601, partial.clone()).is_none());
    assert!(Edge::load(600, partial[..1].to_vec()).is_none());
    assert!(Edge::load(512, Vec::new()).is_none(), "two hashes of level 1 are missing");
    assert!(Edge::load(0, Vec::new()).is_some());
}

proptest! {
    #[test]
    fn any_two_sizes_are_consistent(old in 0_u64..900, more in 0_u64..900, index in 0_u64..1800) {
        let (before, after) = (Grown::of(old), Grown::of(old + more));
        let proof = after.hashes(consistency_path(old, old + more));
        prop_assert!(verify_consistency(old, &before.frontier.root(), old + more, &after.frontier.root(), &proof));
        if index < old + more {
            let proof = after.hashes(inclusion_path(index, old + more));
            let leaf = leaf_hash(&bytes(index));
            prop_assert!(verify_inclusion(&leaf, index, old + more, &proof, &after.frontier.root()));
        }
    }
}
