//! Several processes of the service over one PostgreSQL database: any of them answers for any case, and one may die at any time.

use std::collections::BTreeSet;
use std::time::Duration;

use hedui::report::Report;
use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule};
use hedui_mock_sources::{Config, MockSources};

use super::binary::{DEFAULTS, Installation};
use super::client::send;
use super::postgres_server;

/// Departments that take their time.
async fn departments() -> MockSources {
    let slow = FaultRule::always("*", Fault::Delay(Delay::UniformMs(20, 200)));
    let faults = FaultPlan { seed: 5, faults: vec![slow] };
    let ticket_delay = Duration::from_millis(600);
    let config = Config { households: 20, ticket_delay, faults, ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_accepted_another_finishes() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let (one, other) = (installation.serve().await, installation.serve_in("data-2").await);
    let clients = [installation.client(&one), installation.client(&other)];
    let mut accepted = Vec::new();
    for index in 0..6_u32 {
        let body = mocks.request_for(index, &Default::default()).expect("a household").to_string();
        let key = format!("case-{index}");
        // The same call at both at once: one case, whichever took it.
        let call =
            |client: &super::client::Client| send(client.submission(body.clone()).header("idempotency-key", &key));
        let (here, there) = tokio::join!(call(&clients[0]), call(&clients[1]));
        for reply in [&here, &there] {
            assert!(reply.status.is_success(), "{}: {}", reply.status, reply.text());
        }
        assert_eq!(here.json()["id"], there.json()["id"], "one case");
        accepted.push(here.json()["id"].as_str().expect("an id").to_owned());
    }
    one.kill();
    installation.verify_audit();
    let client = &clients[1];
    for id in &accepted {
        let status = client.wait_for_final(id).await;
        let versions = status["versions"].as_array().expect("versions");
        assert_eq!(versions.iter().filter(|version| version["is_final"] == true).count(), 1, "{versions:?}");
        let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
        let report: Report = serde_json::from_slice(&report.body).expect("a report");
        assert!(report.is_of_its_body() && report.body.is_final);
    }
    let listed = client.get("/v1/verifications?limit=200").await.json();
    let listed = listed["items"].as_array().expect("cases").iter().filter_map(|case| case["id"].as_str());
    let taken: BTreeSet<&str> = accepted.iter().map(String::as_str).collect();
    assert_eq!(listed.collect::<BTreeSet<_>>(), taken, "and nothing else came into being");
    // The one that died comes back beside the other, with what it knew published.
    let again = installation.serve().await;
    let events = installation.client(&again).get(&format!("/v1/verifications/{}/events", accepted[0])).await;
    assert_eq!(events.status, 200);
    assert!(events.text().contains("event: version"), "any process tells any case's events: {}", events.text());
    drop((again, other));
    installation.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_watched_at_one_process_while_another_runs_it() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let (one, other) = (installation.serve().await, installation.serve_in("data-2").await);
    for index in 0..4 {
        let body = mocks.request_for(index, &Default::default()).expect("a household").to_string();
        let id = installation.client(&one).submit(body).await.json()["id"].as_str().expect("an id").to_owned();
        // The stream ends when the case is at rest; wherever it ran, everything of it was told here.
        let events = installation.client(&other).get(&format!("/v1/verifications/{id}/events")).await;
        assert_eq!(events.status, 200);
        let told = events.text();
        assert!(told.contains("final") && told.matches("event: answer").count() >= 18, "{told}");
    }
}
