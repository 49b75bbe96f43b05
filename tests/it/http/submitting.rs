//! `POST /v1/verifications`: acceptance, waiting, repetition.

use serde_json::json;

use super::Face;
use crate::client::send;

#[tokio::test]
async fn a_household_is_accepted_at_once_and_its_case_is_where_location_says() {
    let face = Face::up().await;
    let client = face.caseworker();
    let reply = client.submit(face.household(0).to_string()).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let accepted = reply.json();
    let id = accepted["id"].as_str().unwrap();
    assert_eq!(reply.header("location"), format!("/v1/verifications/{id}"));
    assert_eq!(accepted["replayed"], false);
    assert!(["accepted", "running", "waiting", "final"].contains(&accepted["status"].as_str().unwrap()));
    assert_eq!(reply.header("preference-applied"), "");
    let found = client.get(reply.header("location")).await;
    assert_eq!((found.status.as_u16(), &found.json()["id"]), (200, &accepted["id"]));
}

#[tokio::test]
async fn who_prefers_to_wait_gets_the_first_version() {
    let face = Face::up().await;
    let client = face.caseworker();
    let call = client.submission(face.household(1).to_string()).header("prefer", "respond-async, wait=50");
    let reply = send(call).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert_eq!(reply.header("preference-applied"), "wait");
    let location = reply.header("location").to_owned();
    assert_eq!(client.get_as(&format!("{location}/report"), "application/json").await.status, 200);
    let impatient = send(client.submission(face.household(2).to_string()).header("prefer", "wait=0")).await;
    assert_eq!(impatient.status, 202, "no version can be there at once");
}

#[tokio::test]
async fn the_same_key_and_bytes_are_the_same_case_and_other_bytes_a_conflict() {
    let face = Face::up().await;
    let client = face.caseworker();
    let body = face.household(3).to_string();
    let with_key = |body: String| client.submission(body).header("idempotency-key", "0f9a-1");
    let first = send(with_key(body.clone())).await.json();
    let (again, at_once) = (send(with_key(body.clone())).await, send(with_key(body.clone())));
    assert_eq!((again.status.as_u16(), &again.json()["id"]), (202, &first["id"]));
    assert_eq!(again.json()["replayed"], true);
    assert_eq!(at_once.await.json()["id"], first["id"]);
    send(with_key(face.household(4).to_string())).await.assert_problem(422, "idempotency-conflict");
    let other_caller = face.client("supervisor", "");
    let theirs = send(other_caller.submission(body).header("idempotency-key", "0f9a-1")).await;
    assert_ne!(theirs.json()["id"], first["id"], "a key is its caller's own");
    let listed = client.get("/v1/verifications").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn many_at_once_with_one_key_make_one_case() {
    let face = Face::up().await;
    let client = face.caseworker();
    let body = face.household(5).to_string();
    let calls = (0..8).map(|_| send(client.submission(body.clone()).header("idempotency-key", "burst")));
    let replies = futures_util::future::join_all(calls).await;
    let ids: std::collections::BTreeSet<String> =
        replies.iter().map(|reply| reply.json()["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let new = replies.iter().filter(|reply| reply.json()["replayed"] == false).count();
    assert_eq!(new, 1);
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let face = Face::up().await;
    let client = face.caseworker();
    let mut wrong = face.household(6);
    wrong["purpose"] = json!("curiosity");
    let with_key = |body: String| client.submission(body).header("idempotency-key", "corrected");
    send(with_key(wrong.to_string())).await.assert_problem(422, "invalid-request");
    let corrected = send(with_key(face.household(6).to_string())).await;
    assert_eq!(corrected.status, 202, "{}", corrected.text());
    assert_eq!(corrected.json()["replayed"], false);
}

#[tokio::test]
async fn a_key_must_be_readable() {
    let face = Face::up().await;
    let client = face.caseworker();
    for key in ["", "\"\"", &"k".repeat(256)] {
        let call = client.submission(face.household(0).to_string()).header("idempotency-key", key);
        send(call).await.assert_problem(422, "invalid-request");
    }
}

#[tokio::test]
async fn a_region_of_others_is_refused_and_nothing_kept() {
    let face = Face::up().await;
    let client = face.client("other-region", "");
    client.submit(face.household(0).to_string()).await.assert_problem(403, "forbidden");
    assert_eq!(client.get("/v1/verifications").await.json()["items"], json!([]));
    assert_eq!(face.stage.mocks.statistics(), json!({}));
}
