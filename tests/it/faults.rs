//! One department fails: its own cells say so, and nothing else changes. Every kind of fault the mock departments know.

mod asynchronous;
mod synchronous;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hedui::report::Report;
use hedui_mock_sources::Config;
use hedui_mock_sources::faults::{Fault, FaultPlan, FaultRule};
use serde_json::{Value, json};

use super::support::{Setup, Stage, quick_sources};

/// A plan with one fault at one department, always.
pub fn plan(department: &str, what: Fault) -> FaultPlan {
    FaultPlan { seed: 1, faults: vec![FaultRule::always(department, what)] }
}

/// A stage whose departments are waited for but a moment.
struct Trial {
    stage: Stage,
    setup: Setup,
    _settings: tempfile::TempDir,
}

impl Trial {
    async fn start() -> Self {
        let settings = tempfile::tempdir().expect("a folder");
        let setup = Setup {
            mocks: Config { households: 3, ticket_delay: Duration::from_millis(50), ..Config::default() },
            sources_file: Some(quick_sources(settings.path(), "")),
            ..Setup::default()
        };
        let mocks = setup.mocks.clone();
        let given = Setup { mocks, sources_file: setup.sources_file.clone(), ..Setup::default() };
        Self { stage: Stage::start(given).await, setup, _settings: settings }
    }

    /// The sample household's report while these faults are in force.
    async fn under(&self, faults: FaultPlan) -> Report {
        self.stage.mocks.set_faults(faults).expect("a plan");
        self.stage.verify(&self.stage.mocks.sample_request()).await
    }

    /// The sample household's report while all is well.
    async fn healthy(&self) -> Report {
        let report = self.under(FaultPlan::default()).await;
        let silent = cells(&report).into_values().find(|cell| cell["answer"] == "unavailable");
        assert_eq!(silent, None, "all departments answer when all is well");
        report
    }

    /// What a department speaks for.
    fn speaks_for(&self, department: &str) -> Vec<String> {
        let sources = self.stage.verifier.sources();
        let source = sources.into_iter().find(|source| source.descriptor.key.as_str() == department);
        source.expect("a department").descriptor.speaks_for
    }
}

/// Every cell of a report: how it was answered, by person and source.
fn cells(report: &Report) -> BTreeMap<(String, String), Value> {
    let mut cells = BTreeMap::new();
    for line in &report.body.sources {
        for cell in &line.cells {
            let value = serde_json::to_value(cell).expect("JSON");
            let said = json!({"answer": value["answer"], "records": value["records"], "why": value["why_not"], "reach": value["reach"]});
            for member in &cell.members {
                cells.insert((member.to_string(), line.source.to_string()), said.clone());
            }
        }
    }
    cells
}

/// Departments whose cells differ between two reports; both have the same cells.
fn changed(healthy: &Report, report: &Report) -> BTreeSet<String> {
    let (healthy, now) = (cells(healthy), cells(report));
    assert!(healthy.keys().eq(now.keys()), "every person × department is a cell, whatever fails");
    healthy.into_iter().filter(|(key, cell)| now[key] != *cell).map(|((_, source), _)| source).collect()
}

/// Answers of one department, with the reasons, each kind once.
fn answers(report: &Report, department: &str) -> BTreeSet<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields.values().filter_map(Value::as_str).collect(),
        _ => String::new(),
    };
    let of =
        cells(report).into_iter().filter(|((_, source), cell)| source == department && cell["answer"] != "skipped");
    of.map(|(_, cell)| (text(&cell["answer"]), text(&cell["why"]))).collect()
}

/// The totals that a class of information decides, as the report's JSON names them.
fn totals_of(class: &str) -> &'static [&'static str] {
    match class {
        "wage" | "business" | "property_income" | "transfer" => &["income", "net_income", "per_head_monthly"],
        "financial" => &["financial", "financial_per_head"],
        "vehicle" => &["cars"],
        "real_estate" => &["dwellings"],
        "company" => &["companies"],
        _ => &[],
    }
}

/// Holds every total that a silent department could change to be open and to name it.
#[track_caller]
fn assert_open(report: &Report, department: &str, speaks_for: &[String]) {
    let totals = serde_json::to_value(&report.body.totals).expect("JSON");
    for class in speaks_for {
        for name in totals_of(class) {
            let total = &totals[name];
            assert_eq!(total["complete"], false, "{department} is silent, {name} is not complete: {total}");
            assert!(total["at_most"].is_null(), "{department} is silent, {name} has no upper end: {total}");
            assert!(total["silent"][department].is_array(), "{name} names who is silent: {total}");
        }
    }
}
