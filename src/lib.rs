//! hedui (核对): what a household's members earn and own, according to the departments that hold the records, once the law's
//! exemptions and deductions are applied. It verifies; the officer decides. ARCHITECTURE.md names the rooms and who may know whom.

pub mod api;
pub mod audit;
pub mod auth;
pub mod bulk;
pub mod cli;
pub mod config;
pub mod console;
pub mod drawing;
pub mod household;
pub mod identity;
pub mod keys;
pub mod linkage;
pub mod monitoring;
pub mod oversight;
pub mod policy;
pub mod report;
pub mod rosters;
pub mod store;
pub mod telemetry;
pub mod verification;
pub mod web;
