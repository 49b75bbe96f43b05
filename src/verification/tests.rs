//! Cases over departments that stand in for real ones: what they do wrong, and what a restart finds. The clock is the test's, and so
//! is the claiming: no runner runs.

mod alerting;
mod asking_again;
mod assessing;
mod deciding;
mod destroying;
mod ending;
mod failing;
mod kept;
mod reading;
mod stand_in;
mod trying;
mod withdrawing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hedui_connectors::source::Source;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::plan::tests::{authorisation, request};
use super::{Departments, Parts, Verifier, VerifierSettings};
use crate::audit::{Log, LogOptions};
use crate::auth::Caller;
use crate::config::{Client, Clients};
use crate::household::{Lane, LegalBasisKind, SourceKey, SourceScope};
use crate::identity::Model;
use crate::keys::KeyRing;
use crate::policy::Packs;
use crate::report::Report;
use crate::store::{CaseRow, CellRow, ClaimedCase, Store};
use crate::telemetry::Clock;
use stand_in::{Does, StandIn};

/// A dead worker's case is taken over after this.
const LEASE: Duration = Duration::from_secs(60);

/// What outlives a process: data, keys, and the time.
struct House {
    _folder: tempfile::TempDir,
    store: Store,
    log: Log,
    keys: Arc<KeyRing>,
    now: Arc<Mutex<Timestamp>>,
}

/// Departments by key; none: nobody knows them any more.
type Sources = BTreeMap<SourceKey, Option<Arc<dyn Source>>>;

fn key(key: &str) -> SourceKey {
    SourceKey::new(key).unwrap()
}

fn sources(stand_ins: &[&Arc<StandIn>]) -> Sources {
    stand_ins.iter().map(|one| (one.key(), Some(Arc::clone(one) as Arc<dyn Source>))).collect()
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start: Timestamp = "2026-11-01T02:00:00Z".parse().unwrap();
        let now = Arc::new(Mutex::new(start));
        let keys = Arc::new(KeyRing::create(&folder.path().join("keys"), "test-log", start).unwrap());
        let store = Store::open(folder.path().join("data")).await.unwrap();
        let (told, signer) = (now.clone(), Arc::new(keys.log_signer()));
        let mut options = LogOptions::new(signer, Arc::new(move || *told.lock().unwrap()));
        options.publish_every = Duration::from_secs(86_400);
        let log = Log::open(store.clone(), options).await.unwrap();
        Self { _folder: folder, store, log, keys, now }
    }

    /// A process that has these departments, `off` of them switched off.
    fn verifier(&self, sources: Sources, off: &[SourceKey]) -> Verifier {
        self.verifier_with(sources, off, &[])
    }

    /// The same; reports of these clients are issued at once.
    fn verifier_with(&self, sources: Sources, off: &[SourceKey], issuers: &[&str]) -> Verifier {
        self.verifier_by(Model::person(), sources, off, issuers)
    }

    /// The same, with another model to compare people by.
    fn verifier_by(&self, model: Model, sources: Sources, off: &[SourceKey], issuers: &[&str]) -> Verifier {
        let told = self.now.clone();
        let issues_itself = |id: &&str| Client { id: (*id).to_owned(), issues_itself: true, ..Client::default() };
        Verifier::start(Parts {
            store: self.store.clone(),
            log: self.log.clone(),
            keys: self.keys.clone(),
            departments: Departments::of(sources, off),
            packs: Arc::new(Packs::embedded()),
            model: Arc::new(model),
            clock: Clock::of(move || *told.lock().unwrap()),
            settings: VerifierSettings {
                concurrent_cases: 0,
                concurrent_cases_in_bulk: 0,
                urgent_patience: std::time::Duration::from_secs(30),
                bulk_patience: std::time::Duration::from_secs(3600),
                provisional_after: std::time::Duration::from_secs(7200),
                withdrawn_wait: std::time::Duration::from_secs(72 * 3600),
                register: Clients::new(issuers.iter().map(issues_itself).collect()).into(),
                lease: LEASE,
                objection_days: 10,
                centre: String::new(),
            },
        })
    }

    fn pass(&self, seconds: i64) {
        let mut now = self.now.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
    }

    /// The case that is due.
    async fn claim(&self) -> Option<ClaimedCase> {
        let now = *self.now.lock().unwrap();
        self.store.claim_next("test", &Lane::ALL, now, LEASE).await.unwrap()
    }

    async fn case(&self, case: Uuid) -> CaseRow {
        self.store.get_case(case).await.unwrap()
    }

    async fn cell(&self, case: Uuid, source: &str) -> CellRow {
        let cells = self.store.cells(case).await.unwrap();
        cells.into_iter().find(|cell| cell.source == key(source)).unwrap()
    }

    /// Kind of answer and reason of a cell, as `unavailable source_error`.
    async fn said(&self, case: Uuid, source: &str) -> String {
        let cell = self.cell(case, source).await;
        let kind = cell.kind.map_or("open", crate::household::AnswerKind::as_str);
        format!("{kind} {}", cell.why.unwrap_or_default()).trim_end().to_owned()
    }
}

/// A case just accepted.
async fn accepted(verifier: &Verifier) -> Uuid {
    let request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
    let submitted = verifier.accept(&caller(), request, None).await.unwrap();
    Uuid::parse_str(&submitted.id).unwrap()
}

fn caller() -> Caller {
    Caller::operator("620422")
}

async fn report(verifier: &Verifier, case: Uuid) -> Report {
    verifier.opened_report(&caller(), &case.to_string()).await.unwrap().1
}
