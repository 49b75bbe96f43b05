//! Households a CPU second as one batch, of the service and of a bare client that asks for each by itself; and how many calls company saves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hedui::bulk::Terms;
use hedui::bulk::file::Format;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::bare::Bare;
use super::cpu;
use super::departments::Departments;
use super::households::{self, AS_OF};
use super::output::{millis, ratio, say};
use super::service::Service;

/// Households of a batch, and batches.
const BATCH: usize = 400;
const BATCHES: usize = 4;
/// Households that the bare client is at, at a time.
const CONCURRENT: usize = 32;
/// When the service looks for tickets' results: at once, as the bare client does. They are there.
const POLL: Duration = Duration::ZERO;
/// Departments that take several people in a call.
const IN_COMPANY: [&str; 5] = ["agriculture", "civil_assistance", "finance", "insurance", "securities"];

/// What a batch cost.
struct Cost {
    cpu: Duration,
    wall: Duration,
    /// Calls to departments that take several people, and to all.
    in_company: u64,
    calls: u64,
}

pub(crate) async fn run() {
    let departments = Departments::start(Duration::ZERO, Duration::ZERO);
    let service = Service::start(&departments.base_url, POLL).await;
    let bare = Arc::new(Bare::new(&departments.base_url));
    let requests = households::requests(BATCH);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..=BATCHES {
        let of_service = measured(&departments, &bare, as_batch(&service, &requests)).await;
        let of_bare = measured(&departments, &bare, one_by_one(&bare, &requests)).await;
        if turn > 0 {
            ours.push(of_service); // the first turn warms all up
            theirs.push(of_bare);
        }
        say(&format!("  after {} households: {}", (turn + 1) * BATCH, cpu::memory()));
    }
    print(&ours, &theirs);
    service.stop().await;
}

async fn measured(departments: &Departments, bare: &Bare, work: impl Future<Output = ()>) -> Cost {
    let before = departments.statistics(&bare.http).await;
    let (begun, cpu) = (Instant::now(), cpu::used());
    work.await;
    let (cpu, wall) = (cpu::used() - cpu, begun.elapsed());
    let after = departments.statistics(&bare.http).await;
    let calls = |key: &str| {
        let of = |statistics: &Value| statistics[key]["requests"].as_u64().unwrap_or(0);
        of(&after) - of(&before)
    };
    let all = after.as_object().into_iter().flat_map(|departments| departments.keys());
    Cost {
        cpu,
        wall,
        in_company: IN_COMPANY.iter().map(|key| calls(key)).sum(),
        calls: all.map(|key| calls(key)).sum(),
    }
}

/// All households in one file, until the last report is final.
pub(crate) async fn as_batch(service: &Service, requests: &[Value]) {
    let file: String = requests.iter().map(|request| format!("{request}\n")).collect();
    let (bulk, caller) = (&service.bulk, &service.caller);
    let mut receiving = bulk.begin(caller, Terms::plain(Format::Ndjson, AS_OF), None).await.expect("a batch");
    bulk.more(&mut receiving, file.as_bytes()).await.expect("the file");
    let id = bulk.whole(receiving).await.expect("the whole file").id.to_string();
    loop {
        let status = bulk.status(caller, &id).await.expect("the batch");
        if status.status == "finished" {
            let finals = status.cases.get("final").copied();
            assert_eq!(finals, u64::try_from(requests.len()).ok(), "every household has its report: {status:?}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn one_by_one(bare: &Arc<Bare>, requests: &[Value]) {
    let places = Arc::new(Semaphore::new(CONCURRENT));
    let mut cases = JoinSet::new();
    for request in requests {
        let place = places.clone().acquire_owned().await.expect("places are never closed");
        let (bare, request) = (Arc::clone(bare), request.clone());
        cases.spawn(async move {
            bare.verify(&request).await;
            drop(place);
        });
    }
    cases.join_all().await;
}

fn print(ours: &[Cost], theirs: &[Cost]) {
    let households = BATCH as u128;
    say("\nhouseholds in bulk beside a bare client that asks for each by itself, in CPU time of this process");
    say(&format!(
        "  3 members, 20 sources without delay, batches of {BATCH}, from the file to the last final report; the bare client {CONCURRENT} at a time"
    ));
    for (ours, theirs) in ours.iter().zip(theirs) {
        say(&format!(
            "  service {} a household, {} calls of which {} in company, wall {}   bare {} a household, {} calls of which {}, wall {}   share {}",
            millis(ours.cpu / BATCH as u32),
            ratio(ours.calls.into(), households),
            ratio(ours.in_company.into(), households),
            millis(ours.wall),
            millis(theirs.cpu / BATCH as u32),
            ratio(theirs.calls.into(), households),
            ratio(theirs.in_company.into(), households),
            millis(theirs.wall),
            ratio(theirs.cpu.as_nanos(), ours.cpu.as_nanos()),
        ));
    }
    let total = |costs: &[Cost]| costs.iter().map(|cost| cost.cpu.as_nanos()).sum::<u128>();
    let calls = |costs: &[Cost]| costs.iter().map(|cost| u128::from(cost.in_company)).sum::<u128>();
    say(&format!("  share over all batches {} (goal: at least 0.70)", ratio(total(theirs), total(ours))));
    say(&format!(
        "  calls to departments that take several people: {} of what asking one by one takes (goal: at most 0.20)",
        ratio(calls(ours), calls(theirs))
    ));
}
