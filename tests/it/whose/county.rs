//! A service over dirty departments, and every household of the county verified by it.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use hedui::audit::{Log, LogOptions};
use hedui::auth::Caller;
use hedui::identity::Model;
use hedui::keys::KeyRing;
use hedui::policy::Packs;
use hedui::report::jose::generate_recipient;
use hedui::store::Store;
use hedui::telemetry::Clock;
use hedui::verification::{Archive, Departments, OneAddress, Parts, SubmitError, Verifier, VerifierSettings};
use hedui_mock_sources::{Config, Dirt, Key, MockSources};

use super::judged::Judged;

/// No limits on how often departments are asked, nothing from memory.
const SETTINGS: &str = "timeout_ms = 60000\ntotal_timeout_ms = 60000\nretries = 1\nconcurrency = 100\nrate_per_second = 0\n\
                        breaker = { failures = 0, open_secs = 1 }\ncache_secs = 0\nbody_limit_kib = 16384\n";
/// Cases at a time.
const AT_ONCE: usize = 16;
/// Longest wait for a case.
const PATIENCE: Duration = Duration::from_secs(120);

/// Departments and the service that asks them.
pub struct County {
    mocks: MockSources,
    verifier: Verifier,
    archive: Archive,
    caller: Caller,
    _folder: tempfile::TempDir,
}

impl County {
    /// Starts departments over so many generated households, and the service.
    pub async fn start(seed: u64, households: u32, dirt: Dirt) -> Self {
        let config = Config { seed, households, dirt, ticket_delay: Duration::ZERO, ..Config::default() };
        let mocks = MockSources::start(config).await.expect("the departments start");
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::system();
        let keys = Arc::new(KeyRing::create(&folder.path().join("keys"), "county", clock.now()).expect("a key ring"));
        let store = Store::open(folder.path().join("data")).await.expect("a store");
        let (now, signer) = (clock.clone(), Arc::new(keys.log_signer()));
        let log = Log::open(store.clone(), LogOptions::new(signer, Arc::new(move || now.now()))).await.expect("a log");
        let archive = Archive::new(store.clone(), log.clone(), keys.clone());
        let verifier = Verifier::start(Parts {
            store,
            log,
            keys,
            departments: departments(folder.path(), &mocks.base_url()),
            packs: Arc::new(Packs::embedded()),
            model: Arc::new(Model::person()),
            clock,
            settings: VerifierSettings {
                concurrent_cases: AT_ONCE,
                concurrent_cases_in_bulk: 64,
                urgent_patience: Duration::from_secs(30),
                bulk_patience: Duration::from_secs(3600),
                provisional_after: Duration::from_secs(3600),
                withdrawn_wait: Duration::from_secs(72 * 3600),
                register: Default::default(),
                lease: PATIENCE,
                objection_days: 10,
                centre: String::new(),
            },
        });
        let recipient = generate_recipient().expect("a key pair").public_jwk;
        let caller = Caller { recipient_key: Some(recipient), ..Caller::operator("620422") };
        Self { mocks, verifier, archive, caller, _folder: folder }
    }

    /// Verifies these households and holds what was filed against the truth.
    pub async fn judge(&self, households: Range<u32>) -> Judged {
        let cases = stream::iter(households).map(|index| self.case(index)).buffer_unordered(AT_ONCE);
        cases.fold(Judged::default(), async |sum, one| sum.and(one)).await
    }

    async fn case(&self, index: u32) -> Judged {
        let household = self.mocks.population().household(index).expect("a household");
        let request = self.mocks.request_for(index, &Default::default()).expect("a request").to_string();
        let case = match self.verifier.submit(&self.caller, request.as_bytes(), None).await {
            Ok(submitted) => submitted.id,
            // an orphan whose only grown-up relative is dead cannot be applied for by the generated request
            Err(SubmitError::Faults(faults)) => return Judged::of_refused(faults[0].code.to_owned()),
            Err(error) => panic!("{error}"),
        };
        assert!(self.verifier.wait_for_rest(&case, PATIENCE).await, "the case comes to rest");
        let kept = self.archive.recompute(&self.caller, &case, None).await.expect("the kept evidence");
        Judged::of(&self.mocks, household, &kept.evidence)
    }

    /// Ends both.
    pub async fn stop(self) {
        self.verifier.stop().await;
        self.mocks.shutdown().await;
    }
}

fn departments(folder: &Path, base_url: &str) -> Departments {
    let sources: String = Key::ALL.iter().map(|key| format!("[source.{}]\n", key.as_str())).collect();
    let file = folder.join("sources.toml");
    std::fs::write(&file, format!("[defaults]\n{SETTINGS}{sources}")).expect("a settings file");
    let secret = |key: &str| Key::parse(key).map(Key::credential).unwrap_or_default();
    let address = OneAddress { base_url, secret: &secret, poll_interval: Duration::from_millis(20) };
    Departments::load_at(Some(&file), None, &address).unwrap_or_else(|problems| panic!("{problems:?}"))
}
