//! Lists, states, events, versions and reports.

use std::collections::BTreeSet;

use hedui::report::jose::{RecipientPrivateKey, VerifyingKeys};
use hedui::report::open::{InclusionCheck, TrustedKeys, open};
use hedui::report::proof::check_inclusion;
use serde_json::{Value, json};

use super::Face;
use crate::client::{Client, Reply};

#[tokio::test]
async fn lists_are_paged_and_filtered() {
    let face = Face::up().await;
    let client = face.caseworker();
    let mut ids = Vec::new();
    for index in 0..5 {
        let mut request = face.household(index);
        request["reference"] = json!(format!("HN-{index}"));
        ids.push(client.verify(&request).await);
    }
    for id in &ids {
        client.wait_for_final(id).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/verifications?limit=2".to_owned();
    loop {
        let page = client.get(&path).await.json();
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= 2 && !items.is_empty());
        seen.extend(items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/verifications?limit=2&cursor={next}");
    }
    ids.reverse();
    assert_eq!(seen, ids, "newest first, each once");
    let found = async |query: &str| client.get(&format!("/v1/verifications?{query}")).await.json()["items"].clone();
    let by_reference = found("reference=HN-3").await;
    assert_eq!(by_reference.as_array().map(Vec::len), Some(1));
    assert_eq!(by_reference[0]["id"], json!(ids[1]));
    assert_eq!(found("reference=HN-9").await, json!([]));
    // by the number that stands on its reports, and on no other
    let number = by_reference[0]["number"].as_str().expect("a number").to_owned();
    let report = client.get_as(&format!("/v1/verifications/{}/report", ids[1]), "application/json").await.json();
    assert_eq!(report["body"]["number"], json!(number));
    let by_number = found(&format!("number={number}")).await;
    assert_eq!((by_number.as_array().map(Vec::len), &by_number[0]["id"]), (Some(1), &json!(ids[1])));
    let (rest, last) = number.rsplit_once('-').expect("parts");
    for other in [format!("{rest}-{last}0"), format!("{rest}-999999"), number.replace("HD-", "HD-1"), "x".to_owned()] {
        assert_eq!(found(&format!("number={other}")).await, json!([]), "{other}");
    }
    assert_eq!(found("status=final").await.as_array().map(Vec::len), Some(5));
    assert_eq!(found("status=failed").await, json!([]));
    for wrong in ["limit=0", "limit=201", "limit=x", "status=done", "cursor=abc", "name=x", "reference=a&reference=b"] {
        client.get(&format!("/v1/verifications?{wrong}")).await.assert_problem(422, "invalid-request");
    }
    for personal in ["11010519491231002X", "HN-110105491231002", "%2B86%20138%200013%208000"] {
        let refused = client.get(&format!("/v1/verifications?reference={personal}")).await;
        refused.assert_problem(422, "invalid-request");
        assert!(refused.text().contains("身份证号码") && !refused.text().contains(personal), "{}", refused.text());
    }
    assert_eq!(found("reference=HN-2026-000123").await, json!([]));
    assert_eq!(found("reference=20261127000000000123").await, json!([]));
}

/// Every text of a request that is about a person.
fn personal(request: &Value) -> BTreeSet<String> {
    let members = request["household"]["members"].as_array().expect("members");
    let fields = ["name", "id_number", "phone"];
    let texts = members.iter().flat_map(|member| fields.map(|field| member[field].as_str().map(str::to_owned)));
    texts.flatten().chain(request["household"]["address"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn states_lists_events_and_versions_hold_nothing_personal() {
    let face = Face::up().await;
    let client = face.caseworker();
    let request = face.stage.mocks.sample_request();
    let id = client.verify(&request).await;
    let status = client.wait_for_final(&id).await;
    let people = request["household"]["members"].as_array().expect("members").len()
        + request["household"]["obligors"].as_array().map_or(0, Vec::len);
    let cells = status["cells"].as_array().expect("cells");
    assert_eq!(cells.len(), people * 20);
    assert!(cells.iter().all(|cell| cell["answer"].is_string() && cell["source"].is_string()));
    assert!(cells.iter().any(|cell| cell["attempts"].as_u64() >= Some(1) && cell["latency_ms"].is_u64()));
    let secrets = personal(&request);
    assert!(secrets.len() > 5);
    for path in [
        "/v1/verifications".to_owned(),
        format!("/v1/verifications/{id}"),
        format!("/v1/verifications/{id}/events"),
        format!("/v1/verifications/{id}/versions"),
    ] {
        let text = client.get(&path).await.text();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{path} holds something of a person");
        }
    }
}

/// Events of a stream that has ended: (id, name, data).
fn events(reply: &Reply) -> Vec<(u64, String, Value)> {
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "text/event-stream"));
    let text = reply.text();
    let blocks = text.split("\n\n").filter(|block| block.contains("data:"));
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name)).expect("the field");
        line.trim().to_owned()
    };
    let event = |block: &str| {
        let mut data: Value = serde_json::from_str(&field(block, "data:")).expect("JSON");
        for as_of_now in ["attempts", "latency_ms"] {
            data.as_object_mut().expect("an object").remove(as_of_now);
        }
        (field(block, "id:").parse().expect("a number"), field(block, "event:"), data)
    };
    blocks.map(event).collect()
}

#[tokio::test]
async fn events_come_in_order_end_at_rest_and_go_on_where_a_reader_stopped() {
    let face = Face::up().await;
    let client = face.caseworker();
    let id = client.submit(face.household(0).to_string()).await.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/verifications/{id}/events");
    let all = events(&client.get(&path).await); // the stream ends by itself: the case has come to rest
    let numbers: Vec<u64> = all.iter().map(|event| event.0).collect();
    assert_eq!(numbers, (1..=all.len() as u64).collect::<Vec<_>>(), "from 1, without gaps");
    let of = |name: &str| all.iter().filter(|event| event.1 == name).collect::<Vec<_>>();
    let status = client.get(&format!("/v1/verifications/{id}")).await.json();
    assert_eq!(status["status"], "final");
    let answered: BTreeSet<_> =
        of("answer").iter().map(|e| (e.2["member"].to_string(), e.2["source"].to_string())).collect();
    assert_eq!(answered.len(), status["cells"].as_array().expect("cells").len(), "every cell was told");
    assert_eq!(of("version").len(), status["versions"].as_array().expect("versions").len());
    assert_eq!(of("state").last().expect("states").2["status"], "final");
    let middle = numbers.len() / 2;
    let resumed = crate::client::send(client.call(reqwest::Method::GET, &path).header("last-event-id", middle)).await;
    assert_eq!(events(&resumed), all[middle..], "exactly what came after");
    let nothing = client.call(reqwest::Method::GET, &path).header("last-event-id", all.len());
    assert_eq!(events(&crate::client::send(nothing).await), []);
}

#[tokio::test]
async fn every_version_is_listed_with_its_reason_and_can_be_had() {
    let face = Face::up().await;
    let client = face.caseworker();
    let id = client.verify(&face.household(2)).await;
    client.wait_for_final(&id).await;
    let versions = client.get(&format!("/v1/verifications/{id}/versions")).await.json();
    let versions = versions.as_array().expect("versions").clone();
    assert_eq!(versions[0]["reason"], "first");
    assert!(versions[1..].iter().all(|version| version["reason"] == "late_answer"));
    for (index, version) in versions.iter().enumerate() {
        assert_eq!(
            (&version["version"], &version["is_final"]),
            (&json!(index + 1), &json!(index + 1 == versions.len()))
        );
        let path = format!("/v1/verifications/{id}/report?version={}", version["version"]);
        let report = client.get_as(&path, "application/json").await.json();
        assert_eq!(report["body"]["version"], version["version"]);
        assert_eq!(report["attestation"]["body_sha256"], version["body_sha256"]);
        assert_eq!(report["attestation"]["leaf_index"], version["leaf_index"]);
        if index > 0 {
            assert_eq!(report["body"]["supersedes"]["body_sha256"], versions[index - 1]["body_sha256"]);
        }
    }
    let path = format!("/v1/verifications/{id}/report?version=");
    client.get(&format!("{path}99")).await.assert_problem(404, "not-found");
    client.get(&format!("{path}one")).await.assert_problem(422, "invalid-request");
}

#[tokio::test]
async fn the_sealed_report_opens_with_the_recipients_key_and_proves_its_place_in_the_log() {
    let face = Face::up().await;
    let client = face.caseworker();
    let id = client.verify(&face.stage.mocks.sample_request()).await;
    client.wait_for_final(&id).await;
    let path = format!("/v1/verifications/{id}/report");
    let sealed = client.get(&path).await;
    assert_eq!((sealed.status.as_u16(), sealed.header("content-type")), (200, "application/jose"));
    let key = RecipientPrivateKey::parse(&face.stage.recipient_private).expect("the recipient's key");
    let jwks = face.stranger().get("/.well-known/jwks.json").await.json();
    let trusted = TrustedKeys::Pinned(VerifyingKeys::from_value(&jwks).expect("the service's keys"));
    let log_key = face.stage.log_key();
    let check = |report: &Value| check_inclusion(report, Some(&log_key));
    let opened = open(&sealed.text(), &key, &trusted, check).expect("the report opens");
    assert!(opened.signature.is_pinned(), "{:?}", opened.signature);
    let InclusionCheck::Proven { leaf_index, tree_size, .. } = opened.inclusion else {
        panic!("{:?}", opened.inclusion)
    };
    assert!(leaf_index < tree_size);
    assert_eq!(opened.report, client.get_as(&path, "application/json").await.json(), "one report, two forms");
    let stranger = hedui::report::jose::generate_recipient().expect("a key pair");
    let stranger = RecipientPrivateKey::parse(&stranger.private_jwk).expect("a key");
    assert!(open(&sealed.text(), &stranger, &trusted, check).is_err(), "nobody else opens it");
    let mut altered = opened.report.clone();
    altered["body"]["summary"] = json!({});
    assert!(!matches!(check(&altered), InclusionCheck::Proven { .. }), "another body has no place in the log");
}

#[tokio::test]
async fn a_key_in_the_request_outranks_the_registered_one() {
    let face = Face::up().await;
    let client = face.caseworker();
    let own = hedui::report::jose::generate_recipient().expect("a key pair");
    let mut request = face.household(1);
    request["recipient_key"] = own.public_jwk.clone();
    let id = client.verify(&request).await;
    let sealed = client.get(&format!("/v1/verifications/{id}/report")).await.text();
    let opens = |private: &str| {
        let key = RecipientPrivateKey::parse(private).expect("a key");
        open(&sealed, &key, &TrustedKeys::Announced, |_| InclusionCheck::NotChecked).is_ok()
    };
    assert!(opens(&own.private_jwk) && !opens(&face.stage.recipient_private));
}

#[tokio::test]
async fn only_what_is_offered_and_only_when_it_is_there() {
    let setup = crate::support::Setup {
        mocks: hedui_mock_sources::Config {
            households: 5,
            faults: crate::faults::plan(
                "tax",
                hedui_mock_sources::faults::Fault::Delay(hedui_mock_sources::faults::Delay::FixedMs(3000)),
            ),
            ..Default::default()
        },
        ..Default::default()
    };
    let face = Face::over(setup).await;
    let client: Client = face.caseworker();
    let id = client.submit(face.household(0).to_string()).await.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/verifications/{id}/report");
    for form in ["application/jose", "application/json", "text/html"] {
        client.get_as(&path, form).await.assert_problem(409, "conflict");
    }
    client.get_as(&path, "application/pdf").await.assert_problem(406, "not-acceptable");
    client.get_as(&format!("{path}?lang=fr"), "text/html").await.assert_problem(422, "invalid-request");
    client.get_as(&format!("{path}?name=x"), "text/html").await.assert_problem(422, "invalid-request");
}

#[tokio::test]
async fn copies_leave_out_what_their_readers_may_not_see() {
    let face = Face::up().await;
    let client = face.caseworker();
    let mut request = face.household(0);
    let mut person = face.household(1)["household"]["members"][0].clone();
    person["ref"] = json!("o1");
    person["obliged_to"] = request["applicant"].clone();
    person["basis"] = json!("成年子女赡养义务");
    request["household"]["obligors"] = json!([person]);
    let obligor = request["household"]["obligors"][0]["name"].as_str().expect("a name").to_owned();
    let id = client.verify(&request).await;
    client.wait_for_final(&id).await;
    let path = |copy: &str| format!("/v1/verifications/{id}/report?copy={copy}");
    let officer = client.get_as(&path("officer"), "application/json").await.json();
    assert!(officer.to_string().contains(&obligor));
    let applicant = client.get_as(&path("applicant"), "application/json").await.json();
    assert_eq!(applicant["format"], "hedui-applicant-copy/1");
    assert_eq!(applicant["body"]["copy_for"], "applicant");
    assert_eq!(applicant["of"]["body_sha256"], officer["attestation"]["body_sha256"]);
    assert!(!applicant.to_string().contains(&obligor));
    let page = client.get_as(&path("applicant"), "text/html").await.text();
    assert!(page.contains("申请人件") && !page.contains(&obligor) && !page.contains("<script"));
    let notice = client.get_as(&path("notice"), "application/json").await;
    match notice.status.as_u16() {
        200 => assert_eq!(notice.json()["format"], "hedui-public-notice/1"),
        _ => drop(notice.assert_problem(409, "conflict")),
    }
    client.get_as(&path("applicant"), "application/jose").await.assert_problem(406, "not-acceptable");
    client.get_as(&path("everybody"), "application/json").await.assert_problem(422, "invalid-request");
    let jose = client.get(&path("officer")).await;
    assert_eq!((jose.status.as_u16(), jose.header("content-type")), (200, "application/jose"));
}
