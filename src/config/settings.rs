//! `hedui.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::{Problem, Reading, Section};

/// How the name of a text begins that is built into the program.
const SHIPPED: &str = "(shipped)";

/// The service's settings, complete and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Certificate and key; always there off the loopback.
    pub tls: Option<TlsFiles>,
    /// Database, log, checkpoints.
    pub data_directory: PathBuf,
    /// Where the last published checkpoint of the audit log is kept; none = in the data directory.
    pub checkpoint_file: Option<PathBuf>,
    /// Key ring.
    pub keys_directory: PathBuf,
    /// `sources.toml`; none = the embedded one.
    pub sources_file: Option<PathBuf>,
    /// Folder of further definitions.
    pub definitions_directory: Option<PathBuf>,
    /// Folder of packs; none = the embedded ones.
    pub policy_directory: Option<PathBuf>,
    /// `clients.toml`; none = nobody.
    pub clients_file: Option<PathBuf>,
    /// Token checks.
    pub auth: AuthSettings,
    /// Running cases.
    pub verification: VerificationSettings,
    /// Name of the verification centre.
    pub centre: String,
    /// Days to object.
    pub objection_days: u32,
    /// Log level.
    pub log_level: String,
    /// Log format.
    pub log_format: LogFormat,
}

/// PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

/// Which tokens are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthSettings {
    /// Required `aud`.
    pub audience: String,
    /// Issuers.
    pub issuers: Vec<IssuerSettings>,
}

/// An issuer of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings {
    /// `iss`.
    pub issuer: String,
    /// The one algorithm accepted from it.
    pub algorithm: String,
    /// Its public keys.
    pub jwks_file: PathBuf,
}

/// How cases run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationSettings {
    /// At the same time.
    pub concurrent_cases: usize,
    /// A dead process's cases are taken over after this.
    pub lease: Duration,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors.
    Json,
}

impl Settings {
    /// Reads a settings file's text. Relative paths are taken from `base`. `environment` holds `HEDUI__SECTION__KEY` overrides.
    ///
    /// # Errors
    /// Every fault of the file and of the overrides.
    pub fn read(
        file: &str,
        text: &str,
        base: &Path,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, Vec<Problem>> {
        let (text, mut problems) = with_overrides(file, text, environment);
        let mut reading = Reading::new(file, &text);
        let Some(table) = reading.parse() else { return Err(reading.problems) };
        let span = table.span();
        let mut root = Section::new("", span, table.into_inner());
        let settings = read_root(&mut root, base, &mut reading);
        root.finish(&mut reading);
        problems.append(&mut reading.problems);
        if problems.is_empty() { Ok(settings) } else { Err(problems) }
    }
}

fn read_root(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Settings {
    let mut server = root.table("server", reading);
    let listen = read_listen(&mut server, reading);
    let tls = read_tls(&mut server, listen, base, reading);
    server.finish(reading);
    let directory = |root: &mut Section<'_>, name, default: &str, reading: &mut Reading<'_>| {
        let mut section = root.table(name, reading);
        let path = section.text("directory", reading).unwrap_or_else(|| default.to_owned());
        section.finish(reading);
        base.join(path)
    };
    let data_directory = directory(root, "data", "data", reading);
    let keys_directory = directory(root, "keys", "keys", reading);
    let mut audit = root.table("audit", reading);
    let checkpoint_file = path_in(&mut audit, "checkpoint_file", base, reading);
    audit.finish(reading);
    let mut sources = root.table("sources", reading);
    let sources_file = file_in(&mut sources, "file", base, reading);
    let definitions_directory = path_in(&mut sources, "definitions", base, reading);
    sources.finish(reading);
    let mut policy = root.table("policy", reading);
    let policy_directory = path_in(&mut policy, "directory", base, reading);
    policy.finish(reading);
    let mut clients = root.table("clients", reading);
    let clients_file = file_in(&mut clients, "file", base, reading);
    clients.finish(reading);
    let auth = read_auth(root, base, reading);
    let mut section = root.table("verification", reading);
    let verification = VerificationSettings {
        concurrent_cases: usize::try_from(section.number("concurrent_cases", 1..4097, 32, reading)).unwrap_or(32),
        lease: Duration::from_secs(section.number("lease_secs", 5..3601, 60, reading)),
    };
    section.finish(reading);
    let mut report = root.table("report", reading);
    let centre = report.text("centre", reading).unwrap_or_else(|| "居民家庭经济状况核对中心".to_owned());
    let objection_days = u32::try_from(report.number("objection_days", 1..366, 10, reading)).unwrap_or(10);
    report.finish(reading);
    let (log_level, log_format) = read_log(root, reading);
    Settings {
        listen,
        tls,
        data_directory,
        checkpoint_file,
        keys_directory,
        sources_file,
        definitions_directory,
        policy_directory,
        clients_file,
        auth,
        verification,
        centre,
        objection_days,
        log_level,
        log_format,
    }
}

fn path_in(section: &mut Section<'_>, key: &'static str, base: &Path, reading: &mut Reading<'_>) -> Option<PathBuf> {
    section.text(key, reading).filter(|path| !path.is_empty()).map(|path| base.join(path))
}

/// A file that must be there, except that the shipped settings name files an operator may not have made yet.
fn file_in(section: &mut Section<'_>, key: &'static str, base: &Path, reading: &mut Reading<'_>) -> Option<PathBuf> {
    let span = section.span().clone();
    let path = path_in(section, key, base, reading)?;
    if path.exists() {
        return Some(path);
    }
    if !reading.file().starts_with(SHIPPED) {
        let message = format!("names a file that does not exist: {}", path.display());
        let advice = "correct the name, or leave the key out to use what is shipped";
        reading.problem(&span, &section.path(key), &message, Some(advice.into()));
    }
    None
}

fn read_listen(server: &mut Section<'_>, reading: &mut Reading<'_>) -> SocketAddr {
    let fallback = SocketAddr::from(([127, 0, 0, 1], 8480));
    let span = server.span().clone();
    let Some(text) = server.text("listen", reading) else { return fallback };
    text.parse().unwrap_or_else(|_| {
        reading.problem(&span, "server.listen", "must be an address and port", Some("127.0.0.1:8480".into()));
        fallback
    })
}

fn read_tls(server: &mut Section<'_>, listen: SocketAddr, base: &Path, reading: &mut Reading<'_>) -> Option<TlsFiles> {
    let span = server.span().clone();
    let certificate = path_in(server, "tls_certificate", base, reading);
    let key = path_in(server, "tls_key", base, reading);
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) if listen.ip().is_loopback() => None,
        (None, None) => {
            let advice = "set server.tls_certificate and server.tls_key, or listen on 127.0.0.1 behind a proxy";
            reading.problem(&span, "server.listen", "plain HTTP is allowed on the loopback only", Some(advice.into()));
            None
        }
        _ => {
            reading.problem(&span, "server.tls_certificate", "certificate and key go together: one is missing", None);
            None
        }
    }
}

fn read_auth(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> AuthSettings {
    let mut auth = root.table("auth", reading);
    let audience = auth.text("audience", reading).unwrap_or_else(|| "hedui".to_owned());
    let mut issuers = Vec::new();
    for mut section in auth.tables("issuer", reading) {
        let span = section.span().clone();
        let issuer = section.required_text("issuer", reading);
        let algorithm = section.required_text("algorithm", reading);
        if !["ES256", "RS256", "PS256", "EdDSA", ""].contains(&algorithm.as_str()) {
            reading.problem(&span, &section.path("algorithm"), "must be ES256, RS256, PS256 or EdDSA", None);
        }
        let jwks_file = base.join(section.required_text("jwks_file", reading));
        if issuers.iter().any(|known: &IssuerSettings| known.issuer == issuer) {
            reading.problem(&span, &section.path("issuer"), "is listed twice", None);
        }
        issuers.push(IssuerSettings { issuer, algorithm, jwks_file });
        section.finish(reading);
    }
    auth.finish(reading);
    AuthSettings { audience, issuers }
}

fn read_log(root: &mut Section<'_>, reading: &mut Reading<'_>) -> (String, LogFormat) {
    let mut log = root.table("log", reading);
    let span = log.span().clone();
    let level = log.text("level", reading).unwrap_or_else(|| "info".to_owned());
    if !["error", "warn", "info", "debug", "trace"].contains(&level.as_str()) {
        reading.problem(&span, "log.level", "must be error, warn, info, debug or trace", None);
    }
    let format = match log.text("format", reading).as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(_) => {
            reading.problem(&span, "log.format", "must be text or json", None);
            LogFormat::Text
        }
    };
    log.finish(reading);
    (level, format)
}

/// Lays `HEDUI__SECTION__KEY` over the file's values by rewriting the document; unknown sections surface as unknown keys do.
fn with_overrides(file: &str, text: &str, environment: &BTreeMap<String, String>) -> (String, Vec<Problem>) {
    let overrides: Vec<_> =
        environment.iter().filter_map(|(name, value)| Some((name.strip_prefix("HEDUI__")?, value))).collect();
    if overrides.is_empty() {
        return (text.to_owned(), Vec::new());
    }
    let mut problems = Vec::new();
    let mut table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(_) => return (text.to_owned(), problems),
    };
    for (name, value) in overrides {
        let mut parts = name.split("__").map(str::to_ascii_lowercase);
        let (Some(section), Some(key), None) = (parts.next(), parts.next(), parts.next()) else {
            problems.push(environment_problem(name, "must be HEDUI__SECTION__KEY"));
            continue;
        };
        let value = value.parse::<i64>().map_or_else(|_| toml::Value::String(value.clone()), toml::Value::Integer);
        match table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new())) {
            toml::Value::Table(entries) => {
                entries.insert(key, value);
            }
            _ => problems.push(environment_problem(name, "names no section")),
        }
    }
    let _ = file;
    (toml::to_string(&table).unwrap_or_else(|_| text.to_owned()), problems)
}

fn environment_problem(name: &str, message: &str) -> Problem {
    Problem {
        file: "environment".into(),
        line: 0,
        column: 0,
        key: format!("HEDUI__{name}"),
        message: message.into(),
        suggestion: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Vec<Problem>> {
        Settings::read("hedui.toml", text, Path::new("/etc/hedui"), &BTreeMap::new())
    }

    #[test]
    fn the_shipped_file_is_complete_and_right() {
        let text = super::super::DEFAULT_SETTINGS;
        let settings = Settings::read("(shipped) hedui.toml", text, Path::new("/etc/hedui"), &BTreeMap::new()).unwrap();
        assert_eq!(settings.listen.port(), 8480);
        assert_eq!(settings.data_directory, Path::new("/etc/hedui/data"));
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_line() {
        let text =
            "[server]\nlisten = \"0.0.0.0:80\"\nlisen = 1\n[verification]\nlease_secs = 0\n[log]\nformat = \"xml\"\n";
        let problems = read(text).unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.line, p.key.as_str())).collect();
        assert_eq!(
            found,
            [(1, "server.listen"), (3, "server.lisen"), (5, "verification.lease_secs"), (6, "log.format")]
        );
        assert_eq!(problems[1].suggestion.as_deref(), Some("did you mean `listen`?"));
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let problems = read("[sources]\nfile = \"sorces.toml\"\n[clients]\nfile = \"cleints.toml\"\n").unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.line, p.key.as_str())).collect();
        assert_eq!(found, [(1, "sources.file"), (3, "clients.file")], "{problems:?}");
    }

    #[test]
    fn the_environment_wins() {
        let environment = BTreeMap::from([("HEDUI__SERVER__LISTEN".to_owned(), "127.0.0.1:9".to_owned())]);
        let settings = Settings::read("hedui.toml", "", Path::new("."), &environment).unwrap();
        assert_eq!(settings.listen.port(), 9);
    }
}
