//! What the service publishes about itself: sources, rules, description, schema, keys, probes, metrics.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Face;
use crate::client::send;

#[tokio::test]
async fn the_description_names_every_route_and_no_other() {
    let face = Face::up().await;
    let document = face.stranger().get("/openapi.json").await.json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    let routed: BTreeSet<_> = hedui::api::routes()
        .iter()
        .map(|(method, path)| format!("{} {}", method.to_lowercase(), path.replace("{*", "{")))
        .collect();
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            described.insert(format!("{method} {path}"));
            let closed = path.starts_with("/v1/");
            assert_eq!(operation["security"].is_array(), closed, "{method} {path} says whether it needs a token");
            assert_eq!(operation["responses"]["401"].is_object(), closed, "{method} {path}");
        }
    }
    assert_eq!(described, routed);
    let kinds = |path: &str| -> Vec<String> {
        let content = document["paths"][path]["post"]["requestBody"]["content"].as_object();
        content.into_iter().flat_map(|content| content.keys().cloned()).collect()
    };
    let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert_eq!(kinds("/v1/batches"), [workbook, "application/x-ndjson", "text/csv"].map(str::to_owned));
    for with_body in ["/v1/verifications", "/v1/subscriptions", "/v1/alerts/{id}/acknowledge", "/v1/assessments"] {
        assert_eq!(kinds(with_body), ["application/json"], "{with_body}");
    }
    for without in ["/v1/batches/{id}/pause", "/v1/batches/{id}/resume", "/v1/batches/{id}/cancel"] {
        assert_eq!(kinds(without), [""; 0], "{without}");
    }
    for reference in references(&document) {
        let pointer = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn the_requests_schema_holds_for_real_requests_and_refuses_what_the_service_refuses_by_form() {
    let face = Face::up().await;
    let document = face.stranger().get("/openapi.json").await.json();
    let body = &document["paths"]["/v1/verifications"]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["$ref"], "#/components/schemas/Request");
    let schema = face.stranger().get("/schemas/request.json").await.json();
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    for request in (0..20).map(|index| face.household(index)).chain([face.stage.mocks.sample_request()]) {
        let faults: Vec<String> = validator.iter_errors(&request).map(|error| error.to_string()).collect();
        assert_eq!(faults, [""; 0]);
    }
    let client = face.caseworker();
    let mut good = face.stage.mocks.sample_request();
    good["reference"] = json!("HN-2026-000123");
    let changes: [(&str, Value); 14] = [
        ("/purpose", json!("curiosity")),
        ("/region", json!("62042")),
        ("/as_of", json!("1 Nov 2026")),
        ("/reference", json!("x".repeat(129))),
        ("/applicant", json!(1)),
        ("/kin_of_official", json!("no")),
        ("/household", json!({})),
        ("/household/members", json!([])),
        ("/household/registered_as", json!("city")),
        ("/household/members/0/ref", json!("m 1")),
        ("/household/members/0/relation", json!("00")),
        ("/household/members/0/name", json!("")),
        ("/household/members/0/authorisation/purposes", json!([])),
        ("/household/members/0/authorisation/signed_by", json!("somebody")),
    ];
    for (pointer, value) in changes {
        let mut request = good.clone();
        *request.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(!validator.is_valid(&request), "{pointer}");
        client.submit(request.to_string()).await.assert_problem(422, "invalid-request");
    }
    for place in ["", "/household", "/household/members/0", "/household/members/0/authorisation"] {
        let mut request = good.clone();
        request.pointer_mut(place).expect("an object")["remark"] = json!("");
        assert!(!validator.is_valid(&request), "{place}: what the schema does not name is refused");
    }
}

#[tokio::test]
async fn the_published_schema_holds_for_a_real_report_and_refuses_a_changed_one() {
    let face = Face::up().await;
    let schema = face.stranger().get("/schemas/report.json").await.json();
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let client = face.caseworker();
    for request in [face.stage.mocks.sample_request(), face.household(0), face.household(7)] {
        let id = client.verify(&request).await;
        let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await.json();
        let faults: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert_eq!(faults, [""; 0]);
        let mut changed = report.clone();
        changed["body"]["totals"]["income"]["at_least"] = json!(12.5);
        assert!(!validator.is_valid(&changed));
        let mut longer = report;
        longer["body"]["remark"] = json!("");
        assert!(!validator.is_valid(&longer), "what the schema does not name is refused");
    }
}

#[tokio::test]
async fn departments_are_listed_with_their_law_and_state() {
    let face = Face::up().await;
    let listed = face.caseworker().get("/v1/sources").await.json();
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed.len(), 20);
    for source in listed {
        let text = |name: &str| source["descriptor"][name].as_str().unwrap_or_default().to_owned();
        assert!(["key", "title_zh", "title_en", "law"].iter().all(|name| !text(name).is_empty()), "{source}");
        assert_eq!(source["health"]["enabled"], true, "{source}");
    }
    let whole = json!(listed).to_string();
    assert!(!whole.contains("secret") && !whole.contains("127.0.0.1"), "neither credentials nor addresses");
}

#[tokio::test]
async fn rules_are_shown_as_they_stand_on_a_day() {
    let face = Face::up().await;
    let client = face.caseworker();
    let on = async |day: &str| client.get(&format!("/v1/policies/620422?as_of={day}")).await.json();
    let (before, after) = (on("2025-06-01").await, on("2026-11-01").await);
    assert_eq!((&before["as_of"], &after["as_of"]), (&json!("2025-06-01"), &json!("2026-11-01")));
    assert_ne!(before["parameters"], after["parameters"], "another day, other rules");
    assert_eq!(on("2026-11-01").await, after);
    let parameters = after["parameters"].to_string();
    assert!(parameters.contains("law") && parameters.contains("basis"), "each with its law and basis");
    for (path, status, kind, said) in [
        ("110101", 404, "not-found", "there are rules for: 620422"),
        ("620422?as_of=2019-01-01", 404, "not-found", "they begin on 2025-01-01"),
        ("620422?as_of=0001-01-01", 404, "not-found", "they begin on 2025-01-01"),
        ("620422?as_of=9999-12-31", 404, "not-found", "begin"),
        ("62042", 422, "invalid-request", "six digits"),
        ("huining", 422, "invalid-request", "six digits"),
        ("620422?as_of=yesterday", 422, "invalid-request", "yyyy-MM-dd"),
        ("620422?day=2026-11-01", 422, "invalid-request", "as_of"),
        ("620422?rule=standard.dibao.urbn", 404, "not-found", "did you mean: standard.dibao.urban"),
        ("620422?rule=qqqqqqqqqqqq", 404, "not-found", "no such rule"),
    ] {
        let problem = client.get(&format!("/v1/policies/{path}")).await.assert_problem(status, kind);
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains(said)), "{path}: {problem}");
        assert!(problem["detail_zh"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn rules_have_a_tag_and_are_found_by_the_beginning_of_their_keys() {
    let face = Face::up().await;
    let client = face.caseworker();
    let path = "/v1/policies/620422?as_of=2026-11-01&rule=deduction.illness";
    let reply = client.get(path).await;
    let shown = reply.json();
    let keys: Vec<_> = shown["parameters"].as_array().expect("rules").iter().map(|rule| &rule["key"]).collect();
    assert_eq!(keys, ["deduction.illness.tiers"]);
    let rule = &shown["parameters"][0];
    assert!(rule["in_force"]["pack"] == "huining" && rule["history"][0]["law"]["document"].is_string(), "{rule}");
    assert_eq!(shown["packs"], json!(["national", "gansu", "baiyin", "huining"]));
    let tag = reply.header("etag").to_owned();
    assert!(tag.contains(shown["sha256"].as_str().expect("a hash")), "{tag}");
    let again = |tag: String| send(client.call(reqwest::Method::GET, path).header("if-none-match", tag));
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let reply = again(known).await;
        assert_eq!((reply.status.as_u16(), reply.body.len(), reply.header("etag")), (304, 0, tag.as_str()));
    }
    assert_eq!(again("\"other\"".to_owned()).await.status, 200);
    let other_day = client.get("/v1/policies/620422?as_of=2026-11-02&rule=deduction.illness").await;
    assert_ne!(other_day.header("etag"), tag, "another day may have other values in force");
}

#[tokio::test]
async fn probes_keys_and_metrics_need_no_token_and_tell_no_secret() {
    let face = Face::up().await;
    face.caseworker().verify(&face.household(0)).await;
    let stranger = face.stranger();
    assert_eq!(stranger.get("/healthz").await.json(), json!({"status": "ok"}));
    let ready = stranger.get("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), ready.json()),
        (200, json!({"status": "ready", "reasons": [], "clients": "current", "policy": "current"}))
    );
    let metrics = stranger.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain"));
    assert!(metrics.text().contains("hedui_cases_accepted_total"), "{}", metrics.text());
    let keys = stranger.get("/.well-known/jwks.json").await.json();
    let keys = keys["keys"].as_array().expect("keys");
    assert!(!keys.is_empty());
    assert!(keys.iter().all(|key| key["d"].is_null() && key["x"].is_string() && key["kid"].is_string()));
}

#[tokio::test]
async fn a_stopped_service_is_alive_but_not_ready() {
    let face = Face::up().await;
    face.stage.verifier.stop().await;
    let stranger = face.stranger();
    assert_eq!(stranger.get("/healthz").await.status, 200);
    let ready = stranger.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.json()["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty()));
}
