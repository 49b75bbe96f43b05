//! `hedui retention`: what would be erased by itself now.

use std::process::ExitCode;

use super::arguments::Retention;
use super::{compose, configured, output};
use crate::monitoring::{Sweep, would_sweep};
use crate::telemetry::Clock;

/// Shows it, beside whoever writes.
pub(super) async fn run(arguments: &Retention) -> anyhow::Result<ExitCode> {
    let settings = configured::placed(&arguments.place)?;
    let store = compose::store_to_read(&settings.store, &settings.data_directory).await?;
    let swept = would_sweep(&store, &settings.retention, Clock::system().now()).await;
    store.close().await;
    let mut swept = swept?;
    if !arguments.cases {
        swept.ids.clear();
    }
    let done = if swept.stuck.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&swept)?);
        return Ok(done);
    }
    let Sweep { cases, batches, withdrawn, kept_watched, kept_last, ids, stuck } = swept;
    for case in &stuck {
        output::complain(&format!(
            "case {case}: what is locked of it should have been destroyed hours ago; is a service running, and what does its log say of the case?"
        ));
    }
    output::say(&format!("{withdrawn:>8} cases' answers under authorisations taken back"));
    if !settings.retention.is_anything() {
        output::say("no cases or batches: [retention] in hedui.toml names no number of months");
        return Ok(done);
    }
    for (purpose, count) in &cases {
        output::say(&format!("{count:>8} cases of {purpose}"));
    }
    output::say(&format!("{batches:>8} batches' faults"));
    output::say(&format!("{kept_watched:>8} cases stay: their household is watched"));
    output::say(&format!("{kept_last:>8} cases stay: their household's last report"));
    for id in ids {
        output::say(&id.to_string());
    }
    Ok(done)
}
