//! The departments' copies of the truth. A copy is not stored: each row's head (record number, name and ID number as that department
//! wrote them, what was spoiled) is worked out from the truth, the seed and the row's place whenever it is needed, and only rows
//! whose identity was spoiled are indexed. Rows are found as `WIRES.md` says a department searches.

mod dirt;
mod index;
mod record_number;
mod spoil;

use jiff::civil::Date;

pub use dirt::{Dirt, DirtKind, DirtRates};
pub use index::RecordTruth;
pub(crate) use index::{Asked, Copies};

/// One row of a department's copy, as far as every department has it.
#[derive(Clone, Debug)]
pub(crate) struct RowHead {
    /// Record number (记录号).
    pub(crate) record_number: String,
    /// Name as written.
    pub(crate) name: String,
    /// ID number as written.
    pub(crate) number: String,
    /// Birth date as written, where the department states one.
    pub(crate) born: Date,
    /// Whom the row is truly about.
    pub(crate) owner: u32,
    /// Which of the owner's facts the row states.
    pub(crate) ordinal: usize,
    /// Whether the row still shows the state before the last change.
    pub(crate) stale: bool,
}
