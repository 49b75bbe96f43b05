//! Several people in one call: each gets their own answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use hedui_connectors::records::{AnswerKind, Failure};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::room::{failure, people, source};

/// Answers `none` about everybody; on the first call `busy` about the second.
async fn depository() -> MockServer {
    let calls = AtomicUsize::new(0);
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let first = calls.fetch_add(1, Ordering::SeqCst) == 0;
        let body: Value = request.body_json().unwrap();
        let results: Vec<Value> = body["persons"]
            .as_array()
            .unwrap()
            .iter()
            .map(
                |person| json!({"k": person["k"], "status": if first && person["k"] == "2" { "busy" } else { "none" }}),
            )
            .collect();
        ResponseTemplate::new(200).set_body_json(json!({"ok": true, "asof": "2026-10-31", "results": results}))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn many_people_travel_in_few_calls() {
    let server = depository().await;
    let replies = source(&server.uri(), "securities", |s| s.retries = 0).submit(&people(450)).await;
    assert_eq!(replies.len(), 450);
    let sizes: Vec<usize> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| request.body_json::<Value>().unwrap()["persons"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 450);
    assert_eq!(sizes.len(), 3);
    assert!(sizes.iter().all(|size| *size <= 200));
}

#[tokio::test]
async fn only_those_it_was_too_busy_for_are_asked_about_again() {
    let server = depository().await;
    let replies = source(&server.uri(), "securities", |_| ()).submit(&people(3)).await;
    assert!(replies.iter().all(|reply| reply.answer.kind() == AnswerKind::NoRecord));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    let again: Value = requests[1].body_json().unwrap();
    assert_eq!(again["persons"], json!([{"k": "1", "id": format!("{:018}", 1), "name": "王建国"}]));
}

#[tokio::test]
async fn people_of_different_days_do_not_share_a_call() {
    let server = depository().await;
    let mut two = people(2);
    two[1].as_of = jiff::civil::date(2026, 5, 1);
    source(&server.uri(), "securities", |_| ()).submit(&two).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_is_answered_by_silence() {
    let server = MockServer::start().await;
    let about_the_first = json!({"code": "200", "data": [{"no": "1", "items": []}]});
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(about_the_first)).mount(&server).await;
    let replies = source(&server.uri(), "civil_assistance", |_| ()).submit(&people(2)).await;
    assert_eq!(replies[0].answer.kind(), AnswerKind::NoRecord);
    assert_eq!(failure(&replies[1]), Some(Failure::SourceError));
}

#[tokio::test]
async fn an_answer_about_a_stranger_is_refused() {
    let server = MockServer::start().await;
    let about_a_stranger = json!({"code": "200", "data": [{"no": "1", "items": []}, {"no": "9", "items": []}]});
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(about_a_stranger)).mount(&server).await;
    let replies = source(&server.uri(), "civil_assistance", |s| s.retries = 0).submit(&people(2)).await;
    assert!(replies.iter().all(|reply| failure(reply) == Some(Failure::Malformed)));
}

#[tokio::test]
async fn rounds_and_attempts_share_the_retries_of_an_exchange() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(500)).up_to_n_times(1).with_priority(1).mount(&server).await;
    let busy = json!({"ok": true, "results": [{"k": "1", "status": "busy"}]});
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(busy)).mount(&server).await;
    let replies = source(&server.uri(), "securities", |s| s.retries = 1).submit(&people(1)).await;
    assert_eq!((failure(&replies[0]), replies[0].attempts), (Some(Failure::Busy), 2));
}

#[tokio::test]
async fn what_is_wrong_with_one_person_concerns_nobody_else() {
    let server = MockServer::start().await;
    let results = json!([{"k": "1"}, {"k": "2", "status": "none"}, {"k": "3", "status": {}}]);
    let body = json!({"ok": true, "results": results});
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&server).await;
    let replies = source(&server.uri(), "securities", |s| s.retries = 0).submit(&people(3)).await;
    assert_eq!(failure(&replies[0]), Some(Failure::Malformed));
    assert_eq!(replies[1].answer.kind(), AnswerKind::NoRecord);
    assert_eq!(failure(&replies[2]), Some(Failure::Malformed));
}

#[tokio::test]
async fn the_same_people_in_two_batches_at_once_are_asked_about_once() {
    let server = depository().await;
    let source = source(&server.uri(), "securities", |_| ());
    let (three, four) = (people(3), people(4));
    let (first, second) = tokio::join!(source.submit(&three), source.submit(&four));
    assert!(first.iter().chain(&second).all(|reply| reply.answer.kind() == AnswerKind::NoRecord));
    assert!(first.iter().all(|reply| reply.attempts > 0 && reply.reused.is_none()));
    assert!(second[..3].iter().all(|reply| reply.attempts == 0 && reply.reused.is_some()));
    assert!(second[3].reused.is_none());
}
