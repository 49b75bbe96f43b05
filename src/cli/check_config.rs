//! `hedui check-config`: every file, pack and definition, all problems at once.

use std::process::ExitCode;

use super::arguments::CheckConfig;
use super::{configured, output};
use crate::config::Problem;
use crate::keys::KeyRing;
use crate::telemetry::Clock;

/// Checks and reports.
pub(super) fn run(arguments: &CheckConfig) -> ExitCode {
    let clock = Clock::system();
    let (in_force, mut problems) = match configured::configured(&arguments.config, &clock) {
        Ok(configured) => (configured.in_force(clock.today()), Vec::new()),
        Err(faulty) => (Vec::new(), faulty.0),
    };
    problems.extend(keys(arguments));
    if arguments.json {
        let value = serde_json::json!({ "problems": problems, "in_force": in_force });
        output::say(&serde_json::to_string_pretty(&value).unwrap_or_default());
    } else {
        for line in problems.iter().map(|problem| format!("✕ {problem}")).chain(in_force) {
            output::say(&line);
        }
        let words = match problems.len() {
            0 => "✓ 配置无误 (the configuration is right)".to_owned(),
            count => format!("✕ {count} 处错误 ({count} faults)"),
        };
        output::say(&words);
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is wrong with the key ring; nothing while there is none.
fn keys(arguments: &CheckConfig) -> Option<Problem> {
    let folder = configured::settings(&arguments.config).ok()?.keys_directory;
    let error = folder.exists().then(|| KeyRing::load(&folder).err())??;
    Some(Problem {
        file: folder.display().to_string(),
        line: 0,
        column: 0,
        key: "keys.directory".into(),
        message: error.to_string(),
        suggestion: None,
    })
}
