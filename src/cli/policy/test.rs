//! `hedui policy test`: the cases, file by file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::arguments::PolicyTest;
use crate::cli::configured::{Faulty, unreadable};
use crate::cli::{output, packs};
use crate::policy::cases::{self, CaseFailure};

/// A file's cases.
#[derive(Serialize)]
struct Ran {
    file: String,
    /// How many were run.
    run: usize,
    failures: Vec<CaseFailure>,
}

/// Runs the cases and reports.
pub(super) fn run(arguments: &PolicyTest) -> anyhow::Result<ExitCode> {
    let packs = packs::of(&arguments.folder)?;
    let files = if arguments.files.is_empty() {
        let beside = packs::folder(&arguments.folder)?.map(|folder| folder.join("cases"));
        usual(beside.as_deref().filter(|folder| folder.is_dir()))?
    } else {
        named(&arguments.files)?
    };
    let mut ran = Vec::new();
    for (file, text) in files {
        let report = cases::run(&packs, &[(file.as_str(), text.as_str())]);
        ran.push(Ran { file, run: report.run, failures: report.failures });
    }
    let (total, failed) = (ran.iter().map(|file| file.run).sum(), ran.iter().map(|file| file.failures.len()).sum());
    if arguments.json {
        let value = serde_json::json!({ "run": total, "failed": failed, "files": ran });
        output::say(&serde_json::to_string_pretty(&value)?);
    } else {
        print(&ran, total, failed);
    }
    Ok(if failed == 0 && total > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(ran: &[Ran], total: usize, failed: usize) {
    for file in ran {
        let mark = if file.failures.is_empty() { "✓" } else { "✕" };
        output::say(&format!("{mark} {}: {} 例 ({} cases)", file.file, file.run, file.run));
        for failure in &file.failures {
            let name = if failure.case.is_empty() { "不能读取 (cannot be read)" } else { &failure.case };
            output::say(&format!("  ✕ {}:{}: {name}", failure.file, failure.line));
            for difference in &failure.differences {
                output::say(&format!("      {difference}"));
            }
        }
    }
    output::say(&match (total, failed) {
        (0, 0) => "✕ 没有用例 (no cases were found)".to_owned(),
        (_, 0) => format!("✓ {total} 例全部通过 (all {total} cases passed)"),
        _ => format!("✕ {total} 例中 {failed} 处不符 ({failed} failures in {total} cases)"),
    });
}

/// The built-in cases, and those of a folder, of which each replaces the built-in file of its name.
fn usual(beside: Option<&Path>) -> Result<Vec<(String, String)>, Faulty> {
    let own = beside.map(packs::toml_files).transpose().map_err(Faulty)?.unwrap_or_default();
    let name = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
    let replaced: Vec<String> = own.iter().map(|(file, _)| name(file)).collect();
    let built_in = cases::EMBEDDED.iter().filter(|(file, _)| !replaced.contains(&name(file)));
    let built_in = built_in.map(|(file, text)| (format!("{} {file}", crate::config::SHIPPED), (*text).to_owned()));
    Ok(built_in.chain(own).collect())
}

fn named(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Faulty> {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    for path in paths {
        let shown = path.display().to_string();
        let read = if path.is_dir() {
            packs::toml_files(path)
        } else {
            let text = std::fs::read_to_string(path).map_err(|error| vec![unreadable(&shown, &error)]);
            text.map(|text| vec![(shown, text)])
        };
        match read {
            Ok(read) => files.extend(read),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(Faulty(faults)) }
}
