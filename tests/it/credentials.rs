//! Secrets that systemd hands the service (`LoadCredential=`): the built program with `$CREDENTIALS_DIRECTORY`, as systemd starts it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use hedui_mock_sources::{Key, MockSources};
use serde_json::Value;

use super::binary::{DEFAULTS, Installation};
use super::support::secret_variable;

const DEPARTMENT: &str = "vehicles";

/// A folder of credentials, with the modes that systemd gives: the folder opens for the service alone, its files are of a group as well.
fn credentials(place: &Installation, folder: &str, department: &str) -> PathBuf {
    let folder = place.path(folder);
    std::fs::create_dir(&folder).expect("a folder");
    for (name, secret) in [("vehicles-key", department), ("callback-key", "0123456789abcdef0123456789abcdef")] {
        std::fs::write(folder.join(name), format!("{secret}\n")).expect("a file");
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o440)).expect("a mode");
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o500)).expect("a mode");
    folder
}

/// A department's credential and a client's callback secret, both systemd's to hand over.
fn installation(mocks: &MockSources) -> Installation {
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let file = place.path("sources.toml");
    let sources = std::fs::read_to_string(&file).expect("the settings");
    let variable = format!("secret = {{ env = \"{}\" }}", secret_variable(DEPARTMENT));
    assert!(sources.contains(&variable));
    let handed = "secret = { credential = \"vehicles-key\" }";
    std::fs::write(&file, sources.replace(&variable, handed)).expect("the settings");
    let callback = "callback = { url = \"http://127.0.0.1:9/told\", secret = { credential = \"callback-key\" } }\n";
    place.append("clients.toml", callback);
    place
}

/// What the department answered about each member of a household.
async fn answers(place: &Installation, folder: &std::path::Path, household: &Value) -> Vec<String> {
    let handed = [("CREDENTIALS_DIRECTORY", folder.to_str().expect("a path"))];
    let service = place.serve_under("data", &[], &handed).await;
    let client = place.client(&service);
    let case = client.verified(household).await;
    let status = client.get(&format!("/v1/verifications/{case}")).await.json();
    service.kill();
    let cells = status["cells"].as_array().expect("cells").iter().filter(|cell| cell["source"] == DEPARTMENT);
    cells.map(|cell| cell["answer"].as_str().expect("a word").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_reads_the_credentials_that_systemd_hands_it() {
    let mocks = MockSources::start(Default::default()).await.expect("the departments start");
    let place = installation(&mocks);
    let household = mocks.request_for(0, &Default::default()).expect("a household");
    let right = Key::parse(DEPARTMENT).expect("a department").credential();
    let folder = credentials(&place, "handed", &right);
    let answered = answers(&place, &folder, &household).await;
    let known = |answer: &String| ["found", "no_record"].contains(&answer.as_str());
    assert!(!answered.is_empty() && answered.iter().all(known), "{answered:?}");

    let folder = credentials(&place, "wrong", "another-word");
    let refused = answers(&place, &folder, &household).await;
    assert!(refused.iter().all(|answer| answer == "unavailable"), "it is the credential that opens: {refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_systemd_a_credential_is_missed_by_its_name() {
    let mocks = MockSources::start(Default::default()).await.expect("the departments start");
    let place = installation(&mocks);
    let folder = credentials(&place, "handed", "word");
    // neither without the folder, nor with one that has not this credential
    std::fs::create_dir(place.path("empty")).expect("a folder");
    for handed in [None, Some(place.path("empty"))] {
        let handed = handed.as_ref().map(|folder| ("CREDENTIALS_DIRECTORY", folder.to_str().expect("a path")));
        let started = place.run_with(&["serve"], handed.as_slice());
        let said = String::from_utf8_lossy(&started.stderr).into_owned() + &String::from_utf8_lossy(&started.stdout);
        assert!(!started.status.success() && said.contains("callback-key"), "{said}");
    }
    // a file that others may read is a credential in that folder alone
    let plain = format!("secret = {{ file = \"{}\" }}", folder.join("callback-key").display());
    let clients = std::fs::read_to_string(place.path("clients.toml")).expect("the callers");
    let clients = clients.replace("secret = { credential = \"callback-key\" }", &plain);
    std::fs::write(place.path("clients.toml"), clients).expect("the callers");
    let started = place.run(&["serve"]);
    let said = String::from_utf8_lossy(&started.stderr).into_owned() + &String::from_utf8_lossy(&started.stdout);
    assert!(!started.status.success() && said.contains("chmod 0600"), "{said}");
}
