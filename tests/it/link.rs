//! Two generated rosters against each other by the program: who is found, that neither threads nor the order of rows change it, and that
//! a file at fault leaves nothing behind.

mod blocks;
mod clusters;
mod explaining;
mod faults;
mod labels;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use hedui_mock_sources::rosters::Rosters;
use serde_json::Value;
use tempfile::TempDir;

fn rosters(people: u32) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let rosters =
        Rosters { seed: 9, left: people, right: people, shared: people * 6 / 10, noise: 1, id_missing_percent: None };
    rosters.write(folder.path(), |_| {}).expect("rosters");
    folder
}

fn link(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
    command.arg("link").args(arguments).current_dir(folder).output().expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn linked(folder: &Path, more: &[&str]) -> Value {
    let arguments = [&["left.csv", "right.csv", "--one-to-one", "--json"], more].concat();
    let output = link(folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The lines of a file in order, whatever order they were written in.
fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a file");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[1..].sort();
    lines
}

#[test]
fn people_are_found_in_another_roster() {
    let folder = rosters(3_000);
    let found = linked(folder.path(), &["--truth", "truth.csv", "--out", "pairs.csv", "--explain", "--lang", "en"]);
    let matches = &found["truth"]["matches"];
    assert!(matches["precision_ppm"].as_u64() > Some(990_000), "{found}");
    assert!(found["truth"]["with_reviews"]["recall_ppm"].as_u64() > Some(980_000), "{found}");
    assert_eq!(
        found["thresholds"],
        serde_json::json!({"match_ppm": 998_000, "review_ppm": 200_000, "cost": {"review": 1, "false_match": 500, "missed": 5}})
    );
    let pairs = lines(&folder.path().join("pairs.csv"));
    let piped = link(folder.path(), &["left.csv", "right.csv", "--one-to-one", "--out", "/dev/stdout"]);
    let piped = String::from_utf8_lossy(&piped.stdout).into_owned();
    assert!(piped.starts_with("left_id,right_id,weight,probability,decision\n"), "a pipe is written to");
    assert_eq!(piped.lines().count(), pairs.len(), "pairs alone");
    assert!(pairs[0].starts_with("left_id,right_id,weight,probability,decision,id_number_level,id_number_weight,"));
    assert!(pairs[1..].iter().any(|line| line.contains("the name agrees")), "levels are in words");
    let number = found["matches"].as_u64().zip(found["reviews"].as_u64()).map(|(one, other)| one + other);
    assert_eq!(number, u64::try_from(pairs.len() - 1).ok());
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_what_is_found() {
    let folder = rosters(1_000);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    let run = |threads: &str| {
        let files = [
            "one.csv",
            "lines.ndjson",
            "clusters.csv",
            "reviews.csv",
            "curve.csv",
            "reliability.csv",
            "chart.svg",
            "trained.toml",
        ];
        let [pairs, lines, clusters, reviews, curve, reliability, chart, trained] = files;
        let measured = ["--truth", "truth.csv", "--curve", curve, "--reliability", reliability, "--chart", chart];
        let written = ["--threads", threads, "--clusters", clusters, "--review-out", reviews, "--explain"];
        let all =
            link(folder.path(), &[&["left.csv", "right.csv", "--out", pairs], &written[..], &measured[..]].concat());
        assert_eq!(all.status.code(), Some(0), "{}", said(&all));
        let summary = linked(folder.path(), &["--out", lines, "--threads", threads, "--train", trained]);
        let mode =
            |name: &str| std::fs::metadata(folder.path().join(name)).expect("a file").permissions().mode() & 0o777;
        assert_eq!(files.map(mode), [0o600; 8], "they hold ids and what is said of people: for their owner alone");
        (all.stdout, summary, files.map(read))
    };
    // others could read a file of an earlier run
    std::fs::write(folder.path().join("one.csv"), "").expect("a file");
    std::fs::set_permissions(folder.path().join("one.csv"), Permissions::from_mode(0o644)).expect("a mode");
    let one = run("1");
    for threads in ["2", "3"] {
        assert!(one == run(threads), "{threads} threads");
    }
    linked(folder.path(), &["--out", "one.csv"]);
    for side in ["left.csv", "right.csv"] {
        let text = read(side);
        let (heading, rows) = text.split_once('\n').expect("a heading");
        let turned = rows.lines().rev().collect::<Vec<_>>().join("\n");
        std::fs::write(folder.path().join(side), format!("{heading}\n{turned}\n")).expect("a file");
    }
    linked(folder.path(), &["--out", "turned.csv"]);
    assert_eq!(lines(&folder.path().join("turned.csv")), lines(&folder.path().join("one.csv")));
}

#[test]
fn training_writes_a_model_that_links_better() {
    let folder = rosters(3_000);
    let f1 = |found: &Value| found["truth"]["with_reviews"]["f1_ppm"].as_u64().expect("a number");
    // a model that takes any two rows for one person
    let person: String = include_str!("../../config/linkage/person.toml")
        .lines()
        .filter(|line| !line.starts_with("prior_rows = "))
        .map(|line| if line.starts_with("prior = ") { "prior = \"0.999\"\n".to_owned() } else { format!("{line}\n") })
        .collect();
    std::fs::write(folder.path().join("credulous.toml"), person).expect("a file");
    let before = f1(&linked(folder.path(), &["--truth", "truth.csv", "--model", "credulous.toml"]));
    linked(folder.path(), &["--model", "credulous.toml", "--train", "trained.toml"]);
    let after = f1(&linked(folder.path(), &["--truth", "truth.csv", "--model", "trained.toml"]));
    assert!(after > before, "{before} then {after}");
}

#[test]
fn what_the_thresholds_follow_from_is_said() {
    let folder = rosters(50);
    let cost = "cost = { review = 1, false_match = 500, missed = 5 }";
    let person = include_str!("../../config/linkage/person.toml");
    for (instead, zh, en) in [
        (
            "cost = { review = 2, false_match = 20, missed = 8 }",
            "概率 90% 起认定，25% 起待人工核实：按代价推算（核实一对 2，错认一对 20，漏认一对 8）。",
            "Match from a probability of 90%, review from 25%: a look costs 2, a wrong match 20, a missed one 8.",
        ),
        (
            "match_at = \"0.99\"\nreview_at = \"0.5\"",
            "概率 99% 起认定，50% 起待人工核实（模型所定）。",
            "Match from a probability of 99%, review from 50%, as the model says.",
        ),
    ] {
        let model = person.replace(cost, instead);
        assert_ne!(model, person);
        std::fs::write(folder.path().join("model.toml"), model).expect("a file");
        for (lang, expected) in [("zh", zh), ("en", en)] {
            let text = said(&link(folder.path(), &["left.csv", "right.csv", "--model", "model.toml", "--lang", lang]));
            assert!(text.contains(expected), "{text}");
        }
        let json = linked(folder.path(), &["--model", "model.toml"]);
        assert_eq!(json["thresholds"]["cost"].is_null(), instead.starts_with("match_at"), "{json}");
    }
    // for one run, whatever the model says; a model that is trained then keeps it
    let json = linked(folder.path(), &["--model", "model.toml", "--cost", "2,20,8", "--train", "trained.toml"]);
    assert_eq!(
        (&json["thresholds"]["match_ppm"], &json["thresholds"]["review_ppm"]),
        (&900_000.into(), &250_000.into())
    );
    let trained = std::fs::read_to_string(folder.path().join("trained.toml")).expect("a file");
    assert!(trained.contains("\ncost = { review = 2, false_match = 20, missed = 8 }\n"), "{trained}");
    let refused = link(folder.path(), &["left.csv", "right.csv", "--cost", "1,0,5"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("three whole numbers from 1 to 1000000000"), "{}", said(&refused));
}

#[test]
fn one_roster_is_looked_through_for_people_who_stand_twice() {
    let folder = rosters(500);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    let both = read("left.csv") + read("right.csv").split_once('\n').expect("a heading").1;
    std::fs::write(folder.path().join("both.csv"), both).expect("a file");
    let output = link(folder.path(), &["both.csv", "--dedupe", "--truth", "truth.csv", "--json"]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert!(found["truth"]["matches"]["f1_ppm"].as_u64() > Some(950_000), "{found}");
}

#[test]
fn rules_are_counted_before_anything_is_compared() {
    let folder = rosters(500);
    let output = link(folder.path(), &["left.csv", "right.csv", "--dry-run", "--lang", "en"]);
    let text = said(&output);
    assert!(text.contains("name.sound, birth_date.year") && text.contains("largest block"), "{text}");
    let refused = link(folder.path(), &["left.csv", "right.csv", "--max-pairs", "10", "--out", "pairs.csv"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("candidates") && said(&refused).contains("--dry-run"), "{}", said(&refused));
    assert!(!folder.path().join("pairs.csv").exists());
}

#[test]
fn a_file_at_fault_is_named_with_its_line_and_leaves_nothing_behind() {
    let folder = rosters(50);
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write("twice.csv", "id,name,id_number,birth_date,sex,phone,address\n1,王伟,,,,,\n1,李娜,,,,,\n");
    write("model.toml", "schema = \"hedui-linkage-model/1\"\nname = 1\n");
    let before = std::fs::read_dir(folder.path()).expect("a folder").count();
    for (arguments, expected) in [
        (vec!["twice.csv", "right.csv"], "twice.csv:3: the \"id\" of this row is that of line 2 too"),
        (vec!["truth.csv", "right.csv"], "truth.csv:1: no column is headed \"id\", \"id_number\", \"name\""),
        (vec!["left.csv", "nowhere.csv"], "nowhere.csv"),
        (vec!["left.csv", "right.csv", "--train", "right.csv"], "--train writes a model"),
        (vec!["left.csv", "right.csv", "--model", "model.toml"], "model.toml:2:"),
        (vec!["left.csv", "right.csv", "--labels", "truth.csv"], "truth.csv:1: no column is headed \"label\""),
        (
            vec!["left.csv", "right.csv", "--clusters", "c.csv", "--earlier", "truth.csv"],
            "headed \"cluster_id\", \"roster\", \"row_id\"",
        ),
        (vec!["left.csv", "right.csv", "--clusters", "nowhere/c.csv"], "nowhere/c.csv: there is no folder nowhere"),
        (vec!["left.csv", "right.csv", "--clusters", "pairs.csv"], "--out and --clusters would write one file"),
        (vec!["left.csv", "right.csv", "--review-out", "left.csv"], "--review-out would overwrite a file that is read"),
    ] {
        let output = link(folder.path(), &[arguments.as_slice(), &["--out", "pairs.csv"]].concat());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    let over_itself = link(folder.path(), &["left.csv", "right.csv", "--out", "./right.csv"]);
    assert!(said(&over_itself).contains("--out would overwrite a file that is read"), "{}", said(&over_itself));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), before, "nothing was written");
}
