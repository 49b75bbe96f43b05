//! The command line: one file a command. Exit 0 done, 1 failed, 2 wrong usage.
//!
//! Local commands take the data directory's lock; while a service holds it they say so and name `--server`.

mod arguments;
mod audit;
mod audit_detail;
mod audit_reading;
mod batch;
mod check_config;
mod compose;
mod configured;
mod demo;
mod file_watch;
mod generated;
mod keys;
mod link;
mod open;
mod operator;
mod output;
mod packs;
mod policy;
mod progress;
mod receipt;
mod reload;
mod reload_access;
mod remote;
mod report;
mod retention;
mod schedule;
mod screen;
mod serve;
mod show;
mod simulate;
mod sources;
mod streamed;
mod verify;
mod witness;

pub use generated::make_up;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::complain(&format!("the runtime does not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(run(arguments.command));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("{error:#}"));
            if error.is::<Usage>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// The command cannot be meant as it was written: exit 2, as for what `clap` refuses.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Verify(arguments) => verify::run(arguments).await,
        Command::Batch(arguments) => batch::run(arguments).await,
        Command::Schedule(arguments) => schedule::run(arguments).await,
        Command::Screen(arguments) => screen::run(*arguments).await,
        Command::Open(arguments) => open::run(&arguments),
        Command::Audit(arguments) => audit::run(arguments).await,
        Command::Retention(arguments) => retention::run(&arguments).await,
        Command::Report(arguments) => report::run(arguments).await,
        Command::Sources(arguments) => sources::run(arguments).await,
        Command::Policy(arguments) => policy::run(&arguments.command).await,
        Command::Link(arguments) => link::run(&arguments),
        Command::Keys(arguments) => keys::run(&arguments).await,
        Command::CheckConfig(arguments) => Ok(check_config::run(&arguments)),
    }
}
