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
    assert_eq!(Some(format!("{:.6}", told["probability"].as_f64().expect("a number"))), record.get(3).cloned());
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
    let whose = "its numbers are estimated from data: generated people, not real ones<";
    assert!(drawn.contains(whose), "{drawn}");
    text(folder.path(), &["--pair", &wanted, "--svg", "why.svg", "--lang", "zh"]);
    let drawn = well_formed(&folder.path().join("why.svg"));
    assert!(drawn.contains("参数由数据估计：generated people, not real ones<"), "{drawn}");
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
    assert!(same.contains("证件号码已含，不重复计") && same.contains("同一人的概率"), "{same}");
    let json: Value = serde_json::from_str(&text(folder.path(), &["--pair", "1,1", "--json"])).expect("JSON");
    let birth =
        json["fields"].as_array().expect("fields").iter().find(|field| field["field"] == "birth_date").expect("it");
    assert_eq!(
        (birth["weight"].as_f64(), &birth["counted_in_part"][0]["given"]),
        (Some(0.0), &Value::from("id_number"))
    );
    let reason = &birth["counted_in_part"][0];
    assert_eq!(
        (&reason["zh"], &reason["en"]),
        (&"证件号码中已含出生日期".into(), &"the number contains the birth date".into())
    );
    assert!(birth["level_weight"].as_f64() > Some(10.0), "{birth}");
    let brothers = text(folder.path(), &["--pair", "a,b,2", "--lang", "en"]);
    assert!(brothers.contains("twins are born on one day"), "{brothers}");
    let brothers = text(folder.path(), &["--pair", "a,b,2"]);
    assert!(brothers.contains("双胞胎同日出生、同住一处") && !brothers.contains("twins"), "{brothers}");
    let strangers: Value = serde_json::from_str(&text(folder.path(), &["--pair", "a,b,1", "--json"])).expect("JSON");
    assert_eq!(strangers["together"], serde_json::json!([]));
}

/// The model for people with other calibration and conflict rules.
fn model(folder: &Path, calibration: (i32, i32), conflict: &str) {
    let person = include_str!("../../../config/linkage/person.toml");
    let mut text: String = person
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some(("scale_percent", _)) => format!("scale_percent = {}\n", calibration.0),
            Some(("shift_centibits", _)) => format!("shift_centibits = {}\n", calibration.1),
            _ => format!("{line}\n"),
        })
        .collect();
    text.push_str(conflict);
    std::fs::write(folder.join("model.toml"), text).expect("a file");
}

#[test]
fn a_calibrated_pair_adds_up_to_its_log_odds() {
    let folder = rosters(300);
    let truth = std::fs::read_to_string(folder.path().join("truth.csv")).expect("a file");
    for (pair, calibration) in truth.lines().skip(1).take(4).zip([(80, -150), (51, 884), (137, 0), (100, -150)]) {
        model(folder.path(), calibration, "");
        let asked = ["--pair", pair, "--model", "model.toml"];
        let told: Value =
            serde_json::from_str(&text(folder.path(), &[&asked[..], &["--json"]].concat())).expect("JSON");
        let number = |key: &str| told[key].as_f64().expect("a number");
        let (scale, shift) = (f64::from(calibration.0) / 100.0, f64::from(calibration.1) / 100.0);
        let log_odds = (number("weight") + number("prior")) * scale + shift;
        assert!((number("log_odds") - log_odds).abs() < 0.011, "{told}");
        assert_eq!(told["calibration"], serde_json::json!({"scale_percent": calibration.0, "shift": shift}));

        let plain = text(folder.path(), &[&asked[..], &["--svg", "why.svg", "--lang", "en"]].concat());
        let expected = format!("{} % of prior and weight count, and {shift:+.2}", calibration.0);
        assert!(plain.contains(&expected), "{expected}\n{plain}");
        for line in [format!("{:+.2}", number("weight")), format!("{:+.2}", number("log_odds"))] {
            assert!(plain.contains(&line), "{line}\n{plain}");
        }
        let drawn = well_formed(&folder.path().join("why.svg"));
        let words = drawn.split("<desc").nth(1).and_then(|rest| rest.split("</desc>").next()).expect("words");
        let numbers = |words: &str| -> Vec<f64> {
            let last = words.split("; ").filter_map(|part| part.trim_end_matches(" bits").rsplit(' ').next());
            last.filter_map(|number| number.replace('−', "-").parse().ok()).collect()
        };
        let (bars, total) = words.split_once("; total ").expect("a total");
        let bars = &bars[bars.find("prior and calibration").expect("the first bar")..];
        let total: f64 = total.split(',').next().and_then(|own| own.replace('−', "-").parse().ok()).expect("a number");
        assert!((numbers(bars).iter().sum::<f64>() - total).abs() < 0.005, "{words}");
        assert!((total - number("log_odds")).abs() < 0.005, "{words}");
        assert_eq!(drawn.contains("weights sum to"), calibration.0 != 100, "{drawn}");
    }
}

#[test]
fn a_pair_that_a_conflict_rule_holds_says_so() {
    let folder = rosters(300);
    let truth = std::fs::read_to_string(folder.path().join("truth.csv")).expect("a file");
    let rule = "\n[[conflict]]\nwhen = { sex = [\"exact\"] }\nreason = \"for a test\"\n";
    let mut held = 0;
    for pair in truth.lines().skip(1).take(8) {
        let asked = ["--pair", pair, "--model", "model.toml", "--json"];
        let told = |conflict: &str| -> Value {
            model(folder.path(), (100, 0), conflict);
            serde_json::from_str(&text(folder.path(), &asked)).expect("JSON")
        };
        let (before, after) = (told(""), told(rule));
        let sex = after["fields"].as_array().expect("fields").iter().find(|field| field["field"] == "sex");
        if before["decision"] == "match" && sex.is_some_and(|sex| sex["level"] == "exact") {
            held += 1;
            assert_eq!((&before["held_by_conflict"], &after["decision"]), (&Value::Null, &Value::from("review")));
            assert_eq!(after["held_by_conflict"], serde_json::json!({"zh": "for a test", "en": "for a test"}));
            let plain = text(folder.path(), &["--pair", pair, "--model", "model.toml", "--lang", "en"]);
            assert!(plain.contains("a conflict rule asks for a look: for a test"), "{plain}");
        }
    }
    assert!(held > 0, "a match is among them");
    let labelled = link(folder.path(), &["left.csv", "right.csv", "--pair", "1,1", "--labels", "truth.csv"]);
    assert_eq!(labelled.status.code(), Some(2), "labels say nothing of how a pair is weighed: {}", said(&labelled));
}

#[test]
fn measuring_goes_with_clusters_and_labels_and_speaks_of_weights() {
    let folder = rosters(500);
    model(folder.path(), (80, -150), "");
    let with =
        ["--truth", "truth.csv", "--model", "model.toml", "--curve", "curve.csv", "--reliability", "r.csv", "--json"];
    let run = |more: &[&str]| -> (Value, String) {
        let summary = serde_json::from_str(&text(folder.path(), &[&with[..], more].concat())).expect("JSON");
        (summary, std::fs::read_to_string(folder.path().join("curve.csv")).expect("a file"))
    };
    let (plain, curve) = run(&[]);
    let (clustered, beside) = run(&["--clusters", "clusters.csv"]);
    assert_eq!((&plain["reliability"], &curve), (&clustered["reliability"], &beside));
    assert!(clustered["truth"]["clusters"]["right"].as_u64() > Some(200), "{clustered}");
    // a label that a true pair is none changes what is decided, not what weights say
    let truth = std::fs::read_to_string(folder.path().join("truth.csv")).expect("a file");
    let refused: Vec<String> = truth.lines().skip(1).map(|pair| format!("{pair},no")).collect();
    let labels = format!("left_id,right_id,label\n{}\n", refused.join("\n"));
    std::fs::write(folder.path().join("labels.csv"), labels).expect("a file");
    let (labelled, beside) = run(&["--labels", "labels.csv"]);
    assert_eq!((&plain["reliability"], &curve), (&labelled["reliability"], &beside));
    assert_eq!(labelled["truth"]["with_reviews"]["right"], 0, "{labelled}");
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
    let calibration = |key: &str| any["calibration"][key].as_f64().expect("a number");
    let weight_at =
        |key: &str| (number(key) - calibration("shift")) * 100.0 / calibration("scale_percent") - number("prior");
    let [match_at, review_at] = ["match_at", "review_at"].map(weight_at);
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
        // a weight is cut to hundredths
        let named = [match_at - 0.01, match_at, match_at + 0.01].map(|at| format!("认定线 {at:+.2}"));
        assert!(named.iter().any(|named| drawn.contains(named)) && drawn.contains("召回率"), "{drawn}");
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
