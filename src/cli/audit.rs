//! `hedui audit`.

use std::process::ExitCode;

use anyhow::Context as _;

use super::arguments::{Audit, AuditCommand, AuditResume, AuditVerify};
use super::{Usage, audit_reading, compose, configured, operator, output};
use crate::audit::{
    Actor, ActorRole, AuditError, Log, VerifierKey, WitnessKey, published_checkpoint, verify_tree, verify_witnessed_log,
};
use crate::keys::{DetailKind, KeyRing};
use crate::telemetry::Clock;

/// Runs a command on the log.
pub(super) async fn run(arguments: Audit) -> anyhow::Result<ExitCode> {
    match arguments.command {
        AuditCommand::Verify(arguments) => verify(arguments).await,
        AuditCommand::ResumeAfterRestore(arguments) => resume(arguments).await,
        AuditCommand::Witness(arguments) => super::witness::run(arguments).await,
        AuditCommand::Reading(command) => audit_reading::run(*command).await,
    }
}

async fn resume(arguments: AuditResume) -> anyhow::Result<ExitCode> {
    let operator = operator(arguments.operator.as_ref())?;
    let settings = configured::settings(&arguments.config)?;
    let keys = KeyRing::load(&settings.keys_directory)?;
    let store = compose::store(&settings).await?;
    let options = compose::log_options(&settings, &keys, Clock::system());
    let log = Log::resume_after_restore(store.clone(), options, &operator, &arguments.reason, |gap| {
        keys.detail_mac(DetailKind::Restore, gap).bytes()
    })
    .await?;
    let size = store.log_head().await?.size;
    drop(log);
    store.close().await;
    if arguments.json {
        output::say(&serde_json::json!({ "goes_on_with": size }).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    output::say(&format!(
        "✓ the log goes on with entry {size}: keep the reason and the checkpoint published before, the log holds their MAC"
    ));
    Ok(ExitCode::SUCCESS)
}

/// That a log goes on after a restore is somebody's word.
fn operator(name: Option<&String>) -> anyhow::Result<Actor> {
    Ok(Actor::local(operator::named(name)?, ActorRole::SystemAdmin))
}

async fn verify(arguments: AuditVerify) -> anyhow::Result<ExitCode> {
    let settings = configured::settings(&arguments.config)?;
    let witnesses = match arguments.witness_key.as_slice() {
        [] => configured::witness_places(&settings)?.into_iter().map(|place| place.key).collect(),
        keys => {
            let keys: Result<Vec<_>, _> = keys.iter().map(|key| WitnessKey::parse(key)).collect();
            keys.map_err(|error| Usage(format!("--witness-key: {error}")))?
        }
    };
    let beside = arguments.data.as_ref().map(|data| data.join("checkpoint"));
    let checkpoint = arguments.checkpoint.or(beside).or(settings.audit.checkpoint_file);
    let data = arguments.data.unwrap_or(settings.data_directory);
    let key = match &arguments.log_key {
        Some(text) => VerifierKey::parse(text).map_err(|error| Usage(format!("--log-key: {error}")))?,
        None => {
            let keys = KeyRing::load(&arguments.keys.unwrap_or(settings.keys_directory))?;
            VerifierKey::of(compose::log_signer(&keys).as_ref())
        }
    };
    let store = compose::store_to_read(&settings.store, &data).await?;
    let started = std::time::Instant::now();
    let (published, missing) = match published_checkpoint(&store, checkpoint).await {
        Ok(published) => (published, None),
        Err(missing @ AuditError::PublicationMissing { .. }) => (None, Some(missing.to_string())),
        Err(error) => return Err(error).context("the published checkpoint"),
    };
    let report = match arguments.tree_only {
        true => verify_tree(&store, &[key], &witnesses, published.as_slice()).await?,
        false => verify_witnessed_log(&store, &[key], &witnesses, published.as_slice()).await?,
    };
    let elapsed = started.elapsed();
    store.close().await;
    let sound = report.sound() && missing.is_none();
    let faults = missing.into_iter().chain(report.faults.iter().map(ToString::to_string));
    let faults: Vec<_> = faults.chain(report.rows.faults.iter().map(ToString::to_string)).collect();
    let more_faults = report.more_faults + report.rows.more_faults;
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&serde_json::json!({
            "sound": sound, "entries": report.size, "root": hex::encode(report.root),
            "checkpoints": report.checkpoints, "cosignatures": report.cosigned, "rows": report.rows.rows, "rows_looked_for": report.rows.entries,
            "uncosigned": report.uncosigned.iter().map(ToString::to_string).collect::<Vec<_>>(), "tree_only": arguments.tree_only, "faults": faults, "more_faults": more_faults,
            "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }))?);
    } else {
        let root = hex::encode(report.root);
        output::say(&format!(
            "{} entries, {} checkpoints, {} cosigned, {} rows beside them, rows of {} entries looked for, root {root}, {} ms",
            report.size,
            report.checkpoints,
            report.cosigned,
            report.rows.rows,
            report.rows.entries,
            elapsed.as_millis()
        ));
        for fault in &faults {
            output::say(&format!("✕ {fault}"));
        }
        for behind in &report.uncosigned {
            output::say(&format!("! {behind}"));
        }
        if more_faults > 0 {
            output::say(&format!("✕ and {} more faults", more_faults));
        }
        output::say(if sound {
            "✓ 审计日志完整 (the log is whole)"
        } else {
            "✕ 审计日志已被改动 (the log was altered)"
        });
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
