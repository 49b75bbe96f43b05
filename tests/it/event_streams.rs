//! Event streams that are open when `clients.toml` changes: whoever may read no more is told nothing more, everybody else goes on.

use std::time::Duration;

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use hedui_mock_sources::{Config, MockSources};
use reqwest::Method;

use super::binary::{DEFAULTS, Installation};
use super::client::{Client, send};
use super::support::{PATIENCE, until};

/// A stream that has told its first event.
async fn watching(client: &Client, case: &str) -> impl Stream<Item = Vec<u8>> + Unpin {
    let answer = client.call(Method::GET, &format!("/v1/verifications/{case}/events")).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let mut pieces =
        Box::pin(answer.bytes_stream().map(|piece| piece.map_or_else(|_| Vec::new(), |piece| piece.to_vec())));
    assert!(pieces.next().await.is_some_and(|piece| !piece.is_empty()), "what stands already is told");
    pieces
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_loses_a_right_is_told_nothing_more() {
    // Departments that take an hour: the case waits, and its streams are open.
    let config = Config { households: 20, ticket_delay: Duration::from_secs(3600), ..Config::default() };
    let mocks = MockSources::start(config).await.expect("the departments start");
    let place = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let service = place.serve().await;
    let (township, office) = (place.client(&service), place.supervisor(&service));
    let case = township.verify(&mocks.request_for(0, &Default::default()).expect("a household")).await;
    let stays = watching(&office, &case).await;
    let mut stays = stays;

    let before = std::fs::read_to_string(place.path("clients.toml")).expect("the callers");
    let (of_township, of_office) = before.split_at(before.rfind("[[client]]").expect("two callers"));
    let otherwise = |from: &str, to: &str| {
        assert!(of_township.contains(from), "{of_township}");
        of_township.replace(from, to)
    };
    let rename = |text: &str| {
        std::fs::write(place.path("clients.new"), text).expect("a file");
        std::fs::rename(place.path("clients.new"), place.path("clients.toml")).expect("renamed");
    };
    for (what, changed, then) in [
        ("another role", otherwise("\"caseworker\"", "\"system_admin\""), 403),
        ("another region", otherwise("\"620422\"", "\"620423\""), 404),
        ("another organisation", otherwise("huishi-township", "elsewhere"), 401),
        ("less to be shown", otherwise("disclosure = \"full\"", "disclosure = \"conclusion\""), 200),
        ("nobody any more", String::new(), 401),
    ] {
        let mut told = watching(&township, &case).await;
        assert!(told.next().now_or_never().flatten().is_none_or(|piece| !piece.is_empty()), "{what}: it is open");
        rename(&format!("{changed}{of_office}"));
        let ended = async { while told.next().await.is_some() {} };
        tokio::time::timeout(PATIENCE, ended).await.unwrap_or_else(|_| panic!("{what}: the stream goes on"));
        let path = format!("/v1/verifications/{case}/events");
        let call = || township.call(Method::GET, &path).send();
        assert_eq!(call().await.expect("an answer").status(), then, "{what}: it cannot be opened again");
        rename(&before);
        until("the former register is in force", async || call().await.expect("an answer").status() == 200).await;
    }

    let cancelled = send(office.call(Method::POST, &format!("/v1/verifications/{case}/cancel"))).await;
    assert!(cancelled.status.is_success(), "{}", cancelled.text());
    let mut last = Vec::new();
    let told = async {
        while let Some(piece) = stays.next().await {
            last.extend(piece);
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("it ends with its case");
    let last = String::from_utf8(last).expect("text");
    assert!(last.contains("cancelled"), "whose registration stayed was told all the while: {last}");
}
