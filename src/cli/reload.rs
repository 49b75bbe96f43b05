//! Packs of a running service are loaded again when a file of their folder has changed, or on SIGHUP. Packs with problems change nothing:
//! those in force stay, the log has every problem, `/readyz` the first.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::packs;
use crate::verification::Verifier;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Watches until told to stop. Without a folder the packs are those built in, and SIGHUP is heard without effect.
pub(super) async fn watch(verifier: Verifier, folder: Option<PathBuf>, stop: CancellationToken) {
    let Ok(mut hang_up) = signal(SignalKind::hangup()) else {
        tracing::error!("SIGHUP cannot be heard: packs are loaded again at the next start only");
        return;
    };
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // What was loaded last, and what was seen last: a folder in which somebody is still saving is left until it rests.
    let (mut loaded, mut seen) = (None, None);
    loop {
        let told = tokio::select! {
            () = stop.cancelled() => return,
            told = hang_up.recv() => told.is_some(),
            _ = ticks.tick() => false,
        };
        let Some(folder) = &folder else {
            if told {
                tracing::info!("SIGHUP: the packs are those built in, there is nothing to load");
            }
            continue;
        };
        let look = Some(packs::look(folder));
        let rests = look == seen;
        seen = look;
        if told || (rests && seen != loaded) {
            loaded = Some(packs::look(folder));
            load(&verifier, folder).await;
        }
    }
}

async fn load(verifier: &Verifier, folder: &Path) {
    match packs::in_folder(folder) {
        Ok(packs) => match verifier.replace_packs(packs).await {
            Ok(true) => {
                for county in verifier.counties() {
                    let chain = county.chain.join(" → ");
                    tracing::info!(region = %county.region, %chain, "the rules were loaded again");
                }
            }
            Ok(false) => tracing::debug!("the packs were looked through again: no value has changed"),
            Err(error) => tracing::error!(%error, "other packs cannot be put in force"),
        },
        Err(problems) => {
            for problem in &problems {
                tracing::error!(%problem, "the packs have a problem");
            }
            tracing::error!(problems = problems.len(), "the packs were not loaded: those loaded before stay in force");
            verifier.keep_packs(problems.iter().map(ToString::to_string).collect());
        }
    }
}
