//! A batch over departments of which some are slow, down for a while, limited or lying: what becomes of the others, and how much is asked in vain.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::bare::Bare;
use super::bulk::as_batch;
use super::departments::Departments;
use super::households;
use super::output::{ratio, say};
use super::service::Service;

/// Households of a batch.
const BATCH: usize = 600;
/// What every department takes.
const DELAY: Duration = Duration::from_millis(10);
/// How a county calls its departments, but for the rates: the healthy ones would be measured against their own limit.
const SETTINGS: &str = "timeout_ms = 5000\ntotal_timeout_ms = 20000\nretries = 2\nconcurrency = 16\nrate_per_second = 0\n\
                        breaker = { failures = 10, open_secs = 5 }\ncache_secs = 60\nbody_limit_kib = 16384\n";
/// Slow, down for ten seconds, limited to 40 requests a second, and answering rubbish to one in twenty.
const TROUBLE: &str = r#"
seed = 7
[[fault]]
department = "*"
what = { delay = { fixed_ms = 10 } }
[[fault]]
department = "tax"
what = { delay = { fixed_ms = 400 } }
[[fault]]
department = "vehicles"
for_seconds = 10
what = { maintenance = { retry_after_secs = 5 } }
[[fault]]
department = "housing_fund"
what = { rate_limit = { per_second = 40, retry_after_secs = 1 } }
[[fault]]
department = "disability"
share_permille = 50
what = "malformed"
"#;
const CALM: &str = "[[fault]]\ndepartment = \"*\"\nwhat = { delay = { fixed_ms = 10 } }\n";
const TROUBLED: [&str; 4] = ["tax", "vehicles", "housing_fund", "disability"];
/// Between two looks at what the departments counted.
const LOOK: Duration = Duration::from_millis(20);

/// Requests of each department, when the last of them came, and how long the whole batch took.
struct Course {
    requests: BTreeMap<String, u64>,
    last: BTreeMap<String, Duration>,
    whole: Duration,
}

pub(crate) async fn run() {
    let departments = Departments::start(DELAY, Duration::ZERO);
    let bare = Bare::new(&departments.base_url);
    let requests = households::requests(BATCH);
    say(
        "\na batch while departments are slow (tax), down for ten seconds (vehicles), limited (housing_fund) or lying (disability)",
    );
    say(&format!(
        "  {BATCH} households of 3 members, every department takes 10 ms, 16 requests at a time each, 2 repetitions"
    ));
    let mut courses = Vec::new();
    for plan in [CALM, CALM, TROUBLE] {
        // of its own each time, so that nothing is answered from memory
        let service = Service::start_with(&departments.base_url, Duration::ZERO, SETTINGS).await;
        departments.misbehave(&bare.http, plan).await;
        courses.push(course(&departments, &bare.http, &service, &requests).await);
        service.stop().await;
    }
    let [_, calm, troubled] = &courses[..] else { return };
    print(calm, troubled);
}

async fn course(departments: &Departments, http: &reqwest::Client, service: &Service, batch: &[Value]) -> Course {
    let begun = Instant::now();
    let before = departments.statistics(http).await;
    let mut course = Course { requests: BTreeMap::new(), last: BTreeMap::new(), whole: Duration::ZERO };
    let work = as_batch(service, batch);
    tokio::pin!(work);
    loop {
        let ended = tokio::select! {
            () = &mut work => true,
            () = tokio::time::sleep(LOOK) => false,
        };
        let now = departments.statistics(http).await;
        for (key, of) in now.as_object().into_iter().flatten() {
            let count = of["requests"].as_u64().unwrap_or(0) - before[key]["requests"].as_u64().unwrap_or(0);
            if course.requests.insert(key.clone(), count) != Some(count) {
                course.last.insert(key.clone(), begun.elapsed());
            }
        }
        if ended {
            course.whole = begun.elapsed();
            return course;
        }
    }
}

fn print(calm: &Course, troubled: &Course) {
    let seconds = |duration: Duration| format!("{}.{} s", duration.as_secs(), duration.subsec_millis() / 100);
    let is_healthy = |key: &&String| !TROUBLED.contains(&key.as_str());
    // of one person a request: the others travel together, in other company each time
    let alone = |course: &Course, key: &String| course.requests[key] >= BATCH as u64;
    let (mut rates, mut slowest) = (Vec::new(), Duration::ZERO);
    for key in calm.requests.keys().filter(is_healthy).filter(|key| alone(calm, key)) {
        let (before, after) = (calm.last[key], troubled.last[key]);
        rates.push((before.as_nanos(), after.as_nanos()));
        slowest = slowest.max(after);
    }
    let before: u128 = rates.iter().map(|(before, _)| before).sum();
    let after: u128 = rates.iter().map(|(_, after)| after).sum();
    say(&format!(
        "  healthy departments asked about everybody within {} beside {} when all are healthy: throughput {} of it (goal: 1)",
        seconds(slowest),
        seconds(calm.last.iter().filter(|(key, _)| is_healthy(key)).map(|(_, last)| *last).max().unwrap_or_default()),
        ratio(before, after)
    ));
    for key in TROUBLED {
        let (needed, sent) = (calm.requests[key], troubled.requests[key]);
        let times = ratio(sent.into(), needed.into());
        say(&format!(
            "  {key}: {sent} requests where {needed} are needed, {times}, the last after {}",
            seconds(troubled.last[key])
        ));
    }
    let all = |course: &Course| course.requests.values().map(|count| u128::from(*count)).sum::<u128>();
    say(&format!(
        "  requests to all departments: {} of those needed (goal: at most 1.20)",
        ratio(all(troubled), all(calm))
    ));
    say(&format!("  every report final after {} beside {}", seconds(troubled.whole), seconds(calm.whole)));
}
