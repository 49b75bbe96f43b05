//! Cases a CPU second, of the service and of a bare client that makes the same calls and parses the same bodies.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::bare::Bare;
use super::departments::Departments;
use super::output::{millis, ratio, say};
use super::service::Service;
use super::{cpu, households};

/// Cases of a round, and rounds of each side, in turns.
const ROUND: usize = 60;
const ROUNDS: usize = 5;
/// Cases at a time: as many as a service has by default.
const CONCURRENT: usize = 32;
/// People of a case.
const PEOPLE: u8 = 3;
/// When the service looks for tickets' results: at once, as the bare client does. They are there.
const POLL: Duration = Duration::ZERO;

/// What a round cost.
struct Cost {
    cpu: Duration,
    wall: Duration,
    requests: u64,
}

pub(crate) async fn run() {
    let departments = Departments::start(Duration::ZERO, Duration::ZERO);
    let service = Arc::new(Service::start(&departments.base_url, POLL).await);
    let bare = Arc::new(Bare::new(&departments.base_url));
    let requests = households::requests(ROUND);
    let (mut ours, mut theirs, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..=ROUNDS {
        let of_service = measure(&departments, &bare, &requests, |request| {
            let service = service.clone();
            async move {
                let case = service.submit(request.to_string().as_bytes()).await;
                service.last_version(&case).await;
            }
        });
        let of_service = of_service.await;
        let of_bare = measure(&departments, &bare, &requests, |request| {
            let bare = bare.clone();
            async move { bare.verify(&request).await }
        });
        let of_bare = of_bare.await;
        let of_entries = measure(&departments, &bare, &requests, |_| {
            let service = service.clone();
            async move { service.entries_of_a_case(PEOPLE).await }
        });
        let of_entries = of_entries.await;
        if turn > 0 {
            ours.push(of_service); // the first turn warms all up
            theirs.push(of_bare);
            entries.push(of_entries);
        }
    }
    print(&ours, &theirs, &entries);
    if let Some(service) = Arc::into_inner(service) {
        service.stop().await;
    }
}

async fn measure<F: Future<Output = ()> + Send + 'static>(
    departments: &Departments,
    bare: &Bare,
    requests: &[Value],
    case: impl Fn(Value) -> F,
) -> Cost {
    let asked = departments.requests(&bare.http).await;
    let places = Arc::new(Semaphore::new(CONCURRENT));
    let (begun, cpu) = (Instant::now(), cpu::used());
    let mut cases = JoinSet::new();
    for request in requests {
        let place = places.clone().acquire_owned().await.expect("places are never closed");
        let case = case(request.clone());
        cases.spawn(async move {
            case.await;
            drop(place);
        });
    }
    cases.join_all().await;
    let (cpu, wall) = (cpu::used() - cpu, begun.elapsed());
    Cost { cpu, wall, requests: departments.requests(&bare.http).await - asked }
}

fn print(ours: &[Cost], theirs: &[Cost], entries: &[Cost]) {
    let cases = ROUND as u128;
    let rate = |cost: &Cost| ratio(cases * 1_000_000_000, cost.cpu.as_nanos());
    say("\nshare of a bare client's case rate, in CPU time of this process; submission to final report");
    say(&format!(
        "  3 members, 20 sources without delay, {ROUND} cases a round, {CONCURRENT} at a time, departments on the other core"
    ));
    for (ours, theirs) in ours.iter().zip(theirs) {
        let line = format!(
            "  service {:>7} cases/CPU s ({} a case, {} calls, wall {})   bare {:>7} ({} a case, {} calls, wall {})   share {}",
            rate(ours),
            millis(ours.cpu / ROUND as u32),
            ratio(ours.requests.into(), cases),
            millis(ours.wall),
            rate(theirs),
            millis(theirs.cpu / ROUND as u32),
            ratio(theirs.requests.into(), cases),
            millis(theirs.wall),
            ratio(theirs.cpu.as_nanos(), ours.cpu.as_nanos()),
        );
        say(&line);
    }
    let total = |costs: &[Cost]| costs.iter().map(|cost| cost.cpu.as_nanos()).sum::<u128>();
    say(&format!(
        "  share over all rounds {} (goal: at least 0.50 now, 0.70 later)",
        ratio(total(theirs), total(ours))
    ));
    say(&format!(
        "  a case's entries in the log alone {} a case: a bare client that made them would have a share of {}",
        millis(entries.iter().map(|cost| cost.cpu).sum::<Duration>() / (ROUND * ROUNDS) as u32),
        ratio(total(theirs), total(theirs) + total(entries))
    ));
}
