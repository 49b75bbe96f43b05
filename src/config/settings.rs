//! `hedui.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::audit::{AuditSettings, read_audit};
use super::auth::{AuthSettings, read_auth};
use super::console::{ConsoleSettings, read_console};
use super::limits::UPLOAD_MIN_KIB_PER_SEC;
use super::reader::{Origin, Problem, Reading, Section};
use super::retention::{RetentionSettings, read_retention};
use super::store::{StoreSettings, read_store};
use super::tls::{TlsFiles, read_tls};
use super::{SHIPPED, ServerLimits};

/// Levels of the log.
const LOG_LEVELS: &[&str] = &["error", "warn", "info", "debug", "trace"];

/// The service's settings, complete and checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Certificate and key; always there off the loopback.
    pub tls: Option<TlsFiles>,
    /// What a client may cost.
    pub limits: ServerLimits,
    /// Whether `/metrics` is shown to whoever reaches the listener, not to this machine alone.
    pub metrics_for_all: bool,
    /// Database, log, checkpoints.
    pub data_directory: PathBuf,
    /// Where the database is.
    pub store: StoreSettings,
    /// The audit log.
    pub audit: AuditSettings,
    /// Key ring.
    pub keys_directory: PathBuf,
    /// What documents at rest are sealed with.
    pub suite: SealingSuite,
    /// `sources.toml`; none = the embedded one.
    pub sources_file: Option<PathBuf>,
    /// Folder of further definitions.
    pub definitions_directory: Option<PathBuf>,
    /// Folder of packs; none = the embedded ones.
    pub policy_directory: Option<PathBuf>,
    /// Model of the matcher; none = the embedded one.
    pub identity_model: Option<PathBuf>,
    /// `clients.toml`; none = nobody.
    pub clients_file: Option<PathBuf>,
    /// Token checks.
    pub auth: AuthSettings,
    /// The console; none without its section.
    pub console: Option<ConsoleSettings>,
    /// Running cases.
    pub verification: VerificationSettings,
    /// What is erased by itself.
    pub retention: RetentionSettings,
    /// Running batches.
    pub bulk: BulkSettings,
    /// Name of the verification centre.
    pub centre: String,
    /// Days to object.
    pub objection_days: u32,
    /// Log level.
    pub log_level: String,
    /// Log format.
    pub log_format: LogFormat,
}

/// What new documents at rest are sealed with; those of the other suite still open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SealingSuite {
    /// AES-256-GCM.
    #[default]
    Aes256Gcm,
    /// SM4-GCM.
    Sm4Gcm,
}

/// How batches run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkSettings {
    /// Cases of batches at the same time, beside those that came alone.
    pub concurrent_cases: usize,
    /// Cases of one batch in the queue or at work.
    pub window: u32,
    /// How long a case waits for departments that are out of order before their answers count as missing.
    pub patience: Duration,
    /// How long a case waits for asynchronous departments before its report is made without them, provisionally.
    pub provisional_after: Duration,
}

/// How cases run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationSettings {
    /// At the same time.
    pub concurrent_cases: usize,
    /// A dead process's cases are taken over after this.
    pub lease: Duration,
    /// How long the first report of an urgent case waits for departments.
    pub urgent_patience: Duration,
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
        match Self::read_all(file, text, base, environment) {
            (Some(settings), problems) if problems.is_empty() => Ok(settings),
            (_, problems) => Err(problems),
        }
    }

    /// The same, with the usual values in place of faulty ones, so that what the settings name can be checked as well. None when the
    /// text is not TOML.
    #[must_use]
    pub fn read_all(
        file: &str,
        text: &str,
        base: &Path,
        environment: &BTreeMap<String, String>,
    ) -> (Option<Self>, Vec<Problem>) {
        let mut reading = Reading::new(file, text);
        let Some(table) = reading.parse() else { return (None, reading.problems) };
        reading.lay_over(environment);
        let span = table.span();
        let mut root = Section::new("", span, table.into_inner());
        let settings = read_root(&mut root, base, &mut reading);
        root.finish(&mut reading);
        reading.finish();
        (Some(settings), reading.problems)
    }
}

fn read_root(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> Settings {
    let mut server = root.table("server", reading);
    let (listen, listen_origin) = read_listen(&mut server, reading);
    let tls = read_tls(&mut server, (listen, &listen_origin), base, reading);
    let limits = read_limits(&mut server, reading);
    let metrics_for_all = read_metrics(&mut server, reading);
    server.finish(reading);
    let directory = |root: &mut Section<'_>, name, default: &str, reading: &mut Reading<'_>| {
        let mut section = root.table(name, reading);
        let path = section.text("directory", reading).map_or_else(|| default.to_owned(), |text| text.value);
        section.finish(reading);
        base.join(path)
    };
    let data_directory = directory(root, "data", "data", reading);
    let store = read_store(root, base, reading);
    let (keys_directory, suite) = read_keys(root, base, reading);
    let audit = read_audit(root, base, reading);
    let mut sources = root.table("sources", reading);
    let sources_file = existing_in(&mut sources, "file", base, reading);
    let definitions_directory = existing_in(&mut sources, "definitions", base, reading);
    sources.finish(reading);
    let mut policy = root.table("policy", reading);
    let policy_directory = existing_in(&mut policy, "directory", base, reading);
    policy.finish(reading);
    let mut identity = root.table("identity", reading);
    let identity_model = existing_in(&mut identity, "model", base, reading);
    identity.finish(reading);
    let mut clients = root.table("clients", reading);
    let clients_file = existing_in(&mut clients, "file", base, reading);
    clients.finish(reading);
    let auth = read_auth(root, base, reading);
    let console = read_console(root, base, reading);
    let mut section = root.table("verification", reading);
    let verification = VerificationSettings {
        concurrent_cases: usize::try_from(section.number("concurrent_cases", 1..4097, 32, reading)).unwrap_or(32),
        lease: Duration::from_secs(section.number("lease_secs", 5..3601, 60, reading)),
        urgent_patience: Duration::from_secs(section.number("urgent_secs", 1..3601, 30, reading)),
    };
    section.finish(reading);
    let bulk = read_bulk(root, reading);
    let retention = read_retention(root, reading);
    let mut report = root.table("report", reading);
    let centre =
        report.text("centre", reading).map_or_else(|| "居民家庭经济状况核对中心".to_owned(), |text| text.value);
    let objection_days = u32::try_from(report.number("objection_days", 1..366, 10, reading)).unwrap_or(10);
    report.finish(reading);
    let (log_level, log_format) = read_log(root, reading);
    Settings {
        listen,
        tls,
        limits,
        metrics_for_all,
        data_directory,
        store,
        audit,
        keys_directory,
        suite,
        sources_file,
        definitions_directory,
        policy_directory,
        identity_model,
        clients_file,
        auth,
        console,
        verification,
        retention,
        bulk,
        centre,
        objection_days,
        log_level,
        log_format,
    }
}

fn read_keys(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> (PathBuf, SealingSuite) {
    let mut section = root.table("keys", reading);
    let directory = section.text("directory", reading).map_or_else(|| "keys".to_owned(), |text| text.value);
    let suite = match section.text("suite", reading) {
        None => SealingSuite::default(),
        Some(text) if text.value == "aes-256-gcm" => SealingSuite::Aes256Gcm,
        Some(text) if text.value == "sm4-gcm" => SealingSuite::Sm4Gcm,
        Some(text) => {
            reading.problem(&text.origin, "keys.suite", "must be aes-256-gcm or sm4-gcm", None);
            SealingSuite::default()
        }
    };
    section.finish(reading);
    (base.join(directory), suite)
}

fn read_bulk(root: &mut Section<'_>, reading: &mut Reading<'_>) -> BulkSettings {
    let mut section = root.table("bulk", reading);
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let bulk = BulkSettings {
        concurrent_cases: usize::try_from(section.number("concurrent_cases", 1..4097, 256, reading)).unwrap_or(256),
        window: u32::try_from(section.number("window", 1..65_537, 1024, reading)).unwrap_or(1024),
        patience: hours(section.number("patience_hours", 0..745, 24, reading)),
        provisional_after: hours(section.number("provisional_after_hours", 0..745, 24, reading)),
    };
    section.finish(reading);
    bulk
}

pub(super) fn path_in(
    section: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    reading: &mut Reading<'_>,
) -> Option<(PathBuf, Origin)> {
    let text = section.text(key, reading).filter(|text| !text.value.is_empty())?;
    Some((base.join(text.value), text.origin))
}

/// A file or folder that must be there, except that the shipped settings name ones that an operator may not have made yet.
fn existing_in(
    section: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    reading: &mut Reading<'_>,
) -> Option<PathBuf> {
    let (path, origin) = path_in(section, key, base, reading)?;
    if path.exists() {
        return Some(path);
    }
    let shipped = matches!(origin, Origin::File(_)) && reading.file().starts_with(SHIPPED);
    if !shipped {
        let message = format!("names something that does not exist: {}", path.display());
        let advice = "correct the name, or leave the key out to use what is shipped";
        reading.problem(&origin, &section.path(key), &message, Some(advice.into()));
    }
    None
}

fn read_listen(server: &mut Section<'_>, reading: &mut Reading<'_>) -> (SocketAddr, Origin) {
    let fallback = SocketAddr::from(([127, 0, 0, 1], 8480));
    let Some(text) = server.text("listen", reading) else { return (fallback, server.origin().clone()) };
    let listen = text.value.parse().unwrap_or_else(|_| {
        let advice = "127.0.0.1:8480".to_owned();
        reading.problem(&text.origin, "server.listen", "must be an address and port", Some(advice));
        fallback
    });
    (listen, text.origin)
}

fn read_limits(server: &mut Section<'_>, reading: &mut Reading<'_>) -> ServerLimits {
    let connections = server.number("max_connections", 1..65_537, 1024, reading);
    let header_secs = server.number("header_timeout_secs", 1..301, 10, reading);
    let body_secs = server.number("body_timeout_secs", 1..601, 30, reading);
    let calls = server.number("calls_per_second", 1..100_001, 200, reading);
    let calls = u32::try_from(calls).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
    let limits = ServerLimits::with(usize::try_from(connections).unwrap_or(1024), header_secs, body_secs, calls);
    let mut at_once = |key, usual: usize| {
        let number = server.number(key, 1..connections + 1, u64::try_from(usual).unwrap_or(1), reading);
        usize::try_from(number).unwrap_or(usual)
    };
    let calls_at_once = at_once("calls_at_once", limits.calls_at_once);
    let streams_at_once = at_once("streams_at_once", limits.streams_at_once);
    let floor = server.number("upload_min_kib_per_sec", 1..1_048_577, UPLOAD_MIN_KIB_PER_SEC, reading) * 1024;
    let upload_floor = NonZeroU64::new(floor).unwrap_or(limits.upload_floor);
    ServerLimits { calls_at_once, streams_at_once, upload_floor, ..limits }
}

fn read_metrics(server: &mut Section<'_>, reading: &mut Reading<'_>) -> bool {
    match server.text("metrics", reading) {
        None => false,
        Some(text) if text.value == "loopback" => false,
        Some(text) if text.value == "all" => true,
        Some(text) => {
            reading.problem(
                &text.origin,
                "server.metrics",
                "must be loopback (this machine alone) or all (whoever reaches server.listen)",
                Some("loopback".to_owned()),
            );
            false
        }
    }
}

fn read_log(root: &mut Section<'_>, reading: &mut Reading<'_>) -> (String, LogFormat) {
    let mut log = root.table("log", reading);
    let level = log.text("level", reading);
    if let Some(text) = level.as_ref().filter(|text| !LOG_LEVELS.contains(&text.value.as_str())) {
        reading.problem(&text.origin, "log.level", &format!("must be one of {}", LOG_LEVELS.join(", ")), None);
    }
    let format = match log.text("format", reading) {
        None => LogFormat::Text,
        Some(text) if text.value == "text" => LogFormat::Text,
        Some(text) if text.value == "json" => LogFormat::Json,
        Some(text) => {
            reading.problem(&text.origin, "log.format", "must be text or json", None);
            LogFormat::Text
        }
    };
    log.finish(reading);
    (level.map_or_else(|| "info".to_owned(), |text| text.value), format)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Vec<Problem>> {
        Settings::read("hedui.toml", text, Path::new("/etc/hedui"), &BTreeMap::new())
    }

    fn with(text: &str, variables: &[(&str, &str)]) -> Result<Settings, Vec<Problem>> {
        let environment = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::read("hedui.toml", text, Path::new("."), &environment)
    }

    #[test]
    fn the_shipped_file_is_complete_and_right() {
        let text = super::super::DEFAULT_SETTINGS;
        let settings = Settings::read("(shipped) hedui.toml", text, Path::new("/etc/hedui"), &BTreeMap::new()).unwrap();
        assert_eq!(settings.listen.port(), 8480);
        assert_eq!(settings.data_directory, Path::new("/etc/hedui/data"));
        assert_eq!(settings.limits, ServerLimits::default());
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let installed = Settings::read("config/hedui.toml", text, &config, &BTreeMap::new()).unwrap();
        assert_eq!(installed.policy_directory, Some(config.join("policy")), "an operator's rules are those in force");
        assert_eq!(installed.identity_model, Some(config.join("identity/person.toml")));
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_line() {
        let text = "[server]\n\nlisten = \"0.0.0.0:80\"\nlisen = 1\nmax_connections = 0\n[verification]\nlease_secs = 0\n\
                    [log]\nlevel = \"loud\"\nformat = \"xml\"\n[[auth.issuer]]\nissuer = \"a\"\nalgorithm = \"HS256\"\njwks_file = \"x\"\n";
        let problems = read(text).unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.line, p.key.as_str())).collect();
        let expected = [
            (3, "server.listen"),
            (5, "server.max_connections"),
            (4, "server.lisen"),
            (13, "auth.issuer[0].algorithm"),
            (7, "verification.lease_secs"),
            (9, "log.level"),
            (10, "log.format"),
        ];
        assert_eq!(found, expected);
        assert_eq!(problems[2].suggestion.as_deref(), Some("did you mean `listen`?"));
    }

    #[test]
    fn what_is_named_must_be_there() {
        let problems = read(
            "[sources]\nfile = \"sorces.toml\"\n[clients]\n\nfile = \"cleints.toml\"\n[policy]\ndirectory = \"p\"\n",
        )
        .unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.line, p.key.as_str())).collect();
        assert_eq!(found, [(2, "sources.file"), (7, "policy.directory"), (5, "clients.file")], "{problems:?}");
    }

    #[test]
    fn the_environment_wins_and_is_typed_by_what_it_sets() {
        let variables = [
            ("HEDUI__SERVER__LISTEN", "127.0.0.1:9"),
            ("HEDUI__REPORT__CENTRE", "620422"),
            ("HEDUI__VERIFICATION__LEASE_SECS", "7"),
        ];
        let settings = with("[server]\nlisten = 3\n", &variables).unwrap();
        assert_eq!((settings.listen.port(), settings.centre.as_str()), (9, "620422"));
        assert_eq!(settings.verification.lease, Duration::from_secs(7));
    }

    #[test]
    fn faults_of_the_environment_name_the_variable_and_leave_the_files_lines_alone() {
        let variables = [
            ("HEDUI__SERVER__LISEN", "127.0.0.1:9"),
            ("HEDUI__SERVER", "x"),
            ("HEDUI__VERIFICATION__LEASE_SECS", "soon"),
        ];
        let problems = with("# a comment\n\n[log]\n# another\nformat = \"xml\"\n", &variables).unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.file.as_str(), p.line, p.key.as_str())).collect();
        let expected = [
            ("environment", 0, "HEDUI__VERIFICATION__LEASE_SECS"),
            ("hedui.toml", 5, "log.format"),
            ("environment", 0, "HEDUI__SERVER"),
            ("environment", 0, "HEDUI__SERVER__LISEN"),
        ];
        assert_eq!(found, expected);
    }
}
