//! A whole service over mock departments, in one process, over real sockets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hedui::api::{ApiState, router};
use hedui::audit::{Leaf, Log, LogOptions, VerifierKey};
use hedui::auth::{Authenticator, Caller, LocalIssuer};
use hedui::bulk::{Bulk, BulkParts, BulkSettings};
use hedui::config::{AuthSettings, Client, Clients, Disclosure, FindingSettings, Register, ServerLimits};
use hedui::identity::Model;
use hedui::keys::KeyRing;
use hedui::monitoring::{Monitoring, MonitoringParts};
use hedui::oversight::{Oversight, OversightParts};
use hedui::policy::Packs;
use hedui::report::Report;
use hedui::report::jose::generate_recipient;
use hedui::store::Store;
use hedui::telemetry::{Clock, MetricsPage};
use hedui::verification::{Departments, OneAddress, Parts, Verifier, VerifierSettings};
use hedui_mock_sources::{Config, Key, MockSources};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// The organisation the tests' client belongs to.
pub const ORGANISATION: &str = "huishi-township";
/// Patience of a test that waits for something that must come.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something holds that must come to hold.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The request of a household of the mock departments' county.
pub fn household(mocks: &MockSources, index: u32) -> Value {
    mocks.request_for(index, &Default::default()).expect("a household")
}

/// Settings of a service under test.
pub struct Setup {
    pub mocks: Config,
    pub poll_interval: Duration,
    pub sources_file: Option<PathBuf>,
    pub definitions: Option<PathBuf>,
    pub lease: Duration,
    pub clock: Clock,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            mocks: Config { households: 20, ticket_delay: Duration::from_millis(50), ..Config::default() },
            poll_interval: Duration::from_millis(50),
            sources_file: None,
            definitions: None,
            lease: Duration::from_secs(30),
            clock: Clock::system(),
        }
    }
}

/// A verifier over mock departments.
pub struct Stage {
    pub mocks: MockSources,
    pub store: Store,
    pub log: Log,
    pub verifier: Verifier,
    pub bulk: Bulk,
    pub monitoring: Monitoring,
    pub oversight: Oversight,
    pub register: Register,
    pub keys: Arc<KeyRing>,
    pub folder: tempfile::TempDir,
    pub recipient_private: String,
    pub recipient_public: Value,
}

impl Stage {
    /// Starts departments, store, log and verifier.
    pub async fn start(setup: Setup) -> Self {
        let mocks = MockSources::start(setup.mocks.clone()).await.expect("the departments start");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keys =
            Arc::new(KeyRing::create(&folder.path().join("keys"), "test-log", Clock::system().now()).expect("a ring"));
        let register = Register::default();
        let Running { store, log, verifier, bulk, monitoring, oversight } =
            running(&setup, &mocks.base_url(), &folder.path().join("data"), keys.clone(), register.clone()).await;
        let pair = generate_recipient().expect("a key pair");
        Self {
            mocks,
            store,
            log,
            verifier,
            bulk,
            monitoring,
            oversight,
            register,
            keys,
            folder,
            recipient_private: pair.private_jwk.to_string(),
            recipient_public: pair.public_jwk,
        }
    }

    /// A caller of the tests' organisation.
    pub fn caller(&self) -> Caller {
        Caller {
            organisation: ORGANISATION.into(),
            recipient_key: Some(self.recipient_public.clone()),
            ..Caller::operator("620422")
        }
    }

    /// Verifies one household to its final report.
    pub async fn verify(&self, request: &Value) -> Report {
        let caller = self.caller();
        let submitted = self.verifier.submit(&caller, request.to_string().as_bytes(), None).await.expect("accepted");
        assert!(self.verifier.wait_for_rest(&submitted.id, PATIENCE).await, "the case comes to rest");
        self.verifier.opened_report(&caller, &submitted.id).await.expect("a report").1
    }

    /// The log's key as readers pin it.
    pub fn log_key(&self) -> String {
        VerifierKey::of(&self.keys.log_signer()).to_string()
    }

    /// Every entry of the log so far.
    pub async fn entries(&self) -> Vec<Leaf> {
        entries(&self.folder.path().join("data")).await
    }

    /// Starts the HTTP interface over the verifier; its address and an issuer of tokens.
    pub async fn serve(&self) -> Served {
        self.serve_within(ServerLimits::default()).await
    }

    /// The same, with limits of the test's own.
    pub async fn serve_within(&self, limits: ServerLimits) -> Served {
        let clock = Clock::system();
        let issuer = LocalIssuer::new(clock.clone()).expect("an issuer");
        let auth = AuthSettings {
            audience: "hedui".into(),
            issuers: vec![issuer.publish(self.folder.path()).expect("a key set")],
            ..AuthSettings::default()
        };
        let clients = clients(&self.recipient_public);
        self.register.replace(Clients::new(clients.clone()));
        let authenticator =
            Authenticator::new(&auth, self.register.clone(), clock).unwrap_or_else(|_| panic!("the key set is read"));
        let state = ApiState {
            verifier: self.verifier.clone(),
            bulk: self.bulk.clone(),
            monitoring: self.monitoring.clone(),
            witnesses: None,
            oversight: self.oversight.clone(),
            authenticator: Arc::new(authenticator),
            metrics: MetricsPage::start(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let routes = router(state, &limits);
        let server = tokio::spawn(hedui::web::serve(listener, None, routes, limits, CancellationToken::new()));
        Served { address, issuer, clients, server }
    }
}

/// A running HTTP interface.
pub struct Served {
    pub address: SocketAddr,
    pub issuer: LocalIssuer,
    pub clients: Vec<Client>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Served {
    /// `http://…/path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A token for one of the clients.
    pub fn token(&self, client: &str, scope: &str) -> String {
        let client = self.clients.iter().find(|known| known.id == client).expect("a known client");
        self.issuer.token(client, "hedui", scope, 3600).expect("a token")
    }
}

/// Every role.
pub const ROLES: [&str; 6] = ["client", "caseworker", "supervisor", "auditor", "system_admin", "security_admin"];
/// Where somebody may be, as it stands behind their role: in the organisation and region of the tests' cases, in another region of it, in
/// another organisation.
pub const PLACES: [&str; 3] = ["", "@other-region", "@elsewhere"];

/// One client for every role and place, and some under shorter names.
fn clients(recipient: &Value) -> Vec<Client> {
    let client = |id: &str, organisation: &str, region: &str, role: &str| Client {
        id: id.into(),
        organisation: organisation.into(),
        regions: vec![region.into()],
        roles: vec![role.into()],
        recipient_key: Some(recipient.clone()),
        disclosure: Disclosure::Full,
        ..Client::default()
    };
    let mut clients = vec![
        client("system", ORGANISATION, "620422", "client"),
        client("second-supervisor", ORGANISATION, "620422", "supervisor"),
        Client {
            roles: vec!["caseworker".into(), "supervisor".into()],
            ..client("both", ORGANISATION, "620422", "caseworker")
        },
        Client { oversees: vec!["all".into()], ..client("chief-auditor", "county", "620422", "auditor") },
        client("=cmd", ORGANISATION, "620422", "caseworker"),
        client("system-admin", ORGANISATION, "620422", "system_admin"),
        client("security-admin", ORGANISATION, "620422", "security_admin"),
        client("elsewhere", "other-township", "620422", "caseworker"),
        client("other-region", ORGANISATION, "620423", "caseworker"),
        Client { disclosure: Disclosure::Conclusion, ..client("township", ORGANISATION, "620422", "supervisor") },
        Client { disclosure: Disclosure::Amounts, ..client("county", ORGANISATION, "620422", "supervisor") },
    ];
    for (place, organisation, region) in [
        ("", ORGANISATION, "620422"),
        ("@other-region", ORGANISATION, "620423"),
        ("@elsewhere", "other-township", "620422"),
    ] {
        clients.extend(ROLES.map(|role| client(&format!("{role}{place}"), organisation, region, role)));
    }
    clients
}

/// What runs over a data folder.
pub struct Running {
    pub store: Store,
    pub log: Log,
    pub verifier: Verifier,
    pub bulk: Bulk,
    pub monitoring: Monitoring,
    pub oversight: Oversight,
}

/// A verifier and batches over a data folder; several may follow one another on the same folder.
pub async fn running(setup: &Setup, base_url: &str, data: &Path, keys: Arc<KeyRing>, register: Register) -> Running {
    let secret = |key: &str| Key::parse(key).map(Key::credential).unwrap_or_default();
    let address = OneAddress { base_url, secret: &secret, poll_interval: setup.poll_interval };
    let departments = Departments::load_at(setup.sources_file.as_deref(), setup.definitions.as_deref(), &address);
    let departments = departments.unwrap_or_else(|problems| panic!("{problems:?}"));
    let store = Store::open(data).await.expect("a store");
    let clock = setup.clock.clone();
    let now = clock.clone();
    let signer = Arc::new(keys.log_signer());
    let log = Log::open(store.clone(), LogOptions::new(signer, Arc::new(move || now.now()))).await.expect("a log");
    let verifier = Verifier::start(Parts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        departments,
        packs: Arc::new(Packs::embedded()),
        model: Arc::new(Model::person()),
        clock: clock.clone(),
        settings: VerifierSettings {
            concurrent_cases: 16,
            concurrent_cases_in_bulk: 64,
            urgent_patience: Duration::from_secs(30),
            bulk_patience: Duration::from_secs(3600),
            provisional_after: Duration::from_secs(3600),
            withdrawn_wait: Duration::from_secs(72 * 3600),
            lease: setup.lease,
            register: register.clone(),
            objection_days: 10,
            centre: "会宁县居民家庭经济状况核对中心".into(),
        },
    });
    let settings = BulkSettings { window: 128, lease: setup.lease, register };
    let bulk = Bulk::start(BulkParts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        clock: clock.clone(),
        verifier: verifier.clone(),
        settings,
    });
    let oversight = Oversight::new(OversightParts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(&keys),
        clock: clock.clone(),
        settings: FindingSettings { cases_a_day: 3, ..FindingSettings::default() },
        verifier: Some(verifier.clone()),
    });
    let monitoring = Monitoring::start(MonitoringParts {
        store: store.clone(),
        log: log.clone(),
        keys,
        clock,
        verifier: verifier.clone(),
        client_away_days: 30,
    });
    Running { store, log, verifier, bulk, monitoring, oversight }
}

/// Settings of all departments with limits a test can wait for: every attempt 1.5 s, everything together 4 s, one repetition, no
/// breaker, no cache. `more` is appended and may name further departments.
pub fn quick_sources(folder: &Path, more: &str) -> PathBuf {
    let mut text = "[defaults]\ntimeout_ms = 1500\ntotal_timeout_ms = 4000\nretries = 1\nrate_per_second = 0\n\
                    breaker = { failures = 0, open_secs = 1 }\ncache_secs = 0\nbody_limit_kib = 256\n\
                    deadline_hours = 24\n"
        .to_owned();
    for key in Key::ALL.map(Key::as_str) {
        text.push_str(&format!("[source.{key}]\nbase_url = \"http://127.0.0.1:1/{key}\"\n"));
        text.push_str(&format!("secret = {{ env = \"{}\" }}\n", secret_variable(key)));
    }
    text.push_str(more);
    let path = folder.join("sources.toml");
    std::fs::write(&path, text).expect("the settings are written");
    path
}

/// The environment variable that holds a department's credential.
pub fn secret_variable(key: &str) -> String {
    format!("HEDUI_{}_SECRET", key.to_uppercase())
}

/// Every entry of the log in a data folder, beside a process that may be writing to it.
pub async fn entries(data: &Path) -> Vec<Leaf> {
    let store = Store::open_read_only(data).await.expect("the store");
    let mut leaves = Vec::new();
    for index in 0..store.log_head().await.expect("the log's head").size {
        let stored = store.leaf(index).await.expect("the store").expect("an entry");
        leaves.push(Leaf::parse(&stored.leaf.bytes).expect("an entry of this log"));
    }
    leaves
}
