//! Changed rules tried on a made-up county and on kept cases: the numbers add up, and nobody is shown.

use std::path::Path;
use std::process::{Command, Output};

use hedui::audit::Action;
use hedui_mock_sources::Config;
use serde_json::Value;

use super::support::{Setup, Stage};

const HIGHER: &str = "[pack]\nregion = \"620422\"\n[[standard.dibao.urban]]\nfrom = \"2024-01-01\"\nvalue = \"1000.00\"\n\
    unit = \"yuan_per_head_month\"\nbasis = \"assumed\"\nnote = \"a proposal\"\n[[standard.dibao.rural]]\nfrom = \"2024-01-01\"\n\
    value = \"800.00\"\nunit = \"yuan_per_head_month\"\nbasis = \"assumed\"\nnote = \"a proposal\"\n";

/// A folder with the proposal, and nothing else.
fn folder(proposal: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("proposal.toml"), proposal).expect("a file");
    folder
}

fn simulate(folder: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
    command.args(["policy", "simulate", "--packs", "proposal.toml"]).args(more).current_dir(folder);
    command.env("NO_COLOR", "1").env_remove("HEDUI_CONFIG").output().expect("the program runs")
}

fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// An amount of the JSON, in fen.
fn fen(value: &Value) -> i64 {
    let text = value.as_str().expect("an amount").replace('.', "");
    text.parse().expect("fen")
}

fn sum(of: &Value) -> i64 {
    of.as_object().expect("a table").values().map(|count| count.as_i64().expect("a count")).sum()
}

#[test]
fn a_higher_standard_on_three_hundred_households_adds_up() {
    let folder = folder(HIGHER);
    let again = simulate(
        folder.path(),
        &["--generated", "300", "--seed", "7", "--exact", "--json", "--csv", "m.csv", "--chart", "m.svg"],
    );
    let found = json(&again);
    assert_eq!(found["total"]["households"], 300);
    assert_eq!((sum(&found["before"]), sum(&found["after"])), (300, 300));
    let cells = found["cells"].as_array().expect("a list");
    let of_cells = |field: &str| cells.iter().map(|cell| fen(&cell["count"][field])).sum::<i64>();
    assert_eq!(of_cells("monthly_before"), fen(&found["total"]["monthly_before"]));
    assert_eq!(of_cells("monthly_after"), fen(&found["total"]["monthly_after"]));
    let change = fen(&found["total"]["monthly_change"]);
    assert_eq!(change, of_cells("monthly_after") - of_cells("monthly_before"));
    assert_eq!(fen(&found["total"]["yearly_change"]), change * 12);
    assert!(change > 0 && found["moved"].as_u64().is_some_and(|moved| moved > 0), "{}", found["total"]);
    let keys: Vec<_> = found["parameters"]["620422"].as_array().expect("a list").iter().map(|p| &p["key"]).collect();
    assert_eq!(keys, ["standard.dibao.urban", "standard.dibao.rural"]);
    // a higher standard takes no household from dibao, and sends none from something to nothing
    for cell in cells {
        let (before, after) = (cell["before"].as_str().expect("a word"), cell["after"].as_str().expect("a word"));
        assert!(before != "dibao" || after == "dibao", "{cell}");
        assert!(before == "none" || after != "none", "{cell}");
    }
    let csv = std::fs::read_to_string(folder.path().join("m.csv")).expect("a table");
    assert_eq!(csv.lines().count(), cells.len() + 1);
    let households: i64 =
        csv.lines().skip(1).map(|line| line.split(',').nth(3).expect("a count").parse::<i64>().expect("a count")).sum();
    assert_eq!(households, 300);
    let chart = std::fs::read_to_string(folder.path().join("m.svg")).expect("a chart");
    assert!(
        chart.starts_with("<svg ") && chart.contains("<title id=\"title\">政策调整试算") && chart.contains("共 300 户")
    );
    assert_eq!(
        json(&simulate(folder.path(), &["--generated", "300", "--seed", "7", "--exact", "--json"])),
        found,
        "again"
    );
}

#[test]
fn rules_that_say_the_same_move_nobody_and_small_cells_are_left_out() {
    let folder = folder("[pack]\nregion = \"620422\"\n");
    let found = json(&simulate(folder.path(), &["--generated", "120", "--json"]));
    assert_eq!((&found["moved"], &found["total"]["monthly_change"]), (&0.into(), &"0.00".into()));
    assert_eq!(found["parameters"]["620422"], serde_json::json!([]));
    let cells = found["cells"].as_array().expect("a list");
    let shown = cells.iter().filter_map(|cell| cell["count"]["households"].as_u64());
    assert!(shown.clone().all(|households| households >= 10));
    assert_eq!(found["total"]["households"].as_u64(), Some(shown.sum()), "totals are of what is shown");
    let text = said(&simulate(folder.path(), &["--generated", "120"]));
    assert_eq!(found["cells_left_out"].as_u64().is_some_and(|count| count > 0), text.contains("<10"), "{text}");
}

#[test]
fn the_readmes_example_states_one_number_and_changes_no_other() {
    let folder = folder(HIGHER);
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/proposal.toml");
    std::fs::copy(example, folder.path().join("proposal.toml")).expect("the example");
    let found = json(&simulate(folder.path(), &["--generated", "10", "--exact", "--json"]));
    let [only] = &found["parameters"]["620422"].as_array().expect("a list")[..] else { panic!("{found}") };
    assert_eq!((&only["before"]["value"], &only["after"]["value"]), (&"623.00".into(), &"700.00".into()));
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = folder(HIGHER);
    for (arguments, code, words) in [
        (
            &["--json"][..],
            1,
            "there is no data directory ./data: try the rules on a made-up county with --generated 1000",
        ),
        (&["--exact"], 2, "--generated"),
        (&["--generated", "5", "--stored"], 2, "--stored"),
        (&["--generated", "5", "--list-cases"], 2, "--list-cases"),
        (&["--generated", "5", "--csv", "m.txt"], 2, "ends in .csv"),
        (&["--generated", "5", "--chart", "m.png"], 2, "ends in .svg"),
        (&["--generated", "5", "--region", "6204"], 2, "one county"),
        (&["--region", "Huining"], 2, "a code"),
    ] {
        let refused = simulate(folder.path(), arguments);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {}", said(&refused));
        assert!(said(&refused).contains(words), "{arguments:?}: {}", said(&refused));
    }
    std::fs::write(folder.path().join("proposal.toml"), HIGHER.replace("1000.00", "a lot")).expect("a file");
    let faulty = simulate(folder.path(), &["--generated", "5"]);
    assert_eq!(faulty.status.code(), Some(1));
    assert!(said(&faulty).contains("proposal.toml:3:1"), "{}", said(&faulty));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_cases_are_tried_after_one_entry_that_says_how_many() {
    const CASES: u32 = 24;
    let setup = Setup { mocks: Config { households: CASES, ..Setup::default().mocks }, ..Setup::default() };
    let stage = Stage::start(setup).await;
    for index in 0..CASES {
        let request = stage.mocks.request_for(index, &Default::default()).expect("a household");
        stage.verify(&request).await;
    }
    stage.verifier.stop().await;
    let before = stage.entries().await.len();
    let folder = folder(HIGHER);
    let path = |name: &str| stage.folder.path().join(name).display().to_string();
    let place = ["--data", &path("data"), "--keys", &path("keys")];
    let run = |more: &[&str]| simulate(folder.path(), &[&place[..], more].concat());
    let found = json(&run(&["--json"]));
    assert_eq!(found["households"], "stored");
    let cells = found["cells"].as_array().expect("a list");
    assert!(cells.iter().all(|cell| cell["count"]["households"].as_u64().is_none_or(|households| households >= 10)));
    assert!(found["cells_left_out"].as_u64().is_some_and(|count| count > 0));
    assert_eq!(found["moved_cases"], serde_json::json!([]), "no ids unless asked for");
    let entries = stage.entries().await;
    let tried: Vec<_> =
        entries[before..].iter().filter(|leaf| leaf.event.case.is_some() || leaf.event.count.is_some()).collect();
    let [tried] = &tried[..] else { panic!("one entry, and no other: {}", tried.len()) };
    assert_eq!((tried.event.action, tried.event.count), (Action::RulesTried, Some(u64::from(CASES))));
    assert!(tried.event.detail_sha256.is_some());

    let listed = json(&run(&["--json", "--list-cases"]));
    let moved = listed["moved_cases"].as_array().expect("a list");
    assert!(!moved.is_empty() && moved.iter().all(|one| one["case"].is_string() && one["before"] != one["after"]));
    let elsewhere = json(&run(&["--json", "--region", "6205"]));
    assert_eq!(elsewhere["cells"], serde_json::json!([]));
    let hidden: Vec<String> = (0..CASES)
        .flat_map(|index| {
            let household = stage.mocks.population().household(index).expect("a household");
            household.members.iter().map(|person| person.name.clone()).collect::<Vec<_>>()
        })
        .collect();
    let shown = said(&run(&["--list-cases", "--csv", "m.csv", "--chart", "m.svg"]));
    let files = ["m.csv", "m.svg"].map(|name| std::fs::read_to_string(folder.path().join(name)).expect("a file"));
    for text in [&shown, &files[0], &files[1]] {
        assert!(!hidden.iter().any(|name| text.contains(name.as_str())), "nobody is named");
    }
}
