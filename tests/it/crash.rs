//! Killed at any moment, the service loses nothing that it accepted and does nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hedui::audit::{Action, Leaf};
use hedui::report::Report;
use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule};
use hedui_mock_sources::{Config, MockSources};
use serde_json::json;

use super::binary::{DEFAULTS, Installation};
use super::client::Client;
use super::support::entries;

/// How often the service is killed.
const KILLS: u64 = 6;

/// Departments that take their time, so that a kill meets cases at every stage.
async fn slow_departments() -> MockSources {
    let slow = FaultRule::always("*", Fault::Delay(Delay::UniformMs(20, 300)));
    let config = Config {
        households: 40,
        ticket_delay: Duration::from_millis(600),
        faults: FaultPlan { seed: 5, faults: vec![slow] },
        ..Config::default()
    };
    MockSources::start(config).await.expect("the departments start")
}

/// A moment within a range, different every time and the same in every run.
fn moment(round: u64, from_ms: u64, to_ms: u64) -> Duration {
    let drawn = round.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) % (to_ms - from_ms);
    Duration::from_millis(from_ms + drawn)
}

async fn assert_whole(client: &Client, id: &str) {
    let status = client.wait_for_final(id).await;
    let versions = status["versions"].as_array().expect("versions");
    let finals = versions.iter().filter(|version| version["is_final"] == true).count();
    assert_eq!(finals, 1, "one final version: {versions:?}");
    let numbers: Vec<_> = versions.iter().map(|version| version["version"].as_u64().expect("a number")).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "versions without gaps");
    assert_eq!(versions.iter().filter(|version| version["reason"] == "first").count(), 1);
    let cells = status["cells"].as_array().expect("cells");
    assert!(cells.iter().all(|cell| cell["answer"].is_string() && cell["answer"] != "pending"), "{status}");
    let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
    let report: Report = serde_json::from_slice(&report.body).expect("a report");
    assert!(report.is_of_its_body() && report.body.is_final);
    assert_eq!(report.body.sources.len(), 20);
}

/// Every call that a department saw has an entry of its own, and no department is asked about a cell more often than workers died.
fn assert_counted(mocks: &MockSources, log: &[Leaf]) {
    let mut entries: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut of_source: BTreeMap<String, u64> = BTreeMap::new();
    for leaf in log.iter().filter(|leaf| leaf.event.action == Action::QueryAuthorised) {
        let source = leaf.event.source.as_ref().expect("which department").to_string();
        let cell = format!("{:?} {:?}", leaf.event.case, leaf.event.member);
        *entries.entry((source.clone(), cell)).or_default() += 1;
        *of_source.entry(source).or_default() += 1;
    }
    let most = entries.values().copied().max().unwrap_or(0);
    assert!(most <= KILLS + 1, "a cell was asked {most} times though {KILLS} workers died");
    let statistics = mocks.statistics();
    // one request a query, and no fault that would be repeated
    for key in ["tax", "vehicles", "disability", "health", "social_security"] {
        let calls = statistics[key]["requests"].as_u64().unwrap_or(0);
        assert!(calls > 0 && calls <= of_source[key], "{key}: {calls} calls, {} entries", of_source[key]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_during_fan_out_and_waiting_lose_nothing() {
    let mocks = slow_departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let mut accepted = Vec::new();
    for round in 0..KILLS {
        let service = installation.serve().await;
        let client = installation.client(&service);
        for index in 0..3 {
            let request = mocks.request_for(u32::try_from(round).expect("small") * 3 + index, &Default::default());
            let body = request.expect("a household").to_string();
            let key = format!("round-{round}-{index}");
            let reply = super::client::send(client.submission(body.clone()).header("idempotency-key", &key)).await;
            assert_eq!(reply.status, 202, "{}", reply.text());
            accepted.push((reply.json()["id"].as_str().expect("an id").to_owned(), key, body));
        }
        tokio::time::sleep(moment(round, 0, 1400)).await;
        service.kill();
        installation.verify_audit();
    }
    let service = installation.serve().await;
    let client = installation.client(&service);
    for (id, key, body) in &accepted {
        assert_whole(&client, id).await;
        let again = super::client::send(client.submission(body.clone()).header("idempotency-key", key)).await;
        assert_eq!((&again.json()["id"], &again.json()["replayed"]), (&json!(id), &json!(true)), "the key survived");
    }
    let listed = client.get("/v1/verifications?limit=200").await.json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(accepted.len()), "and nothing else came into being");
    let log = entries(&installation.path("data")).await;
    let taken: BTreeSet<_> =
        log.iter().filter(|leaf| leaf.event.action == Action::Accepted).map(|leaf| leaf.event.case).collect();
    assert_eq!(taken.len(), accepted.len());
    assert_counted(&mocks, &log);
    service.kill();
    installation.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_takes_cases_over_at_once_not_when_their_leases_run_out() {
    let mocks = slow_departments().await;
    mocks.set_faults(FaultPlan { seed: 1, faults: vec![FaultRule::always("tax", Fault::Timeout)] }).expect("a plan");
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let service = installation.serve().await;
    let body = mocks.request_for(0, &Default::default()).expect("a household").to_string();
    let id = installation.client(&service).submit(body).await.json()["id"].as_str().expect("an id").to_owned();
    tokio::time::sleep(Duration::from_millis(700)).await; // in the middle of the fan-out: one department hangs
    service.kill();
    mocks.set_faults(FaultPlan::default()).expect("a plan");
    let begun = Instant::now();
    let service = installation.serve().await;
    assert_whole(&installation.client(&service), &id).await;
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "the lease of a minute was not waited for: {:?}",
        begun.elapsed()
    );
}

/// The program's answer to an auditor, and how it ended.
fn audit(installation: &Installation, arguments: &[&str]) -> (Option<i32>, String) {
    let output = installation.run(&[&["audit"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_checkpoint_that_is_gone_is_a_fault_until_somebody_says_why() {
    let mocks = MockSources::start(Config { households: 1, ..Config::default() }).await.expect("departments");
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let elsewhere = installation.path("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    let settings = std::fs::read_to_string(installation.path("hedui.toml")).expect("the settings");
    let settings = settings + "[audit]\ncheckpoint_file = \"elsewhere/checkpoint\"\n";
    std::fs::write(installation.path("hedui.toml"), settings).expect("the settings");
    let service = installation.serve().await;
    let client = installation.client(&service);
    client.verified(&mocks.sample_request()).await;
    while !elsewhere.join("checkpoint").exists() {
        tokio::task::yield_now().await;
    }
    service.kill();
    assert!(!installation.path("data/checkpoint").exists(), "it is where the settings say");
    installation.verify_audit();
    std::fs::rename(elsewhere.join("checkpoint"), elsewhere.join("away")).expect("a file");
    let (code, said) = audit(&installation, &["verify"]);
    assert!(code == Some(1) && said.contains("is missing"), "{said}");
    let away = elsewhere.join("away").display().to_string();
    let (code, said) = audit(&installation, &["verify", "--checkpoint", &away]);
    assert_eq!(code, Some(0), "{said}");
    let refused = installation.run(&["serve"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("audit resume-after-restore --reason"), "{said}");
    let (code, said) =
        audit(&installation, &["resume-after-restore", "--reason", "the disk was lost", "--operator", "zhang.wei"]);
    assert_eq!(code, Some(0), "{said}");
    installation.verify_audit();
    drop(installation.serve().await);
}
