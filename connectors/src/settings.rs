//! How each source is called: the typed form of `config/sources.toml`. Says nothing of what a department answers.
//!
//! Credentials are named here, never written here: from an environment variable or a file, read when the registry is loaded.

mod hours;
mod reading;
mod secret;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use crate::problem::Problem;
use crate::records::SourceKey;
use crate::source::Lane;

pub use hours::{Hours, HoursFault};
pub use secret::Secret;

/// The settings this project ships: every source at an address of an example domain.
pub const SHIPPED: &str = include_str!("../../config/sources.toml");

/// All sources' settings.
#[derive(Clone, Debug, Default)]
pub struct SourcesConfig {
    /// Where the settings came from, as messages name it.
    pub file: String,
    /// A folder of the operator's own definitions, one folder each; they come beside (or instead of) the built-in ones.
    pub definitions_dir: Option<PathBuf>,
    /// By key. A definition without an entry is switched off.
    pub sources: BTreeMap<SourceKey, SourceSettings>,
    /// Where `[source.<key>]` stands, for messages.
    pub(crate) places: BTreeMap<SourceKey, (usize, usize)>,
}

/// How one source is called.
#[derive(Clone, Debug)]
pub struct SourceSettings {
    /// Whether it is asked at all.
    pub enabled: bool,
    /// Address, without a slash at the end.
    pub base_url: Option<String>,
    /// Whether an address beyond this machine may be spoken to without TLS.
    pub allow_plaintext: bool,
    /// Token, key or signing secret.
    pub secret: Option<Secret>,
    /// The name under which the department knows this service.
    pub app_id: String,
    /// PEM file with certificate and key, for mutual TLS.
    pub client_identity: Option<PathBuf>,
    /// PEM file of the only certificate authorities trusted, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// One attempt: connecting, sending, reading to the last byte.
    pub timeout: Duration,
    /// All attempts and pages of one exchange together, waiting between them included.
    pub total_timeout: Duration,
    /// Longest wait for a free place or a permit before a question counts as failed. Questions of the bulk lane wait for as long as
    /// whoever asks.
    pub queue_timeout: Duration,
    /// Attempts after the first.
    pub retries: u32,
    /// Exchanges at a time.
    pub concurrency: u32,
    /// Requests a second; 0 is no limit.
    pub rate_per_second: u32,
    /// Failures in a row that open the breaker; 0 is no breaker.
    pub breaker_failures: u32,
    /// How long an open breaker spares the source.
    pub breaker_open: Duration,
    /// How long an answer that speaks may be reused; zero is not at all.
    pub cache: Duration,
    /// Largest body accepted, in bytes.
    pub body_limit: usize,
    /// Most rows one exchange may bring, over all its pages and people.
    pub max_rows: usize,
    /// Between two looks for an asynchronous result.
    pub poll_interval: Duration,
    /// After this an asynchronous answer is no longer waited for.
    pub deadline: Duration,
    /// How long a question of the bulk lane waits for others to travel with, where the department takes several people a call.
    pub batch_window: Duration,
    /// The same for the other lanes; zero leaves at once and takes along whoever waits.
    pub interactive_window: Duration,
    /// How long what a look for a result showed serves others who hold a ticket of the same submission; zero keeps nothing.
    pub result_kept: Duration,
    /// When the department may be asked; round the clock when nothing is stated. The engine itself does not wait.
    pub hours: Hours,
    /// When the bulk lane may ask, instead of `hours`; nothing: as `hours`.
    pub bulk_hours: Option<Hours>,
    /// Questions a day that the department takes of the bulk lane, for planning; 0 is no quota. Nothing here counts them.
    pub bulk_daily: u32,
}

impl Default for SourceSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            base_url: None,
            allow_plaintext: false,
            secret: None,
            app_id: "hedui".into(),
            client_identity: None,
            ca_file: None,
            timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(20),
            queue_timeout: Duration::from_secs(60),
            retries: 2,
            concurrency: 16,
            rate_per_second: 50,
            breaker_failures: 10,
            breaker_open: Duration::from_secs(30),
            cache: Duration::ZERO,
            body_limit: 1 << 20,
            max_rows: 20_000,
            poll_interval: Duration::from_secs(30),
            deadline: Duration::from_secs(72 * 3600),
            batch_window: Duration::from_millis(500),
            interactive_window: Duration::ZERO,
            result_kept: Duration::from_secs(10),
            hours: Hours::always(),
            bulk_hours: None,
            bulk_daily: 0,
        }
    }
}

impl SourceSettings {
    /// The hours in which a lane may ask.
    #[must_use]
    pub fn hours_of(&self, lane: Lane) -> &Hours {
        match (lane, &self.bulk_hours) {
            (Lane::Bulk, Some(bulk)) => bulk,
            _ => &self.hours,
        }
    }

    /// How long a question of a lane waits for company.
    #[must_use]
    pub fn window_of(&self, lane: Lane) -> Duration {
        if lane == Lane::Bulk { self.batch_window } else { self.interactive_window }
    }
}

impl SourcesConfig {
    /// Reads a settings file; relative paths in it are relative to its folder.
    ///
    /// # Errors
    /// Every fault of the file, or that it cannot be read.
    pub fn read(path: &Path) -> Result<Self, Vec<Problem>> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            vec![Problem {
                file: file.clone(),
                line: 1,
                column: 1,
                key: String::new(),
                message: format!("cannot be read: {error}"),
                suggestion: None,
            }]
        })?;
        Self::parse(&file, &text, path.parent().unwrap_or(Path::new("")))
    }

    /// The shipped settings.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn shipped() -> Self {
        Self::parse("config/sources.toml", SHIPPED, Path::new("config"))
            .expect("the shipped settings are read by a test")
    }

    /// Sends every source to `{base}/{key}`: one address in front of all departments.
    pub fn set_base_url_for_all(&mut self, base: &str) {
        let base = base.trim_end_matches('/');
        for (key, settings) in &mut self.sources {
            settings.base_url = Some(format!("{base}/{key}"));
        }
    }

    /// Gives every source the credential that `secret` names for it.
    pub fn set_secret_for_all(&mut self, secret: impl Fn(&SourceKey) -> SecretString) {
        for (key, settings) in &mut self.sources {
            settings.secret = Some(Secret::Given(secret(key)));
        }
    }

    /// One source's settings; an entry is made when there is none.
    pub fn source_mut(&mut self, key: &SourceKey) -> &mut SourceSettings {
        self.sources.entry(key.clone()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_settings_are_sound() {
        let shipped = SourcesConfig::shipped();
        assert_eq!(shipped.sources.len(), 20);
        assert!(shipped.sources.values().all(|source| source.enabled && source.base_url.is_some()));
    }

    #[test]
    fn all_faults_of_a_file_are_listed() {
        let text = "[source.vehicles]\nbase_url = 'ftp://x'\nsecret = 'hunter2'\ntimeout = 3\nbreaker = { failure = 1 }\n[source.Bad]\n";
        let problems = SourcesConfig::parse("sources.toml", text, Path::new("")).unwrap_err();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "sources.toml:2:12: source.vehicles.base_url: must be an http or https address without credentials, query or fragment",
                "sources.toml:3:10: source.vehicles.secret: must not be written here; name where it is: { env = \"VARIABLE\" }, { file = \"path\" } or { credential = \"name\" }",
                "sources.toml:4:1: source.vehicles.timeout: is not a known key; did you mean `timeout_ms`?",
                "sources.toml:5:13: source.vehicles.breaker.failure: is not a known key; did you mean `failures`?",
                "sources.toml:6:1: source.Bad: a source key has 1 to 64 characters of a-z, 0-9 and _",
            ]
        );
        assert!(!shown.iter().any(|line| line.contains("hunter2")));
    }

    #[test]
    fn a_name_that_is_no_credential_s_is_refused() {
        for name in ["", "a/b", ".."] {
            let text = format!("[source.vehicles]\nsecret = {{ credential = '{name}' }}\n");
            let problems = SourcesConfig::parse("sources.toml", &text, Path::new("")).unwrap_err();
            assert!(problems[0].message.contains("no name of a credential"), "{name}: {problems:?}");
        }
    }

    #[test]
    fn a_key_that_does_nothing_is_refused() {
        for key in ["batch_size = 50", "quota_hours = '08:00-20:00'"] {
            let problems =
                SourcesConfig::parse("sources.toml", &format!("[defaults]\n{key}\n"), Path::new("")).unwrap_err();
            assert_eq!(problems[0].message, "is not a known key", "{key}");
        }
    }

    #[test]
    fn hours_are_a_span_or_several_and_bulk_may_have_its_own() {
        let read = |lines: &str| SourcesConfig::parse("sources.toml", &format!("[source.tax]\n{lines}"), Path::new(""));
        let tax = |lines: &str| read(lines).unwrap().sources.remove(&SourceKey::new("tax").unwrap()).unwrap();
        let both = tax("hours = ['08:00-12:00', '14:00-18:00']\nbulk_hours = '22:00-06:00'\nbulk_daily = 50000");
        assert_eq!(both.hours_of(Lane::Interactive).to_string(), "08:00-12:00, 14:00-18:00");
        assert_eq!(both.hours_of(Lane::Bulk).to_string(), "22:00-06:00");
        assert_eq!(both.bulk_daily, 50_000);
        assert_eq!(tax("hours = '08:00-18:00'").hours_of(Lane::Bulk).to_string(), "08:00-18:00");
        let problems = read("hours = ['08:00-12:00', '9-10']\nbulk_hours = '08:00-08:00'").unwrap_err();
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, ["source.tax.hours[1]", "source.tax.bulk_hours"]);
    }

    #[test]
    fn personal_data_travels_encrypted_beyond_this_machine() {
        let read = |lines: &str| SourcesConfig::parse("sources.toml", &format!("[source.tax]\n{lines}"), Path::new(""));
        for loopback in ["http://127.0.0.1:8080/tax", "http://localhost:1", "http://[::1]:1", "https://tax.example"] {
            assert!(read(&format!("base_url = '{loopback}'")).is_ok(), "{loopback}");
        }
        for beyond in ["http://tax.example", "http://10.0.0.7:8080", "http://localhost.example"] {
            let problems = read(&format!("base_url = '{beyond}'")).unwrap_err();
            assert!(problems[0].message.contains("in the clear"), "{beyond}");
            assert!(read(&format!("allow_plaintext = true\nbase_url = '{beyond}'")).is_ok(), "{beyond}");
        }
        for nobody in [
            "https://169.254.169.254/tax",
            "https://0xa9fea9fe",
            "https://[fe80::1]",
            "https://0.0.0.0",
            "https://[::]",
        ] {
            let problems = read(&format!("base_url = '{nobody}'")).unwrap_err();
            assert!(problems[0].message.contains("of the link"), "{nobody}");
        }
    }
}
