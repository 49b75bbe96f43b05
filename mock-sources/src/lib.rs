//! The twenty departments a household verification asks, as real HTTP servers over one synthetic county population whose truth is
//! known. The wires are described in `WIRES.md`, the population and what each department makes of it in `POPULATION.md`. Beside
//! them, [`rosters`] writes two rosters of people with known truth (`ROSTERS.md`), and [`batches`] the county's households as a batch of
//! requests (`BATCHES.md`).
//!
//! This crate does not know the connectors that ask it, so that both cannot agree on the same mistake. Neighbours: tests and the
//! demonstration start it through [`MockSources`], oracles read [`truth`].

pub mod batches;
mod calendar;
mod chance;
mod config;
mod copies;
mod departments;
pub mod faults;
mod money;
pub mod population;
pub mod rosters;
mod server;
pub mod truth;

pub use calendar::{Month, Window};
pub use config::Config;
pub use copies::{Dirt, DirtKind, DirtRates, RecordTruth};
pub use departments::Key;
pub use server::{MockSources, StartError};
