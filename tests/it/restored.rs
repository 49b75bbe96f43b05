//! An older copy of the database put in the place of the present one: nobody goes on as if nothing had been lost.

use std::time::Duration;

use hedui_mock_sources::{Config, MockSources};

use super::binary::{DEFAULTS, Installation};
use super::cli::{assert_code, err, out};
use super::postgres_server::{self, put_back, save};
use super::support::{household, until};

async fn departments() -> MockSources {
    let config = Config { households: 20, ticket_delay: Duration::from_millis(50), ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

/// How many entries the checkpoint in a process's data directory is of.
fn published(installation: &Installation, data: &str) -> u64 {
    let note = std::fs::read_to_string(installation.path(data).join("checkpoint")).unwrap_or_default();
    note.lines().nth(1).map_or(0, |size| size.parse().expect("a size"))
}

/// How many entries the log has, as whoever verifies it says.
fn entries(installation: &Installation) -> u64 {
    let said = installation.run(&["audit", "verify", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    said["entries"].as_u64().expect("a number")
}

/// Waits until both processes know of everything that is in the log by now, as published; how many entries it has.
async fn both_know(installation: &Installation) -> u64 {
    let size = entries(installation);
    let know = async || ["data", "data-2"].iter().all(|data| published(installation, data) >= size);
    until("both know what is published", know).await;
    size
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_database_is_refused_at_start_until_somebody_says_why() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let (one, other) = installation.serve_two().await;
    let client = installation.client(&one);
    let kept = client.verified(&household(&mocks, 0)).await;
    let copy = installation.path("copy.dump");
    save(&database, &copy);
    let lost = client.verified(&household(&mocks, 1)).await;
    both_know(&installation).await;
    one.kill();
    other.kill();
    installation.verify_audit();

    put_back(&database, &copy).await;
    for data in ["data", "data-2"] {
        let own = [("HEDUI__DATA__DIRECTORY", data)];
        let refused = installation.run_with(&["serve"], &own);
        assert_code(&refused, 1);
        let log = out(&refused) + &err(&refused);
        assert!(log.contains("the log went back") && log.contains("hedui audit resume-after-restore"), "{log}");
        let found = installation.run_with(&["audit", "verify"], &own);
        assert_code(&found, 1);
        assert!(out(&found).contains("it went back"), "{}", out(&found));
    }

    let resumed = installation.run(&[
        "audit",
        "resume-after-restore",
        "--reason",
        "disk lost on 26 November",
        "--operator",
        "zhang.wei",
    ]);
    assert_code(&resumed, 0);
    // The other machine still holds what proves that there was more: it is kept elsewhere.
    let own = [("HEDUI__DATA__DIRECTORY", "data-2")];
    assert_code(&installation.run_with(&["serve"], &own), 1);
    let proof = installation.path("data-2").join("checkpoint");
    std::fs::rename(&proof, installation.path("checkpoint-of-before")).expect("moved");
    let (one, other) = installation.serve_two().await;
    for service in [&one, &other] {
        let client = installation.client(service);
        assert_eq!(client.get(&format!("/v1/verifications/{kept}")).await.json()["status"], "final");
        assert_eq!(client.get(&format!("/v1/verifications/{lost}")).await.status, 404);
        client.verified(&household(&mocks, 2)).await;
    }
    drop((one, other));
    installation.verify_audit();
    let held = installation.path("checkpoint-of-before").display().to_string();
    let seen = installation.run(&["audit", "verify", "--checkpoint", &held]);
    assert_code(&seen, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_put_back_beneath_running_processes_accepts_nothing_more() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let (one, other) = installation.serve_two().await;
    let clients = [installation.client(&one), installation.client(&other)];
    // The second process appends at the beginning alone: of what follows it knows by what is published.
    clients[1].verified(&household(&mocks, 0)).await;
    let copy = installation.path("copy.dump");
    save(&database, &copy);
    clients[0].verified(&household(&mocks, 1)).await;
    let size = both_know(&installation).await;

    put_back(&database, &copy).await;
    for client in &clients {
        let body = household(&mocks, 2).to_string();
        until("it is not ready", async || {
            let answer = client.submit(body.clone()).await;
            assert!(answer.status.is_server_error(), "nothing is accepted: {} {}", answer.status, answer.text());
            let ready = client.get("/readyz").await;
            ready.status == 503 && ready.text().contains("the audit log cannot be written")
        })
        .await;
    }
    drop((one, other));
    let log = ["log.txt", "log-data-2.txt"].map(|log| std::fs::read_to_string(installation.path(log)).expect("a log"));
    for log in log {
        assert!(log.contains("the log went back") && log.contains("hedui audit resume-after-restore"), "{log}");
    }
    let found = installation.run(&["audit", "verify"]);
    assert_code(&found, 1);
    let known = ["data", "data-2"].map(|data| published(&installation, data));
    assert!(known.iter().all(|known| *known >= size), "what proves that there was more stays: {known:?}");
}
