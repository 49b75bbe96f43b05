//! `hedui screen`: a roster as a batch of one of the screening purposes, and its leads as a file.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::{AtService, BatchFile, BatchRun, BatchSubmit, FileTerms, Language, Screen};
use super::{Usage, batch, output};

pub(super) async fn run(arguments: Screen) -> anyhow::Result<ExitCode> {
    let Screen { kind, file, out, faults, terms, wait, lang, server, token_file, config } = arguments;
    let purpose = kind.purpose().as_str().to_owned();
    // a row that names another purpose is passed over, never asked about for that one
    let terms = FileTerms { roster: terms, purpose: Some(purpose.clone()), only_purpose: Some(purpose) };
    let code = match (server, token_file) {
        (Some(server), Some(token_file)) => {
            let at = AtService { server, token_file, lang };
            let submit = BatchSubmit { file, terms, follow: true, at: at.clone() };
            let (id, code) = batch::submitted(submit).await?;
            if code == ExitCode::SUCCESS {
                batch::fetched(&BatchFile { id: id.clone(), out: out.clone(), at: at.clone() }, "referrals").await?;
                if let Some(out) = faults {
                    batch::fetched(&BatchFile { id, out, at }, "faults").await?;
                }
            }
            code
        }
        _ => {
            let (referrals, results, changes, json) = (Some(out.clone()), None, None, false);
            batch::run_here(BatchRun {
                file,
                out: results,
                referrals,
                changes,
                faults,
                terms,
                wait,
                lang,
                json,
                config,
            })
            .await?
        }
    };
    if code == ExitCode::SUCCESS {
        output::say(&told(&out, lang)?);
    }
    Ok(code)
}

/// How many leads there are, and where.
fn told(out: &Path, lang: Language) -> anyhow::Result<String> {
    let (mut certain, mut open) = (0_u64, 0_u64);
    let mut count = |is_open: bool| if is_open { open += 1 } else { certain += 1 };
    match super::verify::extension(out) {
        "csv" => {
            let mut table = ::csv::Reader::from_path(out)?;
            for row in table.records() {
                count(matches!(row?.get(5), Some("待核实" | "to be found out")));
            }
        }
        "ndjson" => {
            for line in std::fs::read_to_string(out)?.lines() {
                count(serde_json::from_str::<serde_json::Value>(line)?["open"] == true);
            }
        }
        _ => return Err(Usage(format!("--out {}: name a file that ends in .csv or .ndjson", out.display())).into()),
    }
    let place = out.display();
    Ok(match lang {
        Language::Zh => format!("线索：确定 {certain} 条，待核实 {open} 条，见 {place}"),
        Language::En => format!("leads: {certain} certain, {open} to be found out, in {place}"),
    })
}
