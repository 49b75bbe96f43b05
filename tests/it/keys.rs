//! Keys changed while the service runs: nothing stops, nothing is done that is not in the log, and what is destroyed is gone.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use hedui::audit::Action;
use hedui::report::Report;
use hedui_mock_sources::{Config, MockSources};
use serde_json::Value;

use super::binary::{DEFAULTS, Installation};
use super::cli::{assert_code, err, out};
use super::client::Client;
use super::support::entries;

async fn departments() -> MockSources {
    let config = Config { households: 30, ticket_delay: Duration::from_millis(50), ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

fn done(place: &Installation, arguments: &[&str]) -> Value {
    let said = place.run(arguments);
    assert_code(&said, 0);
    serde_json::from_slice(&said.stdout).expect("JSON")
}

async fn opens(client: &Client, id: &str) {
    let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
    let report: Report = serde_json::from_slice(&report.body).expect("a report");
    assert!(report.is_of_its_body());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_rotated_emptied_and_destroyed_under_load() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let service = place.serve().await;
    let client = place.client(&service);
    let before = client.verified(&mocks.request_for(0, &Default::default()).expect("a household")).await;
    let [(first, state, _)] = &place.keks()[..] else { panic!("one key") };
    assert_eq!(state, "active");

    // Households come in all the while.
    let load = async {
        let mut cases = Vec::new();
        for household in 1..12 {
            let request = mocks.request_for(household, &Default::default()).expect("a household");
            let case = client.verified(&request).await;
            cases.push(case);
        }
        cases
    };
    let rotation = async {
        let rotated = tokio::task::block_in_place(|| done(&place, &["keys", "rotate", "--json"]));
        assert_eq!(rotated["entered"], "by_the_service");
        let rolled = tokio::task::block_in_place(|| done(&place, &["keys", "roll", "--json"]));
        assert_eq!(rolled["entered"], "by_the_service");
        rotated["kek"].as_str().expect("an id").to_owned()
    };
    let (mut cases, second) = tokio::join!(load, rotation);
    cases.push(before);
    let published = client.get("/.well-known/jwks.json").await;
    assert_eq!(published.json()["keys"].as_array().map(Vec::len), Some(2), "old reports verify under the former key");

    let emptied = async {
        while place.keks()[0].2 > 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), emptied).await.expect("the former key is emptied in the background");
    let metrics = client.get("/metrics").await.text();
    assert!(metrics.contains(&format!("hedui_data_keys{{kek=\"{first}\"}} 0")), "{metrics}");
    let soon = place.run(&["keys", "destroy", first]);
    assert_code(&soon, 1);
    assert!(err(&soon).contains("ten minutes"), "{}", err(&soon));
    let active = place.run(&["keys", "destroy", &second]);
    assert_code(&active, 1);
    assert!(err(&active).contains("rotate first"), "{}", err(&active));
    let destroyed = done(&place, &["keys", "destroy", first, "--lose-data-keys", "--json"]);
    assert_eq!((&destroyed["entered"], &destroyed["data_keys_lost"]), (&"by_the_service".into(), &0.into()));
    let states: Vec<_> = place.keks().into_iter().map(|(_, state, _)| state).collect();
    assert_eq!(states, ["destroyed", "active"]);
    for case in &cases {
        opens(&client, case).await;
    }
    drop(client);
    service.kill();

    // Without a service the command enters it itself; keys that a start finds are entered by the start.
    assert_eq!(done(&place, &["keys", "epoch", "subject-tag", "--json"])["entered"], "here");
    place.verify_audit();
    let log = entries(&place.path("data")).await;
    let count = |action| log.iter().filter(|leaf| leaf.event.action == action).count();
    assert_eq!(count(Action::KeyCreated), 7 + 3);
    assert_eq!(count(Action::KeyDestroyed), 1);
    let by: Vec<_> = log.iter().filter(|leaf| leaf.event.action == Action::KeyCreated).collect();
    assert_eq!(by.last().map(|leaf| leaf.event.actor.subject.as_str()), Some("operator"));
    let again = place.serve().await;
    opens(&place.client(&again), &cases[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_of_both_ciphers_open_side_by_side() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let mut cases = Vec::new();
    for suite in ["aes-256-gcm", "sm4-gcm"] {
        place.append("hedui.toml", &format!("[keys]\nsuite = \"{suite}\"\n"));
        let service = place.serve().await;
        let client = place.client(&service);
        let request = mocks.request_for(cases.len() as u32, &Default::default()).expect("a household");
        cases.push(client.verify(&request).await);
        for case in &cases {
            client.wait_for_final(case).await;
            opens(&client, case).await;
        }
        service.kill();
        let text = std::fs::read_to_string(place.path("hedui.toml")).expect("settings");
        std::fs::write(place.path("hedui.toml"), text.replace(&format!("[keys]\nsuite = \"{suite}\"\n"), ""))
            .expect("settings");
    }
    place.append("hedui.toml", "[keys]\nsuite = \"rot13\"\n");
    let checked = place.run(&["check-config"]);
    assert!(out(&checked).contains("must be aes-256-gcm or sm4-gcm"), "{}", out(&checked));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ring_goes_to_custodians_and_comes_back() {
    let mocks = departments().await;
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let secret = |name: &str, text: &str| {
        let path = place.path(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
        path.display().to_string()
    };
    let (one, two) = (secret("one", "correct horse battery\n"), secret("two", "staple correct horse\n"));
    let folder = place.path("exported").display().to_string();
    let common = ["keys", "export", "--out", &folder, "--shares", "2", "--threshold", "2", "--passphrase-file", &one];
    let by = ["--operator", "zhang.wei"];
    assert_code(&place.run(&[&common[..], &by].concat()), 2);
    let exported = done(&place, &[&common[..], &by, &["--passphrase-file", &two, "--json"]].concat());
    assert_eq!(exported["entered"], "at_the_next_start", "there is no log yet");
    let name = exported["log"].as_str().expect("the log's name");
    assert!(name.starts_with("hedui-") && name.len() == 14, "a name of its own: {name}");
    assert_eq!(exported["keys"], 7);
    let file = |name: &str| place.path("exported").join(name).display().to_string();
    let (ring, first, second) = (file("ring.sealed"), file("share-1-of-2.toml"), file("share-2-of-2.toml"));
    let back = place.path("back").display().to_string();
    let restore = |passphrases: [&str; 2]| {
        let from = [
            "keys",
            "restore",
            "--from",
            &ring,
            "--share",
            &first,
            "--share",
            &second,
            "--keys",
            &back,
            "--operator",
            "li.na",
        ];
        let by = ["--passphrase-file", passphrases[0], "--passphrase-file", passphrases[1]];
        place.run(&[&from[..], &by].concat())
    };
    let wrong = restore([&one, &one]);
    assert_code(&wrong, 1);
    assert!(err(&wrong).contains("share-2-of-2.toml is wrong"), "{}", err(&wrong));
    assert!(!place.path("back").exists());
    let right = restore([&one, &two]);
    assert_code(&right, 0);
    assert!(err(&right).contains("the ring of the log hedui"), "{}", err(&right));
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&place.path("back")), mode(&place.path("back/ring.toml"))), (0o700, 0o600));
    let refused = restore([&one, &two]);
    assert_code(&refused, 1);
    assert!(err(&refused).contains("exists already"), "{}", err(&refused));
}
