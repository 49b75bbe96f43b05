//! What people decide, over the wire: reviews, objections, withdrawals, issuing, erasure, inspections; with a second person.

use hedui::audit::{ActorRole, Leaf};
use reqwest::Method;
use serde_json::{Value, json};

use super::Face;
use crate::client::{Client, Reply, send};

async fn post(client: &Client, path: &str, body: Value) -> Reply {
    send(client.call(Method::POST, path).header("content-type", "application/json").body(body.to_string())).await
}

async fn act(client: &Client, method: Method, path: &str) -> Reply {
    send(client.call(method, path)).await
}

/// What stands in the database is what the log says.
async fn assert_sound(face: &Face) {
    let store = hedui::store::Store::open_read_only(&face.stage.folder.path().join("data")).await.expect("the store");
    let key = hedui::audit::VerifierKey::of(&face.stage.keys.log_signer());
    let found = hedui::audit::verify_log(&store, &[key], &[]).await.expect("read");
    assert!(found.sound(), "{:?}", found.faults);
    store.close().await;
}

/// A household of the county with a record that is held, its case, and the record.
async fn with_held(face: &Face) -> (String, u64, Value) {
    for index in 0..20 {
        let id = face.caseworker().verify(&face.household(index)).await;
        face.caseworker().wait_for_final(&id).await;
        let records = face.client("supervisor", "report:read").get(&format!("/v1/verifications/{id}/reviews")).await;
        let records = records.json();
        if let Some(held) = records["records"].as_array().and_then(|all| all.first()) {
            return (id, records["version"].as_u64().expect("a version"), held.clone());
        }
    }
    panic!("no household of the county has a held record");
}

fn over_dirty_departments() -> crate::support::Setup {
    crate::support::Setup {
        mocks: hedui_mock_sources::Config {
            households: 20,
            dirt: hedui_mock_sources::Dirt::dirty(),
            ..crate::support::Setup::default().mocks
        },
        ..crate::support::Setup::default()
    }
}

#[tokio::test]
async fn a_held_record_is_decided_by_two_and_the_report_says_so() {
    let face = Face::over(over_dirty_departments()).await;
    let (id, version, held) = with_held(&face).await;
    let (one, two) = (face.client("supervisor", "report:read"), face.client("second-supervisor", "report:read"));
    assert!(held["stated"]["name"].is_string() && held["found"]["number"].is_string(), "both sides: {held}");
    assert!(!held["reasons"].as_array().expect("reasons").is_empty());
    let waiting = one.get("/v1/reviews").await.json();
    assert!(waiting["items"].as_array().expect("cases").iter().any(|case| case["case"] == id), "{waiting}");
    let path = format!("/v1/verifications/{id}/reviews");
    let words = |record: &str| json!({"version": version, "decisions": [{"record": record, "belongs": true, "reason": "已电话向登记机关核实"}]});
    post(&one, &path, words("m9/none/1")).await.assert_problem(422, "invalid-request");
    post(&one, &path, json!({"version": 1})).await.assert_problem(422, "invalid-request");
    let caseworker = face.caseworker();
    let asked = post(&caseworker, &path, words(held["record"].as_str().expect("a name"))).await;
    assert_eq!(asked.status, 202, "a caseworker's word waits: {}", asked.text());
    let approval = asked.header("location").to_owned();
    let listed = two.get("/v1/approvals").await.json();
    assert_eq!(
        (listed["items"][0]["may_agree"].as_bool(), listed["items"][0]["kind"].as_str()),
        (Some(true), Some("review"))
    );
    act(&caseworker, Method::POST, &format!("{approval}/agree")).await.assert_problem(403, "forbidden");
    let detail = two.get(&approval).await.json();
    assert_eq!(detail["asked"]["decisions"][0]["reason"], "已电话向登记机关核实");
    let agreed = act(&two, Method::POST, &format!("{approval}/agree")).await;
    assert_eq!((agreed.status.as_u16(), agreed.json()["status"].as_str()), (200, Some("agreed")));
    act(&one, Method::POST, &format!("{approval}/agree")).await.assert_problem(409, "conflict");
    face.stage.verifier.wait_for_rest(&id, crate::support::PATIENCE).await;
    let versions = caseworker.get(&format!("/v1/verifications/{id}/versions")).await.json();
    let last = versions.as_array().and_then(|all| all.last()).expect("versions").clone();
    assert_eq!((last["version"].as_u64(), last["reason"].as_str()), (Some(version + 1), Some("review")));

    let issue = format!("/v1/verifications/{id}/issue");
    post(&caseworker, &issue, json!({"version": version + 1})).await.assert_problem(403, "forbidden");
    post(&one, &issue, json!({"version": version})).await.assert_problem(409, "conflict");
    let issued = post(&one, &issue, json!({"version": version + 1})).await;
    assert_eq!(issued.status, 200, "{}", issued.text());
    post(&two, &issue, json!({"version": version + 1})).await.assert_problem(409, "conflict");
    let report = caseworker.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await.json();
    assert_eq!(
        (report["body"]["status"].as_str(), report["body"]["issued"]["by"].as_str()),
        (Some("issued"), Some("supervisor"))
    );
    assert_eq!(report["attestation"]["body_sha256"], issued.json()["body_sha256"]);
    let log_key = face.stage.log_key();
    for level in ["conclusion", "amounts", "full"] {
        let path = format!("/v1/verifications/{id}/report?level={level}");
        let shown = caseworker.get_as(&path, "application/json").await.json();
        let checked = hedui::report::proof::check_inclusion(&shown, Some(&log_key));
        assert!(matches!(checked, hedui::report::open::InclusionCheck::Proven { .. }), "{level}: {checked:?}");
    }
    let receipt = caseworker.get_as(&format!("/v1/verifications/{id}/receipt"), "application/json").await.json();
    let key = hedui::audit::VerifierKey::of(&face.stage.keys.log_signer());
    let proved = hedui::report::receipt::check(receipt["code"].as_str().expect("a code"), &[key]).expect("proved");
    assert_eq!(json!(hex::encode(proved.body)), issued.json()["body_sha256"]);
    assert!(receipt["entered_at"].as_str() > receipt["created_at"].as_str(), "entered as it was signed off");
    let page = caseworker.get_as(&format!("/v1/verifications/{id}/report"), "text/html").await.text();
    assert!(page.contains("已签发") && !page.contains("class=\"watermark\""));
    assert_sound(&face).await;
}

#[tokio::test]
async fn a_department_that_was_down_is_asked_once_more_over_the_wire() {
    let face = Face::up().await;
    let office = face.caseworker();
    let down = hedui_mock_sources::faults::Fault::Error { status: 500 };
    face.stage.mocks.set_faults(crate::faults::plan("vehicles", down)).expect("a plan");
    let id = office.verify(&face.household(0)).await;
    office.wait_for_final(&id).await;
    let path = format!("/v1/verifications/{id}/ask-again");
    post(&office, &path, json!({"source": "tax"})).await.assert_problem(422, "invalid-request");
    post(&office, &path, json!({"sources": ["vehicles"]})).await.assert_problem(422, "invalid-request");
    let of_vehicles = |status: &Value| -> Vec<String> {
        let cells = status["cells"].as_array().expect("cells").iter().filter(|cell| cell["source"] == "vehicles");
        cells.filter_map(|cell| cell["answer"].as_str().map(str::to_owned)).collect()
    };
    let status = office.get(&format!("/v1/verifications/{id}")).await.json();
    assert!(of_vehicles(&status).contains(&"unavailable".to_owned()), "{status}");
    face.stage.mocks.set_faults(hedui_mock_sources::faults::FaultPlan::default()).expect("a plan");
    let asked = |face: &Face| face.stage.mocks.statistics()["vehicles"]["requests"].as_u64().unwrap_or(0);
    let before = asked(&face);
    let again = post(&office, &path, json!({"source": "vehicles"})).await;
    assert_eq!(again.status, 202, "{}", again.text());
    face.stage.verifier.wait_for_rest(&id, crate::support::PATIENCE).await;
    assert!(asked(&face) > before, "the department was asked again");
    let status = office.get(&format!("/v1/verifications/{id}")).await.json();
    assert!(!of_vehicles(&status).contains(&"unavailable".to_owned()), "{status}");
    let last = status["versions"].as_array().and_then(|all| all.last()).expect("versions").clone();
    assert_eq!((last["reason"].as_str(), last["is_final"].as_bool()), (Some("asked_again"), Some(true)));
    assert_sound(&face).await;
}

#[tokio::test]
async fn an_objection_asks_its_departments_anew_and_a_withdrawal_nobody() {
    let face = Face::up().await;
    let office = face.caseworker();
    let id = office.verify(&face.household(0)).await;
    let version = office.wait_for_final(&id).await["version"].as_u64().expect("a version");
    let objections = format!("/v1/verifications/{id}/objections");
    let objection = json!({"version": version, "sources": ["vehicles"], "statement": "车已于去年报废"});
    let wrong = json!({"version": version, "sources": ["none_such"], "statement": " "});
    assert_eq!(
        post(&office, &objections, wrong).await.assert_problem(422, "invalid-request")["errors"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    let asked = |face: &Face| face.stage.mocks.statistics()["vehicles"]["requests"].as_u64().unwrap_or(0);
    let before = asked(&face);
    assert_eq!(post(&office, &objections, objection).await.status, 202);
    face.stage.verifier.wait_for_rest(&id, crate::support::PATIENCE).await;
    assert!(asked(&face) > before, "the department was asked anew");
    let objected = office.get(&objections).await.json();
    assert_eq!((&objected[0]["statement"], objected[0].get("withdrawn")), (&json!("车已于去年报废"), None));
    let versions = office.get(&format!("/v1/verifications/{id}/versions")).await.json();
    let last = versions.as_array().and_then(|all| all.last()).expect("versions").clone();
    assert_eq!((last["reason"].as_str(), last["is_final"].as_bool()), (Some("objection"), Some(true)));

    let path = format!("/v1/verifications/{id}/withdraw-authorisation");
    post(&office, &path, json!({"member": "m1", "reason": ""})).await.assert_problem(422, "invalid-request");
    post(&office, &path, json!({"member": "m99", "reason": "本人申请"})).await.assert_problem(404, "not-found");
    let withdrawn = post(&office, &path, json!({"member": "m1", "reason": "本人申请"})).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    face.stage.verifier.wait_for_rest(&id, crate::support::PATIENCE).await;
    let status = office.get(&format!("/v1/verifications/{id}")).await.json();
    let cells = status["cells"].as_array().expect("cells").iter().filter(|cell| cell["member"] == "m1");
    assert!(cells.into_iter().all(|cell| cell["answer"] == "skipped"));
    let objected = office.get(&objections).await.json();
    assert_eq!((&objected[0]["withdrawn"], objected[0].get("statement")), (&json!(true), None), "{objected}");
    let report = format!("/v1/verifications/{id}/report");
    let gone = async || {
        office.get_as(&format!("{report}?version={version}"), "application/json").await.assert_problem(410, "gone");
    };
    gone().await;
    let one = face.client("supervisor", "report:read");
    let asked = one.get("/v1/approvals").await.json()["items"][0].clone();
    assert_eq!(asked["kind"], "destruction");
    let approval = format!("/v1/approvals/{}", asked["id"].as_str().expect("an id"));
    act(&one, Method::POST, &format!("{approval}/refuse")).await.assert_problem(422, "invalid-request");
    post(&one, &format!("{approval}/refuse"), json!({"reason": " "})).await.assert_problem(422, "invalid-request");
    act(&office, Method::POST, &format!("{approval}/ask-again")).await.assert_problem(409, "conflict");
    assert_eq!(
        post(&one, &format!("{approval}/refuse"), json!({"reason": "另案调查"})).await.json()["status"],
        "refused"
    );
    assert_eq!(one.get(&approval).await.json()["refused_because"], "另案调查");
    gone().await;
    let again = act(&office, Method::POST, &format!("{approval}/ask-again")).await;
    assert_eq!(again.status, 202, "{}", again.text());
    let again = again.header("location").to_owned();
    assert_eq!(act(&one, Method::POST, &format!("{again}/agree")).await.json()["status"], "agreed");
    gone().await;
    assert_eq!(office.get_as(&report, "application/json").await.json()["body"]["version"], version + 2);
    assert_sound(&face).await;
}

#[tokio::test]
async fn a_case_is_erased_by_two_and_nothing_of_it_opens() {
    let face = Face::up().await;
    let (office, one) = (face.caseworker(), face.client("supervisor", "report:read"));
    let id = office.verify(&face.household(0)).await;
    office.wait_for_final(&id).await;
    let path = format!("/v1/verifications/{id}");
    act(&office, Method::DELETE, &path).await.assert_problem(422, "invalid-request");
    let asked = act(&office, Method::DELETE, &format!("{path}?grounds=mistaken")).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let approval = asked.header("location").to_owned();
    act(&office, Method::DELETE, &format!("{path}?grounds=mistaken")).await.assert_problem(409, "conflict");
    act(&face.client("supervisor@elsewhere", "report:read"), Method::POST, &format!("{approval}/agree"))
        .await
        .assert_problem(404, "not-found");
    assert_eq!(act(&one, Method::POST, &format!("{approval}/agree")).await.status, 200);
    assert_eq!(office.get(&path).await.json()["status"], "erased");
    for form in ["application/json", "application/jose", "text/html"] {
        office.get_as(&format!("{path}/report"), form).await.assert_problem(410, "gone");
    }
    one.get(&format!("{path}/reviews")).await.assert_problem(410, "gone");
    one.get(&approval).await.assert_problem(409, "conflict");
    assert_sound(&face).await;
}

#[tokio::test]
async fn an_auditor_opens_a_report_only_while_an_inspection_lasts() {
    let face = Face::up().await;
    let office = face.caseworker();
    let id = office.verify(&face.household(0)).await;
    let (auditor, one) = (face.client("auditor", "report:read"), face.client("supervisor", "report:read"));
    let guard = face.client("security-admin", "");
    let report = format!("/v1/verifications/{id}/report");
    auditor.get_as(&report, "application/json").await.assert_problem(404, "not-found");
    let terms = |hours: u32| json!({"case": id, "grounds": "sample", "document": "会审〔2026〕5号", "hours": hours});
    for wrong in [terms(0), terms(73), json!({"case": id})] {
        post(&auditor, "/v1/inspections", wrong).await.assert_problem(422, "invalid-request");
    }
    post(&office, "/v1/inspections", terms(1)).await.assert_problem(403, "forbidden");
    let asked = post(&auditor, "/v1/inspections", terms(1)).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let approval = asked.header("location").to_owned();
    assert_eq!(guard.get(&approval).await.json()["asked"]["document"], "会审〔2026〕5号");
    assert_eq!(act(&guard, Method::POST, &format!("{approval}/agree")).await.json()["status"], "open");
    auditor.get_as(&report, "application/json").await.assert_problem(404, "not-found");
    assert_eq!(act(&one, Method::POST, &format!("{approval}/agree")).await.json()["status"], "agreed");
    assert_eq!(auditor.get_as(&report, "application/json").await.status, 200);
    auditor.get_as(&report, "application/jose").await.assert_problem(403, "forbidden");
    auditor.get(&format!("/v1/verifications/{id}")).await.assert_problem(403, "forbidden");
    let read: Vec<_> =
        face.stage.entries().await.into_iter().filter(|leaf| leaf.event.actor.subject.as_str() == "auditor").collect();
    assert!(read.iter().any(|leaf| leaf.event.action == hedui::audit::Action::ReportRead));
    assert_sound(&face).await;
}

#[tokio::test]
async fn whoever_has_several_roles_acts_in_the_one_that_allows_it() {
    let face = Face::up().await;
    let office = face.caseworker();
    let id = office.verify(&face.household(0)).await;
    let version = office.wait_for_final(&id).await["version"].clone();
    let both = face.client("both", "report:read");
    let issued = post(&both, &format!("/v1/verifications/{id}/issue"), json!({"version": version})).await;
    assert_eq!(issued.status, 200, "{}", issued.text());
    let own = |leaf: &Leaf| leaf.event.actor.subject.as_str() == "both";
    let roles: Vec<_> =
        face.stage.entries().await.iter().filter(|leaf| own(leaf)).map(|leaf| leaf.event.actor.role).collect();
    assert!(roles.len() > 1 && roles.iter().all(|role| *role == ActorRole::Supervisor), "{roles:?}");
}
