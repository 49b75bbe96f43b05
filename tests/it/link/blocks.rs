//! What blocking rules make: blocks that are left out, blocks of a value that stands for "not known", and more than anybody wants.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{link, said};

/// Two columns of codes, blocked by each.
const MODEL: &str = "\
schema = \"hedui-linkage-model/1\"
name = \"codes\"
basis = \"assumed\"
source = \"a test\"
id = \"id\"
prior = \"0.01\"
match_at = \"0.9\"
review_at = \"0.2\"
margin_bits = 0
[[field]]
column = \"card\"
kind = \"code\"
levels = [{ level = \"exact\", m = \"0.9\", u = \"0.0001\" }, { level = \"different\", m = \"0.1\", u = \"0.9999\" }]
[[field]]
column = \"place\"
kind = \"code\"
left = \"address\"
levels = [{ level = \"exact\", m = \"0.9\", u = \"0.1\" }, { level = \"different\", m = \"0.1\", u = \"0.9\" }]
[[block]]
on = [\"card\"]
[[block]]
on = [\"place\"]
";

/// Rosters of so many rows whose card is their own, and whose place is 不详 in `unknown` of them.
fn rosters(rows: usize, unknown: usize, model: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, place) in [("left", "address"), ("right", "place")] {
        let mut text = format!("id,card,{place}\n");
        for at in 0..rows {
            // the first row has a place of its own
            let place = if (1..=unknown).contains(&at) { "不详".to_owned() } else { format!("p{at}") };
            let _ = writeln!(text, "{at},c{at},{place}");
        }
        std::fs::write(folder.path().join(format!("{name}.csv")), text).expect("a file");
    }
    std::fs::write(folder.path().join("model.toml"), model).expect("a file");
    folder
}

fn run(folder: &Path, more: &[&str]) -> (i32, String) {
    let output = link(folder, &[&["left.csv", "right.csv", "--model", "model.toml"], more].concat());
    (output.status.code().unwrap_or(-1), said(&output))
}

fn rules(folder: &Path) -> Vec<Value> {
    let (code, text) = run(folder, &["--dry-run", "--json"]);
    assert_eq!(code, 0, "{text}");
    let found: Value = serde_json::from_str(&text).expect("JSON");
    found["rules"].as_array().expect("a list").clone()
}

#[test]
fn blocks_larger_than_a_rule_wants_are_left_out() {
    // 3 and 3 rows share a place: a block of 9
    for (largest, left_out, pairs) in [("", 0, 9 + 17), ("largest = 9\n", 0, 9 + 17), ("largest = 8\n", 1, 17)] {
        let folder = rosters(20, 3, &format!("{MODEL}{largest}"));
        let rule = &rules(folder.path())[1];
        assert_eq!((&rule["left_out"], &rule["pairs"]), (&left_out.into(), &pairs.into()), "{largest} {rule}");
        let (code, text) = run(folder.path(), &["--json"]);
        let found: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((code, found["candidates"].as_u64()), (0, Some(20 + pairs)), "{text}");
    }
    let folder = rosters(5, 0, &format!("{MODEL}largest = 0\n"));
    let (code, text) = run(folder.path(), &[]);
    assert!(code == 1 && text.contains("model.toml:23: block.largest: must be above 0"), "{text}");
}

#[test]
fn a_value_that_stands_for_not_known_is_pointed_at() {
    let folder = rosters(1_200, 1_000, MODEL);
    let found = rules(folder.path());
    assert_eq!((&found[0]["skewed"], &found[1]["skewed"]), (&false.into(), &true.into()), "{found:?}");
    assert_eq!(found[1]["largest_block"], 1_000_000);
    let (code, text) = run(folder.path(), &["--dry-run", "--lang", "en"]);
    let note = "Note: one block of the rule \"place\" makes 1,000,000 pairs, most likely a value that stands for \"not known\"; see left.csv line 3.";
    assert!(code == 0 && text.contains(note), "{text}");
    assert_eq!(text.matches("Note:").count(), 1, "{text}");
    let (_, text) = run(folder.path(), &["--dry-run"]);
    assert!(text.contains("注意：规则“place”有一组占 1,000,000 对") && text.contains("left.csv 第 3 行"), "{text}");
    // a pair less is no trouble; nor is a block among many as large
    let folder = rosters(1_200, 999, MODEL);
    assert_eq!(rules(folder.path())[1]["skewed"], false);
}

#[test]
fn a_million_rows_in_one_block_are_refused_before_any_work() {
    // 45,000 rows of one place on both sides are two thousand million pairs, as a million rows are a million million
    let folder = rosters(45_001, 45_000, MODEL);
    let before = std::fs::read_dir(folder.path()).expect("a folder").count();
    for more in [&[][..], &["--train", "trained.toml"], &["--clusters", "clusters.csv"]] {
        let (code, text) = run(folder.path(), &[&["--out", "pairs.csv"], more].concat());
        let named = "left.csv:3: the blocking rule \"place\" makes 2,025,000,001 candidates, 2,025,000,000 of them in the block of this line (column \"address\")";
        assert!(code == 1 && text.contains(named), "{text}");
        for way in ["Empty a value", "add a column", "largest = 1000", "--max-pairs", "--dry-run"] {
            assert!(text.contains(way), "{text}");
        }
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), before, "nothing was written");
    // what a rule leaves out is no trouble
    std::fs::write(folder.path().join("model.toml"), format!("{MODEL}largest = 1000\n")).expect("a file");
    let (code, text) = run(folder.path(), &["--out", "pairs.csv", "--lang", "en"]);
    assert!(code == 0 && text.contains("45,001 matches"), "{text}");
}
