//! Tiles (C2SP tlog-tiles, height 8): 256 hashes of every eighth level side by side. Pure.
//!
//! A tile at tile level `t` holds the roots of complete subtrees of 256^t leaves. The last tile of a level is partial and grows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::merkle::{self, Frontier, Node};
use crate::store::{Hash, LogTile};

/// Levels of the tree that a tile spans.
const HEIGHT: u8 = 8;
/// Hashes of a full tile.
const WIDTH: u64 = 1 << HEIGHT;

/// Names a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Tile level.
    pub level: u8,
    /// Place within it.
    pub index: u64,
}

/// How many hashes tile `id` has in a tree of `size` leaves.
#[must_use]
pub fn width(id: TileId, size: u64) -> u64 {
    let hashes = size.checked_shr(u32::from(id.level) * u32::from(HEIGHT)).unwrap_or(0);
    hashes.saturating_sub(id.index.saturating_mul(WIDTH)).min(WIDTH)
}

/// The tile a node is read from, and which of its hashes the node is over.
fn place(node: Node) -> (TileId, Range<usize>) {
    let within = node.level % HEIGHT;
    let first = node.index << within;
    let offset = usize::try_from(first % WIDTH).expect("below 256");
    (TileId { level: node.level / HEIGHT, index: first / WIDTH }, offset..offset + (1 << within))
}

/// The tiles that the hashes of these leaf ranges are computed from.
#[must_use]
pub fn tiles_for(ranges: &[Range<u64>]) -> BTreeSet<TileId> {
    ranges.iter().cloned().flat_map(merkle::complete_subtrees).map(|node| place(node).0).collect()
}

/// Tiles at hand.
#[derive(Clone, Debug, Default)]
pub struct Tiles(BTreeMap<TileId, Vec<u8>>);

impl Tiles {
    /// Adds a tile.
    pub fn insert(&mut self, tile: LogTile) {
        self.0.insert(TileId { level: tile.level, index: tile.index }, tile.bytes);
    }

    /// The hash over a range of leaves, cut as in [`merkle::complete_subtrees`]; none when a tile is missing or too short.
    #[must_use]
    pub fn hash(&self, leaves: Range<u64>) -> Option<Hash> {
        let nodes: Option<Vec<Hash>> =
            merkle::complete_subtrees(leaves).into_iter().map(|node| self.node(node)).collect();
        merkle::fold(&nodes?)
    }

    fn node(&self, node: Node) -> Option<Hash> {
        let (id, hashes) = place(node);
        complete(self.0.get(&id)?, hashes)
    }
}

/// Root of the complete subtree over some of a tile's hashes, a power of two of them.
fn complete(tile: &[u8], hashes: Range<usize>) -> Option<Hash> {
    let mut level: Vec<Hash> = tile.as_chunks::<32>().0.get(hashes)?.to_vec();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|pair| merkle::node_hash(&pair[0], &pair[1])).collect();
    }
    level.pop()
}

/// The partial tiles at the right edge of a tree, one a level, and those that changed since they were last taken.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    levels: Vec<Growing>,
    full: Vec<LogTile>,
}

#[derive(Clone, Debug, Default)]
struct Growing {
    index: u64,
    bytes: Vec<u8>,
    changed: bool,
}

impl Edge {
    /// The partial tiles that a tree of `size` leaves has.
    #[must_use]
    pub fn ids(size: u64) -> Vec<TileId> {
        Self::levels(size)
            .map(|(level, hashes)| TileId { level, index: hashes / WIDTH })
            .filter(|id| width(*id, size) > 0)
            .collect()
    }

    /// Every level of a tree of `size` leaves with the number of its hashes.
    fn levels(size: u64) -> impl Iterator<Item = (u8, u64)> {
        (0..8).map(move |level: u8| (level, size >> (level * HEIGHT))).take_while(|(_, hashes)| *hashes > 0)
    }

    /// The edge of a tree of `size` leaves from its partial tiles; none unless they are exactly those, of the right length.
    #[must_use]
    pub fn load(size: u64, tiles: Vec<LogTile>) -> Option<Self> {
        let mut at_hand: BTreeMap<TileId, Vec<u8>> =
            tiles.into_iter().map(|tile| (TileId { level: tile.level, index: tile.index }, tile.bytes)).collect();
        let mut levels = Vec::new();
        for (level, hashes) in Self::levels(size) {
            let id = TileId { level, index: hashes / WIDTH };
            let bytes = at_hand.remove(&id).unwrap_or_default();
            if bytes.len() as u64 != width(id, size) * 32 {
                return None;
            }
            levels.push(Growing { index: id.index, bytes, changed: false });
        }
        at_hand.is_empty().then_some(Self { levels, full: Vec::new() })
    }

    /// Notes a subtree that has become complete; only every eighth level is kept.
    pub fn add(&mut self, node: Node, hash: &Hash) {
        if !node.level.is_multiple_of(HEIGHT) {
            return;
        }
        let level = node.level / HEIGHT;
        if self.levels.len() == usize::from(level) {
            self.levels.push(Growing::default());
        }
        let tile = &mut self.levels[usize::from(level)];
        tile.bytes.extend_from_slice(hash);
        tile.changed = true;
        if tile.bytes.len() as u64 == WIDTH * 32 {
            let bytes = std::mem::take(&mut tile.bytes);
            self.full.push(LogTile { level, index: tile.index, bytes });
            *tile = Growing { index: tile.index + 1, bytes: Vec::new(), changed: false };
        }
    }

    /// The tiles that filled up since the last call.
    pub fn take_full(&mut self) -> Vec<LogTile> {
        std::mem::take(&mut self.full)
    }

    /// The tiles that changed since the last call, full and partial.
    pub fn take_changed(&mut self) -> Vec<LogTile> {
        let mut changed = self.take_full();
        for (level, tile) in (0..).zip(&mut self.levels) {
            if std::mem::take(&mut tile.changed) {
                changed.push(LogTile { level, index: tile.index, bytes: tile.bytes.clone() });
            }
        }
        changed
    }

    /// The partial tiles as they are.
    #[must_use]
    pub fn tiles(&self) -> Tiles {
        let mut tiles = Tiles::default();
        for (level, tile) in (0..).zip(&self.levels) {
            tiles.insert(LogTile { level, index: tile.index, bytes: tile.bytes.clone() });
        }
        tiles
    }

    /// The frontier, computed from the tiles alone: what is signed must agree with it.
    #[must_use]
    pub fn frontier(&self, size: u64) -> Option<Frontier> {
        let peaks: Option<Vec<Hash>> = merkle::complete_subtrees(0..size)
            .into_iter()
            .map(|node| {
                let (id, hashes) = place(node);
                let tile = self.levels.get(usize::from(id.level)).filter(|tile| tile.index == id.index)?;
                complete(&tile.bytes, hashes)
            })
            .collect();
        Frontier::new(size, peaks?)
    }
}
