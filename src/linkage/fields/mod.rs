//! What a column of a roster holds, prepared once for every distinct value: both rosters share the values, so that a pair of records
//! is a pair of numbers, and equal numbers are equal values.
//!
//! How two values compare is `identity`'s: one file a kind of field there. Here they are only kept, named and looked up.

mod kind;
mod values;

pub use kind::{Kind, LevelText, WHOLE, part_said};
pub use values::Values;
