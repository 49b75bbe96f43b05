//! Many households at once: what a batch file says (`file`), and the life of a batch: received in sealed parts (`receiving`), read row
//! by row into cases (`reading`), let into the queue a few at a time (`feeding`), handed out again as a file (`results`). `planning` is pure: on which days of a year whom to look at again,
//! within what departments allow.
//!
//! Every step stands in the store, so that any process goes on from where one died. A household of a batch is a case like any other;
//! interactive cases always overtake it.
//!
//! Neighbours: `verification` checks and runs each household, `store` keeps batches and their rows, `api` and `cli` take files and
//! hand out results.

mod changes;
mod errors;
mod feeding;
pub mod file;
mod pages;
mod parts;
pub mod planning;
mod reading;
mod receiving;
mod referrals;
mod results;
mod sheets;
mod status;
mod terms;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use changes::{ChangesForm, ChangesWanted};
pub use errors::BulkError;
pub use receiving::{Receiving, SubmittedBatch};
pub use results::{ResultsForm, Sheet, csv_heading, faults_csv};
pub use sheets::{SheetPage, SheetRow, Unchanged};
pub use status::{BatchPage, BatchStatus, FileFaultStatus};
pub use terms::Terms;

use crate::audit::Log;
use crate::config::Register;
use crate::keys::KeyRing;
use crate::store::Store;

pub use crate::store::BatchState;
use crate::telemetry::Clock;
use crate::verification::Verifier;

/// How batches are run.
#[derive(Clone, Debug)]
pub struct BulkSettings {
    /// Cases of one batch in the queue or at work.
    pub window: u32,
    /// A dead process's batch is read on by another after this.
    pub lease: Duration,
    /// The callers in force: who is told when a batch of theirs has ended.
    pub register: Register,
}

impl Default for BulkSettings {
    fn default() -> Self {
        Self { window: 1024, lease: Duration::from_secs(60), register: Register::default() }
    }
}

/// What it is made of.
pub struct BulkParts {
    /// Where everything durable is.
    pub store: Store,
    /// The audit log over the same store.
    pub log: Log,
    /// Keys.
    pub keys: Arc<KeyRing>,
    /// The clock.
    pub clock: Clock,
    /// Runs the cases.
    pub verifier: Verifier,
    /// Settings.
    pub settings: BulkSettings,
}

/// Runs batches. Cheap to clone.
#[derive(Clone)]
pub struct Bulk(Arc<Inner>);

struct Inner {
    store: Store,
    log: Log,
    keys: Arc<KeyRing>,
    clock: Clock,
    verifier: Verifier,
    settings: BulkSettings,
    worker: String,
    /// Rung when there is a batch to read or to tend.
    bell: Notify,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Bulk {
    /// Starts reading and feeding batches. Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(parts: BulkParts) -> Self {
        let BulkParts { store, log, keys, clock, verifier, settings } = parts;
        let bulk = Self(Arc::new(Inner {
            store,
            log,
            keys,
            clock,
            verifier,
            settings,
            worker: Uuid::now_v7().to_string(),
            bell: Notify::new(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }));
        let (reader, feeder) = (bulk.clone(), bulk.clone());
        bulk.spawn(async move { reader.read_batches().await });
        bulk.spawn(async move { feeder.tend_batches().await });
        bulk
    }

    /// Stops: what is being read is read on at the next start.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.0.stop.clone();
        self.0.tasks.spawn(async move { stop.run_until_cancelled(work).await });
    }
}
