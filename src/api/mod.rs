//! The HTTP interface under `/v1`: decode, call one domain function, encode. No SQL, no rules.

mod accept;
mod approvals;
mod assessments;
mod audit;
mod batches;
mod body;
mod callers;
mod decided;
mod docs;
mod due;
mod health;
mod matches;
mod monitoring;
mod openapi;
mod permit;
mod policies;
mod report;
mod reviews;
mod router;
mod schemas;
mod sources;
mod state;
mod verifications;
mod witness;

pub use openapi::document as openapi_document;
pub use router::{router, routes};
pub use state::ApiState;
pub use witness::witness_router;
