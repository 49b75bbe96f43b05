//! Who may call and over which TLS, put in force again when one of their files has changed, or on SIGHUP: after an entry in the audit log, wholly
//! or not at all. Files at fault change nothing: the log has every fault, the metrics and, for callers, `/readyz` their number.

use tokio_util::sync::CancellationToken;

use super::configured;
use super::file_watch::{FileWatch, stamp};
use crate::config::{Client, Register, Settings};
use crate::telemetry::Clock;
use crate::verification::Verifier;
use crate::web::{Tls, TlsFault};

/// Keeps access as the files say.
#[derive(Clone)]
pub(super) struct Access {
    /// Enters changes in the log.
    pub verifier: Verifier,
    /// The clock.
    pub clock: Clock,
}

impl Access {
    /// Watches the callers' file and the keys it names until told to stop.
    pub(super) async fn watch_clients(self, settings: Settings, register: Register, stop: CancellationToken) {
        let Some(file) = settings.clients_file.clone() else { return };
        let Some(mut watch) = FileWatch::new() else { return };
        let mut said = Vec::new();
        while stop.run_until_cancelled(watch.tick()).await.is_some() {
            let keys = register.clients();
            let keys = keys.iter().filter_map(|client| client.recipient_key_file.as_deref());
            let look: Vec<_> = std::iter::once(file.as_path()).chain(keys).map(stamp).collect();
            // What is wrong may be in a file that only the faulty one names.
            if !watch.is_due(look, register.faults() > 0) {
                continue;
            }
            match configured::clients(&settings) {
                Ok((clients, _)) if clients == *register.clients() => {
                    register.note_faults(0);
                    said.clear();
                }
                Ok((clients, hash)) => match self.verifier.settings_changed(hash).await {
                    Ok(()) => {
                        tell_differences(&register, &clients);
                        register.replace(clients);
                        register.note_faults(0);
                        said.clear();
                        metrics::counter!("hedui_clients_loads_total", "outcome" => "changed").increment(1);
                    }
                    Err(error) => {
                        watch.again();
                        tracing::error!(%error, "other callers cannot be put in force; tried again");
                    }
                },
                Err(problems) => {
                    register.note_faults(problems.len());
                    if said != problems {
                        for problem in &problems {
                            tracing::error!(%problem, "the callers' file has a problem");
                        }
                        let count = problems.len();
                        tracing::error!(
                            problems = count,
                            "the callers were not loaded: those loaded before stay in force"
                        );
                        metrics::counter!("hedui_clients_loads_total", "outcome" => "refused").increment(1);
                        said = problems;
                    }
                }
            }
        }
    }

    /// Watches the files of TLS until told to stop.
    pub(super) async fn watch_tls(self, tls: Tls, stop: CancellationToken) {
        let Some(mut watch) = FileWatch::new() else { return };
        let mut said: Option<TlsFault> = None;
        let mut ran_out = false;
        while stop.run_until_cancelled(watch.tick()).await.is_some() {
            let now = self.clock.now();
            let over = tls.lists_until().is_some_and(|until| until <= now);
            if over && !ran_out {
                tracing::error!(
                    "a revocation list has run out: callers with certificates are refused until there is a new one"
                );
            }
            ran_out = over;
            let look: Vec<_> = tls.files().paths().iter().map(|path| stamp(path)).collect();
            if !watch.is_due(look, said.is_some()) {
                continue;
            }
            match tls.read_again(now) {
                Ok(None) => said = None,
                Ok(Some(made)) => match self.verifier.settings_changed(made.hash()).await {
                    Ok(()) => {
                        let sha256 = hex::encode(made.hash());
                        tls.replace(made);
                        said = None;
                        tracing::info!(sha256, "certificates and revocation lists were put in force");
                    }
                    Err(error) => {
                        watch.again();
                        tracing::error!(%error, "other certificates cannot be put in force; tried again");
                    }
                },
                Err(fault) if said.as_ref() == Some(&fault) => {}
                Err(fault) => {
                    tracing::error!(%fault, setting = fault.key, "certificates and lists loaded before stay in force");
                    said = Some(fault);
                }
            }
            metrics::gauge!("hedui_tls_problems").set(u32::from(said.is_some() || over));
        }
    }
}

/// Says who came, who went, who is registered otherwise: ids of systems, and nothing else of them.
fn tell_differences(register: &Register, next: &crate::config::Clients) {
    let former = register.clients();
    let of = |clients: Vec<&Client>| clients.iter().map(|client| client.id.as_str()).collect::<Vec<_>>().join(" ");
    let added = of(next.iter().filter(|client| former.get(&client.id).is_none()).collect());
    let taken_out = of(former.iter().filter(|client| next.get(&client.id).is_none()).collect());
    let changed = next.iter().filter(|client| former.get(&client.id).is_some_and(|known| known != *client));
    let changed = of(changed.collect());
    tracing::info!(%added, %changed, %taken_out, "the callers were loaded again");
}
