//! The tree as it grows: the frontier and the partial tiles, loaded from the store and checked against each other.

use std::collections::BTreeSet;

use super::AuditError;
use super::known::Reach;
use super::merkle::{self, Frontier};
use super::tile::{Edge, TileId, Tiles, tiles_for};
use crate::store::{Hash, LogHead, LogTile, LogTx, PreparedLeaf, Store};

/// The right edge of the log's tree in memory; good for one head.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    frontier: Frontier,
    edge: Edge,
}

impl Tree {
    /// Reads the edge that belongs to the head of `tx`, and refuses one that does not lead to the head's root, or a tree that does not begin
    /// with what is known of the log. What both take is read in one trip.
    pub(super) async fn load(tx: &mut LogTx, known: Reach) -> Result<Self, AuditError> {
        let head = tx.head().clone();
        let broken = AuditError::TreeBroken { size: head.size };
        let of_edge: BTreeSet<TileId> = Edge::ids(head.size).into_iter().collect();
        let of_known = tiles_for(std::slice::from_ref(&(0..known.size)));
        let ids: Vec<(u8, u64)> = of_edge.union(&of_known).map(|id| (id.level, id.index)).collect();
        let found = tx.tiles(&ids).await?;
        if known.size > 0 {
            let mut tiles = Tiles::default();
            found.iter().cloned().for_each(|tile| tiles.insert(tile));
            known.must_be(tiles.hash(0..known.size).ok_or_else(|| broken.clone())?)?;
        }
        let is_of_edge = |tile: &LogTile| of_edge.contains(&TileId { level: tile.level, index: tile.index });
        let tiles = found.into_iter().filter(is_of_edge).collect();
        let edge = Edge::load(head.size, tiles).ok_or_else(|| broken.clone())?;
        let frontier = Frontier::new(head.size, head.frontier.clone()).ok_or_else(|| broken.clone())?;
        let tree = Self { frontier, edge };
        if tree.is_at(&head) && tree.agrees() { Ok(tree) } else { Err(broken) }
    }

    /// Whether this is the tree of `head`.
    pub(super) fn is_at(&self, head: &LogHead) -> bool {
        self.frontier.size() == head.size
            && self.frontier.root() == head.root
            && self.frontier.peaks() == head.frontier.as_slice()
    }

    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(super) fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Lets it grow by the leaves, hashed again from their bytes, and returns the tiles that changed. Refuses a result in which
    /// frontier and tiles do not agree: a flipped bit must not be signed.
    pub(super) fn grow(&mut self, leaves: &[PreparedLeaf]) -> Result<Vec<LogTile>, AuditError> {
        for leaf in leaves {
            let hash = merkle::leaf_hash(&leaf.bytes);
            if hash != leaf.hash {
                return Err(AuditError::TreeBroken { size: self.size() });
            }
            self.frontier.push(hash, |node, hash| self.edge.add(node, hash));
        }
        let tiles = self.edge.take_changed();
        if self.agrees() { Ok(tiles) } else { Err(AuditError::TreeBroken { size: self.size() }) }
    }

    /// The hashes beside the way from leaf `index` to the root, where the leaf came with the growth that changed these tiles: then they
    /// are all at the right edge.
    pub(super) fn inclusion(&self, index: u64, changed: &[LogTile]) -> Result<Vec<Hash>, AuditError> {
        let mut tiles = self.edge.tiles();
        changed.iter().cloned().for_each(|tile| tiles.insert(tile));
        let path = merkle::inclusion_path(index, self.size());
        let hashes = path.and_then(|path| path.into_iter().map(|range| tiles.hash(range)).collect());
        hashes.ok_or(AuditError::TreeBroken { size: self.size() })
    }

    /// Whether the tiles lead to the same frontier.
    fn agrees(&self) -> bool {
        self.edge.frontier(self.size()).as_ref() == Some(&self.frontier)
    }
}

/// The hashes over ranges of leaves, from stored tiles.
pub(super) async fn hashes(store: &Store, ranges: &[std::ops::Range<u64>]) -> Result<Vec<Hash>, AuditError> {
    let mut tiles = Tiles::default();
    for id in tiles_for(ranges) {
        if let Some(tile) = store.tile(id.level, id.index).await? {
            tiles.insert(tile);
        }
    }
    let end = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let found: Option<Vec<Hash>> = ranges.iter().cloned().map(|range| tiles.hash(range)).collect();
    found.ok_or(AuditError::TreeBroken { size: end })
}

/// The root of the first `size` leaves, from stored tiles.
pub(super) async fn root_at(store: &Store, size: u64) -> Result<Hash, AuditError> {
    if size == 0 {
        return Ok(crate::store::EMPTY_ROOT);
    }
    let roots = hashes(store, std::slice::from_ref(&(0..size))).await?;
    roots.into_iter().next().ok_or(AuditError::TreeBroken { size })
}
