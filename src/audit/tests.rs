//! Tests of the log as a whole: against two foreign trees, under faults, across restarts, after tampering.

mod faults;
mod gone;
mod killed;
mod merkle;
mod replicas;
mod rfc6962;
mod running;
mod tables;
mod tampering;
mod witness;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use jiff::Timestamp;
use tempfile::TempDir;

use super::note::tests::TestSigner;
use super::{Action, Actor, AuditError, Event, Log, LogOptions, VerifierKey, VerifyReport, verify_log};
use crate::store::Store;

/// A log in a directory of its own, with a clock that stands and a publisher that sleeps.
struct House {
    directory: TempDir,
}

impl House {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A copy of a house at rest.
    fn copy(&self) -> Self {
        let copy = Self::new();
        let (from, to) = (self.directory.path().join("data"), copy.directory.path().join("data"));
        DirBuilder::new().mode(0o700).create(&to).unwrap();
        for file in from.read_dir().unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
        copy
    }

    fn options(&self) -> LogOptions {
        let now: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let mut options = LogOptions::new(Arc::new(TestSigner::new("log.example", 1)), Arc::new(move || now));
        options.publish_every = std::time::Duration::from_secs(86_400);
        options
    }

    fn keys(&self) -> Vec<VerifierKey> {
        self.options().keys()
    }

    async fn store(&self) -> Store {
        Store::open(self.directory.path().join("data")).await.unwrap()
    }

    async fn log(&self) -> Log {
        Log::open(self.store().await, self.options()).await.unwrap()
    }

    /// Why the log cannot be opened.
    async fn refused(&self, options: LogOptions) -> AuditError {
        let store = self.store().await;
        let error = Log::open(store.clone(), options).await.unwrap_err();
        store.close().await;
        error
    }

    /// Verifies the log at rest.
    async fn verify(&self, held: &[String]) -> VerifyReport {
        let store = Store::open_read_only(self.directory.path().join("data")).await.unwrap();
        let report = verify_log(&store, &self.keys(), held).await.unwrap();
        store.close().await;
        report
    }

    /// Lets go of the directory.
    async fn close(&self, log: Log) {
        let store = log.store().clone();
        drop(log);
        store.close().await;
    }
}

fn now() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn searches(count: usize) -> Vec<Event> {
    (0..count).map(|_| Event::new(&Actor::service(), Action::Search)).collect()
}
