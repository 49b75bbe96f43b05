//! Why a pair is one, where a threshold should stand, whether probabilities hold: as somebody with two rosters asks.

use std::collections::BTreeMap;

use super::*;

/// Values that stand in a row of a roster, by its id; those too short to be looked for are left out.
fn row(folder: &Path, file: &str, id: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(folder.join(file)).expect("a roster");
    let records = reader.records().map(|record| record.expect("a row"));
    let own = records.into_iter().find(|record| &record[0] == id).unwrap_or_else(|| panic!("{id}"));
    own.iter().skip(1).filter(|value| value.chars().count() > 2).map(str::to_owned).collect()
}

/// Pairs of a run, by their ids.
fn pairs(folder: &Path) -> BTreeMap<(String, String), Vec<String>> {
    linked(folder, &["--out", "pairs.csv", "--explain", "--lang", "en"]);
    let mut reader = csv::Reader::from_path(folder.join("pairs.csv")).expect("pairs");
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        let record: Vec<String> = record.expect("a pair").iter().map(str::to_owned).collect();
        ((record[0].clone(), record[1].clone()), record)
    };
    reader.records().map(record).collect()
}

fn text(folder: &Path, arguments: &[&str]) -> String {
    let output = link(folder, &[&["left.csv", "right.csv"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn well_formed(path: &Path) -> String {
    let drawn = std::fs::read_to_string(path).expect("a drawing");
    let mut reader = quick_xml::Reader::from_str(&drawn);
    while !matches!(reader.read_event().expect("well-formed XML"), quick_xml::events::Event::Eof) {}
    drawn
}

#[test]
fn one_pair_is_explained_as_the_run_weighed_it() {
    let folder = rosters(500);
    let found = pairs(folder.path());
    let ((left, right), record) = found.iter().next().expect("a pair");
    let wanted = format!("{left},{right}");
    let told = text(folder.path(), &["--pair", &wanted, "--json"]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&told["left_id"], &told["right_id"]), (&Value::from(left.as_str()), &Value::from(right.as_str())));
    let shown = |number: &Value| format!("{:+.2}", number.as_f64().expect("a number"));
    assert_eq!(shown(&told["weight"]), record[2]);
    assert_eq!(told["decision"], record[4].as_str());
    for (place, field) in told["fields"].as_array().expect("fields").iter().enumerate() {
        assert_eq!(
            (field["en"].as_str(), shown(&field["weight"])),
            (Some(record[5 + 2 * place].as_str()), record[6 + 2 * place].clone())
        );
    }
    assert!(!told["blocks"].as_array().expect("rules").is_empty(), "the run compared it");

    let plain = text(folder.path(), &["--pair", &wanted, "--svg", "why.svg", "--lang", "en"]);
    assert!(plain.contains("Brought together by") && plain.contains("before anything is compared"), "{plain}");
    let drawn = well_formed(&folder.path().join("why.svg"));
    let values: Vec<String> = [row(folder.path(), "left.csv", left), row(folder.path(), "right.csv", right)].concat();
    assert!(values.len() > 4);
    for value in &values {
        assert!(!plain.contains(value) && !drawn.contains(value) && !told.to_string().contains(value), "{value}");
    }
    assert!(!drawn.contains(left) && !drawn.contains(right), "an id may be a person's number");
    let with_values = text(folder.path(), &["--pair", &wanted, "--values"]);
    assert!(values.iter().all(|value| with_values.contains(value)), "{with_values}");
}

#[test]
fn what_was_counted_once_and_what_was_added_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let heading = "id,name,id_number,birth_date,sex,phone,address\n";
    let write =
        |name: &str, rows: &str| std::fs::write(folder.path().join(name), format!("{heading}{rows}")).expect("a file");
    let place = "甘肃省白银市会宁县会师镇祖厉路12号";
    write(
        "left.csv",
        &format!(
            "1,王建国,110101199003070038,1990-03-07,男,13893001234,{place}\n\"a,b\",王建国,,1990-03-07,男,,{place}\n"
        ),
    );
    write(
        "right.csv",
        &format!("1,王建国,110101199003070038,1990-03-07,男,13893001234,{place}\n2,王建军,,1990-03-07,男,,{place}\n"),
    );
    let same = text(folder.path(), &["--pair", "1,1"]);
    assert!(same.contains("id_number 已含，不重复计") && same.contains("同一人的概率"), "{same}");
    let json: Value = serde_json::from_str(&text(folder.path(), &["--pair", "1,1", "--json"])).expect("JSON");
    let birth =
        json["fields"].as_array().expect("fields").iter().find(|field| field["field"] == "birth_date").expect("it");
    assert_eq!(
        (birth["weight"].as_f64(), &birth["counted_in_part"][0]["given"]),
        (Some(0.0), &Value::from("id_number"))
    );
    assert!(birth["level_weight"].as_f64() > Some(10.0), "{birth}");
    let brothers = text(folder.path(), &["--pair", "a,b,2", "--lang", "en"]);
    assert!(brothers.contains("twins are born on one day"), "{brothers}");
    let strangers: Value = serde_json::from_str(&text(folder.path(), &["--pair", "a,b,1", "--json"])).expect("JSON");
    assert_eq!(strangers["together"], serde_json::json!([]));
}

#[test]
fn a_pair_that_is_not_there_is_named() {
    let folder = rosters(50);
    for (arguments, expected) in [
        (vec!["--pair", "L0000001"], "name two ids parted by a comma"),
        (vec!["--pair", "L0000001,nobody"], "right.csv: no row has the id \"nobody\""),
        (vec!["--pair", "nobody,R0000001"], "left.csv: no row has the id \"nobody\""),
        (vec!["--pair", "R0000001,L0000001"], "the other way round"),
    ] {
        let output =
            link(folder.path(), &[&["left.csv", "right.csv", "--svg", "why.svg"], arguments.as_slice()].concat());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    for refused in [["--svg", "why.svg"], ["--chart", "chart.svg"], ["--reliability", "r.csv"]] {
        let output = link(folder.path(), &[&["left.csv", "right.csv"], refused.as_slice()].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    }
    assert!(!folder.path().join("why.svg").exists() && !folder.path().join("chart.svg").exists());
}

#[test]
fn pairs_are_written_as_json_lines() {
    let folder = rosters(500);
    let found = pairs(folder.path());
    linked(folder.path(), &["--out", "pairs.ndjson", "--explain"]);
    linked(folder.path(), &["--out", "plain.jsonl"]);
    let read = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(folder.path().join(name)).expect("a file");
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    };
    let (lines, plain) = (read("pairs.ndjson"), read("plain.jsonl"));
    assert_eq!((lines.len(), plain.len()), (found.len(), found.len()));
    for line in &lines {
        let name = |key: &str| line[key].as_str().expect("an id").to_owned();
        let record = &found[&(name("left_id"), name("right_id"))];
        assert_eq!(format!("{:+.2}", line["weight"].as_f64().expect("bits")), record[2]);
        assert_eq!(line["decision"], record[4].as_str());
        let fields = line["fields"].as_array().expect("fields");
        assert_eq!((fields.len(), fields[1]["en"].as_str()), (6, Some(record[7].as_str())));
        let together =
            line["together"].as_array().expect("a list").iter().map(|one| one["weight"].as_f64().expect("bits"));
        let sum = fields.iter().map(|field| field["weight"].as_f64().expect("bits")).chain(together).sum::<f64>();
        assert!((sum - line["weight"].as_f64().expect("bits")).abs() < 0.005, "{line}");
    }
    assert!(plain.iter().all(|line| line.get("fields").is_none()));
    let refused = link(folder.path(), &["left.csv", "right.csv", "--out", "pairs.parquet"]);
    assert!(said(&refused).contains(".csv, .ndjson or .jsonl, not as .parquet"), "{}", said(&refused));
}

#[test]
fn thresholds_and_probabilities_are_measured_and_change_nothing() {
    let folder = rosters(2_000);
    linked(folder.path(), &["--truth", "truth.csv", "--out", "before.csv"]);
    let any = std::fs::read_to_string(folder.path().join("truth.csv")).expect("a file");
    let any = text(folder.path(), &["--pair", any.lines().nth(1).expect("a pair"), "--json"]);
    let any: Value = serde_json::from_str(&any).expect("JSON");
    let number = |key: &str| any[key].as_f64().expect("a number");
    let [match_at, review_at] = ["match_at", "review_at"].map(|key| number(key) - number("prior"));
    for mode in [&["--one-to-one"][..], &[]] {
        let files = [
            "--truth",
            "truth.csv",
            "--chart",
            "chart.svg",
            "--curve",
            "curve.csv",
            "--reliability",
            "r.csv",
            "--out",
            "pairs.csv",
            "--json",
        ];
        let summary: Value = serde_json::from_str(&text(folder.path(), &[mode, &files].concat())).expect("JSON");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
        if !mode.is_empty() {
            assert_eq!(read("pairs.csv"), read("before.csv"), "fainter pairs decide nothing");
        }
        let curve = read("curve.csv");
        let mut lines = curve.lines();
        assert_eq!(lines.next(), Some("weight,precision_ppm,recall_ppm,f1_ppm,right,wrong,missed"));
        let rows: Vec<Vec<f64>> =
            lines.map(|line| line.split(',').map(|number| number.parse().expect("a number")).collect()).collect();
        assert!(rows.len() > 20 && rows.windows(2).all(|two| two[0][0] > two[1][0] && two[0][2] <= two[1][2]));
        // at the review threshold the curve says what the summary says
        let at = rows.iter().rev().find(|row| row[0] > review_at - 0.005).expect("a point");
        assert_eq!(Some(at[4] as u64), summary["truth"]["with_reviews"]["right"].as_u64(), "{summary}");
        assert_eq!(Some(at[5] as u64), summary["truth"]["with_reviews"]["wrong"].as_u64(), "{summary}");
        assert!(rows.last().is_some_and(|last| last[0] < review_at - 2.0), "there are points below it");
        let drawn = well_formed(&folder.path().join("chart.svg"));
        assert!(drawn.contains(&format!("认定线 {match_at:+.2}")) && drawn.contains("召回率"), "{drawn}");
        let bins = summary["reliability"]["bins"].as_array().expect("bins");
        let pairs: u64 = bins.iter().map(|bin| bin["pairs"].as_u64().expect("a count")).sum();
        assert_eq!(
            Some(pairs),
            rows.last().map(|last| (last[4] + last[5]) as u64),
            "every pair that is measured is in a bin"
        );
        let surest = bins.last().expect("a bin");
        assert!(surest["true_ppm"].as_u64() > Some(990_000), "{surest}");
        assert_eq!(read("r.csv").lines().count(), bins.len() + 1);
    }
    let told = text(folder.path(), &["--truth", "truth.csv", "--reliability", "r.csv", "--lang", "en"]);
    assert!(told.contains("stated on average") && told.contains("off by"), "{told}");
}

#[test]
fn no_two_outputs_share_a_file() {
    let folder = rosters(50);
    for (more, expected) in [
        (["--out", "one.csv", "--curve", "./one.csv"], "--out and --curve would write one file"),
        (["--chart", "left.csv", "--curve", "c.csv"], "--chart would overwrite a file that is read"),
        (["--reliability", ".", "--curve", "c.csv"], "is a folder"),
    ] {
        let arguments = [&["left.csv", "right.csv", "--truth", "truth.csv"], more.as_slice()].concat();
        let output = link(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    assert!(!folder.path().join("c.csv").exists() && !folder.path().join("one.csv").exists());
}
