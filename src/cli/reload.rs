//! Packs of a running service are loaded again when a file of their folder has changed, or on SIGHUP. Packs with problems change nothing:
//! those in force stay, the log has every problem, `/readyz` the first.

use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::file_watch::FileWatch;
use super::packs;
use crate::verification::Verifier;

/// Watches until told to stop. Without a folder the packs are those built in, and SIGHUP is heard without effect.
pub(super) async fn watch(verifier: Verifier, folder: Option<PathBuf>, stop: CancellationToken) {
    let Some(mut watch) = FileWatch::new() else { return };
    while stop.run_until_cancelled(watch.tick()).await.is_some() {
        let Some(folder) = &folder else {
            if watch.is_told() {
                tracing::info!("SIGHUP: the packs are those built in, there is nothing to load");
            }
            continue;
        };
        if watch.is_due(packs::look(folder), false) {
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
