//! `hedui screen`: a roster as a batch of one of the screening purposes, and its leads as a file.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::{AtService, BatchFile, BatchRun, BatchSubmit, FileTerms, Language, Screen};
use super::{batch, output, verify};
use crate::bulk::BatchStatus;

pub(super) async fn run(arguments: Screen) -> anyhow::Result<ExitCode> {
    let Screen { kind, file, out, faults, legal_document, terms, wait, lang, json, server, token_file, config } =
        arguments;
    verify::check_named("--out", Some(&out), &["csv", "ndjson"])?;
    verify::check_named("--faults", faults.as_deref(), &["csv", "json"])?;
    let purpose = kind.purpose().as_str().to_owned();
    // a row that names another purpose is passed over, never asked about for that one
    let (purpose, only_purpose) = (Some(purpose.clone()), Some(purpose));
    let terms = FileTerms { roster: terms, legal_document, purpose, only_purpose };
    let status = match (server, token_file) {
        (Some(server), Some(token_file)) => {
            let at = AtService { server, token_file, lang, json };
            let submit = BatchSubmit { file, terms, follow: true, at: at.clone() };
            let (id, status) = batch::submitted(submit).await?;
            batch::fetched(&BatchFile { id: id.clone(), out: out.clone(), at: at.clone() }, "referrals").await?;
            if let Some(out) = faults {
                batch::fetched(&BatchFile { id, out, at }, "faults").await?;
            }
            status
        }
        _ => {
            let (referrals, results, changes) = (Some(out.clone()), None, None);
            let run = BatchRun { file, out: results, referrals, changes, faults, terms, wait, lang, json, config };
            Some(batch::run_here(run).await?)
        }
    };
    let Some(status) = status else { return Ok(ExitCode::FAILURE) };
    if !json {
        output::say(&told(&out, &status, lang)?);
    }
    Ok(if is_whole(&status) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Screened to its end, somebody at all and nobody left out: faulty rows are listed, and whoever is not chosen is not meant.
fn is_whole(status: &BatchStatus) -> bool {
    status.status == "finished" && status.file_fault.is_none() && screened(status) > 0 && missed(status) == 0
}

fn screened(status: &BatchStatus) -> u64 {
    status.cases.get("final").copied().unwrap_or(0)
}

/// Households that became cases and have no final report.
fn missed(status: &BatchStatus) -> u64 {
    status.accepted.saturating_sub(screened(status))
}

/// How many leads there are, where, and about how many households nothing is said.
fn told(out: &Path, status: &BatchStatus, lang: Language) -> anyhow::Result<String> {
    let (mut certain, mut open) = (0_u64, 0_u64);
    let mut count = |is_open: bool| if is_open { open += 1 } else { certain += 1 };
    if verify::extension(out) == "csv" {
        let mut table = ::csv::Reader::from_path(out)?;
        for row in table.records() {
            count(matches!(row?.get(5), Some("待核实" | "to be found out")));
        }
    } else {
        for line in std::fs::read_to_string(out)?.lines() {
            count(serde_json::from_str::<serde_json::Value>(line)?["open"] == true);
        }
    }
    let (place, screened) = (out.display(), screened(status));
    let not_screened = missed(status) + status.faulty + status.passed_over;
    Ok(match lang {
        Language::Zh => {
            format!(
                "已排查 {screened} 户，未排查 {not_screened} 户；线索：确定 {certain} 条，待核实 {open} 条，见 {place}"
            )
        }
        Language::En => format!(
            "{screened} households screened, {not_screened} not; leads: {certain} certain, {open} to be found out, in {place}"
        ),
    })
}
