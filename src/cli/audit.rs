//! `hedui audit`.

use std::process::ExitCode;

use super::arguments::{Audit, AuditCommand, AuditVerify};
use super::{Usage, compose, output};
use crate::audit::{VerifierKey, verify_log};
use crate::keys::KeyRing;
use crate::store::Store;

/// Runs a command on the log.
pub(super) async fn run(arguments: Audit) -> anyhow::Result<ExitCode> {
    match arguments.command {
        AuditCommand::Verify(arguments) => verify(arguments).await,
    }
}

async fn verify(arguments: AuditVerify) -> anyhow::Result<ExitCode> {
    let settings = compose::settings(&arguments.config)?;
    let data = arguments.data.unwrap_or(settings.data_directory);
    let key = match &arguments.log_key {
        Some(text) => VerifierKey::parse(text).map_err(|error| Usage(format!("--log-key: {error}")))?,
        None => {
            let keys = KeyRing::load(&arguments.keys.unwrap_or(settings.keys_directory))?;
            VerifierKey::of(compose::log_signer(&keys).as_ref())
        }
    };
    let store = Store::open_read_only(&data).await?;
    let published = std::fs::read_to_string(data.join("checkpoint")).ok();
    let started = std::time::Instant::now();
    let report = verify_log(&store, &[key], published.as_slice()).await?;
    let elapsed = started.elapsed();
    store.close().await;
    if arguments.json {
        let faults: Vec<_> = report.faults.iter().map(|fault| fault.to_string()).collect();
        output::say(&serde_json::to_string_pretty(&serde_json::json!({
            "sound": report.sound(), "entries": report.size, "root": hex::encode(report.root),
            "checkpoints": report.checkpoints, "faults": faults, "more_faults": report.more_faults,
            "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }))?);
    } else {
        let root = hex::encode(report.root);
        output::say(&format!(
            "{} entries, {} checkpoints, root {root}, {} ms",
            report.size,
            report.checkpoints,
            elapsed.as_millis()
        ));
        for fault in &report.faults {
            output::say(&format!("✕ {fault}"));
        }
        if report.more_faults > 0 {
            output::say(&format!("✕ and {} more faults", report.more_faults));
        }
        output::say(if report.sound() {
            "✓ 审计日志完整 (the log is whole)"
        } else {
            "✕ 审计日志已被改动 (the log was altered)"
        });
    }
    Ok(if report.sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
