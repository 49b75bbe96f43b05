//! From settings to a running verifier, and the settings themselves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use super::arguments::ConfigFile;
use super::output;
use crate::audit::{CheckpointSigner, Log, LogOptions};
use crate::auth::Authenticator;
use crate::config::{Clients, DEFAULT_CLIENTS, DEFAULT_SETTINGS, Problem, Settings};
use crate::identity::Model;
use crate::keys::KeyRing;
use crate::policy::Packs;
use crate::store::Store;
use crate::telemetry::Clock;
use crate::verification::{Departments, Parts, Verifier, VerifierSettings};

/// Where settings are looked for when no file is named.
const USUAL_PLACE: &str = "config/hedui.toml";

/// Every fault of configuration, for the caller to print.
#[derive(Debug)]
pub(super) struct Faulty(pub Vec<Problem>);

impl std::fmt::Display for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "the configuration has {} faults:", self.0.len())?;
        for problem in &self.0 {
            writeln!(f, "  {problem}")?;
        }
        write!(f, "nothing was started")
    }
}
impl std::error::Error for Faulty {}

/// The settings: the file named, else the usual place, else the shipped ones.
pub(super) fn settings(file: &ConfigFile) -> Result<Settings, Faulty> {
    let environment: BTreeMap<_, _> = std::env::vars().filter(|(name, _)| name.starts_with("HEDUI__")).collect();
    let path = file.config.clone().or_else(|| Some(PathBuf::from(USUAL_PLACE)).filter(|path| path.exists()));
    let Some(path) = path else {
        return Settings::read("(shipped) hedui.toml", DEFAULT_SETTINGS, Path::new("."), &environment).map_err(Faulty);
    };
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| Faulty(vec![unreadable(&shown, &error)]))?;
    let base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Settings::read(&shown, &text, base, &environment).map_err(Faulty)
}

fn unreadable(file: &str, error: &std::io::Error) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 0,
        column: 0,
        key: String::new(),
        message: format!("cannot be read: {error}"),
        suggestion: None,
    }
}

/// The clients' register.
pub(super) fn clients(settings: &Settings) -> Result<Clients, Vec<Problem>> {
    let Some(path) = &settings.clients_file else {
        return Clients::read("(shipped) clients.toml", DEFAULT_CLIENTS, Path::new("."));
    };
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| vec![unreadable(&shown, &error)])?;
    Clients::read(&shown, &text, path.parent().unwrap_or(Path::new(".")))
}

/// The packs: the folder named, else the shipped ones.
pub(super) fn packs(settings: &Settings) -> Result<Packs, Vec<Problem>> {
    let Some(folder) = &settings.policy_directory else { return Ok(Packs::embedded()) };
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|error| vec![unreadable(&folder.display().to_string(), &error)])?;
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "toml"))
    {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(&path).map_err(|error| vec![unreadable(&shown, &error)])?;
        files.push((shown, text));
    }
    files.sort();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Packs::load(&files).map_err(|problems| problems.into_iter().map(policy_problem).collect())
}

pub(super) fn policy_problem(problem: crate::policy::Problem) -> Problem {
    Problem {
        file: problem.file,
        line: problem.line,
        column: problem.column,
        key: problem.key,
        message: problem.message,
        suggestion: Some(problem.suggestion).filter(|text| !text.is_empty()),
    }
}

/// Definitions and settings of the departments.
pub(super) fn departments(settings: &Settings) -> Result<Departments, Vec<Problem>> {
    Departments::load(settings.sources_file.as_deref(), settings.definitions_directory.as_deref())
}

/// Everything configuration says, or everything that is wrong with it.
pub(super) struct Configured {
    pub clients: Clients,
    pub packs: Packs,
    pub departments: Departments,
}

/// Reads clients, packs, settings of sources and definitions; all faults at once.
pub(super) fn configured(settings: &Settings) -> Result<Configured, Faulty> {
    let (clients, packs, departments) = (clients(settings), packs(settings), departments(settings));
    match (clients, packs, departments) {
        (Ok(clients), Ok(packs), Ok(departments)) => Ok(Configured { clients, packs, departments }),
        (clients, packs, departments) => {
            let faults = [clients.err(), packs.err(), departments.err()];
            Err(Faulty(faults.into_iter().flatten().flatten().collect()))
        }
    }
}

/// The log's signer.
pub(super) fn log_signer(keys: &KeyRing) -> Arc<dyn CheckpointSigner> {
    Arc::new(keys.log_signer())
}

/// How the log is run.
pub(super) fn log_options(settings: &Settings, keys: &KeyRing, clock: Clock) -> LogOptions {
    let mut options = LogOptions::new(log_signer(keys), Arc::new(move || clock.now()));
    options.publish_to.clone_from(&settings.checkpoint_file);
    options
}

/// Opens store, log and keys, and starts the verifier.
pub(super) async fn verifier(
    settings: &Settings,
    packs: Packs,
    departments: Departments,
    clock: Clock,
) -> anyhow::Result<Verifier> {
    let keys =
        Arc::new(KeyRing::load(&settings.keys_directory).context("the key ring (make one with `hedui keys init`)")?);
    let store = Store::open(&settings.data_directory).await.context("the data directory")?;
    let options = log_options(settings, &keys, clock.clone());
    let log = Log::open(store.clone(), options).await.context("the audit log")?;
    Ok(Verifier::start(Parts {
        store,
        log,
        keys,
        departments,
        packs: Arc::new(packs),
        model: Arc::new(Model::person()),
        clock,
        settings: VerifierSettings {
            concurrent_cases: settings.verification.concurrent_cases,
            lease: settings.verification.lease,
            objection_days: settings.objection_days,
            centre: settings.centre.clone(),
        },
    }))
}

/// The token check.
pub(super) fn authenticator(settings: &Settings, clients: Clients, clock: Clock) -> Result<Authenticator, Faulty> {
    Authenticator::new(&settings.auth, clients, clock).map_err(Faulty)
}

/// Writes a file that must not exist yet, readable by its owner alone.
pub(super) fn write_private(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    crate::keys::file_access::write_new(path, contents).with_context(|| path.display().to_string())
}

/// Writes a result; an existing file is replaced.
pub(super) fn write_result(path: &Path, contents: &[u8]) -> anyhow::Result<()> {
    if path.is_dir() {
        bail!("{} is a folder: name a file", path.display());
    }
    std::fs::write(path, contents).with_context(|| path.display().to_string())?;
    output::tell(&format!("wrote {}", path.display()));
    Ok(())
}
