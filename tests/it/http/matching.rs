//! `POST /v1/matches`: two identities compared, explained in words and as a drawing, and nothing of either said, logged or kept.

use std::collections::BTreeSet;

use hedui::audit::merkle::{Frontier, leaf_hash};
use hedui::audit::{Action, Outcome};
use hedui::keys::DetailKind;
use serde_json::{Value, json};

use super::Face;
use crate::client::{Client, Reply, send};

fn example() -> Value {
    serde_json::from_str(include_str!("../../../examples/match.json")).expect("JSON")
}

/// What must not come back.
fn values(body: &Value) -> BTreeSet<String> {
    match body {
        Value::String(text)
            if text.chars().count() > 1 && !["resident", "male", "tax", "en"].contains(&text.as_str()) =>
        {
            [text.clone()].into()
        }
        Value::Array(items) => items.iter().flat_map(values).collect(),
        Value::Object(fields) => fields.values().flat_map(values).collect(),
        _ => BTreeSet::new(),
    }
}

async fn post_as(client: &Client, body: &str, accept: &str) -> Reply {
    let call = client.call(reqwest::Method::POST, "/v1/matches").header("content-type", "application/json");
    send(call.header("accept", accept).body(body.to_owned())).await
}

async fn post(client: &Client, body: &str) -> Reply {
    post_as(client, body, "*/*").await
}

#[tokio::test]
async fn a_comparison_is_explained_and_described() {
    let face = Face::up().await;
    let client = face.caseworker();
    let reply = post(&client, &example().to_string()).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"), "{}", reply.text());
    let said = reply.json();
    assert_eq!(
        (&said["verdict"], &said["rules"][0]["level"]),
        (&json!("match"), &json!("same_id_near_name")),
        "{said}"
    );
    assert_eq!((&said["belongs_to"], &said["others"][0]["person"]), (&json!(["known"]), &json!("others/0")));
    assert_eq!((&said["source"], &said["model"]["assumed"]), (&json!("tax"), &json!(true)));
    let name =
        said["fields"].as_array().expect("fields").iter().find(|field| field["field"] == "name").expect("a name");
    assert_eq!((&name["level"], &name["zh"]), (&json!("homophone"), &json!("姓名同音不同字")));
    for value in values(&example()) {
        assert!(!reply.text().contains(&value), "{value}");
    }

    let document = face.stranger().get("/openapi.json").await.json();
    let operation = &document["paths"]["/v1/matches"]["post"];
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/Comparison");
    let content = &operation["responses"]["200"]["content"];
    assert_eq!(content["application/json"]["schema"]["$ref"], "#/components/schemas/Matched");
    assert!(content["image/svg+xml"].is_object());
    let mut whole = document.clone();
    whole["$ref"] = json!("#/components/schemas/Matched");
    let validator = jsonschema::validator_for(&whole).expect("a JSON Schema");
    let faults: Vec<String> = validator.iter_errors(&said).map(|error| error.to_string()).collect();
    assert_eq!(faults, [""; 0], "the answer is as it is described");
    let mut less = said;
    less["fields"][0]["weight_centibits"] = json!("26.36");
    assert!(!validator.is_valid(&less));
}

#[tokio::test]
async fn the_waterfall_is_one_well_formed_drawing_in_either_language() {
    let face = Face::up().await;
    let client = face.caseworker();
    for (lang, title) in [("zh", "比对结论：一致"), ("en", "Comparison: match")] {
        let mut body = example();
        body["lang"] = json!(lang);
        let reply = post_as(&client, &body.to_string(), "image/svg+xml, application/json;q=0.5").await;
        assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "image/svg+xml"));
        let drawn = reply.text();
        let mut reader = quick_xml::Reader::from_str(&drawn);
        while !matches!(reader.read_event().expect("well-formed XML"), quick_xml::events::Event::Eof) {}
        assert!(drawn.contains(title) && drawn.contains("<desc id=\"desc\">"), "{drawn}");
        assert!(!drawn.contains("href") && !drawn.contains("<script"), "nothing outside of it");
        for value in values(&example()) {
            assert!(!drawn.contains(&value), "{value}");
        }
    }
    post_as(&client, &example().to_string(), "application/pdf").await.assert_problem(406, "not-acceptable");
}

#[tokio::test]
async fn the_published_schema_holds_for_the_example_and_refuses_what_the_service_refuses_by_form() {
    let face = Face::up().await;
    let schema = face.stranger().get("/schemas/match.json").await.json();
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let faults: Vec<String> = validator.iter_errors(&example()).map(|error| error.to_string()).collect();
    assert_eq!(faults, [""; 0]);
    let client = face.caseworker();
    for (pointer, value) in [
        ("/known", json!({})),
        ("/known", json!("赵守田")),
        ("/claimed/name", json!("")),
        ("/claimed/name", json!("赵".repeat(65))),
        ("/known/former_names", json!("赵守天")),
        ("/known/id_kind", json!("passport")),
        ("/claimed/sex", json!("m")),
        ("/others/0/birth_date", json!("3 Feb 2010")),
        ("/others", json!(vec![example()["known"].clone(); 30])),
        ("/source", json!(7)),
    ] {
        let mut body = example();
        *body.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(!validator.is_valid(&body), "{pointer}");
        let problem = post(&client, &body.to_string()).await.assert_problem(422, "invalid-request");
        let errors = problem["errors"].as_array().expect("faults");
        assert!(errors.iter().any(|e| e["pointer"].as_str().is_some_and(|at| at.starts_with(pointer))), "{problem}");
    }
    for place in ["", "/known", "/claimed", "/others/0"] {
        let mut body = example();
        body.pointer_mut(place).expect("an object")["remark"] = json!("");
        assert!(!validator.is_valid(&body), "{place}");
        post(&client, &body.to_string()).await.assert_problem(422, "invalid-request");
    }
}

#[tokio::test]
async fn faults_roles_and_limits_are_as_for_every_call() {
    let face = Face::up().await;
    let client = face.caseworker();
    let mut wrong = example();
    wrong["known"]["id_number"] = json!("620422198304129438");
    wrong["claimed"]["birth_date"] = json!("2999-01-01");
    wrong["source"] = json!("weather_office");
    let problem = post(&client, &wrong.to_string()).await.assert_problem(422, "invalid-request");
    let pointers: Vec<_> = problem["errors"].as_array().expect("faults").iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/known/id_number", "/claimed/birth_date", "/source"]);
    assert!(problem["errors"].as_array().expect("faults").iter().all(|e| e["remedy_zh"].is_string()));
    for value in values(&wrong) {
        assert!(!problem.to_string().contains(&value), "{value}");
    }
    for who in ["auditor", "system-admin", "security-admin"] {
        post(&face.client(who, ""), &example().to_string()).await.assert_problem(403, "forbidden");
    }
    let plain = client.call(reqwest::Method::POST, "/v1/matches").header("content-type", "text/plain");
    send(plain.body(example().to_string())).await.assert_problem(415, "unsupported-media");
    post(&client, &" ".repeat(300 * 1024)).await.assert_problem(413, "too-large");
    post(&client, "{").await.assert_problem(422, "invalid-request");
}

/// One entry for a caller and outcome, apart from those of assessments, with the number of calls and the root over the hashes of their bodies.
#[tokio::test]
async fn the_log_gets_one_entry_for_the_calls_of_a_second_and_nothing_is_stored() {
    let face = Face::up().await;
    let client = face.caseworker();
    let before = face.stage.entries().await.len();
    let body = example().to_string();
    let calls = (0..5).map(|_| post(&client, &body));
    for reply in futures_util::future::join_all(calls).await {
        assert_eq!(reply.status, 200);
    }
    post(&client, "{}").await.assert_problem(422, "invalid-request");
    let evidence = include_str!("../../../examples/evidence.json");
    let assessed = client.call(reqwest::Method::POST, "/v1/assessments").header("content-type", "application/json");
    assert_eq!(send(assessed.body(evidence)).await.status, 200);
    let metrics = face.stranger().get("/metrics").await.text();
    assert!(metrics.contains("hedui_matches_total{outcome=\"done\"}"), "{metrics}");
    for value in values(&example()) {
        assert!(!metrics.contains(&value));
    }
    face.stage.verifier.stop().await;
    let entries = face.stage.entries().await.split_off(before);
    let of = |action, outcome| {
        let own = entries.iter().filter(|entry| entry.event.action == action && entry.event.outcome == outcome);
        own.map(|entry| entry.event.count.expect("a count")).sum::<u64>()
    };
    assert_eq!(of(Action::Matched, Outcome::Done), 5);
    assert_eq!((of(Action::Matched, Outcome::Denied), of(Action::Assessed, Outcome::Done)), (1, 1));
    assert!(entries.len() <= 5, "an entry a second, not one a call: {}", entries.len());
    assert!(entries.iter().all(|entry| entry.event.case.is_none() && entry.event.subject_tag.is_none()));
    if let Some(five) = entries.iter().find(|entry| entry.event.count == Some(5)) {
        let mut tree = Frontier::default();
        (0..5).for_each(|_| {
            tree.push(leaf_hash(&face.stage.keys.detail_mac(DetailKind::Call, body.as_bytes()).bytes()), |_, _| {})
        });
        assert_eq!(five.event.detail_sha256, Some(tree.root()), "whoever has bodies and ring can recompute the entry");
    }
    let list = face.caseworker().get("/v1/verifications").await;
    assert!(!list.text().contains("\"id\""), "nothing is stored: {}", list.text());
    post(&client, &body).await.assert_problem(503, "unavailable");
}
