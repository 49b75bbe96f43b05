//! Faults: how departments misbehave, by settings (a TOML file, a flag, a call while running) and by trigger people whose records always
//! misbehave in one way. This folder decides what goes wrong with a request; the server makes it happen on the socket.

mod gate;
mod plan;
mod shorthand;
pub mod triggers;

pub use gate::FaultKind;
pub(crate) use gate::{Decision, Effect, Gate, PersonTrouble};
pub use plan::{Delay, Fault, FaultPlan, FaultRule, Operation, PlanError};
pub use shorthand::SHORTHAND_HELP;
