//! Departments that may be asked at certain hours only: neither a question nor a look for a result comes outside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use hedui::telemetry::Clock;
use hedui_mock_sources::Config;
use jiff::{SignedDuration, Timestamp};

use super::support::{PATIENCE, Setup, Stage, quick_sources};

/// Ten in the morning in China.
const TEN: &str = "2026-11-20T02:00:00Z";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_department_is_asked_when_it_opens_and_a_ticket_is_looked_after_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let sources = quick_sources(folder.path(), "");
    let text = std::fs::read_to_string(&sources).expect("the settings");
    let text = text
        .replace("[source.vehicles]\n", "[source.vehicles]\nhours = \"12:00-14:00\"\n")
        .replace("[source.finance]\n", "[source.finance]\nhours = [\"09:50-10:20\", \"12:00-14:00\"]\n");
    std::fs::write(&sources, text).expect("the settings");
    let (begun, minutes) = (Instant::now(), Arc::new(AtomicI64::new(0)));
    let told = Arc::clone(&minutes);
    let clock = Clock::of(move || {
        let start: Timestamp = TEN.parse().expect("a time");
        let passed = SignedDuration::try_from(begun.elapsed()).expect("a short test");
        start + passed + SignedDuration::from_mins(told.load(Ordering::SeqCst))
    });
    let mocks = Config { households: 20, ticket_delay: Duration::from_millis(50), ..Config::default() };
    let setup = Setup {
        mocks,
        clock,
        sources_file: Some(sources),
        poll_interval: Duration::from_secs(1800),
        ..Setup::default()
    };
    let stage = Stage::start(setup).await;
    let (caller, verifier) = (stage.caller(), &stage.verifier);
    let asked = |key: &str| stage.mocks.statistics()[key]["requests"].as_u64().unwrap_or(0);
    let request = stage.mocks.sample_request().to_string();
    let id = verifier.submit(&caller, request.as_bytes(), None).await.expect("accepted").id;
    assert!(verifier.wait_for_report(&id, PATIENCE).await, "whoever is open has answered");
    let submitted = asked("finance");
    assert!(submitted > 0 && asked("vehicles") == 0, "closed: {}", stage.mocks.statistics());
    // half an hour later the ticket would be looked after, and the department is closed
    minutes.store(60, Ordering::SeqCst);
    assert!(!verifier.wait_for_rest(&id, Duration::from_secs(4)).await, "it waits for both");
    assert_eq!((asked("vehicles"), asked("finance")), (0, submitted), "nobody is asked while it is closed");
    minutes.store(121, Ordering::SeqCst);
    assert!(verifier.wait_for_rest(&id, PATIENCE).await, "both are open");
    assert!(asked("vehicles") > 0 && asked("finance") > submitted);
    let (_, report) = verifier.opened_report(&caller, &id).await.expect("a report");
    assert!(report.body.is_final);
}
