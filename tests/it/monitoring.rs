//! A household over time: what changed since its last report, who is due, who is watched, what was found, who was heard.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hedui::keys::MacUse;
use hedui::telemetry::Clock;
use hedui_mock_sources::Config;
use hedui_mock_sources::truth::RequestOptions;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, send};
use super::support::{PATIENCE, Setup, Stage};

/// A clock that can be put forward.
#[derive(Clone, Default)]
struct Forward(Arc<AtomicI64>);

impl Forward {
    fn days(&self, days: i64) {
        self.0.fetch_add(days * 24, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let hours = Arc::clone(&self.0);
        Clock::of(move || Timestamp::now() + SignedDuration::from_hours(hours.load(Ordering::SeqCst)))
    }
}

async fn stage(forward: &Forward) -> Stage {
    let mocks = Config { households: 20, ticket_delay: Duration::from_millis(50), ..Config::default() };
    Stage::start(Setup { mocks, clock: forward.clock(), ..Setup::default() }).await
}

fn review(stage: &Stage, index: u32) -> Value {
    let options = RequestOptions { purpose: "periodic_review".into(), ..RequestOptions::default() };
    stage.mocks.request_for(index, &options).expect("a household")
}

/// A household of at least so many members.
fn of_size(stage: &Stage, least: usize) -> Value {
    let mut all = (0..20).map(|index| review(stage, index));
    all.find(|request| request["household"]["members"].as_array().map_or(0, Vec::len) >= least).expect("one so large")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_is_told_with_reasons_and_the_family_is_heard_first() {
    let forward = Forward::default();
    let stage = stage(&forward).await;
    let served = stage.serve().await;
    let client = Client::new(&served.url(""), Some(served.token("supervisor", "report:read")));
    let request = of_size(&stage, 3);
    let first = client.verified(&request).await;
    client.get(&format!("/v1/verifications/{first}/change")).await.assert_problem(404, "not-found");

    let same = client.verified(&request).await;
    client.get(&format!("/v1/verifications/{same}/change")).await.assert_problem(404, "not-found");

    // somebody has left the household
    let mut smaller = request.clone();
    let members = smaller["household"]["members"].as_array_mut().expect("members");
    let left = members.pop().expect("somebody");
    let body = format!("{smaller}\n");
    let batch = send(client.call(Method::POST, "/v1/batches?format=ndjson").body(body)).await;
    let batch = batch.json()["id"].as_str().expect("an id").to_owned();
    let mut status = Value::Null;
    for _ in 0..600 {
        status = client.get(&format!("/v1/batches/{batch}")).await.json();
        if status["status"] == "finished" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(status["cases"]["final"], 1, "{status}");
    let changes = client.get_as(&format!("/v1/batches/{batch}/changes"), "application/x-ndjson").await;
    let line: Value = serde_json::from_str(changes.text().lines().next().expect("a line")).expect("JSON");
    assert_eq!((&line["case_before"], &line["reference"]), (&json!(same), &request["reference"]), "{line}");
    let items = line["change"]["items"].as_array().expect("items");
    assert!(items.iter().any(|item| item.to_string().contains(left["ref"].as_str().expect("a ref"))), "{items:?}");
    let table = client.get_as(&format!("/v1/batches/{batch}/changes?lang=en"), "text/csv").await;
    assert!(table.text().starts_with("\u{feff}reference,case_before,case_after,what"), "{}", table.text());
    assert!(!table.text().contains(left["name"].as_str().expect("a name")), "a table for others names nobody");

    // the family is heard, and that stands with the change
    let case = line["case_after"].as_str().expect("a case").to_owned();
    let heard = format!("/v1/verifications/{case}/heard");
    let wrong = client.call(Method::POST, &heard).header("content-type", "application/json").body("{}");
    send(wrong).await.assert_problem(422, "invalid-request");
    let statement = json!({"statement": "女儿已出嫁"}).to_string();
    let other = json!({"statement": "女儿已出嫁", "version": 2}).to_string();
    let other = client.call(Method::POST, &heard).header("content-type", "application/json").body(other);
    send(other).await.assert_problem(409, "conflict");
    let same = format!("/v1/verifications/{same}/heard");
    let same = client.call(Method::POST, &same).header("content-type", "application/json").body(statement.clone());
    send(same).await.assert_problem(409, "conflict");
    let blind = Client::new(&served.url(""), Some(served.token("supervisor", "")));
    let blind = blind.call(Method::POST, &heard).header("content-type", "application/json").body(statement.clone());
    send(blind).await.assert_problem(403, "forbidden");
    let right = client.call(Method::POST, &heard).header("content-type", "application/json").body(statement);
    assert_eq!(send(right).await.status, 204);
    let changed = client.get(&format!("/v1/verifications/{case}/change")).await.json();
    assert!(changed["heard_on"].is_string(), "{changed}");
    assert_eq!(changed["statements"][0]["words"], "女儿已出嫁", "{}", changed["statements"]);
    let passing = client.get_as(&format!("/v1/batches/{batch}/changes?for=passing_on"), "application/x-ndjson").await;
    assert_eq!(passing.text().lines().count(), 1, "who was heard may be passed on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_adverse_is_passed_on_before_the_family_was_heard_or_had_its_days() {
    let forward = Forward::default();
    let stage = stage(&forward).await;
    let served = stage.serve().await;
    let client = Client::new(&served.url(""), Some(served.token("supervisor", "report:read")));
    // a household on dibao, by its report
    let mut found = None;
    for index in 0..20 {
        let request = review(&stage, index);
        let id = client.verified(&request).await;
        let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await.json();
        let outcomes = report["body"]["screening"].as_array().expect("outcomes");
        if outcomes.iter().any(|one| one["outcome"] == "dibao" && one["state"] == "met") {
            found = Some(request);
            break;
        }
    }
    let mut request = found.expect("somebody is on dibao");
    // which now says that it earns a fortune
    request["household"]["members"][0]["declared"] =
        json!({"income": [{"class": "business", "annual_yuan": "900000.00", "informal": true}]});
    let batch = send(client.call(Method::POST, "/v1/batches?format=ndjson").body(format!("{request}\n"))).await;
    let batch = batch.json()["id"].as_str().expect("an id").to_owned();
    for _ in 0..600 {
        if client.get(&format!("/v1/batches/{batch}")).await.json()["status"] == "finished" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let lines = async |reader: &str| {
        let changes = format!("/v1/batches/{batch}/changes{reader}");
        client.get_as(&changes, "application/x-ndjson").await.text().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = lines("").await;
    let line: Value = serde_json::from_str(&all[0]).expect("JSON");
    assert!(line["notice"]["adverse"] == true && line["notice"]["hear_until"].is_string(), "{}", line["notice"]);
    assert_eq!(lines("?for=passing_on").await, [""; 0], "nobody was heard yet");
    let case = line["case_after"].as_str().expect("a case");
    let heard = client.call(Method::POST, &format!("/v1/verifications/{case}/heard"));
    let heard = heard.header("content-type", "application/json").body(json!({"statement": "生意刚有起色"}).to_string());
    assert_eq!(send(heard).await.status, 204);
    assert_eq!(lines("?for=passing_on").await.len(), 1, "it was heard");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_due_is_looked_at_again_once() {
    let forward = Forward::default();
    let stage = stage(&forward).await;
    let served = stage.serve().await;
    let client = Client::new(&served.url(""), Some(served.token("supervisor", "report:read")));
    let request = of_size(&stage, 2);
    let case = client.verified(&request).await;
    let due = async |until: &str| client.get(&format!("/v1/due{until}")).await.json();
    assert_eq!(due("").await["items"], json!([]), "nobody is due today");
    let far = due("?until=2028-12-31").await;
    assert_eq!((&far["items"][0]["case"], &far["items"][0]["overdue"]), (&json!(case), &json!(false)), "{far}");
    let by = far["items"][0]["due_on"].as_str().expect("a day").to_owned();
    let file = client.get_as("/v1/due?until=2028-12-31", "application/x-ndjson").await;
    let again: Value = serde_json::from_str(file.text().lines().next().expect("a line")).expect("JSON");
    assert_eq!((&again["purpose"], &again["reference"]), (&json!("periodic_review"), &request["reference"]));
    assert!(by.as_str() > "2026-11", "{by}");
    // looked at again, it is the later case that is due
    let later = client.verified(&request).await;
    let far = due("?until=2028-12-31").await;
    let cases: Vec<_> = far["items"].as_array().expect("items").iter().map(|item| &item["case"]).collect();
    assert_eq!(cases, [&json!(later)]);
    let quiet = Client::new(&served.url(""), Some(served.token("supervisor", "")));
    quiet.get_as("/v1/due", "application/x-ndjson").await.assert_problem(403, "forbidden");
    client.get("/v1/due?until=soon").await.assert_problem(422, "invalid-request");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_household_is_one_under_a_new_epoch_of_the_ring() {
    let stage = stage(&Forward::default()).await;
    let served = stage.serve().await;
    let client = Client::new(&served.url(""), Some(served.token("supervisor", "report:read")));
    let request = of_size(&stage, 2);
    let watch = async |case: &str| {
        let call = client.call(Method::POST, "/v1/subscriptions").header("content-type", "application/json");
        send(call.body(json!({"cases": [case]}).to_string())).await.json()
    };
    let before = client.verified(&request).await;
    assert_eq!(watch(&before).await["watched"], 1);
    stage.keys.add_mac_epoch(MacUse::BlindIndex, Timestamp::now()).expect("an epoch");
    let after = client.verified(&request).await;
    assert_eq!(watch(&after).await["already"], 1, "its household is watched already");
    let due = client.get("/v1/due?until=2028-12-31").await.json();
    let cases: Vec<_> = due["items"].as_array().expect("items").iter().map(|item| &item["case"]).collect();
    assert_eq!(cases, [&json!(after)], "it is due once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watched_household_is_looked_at_until_its_authorisation_ends() {
    let forward = Forward::default();
    let stage = stage(&forward).await;
    let served = stage.serve().await;
    let client = Client::new(&served.url(""), Some(served.token("supervisor", "report:read")));
    let mut request = of_size(&stage, 2);
    for member in request["household"]["members"].as_array_mut().expect("members") {
        member["authorisation"]["valid_until"] =
            json!((Clock::system().today() + jiff::Span::new().days(45)).to_string());
    }
    let case = client.verified(&request).await;
    let subscribe = async |body: Value| {
        let call = client.call(Method::POST, "/v1/subscriptions").header("content-type", "application/json");
        send(call.body(body.to_string())).await
    };
    subscribe(json!({"cases": []})).await.assert_problem(422, "invalid-request");
    let wanted = json!({"cases": [case, uuid::Uuid::now_v7()], "every_days": 20});
    assert_eq!(subscribe(wanted.clone()).await.json(), json!({"watched": 1, "already": 0, "passed_over": 1}));
    assert_eq!(subscribe(wanted).await.json()["already"], 1, "each household once");
    // a whole population: the households of a batch
    let file: String = (3..9).map(|index| format!("{}\n", review(&stage, index))).collect();
    let batch = send(client.call(Method::POST, "/v1/batches?format=ndjson").body(file)).await.json();
    let batch = batch["id"].as_str().expect("an id").to_owned();
    subscribe(json!({"batch": batch, "cases": [batch]})).await.assert_problem(422, "invalid-request");
    for _ in 0..600 {
        if client.get(&format!("/v1/batches/{batch}")).await.json()["status"] == "finished" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let of_batch = subscribe(json!({"batch": batch, "every_days": 300})).await.json();
    let (watched, already) = (of_batch["watched"].as_u64().unwrap_or(0), of_batch["already"].as_u64().unwrap_or(0));
    assert_eq!((watched + already, &of_batch["passed_over"]), (6, &json!(0)), "{of_batch}");
    assert!(watched >= 5, "{of_batch}");

    let cases = async || {
        let listed = client.get("/v1/verifications?limit=200").await.json();
        listed["items"].as_array().expect("items").iter().filter(|one| one["purpose"] == "monitoring").count()
    };
    assert_eq!(cases().await, 0, "it is not due yet");
    forward.days(21);
    let mut looks = 0;
    for _ in 0..PATIENCE.as_secs() * 4 {
        looks = cases().await;
        if looks > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(looks, 1, "one look");
    // past the authorisations nothing is asked any more
    forward.days(30);
    let mut watched = Value::Null;
    for _ in 0..PATIENCE.as_secs() * 4 {
        watched = client.get("/v1/subscriptions").await.json();
        if watched["items"][0]["status"] == "ended" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(watched["items"][0]["ended_why"], "not_authorised", "{watched}");
    assert_eq!(cases().await, 1);
    client.get("/v1/alerts?status=gone").await.assert_problem(422, "invalid-request");
    let alerts = client.get("/v1/alerts").await.json();
    assert!(alerts["items"].is_array(), "{alerts}");
    let id = watched["items"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(
        send(client.call(Method::DELETE, &format!("/v1/subscriptions/{id}"))).await.status,
        204,
        "ended stays ended"
    );
    let elsewhere = Client::new(&served.url(""), Some(served.token("elsewhere", "report:read")));
    let theirs = send(elsewhere.call(Method::DELETE, &format!("/v1/subscriptions/{id}"))).await;
    theirs.assert_problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_watch_of_a_client_who_has_left_ends_and_is_another_s_to_take_up() {
    let forward = Forward::default();
    let stage = stage(&forward).await;
    let served = stage.serve().await;
    let client = |id: &str| Client::new(&served.url(""), Some(served.token(id, "report:read")));
    let request = of_size(&stage, 2);
    let case = client("supervisor").verified(&request).await;
    let office = client("caseworker");
    let subscribe = async || {
        let call = office.call(Method::POST, "/v1/subscriptions").header("content-type", "application/json");
        send(call.body(json!({"cases": [case], "every_days": 20}).to_string())).await.json()
    };
    assert_eq!(subscribe().await["watched"], 1);
    let registered = |with_supervisor: bool| {
        let stay = served.clients.iter().filter(|client| with_supervisor || client.id != "supervisor");
        stage.register.replace(hedui::config::Clients::new(stay.cloned().collect()));
    };
    registered(false);
    forward.days(21);
    let until = async |path: &str, wanted: &dyn Fn(&Value) -> bool| {
        for _ in 0..PATIENCE.as_secs() * 4 {
            let listed = office.get(path).await.json()["items"].clone();
            if listed.as_array().expect("items").iter().any(wanted) {
                return listed;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        panic!("{path}: it never came");
    };
    // a register that lost the client by mistake
    let is_away = |one: &Value| one["client_away_since"].is_string() && one["status"] == "active";
    until("/v1/subscriptions", &is_away).await;
    let looks = |one: &Value| one["purpose"] == "monitoring";
    let looked = async || {
        let listed = office.get("/v1/verifications").await.json();
        listed["items"].as_array().expect("items").iter().filter(|one| looks(one)).count()
    };
    assert_eq!(looked().await, 0, "nobody is asked for somebody who is not there");
    registered(true);
    forward.days(1);
    let goes_on = until("/v1/subscriptions", &|one| one["client_away_since"].is_null()).await;
    assert_eq!((looked().await, &goes_on[0]["status"]), (1, &"active".into()), "it goes on where it was");

    registered(false);
    forward.days(21);
    until("/v1/subscriptions", &is_away).await;
    forward.days(29);
    assert_eq!(subscribe().await["already"], 1, "it rests, and stays");
    forward.days(2);
    let ended = until("/v1/subscriptions", &|one| one["status"] == "ended").await;
    assert_eq!(ended[0]["ended_why"], "client_gone", "{ended}");
    let of_case = |leaf: &hedui::audit::Leaf| leaf.event.case.map(|id| id.to_string()).as_ref() == Some(&case);
    let ends = |leaf: &hedui::audit::Leaf| leaf.event.action == hedui::audit::Action::Unsubscribed && of_case(leaf);
    assert_eq!(stage.entries().await.iter().filter(|leaf| ends(leaf)).count(), 1);
    assert_eq!(looked().await, 1, "nobody was asked for somebody who has left");
    // somebody of the office takes it up
    assert_eq!(subscribe().await["watched"], 1);
    forward.days(21);
    for _ in 0..PATIENCE.as_secs() * 4 {
        if looked().await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    assert_eq!(looked().await, 2, "for whoever took it up");
    let key = hedui::audit::VerifierKey::of(&stage.keys.log_signer());
    let report = hedui::audit::verify_log(&stage.store, &[key], &[]).await.expect("read");
    assert!(report.sound(), "{:?}", report.rows.faults);
}
