//! `hedui sources`.

use std::process::ExitCode;
use std::time::Duration;

use comfy_table::{Table, presets};

use super::arguments::{Sources, SourcesCommand, SourcesList, SourcesNamed};
use super::{Usage, configured, output};
use crate::household::SourceKey;
use crate::telemetry::Clock;
use crate::verification::Departments;

/// Longest wait for an asynchronous department's answer to a probe.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a command on departments.
pub(super) async fn run(arguments: Sources) -> anyhow::Result<ExitCode> {
    match arguments.command {
        SourcesCommand::List(arguments) => list(&arguments),
        SourcesCommand::Check(arguments) => check(&arguments).await,
        SourcesCommand::Test(arguments) => test(&arguments),
    }
}

fn departments(config: &super::arguments::ConfigFile) -> anyhow::Result<Departments> {
    let settings = configured::settings(config)?;
    Ok(configured::departments(&settings).map_err(configured::Faulty)?)
}

fn list(arguments: &SourcesList) -> anyhow::Result<ExitCode> {
    let status = departments(&arguments.config)?.status();
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&status)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["key", "部门", "department", "mode", "state", "law"]);
    for source in status {
        let (descriptor, health) = (source.descriptor, source.health);
        let mode = format!("{:?}", descriptor.mode).to_lowercase();
        let state = match (health.enabled, health.not_configured) {
            (false, _) => "off".to_owned(),
            (true, Some(missing)) => format!("not configured: {}", shortened(&missing)),
            (true, None) => "on".to_owned(),
        };
        table.add_row([
            descriptor.key.to_string(),
            descriptor.title_zh,
            descriptor.title_en,
            mode,
            state,
            descriptor.law,
        ]);
    }
    output::say(&table.to_string());
    Ok(ExitCode::SUCCESS)
}

/// The first clause: what to do about it stands in `--json` and in the log.
fn shortened(text: &str) -> &str {
    text.rsplit_once(": ").map_or(text, |(clause, _)| clause)
}

fn named(departments: &Departments, name: Option<&str>) -> anyhow::Result<Vec<SourceKey>> {
    let keys = departments.keys();
    let Some(name) = name else { return Ok(keys) };
    match keys.iter().find(|key| key.as_str() == name) {
        Some(key) => Ok(vec![key.clone()]),
        None => {
            let known: Vec<_> = keys.iter().map(SourceKey::as_str).collect();
            Err(Usage(format!("no department is called {name}; known: {}", known.join(", "))).into())
        }
    }
}

async fn check(arguments: &SourcesNamed) -> anyhow::Result<ExitCode> {
    let departments = departments(&arguments.config)?;
    let today = Clock::system().today();
    let mut results = Vec::new();
    for key in named(&departments, arguments.name.as_deref())? {
        let Some(result) = departments.probe(&key, today, PATIENCE).await else { continue };
        if !arguments.json {
            let mark = if result.passed { "✓" } else { "✕" };
            let answer = result.answer.map_or("-", |kind| kind.as_str());
            let note = result.note.as_deref().unwrap_or("");
            output::say(&format!(
                "{mark} {key:<24} {answer:<12} {:>6} ms  {note}",
                result.elapsed_ms,
                key = key.as_str()
            ));
        }
        results.push(result);
    }
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&results)?);
    }
    Ok(if results.iter().all(|result| result.passed) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn test(arguments: &SourcesNamed) -> anyhow::Result<ExitCode> {
    let departments = departments(&arguments.config)?;
    let keys = named(&departments, arguments.name.as_deref())?;
    let reports: Vec<_> = keys.iter().filter_map(|key| departments.test(key)).collect();
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&reports)?);
    } else {
        for report in &reports {
            let passed = report.samples.iter().filter(|sample| sample.difference.is_none()).count();
            let mark = if report.passed() { "✓" } else { "✕" };
            output::say(&format!("{mark} {:<24} {passed} of {} samples", report.source.as_str(), report.samples.len()));
            for sample in &report.samples {
                if let Some(difference) = &sample.difference {
                    output::say(&format!("    {}: {difference}", sample.name));
                }
            }
        }
    }
    Ok(if reports.iter().all(|report| report.passed()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
