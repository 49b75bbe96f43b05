//! The files in `examples/` are what the README says of them.

use std::path::Path;

use super::support::{Setup, Stage};

/// The sample household's request is the one the mock departments know; `HEDUI_BLESS=1` writes it anew.
#[tokio::test]
async fn the_example_household_is_accepted_and_verified() {
    let stage = Stage::start(Setup::default()).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/household.json");
    let sample = stage.mocks.sample_request();
    if std::env::var_os("HEDUI_BLESS").is_some() {
        std::fs::write(&path, format!("{sample:#}\n")).expect("the example is written");
    }
    let text = std::fs::read_to_string(&path).expect("examples/household.json");
    let example: serde_json::Value = serde_json::from_str(&text).expect("the example is JSON");
    assert_eq!(example, sample, "run with HEDUI_BLESS=1 when the sample household has changed");
    let report = stage.verify(&example).await;
    assert!(report.body.is_final);
    assert_eq!(report.body.sources.len(), 20);
}
