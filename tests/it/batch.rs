//! A file of households through the built program over HTTP, and at the command line: faulty rows, roles, steering, kills.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use hedui::audit::Action;
use hedui::keys::DetailKind;
use hedui_mock_sources::batches::{BatchFormat, Headings, Households};
use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule};
use hedui_mock_sources::{Config, MockSources};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::binary::{DEFAULTS, Installation};
use super::client::{Client, Reply, send};
use super::support::{Setup, Stage};

/// Households in the county.
const HOUSEHOLDS: u32 = 60;

async fn departments(faults: Vec<FaultRule>) -> MockSources {
    let config = Config {
        households: HOUSEHOLDS,
        ticket_delay: Duration::from_millis(200),
        faults: FaultPlan { seed: 3, faults },
        ..Config::default()
    };
    MockSources::start(config).await.expect("the departments start")
}

/// The county's households as a file; the codes of its faulty rows, by their lines.
fn file(path: &Path, format: BatchFormat, faulty: u32) -> Vec<(u64, String)> {
    let truth = path.with_extension("truth");
    let as_of = Config::default().as_of;
    let households =
        Households { seed: Config::default().seed, households: HOUSEHOLDS, as_of, faulty, ..Households::default() };
    households.write(format, path, Some(&truth), |_| {}).expect("the file is written");
    let text = std::fs::read_to_string(truth).expect("the truth");
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        Some((line["line"].as_u64()?, line["fault"].as_str()?.to_owned()))
    };
    text.lines().filter_map(line).collect()
}

fn post(client: &Client, query: &str, kind: &str, body: Vec<u8>) -> reqwest::RequestBuilder {
    client.call(reqwest::Method::POST, &format!("/v1/batches{query}")).header("content-type", kind).body(body)
}

async fn accepted(call: reqwest::RequestBuilder) -> String {
    let reply = send(call).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let id = reply.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(reply.header("location"), format!("/v1/batches/{id}"));
    id
}

async fn wait_for(client: &Client, id: &str, until: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1200 {
        let status = client.get(&format!("/v1/batches/{id}")).await.json();
        if until(&status) {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it does not come to that: {}", client.get(&format!("/v1/batches/{id}")).await.text());
}

fn finished(status: &Value) -> bool {
    status["status"] == "finished"
}

fn rows(csv: &Reply) -> Vec<Vec<String>> {
    let text = csv.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_with_faulty_rows_is_done_but_for_these() {
    let mocks = departments(Vec::new()).await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let path = installation.path("households.csv");
    let format = BatchFormat::Csv { headings: Headings::Chinese, gb18030: true };
    let wrong = file(&path, format, 2500);
    assert!(wrong.len() > 8 && wrong.iter().map(|(_, kind)| kind).collect::<BTreeSet<_>>().len() > 3, "{wrong:?}");
    let service = installation.serve().await;
    let client = installation.supervisor(&service);
    let body = std::fs::read(&path).expect("the file");
    let call = || post(&client, "", "text/csv", body.clone()).header("idempotency-key", "once");
    let id = accepted(call()).await;
    let again = send(call()).await.json();
    assert_eq!((again["id"].as_str(), &again["replayed"]), (Some(&*id), &true.into()));
    let other = post(&client, "", "text/csv", b"household,name,id_number\n1,2,3\n".to_vec());
    send(other.header("idempotency-key", "once")).await.assert_problem(422, "idempotency-conflict");
    let known = client.get("/v1/batches").await.json()["items"].as_array().map(Vec::len);
    assert_eq!(known, Some(1), "nothing is kept of a file that comes again");

    let status = wait_for(&client, &id, finished).await;
    let good = u64::from(HOUSEHOLDS) - wrong.len() as u64
        + wrong.iter().filter(|(_, kind)| kind == "duplicate_household").count() as u64;
    assert_eq!((&status["accepted"], &status["cases"]["final"]), (&good.into(), &good.into()), "{status}");
    assert_eq!(status["faulty"], wrong.len(), "{status}");
    // every faulty household is named by its line, and nobody else's
    let faults = client.get_as(&format!("/v1/batches/{id}/faults"), "application/json").await.json();
    let lines: BTreeSet<u64> =
        faults.as_array().expect("faults").iter().filter_map(|fault| fault["line"].as_u64()).collect();
    for (line, kind) in &wrong {
        let within = *line..*line + 12;
        assert!(lines.iter().any(|named| within.contains(named)), "{kind} at line {line}: {faults}");
    }
    let table = client.get_as(&format!("/v1/batches/{id}/faults?lang=en"), "text/csv").await;
    assert_eq!(rows(&table).len(), faults.as_array().map_or(0, Vec::len));
    let results = client.get_as(&format!("/v1/batches/{id}/results"), "text/csv").await;
    let results = rows(&results);
    assert_eq!(results.len() as u64, good);
    assert!(
        results.iter().all(|row| row[3] == "final" && row[6] == "是" && row[1].starts_with("HN-2026-")),
        "{:?}",
        results[0]
    );
    let order: Vec<u64> = results.iter().map(|row| row[0].parse().expect("a row")).collect();
    assert!(order.is_sorted(), "in the order of the file");
    let listed = client.get("/v1/batches?status=finished").await.json();
    assert_eq!(listed["items"][0]["id"], *id);
    installation.verify_audit_beside(service);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_are_for_those_who_may() {
    let stage = Stage::start(Setup::default()).await;
    let served = stage.serve().await;
    let client = |name: &str, scope: &str| Client::new(&served.url(""), Some(served.token(name, scope)));
    let line = stage.mocks.request_for(0, &Default::default()).expect("a household").to_string();
    let send_as =
        async |name: &str| send(post(&client(name, ""), "", "application/x-ndjson", line.clone().into_bytes())).await;
    for refused in ["caseworker", "auditor", "system-admin", "security-admin"] {
        send_as(refused).await.assert_problem(403, "forbidden");
    }
    let id = send_as("system").await.json()["id"].as_str().expect("an id").to_owned();
    let entries = stage.entries().await;
    let entered = entries.iter().find(|entry| entry.event.action == Action::BatchAccepted).expect("an entry");
    let file: [u8; 32] = Sha256::digest(&line).into();
    assert_eq!(
        entered.event.detail_sha256,
        Some(stage.keys.detail_mac(DetailKind::Batch, &file).bytes()),
        "no guess of a file can be tried"
    );
    let of_batch = format!("/v1/batches/{id}");
    for name in ["caseworker", "supervisor", "system"] {
        assert_eq!(client(name, "").get(&of_batch).await.status, 200, "{name}");
    }
    client("elsewhere", "").get(&of_batch).await.assert_problem(404, "not-found");
    client("auditor", "").get(&of_batch).await.assert_problem(403, "forbidden");
    let results = format!("{of_batch}/results");
    client("supervisor", "").get_as(&results, "text/csv").await.assert_problem(403, "forbidden");
    assert_eq!(client("supervisor", "report:read").get_as(&results, "text/csv").await.status, 200);
    for (kind, query, body, status) in [
        ("text/plain", "", "x", 415),
        ("text/csv", "", "a,b\n1,2\n", 422),
        ("text/csv", "?as_of=soon", "a", 422),
        ("text/csv", "?region=62", "a", 422),
        ("text/csv", "?purpose=fun", "a", 422),
        ("text/csv", "?unknown=1", "a", 422),
        ("application/x-ndjson", "", "", 422),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", "PK", 422),
    ] {
        let reply = send(post(&client("system", ""), query, kind, body.as_bytes().to_vec())).await;
        assert_eq!(reply.status, status, "{kind} {query}: {}", reply.text());
    }
    // relief that stands in a file waits behind no other row
    let mut relief: Value = serde_json::from_str(&line).expect("JSON");
    relief["purpose"] = "temporary_relief".into();
    relief["legal_basis"] = serde_json::json!({"kind": "emergency", "document_number": "会民救〔2026〕1号"});
    let reader = client("supervisor", "report:read");
    let urgent = accepted(post(&reader, "", "application/x-ndjson", format!("{relief}\n").into_bytes())).await;
    wait_for(&reader, &urgent, finished).await;
    let row = &rows(&reader.get_as(&format!("/v1/batches/{urgent}/results"), "text/csv").await)[0];
    assert_eq!(reader.get(&format!("/v1/verifications/{}", row[2])).await.json()["lane"], "urgent");
    let unauthorised = Client::new(&served.url(""), None);
    for path in ["", "/results", "/faults"] {
        assert_eq!(unauthorised.get(&format!("{of_batch}{path}")).await.status, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_paused_goes_on_and_is_cancelled() {
    let slow = FaultRule::always("vehicles", Fault::Delay(Delay::UniformMs(300, 400)));
    let mocks = departments(vec![slow]).await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.append("hedui.toml", "[bulk]\nconcurrent_cases = 4\nwindow = 8\n");
    let path = installation.path("households.ndjson");
    assert!(file(&path, BatchFormat::Ndjson, 0).is_empty());
    let service = installation.serve().await;
    let client = installation.supervisor(&service);
    let id = accepted(post(&client, "", "application/x-ndjson", std::fs::read(&path).expect("the file"))).await;
    let done = |status: &Value| status["done"].as_u64().unwrap_or(0);
    wait_for(&client, &id, |status| done(status) > 0 && status["all_read"] == true).await;
    let turn = async |what: &str| send(client.call(reqwest::Method::POST, &format!("/v1/batches/{id}/{what}"))).await;
    assert_eq!(turn("pause").await.json()["status"], "paused");
    turn("pause").await.assert_problem(409, "conflict");
    // an interactive case is not held up by a paused batch, nor by a running one
    client.verify(&mocks.request_for(1, &Default::default()).expect("a household")).await;
    let at_rest = |status: &Value| status["cases"]["running"].is_null() && status["cases"]["waiting"].is_null();
    let held = wait_for(&client, &id, at_rest).await;
    let rest = client.get(&format!("/v1/batches/{id}")).await.json();
    assert_eq!(done(&held), done(&rest), "nothing begins while it is paused");
    assert!(done(&rest) < u64::from(HOUSEHOLDS));
    assert_eq!(turn("resume").await.json()["status"], "running");
    wait_for(&client, &id, |status| done(status) > done(&rest)).await;
    assert_eq!(turn("cancel").await.json()["status"], "cancelled");
    let ended = wait_for(&client, &id, |status| done(status) == u64::from(HOUSEHOLDS)).await;
    assert!(ended["cases"]["cancelled"].as_u64() > Some(0) && ended["cases"]["final"].as_u64() > Some(0), "{ended}");
    turn("resume").await.assert_problem(409, "conflict");
    installation.verify_audit_beside(service);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_no_household_and_repeat_none() {
    let slow = FaultRule::always("*", Fault::Delay(Delay::UniformMs(5, 60)));
    let mocks = departments(vec![slow]).await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let path = installation.path("households.ndjson");
    file(&path, BatchFormat::Ndjson, 0);
    let body = std::fs::read(&path).expect("the file");
    let mut id = None;
    for round in 0_u64..5 {
        let service = installation.serve().await;
        let client = installation.supervisor(&service);
        if id.is_none() {
            id = Some(accepted(post(&client, "", "application/x-ndjson", body.clone())).await);
        }
        tokio::time::sleep(Duration::from_millis(100 + round * 350)).await;
        service.kill();
        installation.verify_audit();
    }
    let id = id.expect("a batch");
    let service = installation.serve().await;
    let client = installation.supervisor(&service);
    let status = wait_for(&client, &id, finished).await;
    assert_eq!((&status["accepted"], &status["cases"]["final"]), (&HOUSEHOLDS.into(), &HOUSEHOLDS.into()), "{status}");
    let results = rows(&client.get_as(&format!("/v1/batches/{id}/results"), "text/csv").await);
    let references: BTreeSet<&String> = results.iter().map(|row| &row[1]).collect();
    assert_eq!((results.len(), references.len()), (HOUSEHOLDS as usize, HOUSEHOLDS as usize), "each household once");
    for row in &results {
        let versions = client.get(&format!("/v1/verifications/{}/versions", row[2])).await.json();
        let finals = versions.as_array().or(versions["items"].as_array()).expect("versions").iter();
        assert_eq!(finals.filter(|version| version["is_final"] == true).count(), 1, "{versions}");
    }
    installation.verify_audit_beside(service);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_runs_a_batch_and_goes_on_with_it() {
    let mocks = departments(Vec::new()).await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let path = installation.path("households.csv");
    let format = BatchFormat::Csv { headings: Headings::Chinese, gb18030: false };
    let wrong = file(&path, format, 1000);
    let run = |wait: &str| {
        installation.run(&[
            "batch",
            "run",
            "households.csv",
            "--out",
            "results.csv",
            "--faults",
            "faults.csv",
            "--wait",
            wait,
            "--json",
        ])
    };
    let stopped = tokio::task::block_in_place(|| run("0"));
    assert_eq!(stopped.status.code(), Some(1), "it is not done: {}", String::from_utf8_lossy(&stopped.stderr));
    let done = tokio::task::block_in_place(|| run("300"));
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{out}{err}");
    let status: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((&status["status"], &status["faulty"]), (&"finished".into(), &wrong.len().into()), "{status}");
    let results = std::fs::read_to_string(installation.path("results.csv")).expect("results");
    assert_eq!(results.lines().count() as u64, 1 + status["cases"]["final"].as_u64().expect("a number"));
    let faults = std::fs::read_to_string(installation.path("faults.csv")).expect("faults");
    assert!(faults.lines().count() > wrong.len(), "{faults}");
    for wrong in [vec!["batch", "run", "nothing.csv"], vec!["batch", "run", "households.csv", "--out", "x.pdf"]] {
        assert!(!tokio::task::block_in_place(|| installation.run(&wrong)).status.success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_does_not_wait_for_a_slow_department() {
    let slow = FaultRule::always("vehicles", Fault::Delay(Delay::UniformMs(4000, 4001)));
    let mocks = departments(vec![slow]).await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.append("hedui.toml", "[verification]\nurgent_secs = 1\n");
    let service = installation.serve().await;
    let client = installation.client(&service);
    let mut request = mocks.request_for(2, &Default::default()).expect("a household");
    request["purpose"] = "temporary_relief".into();
    request["legal_basis"] = serde_json::json!({"kind": "emergency", "document_number": "会民救〔2026〕1号"});
    let accepted = client.submit(request.to_string()).await.json();
    let words = accepted["notice"]["zh"].as_str().expect("a notice that relief goes first");
    assert!(words.contains("先行救助"), "{words}");
    let id = accepted["id"].as_str().expect("an id").to_owned();
    let status = client.wait_for_final(&id).await;
    assert_eq!(status["lane"], "urgent");
    let printed = client.get_as(&format!("/v1/verifications/{id}/report"), "text/html").await;
    assert!(printed.text().contains(words), "the report says so too");
    request["legal_basis"] = serde_json::json!({"kind": "statutory_duty", "document_number": "会民救〔2026〕1号"});
    let ordinary = client.submit(request.to_string()).await.json();
    assert!(ordinary["id"].is_string() && ordinary.get("notice").is_none(), "{ordinary}");
    let versions = status["versions"].as_array().expect("versions");
    assert_eq!((versions.len() > 1, &versions[0]["is_final"]), (true, &false.into()), "{versions:?}");
    let first = client.get_as(&format!("/v1/verifications/{id}/report?version=1"), "application/json").await.json();
    assert!(
        first["body"]["totals"]["cars"]["silent"]["vehicles"].is_array(),
        "what was not waited for is open, not nothing"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_department_does_not_hold_up_the_others() {
    const SOME: u32 = 30;
    let slow = FaultRule::always("tax", Fault::Delay(Delay::FixedMs(300)));
    let mocks = departments(vec![slow]).await;
    let one_at_a_time = format!("{DEFAULTS}concurrency = 1\n");
    let installation = Installation::new(&mocks.base_url(), &one_at_a_time, "");
    // few places: cases that wait for taxes must not keep the others from being asked about
    installation.append("hedui.toml", "[bulk]\nconcurrent_cases = 6\n");
    let path = installation.path("households.ndjson");
    file(&path, BatchFormat::Ndjson, 0);
    let text = std::fs::read_to_string(&path).expect("the file");
    let some: String = text.lines().take(SOME as usize).map(|line| format!("{line}\n")).collect();
    let service = installation.serve().await;
    let client = installation.supervisor(&service);
    let id = accepted(post(&client, "", "application/x-ndjson", some.into_bytes())).await;
    let asked = |key: &str| mocks.statistics()[key]["requests"].as_u64().unwrap_or(0);
    let everybody: usize =
        (0..SOME).map(|index| mocks.population().household(index).map_or(0, |household| household.members.len())).sum();
    let others = ["vehicles", "disability", "housing_fund", "civil_marriage"];
    let mut behind = None;
    for _ in 0..1200 {
        if behind.is_none() && others.iter().all(|key| asked(key) + 10 >= everybody as u64) {
            behind = Some(asked("tax"));
        }
        if finished(&client.get(&format!("/v1/batches/{id}")).await.json()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let behind = behind.expect("the others were asked about nearly everybody");
    assert!(behind * 2 < everybody as u64, "taxes of {behind} of {everybody} people when the others were nearly done");
    let status = wait_for(&client, &id, finished).await;
    assert_eq!(status["cases"]["final"], SOME, "{status}");
    assert!(asked("tax") <= everybody as u64, "everybody is asked about once: {} of {everybody}", asked("tax"));
    installation.verify_audit_beside(service);
}
