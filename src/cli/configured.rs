//! What the configuration says, and every fault of it at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::arguments::{ConfigFile, Place};
use super::packs;
use crate::audit::WitnessKey;
use crate::auth::Authenticator;
use crate::config::{
    Client, ClientChecks, Clients, DEFAULT_CLIENTS, DEFAULT_SETTINGS, Problem, Register, Settings, WitnessSettings,
};
use crate::household::Region;
use crate::identity::{Model, ModelFault, holds_personal_number};
use crate::monitoring::WitnessPlace;
use crate::policy::Packs;
use crate::report::jose::RecipientKey;
use crate::telemetry::Clock;
use crate::verification::Departments;
use crate::web::Tls;

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

/// The settings as far as they can be read, and every fault of them: the file named, else the usual place, else the shipped ones.
fn settings_and_faults(file: &ConfigFile) -> (Option<Settings>, Vec<Problem>) {
    let environment: BTreeMap<_, _> = std::env::vars().filter(|(name, _)| name.starts_with("HEDUI__")).collect();
    let path = file.config.clone().or_else(|| Some(PathBuf::from(USUAL_PLACE)).filter(|path| path.exists()));
    let Some(path) = path else {
        return Settings::read_all("(shipped) hedui.toml", DEFAULT_SETTINGS, Path::new("."), &environment);
    };
    let shown = path.display().to_string();
    let base = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match std::fs::read_to_string(&path) {
        Ok(text) => Settings::read_all(&shown, &text, base, &environment),
        Err(error) => (None, vec![unreadable(&shown, &error)]),
    }
}

/// The settings alone, for commands that need nothing else.
pub(super) fn settings(file: &ConfigFile) -> Result<Settings, Faulty> {
    match settings_and_faults(file) {
        (Some(settings), faults) if faults.is_empty() => Ok(settings),
        (_, faults) => Err(Faulty(faults)),
    }
}

pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Problem {
    fault(file, "", format!("cannot be read: {error}"))
}

pub(super) fn fault(file: &str, key: &str, message: String) -> Problem {
    Problem { file: file.to_owned(), line: 0, column: 0, key: key.to_owned(), message, suggestion: None }
}

/// The clients' register, and its hash: over the file and the keys it names. What cannot be served is a fault here: a key that reports cannot
/// be sealed for, a secret that is not there, a certificate that nobody asks for.
pub(super) fn clients(settings: &Settings) -> Result<(Clients, [u8; 32]), Vec<Problem>> {
    let check_key = |jwk: &serde_json::Value| match RecipientKey::parse(jwk) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    };
    let certificates = settings.tls.as_ref().is_some_and(|files| files.clients.is_some());
    let checks = ClientChecks { key: &check_key, is_personal: &holds_personal_number, certificates, secrets: true };
    let (shown, text, base) = match &settings.clients_file {
        None => ("(shipped) clients.toml".to_owned(), DEFAULT_CLIENTS.to_owned(), Path::new(".")),
        Some(path) => {
            let shown = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| vec![unreadable(&shown, &error)])?;
            (shown, text, path.parent().unwrap_or(Path::new(".")))
        }
    };
    let clients = Clients::read_for(&shown, &text, base, &checks)?;
    let faults = nameless(settings, &clients);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut hash = Sha256::new_with_prefix(Sha256::digest(&text));
    for key in clients.iter().filter_map(|client| client.recipient_key.as_ref()) {
        hash.update(Sha256::digest(key.to_string()));
    }
    Ok((clients, hash.finalize().into()))
}

/// The matcher's model: the file named, else the shipped one.
fn model(settings: &Settings) -> Result<Model, Vec<Problem>> {
    let Some(path) = &settings.identity_model else { return Ok(Model::person()) };
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| vec![unreadable(&shown, &error)])?;
    Model::parse(&shown, &text).map_err(|faulty| {
        let convert = |found: ModelFault| Problem { line: found.line, ..fault(&shown, &found.key, found.message) };
        faulty.faults.into_iter().map(convert).collect()
    })
}

/// Definitions and settings of the departments.
pub(super) fn departments(settings: &Settings) -> Result<Departments, Vec<Problem>> {
    Departments::load(settings.sources_file.as_deref(), settings.definitions_directory.as_deref())
}

/// Certificate and key, and whose certificates callers may come with.
fn tls(settings: &Settings, clock: &Clock) -> Result<Option<Tls>, Vec<Problem>> {
    let Some(files) = &settings.tls else { return Ok(None) };
    crate::verification::install_crypto_provider();
    Tls::read(files, clock.now()).map(Some).map_err(|found| vec![fault(&found.file, found.key, found.cause)])
}

/// Everything configuration says.
pub(super) struct Configured {
    pub settings: Settings,
    pub authenticator: Authenticator,
    pub packs: Packs,
    pub model: Model,
    pub departments: Departments,
    pub tls: Option<Tls>,
    pub register: Register,
    pub clients_hash: [u8; 32],
}

/// Where several issuers are configured, the console's provider among them, each could name any caller: whose word a caller's is must be said.
fn nameless(settings: &Settings, clients: &Clients) -> Vec<Problem> {
    let of_tokens = settings.auth.issuers.iter().map(|issuer| issuer.issuer.as_str());
    let known: BTreeSet<&str> =
        of_tokens.chain(settings.console.as_ref().map(|console| console.issuer.as_str())).collect();
    let shown = settings.clients_file.as_ref().map_or_else(String::new, |path| path.display().to_string());
    let wrong = |client: &Client| match &client.issuer {
        None if known.len() > 1 => Some("names no issuer, and several are configured"),
        Some(issuer) if !known.contains(issuer.as_str()) => Some("names an issuer that is not configured"),
        _ => None,
    };
    let told = |client| Some((client, wrong(client)?));
    clients
        .iter()
        .filter_map(told)
        .map(|(client, why)| fault(&shown, &format!("client {}", client.id), why.into()))
        .collect()
}

/// Reads settings, clients, packs, model, sources, definitions, key sets of issuers, certificate and key, each for itself, so that every
/// fault is found at once.
pub(super) fn configured(file: &ConfigFile, clock: &Clock) -> Result<Configured, Faulty> {
    let (settings, mut faults) = settings_and_faults(file);
    let Some(settings) = settings else { return Err(Faulty(faults)) };
    let (clients, clients_hash) = sort_out(clients(&settings), &mut faults).unwrap_or_default();
    let register = Register::new(clients);
    let issuers = Authenticator::new(&settings.auth, register.clone(), clock.clone());
    let authenticator = sort_out(issuers, &mut faults);
    let packs = sort_out(packs::configured(&settings), &mut faults);
    let model = sort_out(model(&settings), &mut faults);
    let departments = sort_out(departments(&settings), &mut faults);
    let tls = sort_out(tls(&settings, clock), &mut faults);
    if let Err(Faulty(mut found)) = witness_places(&settings) {
        faults.append(&mut found);
    }
    match (authenticator, packs, model, departments, tls) {
        (Some(authenticator), Some(packs), Some(model), Some(departments), Some(tls)) if faults.is_empty() => {
            Ok(Configured { settings, authenticator, packs, model, departments, tls, register, clients_hash })
        }
        _ => Err(Faulty(faults)),
    }
}

fn sort_out<T>(read: Result<T, Vec<Problem>>, faults: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|mut found| faults.append(&mut found)).ok()
}

impl Configured {
    /// Which rules, which matcher and which departments are in force, and where they come from: one line each.
    pub(super) fn in_force(&self, today: jiff::civil::Date) -> Vec<String> {
        let place =
            |path: &Option<PathBuf>| path.as_ref().map_or("built in".to_owned(), |path| path.display().to_string());
        let mut lines = Vec::new();
        for county in self.packs.counties() {
            let pack = self.packs.resolve(&Region(county.region.clone()), today);
            let hash = pack.map_or_else(|error| error.to_string(), |pack| format!("sha256 {}", pack.hash()));
            let chain = county.chain.join(" → ");
            lines.push(format!(
                "rules: {} {} ({}; {chain}), {hash}",
                county.region,
                county.name_zh,
                place(&self.settings.policy_directory)
            ));
        }
        let model = (self.model.name(), place(&self.settings.identity_model), self.model.hash());
        lines.push(format!("matcher: {} ({}), sha256 {}", model.0, model.1, model.2));
        let definitions = match &self.settings.definitions_directory {
            Some(path) => format!("built in and {}", path.display()),
            None => "built in".to_owned(),
        };
        let sources = place(&self.settings.sources_file);
        let count = self.departments.keys().len();
        lines.push(format!("departments: {count} (definitions {definitions}; settings {sources})"));
        lines
    }
}

/// Who cosigns the log, and where they are asked.
pub(super) fn witness_places(settings: &Settings) -> Result<Vec<WitnessPlace>, Faulty> {
    let mut faults = Vec::new();
    let mut place = |witness: &WitnessSettings| match WitnessKey::parse(&witness.key) {
        Ok(key) => Some(WitnessPlace { url: witness.url.clone(), key }),
        Err(error) => {
            faults.push(fault("hedui.toml", "audit.witnesses", format!("{}: {error}", witness.key)));
            None
        }
    };
    let places = settings.audit.witnesses.iter().filter_map(&mut place).collect();
    if faults.is_empty() { Ok(places) } else { Err(Faulty(faults)) }
}

/// The settings, with data and keys where the command says.
pub(super) fn placed(place: &Place) -> Result<Settings, Faulty> {
    let mut settings = settings(&place.config)?;
    if let Some(data) = &place.data {
        settings.data_directory.clone_from(data);
        settings.audit.checkpoint_file = None;
    }
    if let Some(keys) = &place.keys {
        settings.keys_directory.clone_from(keys);
    }
    Ok(settings)
}
