//! Faulty requests: every fault at once, with its place and a remedy; nothing asked, nothing kept but the refusal's entry.

use std::collections::BTreeSet;

use hedui::audit::{Action, Outcome};
use serde_json::{Value, json};

use super::Face;
use crate::client::{Reply, send};

/// (pointer, code) of every fault of a refusal, each held to be complete.
#[track_caller]
fn faults(reply: &Reply) -> BTreeSet<(String, String)> {
    let problem = reply.assert_problem(422, "invalid-request");
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no faults listed: {problem}"));
    for fault in errors {
        for name in ["code", "detail", "detail_zh", "remedy", "remedy_zh"] {
            assert!(!text(fault, name).is_empty(), "{name} is missing: {fault}");
        }
    }
    errors.iter().map(|fault| (text(fault, "pointer"), text(fault, "code"))).collect()
}

fn at(pointer: &str, code: &str) -> (String, String) {
    (pointer.to_owned(), code.to_owned())
}

/// Nothing was asked, no case exists, and the log holds `refusals` entries, each a refusal without a case.
async fn assert_untouched(face: &Face, refusals: usize) {
    assert_eq!(face.stage.mocks.statistics(), json!({}), "no department was asked");
    assert_eq!(face.caseworker().get("/v1/verifications").await.json()["items"], json!([]));
    let entries = face.stage.entries().await;
    assert_eq!(entries.len(), refusals);
    for entry in entries {
        assert_eq!((entry.event.action, entry.event.outcome), (Action::Refused, Outcome::Denied));
        assert_eq!((entry.event.case, entry.event.subject_tag, entry.event.member), (None, None, None));
    }
}

/// A correct identity number with another check digit.
fn wrong_checksum(number: &str) -> String {
    let last = if number.ends_with('3') { '4' } else { '3' };
    format!("{}{last}", &number[..17])
}

/// Where each fault of [`everything_wrong`] must be reported, and as what.
const EXPECTED: [(&str, &str); 23] = [
    ("/purpose", "unknown_purpose"),
    ("/region", "unknown_region"),
    ("/as_of", "future"),
    ("/purpos", "unknown_field"),
    ("/applicant", "unknown_member"),
    ("/recipient_key/d", "recipient_key_private"),
    ("/household/members/0/id_number", "id_number_check_character"),
    ("/household/members/1/birth_date", "contradicts_id"),
    ("/household/members/2", "repeated_member"),
    ("/household/members/3/authorisation", "no_authorisation"),
    ("/household/members/4/authorisation/valid_until", "expired"),
    ("/household/members/5/authorisation/signed_on", "date"),
    ("/household/members/6/name", "control_character"),
    ("/household/members/6/declared/income/0/annual_yuan", "amount"),
    ("/household/members/6/declared/income/1/class", "unknown_class"),
    ("/household/members/7/authorisation/signed_by", "minor_signed"),
    ("/household/members/8/authorisation/signed_by", "guardian_minor"),
    ("/household/members/9/authorisation/signed_by", "unknown_member"),
    ("/household/members/10/ref", "ref_is_a_number"),
    ("/household/members/11/ref", "ref_is_a_number"),
    ("/household/members/12/id_number", "id_number_shape"),
    ("/household/members/13/authorisation/signed_by", "adult_guardian"),
    ("/household/members/13/***", "unknown_field"),
];

/// A request in which nearly everything is wrong.
fn everything_wrong(good: &Value, private_key: &str) -> Value {
    let mut bad = good.clone();
    let adult = good["household"]["members"][0].clone();
    bad["purpose"] = json!("curiosity");
    bad["region"] = json!("110101");
    bad["as_of"] = json!("2999-01-01");
    bad["purpos"] = json!("dibao_application");
    bad["applicant"] = json!("ghost-7");
    bad["recipient_key"] = serde_json::from_str(private_key).expect("a JWK");
    let person = |reference: &str, change: &dyn Fn(&mut Value)| {
        let mut person = adult.clone();
        person["ref"] = json!(reference);
        change(&mut person);
        person
    };
    let child = |reference: &str, born: &str, signed_by: Value| {
        let mut authorisation = adult["authorisation"].clone();
        authorisation["signed_by"] = signed_by;
        json!({"ref": reference, "relation": "20", "name": "小测", "id_kind": "birth_certificate",
            "id_number": format!("U62{:07}", born.len() + reference.len()), "birth_date": born, "authorisation": authorisation})
    };
    let number = adult["id_number"].as_str().expect("a number").to_owned();
    let declared =
        json!({"income": [{"class": "wage", "annual_yuan": "1,200.005"}, {"class": "luck", "annual_yuan": "1.00"}]});
    bad["household"]["members"] = json!([
        person("m1", &|p| p["id_number"] = json!(wrong_checksum(&number))),
        person("m2", &|p| p["birth_date"] = json!("1950-01-01")),
        person("m3", &|_| ()),
        person("m4", &|p| drop(p.as_object_mut().expect("an object").remove("authorisation"))),
        person("m5", &|p| p["authorisation"]["valid_until"] = json!("2025-12-31")),
        person("m6", &|p| p["authorisation"]["signed_on"] = json!("last week")),
        person("m7", &|p| {
            p["name"] = json!("测\u{7}试");
            p["declared"] = declared.clone();
        }),
        child("m8", "2020-05-05", json!("self")),
        child("m9", "2019-05-05", json!({"guardian": "m8"})),
        child("m10", "2018-05-05", json!({"guardian": "m77"})),
        person("620422198304129439", &|_| ()),
        person("620422-198304-129439", &|_| ()),
        person("m13", &|p| {
            p["id_kind"] = json!("foreign_permanent");
            p["id_number"] = json!("CN123");
        }),
        person("m14", &|p| {
            p["authorisation"]["signed_by"] = json!({"guardian": "m1"});
            p["62042219830412943X"] = json!(1);
        }),
    ]);
    bad
}

#[tokio::test]
async fn every_fault_is_listed_at_once_and_nothing_happens() {
    let face = Face::up().await;
    let bad = everything_wrong(&face.stage.mocks.sample_request(), &face.stage.recipient_private);
    let reply = face.caseworker().submit(bad.to_string()).await;
    let found = faults(&reply);
    let missing: Vec<_> = EXPECTED.iter().filter(|(pointer, code)| !found.contains(&at(pointer, code))).collect();
    assert!(missing.is_empty(), "not reported: {missing:#?}\nreported: {found:#?}");
    let problem = reply.json();
    let near = problem["errors"].as_array().expect("faults").iter().find(|fault| fault["pointer"] == "/purpos");
    assert!(near.expect("reported")["remedy"].as_str().is_some_and(|text| text.contains("`purpose`")));
    assert_untouched(&face, 1).await;
}

/// Every text value of a document.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|item| texts(item, into)),
        _ => {}
    }
}

#[tokio::test]
async fn no_fault_repeats_a_value_that_was_sent() {
    let face = Face::up().await;
    let mut bad = everything_wrong(&face.stage.mocks.sample_request(), &face.stage.recipient_private);
    bad["household"]["members"][0]["relation"] = json!("户主");
    bad["household"]["members"][1]["phone"] = json!(13_809_430_001_u64);
    bad["household"]["members"][2]["sex"] = json!("雌");
    bad["household"]["members"][3]["id_kind"] = json!("library_card");
    bad["legal_basis"] = json!({"kind": "because"});
    let problem = face.caseworker().submit(bad.to_string()).await.assert_problem(422, "invalid-request");
    let mut sent = BTreeSet::new();
    texts(&bad, &mut sent);
    // Words of closed lists, which faults list, and texts as short as the examples in remedies.
    let closed = [
        "self",
        "all",
        "social_assistance",
        "dibao_application",
        "wage",
        "urban",
        "birth_certificate",
        "foreign_permanent",
        "P-256",
        "EC",
    ];
    sent.retain(|text| text.len() > 3 && !closed.contains(&text.as_str()));
    assert!(sent.len() > 20, "{sent:?}");
    for fault in problem["errors"].as_array().expect("faults") {
        for name in ["detail", "detail_zh", "remedy", "remedy_zh", "code"] {
            let text = fault[name].as_str().expect("a text");
            let repeated = sent.iter().find(|value| text.contains(value.as_str()));
            assert_eq!(repeated, None, "{} repeats a value that was sent", fault["pointer"]);
        }
    }
}

#[tokio::test]
async fn what_is_no_document_is_refused_with_the_place() {
    let face = Face::up().await;
    let client = face.caseworker();
    let detail = async |body: Vec<u8>| {
        let reply = client.submit(body).await;
        assert_eq!(faults(&reply).len(), 1);
        let fault = reply.json()["errors"][0].clone();
        assert_eq!(fault["pointer"], "");
        (fault["code"].as_str().unwrap_or_default().to_owned(), fault["detail"].as_str().unwrap_or_default().to_owned())
    };
    let (code, text) = detail(encoding_rs::GBK.encode("{\"reference\": \"核对\"}").0.into_owned()).await;
    assert_eq!(code, "invalid_utf8");
    assert!(text.contains("offset 15"), "{text}");
    let (code, text) = detail(b"{\n  \"purpose\": \"x\",,\n}".to_vec()).await;
    assert_eq!(code, "invalid_json");
    assert!(text.contains("line 2, column 18"), "{text}");
    assert_eq!(detail(b"[1, 2]".to_vec()).await.0, "type");
    assert_eq!(detail(Vec::new()).await.0, "invalid_json");
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    assert_eq!(detail(deep.into_bytes()).await.0, "invalid_json");
    assert_untouched(&face, 5).await;
}

#[tokio::test]
async fn households_and_days_have_limits() {
    let face = Face::up().await;
    let client = face.caseworker();
    let good = face.stage.mocks.sample_request();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = good.clone();
        change(&mut request);
        client.submit(request.to_string())
    };
    let empty = with(&|r| r["household"]["members"] = json!([])).await;
    assert!(faults(&empty).contains(&at("/household/members", "count")));
    let crowd = with(&|r| {
        let first = r["household"]["members"][0].clone();
        r["household"]["members"] = (0..31).map(|_| first.clone()).collect();
    });
    assert!(faults(&crowd.await).contains(&at("/household/members", "count")));
    for (day, code) in
        [("2019-01-01", "too_old"), ("2024-06-15", "no_pack_then"), ("2026-02-30", "date"), ("2999-01-01", "future")]
    {
        assert_eq!(faults(&with(&|r| r["as_of"] = json!(day)).await), [at("/as_of", code)].into(), "{day}");
    }
    assert_untouched(&face, 6).await;
}

#[tokio::test]
async fn money_is_a_decimal_text_of_yuan_and_nothing_else() {
    let face = Face::up().await;
    let client = face.caseworker();
    let good = face.stage.mocks.sample_request();
    let pointer = "/household/members/0/declared/income/0/annual_yuan";
    let amounts = ["-1.00", "1,200.00", "1.234", "１２", "1e3", "", " ", "NaN", "0x10", "99999999999999999999"];
    let numbers = [json!(12.5), json!(12), json!(true), json!([])];
    for amount in amounts.map(|text| json!(text)).into_iter().chain(numbers) {
        let mut request = good.clone();
        request["household"]["members"][0]["declared"] = json!({"income": [{"class": "wage", "annual_yuan": amount}]});
        let reply = client.submit(request.to_string()).await;
        assert_eq!(faults(&reply), [at(pointer, "amount")].into(), "{amount}");
    }
}

#[tokio::test]
async fn an_unknown_kind_of_document_hides_no_other_field() {
    let face = Face::up().await;
    let mut request = face.stage.mocks.sample_request();
    request["household"]["members"][0]["id_kind"] = json!("library_card");
    let reply = face.caseworker().submit(request.to_string()).await;
    let expected = at("/household/members/0/id_kind", "unknown_id_kind");
    assert_eq!(faults(&reply), [expected].into(), "its number is still a known field");
}

#[tokio::test]
async fn a_field_that_stands_twice_is_refused_and_an_adult_may_have_an_agent() {
    let face = Face::up().await;
    let client = face.caseworker();
    let good = face.stage.mocks.sample_request();
    let twice = good.to_string().replacen("\"purpose\":", "\"purpose\":\"monitoring\",\"purpose\":", 1);
    assert_eq!(faults(&client.submit(twice).await), [at("/purpose", "duplicate_field")].into());
    let mut agent = good.clone();
    agent["household"]["members"][0]["authorisation"]["signed_by"] = json!({"agent": {"name": "代理人",
        "id_number": good["household"]["members"][1]["id_number"], "basis": "（2026）甘0422民特1号判决"}});
    assert_eq!(client.submit(agent.to_string()).await.status, 202);
}

#[tokio::test]
async fn pointers_escape_what_rfc_6901_says() {
    let face = Face::up().await;
    let mut request = face.stage.mocks.sample_request();
    request["a/b~c"] = json!(1);
    let reply = send(face.caseworker().submission(request.to_string())).await;
    assert_eq!(faults(&reply), [at("/a~1b~0c", "unknown_field")].into());
}
