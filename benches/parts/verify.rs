//! The log verified, leaves a second of CPU time: the tree alone, and with every index column derived again, beside SHA-256 alone over the
//! same leaves in the same run. Twice, of a log and of one four times as long, with the memory that each took more.

use std::sync::Arc;
use std::time::Duration;

use hedui::audit::{Action, Actor, Event, Label, Log, LogOptions, VerifierKey, verify_log, verify_tree};
use hedui::household::{Purpose, SourceKey};
use hedui::keys::KeyRing;
use hedui::store::{Store, Tag};
use hedui::telemetry::Clock;
use rustix::time::{ClockId, clock_gettime};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::turns::say;

const SIZES: [u64; 2] = [50_000, 200_000];
const TURNS: usize = 5;

pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    runtime.block_on(async {
        let clock = Clock::system();
        let keys = KeyRing::create(&folder.path().join("keys"), "bench-log", clock.now()).expect("a key ring");
        let store = Store::open(folder.path().join("data")).await.expect("a store");
        let options = LogOptions::new(Arc::new(keys.log_signer()), Arc::new(move || clock.now()));
        let keys: Vec<VerifierKey> = options.keys();
        let log = Log::open(store.clone(), options).await.expect("a log");
        for size in SIZES {
            grow(&log, size).await;
            measure(&store, &keys, size).await;
        }
    });
}

/// Entries as a case makes them, that bring about no row: an answer that was had for another query, with person and source.
async fn grow(log: &Log, size: u64) {
    let source = SourceKey::new("household_registration").expect("a key");
    let mut at = log.store().log_head().await.expect("a head").size;
    while at < size {
        let case = Uuid::now_v7();
        let event = |number: u64| {
            Event::new(&Actor::service(), Action::QueryReused)
                .case(case)
                .purpose(Purpose::DibaoApplication)
                .subject(Tag::new(1, [u8::try_from(number).unwrap_or_default(); 16]))
                .member(Label::new(format!("m{}", number % 6)).expect("a label"))
                .source(source.clone())
                .detail([7; 32])
        };
        let count = (size - at).min(250);
        log.append((0..count).map(event).collect()).await.expect("entries");
        at += count;
    }
    log.publish(jiff::Timestamp::now()).await.expect("a checkpoint");
}

async fn measure(store: &Store, keys: &[VerifierKey], size: u64) {
    let mut leaves = Vec::new();
    let sample = store.leaves(0, 10_000).await.expect("leaves");
    leaves.extend(sample.into_iter().map(|stored| stored.leaf.bytes));
    let bytes: usize = leaves.iter().map(Vec::len).sum::<usize>() / leaves.len();
    let (mut tree, mut columns, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let before = peak_reset();
    for _ in 0..TURNS {
        let begun = used();
        let report = verify_tree(store, keys, &[], &[]).await.expect("a report");
        assert!(report.sound() && report.size == size, "{report:?}");
        tree.push(used() - begun);
        let begun = used();
        let report = verify_log(store, keys, &[]).await.expect("a report");
        assert!(report.sound() && report.size == size, "{report:?}");
        columns.push(used() - begun);
        let begun = used();
        for _ in 0..size / leaves.len() as u64 {
            for leaf in &leaves {
                std::hint::black_box(Sha256::new().chain_update([0]).chain_update(leaf).finalize());
            }
        }
        bare.push(used() - begun);
    }
    let more = peak().saturating_sub(before);
    let rate = |times: &mut Vec<Duration>| {
        times.sort();
        u128::from(size) * 1_000_000_000 / times[TURNS / 2].as_nanos().max(1)
    };
    let (tree, columns, bare) = (rate(&mut tree), rate(&mut columns), rate(&mut bare));
    let part = |rate: u128| format!("0.{:03}", rate * 1000 / bare.max(1));
    say(&format!(
        "  audit verify of {size} leaves of {bytes} B: tree {tree}/s (goal: 500000/s), {} of SHA-256 alone; columns {columns}/s (goal: 150000/s), {}; \
         SHA-256 alone {bare}/s; memory {more} KiB more\n",
        part(tree),
        part(columns),
    ));
}

/// CPU time of every thread of this process.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Forgets the most memory so far; what is resident now, in KiB.
fn peak_reset() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").expect("/proc is mounted");
    peak()
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}
