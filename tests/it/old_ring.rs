//! Two machines over one database, each with a key folder of its own, one of which is out of date: what it seals under a destroyed key is not kept.

use std::path::Path;

use hedui_mock_sources::{Config, MockSources};

use super::binary::{DEFAULTS, Installation};
use super::cli::assert_code;
use super::postgres_server;
use super::support::{household, until};

/// The key folder as it is copied from one machine to another.
fn copy_keys(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in ["ring.toml", "wraps.toml"].iter().map(|name| from.join(name)).filter(|file| file.exists()) {
        std::fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("a copy");
    }
    std::fs::set_permissions(to, std::fs::metadata(from).expect("the folder").permissions()).expect("a mode");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_with_an_old_key_folder_keeps_nothing_under_a_destroyed_key() {
    let Some(database) = postgres_server::database().await else { return };
    let config = Config { households: 20, ticket_delay: std::time::Duration::from_millis(50), ..Config::default() };
    let mocks = MockSources::start(config).await.expect("the departments start");
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    place.share(&database);
    let keys = place.path("keys");
    copy_keys(&keys, &place.path("keys-2"));
    let one = place.serve().await;
    let other = place.serve_under("data-2", &[], &[("HEDUI__KEYS__DIRECTORY", "keys-2")]).await;
    let clients = [place.client(&one), place.client(&other)];
    let before = clients[0].verified(&household(&mocks, 0)).await;

    // Rotated and destroyed on the first machine alone, against what the README says.
    assert_code(&place.run(&["keys", "rotate"]), 0);
    let first = place.keks()[0].0.clone();
    until("its data keys are wrapped anew", async || place.keks()[0].2 == 0).await;
    assert_code(&place.run(&["keys", "destroy", &first, "--lose-data-keys"]), 0);
    assert_eq!(place.keks()[0].1, "destroyed");

    let body = household(&mocks, 1).to_string();
    let refused = clients[1].submit(body.clone()).await;
    assert!(refused.status.is_server_error(), "{} {}", refused.status, refused.text());
    let ready = clients[1].get("/readyz").await;
    assert!(
        ready.status == 503 && ready.text().contains("a key encryption key that was destroyed"),
        "{}",
        ready.text()
    );
    assert_eq!(clients[0].get("/readyz").await.status, 200);
    until("its operator is told", async || {
        let log = std::fs::read_to_string(place.path("log-data-2.txt")).expect("a log");
        log.contains("bring the present key folder")
    })
    .await;
    clients[0].verified(&household(&mocks, 2)).await;
    assert_eq!(place.keks()[0].2, 0, "nothing is under the destroyed key");

    copy_keys(&keys, &place.path("keys-2"));
    until("the present folder is taken", async || clients[1].get("/readyz").await.status == 200).await;
    clients[1].verified(&household(&mocks, 1)).await;
    let opened = clients[1].get_as(&format!("/v1/verifications/{before}/report"), "application/json").await;
    assert_eq!(opened.status, 200);
    let counts: Vec<_> = place.keks().into_iter().map(|(_, state, count)| (state, count > 0)).collect();
    assert_eq!(counts, [("destroyed".to_owned(), false), ("active".to_owned(), true)]);
    drop((one, other));
    place.verify_audit();
}
