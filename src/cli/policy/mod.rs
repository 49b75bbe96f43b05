//! `hedui policy`: the rules, without a service.

mod assess;
mod check;
mod explain;
mod test;

use std::process::ExitCode;

use super::arguments::{Policy, PolicyCommand};

/// Runs a command on the rules.
pub(super) fn run(arguments: &Policy) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        PolicyCommand::Check(arguments) => check::run(arguments),
        PolicyCommand::Test(arguments) => test::run(arguments),
        PolicyCommand::Explain(arguments) => explain::run(arguments),
        PolicyCommand::Assess(arguments) => assess::run(arguments),
    }
}
