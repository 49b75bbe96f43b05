//! `hedui check-config`: every file, pack and definition, all problems at once.

use std::process::ExitCode;

use super::arguments::CheckConfig;
use super::{compose, output};
use crate::config::Problem;
use crate::keys::KeyRing;
use crate::telemetry::Clock;

/// Checks and reports.
pub(super) fn run(arguments: &CheckConfig) -> anyhow::Result<ExitCode> {
    let problems = problems(arguments);
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&problems)?);
    } else {
        for problem in &problems {
            output::say(&format!("✕ {problem}"));
        }
        let words = match problems.len() {
            0 => "✓ 配置无误 (the configuration is right)".to_owned(),
            count => format!("✕ {count} 处错误 ({count} faults)"),
        };
        output::say(&words);
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn problems(arguments: &CheckConfig) -> Vec<Problem> {
    let settings = match compose::settings(&arguments.config) {
        Ok(settings) => settings,
        Err(faulty) => return faulty.0,
    };
    let mut problems = match compose::configured(&settings) {
        Ok(configured) => {
            compose::authenticator(&settings, configured.clients, Clock::system()).err().map_or_else(Vec::new, |f| f.0)
        }
        Err(faulty) => faulty.0,
    };
    if settings.keys_directory.exists()
        && let Err(error) = KeyRing::load(&settings.keys_directory)
    {
        problems.push(Problem {
            file: settings.keys_directory.display().to_string(),
            line: 0,
            column: 0,
            key: "keys".into(),
            message: error.to_string(),
            suggestion: None,
        });
    }
    problems
}
