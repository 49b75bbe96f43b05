//! One place for everything that guards a call to a department: time limits, bounded retry, breaker, bulkhead, rate limit, body
//! cap. What is asked and how the answer is read comes from outside; this knows neither definitions nor records.

mod admission;
mod breaker;
mod client;
mod fault;
mod headers;
mod pacing;
mod retries;
mod turns;
mod visit;

pub use admission::LocalAdmission;
pub use breaker::{BreakerState, Clock, SystemClock};
pub use client::install_crypto_provider;

pub(crate) use breaker::Breaker;
pub(crate) use client::{Line, NotConfigured};
pub(crate) use fault::Fault;
pub(crate) use pacing::Pacing;
pub(crate) use retries::Retries;
pub(crate) use turns::Turns;
pub(crate) use visit::{Guards, Received, Visit};
