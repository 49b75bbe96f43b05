//! Rules on supplied evidence: the same as at the command line, refused with pointers, entered in the log by the second.

use hedui::audit::merkle::{Frontier, leaf_hash};
use hedui::audit::{Action, Outcome};
use hedui::keys::DetailKind;
use hedui::policy::assessment::Assessment;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::Face;
use crate::client::{Client, Reply, send};

fn example() -> Value {
    serde_json::from_str(include_str!("../../../examples/evidence.json")).expect("JSON")
}

async fn post(client: &Client, body: &str) -> Reply {
    let call = client.call(reqwest::Method::POST, "/v1/assessments").header("content-type", "application/json");
    send(call.body(body.to_owned())).await
}

#[tokio::test]
async fn evidence_is_assessed_under_the_rules_of_its_county_and_day() {
    let face = Face::up().await;
    let client = face.caseworker();
    let reply = post(&client, &example().to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let said = reply.json();
    let rules = client.get("/v1/policies/620422?as_of=2026-11-01").await.json();
    assert_eq!((&said["region"], &said["as_of"]), (&json!("620422"), &json!("2026-11-01")));
    assert_eq!(said["pack"], json!({"sha256": rules["sha256"], "names": ["national", "gansu", "baiyin", "huining"]}));
    assert!(said["engine"].as_str().is_some_and(|engine| engine.starts_with("hedui ")));
    let assessment: Assessment = serde_json::from_value(said["assessment"].clone()).expect("an assessment");
    assert_eq!(assessment.totals.members, 4);
    assert_eq!(assessment.totals.income.silent.len(), 1, "the one department that did not answer");

    // The description holds for what is sent and for what comes back.
    let document = face.stranger().get("/openapi.json").await.json();
    let operation = &document["paths"]["/v1/assessments"]["post"];
    let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/Evidence");
    let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(answer, "#/components/schemas/Assessed");
}

#[tokio::test]
async fn the_published_schema_holds_for_the_example_and_for_stored_evidence_and_refuses_what_the_service_refuses() {
    let face = Face::up().await;
    let schema = face.stranger().get("/schemas/evidence.json").await.json();
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let faults: Vec<String> = validator.iter_errors(&example()).map(|error| error.to_string()).collect();
    assert_eq!(faults, [""; 0]);
    // What is kept of a case has the same form, with nothing left out.
    let packs = hedui::policy::Packs::embedded();
    let (evidence, _) =
        hedui::verification::supplied::read(example().to_string().as_bytes(), &packs).expect("evidence");
    let kept = serde_json::to_value(&evidence).expect("JSON");
    let faults: Vec<String> = validator.iter_errors(&kept).map(|error| error.to_string()).collect();
    assert_eq!(faults, [""; 0]);
    let client = face.caseworker();
    let (short, whole) = (post(&client, &example().to_string()).await, post(&client, &kept.to_string()).await);
    assert_eq!(short.json(), whole.json());
    for (pointer, value) in [
        ("/purpose", json!("curiosity")),
        ("/region", json!("62042")),
        ("/answered", json!("everything")),
        ("/members/0/relation", json!("00")),
        ("/members/0/ref", json!("m 1")),
        ("/cells/0/outcome", json!({"answer": "pending", "since": "yesterday"})),
        ("/records/0/record/detail", json!({"kind": "wage"})),
        ("/records/0/record/detail/gross", json!("a lot")),
        ("/records/3/record/detail/grade", json!(5)),
    ] {
        let mut document = example();
        *document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        assert!(!validator.is_valid(&document), "{pointer}");
        let problem = post(&client, &document.to_string()).await.assert_problem(422, "invalid-request");
        let errors = problem["errors"].as_array().expect("faults");
        assert!(errors.iter().any(|e| e["pointer"].as_str().is_some_and(|at| at.starts_with(pointer))), "{problem}");
    }
    for place in ["", "/members/0", "/cells/0", "/records/0", "/records/0/record/detail"] {
        let mut document = example();
        document.pointer_mut(place).expect("an object")["remark"] = json!("");
        assert!(!validator.is_valid(&document), "{place}");
        post(&client, &document.to_string()).await.assert_problem(422, "invalid-request");
    }
}

#[tokio::test]
async fn every_fault_is_named_and_the_region_must_be_the_callers() {
    let face = Face::up().await;
    let client = face.caseworker();
    let mut wrong = example();
    wrong["applicant"] = json!("m9");
    wrong["records"][0]["record"]["detail"]["gross"] = json!("-13800.00");
    wrong["records"][5]["record"]["detail"]["from"] = json!("2026-12");
    let problem = post(&client, &wrong.to_string()).await.assert_problem(422, "invalid-request");
    let mut pointers: Vec<_> = problem["errors"].as_array().expect("faults").iter().map(|e| &e["pointer"]).collect();
    pointers.sort_by_key(|pointer| pointer.to_string());
    let expected = ["/applicant", "/records/0/record/detail/gross", "/records/5/record/detail/from"];
    assert_eq!(pointers, expected);
    let told = problem.to_string();
    assert!(!told.contains("13800") && !told.contains("2026-12"), "no value is repeated: {told}");

    let other = face.client("other-region", "");
    post(&other, &example().to_string()).await.assert_problem(403, "forbidden");
    for who in ["auditor", "system-admin", "security-admin"] {
        post(&face.client(who, ""), &example().to_string()).await.assert_problem(403, "forbidden");
    }
    let plain = client.call(reqwest::Method::POST, "/v1/assessments").header("content-type", "text/plain");
    send(plain.body(example().to_string())).await.assert_problem(415, "unsupported-media");
    post(&client, &" ".repeat(300 * 1024)).await.assert_problem(413, "too-large");
    post(&client, "{").await.assert_problem(422, "invalid-request");
    // A long document is assessed off the runtime's threads, with the same outcome.
    let mut long = example();
    let bill = long["records"][2].clone();
    let bills = (0..300).map(|n| {
        let mut bill = bill.clone();
        bill["record"]["number"] = json!(format!("B-{n}"));
        bill
    });
    long["records"].as_array_mut().expect("a list").extend(bills);
    assert_eq!(post(&client, &long.to_string()).await.status, 200);
}

/// One entry for a caller and outcome, however many calls, with their number and the root over the hashes of their bodies.
#[tokio::test]
async fn the_log_gets_one_entry_for_the_calls_of_a_second_and_nothing_is_stored() {
    let face = Face::up().await;
    let (client, system) = (face.caseworker(), face.client("system", ""));
    let before = face.stage.entries().await.len();
    let bodies: Vec<String> = (0..20)
        .map(|n| {
            let mut evidence = example();
            evidence["records"][0]["record"]["detail"]["gross"] = json!(format!("{n}.00"));
            evidence.to_string()
        })
        .collect();
    let calls = bodies.iter().map(|body| post(&client, body));
    for reply in futures_util::future::join_all(calls).await {
        assert_eq!(reply.status, 200);
    }
    assert_eq!(post(&system, &bodies[0]).await.status, 200);
    post(&client, "{}").await.assert_problem(422, "invalid-request");
    face.stage.verifier.stop().await;
    let entries = face.stage.entries().await.split_off(before);
    assert!(entries.iter().all(|entry| entry.event.action == Action::Assessed && entry.event.case.is_none()));
    let of = |subject: &str, outcome| {
        let own = entries.iter().filter(|e| e.event.actor.subject.as_str() == subject && e.event.outcome == outcome);
        own.map(|entry| (entry.event.count.expect("a count"), entry.event.detail_sha256)).collect::<Vec<_>>()
    };
    let answered = of("caseworker", Outcome::Done);
    assert_eq!(answered.iter().map(|(count, _)| count).sum::<u64>(), 20);
    assert!(answered.len() <= 3, "an entry a second, not one a call: {}", answered.len());
    let mac = |body: &String| face.stage.keys.detail_mac(DetailKind::Call, body.as_bytes()).bytes();
    let mut tree = Frontier::default();
    tree.push(leaf_hash(&mac(&bodies[0])), |_, _| {});
    assert_eq!(
        of("system", Outcome::Done),
        [(1, Some(tree.root()))],
        "whoever has body and ring can recompute the entry"
    );
    let mut guessed = Frontier::default();
    guessed.push(leaf_hash(&Sha256::digest(&bodies[0])), |_, _| {});
    assert_ne!(
        of("system", Outcome::Done)[0].1,
        Some(guessed.root()),
        "the log alone does not tell whether a guess is right"
    );
    assert_eq!(of("caseworker", Outcome::Denied).len(), 1);
    if let [(20, Some(root))] = answered[..] {
        let mut hashes: Vec<[u8; 32]> = bodies.iter().map(mac).collect();
        hashes.sort_unstable();
        let mut tree = Frontier::default();
        hashes.iter().for_each(|hash| tree.push(leaf_hash(hash), |_, _| {}));
        assert_eq!(root, tree.root());
    }
    let list = face.caseworker().get("/v1/verifications").await;
    assert!(!list.text().contains("\"id\""), "nothing is stored: {}", list.text());
    post(&client, &bodies[0]).await.assert_problem(503, "unavailable");
}
