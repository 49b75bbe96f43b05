//! `hedui policy`: the rules, without a service.

mod assess;
mod check;
mod explain;
mod test;

use std::process::ExitCode;

use super::arguments::PolicyCommand;
use super::simulate;

/// Runs a command on the rules.
pub(super) async fn run(command: &PolicyCommand) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Check(arguments) => check::run(arguments),
        PolicyCommand::Test(arguments) => test::run(arguments),
        PolicyCommand::Explain(arguments) => explain::run(arguments),
        PolicyCommand::Assess(arguments) => assess::run(arguments),
        PolicyCommand::Simulate(arguments) => simulate::run(arguments).await,
    }
}
