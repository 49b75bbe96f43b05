//! Verifies every household of a population, sixteen at a time, through the whole service.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use hedui::bulk::file::Format;
use hedui::bulk::{ResultsForm, Sheet, Terms};
use hedui_mock_sources::truth::{Declaration, RequestOptions};
use hedui_mock_sources::{Config, Dirt};
use serde_json::Value;

use super::reading::Reading;
use crate::support::{Setup, Stage};

/// Households verified.
pub const HOUSEHOLDS: u32 = 500;
/// Cases at a time.
const AT_ONCE: usize = 16;

/// What families write, in turn.
const DECLARATIONS: [Declaration; 4] =
    [Declaration::InformalOnly, Declaration::Honest, Declaration::Understated, Declaration::Nothing];

/// A household's case.
pub struct Case {
    pub index: u32,
    pub request: Value,
    pub reading: Reading,
}

/// Every case, with the departments still standing.
pub struct Run {
    pub stage: Stage,
    pub cases: Vec<Case>,
    pub took: Duration,
}

/// How households come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One call each.
    Alone,
    /// All in one file.
    Batch,
}

/// Verifies all households.
pub async fn run(dirt: Dirt, way: Way) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let sources = folder.path().join("sources.toml");
    std::fs::write(&sources, unhurried(include_str!("../../../config/sources.toml"))).expect("settings are written");
    let stage = Stage::start(Setup {
        mocks: Config { households: HOUSEHOLDS, dirt, ticket_delay: Duration::from_millis(20), ..Config::default() },
        poll_interval: Duration::from_millis(100),
        sources_file: Some(sources),
        ..Setup::default()
    })
    .await;
    let began = Instant::now();
    let mut cases: Vec<Case> = match way {
        Way::Alone => {
            stream::iter(0..HOUSEHOLDS).map(|index| case(&stage, index)).buffer_unordered(AT_ONCE).collect().await
        }
        Way::Batch => batch(&stage).await,
    };
    cases.sort_by_key(|case| case.index);
    Run { took: began.elapsed(), stage, cases }
}

/// The shipped settings without limits on how often departments are asked: a thousand cases in a minute, not in a day.
fn unhurried(settings: &str) -> String {
    let line = |line: &str| match line.split_once(" = ") {
        Some(("rate_per_second", _)) => "rate_per_second = 0".to_owned(),
        Some(("breaker", _)) => "breaker = { failures = 0, open_secs = 30 }".to_owned(),
        Some((key @ ("timeout_ms" | "total_timeout_ms"), _)) => format!("{key} = 60000"),
        _ => line.to_owned(),
    };
    settings.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn request(stage: &Stage, index: u32) -> Value {
    let options = RequestOptions { declare: DECLARATIONS[index as usize % DECLARATIONS.len()], ..Default::default() };
    stage.mocks.request_for(index, &options).expect("a household of the population")
}

/// The households as the rows of one file, and what its results say of each.
async fn batch(stage: &Stage) -> Vec<Case> {
    let requests: Vec<Value> = (0..HOUSEHOLDS).map(|index| request(stage, index)).collect();
    let mut file = String::new();
    for request in &requests {
        file.push_str(&request.to_string());
        file.push('\n');
    }
    let (bulk, caller) = (&stage.bulk, stage.caller());
    let today = stage.mocks.population().as_of();
    let mut receiving = bulk.begin(&caller, Terms::plain(Format::Ndjson, today), None).await.expect("a batch");
    for piece in file.as_bytes().chunks(100_000) {
        bulk.more(&mut receiving, piece).await.expect("a part");
    }
    let id = bulk.whole(receiving).await.expect("a whole batch").id.to_string();
    let began = Instant::now();
    loop {
        let status = bulk.status(&caller, &id).await.expect("the batch");
        if status.status == "finished" {
            assert_eq!((status.accepted, status.faulty), (u64::from(HOUSEHOLDS), 0), "{status:?}");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(600), "the batch does not end: {status:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let pieces = bulk.results(&caller, &id, Sheet::Households, ResultsForm::Ndjson).await.expect("results");
    let pieces: Vec<_> = pieces.pieces.map(|piece| piece.expect("a piece")).collect().await;
    let lines = String::from_utf8(pieces.concat()).expect("text");
    let case = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("a line of results");
        assert_eq!((&line["status"], &line["version"]), (&"final".into(), &1.into()), "no provisional version is made");
        let index = u32::try_from(line["row"].as_u64().expect("a row") - 1).expect("small");
        let reading = Reading::of(&line["report"]);
        Case { index, request: requests[index as usize].clone(), reading }
    };
    let cases: Vec<Case> = lines.lines().map(case).collect();
    assert_eq!(cases.len(), requests.len(), "every household has a line");
    cases
}

async fn case(stage: &Stage, index: u32) -> Case {
    let request = request(stage, index);
    let report = stage.verify(&request).await;
    let report = serde_json::to_value(report).expect("a report is JSON");
    Case { index, request, reading: Reading::of(&report) }
}
