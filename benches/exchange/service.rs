//! The service under measurement: verifier, store and log over the departments, without its HTTP front.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hedui::audit::{Action, Actor, Event, Log, LogOptions};
use hedui::auth::Caller;
use hedui::bulk::{Bulk, BulkParts, BulkSettings};
use hedui::household::{Purpose, SourceKey};
use hedui::identity::Model;
use hedui::keys::KeyRing;
use hedui::policy::Packs;
use hedui::report::jose::generate_recipient;
use hedui::store::{Store, Tag};
use hedui::telemetry::Clock;
use hedui::verification::{Departments, OneAddress, Parts, Verifier, VerifierSettings};
use hedui_mock_sources::Key;

/// Nothing that waits on purpose or answers from memory: no windows, no rates, no cache, no breaker.
const SETTINGS: &str = "timeout_ms = 5000\ntotal_timeout_ms = 20000\nretries = 0\nconcurrency = 1000\nrate_per_second = 0\n\
                        breaker = { failures = 0, open_secs = 1 }\ncache_secs = 0\n\
                        body_limit_kib = 16384\n";
/// More than are ever submitted at a time.
const CONCURRENT_CASES: usize = 256;
/// Longest wait for a case.
const PATIENCE: Duration = Duration::from_secs(60);

/// A verifier in a folder of its own.
pub(crate) struct Service {
    pub(crate) verifier: Verifier,
    pub(crate) store: Store,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) caller: Caller,
    pub(crate) bulk: Bulk,
    log: Log,
}

impl Service {
    /// Starts it over the departments at `base_url`; tickets are looked after at `poll_interval`.
    pub(crate) async fn start(base_url: &str, poll_interval: Duration) -> Self {
        Self::start_with(base_url, poll_interval, SETTINGS).await
    }

    /// The same, with other settings of all departments.
    pub(crate) async fn start_with(base_url: &str, poll_interval: Duration, settings: &str) -> Self {
        // on the disk of the checkout, not on what may be a memory disk
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let clock = Clock::system();
        let keys = KeyRing::create(&folder.path().join("keys"), "bench-log", clock.now()).expect("a key ring");
        let keys = Arc::new(keys);
        let departments = departments(folder.path(), base_url, poll_interval, settings);
        let store = Store::open(folder.path().join("data")).await.expect("a store");
        let (now, signer) = (clock.clone(), Arc::new(keys.log_signer()));
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
                concurrent_cases: CONCURRENT_CASES,
                concurrent_cases_in_bulk: CONCURRENT_CASES,
                urgent_patience: Duration::from_secs(30),
                bulk_patience: Duration::from_secs(3600),
                provisional_after: Duration::from_secs(3600),
                withdrawn_wait: Duration::from_secs(72 * 3600),
                register: Default::default(),
                lease: Duration::from_secs(60),
                objection_days: 10,
                centre: String::new(),
            },
        });
        let bulk = Bulk::start(BulkParts {
            store: store.clone(),
            log: log.clone(),
            keys,
            clock,
            verifier: verifier.clone(),
            settings: BulkSettings { window: 1024, ..BulkSettings::default() },
        });
        let recipient = generate_recipient().expect("a key pair").public_jwk;
        let caller = Caller { recipient_key: Some(recipient), ..Caller::operator("620422") };
        Self { verifier, store, folder, caller, bulk, log }
    }

    /// Submits a case; its id.
    pub(crate) async fn submit(&self, request: &[u8]) -> String {
        self.verifier.submit(&self.caller, request, None).await.expect("the request is sound").id
    }

    /// Waits for the first version.
    pub(crate) async fn first_version(&self, case: &str) {
        assert!(self.verifier.wait_for_report(case, PATIENCE).await, "a report comes");
    }

    /// Waits for the last version.
    pub(crate) async fn last_version(&self, case: &str) {
        assert!(self.verifier.wait_for_rest(case, PATIENCE).await, "the case comes to rest");
    }

    /// What the log alone asks of a case: its acceptance, an entry for each person × source, its completion, each durable before the next.
    pub(crate) async fn entries_of_a_case(&self, people: u8) {
        let (case, service) = (uuid::Uuid::now_v7(), Actor::service());
        let event = |action| Event::new(&service, action).case(case).purpose(Purpose::DibaoApplication);
        let query = |person: u8, key: Key| {
            let source = SourceKey::new(key.as_str()).expect("a key");
            event(Action::QueryAuthorised).source(source).subject(Tag::new(1, [person; 16]))
        };
        let queries = (0..people).flat_map(|person| Key::ALL.iter().map(move |key| query(person, *key))).collect();
        for events in [vec![event(Action::Accepted)], queries, vec![event(Action::Completed)]] {
            self.log.append(events).await.expect("the log is open");
        }
    }

    /// The longest exchange of a case, after checking that every source did its part.
    pub(crate) async fn longest_exchange(&self, case: &str) -> Duration {
        let status = self.verifier.status(&self.caller, case).await.expect("a case");
        for cell in &status.cells {
            let answer = cell.answer.as_deref().unwrap_or("none");
            assert!(["found", "no_record", "pending"].contains(&answer), "{}: {answer}", cell.source);
        }
        Duration::from_millis(status.cells.iter().map(|cell| cell.latency_ms).max().unwrap_or_default())
    }

    /// Stops it.
    pub(crate) async fn stop(self) {
        self.bulk.stop().await;
        self.verifier.stop().await;
    }
}

fn departments(folder: &Path, base_url: &str, poll_interval: Duration, settings: &str) -> Departments {
    let sources: String = Key::ALL.iter().map(|key| format!("[source.{}]\n", key.as_str())).collect();
    let file = folder.join("sources.toml");
    std::fs::write(&file, format!("[defaults]\n{settings}{sources}")).expect("a settings file");
    let secret = |key: &str| Key::parse(key).map(Key::credential).unwrap_or_default();
    let address = OneAddress { base_url, secret: &secret, poll_interval };
    Departments::load_at(Some(&file), None, &address).unwrap_or_else(|problems| panic!("{problems:?}"))
}
