//! Nobody sends or opens a case of themselves or of registered kin (回避).

use std::collections::BTreeSet;

use hedui::audit::{Action, Leaf};
use hedui::config::Clients;
use hedui::keys::MacUse;
use hedui::telemetry::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use super::Face;
use super::access::World;
use crate::client::{Client, Reply, send};

const KIN: &str = "/v1/callers/supervisor/kin";

/// How a call keeps apart who stands apart from a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// It is refused, with an entry; the body that would be sent.
    Barred(&'static str),
    /// A list: the case is there, and marked.
    Listed,
    /// A file of many: the case is left out, and that it is is said.
    LeftOut,
    /// It names people or cases in its body, or is a case's own list; another test of this file, or of the room itself, is about it.
    InItsOwnTest,
    /// It opens nothing of a case.
    NoCase,
}

/// Every call that needs a token.
const ROUTES: &[(&str, &str, Stand)] = &[
    ("GET", "/v1/verifications", Stand::Listed),
    ("GET", "/v1/verifications/{id}", Stand::Barred("null")),
    ("GET", "/v1/verifications/{id}/events", Stand::Barred("null")),
    ("GET", "/v1/verifications/{id}/versions", Stand::Barred("null")),
    ("GET", "/v1/verifications/{id}/report", Stand::Barred("null")),
    ("GET", "/v1/verifications/{id}/receipt", Stand::Barred("null")),
    ("GET", "/v1/verifications/{id}/change", Stand::Barred("null")),
    ("POST", "/v1/verifications/{id}/heard", Stand::Barred(r#"{"statement": "已悉"}"#)),
    ("GET", "/v1/verifications/{id}/objections", Stand::Barred("null")),
    (
        "POST",
        "/v1/verifications/{id}/objections",
        Stand::Barred(r#"{"version": 1, "sources": ["vehicles"], "statement": "车已报废"}"#),
    ),
    ("POST", "/v1/verifications/{id}/ask-again", Stand::Barred(r#"{"source": "vehicles"}"#)),
    ("GET", "/v1/verifications/{id}/reviews", Stand::Barred("null")),
    (
        "POST",
        "/v1/verifications/{id}/reviews",
        Stand::Barred(r#"{"version": 1, "decisions": [{"record": "m1/tax/1", "belongs": true, "reason": "核实"}]}"#),
    ),
    ("POST", "/v1/verifications/{id}/issue", Stand::Barred(r#"{"version": 1}"#)),
    ("POST", "/v1/verifications/{id}/cancel", Stand::Barred("null")),
    (
        "POST",
        "/v1/verifications/{id}/withdraw-authorisation",
        Stand::Barred(r#"{"member": "m1", "reason": "本人申请"}"#),
    ),
    ("DELETE", "/v1/verifications/{id}", Stand::Barred("null")),
    ("GET", "/v1/approvals", Stand::Listed),
    ("GET", "/v1/approvals/{id}", Stand::Barred("null")),
    ("POST", "/v1/approvals/{id}/agree", Stand::Barred("{}")),
    ("POST", "/v1/approvals/{id}/ask-again", Stand::Barred("{}")),
    ("POST", "/v1/approvals/{id}/refuse", Stand::Barred("{}")),
    ("GET", "/v1/subscriptions", Stand::Listed),
    ("DELETE", "/v1/subscriptions/{id}", Stand::Barred("{}")),
    ("GET", "/v1/alerts", Stand::Listed),
    ("POST", "/v1/alerts/{id}/acknowledge", Stand::Barred("{}")),
    ("GET", "/v1/due", Stand::Listed),
    ("GET", "/v1/batches/{id}/results", Stand::LeftOut),
    ("GET", "/v1/batches/{id}/referrals", Stand::LeftOut),
    ("GET", "/v1/batches/{id}/changes", Stand::LeftOut),
    ("POST", "/v1/verifications", Stand::InItsOwnTest),
    ("POST", "/v1/batches", Stand::InItsOwnTest),
    ("POST", "/v1/subscriptions", Stand::InItsOwnTest),
    ("POST", "/v1/inspections", Stand::InItsOwnTest),
    ("POST", "/v1/audit/subjects", Stand::InItsOwnTest),
    ("GET", "/v1/reviews", Stand::InItsOwnTest),
    ("GET", "/v1/batches", Stand::NoCase),
    ("GET", "/v1/batches/{id}", Stand::NoCase),
    ("GET", "/v1/batches/{id}/faults", Stand::NoCase),
    ("POST", "/v1/batches/{id}/pause", Stand::NoCase),
    ("POST", "/v1/batches/{id}/resume", Stand::NoCase),
    ("POST", "/v1/batches/{id}/cancel", Stand::NoCase),
    ("PUT", "/v1/callers/{id}/kin", Stand::NoCase),
    ("GET", "/v1/callers/{id}/kin", Stand::NoCase),
    ("DELETE", "/v1/callers/{id}/kin", Stand::NoCase),
    ("GET", "/v1/callbacks", Stand::NoCase),
    ("POST", "/v1/callbacks/{id}/redeliver", Stand::NoCase),
    ("GET", "/v1/audit/events", Stand::NoCase),
    ("GET", "/v1/audit/events/{id}", Stand::NoCase),
    ("GET", "/v1/audit/findings", Stand::NoCase),
    ("POST", "/v1/audit/findings/{id}/acknowledge", Stand::NoCase),
    ("GET", "/v1/audit/checkpoint", Stand::NoCase),
    ("GET", "/v1/audit/proofs/inclusion", Stand::NoCase),
    ("GET", "/v1/audit/proofs/consistency", Stand::NoCase),
    ("GET", "/v1/audit/tile/{*path}", Stand::NoCase),
    ("GET", "/v1/sources", Stand::NoCase),
    ("GET", "/v1/policies/{region}", Stand::NoCase),
    ("POST", "/v1/assessments", Stand::NoCase),
    ("POST", "/v1/matches", Stand::NoCase),
];

#[test]
fn every_call_of_the_router_says_how_it_keeps_kin_apart() {
    let closed = hedui::api::routes().into_iter().filter(|(_, path)| path.starts_with("/v1/"));
    let (routed, tabled): (BTreeSet<_>, BTreeSet<_>) =
        (closed.collect(), ROUTES.iter().map(|(method, path, _)| (*method, *path)).collect());
    assert_eq!(routed.symmetric_difference(&tabled).collect::<Vec<_>>(), [&("", ""); 0]);
    assert_eq!(tabled.len(), ROUTES.len(), "a call stands there twice");
}

async fn act(client: &Client, method: Method, path: &str, body: &Value) -> Reply {
    send(client.call(method, path).header("content-type", "application/json").body(body.to_string())).await
}

fn members(household: &Value) -> &Vec<Value> {
    household["household"]["members"].as_array().expect("members")
}

/// The number of somebody of a household.
fn number(household: &Value, place: usize) -> String {
    members(household)[place]["id_number"].as_str().expect("a number").to_owned()
}

async fn register(face: &Face, numbers: &[&str]) -> Value {
    let people: Vec<_> = numbers.iter().map(|number| json!({"relation": "other", "id_number": number})).collect();
    let reply = act(&face.client("security_admin", ""), Method::PUT, KIN, &json!({"people": people})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

#[track_caller]
fn assert_barred(reply: &Reply, what: &str) {
    let problem = reply.assert_problem(403, "forbidden");
    assert_eq!(problem["detail_zh"], "回避：所涉为您本人或已登记的亲属", "{what}");
}

async fn denied(face: &Face) -> Vec<Leaf> {
    face.stage.entries().await.into_iter().filter(|leaf| leaf.event.action == Action::AccessDenied).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_of_kin_opens_in_no_way_and_the_log_says_that_it_was_tried() {
    let world = World::up().await;
    let face = &world.face;
    let (own, other) = (face.client("supervisor", "report:read"), face.client("second-supervisor", "report:read"));
    let family = (0..20).map(|index| face.household(index)).find(|one| members(one).len() > 2).expect("a family");
    let [relative, in_batch] = [number(&family, 1), number(&face.household(0), 0)];
    register(face, &[&relative, &in_batch]).await;
    let case = &world.case;
    for (method, template, stand) in ROUTES {
        let Stand::Barred(body) = stand else { continue };
        let id = match template.split('/').nth(2) {
            Some("verifications") => case,
            Some("approvals") => &world.approval,
            Some("subscriptions") => &world.subscription,
            Some("alerts") => &world.alert,
            _ => panic!("{template}: what does it name?"),
        };
        let path = template.replace("{id}", id) + if *method == "DELETE" { "?grounds=mistaken" } else { "" };
        let body = serde_json::from_str(body).expect("JSON");
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let before = denied(face).await.len();
        assert_barred(&act(&own, method, &path, &body).await, &path);
        let entries = denied(face).await;
        assert_eq!(entries.len(), before + 1, "{path}: it stands in the log");
        let about = entries.last().and_then(|leaf| leaf.event.case).map(|case| case.to_string());
        assert_eq!(about.as_ref(), Some(case), "{path}");
    }
    let base = format!("/v1/verifications/{case}");
    for form in ["application/jose", "application/json", "text/html"] {
        assert_barred(&own.get_as(&format!("{base}/report"), form).await, form);
    }
    let passed = act(&own, Method::POST, "/v1/subscriptions", &json!({"cases": [world.case]})).await.json();
    assert_eq!((&passed["watched"], &passed["already"], &passed["passed_over"]), (&json!(0), &json!(0), &json!(1)));
    assert_eq!(
        act(
            &face.client("security_admin", ""),
            Method::PUT,
            "/v1/callers/auditor/kin",
            &json!({"people": [{"relation": "other", "id_number": relative}]})
        )
        .await
        .status,
        200
    );
    let terms = json!({"case": case, "grounds": "sample", "document": "1", "hours": 1});
    assert_barred(&act(&face.client("auditor", ""), Method::POST, "/v1/inspections", &terms).await, "an inspection");
    // lists say that it is there, and that it is barred
    for (_, path, _) in ROUTES.iter().filter(|(.., stand)| *stand == Stand::Listed) {
        let path = &if *path == "/v1/due" { format!("{path}?until=2099-12-31") } else { (*path).to_owned() };
        let of_case = |list: Value| {
            let is_of = |item: &&Value| item["case"] == *world.case || item["id"] == *world.case;
            list["items"].as_array().and_then(|items| items.iter().find(is_of)).cloned()
        };
        let mine = of_case(own.get(path).await.json()).unwrap_or_else(|| panic!("{path}: it is there"));
        assert_eq!(mine["barred"], true, "{path}: {mine}");
        assert!(mine.get("alert").is_none() && mine["may_agree"] != true, "{path}: {mine}");
        let theirs = of_case(other.get(path).await.json()).unwrap_or_else(|| panic!("{path}: it is there"));
        assert!(theirs.get("barred").is_none(), "{path}: {theirs}");
    }
    // files leave it out, and say so
    let batch = format!("/v1/batches/{}", world.batch);
    for (_, sheet, _) in ROUTES.iter().filter(|(.., stand)| *stand == Stand::LeftOut) {
        for form in ["application/x-ndjson", "text/csv"] {
            let path = sheet.replace("{id}", &world.batch);
            let mine = own.get_as(&path, form).await;
            assert_eq!((mine.status.as_u16(), mine.header("hedui-left-out")), (200, "1"), "{sheet} {form}");
            assert!(mine.text().lines().count() <= usize::from(form == "text/csv"), "{sheet} {form}: {}", mine.text());
            assert_eq!(other.get_as(&path, form).await.header("hedui-left-out"), "", "{sheet} {form}");
        }
    }
    assert_eq!(other.get_as(&format!("{batch}/results"), "application/x-ndjson").await.text().lines().count(), 1);
    let due = own.get_as("/v1/due?until=2099-12-31", "application/x-ndjson").await;
    assert!(!due.text().contains(&relative) && !due.header("hedui-left-out").is_empty());
    assert!(other.get_as("/v1/due?until=2099-12-31", "application/x-ndjson").await.text().contains(&relative));
    // another officer is not affected, and neither is this one once nobody is registered
    assert_eq!(other.get_as(&format!("{base}/report"), "application/json").await.status, 200);
    let guard = face.client("security_admin", "");
    assert_eq!(act(&guard, Method::DELETE, KIN, &json!(null)).await.status, 204);
    assert_eq!(act(&guard, Method::DELETE, KIN, &json!(null)).await.status, 204, "nobody is registered any more");
    for path in ["", "/report", "/reviews", "/objections"] {
        assert_eq!(own.get(&format!("{base}{path}")).await.status, 200, "{path}");
    }
    assert_eq!(own.get_as(&format!("{batch}/results"), "application/x-ndjson").await.header("hedui-left-out"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_sends_a_case_of_kin_alone_or_in_a_file() {
    let face = Face::up().await;
    let own = face.client("supervisor", "report:read");
    let household = face.household(0);
    register(&face, &[&number(&household, 0)]).await;
    let refused = own.submit(household.to_string()).await;
    assert_barred(&refused, "a case");
    assert_eq!(refused.json()["errors"][0]["pointer"], "/household/members/0/id_number");
    assert_eq!(own.get("/v1/verifications").await.json()["items"], json!([]), "nothing is kept");
    assert_eq!(denied(&face).await.len(), 1);
    let file = format!("{}\n{}\n", household, face.household(1));
    let batch = send(own.call(Method::POST, "/v1/batches?format=ndjson").body(file)).await.json();
    let path = format!("/v1/batches/{}", batch["id"].as_str().expect("an id"));
    for _ in 0..600 {
        if own.get(&path).await.json()["status"] == "finished" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let faults = own.get_as(&format!("{path}/faults"), "application/json").await;
    let found = faults.json();
    assert_eq!((found.as_array().map(Vec::len), found[0]["code"].as_str()), (Some(1), Some("kin")), "{found}");
    assert!(!faults.text().contains(&number(&household, 0)));
    assert_eq!(face.client("second-supervisor", "").submit(household.to_string()).await.status, 202, "another may");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_holds_under_a_new_epoch_of_the_ring() {
    let face = Face::up().await;
    let (own, other) = (face.client("supervisor", "report:read"), face.client("second-supervisor", "report:read"));
    let household = face.household(0);
    let before = other.verify(&household).await;
    register(&face, &[&number(&household, 0)]).await;
    face.stage.keys.add_mac_epoch(MacUse::BlindIndex, Clock::system().now()).expect("an epoch");
    let after = other.verify(&household).await;
    for case in [before, after] {
        assert_barred(&own.get(&format!("/v1/verifications/{case}")).await, &case);
    }
    assert_barred(&own.submit(household.to_string()).await, "a case");
    let opened = |leaf: &Leaf| leaf.event.action == Action::DocumentOpened && leaf.event.registration.is_some();
    assert_eq!(face.stage.entries().await.iter().filter(|leaf| opened(leaf)).count(), 1, "it was tagged anew once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registration_shows_and_leaves_no_number() {
    let face = Face::up().await;
    let guard = face.client("security_admin", "");
    let household = face.household(0);
    let canary = number(&household, 0);
    let people = json!({"people": [{"relation": "self", "id_number": canary}]});
    for path in ["/v1/callers/nobody/kin", "/v1/callers/caseworker@elsewhere/kin"] {
        act(&guard, Method::PUT, path, &people).await.assert_problem(404, "not-found");
    }
    let mistyped = canary.replace(&canary[16..17], if &canary[16..17] == "1" { "2" } else { "1" });
    let wrong =
        json!({"people": [{"relation": "self", "id_number": mistyped}, {"relation": "self", "id_number": canary}]});
    let refused = act(&guard, Method::PUT, KIN, &wrong).await;
    let faults = refused.assert_problem(422, "invalid-request");
    assert_eq!(faults["errors"].as_array().map(Vec::len), Some(2), "{faults}");
    assert!(!refused.text().contains(&canary) && !refused.text().contains(&mistyped));
    assert_eq!(guard.get(KIN).await.json()["relations"], json!({}), "nothing of it is kept");

    let registered = act(&guard, Method::PUT, KIN, &people).await;
    assert_eq!(registered.json()["relations"], json!({"self": 1}));
    let shown = guard.get(KIN).await;
    assert_eq!(shown.json(), registered.json());
    assert!(!shown.text().contains(&canary));
    assert_eq!(act(&guard, Method::DELETE, KIN, &json!(null)).await.status, 204);
    let entries = face.stage.entries().await;
    let about: Vec<_> = entries.iter().filter(|leaf| leaf.event.registration.is_some()).collect();
    let actions: Vec<_> = about.iter().map(|leaf| leaf.event.action).collect();
    assert_eq!(actions, [Action::KinRegistered, Action::DocumentOpened, Action::KinRemoved]);
    let contains = |bytes: &[u8]| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
    assert!(entries.iter().all(|leaf| !contains(&leaf.to_bytes())), "no entry holds a number");
    for file in ["hedui.sqlite", "hedui.sqlite-wal"] {
        let bytes = std::fs::read(face.stage.folder.path().join("data").join(file)).unwrap_or_default();
        assert!(!contains(&bytes), "{file} holds no number");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_registers_for_themselves_nor_reads_the_trail_of_kin() {
    let face = Face::up().await;
    let guard = face.client("security_admin", "");
    let number = number(&face.household(0), 0);
    let people = json!({"people": [{"relation": "self", "id_number": number}]});
    let own = "/v1/callers/security_admin/kin";
    for method in [Method::PUT, Method::DELETE] {
        act(&guard, method, own, &people).await.assert_problem(403, "forbidden");
    }
    assert_eq!(guard.get(own).await.json()["relations"], json!({}));

    assert_eq!(act(&guard, Method::PUT, "/v1/callers/auditor/kin", &people).await.status, 200);
    let auditor = face.client("auditor", "");
    let trail = |number: &str| json!({"id_number": number});
    let whole = auditor.call(Method::POST, "/v1/audit/subjects").header("content-type", "application/json");
    let whole = whole.header("accept", "text/csv").body(trail(&number).to_string());
    assert_barred(&send(whole).await, "the whole trail");
    let spaced = format!("{} {}", &number[..6], &number[6..]);
    for written in [&number, &spaced] {
        assert_barred(&act(&auditor, Method::POST, "/v1/audit/subjects", &trail(written)).await, written);
    }
    assert_eq!(denied(&face).await.len(), 1, "it stands in the log; the same again is counted");
    let another = face.household(1)["household"]["members"][0]["id_number"].as_str().expect("a number").to_owned();
    assert_eq!(act(&auditor, Method::POST, "/v1/audit/subjects", &trail(&another)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_registered_for_somebody_who_left_is_shown_and_removed() {
    let face = Face::up().await;
    let guard = face.client("security_admin", "");
    let household = face.household(0);
    register(&face, &[&number(&household, 0)]).await;
    let stay = face.served.clients.iter().filter(|client| client.id != "supervisor").cloned().collect();
    face.stage.register.replace(Clients::new(stay));
    assert_eq!(guard.get(KIN).await.json()["relations"], json!({"other": 1}));
    let people = json!({"people": [{"relation": "self", "id_number": number(&household, 0)}]});
    act(&guard, Method::PUT, KIN, &people).await.assert_problem(404, "not-found");
    let stranger = face.client("security_admin@elsewhere", "");
    let before = denied(&face).await.len();
    act(&stranger, Method::DELETE, KIN, &json!(null)).await.assert_problem(404, "not-found");
    assert_eq!(denied(&face).await.len(), before + 1);
    assert_eq!(act(&guard, Method::DELETE, KIN, &json!(null)).await.status, 204);
    guard.get(KIN).await.assert_problem(404, "not-found");
}

#[tokio::test]
async fn two_accounts_of_one_person_are_one_hand() {
    let face = Face::up().await;
    let (one, two) = (face.client("supervisor", "report:read"), face.client("second-supervisor", "report:read"));
    let another = face.client("both", "report:read");
    let myself = number(&face.household(9), 0);
    let guard = face.client("security_admin", "");
    for who in ["supervisor", "second-supervisor"] {
        let people = json!({"people": [{"relation": "self", "id_number": myself}]});
        let reply = act(&guard, Method::PUT, &format!("/v1/callers/{who}/kin"), &people).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }
    let id = one.verify(&face.household(0)).await;
    let version = one.wait_for_final(&id).await["version"].clone();
    let one_person = |reply: &Reply| {
        let problem = reply.assert_problem(403, "forbidden");
        assert!(problem["detail_zh"].as_str().is_some_and(|text| text.starts_with("须由另一人办理")), "{problem}");
    };
    let issue = format!("/v1/verifications/{id}/issue");
    one_person(&act(&two, Method::POST, &issue, &json!({"version": version})).await);
    assert_eq!(act(&another, Method::POST, &issue, &json!({"version": version})).await.status, 200);

    let erase = format!("/v1/verifications/{id}?grounds=mistaken");
    let asked = act(&one, Method::DELETE, &erase, &json!(null)).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let approval = asked.header("location").to_owned();
    let may_agree = async |client: &Client| client.get("/v1/approvals").await.json()["items"][0]["may_agree"].clone();
    assert_eq!((may_agree(&two).await, may_agree(&another).await), (json!(false), json!(true)));
    let agree = format!("{approval}/agree");
    one_person(&act(&two, Method::POST, &agree, &json!(null)).await);
    assert_eq!(act(&another, Method::POST, &agree, &json!(null)).await.status, 200);
}
