//! Departments as pluggable sources.
//!
//! [`records`] is the canonical vocabulary, [`source`] the contract every department meets, `engine` what turns a declarative
//! definition (`definitions/<key>/definition.toml`) into a [`source::Source`]; [`registry`] joins definitions with the operator's
//! [`settings`]. Knows nothing of households, rules or storage.

pub mod definition;
pub mod health;
pub mod problem;
pub mod records;
pub mod registry;
pub mod samples;
pub mod secret_place;
pub mod settings;
pub mod source;
pub mod toml_bounds;

mod codec;
mod dates;
mod decimal;
mod engine;
mod exchange;
mod home;
#[cfg(test)]
mod hostile;
mod mapping;
mod request;
mod template;
mod toml_reader;

pub use exchange::{BreakerState, Clock, LocalAdmission, SystemClock, install_crypto_provider};
pub use problem::Problem;
pub use registry::Registry;
pub use settings::SourcesConfig;
