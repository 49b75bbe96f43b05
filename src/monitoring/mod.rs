//! What goes on by itself: households are watched and looked at again (`watching`), clients are told (`callbacks`). It asks no department
//! and knows no rule.
//!
//! Neighbours: `verification` runs each look as a case, `store` keeps what is owed, `audit` what was sent, `config` where each client is to be called. Nothing here names a person: who
//! wants to know more asks for the report.

mod callbacks;
mod watching;

pub use watching::{
    AlertPage, AlertStatus, GivenUp, MOST_CASES, Monitoring, MonitoringParts, Subscribed, Wanted, Watched, WatchedPage,
};

pub use crate::store::SubscriptionState;
pub use callbacks::{CallbackError, CallbackParts, CallbackSettings, Callbacks};
