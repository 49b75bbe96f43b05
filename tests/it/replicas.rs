//! Several processes of the service over one PostgreSQL database: any of them answers for any case, and one may die at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hedui::report::Report;
use hedui_mock_sources::batches::{BatchFormat, Households};
use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule};
use hedui_mock_sources::{Config, MockSources};

use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

use super::binary::{DEFAULTS, Installation, Service};
use super::client::{Client, send};
use super::postgres_server::{self, say};

/// Departments that take their time.
async fn departments() -> MockSources {
    let slow = FaultRule::always("*", Fault::Delay(Delay::UniformMs(20, 200)));
    let faults = FaultPlan { seed: 5, faults: vec![slow] };
    let ticket_delay = Duration::from_millis(600);
    let config = Config { households: 20, ticket_delay, faults, ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_accepted_another_finishes() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let (one, other) = installation.serve_two().await;
    let clients = [installation.client(&one), installation.client(&other)];
    let mut accepted = Vec::new();
    for index in 0..6_u32 {
        let body = mocks.request_for(index, &Default::default()).expect("a household").to_string();
        let key = format!("case-{index}");
        // The same call at both at once: one case, whichever took it.
        let call = |client: &Client| send(client.submission(body.clone()).header("idempotency-key", &key));
        let (here, there) = tokio::join!(call(&clients[0]), call(&clients[1]));
        for reply in [&here, &there] {
            assert!(reply.status.is_success(), "{}: {}", reply.status, reply.text());
        }
        assert_eq!(here.json()["id"], there.json()["id"], "one case");
        accepted.push(here.json()["id"].as_str().expect("an id").to_owned());
    }
    one.kill();
    installation.verify_audit();
    let client = &clients[1];
    for id in &accepted {
        let status = client.wait_for_final(id).await;
        let versions = status["versions"].as_array().expect("versions");
        assert_eq!(versions.iter().filter(|version| version["is_final"] == true).count(), 1, "{versions:?}");
        let report = client.get_as(&format!("/v1/verifications/{id}/report"), "application/json").await;
        let report: Report = serde_json::from_slice(&report.body).expect("a report");
        assert!(report.is_of_its_body() && report.body.is_final);
    }
    let listed = client.get("/v1/verifications?limit=200").await.json();
    let listed = listed["items"].as_array().expect("cases").iter().filter_map(|case| case["id"].as_str());
    let taken: BTreeSet<&str> = accepted.iter().map(String::as_str).collect();
    assert_eq!(listed.collect::<BTreeSet<_>>(), taken, "and nothing else came into being");
    // The one that died comes back beside the other, with what it knew published.
    let again = installation.serve().await;
    let events = installation.client(&again).get(&format!("/v1/verifications/{}/events", accepted[0])).await;
    assert_eq!(events.status, 200);
    assert!(events.text().contains("event: version"), "any process tells any case's events: {}", events.text());
    drop((again, other));
    installation.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_watched_at_one_process_while_another_runs_it() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let (one, other) = installation.serve_two().await;
    for index in 0..4 {
        let body = mocks.request_for(index, &Default::default()).expect("a household").to_string();
        let id = installation.client(&one).submit(body).await.json()["id"].as_str().expect("an id").to_owned();
        // The stream ends when the case is at rest; wherever it ran, everything of it was told here.
        let events = installation.client(&other).get(&format!("/v1/verifications/{id}/events")).await;
        assert_eq!(events.status, 200);
        let told = events.text();
        assert!(told.contains("final") && told.matches("event: answer").count() >= 18, "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_was_away_is_taken_up_again() {
    let Some(database) = postgres_server::database().await else { return };
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    installation.share(&database);
    let service = installation.serve().await;
    let client = installation.client(&service);
    let request = |index| mocks.request_for(index, &Default::default()).expect("a household").to_string();
    assert_eq!(client.submit(request(0)).await.status, 202);
    let name = postgres_server::name_of(&database);
    let mut admin = PgConnection::connect(&database.replace(name, "postgres")).await.expect("the test server");
    let mut say = async |statement: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut admin).await.expect("the test server");
    };
    say(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
    say(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;
    for index in 1..4 {
        let refused = client.submit(request(index)).await;
        assert!(refused.status.is_server_error(), "nothing is accepted that is not kept: {}", refused.status);
    }
    say(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
    // connections that died unseen are found out one by one
    let mut accepted = client.submit(request(4)).await;
    for _ in 0..100 {
        if accepted.status == 202 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        accepted = client.submit(request(4)).await;
    }
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    client.wait_for_final(accepted.json()["id"].as_str().expect("an id")).await;
    drop(service);
    installation.verify_audit();
}

/// Households of the batch below; `HEDUI_BATCH_HOUSEHOLDS` says how many else, for a long run by hand.
fn households() -> u32 {
    std::env::var("HEDUI_BATCH_HOUSEHOLDS").map_or(60, |number| number.parse().expect("a whole number of households"))
}

/// Most memory that a process had so far, MiB.
fn peak_mib(process: &Service) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

/// The results of a batch, by the household's own number: what each came out as.
async fn outcomes(client: &Client, batch: &str) -> BTreeMap<String, Vec<String>> {
    let results = client.get_as(&format!("/v1/batches/{batch}/results"), "text/csv").await;
    let text = results.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>());
    let mut outcomes = BTreeMap::new();
    for row in rows {
        // what tells one case from another of the same household: its id and its report's number
        let said = [&row[3..4], &row[6..]].concat();
        assert!(outcomes.insert(row[1].clone(), said).is_none(), "{} stands twice", row[1]);
    }
    outcomes
}

async fn status(client: &Client, batch: &str) -> Value {
    client.get(&format!("/v1/batches/{batch}")).await.json()
}

async fn finished(client: &Client, batch: &str) -> Value {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(180 + u64::from(households())) {
        let status = status(client, batch).await;
        if status["status"] == "finished" {
            return status;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the batch does not end: {}", status(client, batch).await);
}

async fn submitted(client: &Client, file: Vec<u8>) -> String {
    let call = client.call(reqwest::Method::POST, "/v1/batches?format=ndjson").body(file);
    let reply = send(call).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    reply.json()["id"].as_str().expect("an id").to_owned()
}

/// Departments of so many households, that take their time.
async fn departments_of(count: u32) -> MockSources {
    let slow = FaultRule::always("*", Fault::Delay(Delay::UniformMs(5, 40)));
    let config = Config {
        households: count,
        ticket_delay: Duration::from_millis(300),
        faults: FaultPlan { seed: 5, faults: vec![slow] },
        ..Config::default()
    };
    MockSources::start(config).await.expect("the departments start")
}

/// Their households as a file.
fn file_of(count: u32, installation: &Installation) -> Vec<u8> {
    let path = installation.path("households.ndjson");
    let households = Households {
        households: count,
        seed: Config::default().seed,
        as_of: Config::default().as_of,
        ..Households::default()
    };
    households.write(BatchFormat::Ndjson, &path, None, |_| {}).expect("the file is written");
    std::fs::read(&path).expect("the file")
}

/// Bytes of a database.
async fn size(url: &str) -> u64 {
    let mut connection = PgConnection::connect(url).await.expect("the test server");
    let size = sqlx::query_scalar::<_, i64>("SELECT pg_database_size(current_database())");
    u64::try_from(size.fetch_one(&mut connection).await.expect("its size")).expect("a size")
}

/// CPU time of all processes of a name, or of one by its number: milliseconds, to 10 ms.
fn cpu_millis(wanted: impl Fn(u32, &str) -> bool) -> u64 {
    let folders = std::fs::read_dir("/proc").expect("Linux").flatten();
    let numbers = folders.filter_map(|folder| folder.file_name().to_str()?.parse::<u32>().ok());
    let of_one = |number: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
        let ticks = fields.split_whitespace().skip(11).take(2);
        wanted(number, name).then(|| ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
    };
    numbers.filter_map(of_one).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, to be run by hand: benches/README.md"]
async fn what_three_processes_cost_beside_one() {
    let count = households();
    let mocks = departments_of(count).await;
    // three that share nothing say what three cost on this machine: its caches are theirs in turns
    let (mut shared, mut apart) = (Vec::new(), Vec::new());
    for turn in 0..3 {
        let Some(alone) = cost(&mocks, &[1], turn == 0).await else { return };
        say(&format!("one process: {alone}"));
        let sharing = cost(&mocks, &[3], false).await.expect("a server");
        say(&format!("three processes over one database: {sharing}"));
        let each = cost(&mocks, &[1, 1, 1], false).await.expect("a server");
        say(&format!("three processes, each over a database of its own, a third of the batch each: {each}"));
        shared.push(sharing.process);
        apart.push(each.process);
    }
    let sum = |costs: &[f64]| costs.iter().sum::<f64>();
    let ratio = sum(&shared) / sum(&apart);
    say(&format!("sharing a database: {ratio:.2} of the CPU of three that do not (goal: below 1.10)"));
}

/// CPU milliseconds a household.
struct Cost {
    process: f64,
    database: f64,
    seconds: f64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { process, database, seconds } = self;
        write!(f, "{process:.2} ms of CPU a household, database {database:.2} ms, {seconds:.1} s")
    }
}

/// What a batch costs that is parted among databases, with so many processes over each.
#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "figures of one run")]
async fn cost(mocks: &MockSources, databases: &[usize], in_detail: bool) -> Option<Cost> {
    let count = households();
    let each = |whole: u64| whole as f64 / f64::from(count);
    let (mut installations, mut processes) = (Vec::new(), Vec::new());
    for number in databases {
        let database = postgres_server::database().await?;
        let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
        installation.share(&database);
        let mut of_this = Vec::new();
        for place in 0..*number {
            of_this.push(installation.serve_in(&format!("data-{place}")).await);
        }
        installations.push((installation, database));
        processes.push(of_this);
    }
    let ids: Vec<u32> = processes.iter().flatten().map(Service::id).collect();
    let (ours, postgres) = (|| cpu_millis(|id, _| ids.contains(&id)), || cpu_millis(|_, name| name == "postgres"));
    let (before, before_database) = (ours(), postgres());
    let (asked, begun) = (mocks.statistics(), Instant::now());
    let file = file_of(count, &installations[0].0);
    let text = String::from_utf8(file).expect("lines");
    let lines: Vec<&str> = text.lines().collect();
    let mut batches = Vec::new();
    for ((installation, _), part) in installations.iter().zip(lines.chunks(lines.len().div_ceil(databases.len()))) {
        let client = installation.supervisor(&processes[batches.len()][0]);
        let part: String = part.iter().map(|line| format!("{line}\n")).collect();
        let batch = submitted(&client, part.into_bytes()).await;
        batches.push((client, batch));
    }
    for (client, batch) in &batches {
        finished(client, batch).await;
    }
    let cost = Cost {
        process: each(ours() - before),
        database: each(postgres() - before_database),
        seconds: begun.elapsed().as_secs_f64(),
    };
    if in_detail {
        let size = size(&installations[0].1).await;
        say(&format!("{:.0} bytes of database a household; requests a household:", each(size)));
        let requests = |statistics: &Value, key: &str| statistics[key]["requests"].as_u64().unwrap_or(0);
        let all = mocks.statistics();
        for key in all.as_object().expect("departments").keys() {
            say(&format!("  {key} = {:.4}", each(requests(&all, key) - requests(&asked, key))));
        }
        drop(processes);
        say(&String::from_utf8_lossy(&installations[0].0.run(&["audit", "verify"]).stdout));
    }
    Some(cost)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_do_a_batch_while_one_after_another_dies() {
    let Some(database) = postgres_server::database().await else { return };
    let count = households();
    let mocks = departments_of(count).await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let file = file_of(count, &installation);

    // one process that nobody disturbs says what each household comes out as
    let undisturbed = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let alone = undisturbed.serve().await;
    let client = undisturbed.supervisor(&alone);
    let batch = submitted(&client, file.clone()).await;
    let begun = Instant::now();
    finished(&client, &batch).await;
    say(&format!("{count} households, one process: {} s, {} MiB at most", begun.elapsed().as_secs(), peak_mib(&alone)));
    let expected = outcomes(&client, &batch).await;
    assert_eq!(expected.len(), count as usize);
    undisturbed.verify_audit_beside(alone);

    installation.share(&database);
    let folders = ["data-1", "data-2", "data-3"];
    let mut processes = Vec::new();
    for folder in folders {
        processes.push(Some(installation.serve_in(folder).await));
    }
    let first = processes[0].as_ref().expect("it runs");
    let batch = submitted(&installation.supervisor(first), file).await;
    // one dies every few seconds, four of them at least, until the batch is done
    let (begun, mut peak) = (Instant::now(), 0);
    for round in 0_usize.. {
        tokio::time::sleep(Duration::from_millis(700 + 300 * (round as u64 % 8))).await;
        peak = processes.iter().flatten().map(peak_mib).fold(peak, u64::max);
        let client = installation.supervisor(processes[(round + 1) % folders.len()].as_ref().expect("it runs"));
        if round >= 4 && status(&client, &batch).await["status"] == "finished" {
            break;
        }
        let dies = round % folders.len();
        processes[dies].take().expect("it runs").kill();
        processes[dies] = Some(installation.serve_in(folders[dies]).await);
        assert!(begun.elapsed() < Duration::from_secs(180 + 2 * u64::from(count)), "the batch does not end");
    }
    say(&format!("{count} households, three processes: {} s, {peak} MiB at most", begun.elapsed().as_secs()));
    let client = installation.supervisor(processes[2].as_ref().expect("it runs"));
    let status = finished(&client, &batch).await;
    assert_eq!((&status["accepted"], &status["cases"]["final"]), (&count.into(), &count.into()), "{status}");
    let found = outcomes(&client, &batch).await;
    for (household, outcome) in &expected {
        assert_eq!(found.get(household), Some(outcome), "{household}");
    }
    assert_eq!(found.len(), expected.len());
    let listed = client.get("/v1/verifications?limit=200").await.json();
    for case in listed["items"].as_array().expect("cases") {
        let versions = client.get(&format!("/v1/verifications/{}/versions", case["id"].as_str().expect("an id"))).await;
        let finals = versions.text().matches("\"is_final\":true").count();
        assert_eq!(finals, 1, "exactly one final report: {}", versions.text());
    }
    drop(processes);
    installation.verify_audit();
}
