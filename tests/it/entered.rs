//! What the built program enters of what nobody asked it to keep: strangers that were refused, copies of the key ring, a log resumed. And what an auditor
//! makes of an entry with the ring in hand.

use std::path::Path;

use hedui::audit::{Action, Leaf, Outcome};
use hedui_mock_sources::{Config, MockSources};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::binary::{DEFAULTS, Installation};
use super::cli::{assert_code, err, out};
use super::client::{Client, send};
use super::support::{entries, until};

async fn departments() -> MockSources {
    let config = Config { households: 20, ticket_delay: std::time::Duration::from_millis(50), ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

async fn place() -> (MockSources, Installation) {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    (mocks, place)
}

/// The entries of an action, with their places.
async fn entered(data: &Path, action: Action) -> Vec<(usize, Leaf)> {
    let all = entries(data).await.into_iter().enumerate();
    all.filter(|(_, leaf)| leaf.event.action == action).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_are_not_believed_are_one_entry_a_reason_with_their_number_and_the_last_are_not_lost() {
    let (_mocks, place) = place().await;
    let service = place.serve().await;
    let stranger = place.signed(&json!({"iss": "elsewhere", "sub": "zhang-san-13800138000"}));
    for token in [Some("rubbish".to_owned()), Some(stranger), None] {
        let client = Client::new(service.url(), token);
        for _ in 0..20 {
            client.get("/v1/sources").await.assert_problem(401, "unauthorised");
        }
    }
    assert_eq!(place.client(&service).get("/v1/sources").await.status, 200);
    service.stop();
    let refused = entered(&place.path("data"), Action::TokenRefused).await;
    let said: Vec<_> = refused.iter().map(|(_, leaf)| (leaf.event.outcome, leaf.event.count)).collect();
    assert_eq!(said, [(Outcome::Denied, Some(40))], "who shows no token is no entry");
    let (_, leaf) = &refused[0];
    assert_eq!(leaf.event.actor.subject.as_str(), "hedui");
    assert_eq!(leaf.event.detail_sha256, Some(Sha256::digest("invalid").into()), "why, and nothing of the token");
    let all = entries(&place.path("data")).await;
    assert!(all.iter().all(|leaf| !String::from_utf8_lossy(&leaf.to_bytes()).contains("zhang-san")));
    place.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_entry_holds_is_made_again_by_whoever_has_the_thing_and_the_ring() {
    let (mocks, place) = place().await;
    let data = place.path("data");
    let (body, other) = ("{\"a\": 1}", "{\"a\": 2}");
    std::fs::write(place.path("call.json"), body).expect("a file");
    std::fs::write(place.path("other.json"), other).expect("a file");
    std::fs::write(place.path("reason.txt"), "the disk was lost\r\n").expect("a file");
    let service = place.serve().await;
    let client = place.client(&service);
    let post = client.call(Method::POST, "/v1/assessments").header("content-type", "application/json").body(body);
    send(post).await.assert_problem(422, "invalid-request");
    service.stop();
    let (call, leaf) = entered(&data, Action::Assessed).await.pop().expect("an entry");
    let held = hex::encode(leaf.event.detail_sha256.expect("a detail"));
    let asked = |action: &str, files: &[&str], entry: Option<usize>, more: &[&str]| {
        let entry = entry.map(|entry| entry.to_string());
        let entry: Vec<_> = entry.iter().flat_map(|entry| ["--entry", entry.as_str()]).collect();
        place.run(&[&["audit", "detail", "--action", action], files, &entry[..], more].concat())
    };
    let json = |output: &std::process::Output| serde_json::from_slice::<Value>(&output.stdout).expect("JSON");

    let said = asked("assessed", &["call.json"], Some(call), &["--json"]);
    assert_code(&said, 0);
    let facts = json(&said);
    assert_eq!((&facts["held"], &facts["details"][0]["detail_sha256"]), (&json!(true), &json!(held)));
    let said = asked("assessed", &["other.json"], Some(call), &["--lang", "en"]);
    assert_code(&said, 1);
    assert!(out(&said).contains(&format!("✕ entry {call} (assessed, 1 of them) holds another")), "{}", out(&said));
    assert_code(&asked("assessed", &["call.json", "other.json"], Some(call), &[]), 1);
    assert_code(&asked("matched", &["call.json"], Some(call), &[]), 1);
    assert_code(&asked("batch_accepted", &["call.json", "other.json"], None, &[]), 2);

    // a key of another epoch is in force: what was entered before is found all the same
    assert_code(&place.run(&["keys", "epoch", "audit-detail"]), 0);
    let said = asked("assessed", &["call.json"], Some(call), &["--json"]);
    assert_code(&said, 0);
    let details = json(&said)["details"].clone();
    assert_eq!((details.as_array().map(Vec::len), &details[1]["detail_sha256"]), (Some(2), &json!(held)));
    assert_ne!(details[0]["detail_sha256"], json!(held));

    let households = mocks.request_for(1, &Default::default()).expect("a household").to_string() + "\n";
    std::fs::write(place.path("households.ndjson"), households).expect("a file");
    let ran = tokio::task::block_in_place(|| place.run(&["batch", "run", "households.ndjson", "--wait", "300"]));
    assert_code(&ran, 0);
    let (batch, _) = entered(&data, Action::BatchAccepted).await.pop().expect("an entry");
    assert_code(&asked("batch_accepted", &["households.ndjson"], Some(batch), &[]), 0);
    assert_code(&asked("batch_accepted", &["call.json"], Some(batch), &[]), 1);

    std::fs::copy(data.join("checkpoint"), place.path("checkpoint-of-before")).expect("a checkpoint");
    let resume = ["audit", "resume-after-restore", "--reason", "the disk was lost", "--operator", "zhang.wei"];
    assert_code(&place.run(&resume), 0);
    let (resumed, leaf) = entered(&data, Action::LogResumed).await.pop().expect("an entry");
    let actor = &leaf.event.actor;
    assert_eq!(
        (actor.subject.as_str(), actor.organisation.as_str(), actor.role.as_str()),
        ("zhang.wei", "local", "system_admin"),
        "who said that the log goes on stands in it"
    );
    let before = ["--checkpoint", "checkpoint-of-before"];
    assert_code(&asked("log_resumed", &["reason.txt"], Some(resumed), &before), 0);
    assert_code(&asked("log_resumed", &["reason.txt"], Some(resumed), &[]), 1);
    assert_code(&place.run_with(&resume[..4], &[("USER", "li.na")]), 0);
    let (_, leaf) = entered(&data, Action::LogResumed).await.pop().expect("an entry");
    assert_eq!(leaf.event.actor.subject.as_str(), "li.na", "the system's user, unless another is named");
    let personal = place.run(&[&resume[..4], &["--operator", "13800138000"]].concat());
    assert_code(&personal, 2);
    assert!(err(&personal).contains("--operator"), "{}", err(&personal));
    place.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_the_ring_stands_in_the_log_with_whoever_made_it_before_it_is_written() {
    let (_mocks, place) = place().await;
    let data = place.path("data");
    place.write_secret("passphrase", "correct horse battery\n");
    let export = |folder: &str, by: &str| {
        let common = ["keys", "export", "--out", folder, "--shares", "1", "--threshold", "1"];
        place.run(&[&common[..], &["--passphrase-file", "passphrase", "--operator", by, "--json"]].concat())
    };
    let json = |output: &std::process::Output| serde_json::from_slice::<Value>(&output.stdout).expect("JSON");

    let uncounted = place.run(&["keys", "list", "--json"]);
    let kek = json(&uncounted)["keys"].as_array().unwrap().iter().find(|key| key["kind"] == "kek").cloned().unwrap();
    assert!(
        kek["data_keys"].is_null() && err(&uncounted).contains("not counted"),
        "what is not counted is not none: {kek}"
    );
    let early = export("early", "wang.fang");
    assert_code(&early, 0);
    assert_eq!(json(&early)["entered"], "at_the_next_start");
    let service = place.serve().await;
    let running = tokio::task::block_in_place(|| export("running", "zhang.wei"));
    assert_code(&running, 0);
    assert_eq!(json(&running)["entered"], "by_the_service");
    service.stop();
    let stopped = export("stopped", "li.na");
    assert_code(&stopped, 0);
    assert_eq!(json(&stopped)["entered"], "here");
    assert_code(&export("stopped", "li.na"), 1);
    let exported = entered(&data, Action::KeysExported).await;
    let by: Vec<_> = exported.iter().map(|(_, leaf)| leaf.event.actor.subject.to_string()).collect();
    assert_eq!(by, ["wang.fang", "zhang.wei", "li.na"], "a copy that could not be written is no entry");
    let role = exported.iter().all(|(_, leaf)| leaf.event.actor.role.as_str() == "security_admin");
    assert!(role && exported.iter().all(|(_, leaf)| leaf.event.detail_sha256.is_some()));
    // A log that cannot be read is no missing one.
    let database = data.join("hedui.sqlite");
    std::fs::rename(&database, data.join("kept")).expect("the database");
    std::fs::write(&database, "no database").expect("written");
    let blind = export("blind", "li.na");
    assert_code(&blind, 1);
    assert!(err(&blind).contains("nothing was exported"), "{}", err(&blind));
    assert!(!place.path("blind").join("ring.sealed").exists());
    std::fs::rename(data.join("kept"), &database).expect("the database");
    let listed = out(&place.run(&["keys", "list"]));
    assert!(listed.contains(" by zhang.wei ("), "{listed}");

    // the folder is lost, and put back where the log is
    std::fs::rename(place.path("keys"), place.path("lost")).expect("the key folder");
    let restore = ["keys", "restore", "--from", "stopped/ring.sealed", "--share", "stopped/share-1-of-1.toml"];
    let by = ["--passphrase-file", "passphrase", "--operator", "zhao.min", "--json"];
    let restored = place.run(&[&restore[..], &by].concat());
    assert_code(&restored, 0);
    assert_eq!(json(&restored)["entered"], "here", "{}", err(&restored));
    let entry = entered(&data, Action::KeysRestored).await.pop().expect("an entry").1;
    assert_eq!(entry.event.actor.subject.as_str(), "zhao.min");
    assert_eq!(entered(&data, Action::KeysExported).await.len(), 3, "those of before are no news");
    let service = place.serve().await;
    until("it goes on under the restored ring", async || place.client(&service).get("/v1/sources").await.status == 200)
        .await;
    service.stop();
    place.verify_audit();
}
