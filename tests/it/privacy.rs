//! Nothing of a person stands where it must not, and nothing is asked before the log has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use hedui::audit::Action;
use hedui::keys::MacUse;
use hedui::telemetry::Clock;
use hedui::verification::{ListFilter, SubmitError};
use hedui_mock_sources::faults::{Fault, FaultPlan, FaultRule};
use hedui_mock_sources::{Config, Key, MockSources};
use serde_json::{Value, json};

use super::binary::{DEFAULTS, Installation};
use super::client::Client;
use super::support::{Setup, Stage, entries};

/// What must not be found anywhere: texts of people in the requests. The number of an authorisation is none: auditors look for it.
fn canaries(requests: &[Value]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for request in requests {
        let household = &request["household"];
        let people = ["members", "obligors"].iter().filter_map(|group| household[*group].as_array()).flatten();
        for person in people {
            let fields = ["name", "id_number", "phone"].iter().filter_map(|field| person[*field].as_str());
            found.extend(fields.map(str::to_owned));
        }
        found.extend(household["address"].as_str().map(str::to_owned));
        found.extend(request["reference"].as_str().map(str::to_owned));
    }
    found.retain(|text| !text.is_empty());
    found
}

/// A canary in each way a program might have written it.
fn spellings(canary: &str) -> Vec<Vec<u8>> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| canary.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let escaped: String = canary.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let percent: String = canary.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut spellings = vec![canary.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
    spellings.extend([hex::encode(canary).into_bytes(), escaped.into_bytes(), percent.into_bytes()]);
    spellings
}

/// How many canaries stand within bytes, in any spelling. Two-character names are six bytes long: by chance in ciphertext once in
/// some 10^8 megabytes.
fn found_in(bytes: &[u8], canaries: &BTreeSet<String>) -> usize {
    let spelled = canaries.iter().flat_map(|canary| spellings(canary)).filter(|spelling| spelling.len() >= 6);
    let mut wanted: BTreeMap<[u8; 2], Vec<Vec<u8>>> = BTreeMap::new();
    for spelling in spelled {
        wanted.entry([spelling[0], spelling[1]]).or_default().push(spelling);
    }
    let mut begins = vec![false; 1 << 16];
    wanted.keys().for_each(|two| begins[usize::from(u16::from_be_bytes(*two))] = true);
    let mut found = BTreeSet::new();
    for (at, two) in bytes.windows(2).enumerate() {
        let two = [two[0], two[1]];
        if begins[usize::from(u16::from_be_bytes(two))] {
            found.extend(wanted[&two].iter().filter(|spelling| bytes[at..].starts_with(spelling)));
        }
    }
    found.len()
}

fn contains(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Keys of the ring, credentials of the departments, and what else the service is given: as written, and the bytes of keys.
fn secrets(installation: &Installation, more: &[&str]) -> BTreeSet<String> {
    let ring = std::fs::read_to_string(installation.path("keys/ring.toml")).expect("the ring");
    let keys = ring.lines().filter_map(|line| Some(line.strip_prefix("key = \"")?.trim_end_matches('"').to_owned()));
    let mut secrets: BTreeSet<String> = keys.collect();
    assert!(secrets.iter().all(|key| key.len() >= 40), "32 bytes each");
    assert!(secrets.len() >= 4, "keys to wrap with, to sign with, to tag with");
    secrets.extend(Key::ALL.map(|key| key.credential().to_owned()));
    secrets.extend(more.iter().map(|text| (*text).to_owned()));
    // of a token, its signature is the secret
    secrets.extend(more.iter().filter_map(|text| text.rsplit_once('.')).map(|(_, signature)| signature.to_owned()));
    secrets
}

/// What commands say that go wrong over files about people, and what others say that show no report.
fn commands(installation: &Installation, request: &Value) -> Vec<u8> {
    let members = request["household"]["members"].as_array().expect("members");
    let text = |member: &Value, field: &str| member[field].as_str().unwrap_or("").to_owned();
    let mut wrong = request.clone();
    wrong["purpose"] = members[0]["name"].clone();
    wrong["household"]["members"][0]["id_number"] = json!(format!("{}9", text(&members[0], "name")));
    let write = |name: &str, text: &str| std::fs::write(installation.path(name), text).expect("a file");
    write("wrong.json", &wrong.to_string());
    write("torn.json", &wrong.to_string()[..200]);
    let row = format!("{},{}", text(&members[0], "id_number"), text(&members[0], "name"));
    write("roster.csv", &format!("证件号码,姓名\n{row}\n{row}\n"));
    write("long.csv", &format!("证件号码,姓名\n{row},{row}\n"));
    write(
        "table.csv",
        &format!("户编号,姓名,证件号码\nx,{},{}0\n", text(&members[0], "name"), text(&members[0], "id_number")),
    );
    write(
        "model.toml",
        &std::fs::read_to_string("config/linkage/person.toml").expect("a model").replace("\"id\"", "\"证件号码\""),
    );
    let mut said = Vec::new();
    for arguments in [
        &["verify", "wrong.json"][..],
        &["verify", "torn.json", "--lang", "en"],
        &[
            "batch",
            "run",
            "table.csv",
            "--region",
            "620422",
            "--purpose",
            "periodic_review",
            "--registered-as",
            "rural",
        ],
        &["policy", "assess", "wrong.json"],
        &["sources", "list"],
        &["audit", "verify"],
        &["keys", "list"],
        &["check-config"],
        &["schedule"],
    ] {
        let run = installation.run(arguments);
        said.extend([run.stdout, run.stderr].concat());
    }
    for roster in ["roster.csv", "long.csv"] {
        let mut link = std::process::Command::new(env!("CARGO_BIN_EXE_hedui"));
        link.args(["link", roster, roster, "--model"]).arg(installation.path("model.toml"));
        let run =
            link.args(["--out", "pairs.csv"]).current_dir(installation.path("")).output().expect("the program runs");
        assert!(!run.status.success(), "an id twice, or a line too long");
        said.extend([run.stdout, run.stderr].concat());
    }
    said
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let canary: BTreeSet<String> = ["赵守田".to_owned()].into();
    for spelling in spellings("赵守田") {
        assert_eq!(found_in(&[b"abc", &spelling[..], b"def"].concat(), &canary), 1);
    }
    assert_eq!(found_in("赵守".as_bytes(), &canary), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_number_or_phone_in_logs_metrics_problems_or_files() {
    let config = Config { households: 30, ticket_delay: Duration::from_millis(50), ..Config::default() };
    let mocks = MockSources::start(config).await.expect("the departments start");
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let replace = |file: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(installation.path(file)).expect("a file");
        std::fs::write(installation.path(file), text.replacen(from, to, 1)).expect("a file");
    };
    replace("hedui.toml", "level = \"debug\"", "level = \"trace\"");
    let callback = "callback = { url = \"http://127.0.0.1:9/called\", secret = { file = \"callback.secret\" } }\n";
    replace("clients.toml", "disclosure", &format!("{callback}disclosure"));
    let called_back_with = "c0ffee5ec2e7".repeat(4);
    installation.write_secret("callback.secret", &called_back_with);
    std::fs::create_dir(installation.path("tmp")).expect("a folder");
    let temporary = installation.path("tmp");
    let temporary = [("TMPDIR", temporary.to_str().expect("a path"))];
    let service = installation.serve_under("data", &[], &temporary).await;
    let token = installation.token();
    let secrets = secrets(&installation, &[&token, &called_back_with]);
    let client = Client::new(service.url(), Some(token));
    let mut requests = vec![mocks.sample_request()];
    requests.extend((0..6).filter_map(|index| mocks.request_for(index, &Default::default())));
    let faults = [
        ("tax", Fault::Malformed),
        ("vehicles", Fault::WrongEncoding),
        ("health", Fault::Refuse),
        ("education", Fault::Cut),
        ("finance", Fault::FailedTicket),
        ("social_security", Fault::Error { status: 500 }),
    ];
    let faults = faults.map(|(department, fault)| FaultRule::always(department, fault)).to_vec();
    let number = requests[1]["household"]["members"][0]["id_number"].clone();
    requests[1]["household"]["members"][0]["authorisation"]["number"] = number; // as careless offices number them
    let mut answers = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let plan = if index % 2 == 0 { Vec::new() } else { faults.clone() };
        mocks.set_faults(FaultPlan { seed: 1, faults: plan }).expect("a plan");
        let id = client.verified(request).await;
        for path in ["", "/events", "/versions"] {
            answers.push(client.get(&format!("/v1/verifications/{id}{path}")).await.body);
        }
        for form in ["application/jose", "text/html"] {
            assert_eq!(client.get_as(&format!("/v1/verifications/{id}/report"), form).await.status, 200);
        }
    }
    for request in &requests {
        let mut wrong = request.clone();
        wrong["purpose"] = request["household"]["members"][0]["name"].clone();
        wrong["household"]["members"][0]["id_number"] =
            json!(format!("{}9", request["household"]["members"][0]["name"]));
        wrong["household"]["members"][0]["ref"] = request["household"]["members"][0]["id_number"].clone();
        let refused = client.submit(wrong.to_string()).await;
        refused.assert_problem(422, "invalid-request");
        answers.push(refused.body);
        let torn = request.to_string();
        answers.push(
            client.submit(torn[..torn.len() / 2 + torn[torn.len() / 2..].find('"').unwrap_or(0)].to_owned()).await.body,
        );
    }
    // the same households as a file, of which some rows are at fault, headed by a person's name too
    mocks.set_faults(FaultPlan::default()).expect("a plan");
    let supervisor = installation.supervisor(&service);
    let first = &requests[1]["household"]["members"][0];
    let text = |field: &str| first[field].as_str().expect("a text");
    let table = format!(
        "户编号,姓名,证件号码,{}\n{},{},{}1,x\n{},,6.2E+17,y\n",
        text("name"),
        text("id_number"),
        text("name"),
        text("id_number"),
        text("name"),
    );
    let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();
    for (form, file) in
        [("csv", table), ("ndjson", lines.replace("periodic", text("name")) + &lines[..lines.len() / 3])]
    {
        let call = supervisor.call(reqwest::Method::POST, &format!("/v1/batches?format={form}"));
        let batch = super::client::send(call.body(file)).await.json();
        let path = format!("/v1/batches/{}", batch["id"].as_str().expect("a batch"));
        for _ in 0..600 {
            if supervisor.get(&path).await.json()["status"] == "finished" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        answers.push(supervisor.get(&path).await.body);
        answers.push(supervisor.get_as(&format!("{path}/faults"), "application/json").await.body);
        answers.push(supervisor.get_as(&format!("{path}/faults"), "text/csv").await.body);
        assert_eq!(supervisor.get_as(&format!("{path}/results"), "text/csv").await.status, 200);
    }
    answers.push(supervisor.get("/v1/due?until=2029-12-31").await.body);
    answers.push(supervisor.get("/v1/batches").await.body);
    for request in &requests {
        let of = |member: &Value| json!({"name": member["name"], "id_number": member["id_number"], "phone": member["phone"]});
        let members = request["household"]["members"].as_array().expect("members");
        let (known, last) = (of(&members[0]), of(&members[members.len() - 1]));
        for body in [
            json!({"known": known, "claimed": last}),
            json!({"known": known, "claimed": last, "source": known["name"]}),
        ] {
            let call = client.call(reqwest::Method::POST, "/v1/matches").header("content-type", "application/json");
            answers.push(super::client::send(call.body(body.to_string())).await.body);
        }
    }
    answers.push(client.get("/v1/verifications").await.body);
    let metrics = client.get("/metrics").await.body;
    let canaries = canaries(&requests);
    assert!(canaries.len() > 30, "{}", canaries.len());
    for body in &answers {
        assert_eq!(found_in(body, &canaries), 0, "an answer without contents: {}", String::from_utf8_lossy(body).len());
    }
    assert_eq!(found_in(&metrics, &canaries), 0, "metrics");
    for body in answers.iter().chain([&metrics]) {
        assert_eq!(found_in(body, &secrets), 0, "an answer: {}", String::from_utf8_lossy(body).len());
    }
    let searched = |folder: &str| {
        let mut searched = 0;
        for file in files(&installation.path(folder)) {
            let bytes = std::fs::read(&file).expect("a file");
            assert_eq!(found_in(&bytes, &canaries), 0, "{} holds something of a person", file.display());
            assert_eq!(found_in(&bytes, &secrets), 0, "{} holds a secret", file.display());
            searched += bytes.len();
        }
        searched
    };
    assert!(searched("data") > 100_000, "with the write-ahead log, while the service runs");
    service.kill();
    searched("data");
    searched("tmp");
    let log = std::fs::read(installation.path("log.txt")).expect("the log lines");
    assert!(contains(&log, "a source gave no usable answer"), "failures were logged");
    assert!(contains(&log, "\"level\":\"TRACE\""), "nothing is left out of the log");
    assert_eq!(found_in(&log, &canaries), 0, "log lines at trace level");
    assert_eq!(found_in(&log, &secrets), 0, "secrets in log lines at trace level");
    let said = commands(&installation, &requests[1]);
    assert_eq!(found_in(&said, &canaries), 0, "{}", String::from_utf8_lossy(&said));
    assert_eq!(found_in(&said, &secrets), 0, "{}", String::from_utf8_lossy(&said));
    searched("data");
    installation.verify_audit();
}

/// Every row of every table as PostgreSQL writes it, bytes as hexadecimal digits.
async fn rows_of(url: &str) -> String {
    use sqlx::Connection as _;
    let mut database = sqlx::PgConnection::connect(url).await.expect("the database");
    let tables = "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables \
                  WHERE table_schema NOT IN ('pg_catalog', 'information_schema')";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut database).await.expect("tables");
    let mut all = String::new();
    for table in tables {
        let rows = sqlx::AssertSqlSafe(format!("SELECT whole::text FROM {table} whole"));
        let rows: Vec<String> = sqlx::query_scalar(rows).fetch_all(&mut database).await.expect("rows");
        all.push_str(&rows.join("\n"));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_name_number_phone_or_key_in_the_rows_of_a_shared_database() {
    let Some(url) = super::postgres_server::database().await else { return };
    let mocks =
        MockSources::start(Config { households: 10, ..Config::default() }).await.expect("the departments start");
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&url);
    let service = installation.serve().await;
    let token = installation.token();
    let secrets = secrets(&installation, &[&token]);
    let client = Client::new(service.url(), Some(token));
    let mut requests = vec![mocks.sample_request()];
    requests.extend((0..3).filter_map(|index| mocks.request_for(index, &Default::default())));
    for (index, request) in requests.iter_mut().enumerate() {
        request["reference"] = json!(format!("HN-2026-99{index:04}"));
        client.verified(request).await;
    }
    let rows = rows_of(&url).await;
    assert!(rows.len() > 100_000 && rows.contains("final"), "{} bytes", rows.len());
    assert_eq!(found_in(rows.as_bytes(), &canaries(&requests)), 0, "rows hold something of a person");
    assert_eq!(found_in(rows.as_bytes(), &secrets), 0, "rows hold a secret");
    service.kill();
}

#[tokio::test]
async fn every_query_a_department_saw_is_in_the_log() {
    let stage = Stage::start(Setup::default()).await;
    for index in 0..4 {
        let request = stage.mocks.request_for(index, &Default::default()).expect("a household");
        stage.verify(&request).await;
    }
    let data = stage.folder.path().join("data");
    let mut authorised: BTreeMap<String, u64> = BTreeMap::new();
    let mut accepted = BTreeSet::new();
    for leaf in entries(&data).await {
        match leaf.event.action {
            Action::Accepted => drop(accepted.insert(leaf.event.case)),
            Action::QueryAuthorised => {
                assert!(accepted.contains(&leaf.event.case), "a case is accepted before anybody is asked about it");
                assert!(leaf.event.member.is_some() && leaf.event.purpose.is_some());
                let source = leaf.event.source.expect("which department").to_string();
                *authorised.entry(source).or_default() += 1;
            }
            _ => {}
        }
    }
    let statistics = stage.mocks.statistics();
    for key in Key::ALL.map(Key::as_str) {
        let asked = statistics[key]["requests"].as_u64().unwrap_or(0) > 0;
        assert_eq!(asked, authorised.contains_key(key), "{key}: what was asked is what was entered");
    }
    let synchronous = ["tax", "vehicles", "disability", "health", "social_security"];
    for key in synchronous {
        let requests = statistics[key]["requests"].as_u64().unwrap_or(0);
        assert!(requests <= authorised[key], "{key}: {requests} queries, {} entries", authorised[key]);
    }
}

#[tokio::test]
async fn a_conflict_of_idempotency_keys_is_a_refusal_in_the_log() {
    use sha2::{Digest as _, Sha256};
    let stage = Stage::start(Setup::default()).await;
    let caller = stage.caller();
    let mut submitted = Vec::new();
    for index in 0..2 {
        let body = stage.mocks.request_for(index, &Default::default()).expect("a household").to_string();
        submitted.push(stage.verifier.submit(&caller, body.as_bytes(), Some("one-key")).await);
    }
    assert!(submitted[0].is_ok() && matches!(submitted[1], Err(SubmitError::IdempotencyConflict)), "{submitted:?}");
    let entries = stage.entries().await;
    let refused: Vec<_> = entries.iter().filter(|leaf| leaf.event.action == Action::Refused).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].event.detail_sha256, Some(Sha256::digest("idempotency_conflict").into()));
}

#[tokio::test]
async fn what_was_kept_under_a_former_epoch_of_tags_is_found() {
    let stage = Stage::start(Setup::default()).await;
    let caller = stage.caller();
    let mut request = stage.mocks.request_for(0, &Default::default()).expect("a household");
    request["reference"] = json!("2026-0815");
    let submit = async || stage.verifier.submit(&caller, request.to_string().as_bytes(), Some("one-key")).await;
    let first = submit().await.expect("accepted");
    for used_for in [MacUse::BlindIndex, MacUse::RequestBody] {
        stage.keys.add_mac_epoch(used_for, Clock::system().now()).expect("a new epoch");
    }
    let again = submit().await.expect("the same case");
    assert_eq!((again.id.as_str(), again.replayed), (first.id.as_str(), true), "the key is remembered for 30 days");
    let filter = ListFilter { reference: Some("2026-0815".into()), limit: 10, ..ListFilter::default() };
    let found = stage.verifier.list(&caller, &filter).await.expect("a page").items;
    assert_eq!(found.iter().map(|case| case.id.as_str()).collect::<Vec<_>>(), [first.id.as_str()]);
}

#[tokio::test]
async fn what_no_authorisation_covers_is_never_asked() {
    let stage = Stage::start(Setup::default()).await;
    let mut request = stage.mocks.sample_request();
    for member in request["household"]["members"].as_array_mut().expect("members") {
        member["authorisation"]["sources"] = json!(["tax", "vehicles"]);
    }
    if let Some(household) = request["household"].as_object_mut() {
        household.remove("obligors");
    }
    let report = stage.verify(&request).await;
    let statistics = stage.mocks.statistics();
    let asked: BTreeSet<_> = statistics.as_object().expect("departments").keys().map(String::as_str).collect();
    assert_eq!(asked, ["tax", "vehicles"].into());
    assert_eq!(report.body.sources.len(), 20, "the others are in the report, as not asked");
    let entries = stage.entries().await;
    let authorised = entries.iter().filter(|leaf| leaf.event.action == Action::QueryAuthorised);
    let sources: BTreeSet<_> =
        authorised.filter_map(|leaf| leaf.event.source.as_ref().map(ToString::to_string)).collect();
    assert_eq!(sources, ["tax".to_owned(), "vehicles".to_owned()].into());
    let totals = serde_json::to_value(&report.body.totals).expect("JSON");
    assert_eq!(totals["dwellings"]["complete"], false, "not asked is not nothing: {}", totals["dwellings"]);
}
