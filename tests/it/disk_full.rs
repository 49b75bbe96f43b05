//! The real program on a small disk that fills under load: nothing new is accepted, nothing that was acknowledged is lost, and it goes on by
//! itself when there is room again.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hedui_mock_sources::{Config, MockSources};
use reqwest::Method;

use super::binary::{DEFAULTS, Installation};
use super::client::{Client, send};

/// A file system of its own of 40 MiB. Let go when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None, with a word about it, where none can be mounted: where no skip is allowed, that is a failure, unless the gate has said
    /// (`HEDUI_NO_MOUNT`) that the machine lets nobody mount.
    fn at(path: &Path) -> Option<Self> {
        std::fs::create_dir_all(path).expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=40m,mode=0700", "tmpfs"]).arg(path).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(path.to_owned()));
        }
        let why = "no small file system can be mounted here (it takes root)";
        let skipped = ["HEDUI_NO_SKIP", "HEDUI_NO_MOUNT"].map(|name| std::env::var_os(name).is_some());
        assert!(skipped != [true, false], "{why}, and no skip is allowed");
        writeln!(std::io::stderr(), "skipped: {why}").expect("standard error");
        None
    }

    /// Fills it to its last byte.
    fn fill(&self) {
        let mut ballast = OpenOptions::new().create(true).append(true).open(self.0.join("ballast")).expect("a file");
        for block in [1 << 16, 1 << 10, 1] {
            while ballast.write_all(&vec![0; block]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("the ballast");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn accept(client: &Client, mocks: &MockSources, households: std::ops::Range<u32>, accepted: &mut Vec<String>) {
    for household in households {
        let body = mocks.request_for(household, &Default::default()).expect("a household").to_string();
        let reply = client.submit(body).await;
        assert_eq!(reply.status, 202, "{}", reply.text());
        accepted.push(reply.json()["id"].as_str().expect("an id").to_owned());
    }
}

/// Waits until something holds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_what_is_new_and_loses_nothing() {
    let config = Config { households: 40, ..Config::default() };
    let mocks = MockSources::start(config).await.expect("the departments start");
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let settings = std::fs::read_to_string(installation.path("hedui.toml")).expect("settings");
    std::fs::write(
        installation.path("hedui.toml"),
        settings + "[store]\nreserve_mib = 12\n[verification]\nlease_secs = 5\n",
    )
    .expect("settings");
    let Some(disk) = SmallDisk::at(&installation.path("data")) else { return };
    let household = |number| mocks.request_for(number, &Default::default()).expect("a household").to_string();
    let reserve = installation.path("data/reserve");
    let mut accepted = Vec::new();

    let service = installation.serve().await;
    let client = installation.client(&service);
    assert_eq!(reserve.metadata().expect("a reserve").len(), 12 << 20);
    accept(&client, &mocks, 0..4, &mut accepted).await;
    let once = |body| send(client.submission(body).header("idempotency-key", "once"));
    let file = |rows: String| {
        let call = installation.supervisor(&service).call(Method::POST, "/v1/batches").body(rows);
        send(call.header("content-type", "application/x-ndjson").header("idempotency-key", "once"))
    };
    accepted.push(once(household(4)).await.json()["id"].as_str().expect("an id").to_owned());
    let batch = file(household(5)).await.json();
    // nothing is at work when the disk fills up: what then happens to cases at work is looked at below
    for id in &accepted {
        client.wait_for_final(id).await;
    }
    disk.fill();
    let body = household(9);
    let refused = client.submit(body.clone()).await;
    assert_eq!(refused.status, 507, "{}", refused.text());
    let problem = refused.json();
    assert_eq!(problem["type"], "urn:hedui:problem:store-full");
    assert!(problem["title_zh"].as_str().is_some_and(|text| text.contains("磁盘")), "{problem}");
    let ready = client.get("/readyz").await;
    assert!(ready.status == 503 && ready.text().contains("nearly full"), "{}", ready.text());
    assert!(!reserve.exists(), "its room is for what was accepted");
    let again = once(household(4)).await;
    assert!(again.status == 202 && again.json()["id"] == accepted[4].as_str(), "what was accepted: {}", again.text());
    // a case at work may have met the full disk a moment before its room was let go
    until("the room that was kept is written into", async || once(body.clone()).await.status != 503).await;
    once(body.clone()).await.assert_problem(422, "idempotency-conflict");
    let again = file(household(5)).await;
    assert!(again.status == 202 && again.json()["id"] == batch["id"], "{}", again.text());
    file(household(6)).await.assert_problem(422, "idempotency-conflict");
    for id in &accepted {
        client.wait_for_final(id).await;
    }
    installation.verify_audit();

    // Somebody else takes the last byte too.
    disk.fill();
    assert_eq!(client.submit(body.clone()).await.status, 507);
    assert_eq!(client.get("/v1/verifications?limit=1").await.status, 200, "lists are read");
    disk.free();
    until("it goes on by itself", async || client.get("/readyz").await.status == 200).await;
    assert!(reserve.exists(), "and the reserve is made again");
    accept(&client, &mocks, 10..16, &mut accepted).await;

    // Full to the last byte while cases are at work, and then killed.
    disk.fill();
    let _ = client.submit(body.clone()).await;
    let last = accepted.last().expect("some");
    until("a write finds no room, or all is done", async || {
        disk.fill();
        let log = std::fs::read_to_string(installation.path("log.txt")).expect("the log");
        let status = client.get(&format!("/v1/verifications/{last}")).await.json();
        log.contains("database or disk is full") || status["status"] == "final"
    })
    .await;
    service.kill();
    installation.verify_audit();
    disk.free();
    let service = installation.serve().await;
    let client = installation.client(&service);
    for id in &accepted {
        client.wait_for_final(id).await;
    }
    // The batch's household becomes a case when its turn comes.
    let listed =
        async || client.get("/v1/verifications?limit=200").await.json()["items"].as_array().map_or(0, Vec::len);
    until("the batch's household is a case too", async || listed().await > accepted.len()).await;
    let batch = batch["id"].as_str().expect("an id");
    let done = async || installation.supervisor(&service).get(&format!("/v1/batches/{batch}")).await.json();
    until("the batch comes to its end", async || done().await["status"] == "finished").await;
    assert_eq!(listed().await, accepted.len() + 1, "the batch's, each that was acknowledged, and no other");
    service.kill();
    installation.verify_audit();
}
