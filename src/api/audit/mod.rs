//! `/v1/audit`: the log for auditors.

pub mod events;
pub mod findings;
pub mod proofs;
pub mod subjects;
