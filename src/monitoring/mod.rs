//! What goes on by itself: households are watched and looked at again (`watching`), what was found is shown (`alerts`), clients are told (`callbacks`, and
//! `given_up` where it was in vain), keys are entered in the log and data keys wrapped anew (`keyring`), what was kept for long enough is erased (`retention`), the audit
//! log is shown to its witnesses (`witnesses`) and looked through each night (`scrub`). It asks no department and knows no rule.
//!
//! Neighbours: `verification` runs each look as a case, `store` keeps what is owed, `audit` what was sent, `config` where each client is to be called. Nothing here names a person: who
//! wants to know more asks for the report.

mod alerts;
mod callbacks;
mod given_up;
mod keyring;
mod retention;
mod scrub;
mod watching;
mod witnesses;

pub use alerts::{AlertPage, AlertStatus};
pub use given_up::GivenUp;
pub use keyring::{Keyring, KeyringError, KeyringParts, Settled, is_entered, settle};
pub use retention::{Retention, Sweep, would_sweep};
pub use watching::{MOST_CASES, Monitoring, MonitoringParts, Subscribed, Wanted, Watched, WatchedPage};

pub use crate::store::SubscriptionState;
pub use callbacks::{CallbackError, CallbackParts, CallbackSettings, Callbacks};
pub use scrub::Scrubbing;
pub use witnesses::{WitnessPlace, WitnessStanding, Witnesses};
