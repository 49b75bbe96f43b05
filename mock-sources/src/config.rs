//! How the mocks are started.

use std::time::Duration;

use jiff::civil::{Date, date};

use crate::copies::Dirt;
use crate::faults::FaultPlan;

/// Settings of a run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Seed of the population, of the copies' dirt and of their record of it.
    pub seed: u64,
    /// How many households are generated; the two fixed ones come on top. At most 3,000,000.
    pub households: u32,
    /// The day the population is as of.
    pub as_of: Date,
    /// Whether the departments' copies are spoiled.
    pub dirt: Dirt,
    /// Faults in force from the start.
    pub faults: FaultPlan,
    /// How long asynchronous departments take.
    pub ticket_delay: Duration,
    /// Port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// One port a department, counted up from `port` + 1 (or any free ones), beside the common one.
    pub ports_per_department: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            households: 1_000,
            as_of: date(2026, 11, 1),
            dirt: Dirt::Clean,
            faults: FaultPlan::default(),
            ticket_delay: Duration::from_millis(300),
            port: 0,
            ports_per_department: false,
        }
    }
}
