//! Clients that are slow, large, many or eager: each is let go, and nobody else waits for them.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use hedui::audit::{Action, Outcome};
use hedui::config::ServerLimits;
use hedui_mock_sources::Config;
use hedui_mock_sources::faults::{Delay, Fault};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Face;
use crate::client::send;
use crate::support::{PATIENCE, Setup, Stage, until};

/// Limits short enough to be met within a test.
fn short() -> ServerLimits {
    let brief = Duration::from_millis(100);
    ServerLimits { header_timeout: brief, body_timeout: brief, ..ServerLimits::default() }
}

async fn face(limits: ServerLimits) -> Face {
    let stage = Stage::start(Setup::default()).await;
    let served = stage.serve_within(limits).await;
    Face { stage, served }
}

/// Everything the service says to these bytes until it closes the connection.
async fn converse(face: &Face, bytes: &str) -> String {
    let mut stream = TcpStream::connect(face.served.address).await.expect("a connection");
    stream.write_all(bytes.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the service ends it");
    drop(closed); // a reset is an end too
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn half_a_header_and_no_header_at_all_are_let_go() {
    let face = face(short()).await;
    for bytes in ["", "GET /healthz HTTP/1.1\r\nhost: x\r\nx-drip: "] {
        let answer = converse(&face, bytes).await;
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert_eq!(face.stranger().get("/healthz").await.status, 200, "the others are served");
}

#[tokio::test]
async fn half_a_body_is_a_408_and_an_entry_in_the_log() {
    let face = face(short()).await;
    let token = face.served.token("caseworker", "");
    let head = format!(
        "POST /v1/verifications HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: 1000\r\n\r\n{{\"purpose\":"
    );
    let answer = converse(&face, &head).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("\"pointer\":\"\""), "{answer}");
    let entries = face.stage.entries().await;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].event.action, entries[0].event.outcome), (Action::Refused, Outcome::Denied));
}

#[tokio::test]
async fn headers_are_bounded_in_number_and_bytes() {
    let face = face(ServerLimits::default()).await;
    let many: String = (0..100).map(|n| format!("x-{n}: 1\r\n")).collect();
    let long = format!("x-long: {}\r\n", "x".repeat(100_000));
    for lines in [many, long] {
        let answer = converse(&face, &format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{lines}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 431") || answer.is_empty(), "{answer}");
    }
}

#[tokio::test]
async fn connections_are_bounded_and_one_that_idles_makes_room() {
    let face = face(ServerLimits { connections: 1, ..short() }).await;
    let idle = converse(&face, "GET /heal");
    let mut idle = std::pin::pin!(idle);
    // Let the idler be accepted first: the next connection waits in the system's queue until it is let go.
    let begun = futures_util::poll!(idle.as_mut());
    assert!(begun.is_pending());
    let (_, answer) = tokio::join!(idle, async { face.stranger().get("/healthz").await });
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn who_calls_too_often_is_told_when_to_call_again_and_others_are_not_held_up() {
    let hour = Duration::from_secs(3600);
    let burst = NonZeroU32::new(3).expect("three");
    let face = face(ServerLimits { call_every: hour, call_burst: burst, ..ServerLimits::default() }).await;
    let client = face.caseworker();
    for _ in 0..3 {
        assert_eq!(client.get("/v1/sources").await.status, 200);
    }
    let refused = client.get("/v1/sources").await;
    refused.assert_problem(429, "too-many-calls");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=3601).contains(&wait), "{wait}");
    assert_eq!(face.client("supervisor", "").get("/v1/sources").await.status, 200, "another caller");
    assert_eq!(face.stranger().get("/healthz").await.status, 200, "probes are nobody's calls");
}

#[tokio::test]
async fn what_is_refused_before_it_is_read_stands_in_the_log() {
    let face = Face::up().await;
    let client = face.caseworker();
    let large = format!("{{\"reference\": \"{}\"}}", "x".repeat(256 * 1024));
    let problem = client.submit(large).await.assert_problem(413, "too-large");
    let fault = &problem["errors"][0];
    assert_eq!((&fault["pointer"], &fault["code"]), (&json!(""), &json!("too_large")));
    assert!(["remedy", "remedy_zh", "detail", "detail_zh"].iter().all(|name| fault[name].is_string()), "{fault}");
    let text = client.call(Method::POST, "/v1/verifications").header("content-type", "text/plain").body("{}");
    send(text).await.assert_problem(415, "unsupported-media");
    let key = client.submission("{}").header("idempotency-key", "");
    let problem = send(key).await.assert_problem(422, "invalid-request");
    assert_eq!(problem["errors"][0]["code"], "idempotency_key");
    face.client("auditor", "").submit("{}").await.assert_problem(403, "forbidden");
    face.client("auditor", "").get("/v1/verifications").await.assert_problem(403, "forbidden");
    let entries = face.stage.entries().await;
    assert_eq!(entries.len(), 5);
    // what could not be read, then what no role allows
    let expected = [[Action::Refused; 3].as_slice(), &[Action::AccessDenied; 2]].concat();
    for (entry, action) in entries.iter().zip(expected) {
        assert_eq!((entry.event.action, entry.event.outcome), (action, Outcome::Denied));
    }
}

#[tokio::test]
async fn events_end_with_the_token() {
    let slow = Fault::Delay(Delay::FixedMs(60_000));
    let mocks = Config { households: 5, faults: crate::faults::plan("tax", slow), ..Config::default() };
    let face = Face::over(Setup { mocks, ..Setup::default() }).await;
    let reply = face.caseworker().submit(face.household(0).to_string()).await;
    let path = reply.header("location").to_owned();
    // Expired but for the leeway that clocks are given: good for two seconds at most.
    let client = face.served.clients.iter().find(|client| client.id == "caseworker").expect("a client");
    let brief = face.served.issuer.token(client, "hedui", "", -58).expect("a token");
    let watched = crate::client::Client::new(&face.served.url(""), Some(brief)).get(&format!("{path}/events")).await;
    assert_eq!(watched.status, 200, "{}", watched.text());
    let status = face.caseworker().get(&path).await.json();
    assert_eq!(status["status"], "running", "the stream ended although the case goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_caller_cannot_hold_every_connection_and_its_streams_are_counted_apart() {
    let mocks = Config { ticket_delay: Duration::from_secs(3600), ..Config::default() };
    let stage = Stage::start(Setup { mocks, ..Setup::default() }).await;
    let limits = ServerLimits { calls_at_once: 2, streams_at_once: 1, ..ServerLimits::default() };
    let face = Face { served: stage.serve_within(limits).await, stage };
    let client = face.caseworker();
    // Departments that take an hour: the stream of its events stays open.
    let case = client.verify(&face.household(0)).await;
    let watch = || client.call(Method::GET, &format!("/v1/verifications/{case}/events")).send();
    let stream = watch().await.expect("an answer");
    assert_eq!(stream.status(), 200);
    let second = client.get(&format!("/v1/verifications/{case}/events")).await;
    let problem = second.assert_problem(429, "too-many-calls");
    assert_eq!(second.header("retry-after"), "5");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("close one")), "{problem}");
    assert_eq!(client.get("/v1/sources").await.status, 200, "calls are counted apart");

    let token = face.served.token("caseworker", "");
    let half = format!(
        "POST /v1/verifications HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: 1000\r\n\r\n{{"
    );
    let mut open = Vec::new();
    // A look is a call too, and may have the place that one of the two was to have: then both are opened anew.
    let both = async || {
        open.clear();
        for _ in 0..2 {
            let mut call = TcpStream::connect(face.served.address).await.expect("a connection");
            call.write_all(half.as_bytes()).await.expect("sent");
            open.push(call);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.get("/v1/sources").await.status == 429
    };
    until("two calls are open", both).await;
    let refused = client.get("/v1/sources").await;
    refused.assert_problem(429, "too-many-calls");
    assert_eq!(refused.header("retry-after"), "5");
    assert_eq!(face.client("supervisor", "").get("/v1/sources").await.status, 200, "another caller");
    drop((open, stream));
    until("calls that ended give their places back", async || client.get("/v1/sources").await.status == 200).await;
    until("so do streams", async || watch().await.expect("an answer").status() == 200).await;
}

#[tokio::test]
async fn an_upload_that_trickles_is_let_go() {
    let floor = NonZeroU64::new(1 << 30).expect("not zero");
    let limits = ServerLimits { body_timeout: Duration::from_millis(500), upload_floor: floor, ..short() };
    let face = face(limits).await;
    let token = face.served.token("supervisor", "");
    let mut upload = TcpStream::connect(face.served.address).await.expect("a connection");
    let head = format!(
        "POST /v1/batches?region=620422 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/x-ndjson\r\ncontent-length: 1000000\r\n\r\n"
    );
    upload.write_all(head.as_bytes()).await.expect("sent");
    // A byte now and then, well before each pause would be too long: it is the whole that is too slow.
    let (mut from, mut to) = upload.into_split();
    let trickle = async {
        while to.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut answer = [0; 12];
    tokio::select! {
        () = trickle => unreachable!("it only ends with the answer"),
        read = tokio::time::timeout(PATIENCE, from.read_exact(&mut answer)) => { read.expect("it is let go").expect("with an answer"); }
    }
    assert_eq!(std::str::from_utf8(&answer), Ok("HTTP/1.1 408"));
}
