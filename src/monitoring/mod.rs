//! What goes on by itself once cases are done: clients are told. It asks no department and knows no rule.
//!
//! Neighbours: `store` keeps what is owed, `audit` what was sent, `config` where each client is to be called. Nothing here names a person: who
//! wants to know more asks for the report.

mod callbacks;

pub use callbacks::{CallbackError, CallbackParts, CallbackSettings, Callbacks};
