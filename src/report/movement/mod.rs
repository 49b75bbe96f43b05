//! The table of movement of rules that were tried (`policy::simulate`), as a drawing and as a file: what the command line and the console both show of
//! it. Counts and amounts of money, never a name or an id.

pub mod chart;
mod csv;
pub mod told;

pub use csv::csv;
