//! `hedui batch`: files of households, run here or at a running service.

mod board;
mod local;
mod service;
mod template;
mod terms;

use std::path::Path;
use std::process::ExitCode;

use super::Usage;
use super::arguments::{Batch, BatchCommand};
use super::verify::extension;
use crate::bulk::BatchStatus;

/// Runs a batch here, or asks a service.
pub(super) async fn run(arguments: Batch) -> anyhow::Result<ExitCode> {
    match arguments.command {
        BatchCommand::Run(arguments) => local::run(arguments).await,
        BatchCommand::Submit(arguments) => service::submit(arguments).await,
        BatchCommand::Status(arguments) => service::status(&arguments).await,
        BatchCommand::Follow(arguments) => service::follow(&arguments).await,
        BatchCommand::Results(arguments) => service::results(&arguments).await,
        BatchCommand::Changes(arguments) => service::changes(&arguments).await,
        BatchCommand::Referrals(arguments) => service::referrals(&arguments).await,
        BatchCommand::Faults(arguments) => service::faults(&arguments).await,
        BatchCommand::Pause(arguments) => service::steer(&arguments, "pause").await,
        BatchCommand::Resume(arguments) => service::steer(&arguments, "resume").await,
        BatchCommand::Cancel(arguments) => service::steer(&arguments, "cancel").await,
        BatchCommand::Template(arguments) => Ok(template::run(&arguments)),
    }
}

pub(super) use local::ran as run_here;
pub(super) use service::{fetched, submitted};

/// Done, and the whole file was read.
fn outcome(status: &BatchStatus) -> ExitCode {
    let is_whole = status.status == "finished" && status.file_fault.is_none();
    if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether an output's name ends in one of two forms: the first.
fn is_first_form(out: &Path, option: &str, forms: [&str; 2]) -> Result<bool, Usage> {
    match extension(out) {
        form if form == forms[0] => Ok(true),
        form if form == forms[1] => Ok(false),
        _ => Err(Usage(format!("{option} {}: name a file that ends in .{} or .{}", out.display(), forms[0], forms[1]))),
    }
}
