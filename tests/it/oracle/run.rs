//! Verifies every household of a population, sixteen at a time, through the whole service.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
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

/// Verifies all households.
pub async fn run(dirt: Dirt) -> Run {
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
    let cases = stream::iter(0..HOUSEHOLDS).map(|index| case(&stage, index)).buffer_unordered(AT_ONCE);
    let mut cases: Vec<Case> = cases.collect().await;
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

async fn case(stage: &Stage, index: u32) -> Case {
    let options = RequestOptions { declare: DECLARATIONS[index as usize % DECLARATIONS.len()], ..Default::default() };
    let request = stage.mocks.request_for(index, &options).expect("a household of the population");
    let report = stage.verify(&request).await;
    let report = serde_json::to_value(report).expect("a report is JSON");
    Case { index, request, reading: Reading::of(&report) }
}
