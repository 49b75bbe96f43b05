//! The built program over a folder of its own: settings, keys, clients and an issuer as an operator would lay them out.

use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use hedui::auth::LocalIssuer;
use hedui::config::Client as Registered;
use hedui::report::jose::generate_recipient;
use hedui::telemetry::Clock;
use hedui_mock_sources::Key;
use serde_json::Value;

use super::client::Client;
use super::support::{ORGANISATION, secret_variable};

/// Limits of departments that answer well but slowly.
pub const DEFAULTS: &str = "[defaults]\nrate_per_second = 0\npoll_interval_ms = 100\ntimeout_ms = 3000\n\
                            total_timeout_ms = 8000\nretries = 1\nbreaker = { failures = 0, open_secs = 1 }\n";

/// A folder with everything the program needs.
pub struct Installation {
    folder: tempfile::TempDir,
    issuer: LocalIssuer,
    client: Registered,
}

impl Installation {
    /// Lays out settings for departments below `base_url`. `defaults` begins the departments' settings, `more` ends them.
    pub fn new(base_url: &str, defaults: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        let issuer = LocalIssuer::new(Clock::system()).expect("an issuer");
        let accepted = issuer.publish(folder.path()).expect("a key set");
        let pair = generate_recipient().expect("a key pair");
        write("recipient.jwk", &pair.public_jwk.to_string());
        write(
            "clients.toml",
            &format!(
                "[[client]]\nid = \"township\"\norganisation = \"{ORGANISATION}\"\nregions = [\"620422\"]\n\
                 roles = [\"caseworker\"]\nrecipient_key_file = \"recipient.jwk\"\ndisclosure = \"full\"\n\
                 [[client]]\nid = \"office\"\norganisation = \"{ORGANISATION}\"\nregions = [\"620422\"]\n\
                 roles = [\"supervisor\"]\nrecipient_key_file = \"recipient.jwk\"\ndisclosure = \"full\"\n"
            ),
        );
        write(
            "hedui.toml",
            &format!(
                "[server]\nlisten = \"127.0.0.1:0\"\n[sources]\nfile = \"sources.toml\"\ndefinitions = \"definitions\"\n\
                 [clients]\nfile = \"clients.toml\"\n[auth]\naudience = \"hedui\"\n[[auth.issuer]]\nissuer = \"{}\"\n\
                 algorithm = \"{}\"\njwks_file = \"issuer-jwks.json\"\n[log]\nlevel = \"debug\"\nformat = \"json\"\n",
                accepted.issuer, accepted.algorithm
            ),
        );
        std::fs::create_dir(folder.path().join("definitions")).expect("a folder");
        let mut sources = defaults.to_owned();
        for key in Key::ALL.map(Key::as_str) {
            sources.push_str(&format!("[source.{key}]\nbase_url = \"{base_url}/{key}\"\n"));
            sources.push_str(&format!("secret = {{ env = \"{}\" }}\n", secret_variable(key)));
        }
        sources.push_str(more);
        write("sources.toml", &sources);
        let client = Registered {
            id: "township".into(),
            organisation: ORGANISATION.into(),
            regions: vec!["620422".into()],
            roles: vec!["caseworker".into()],
            disclosure: hedui::config::Disclosure::Full,
            ..Registered::default()
        };
        let made = Self { folder, issuer, client };
        let keys = made.run(&["keys", "init"]);
        assert!(keys.status.success(), "{}", String::from_utf8_lossy(&keys.stderr));
        made
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
        command.args(arguments).arg("--config").arg(self.path("hedui.toml")).current_dir(self.folder.path());
        command.env_remove("RUST_LOG").env("RUST_BACKTRACE", "0").env("NO_COLOR", "1");
        for key in Key::ALL {
            command.env(secret_variable(key.as_str()), key.credential());
        }
        command.env(secret_variable("forestry"), "forest-token");
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program runs")
    }

    /// The same, with more variables in its environment.
    pub fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        self.command(arguments).envs(environment.iter().copied()).output().expect("the program runs")
    }

    /// Every key encryption key: id, state, data keys under it.
    pub fn keks(&self) -> Vec<(String, String, u64)> {
        let listed = self.run(&["keys", "list", "--json"]);
        assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
        let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
        let text = |key: &Value, field: &str| key[field].as_str().expect("a text").to_owned();
        let keys = listed["keys"].as_array().expect("keys").iter().filter(|key| key["kind"] == "kek");
        keys.map(|key| (text(key, "id"), text(key, "state"), key["data_keys"].as_u64().expect("a count"))).collect()
    }

    /// Has the service keep its data in a PostgreSQL database, and take over a dead process's cases soon.
    pub fn share(&self, database_url: &str) {
        self.write_secret("database-url", database_url);
        let settings = std::fs::read_to_string(self.path("hedui.toml")).expect("the settings");
        let store = "[store]\nbackend = \"postgres\"\nurl = { file = \"database-url\" }\nconnections = 4\n\
                     [verification]\nlease_secs = 5\n";
        std::fs::write(self.path("hedui.toml"), settings + store).expect("the settings");
    }

    /// Starts the service and waits until it listens. Its log lines are added to `log.txt`.
    pub async fn serve(&self) -> Service {
        self.serve_in("data").await
    }

    /// The same, with a data directory of its own: one of several processes.
    pub async fn serve_in(&self, data: &str) -> Service {
        self.serve_under(data, &[], &[]).await
    }

    /// Two processes over one database, each with a data directory of its own.
    pub async fn serve_two(&self) -> (Service, Service) {
        (self.serve().await, self.serve_in("data-2").await)
    }

    /// The same, started by another program, and with more variables in its environment.
    pub async fn serve_under(&self, data: &str, starter: &[&str], environment: &[(&str, &str)]) -> Service {
        let log = self.path(if data == "data" { "log.txt".to_owned() } else { format!("log-{data}.txt") }.as_str());
        let known = std::fs::read(&log).map_or(0, |bytes| bytes.len());
        let lines = File::options().create(true).append(true).open(&log).expect("the log's file");
        let mut command = self.command(&["serve"]);
        command.env("HEDUI__DATA__DIRECTORY", data).envs(environment.iter().copied());
        if let [program, before @ ..] = starter {
            let own = std::mem::replace(&mut command, Command::new(program));
            command.args(before).arg(own.get_program()).args(own.get_args()).current_dir(self.folder.path());
            for (name, value) in own.get_envs() {
                match value {
                    Some(value) => command.env(name, value),
                    None => command.env_remove(name),
                };
            }
        }
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(lines).spawn().expect("the program starts");
        let mut service = Service { child, url: String::new() };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(30) {
            if let Some(address) = address_in(&log, known) {
                service.url = format!("http://{address}");
                return service;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the service does not listen: {}", std::fs::read_to_string(&log).unwrap_or_default());
    }

    /// A token of the issuer's, with these claims.
    pub fn signed(&self, claims: &serde_json::Value) -> String {
        self.issuer.signed(claims).expect("a token")
    }

    /// A client of a running service.
    pub fn client(&self, service: &Service) -> Client {
        Client::new(&service.url, Some(self.token()))
    }

    /// A client of a running service that may run batches.
    pub fn supervisor(&self, service: &Service) -> Client {
        let registered = Registered { id: "office".into(), roles: vec!["supervisor".into()], ..self.client.clone() };
        let token = self.issuer.token(&registered, "hedui", "report:read", 3600).expect("a token");
        Client::new(&service.url, Some(token))
    }

    /// Writes a file that its owner alone reads.
    pub fn write_secret(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }

    /// Adds to a file of the folder.
    pub fn append(&self, name: &str, text: &str) {
        use std::io::Write as _;
        let mut file = File::options().append(true).open(self.path(name)).expect("the file");
        file.write_all(text.as_bytes()).expect("it can be written");
    }

    /// Stops a service, then checks its log.
    pub fn verify_audit_beside(&self, service: Service) {
        service.kill();
        self.verify_audit();
    }

    /// A token of the registered caller.
    pub fn token(&self) -> String {
        self.issuer.token(&self.client, "hedui", "report:read", 3600).expect("a token")
    }

    /// Checks the log offline, as an auditor would.
    pub fn verify_audit(&self) {
        let checked = self.run(&["audit", "verify"]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{said}");
    }
}

/// The address in the log's line `listening`, after the lines that were there before.
fn address_in(log: &Path, known: usize) -> Option<String> {
    let bytes = std::fs::read(log).ok()?;
    let text = String::from_utf8_lossy(bytes.get(known..)?).into_owned();
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut listening = lines.filter(|line| line["fields"]["message"] == "listening");
    listening.next().and_then(|line| line["fields"]["address"].as_str().map(str::to_owned))
}

/// A running service. Dropping it kills it.
pub struct Service {
    child: Child,
    url: String,
}

impl Service {
    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(sent.success());
    }

    /// Stops a service that another program started, which ends with it.
    pub fn stop_what_it_started(mut self) {
        let id = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).expect("its children");
        for child in children.split_whitespace() {
            assert!(Command::new("kill").args(["-s", "TERM", child]).status().expect("kill").success());
        }
        self.child.wait().expect("it ends");
    }

    /// Stops it as an operator does, and waits for its end.
    pub fn stop(mut self) {
        self.signal("TERM");
        assert!(self.child.wait().expect("it ends").success());
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
