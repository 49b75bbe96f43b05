//! Two rosters against each other, or one against itself: which rows are one person, with what certainty, and why.
//!
//! The way of the data: [`Roster`]s are read (`roster`), their columns become numbered values ([`fields`]), blocking rules make
//! candidates ([`blocking`]), each is weighed by the [`LinkageModel`] (`scoring`), what remains is decided one-to-one or in clusters
//! (`decision`). How two values of a field compare is `identity`'s: there is one matcher. No network, no clock, no store; files are
//! opened by whoever calls.
//!
//! Nothing in here prints a value: faults name file, line and column.

pub mod blocking;
pub mod bound;
pub mod candidates;
pub mod cluster_ids;
pub mod clusters;
pub mod curve;
pub mod decision;
pub mod earlier;
pub mod explained;
pub mod fields;
pub mod filled;
pub mod heldout;
pub mod labels;
pub mod linking;
pub mod model;
mod own_number;
pub mod pair;
#[cfg(test)]
mod properties;
pub mod reliability;
pub mod roster;
pub mod row_ids;
pub mod scoring;
pub mod shared_numbers;
pub mod sheets;
pub mod supervised;
pub mod table;
pub mod training;
#[cfg(test)]
mod trial;
pub mod truth;

pub use model::LinkageModel;
pub use roster::{Roster, RosterFault};
