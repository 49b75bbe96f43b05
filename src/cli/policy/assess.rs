//! `hedui policy assess FILE`: the rules on evidence in a file. Nothing is asked, nothing is stored.

use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::cli::arguments::PolicyAssess;
use crate::cli::{configured, output, packs, show};
use crate::household::Evidence;
use crate::policy::Pack;
use crate::verification::supplied::{self, Assessed};

/// Assesses and prints.
pub(super) fn run(arguments: &PolicyAssess) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    let packs = packs::of(&arguments.folder)?;
    let (evidence, pack) = match supplied::read(&bytes, &packs) {
        Ok(read) => read,
        Err(faults) => bail!("{}", show::evidence_refused(&faults, arguments.lang)),
    };
    let assessed = supplied::assess(&evidence, &pack, &packs);
    let text = if arguments.json {
        serde_json::to_string_pretty(&assessed)?
    } else {
        drawn(&evidence, &assessed, &pack, arguments)?
    };
    output::say(&text);
    Ok(ExitCode::SUCCESS)
}

/// Laid out as a report is, with the names and laws of the departments that are set up here.
fn drawn(evidence: &Evidence, assessed: &Assessed, pack: &Pack, arguments: &PolicyAssess) -> anyhow::Result<String> {
    let settings = configured::settings(&arguments.folder.config)?;
    let departments = configured::departments(&settings).map_err(configured::Faulty)?;
    Ok(show::sheet(&supplied::sheet(evidence, assessed, pack, &departments), arguments.lang))
}
