//! What can be wrong with a stored log, and where.

use std::fmt;

use crate::audit::{NotALeaf, NoteError};

/// Something wrong, and the leaves it may concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The lowest index.
    pub index: u64,
    /// The index after the highest.
    pub until: u64,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The leaf is not there.
    LeafMissing,
    /// The stored hash is not that of the stored bytes.
    LeafHash,
    /// The bytes are no canonical event.
    Leaf {
        /// Why.
        cause: NotALeaf,
    },
    /// An index column does not say what the bytes say.
    Column {
        /// Column.
        column: &'static str,
    },
    /// A tile does not hold the hashes of the leaves.
    Tile {
        /// Tile level.
        level: u8,
        /// Place.
        tile: u64,
    },
    /// Tiles that belong to no leaf, or too few.
    TileCount {
        /// Stored.
        stored: u64,
        /// Expected.
        expected: u64,
    },
    /// The head counts other leaves than there are.
    HeadSize {
        /// Leaves there are.
        leaves: u64,
        /// Leaves the head counts.
        head: u64,
    },
    /// The head's root or frontier is not that of the leaves.
    HeadRoot,
    /// A checkpoint does not open.
    Checkpoint {
        /// Size it stands for; 0 when unknown.
        size: u64,
        /// Why.
        cause: NoteError,
    },
    /// A checkpoint's row says something else than its signed text.
    CheckpointColumns {
        /// Size.
        size: u64,
    },
    /// A signed checkpoint has another root than the leaves: they were changed since the checkpoint before it.
    CheckpointRoot {
        /// Size of the checkpoint.
        size: u64,
    },
    /// A checkpoint that a witness cosigned is not what its row says, or its cosignature does not hold.
    Cosignature {
        /// Name of the witness's key, or the column that cannot be read.
        witness: String,
    },
    /// A signed checkpoint is larger than the log.
    WentBack {
        /// Size of the checkpoint.
        size: u64,
    },
}

impl Fault {
    /// Whether it names one leaf.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.until == self.index + 1
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.index;
        match &self.kind {
            FaultKind::LeafMissing => write!(f, "leaf {index} is missing"),
            FaultKind::LeafHash => write!(f, "leaf {index}: its stored hash is not that of its bytes"),
            FaultKind::Leaf { cause } => write!(f, "leaf {index}: {cause}"),
            FaultKind::Column { column } => write!(f, "leaf {index}: column {column} does not say what the leaf says"),
            FaultKind::Tile { level, tile } => {
                write!(f, "tile {level}/{tile} does not hold the hashes of the leaves, from leaf {index} on")
            }
            FaultKind::TileCount { stored, expected } => {
                write!(f, "{stored} tiles are stored, the leaves have {expected}")
            }
            FaultKind::HeadSize { leaves, head } => write!(f, "the head counts {head} leaves, there are {leaves}"),
            FaultKind::HeadRoot => write!(f, "the head's root is not that of the leaves, from leaf {index} on"),
            FaultKind::Checkpoint { size, cause } => {
                write!(f, "the checkpoint of size {size} cannot be believed: {cause}")
            }
            FaultKind::CheckpointColumns { size } => {
                write!(f, "the checkpoint stored for size {size} says something else than its row")
            }
            FaultKind::CheckpointRoot { size } => {
                write!(
                    f,
                    "the leaves from {index} to {} are not those the checkpoint of size {size} was signed over",
                    size - 1
                )
            }
            FaultKind::Cosignature { witness } => {
                write!(f, "what {witness} cosigned (table log_cosignatures) cannot be believed")
            }
            FaultKind::WentBack { size } => {
                write!(f, "the log has {index} leaves, a signed checkpoint has {size}: it went back")
            }
        }
    }
}
