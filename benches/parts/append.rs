//! Entries a second of the audit log with 64 writers, each waiting for its entry to be durable, beside what the same disk does in
//! the same run: 512 bytes appended to a file and synchronised, one at a time.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hedui::audit::{Action, Actor, Event, Log, LogOptions};
use hedui::config::PostgresSettings;
use hedui::keys::KeyRing;
use hedui::store::Store;
use hedui::telemetry::Clock;
use tokio::task::JoinSet;

use super::turns::say;

const WRITERS: usize = 64;
/// Entries of a writer in a turn.
const EACH: usize = 100;
const SYNCS: usize = 500;
const TURNS: usize = 5;

/// Where a PostgreSQL database is that may be written to; without it SQLite alone is measured.
const POSTGRES: &str = "HEDUI_BENCH_POSTGRES";

pub(crate) fn run() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    runtime.block_on(async {
        let store = Store::open(folder.path().join("data")).await.expect("a store");
        measure("SQLite", store, folder.path()).await;
        if let Ok(url) = std::env::var(POSTGRES) {
            let database = PostgresSettings { url: url.into(), connections: 4, allow_plaintext: true };
            let shared = folder.path().join("shared");
            let store = Store::open_shared(&shared, &database).await.expect("a database that is empty");
            measure("PostgreSQL", store, &shared).await;
        }
    });
}

async fn measure(backend: &str, store: Store, folder: &Path) {
    let clock = Clock::system();
    let keys = KeyRing::create(&folder.join("keys"), "bench-log", clock.now()).expect("a key ring");
    let signer = Arc::new(keys.log_signer());
    let log = Log::open(store, LogOptions::new(signer, Arc::new(move || clock.now()))).await.expect("a log");
    let mut file = File::create(folder.join("synced")).expect("a file");
    append(&log).await; // warms up
    let (mut appending, mut syncing) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..TURNS {
        appending += append(&log).await;
        syncing += sync(&mut file);
    }
    let rate = |count: usize, time: Duration| (count * TURNS) as u128 * 1_000_000_000 / time.as_nanos().max(1);
    let (entries, syncs) = (rate(WRITERS * EACH, appending), rate(SYNCS, syncing));
    let tenths = entries * 10 / syncs.max(1);
    say(&format!(
        "  audit entries, {WRITERS} writers, {backend}: {entries}/s   append + fsync alone: {syncs}/s   ratio {}.{} (goal: 5000/s)\n",
        tenths / 10,
        tenths % 10
    ));
}

async fn append(log: &Log) -> Duration {
    let begun = Instant::now();
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let log = log.clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                log.append_one(Event::new(&Actor::service(), Action::Accepted)).await.expect("an entry");
            }
        });
    }
    writers.join_all().await;
    begun.elapsed()
}

fn sync(file: &mut File) -> Duration {
    let begun = Instant::now();
    for _ in 0..SYNCS {
        file.write_all(&[0; 512]).and_then(|()| file.sync_data()).expect("the disk takes it");
    }
    begun.elapsed()
}
