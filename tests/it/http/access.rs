//! Who may do what: tokens, roles, organisations, regions.

use reqwest::Method;
use serde_json::json;

use super::Face;
use crate::client::{Client, send};

/// Whoever works with cases.
const OFFICE: &[&str] = &["system", "caseworker", "supervisor"];
/// Whoever runs batches.
const IN_BULK: &[&str] = &["system", "supervisor"];
/// Whoever looks after the departments, beside the office.
const OF_SOURCES: &[&str] = &["system", "caseworker", "supervisor", "system-admin"];
/// People of the office.
const OFFICERS: &[&str] = &["caseworker", "supervisor"];
/// Whoever asks for, or agrees to, what takes a second person.
const SECOND_HANDS: &[&str] = &["system", "caseworker", "supervisor", "auditor", "security-admin"];
/// Everybody with a role.
const EVERYBODY: &[&str] = &["system", "caseworker", "supervisor", "auditor", "system-admin", "security-admin"];

/// Every call that needs a token, and who may make it.
const CLOSED: &[(&str, &str, &[&str])] = &[
    ("POST", "/v1/verifications", OFFICE),
    ("GET", "/v1/verifications", OFFICE),
    ("GET", "/v1/verifications/ID", OFFICE),
    ("GET", "/v1/verifications/ID/events", OFFICE),
    ("GET", "/v1/verifications/ID/versions", OFFICE),
    ("GET", "/v1/verifications/ID/report", OFFICE),
    ("GET", "/v1/verifications/ID/change", OFFICE),
    ("POST", "/v1/verifications/ID/heard", OFFICE),
    ("DELETE", "/v1/verifications/ID", OFFICE),
    ("POST", "/v1/verifications/ID/issue", &["supervisor"]),
    ("POST", "/v1/verifications/ID/cancel", OFFICE),
    ("POST", "/v1/verifications/ID/withdraw-authorisation", OFFICE),
    ("POST", "/v1/verifications/ID/objections", OFFICE),
    ("GET", "/v1/verifications/ID/objections", OFFICE),
    ("GET", "/v1/verifications/ID/reviews", OFFICERS),
    ("POST", "/v1/verifications/ID/reviews", OFFICERS),
    ("GET", "/v1/reviews", OFFICERS),
    ("GET", "/v1/approvals", SECOND_HANDS),
    ("GET", "/v1/approvals/ID", SECOND_HANDS),
    ("POST", "/v1/approvals/ID/agree", SECOND_HANDS),
    ("POST", "/v1/approvals/ID/refuse", SECOND_HANDS),
    ("POST", "/v1/inspections", &["auditor"]),
    ("GET", "/v1/due", OFFICE),
    ("POST", "/v1/batches", IN_BULK),
    ("GET", "/v1/batches", OFFICE),
    ("GET", "/v1/batches/ID", OFFICE),
    ("GET", "/v1/batches/ID/results", OFFICE),
    ("GET", "/v1/batches/ID/referrals", OFFICE),
    ("GET", "/v1/batches/ID/changes", OFFICE),
    ("GET", "/v1/batches/ID/faults", OFFICE),
    ("POST", "/v1/batches/ID/pause", IN_BULK),
    ("POST", "/v1/batches/ID/resume", IN_BULK),
    ("POST", "/v1/batches/ID/cancel", IN_BULK),
    ("POST", "/v1/subscriptions", OFFICE),
    ("GET", "/v1/subscriptions", OFFICE),
    ("DELETE", "/v1/subscriptions/ID", OFFICE),
    ("GET", "/v1/alerts", OFFICE),
    ("POST", "/v1/alerts/ID/acknowledge", OFFICE),
    ("GET", "/v1/callbacks", &["system-admin"]),
    ("POST", "/v1/callbacks/ID/redeliver", &["system-admin"]),
    ("GET", "/v1/sources", OF_SOURCES),
    ("GET", "/v1/policies/620422", EVERYBODY),
    ("POST", "/v1/assessments", OFFICE),
    ("POST", "/v1/matches", OFFICE),
];

async fn call(client: &Client, method: &str, path: &str) -> crate::client::Reply {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    send(client.call(method, path).header("content-type", "application/json").body("{}")).await
}

#[tokio::test]
async fn without_a_valid_token_every_call_is_401() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.household(0)).await;
    let forged = hedui::auth::LocalIssuer::new(hedui::telemetry::Clock::system()).expect("an issuer");
    let forged = forged.token(&face.served.clients[1], "hedui", "report:read", 600).expect("a token");
    let other_audience = face.served.issuer.token(&face.served.clients[1], "elsewhere", "", 600).expect("a token");
    let expired = face.served.issuer.token(&face.served.clients[1], "hedui", "", -3600).expect("a token");
    let tokens = [None, Some("rubbish".to_owned()), Some(forged), Some(other_audience), Some(expired)];
    for token in tokens {
        let client = Client::new(&face.served.url(""), token);
        for (method, path, _) in CLOSED {
            let reply = call(&client, method, &path.replace("ID", &id)).await;
            reply.assert_problem(401, "unauthorised");
            assert!(reply.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
        }
    }
    let statuses = face.stage.mocks.statistics();
    let list = face.caseworker().get("/v1/verifications").await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{statuses}");
}

#[tokio::test]
async fn every_closed_route_is_in_the_table() {
    let router = include_str!("../../../src/api/router.rs");
    let routes = router.lines().filter(|line| line.contains(".route(\"/v1/"));
    let calls =
        |line: &str| ["post(", "get(", "delete("].map(|method| line.matches(method).count()).into_iter().sum::<usize>();
    let methods = routes.map(calls).sum::<usize>();
    assert_eq!(methods, CLOSED.len(), "a route was added: say here who may call it");
}

#[tokio::test]
async fn roles_are_held_to_their_table() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.household(0)).await;
    for who in EVERYBODY {
        let client = face.client(who, "report:read");
        for (method, path, may) in CLOSED {
            let reply = call(&client, method, &path.replace("ID", &id)).await;
            match may.contains(who) {
                true => {
                    assert!(![401, 403].contains(&reply.status.as_u16()), "{who} {method} {path}: {}", reply.text())
                }
                false => drop(reply.assert_problem(403, "forbidden")),
            }
        }
        for form in ["application/json", "text/html"] {
            let reply = client.get_as(&format!("/v1/verifications/{id}/report"), form).await;
            // an auditor without an inspection: as if there were no such case
            let expected = if OFFICE.contains(who) {
                200
            } else if *who == "auditor" {
                404
            } else {
                403
            };
            assert_eq!(reply.status.as_u16(), expected, "{who} {form}");
        }
    }
}

#[tokio::test]
async fn a_case_of_others_is_as_if_it_did_not_exist() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.household(0)).await;
    let unknown = hedui_unknown_id();
    for who in ["elsewhere", "other-region"] {
        let client = face.client(who, "report:read");
        for path in ["", "/events", "/versions", "/report"] {
            let theirs = client.get(&format!("/v1/verifications/{id}{path}")).await;
            let nobodys = client.get(&format!("/v1/verifications/{unknown}{path}")).await;
            assert_eq!(theirs.assert_problem(404, "not-found"), nobodys.assert_problem(404, "not-found"));
            client.get(&format!("/v1/verifications/not-an-id{path}")).await.assert_problem(404, "not-found");
        }
        assert_eq!(client.get("/v1/verifications").await.json()["items"], json!([]));
    }
}

fn hedui_unknown_id() -> &'static str {
    "01934567-89ab-7cde-8f01-23456789abcd"
}

#[tokio::test]
async fn opening_on_the_server_needs_the_scope_sealed_reports_do_not() {
    let face = Face::up().await;
    let id = face.caseworker().verify(&face.household(0)).await;
    let path = format!("/v1/verifications/{id}/report");
    let client = face.client("caseworker", "");
    for form in ["application/json", "text/html"] {
        client.get_as(&path, form).await.assert_problem(403, "forbidden");
    }
    assert_eq!(client.get(&path).await.status, 200);
}
