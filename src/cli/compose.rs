//! From settings to a running verifier.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::configured::witness_places;
use super::output;
use crate::audit::{Actor, CheckpointSigner, Log, LogOptions};
use crate::bulk::{Bulk, BulkParts, BulkSettings};
use crate::config::{Register, SealingSuite, Settings, StoreSettings};
use crate::identity::Model;
use crate::keys::{KeyRing, Suite};
use crate::monitoring::{
    CallbackParts, CallbackSettings, Callbacks, Keyring, KeyringParts, Monitoring, MonitoringParts, Retention,
    Scrubbing, Witnesses, settle,
};
use crate::oversight::{Oversight, OversightParts};
use crate::policy::Packs;
use crate::store::Store;
use crate::telemetry::Clock;
use crate::verification::{Archive, Departments, Parts, Verifier, VerifierSettings};

/// The log's signer.
pub(super) fn log_signer(keys: &KeyRing) -> Arc<dyn CheckpointSigner> {
    Arc::new(keys.log_signer())
}

/// The cipher of documents at rest, as the ring knows it.
fn suite(settings: &Settings) -> Suite {
    match settings.suite {
        SealingSuite::Aes256Gcm => Suite::Aes256Gcm,
        SealingSuite::Sm4Gcm => Suite::Sm4Gcm,
    }
}

/// How the log is run.
pub(super) fn log_options(settings: &Settings, keys: &KeyRing, clock: Clock) -> LogOptions {
    let mut options = LogOptions::new(log_signer(keys), Arc::new(move || clock.now()));
    options.publish_to.clone_from(&settings.audit.checkpoint_file);
    options
}

/// Opens the store that the settings name, for writing.
pub(super) async fn store(settings: &Settings) -> anyhow::Result<Store> {
    match &settings.store {
        StoreSettings::Sqlite { reserve } => {
            Store::open_reserving(&settings.data_directory, *reserve).await.context("the data directory")
        }
        StoreSettings::Postgres(database) => {
            Store::open_shared(&settings.data_directory, database).await.context("the database")
        }
    }
}

/// Opens the store that the settings name for reading, beside whoever writes to it; `data` is its data directory.
pub(super) async fn store_to_read(settings: &StoreSettings, data: &Path) -> anyhow::Result<Store> {
    match settings {
        StoreSettings::Sqlite { .. } => Store::open_read_only(data).await.context("the data directory"),
        StoreSettings::Postgres(database) => Store::open_shared_read_only(data, database).await.context("the database"),
    }
}

/// Opens what is kept; nothing is claimed or run.
pub(super) async fn archive(settings: &Settings, clock: Clock) -> anyhow::Result<Archive> {
    let keys = KeyRing::load(&settings.keys_directory).context("the key ring")?;
    let store = store(settings).await?;
    let log = Log::open(store.clone(), log_options(settings, &keys, clock.clone())).await.context("the audit log")?;
    settle(&store, &log, &keys, &Actor::service(), clock.now()).await?.warn();
    Ok(Archive::new(store, log, Arc::new(keys)))
}

/// What runs.
pub(super) struct Running {
    /// The database.
    pub store: Store,
    /// The audit log.
    pub log: Log,
    /// Tells the time.
    pub clock: Clock,
    /// Cases.
    pub verifier: Verifier,
    /// Batches.
    pub bulk: Bulk,
    /// Watched households.
    pub monitoring: Monitoring,
    /// The key ring.
    keyring: Keyring,
    /// What is erased by itself.
    retention: Retention,
    /// The log, for auditors.
    pub oversight: Oversight,
    /// Word to clients; none in a command, which serves nobody.
    callbacks: Option<Callbacks>,
    /// Who cosigns the log; none where nobody is configured.
    pub witnesses: Option<Witnesses>,
    /// The nightly look through the log; none where it is off.
    scrubbing: Option<Scrubbing>,
}

impl Running {
    /// Ends the work in hand where it stands; everything goes on at the next start.
    pub(super) async fn stop(&self) {
        if let Some(callbacks) = &self.callbacks {
            callbacks.stop().await;
        }
        if let Some(witnesses) = &self.witnesses {
            witnesses.stop().await;
        }
        if let Some(scrubbing) = &self.scrubbing {
            scrubbing.stop().await;
        }
        self.monitoring.stop().await;
        self.keyring.stop().await;
        self.retention.stop().await;
        self.bulk.stop().await;
        self.verifier.stop().await;
    }
}

/// Opens store, log and keys, and starts the work on cases and batches. A service also tells callers; a command leaves
/// that to it, and owes them what it does to their cases.
pub(super) async fn running(
    settings: &Settings,
    packs: Packs,
    model: Model,
    departments: Departments,
    clock: Clock,
    register: Register,
    tells: bool,
) -> anyhow::Result<Running> {
    let keys = KeyRing::load(&settings.keys_directory).context("the key ring (make one with `hedui keys init`)")?;
    let keys = Arc::new(keys.with_suite(suite(settings)));
    let store = store(settings).await?;
    let options = log_options(settings, &keys, clock.clone());
    let log = Log::open(store.clone(), options).await.context("the audit log")?;
    for kek in keys.raise_wraps(store.count_deks().await?).context("the counts of wraps in the key folder")? {
        tracing::warn!(%kek, "wraps.toml was missing or old: its count of wraps begins with the data keys in the store");
    }
    // Before a key is used: whatever the ring holds stands in the log.
    settle(&store, &log, &keys, &Actor::service(), clock.now()).await?.warn();
    let verifier = Verifier::start(Parts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        departments,
        packs: Arc::new(packs),
        model: Arc::new(model),
        clock: clock.clone(),
        settings: VerifierSettings {
            concurrent_cases: settings.verification.concurrent_cases,
            concurrent_cases_in_bulk: settings.bulk.concurrent_cases,
            urgent_patience: settings.verification.urgent_patience,
            bulk_patience: settings.bulk.patience,
            provisional_after: settings.bulk.provisional_after,
            withdrawn_wait: settings.retention.withdrawn_wait(),
            lease: settings.verification.lease,
            register: register.clone(),
            objection_days: settings.objection_days,
            centre: settings.centre.clone(),
        },
    });
    let bulk = Bulk::start(BulkParts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        clock: clock.clone(),
        verifier: verifier.clone(),
        settings: BulkSettings {
            window: settings.bulk.window,
            lease: settings.verification.lease,
            register: register.clone(),
        },
    });
    let callbacks = match tells {
        false => None,
        true => Some(Callbacks::start(CallbackParts {
            store: store.clone(),
            log: log.clone(),
            register,
            clock: clock.clone(),
            settings: CallbackSettings::default(),
        })?),
    };
    let keyring = Keyring::start(KeyringParts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        clock: clock.clone(),
    });
    let retention = Retention::start(store.clone(), log.clone(), settings.retention.clone(), clock.clone());
    let witnesses = match witness_places(settings)? {
        places if places.is_empty() => None,
        places => Some(Witnesses::start(log.clone(), clock.clone(), places, settings.audit.witness_every)?),
    };
    let scrubbing = settings.audit.scrub.then(|| Scrubbing::start(log.clone(), clock.clone()));
    let oversight = Oversight::new(OversightParts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        clock: clock.clone(),
        settings: settings.audit.findings,
        verifier: Some(verifier.clone()),
    });
    verifier.run_beside(oversight.clone().keep_looking());
    let monitoring = Monitoring::start(MonitoringParts {
        store: store.clone(),
        log: log.clone(),
        keys,
        clock: clock.clone(),
        verifier: verifier.clone(),
        client_away_days: settings.retention.client_away_days,
    });
    Ok(Running {
        store,
        log,
        clock,
        verifier,
        bulk,
        monitoring,
        keyring,
        retention,
        oversight,
        callbacks,
        witnesses,
        scrubbing,
    })
}

/// Writes a file that must not exist yet, readable by its owner alone.
pub(super) fn write_private(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    crate::keys::file_access::write_new(path, contents).with_context(|| path.display().to_string())
}

/// Writes a result, readable by its owner alone: reports are about people. An existing file is replaced.
pub(super) fn write_result(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    if path.is_dir() {
        bail!("{} is a folder: name a file", path.display());
    }
    let special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
    if special {
        std::fs::write(path, contents).with_context(|| path.display().to_string())?; // /dev/stdout, a pipe
    } else {
        crate::keys::file_access::replace(path, contents).with_context(|| path.display().to_string())?;
    }
    output::tell(&format!("wrote {}", path.display()));
    Ok(())
}
