//! Many cases hold tickets of one submission: one look serves them all.

use std::time::Duration;

use futures_util::future::join_all;
use hedui_connectors::records::{AnswerKind, Ticket};
use hedui_connectors::source::{Lane, Query};
use serde_json::json;
use sha2::{Digest, Sha256};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::room::{people, source};

fn result_file(people: usize) -> Vec<u8> {
    let rows: String = (1..=people).map(|seq| format!("{}\n", json!({"seq": seq, "none": true}))).collect();
    let hash = hex::encode(Sha256::digest(&rows));
    format!("{rows}{}\n", json!({"trailer": true, "rows": people, "sha256": hash})).into_bytes()
}

async fn bank(state: &str, people: usize) -> MockServer {
    let server = MockServer::start().await;
    let state = ResponseTemplate::new(200).set_body_json(json!({"code": "0", "state": state}));
    let state = state.set_delay(Duration::from_millis(20));
    Mock::given(path("/finance/batch/status")).respond_with(state).mount(&server).await;
    let file = ResponseTemplate::new(200).set_body_bytes(result_file(people));
    Mock::given(path("/finance/batch/result")).respond_with(file).mount(&server).await;
    server
}

/// A ticket for each of so many people of one submission.
fn held(count: usize) -> Vec<Vec<(Ticket, Query)>> {
    let one = |(index, query): (usize, Query)| {
        vec![(Ticket(format!("{}:T1", index + 1)), Query { lane: Lane::Bulk, ..query })]
    };
    people(count).into_iter().enumerate().map(one).collect()
}

#[tokio::test]
async fn a_result_of_a_hundred_people_is_fetched_once() {
    let server = bank("DONE", 100).await;
    let source = source(&server.uri(), "finance", |s| s.timeout = Duration::from_secs(4));
    let held = held(100);
    let replies = join_all(held.iter().map(|one| source.poll(one))).await;
    assert!(replies.iter().flatten().all(|reply| reply.answer.kind() == AnswerKind::NoRecord));
    let attempts: u32 = replies.iter().flatten().map(|reply| reply.attempts).sum();
    assert_eq!(attempts, 2, "whoever shares a look sent nothing");
    // and shortly afterwards
    assert_eq!(source.poll(&held[7]).await[0].answer.kind(), AnswerKind::NoRecord);
    assert_eq!(server.received_requests().await.unwrap().len(), 2, "its state, and the file");
}

#[tokio::test]
async fn not_yet_holds_for_a_moment_only() {
    let server = bank("PROCESSING", 3).await;
    let held = held(3);
    for (interval, looks) in [(Duration::from_secs(60), 1), (Duration::ZERO, 2)] {
        server.reset().await;
        let state = ResponseTemplate::new(200).set_body_json(json!({"code": "0", "state": "PROCESSING"}));
        Mock::given(path("/finance/batch/status")).respond_with(state).mount(&server).await;
        let source = source(&server.uri(), "finance", |s| {
            s.poll_interval = interval;
            s.timeout = Duration::from_secs(20);
        });
        for one in &held[..2] {
            assert_eq!(source.poll(one).await[0].answer.kind(), AnswerKind::Pending);
        }
        assert_eq!(server.received_requests().await.unwrap().len(), looks);
    }
}

#[tokio::test]
async fn a_look_goes_on_for_whoever_still_waits() {
    let server = bank("DONE", 2).await;
    let source = source(&server.uri(), "finance", |s| s.timeout = Duration::from_secs(4));
    let held = held(2);
    let (left, stays) = (source.poll(&held[0]), source.poll(&held[1]));
    let gone = tokio::time::timeout(Duration::from_millis(5), left);
    let (gone, replies) = tokio::join!(gone, stays);
    assert!(gone.is_err());
    assert_eq!(replies[0].answer.kind(), AnswerKind::NoRecord);
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

/// A file of so many rows, about the first people of a submission.
async fn told_about(count: usize, submitted: usize) -> Vec<AnswerKind> {
    let server = bank("DONE", count).await;
    let source = source(&server.uri(), "finance", |s| s.timeout = Duration::from_secs(4));
    let held: Vec<(Ticket, Query)> = people(submitted)
        .into_iter()
        .enumerate()
        .map(|(index, query)| (Ticket(format!("{}/{submitted}:T1", index + 1)), query))
        .collect();
    source.poll(&held).await.iter().map(|reply| reply.answer.kind()).collect()
}

#[tokio::test]
async fn a_result_answers_the_people_submitted_and_nobody_else() {
    use AnswerKind::{NoRecord, Pending, Unavailable};
    assert_eq!(told_about(3, 3).await, [NoRecord, NoRecord, NoRecord]);
    // proved whole, and says nothing about the third
    assert_eq!(told_about(2, 3).await, [NoRecord, NoRecord, Unavailable]);
    // about somebody whom nobody asked about: not the file of this submission
    assert_eq!(told_about(4, 3).await, [Pending, Pending, Pending]);
}
