//! The time of a case over its longest exchange: 3 members, 20 sources at 50 ms each, 10 cases a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::commits::Commits;
use super::departments::Departments;
use super::output::{millis, percentile, ratio, say};
use super::service::Service;
use super::{cpu, households};

/// How long a department takes.
const DELAY: Duration = Duration::from_millis(50);
/// Between two cases.
const PACE: Duration = Duration::from_millis(100);
/// Cases between two series of commits.
const ROUND: usize = 50;
const ROUNDS: usize = 6;
/// Commits in a series.
const COMMITS: usize = 200;
/// Commits of a case before it is claimed: its acceptance, entry and case in one.
const COMMITS_BEFORE_CLAIM: u64 = 1;
/// What the goal allows beside the commits.
const ALLOWED: Duration = Duration::from_millis(5);
/// Tickets stay open: a case is measured to its first version.
const NEVER: Duration = Duration::from_secs(3600);

pub(crate) async fn run() {
    let departments = Departments::start(DELAY, NEVER);
    let service = Arc::new(Service::start(&departments.base_url, NEVER).await);
    let mut commits = Commits::open(service.folder.path()).await;
    let requests = households::requests(ROUND * (ROUNDS + 1));
    let (warm_up, rounds) = requests.split_at(ROUND);
    round(&service, warm_up).await;
    drop(commits.time(COMMITS).await);

    let (mut overheads, mut committing) = (Vec::new(), Vec::new());
    let mut committed = 0;
    let (cpu_before, waited_before) = (cpu::used(), cpu::waited());
    for requests in rounds.chunks(ROUND) {
        let before = service.store.commits();
        overheads.extend(round(&service, requests).await);
        committed += service.store.commits() - before;
        committing.extend(commits.time(COMMITS).await);
    }
    let cases = u32::try_from(overheads.len()).unwrap_or(u32::MAX);
    let cpu_a_case = (cpu::used() - cpu_before) / cases;
    let waited = (cpu::waited().saturating_sub(waited_before)) / cases;
    let (p50, p99) = (percentile(&mut overheads, 50), percentile(&mut overheads, 99));
    let (commit, slow_commit) = (percentile(&mut committing, 50), percentile(&mut committing, 99));
    let own = committed.saturating_sub(COMMITS_BEFORE_CLAIM * u64::from(cases));
    let allowed = ALLOWED + commit * u32::try_from(own).unwrap_or(u32::MAX) / cases;

    say("\ncase overhead: from claim to the first version, less the longest exchange");
    say(&format!("  3 members, 20 sources at {}, {cases} cases at 10 a second", millis(DELAY)));
    say(&format!("  p50                {}", millis(p50)));
    say(&format!(
        "  p99                {}   p99/p50 {} (goal: at most 4)",
        millis(p99),
        ratio(p99.as_nanos(), p50.as_nanos())
    ));
    say(&format!("  commits a case     {}", ratio(own.into(), cases.into())));
    say(&format!(
        "  one-row commit     {} (p50 of {} in this run; p99 {})",
        millis(commit),
        committing.len(),
        millis(slow_commit)
    ));
    say(&format!("  allowed p50        {} (5 ms + commits x commit)", millis(allowed)));
    say(&format!("  p50/allowed        {} (goal: at most 1)", ratio(p50.as_nanos(), allowed.as_nanos())));
    say(&format!(
        "  beside: CPU {} a case with its submission; threads ready without a core {} a case",
        millis(cpu_a_case),
        millis(waited)
    ));
    if let Some(service) = Arc::into_inner(service) {
        service.stop().await;
    }
}

/// Submits cases at the pace; the overhead of each.
async fn round(service: &Arc<Service>, requests: &[serde_json::Value]) -> Vec<Duration> {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut cases = JoinSet::new();
    for request in requests {
        let body = request.to_string();
        pace.tick().await;
        let service = service.clone();
        cases.spawn(async move {
            let case = service.submit(body.as_bytes()).await;
            // accepted and not claimed yet: the claim's own commit is inside the measured time
            let claimable = Instant::now();
            service.first_version(&case).await;
            (case, claimable.elapsed())
        });
    }
    let mut overheads = Vec::with_capacity(requests.len());
    for (case, took) in cases.join_all().await {
        overheads.push(took.saturating_sub(service.longest_exchange(&case).await));
    }
    overheads
}
