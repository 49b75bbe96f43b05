//! A witness and a service as two programs: what grew is cosigned; a log put back and gone on otherwise, signed with the real key, is not.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hedui_mock_sources::{Config, MockSources};
use serde_json::Value;

use super::binary::{DEFAULTS, Installation};
use super::client::Client;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running witness. Dropping it kills it.
struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
    command.args(arguments).env_remove("RUST_LOG").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

fn witness(folder: &Path, log_key: &str, listen: &str) -> Running {
    let (directory, lines) = (folder.join("witness"), folder.join("witness.log"));
    let known = std::fs::read_to_string(&lines).unwrap_or_default().len();
    let log = File::options().create(true).append(true).open(&lines).expect("a file");
    let directory = directory.to_str().expect("a path");
    let mut command =
        program(&["audit", "witness", "serve", "--dir", directory, "--log-key", log_key, "--listen", listen]);
    let child = command.stdout(Stdio::null()).stderr(log).spawn().expect("the program starts");
    let mut running = Running { child, address: String::new() };
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let said = std::fs::read_to_string(&lines).unwrap_or_default();
        let address = said[known..]
            .lines()
            .find_map(|line| line.split_once("listening address=").map(|(_, at)| at.trim().to_owned()));
        if let Some(address) = address {
            running.address = address;
            return running;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the witness does not listen: {}", std::fs::read_to_string(&lines).unwrap_or_default());
}

/// What `readyz` says of the witness, once it fits.
async fn standing(client: &Client, fits: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    let mut last = Value::Null;
    while begun.elapsed() < PATIENCE {
        let ready = client.get("/readyz").await;
        assert_eq!(ready.status, 200, "a witness never stops the service: {}", ready.text());
        last = ready.json()["witnesses"][0].clone();
        if fits(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never comes: {last}");
}

fn copy(from: &Path, to: &Path) {
    drop(std::fs::remove_dir_all(to));
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(to).expect("a folder");
    for file in from.read_dir().expect("a folder") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_forked_between_two_cosignatures_is_refused_and_told() {
    let mocks = MockSources::start(Config { households: 8, ..Config::default() }).await.expect("departments");
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let folder = installation.path("");
    let listed = installation.run(&["keys", "list"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let log_key = listed.lines().find_map(|line| line.split_once("--log-key`): ")).expect("a log key").1.to_owned();
    let directory = installation.path("witness");
    let made = program(&[
        "audit",
        "witness",
        "init",
        "--dir",
        directory.to_str().expect("a path"),
        "--name",
        "county.example/w1",
    ]);
    let made = { made }.output().expect("the program runs");
    let key = String::from_utf8_lossy(&made.stdout).trim().to_owned();
    assert!(key.starts_with("county.example/w1+"), "{key}");

    let running = witness(&folder, &log_key, "127.0.0.1:0");
    let address = running.address.clone();
    let text = std::fs::read_to_string(installation.path("hedui.toml")).expect("settings");
    let audit =
        format!("[audit]\nwitness_every_secs = 1\nwitnesses = [{{ url = \"http://{address}\", key = \"{key}\" }}]\n");
    std::fs::write(installation.path("hedui.toml"), text + &audit).expect("settings");

    let verified = async |household: u32, least: u64| {
        let service = installation.serve().await;
        let client = installation.client(&service);
        let body = mocks.request_for(household, &Default::default()).expect("a household").to_string();
        let id = client.submit(body).await.json()["id"].as_str().expect("an id").to_owned();
        client.wait_for_final(&id).await;
        let now = standing(&client, |witness| witness["size"].as_u64().is_some_and(|size| size > least)).await;
        assert!(now["trouble"].is_null() && now["age_secs"].as_u64().is_some(), "{now}");
        let size = now["size"].as_u64().expect("a size");
        service.kill();
        size
    };
    let first = verified(0, 0).await;
    let (data, kept) = (installation.path("data"), installation.path("kept"));
    copy(&data, &kept);
    let second = verified(1, first).await;
    let checked = installation.run(&["audit", "verify", "--witness-key", &key, "--json"]);
    let checked: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!((&checked["sound"], &checked["cosignatures"]), (&true.into(), &1.into()), "{checked}");
    let other = "county.example/w2+deadbeef+BA";
    assert_eq!(installation.run(&["audit", "verify", "--witness-key", other]).status.code(), Some(2));

    // Whoever holds the machine puts the older state back, checkpoint file and all, and goes on from there.
    copy(&kept, &data);
    let service = installation.serve().await;
    let client = installation.client(&service);
    let back = standing(&client, |witness| !witness["trouble"].is_null()).await;
    assert!(back["trouble"].as_str().expect("text").contains("went back"), "{back}");
    for household in 2..7 {
        let body = mocks.request_for(household, &Default::default()).expect("a household").to_string();
        let id = client.submit(body).await.json()["id"].as_str().expect("an id").to_owned();
        client.wait_for_final(&id).await;
    }
    let forked =
        standing(&client, |witness| witness["trouble"].as_str().is_some_and(|text| text.contains("another history")))
            .await;
    assert_eq!(forked["size"], first, "nothing of the other history is cosigned: {forked}");
    let metrics = client.get("/metrics").await.text();
    assert!(
        metrics.contains("hedui_audit_witness_failures_total")
            && metrics.contains("hedui_audit_cosignature_age_seconds"),
        "{metrics}"
    );
    service.kill();

    // A witness that was killed remembers; one that is away stops nothing.
    drop(running);
    let service = installation.serve().await;
    let client = installation.client(&service);
    standing(&client, |witness| witness["trouble"] == "no answer").await;
    let again = witness(&folder, &log_key, &address);
    standing(&client, |witness| witness["trouble"].as_str().is_some_and(|text| text.contains("another history"))).await;
    service.kill();
    drop(again);
    let state =
        installation.path("witness/logs").read_dir().expect("a folder").next().expect("a file").expect("a file");
    let note = std::fs::read_to_string(state.path()).expect("a note");
    assert_eq!(note.lines().nth(1), Some(second.to_string().as_str()), "it keeps the last that grew");
}
