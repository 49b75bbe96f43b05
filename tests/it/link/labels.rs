//! What a person decided: from the program to a spreadsheet and back.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{link, linked, rosters, said};

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

/// The pairs of a file by their decision.
fn decided(folder: &Path, name: &str, decision: &str) -> BTreeSet<(String, String)> {
    let text = read(folder, name);
    let pairs = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    pairs.filter(|pair| pair[4] == decision).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect()
}

#[test]
fn reviews_go_to_a_spreadsheet_and_come_back_as_labels() {
    let folder = rosters(3_000);
    let folder = folder.path();
    linked(folder, &["--out", "pairs.csv", "--review-out", "reviews.csv", "--lang", "en"]);
    let reviews = read(folder, "reviews.csv");
    let (heading, rows) = reviews.split_once('\n').expect("a heading");
    assert_eq!(
        heading,
        "\u{FEFF}left_id,right_id,weight,probability,why,left_id_number,right_id_number,left_name,right_name,left_birth_date,\
         right_birth_date,left_sex,right_sex,left_phone,right_phone,left_address,right_address,label"
    );
    assert_eq!(rows.lines().count(), decided(folder, "pairs.csv", "review").len());
    assert!(rows.lines().count() > 5 && rows.lines().all(|row| row.ends_with(',')), "the label is left to fill in");
    assert!(rows.contains("the evidence is not enough for a match"), "{rows}");
    // somebody who knows the truth fills it in, but for the last
    let truth = read(folder, "truth.csv");
    let last = rows.lines().count() - 1;
    let mut filled = format!("{heading}\n");
    let (mut matches, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (at, row) in rows.lines().enumerate() {
        let pair: Vec<&str> = row.split(',').take(2).collect();
        let is_true = truth.lines().any(|line| line == pair.join(","));
        let label = if at == last {
            ""
        } else if is_true {
            "match"
        } else {
            "no"
        };
        filled += &format!("{row}{label}\n");
        if at < last {
            if is_true { &mut matches } else { &mut others }.insert((pair[0].to_owned(), pair[1].to_owned()));
        }
    }
    write(folder, "labels.csv", &filled);
    let found = linked(folder, &["--labels", "labels.csv", "--out", "decided.csv"]);
    let number = |pairs: &BTreeSet<_>| u64::try_from(pairs.len()).expect("few");
    assert_eq!(found["labels"]["match"].as_u64(), Some(number(&matches)));
    assert_eq!((found["labels"]["no"].as_u64(), found["labels"]["open"].as_u64()), (Some(number(&others)), Some(1)));
    let (now, held) = (decided(folder, "decided.csv", "match"), decided(folder, "decided.csv", "review"));
    assert!(matches.is_subset(&now));
    assert!(others.is_disjoint(&now) && others.is_disjoint(&held), "what is not one person is in no pair");
}

#[test]
fn an_edited_file_of_pairs_is_taken_too() {
    let folder = rosters(300);
    let folder = folder.path();
    linked(folder, &["--out", "pairs.csv"]);
    let pairs = read(folder, "pairs.csv");
    let first = pairs.lines().nth(1).expect("a pair");
    let edited = pairs.replacen(first, &first.replace(",match", ",no").replace(",review", ",no"), 1);
    write(folder, "edited.csv", &edited);
    let found = linked(folder, &["--labels", "edited.csv", "--out", "again.csv"]);
    assert_eq!(found["labels"]["no"], 1);
    let pair = first.split(',').take(2).collect::<Vec<_>>().join(",") + ",";
    assert!(read(folder, "again.csv").lines().all(|line| !line.starts_with(&pair)));
    assert_eq!(decided(folder, "edited.csv", "match"), decided(folder, "again.csv", "match"));
    // a label is a match, whatever the rows say
    write(
        folder,
        "odd.csv",
        "left_id,right_id,label\nL0000001,R0000002,match\nL0000002,R0000777,no\nL0000003,R0000300,no\n",
    );
    let found =
        link(folder, &["left.csv", "right.csv", "--labels", "odd.csv", "--out", "odd-pairs.csv", "--lang", "en"]);
    assert!(decided(folder, "odd-pairs.csv", "match").contains(&("L0000001".into(), "R0000002".into())));
    let text = said(&found);
    assert!(text.contains("1 labels name rows that are in no roster") && text.contains("odd.csv:3"), "{text}");
    assert!(text.contains("Labels: 1 match, 1 no; 0 left open and skipped."), "{text}");
}

#[test]
fn no_cell_of_the_reviews_is_a_formula() {
    let folder = rosters(300);
    let folder = folder.path();
    let person = |id: &str, name: &str| format!("{id},{name},,1952-03-16,女,+8613931780566,@home\n");
    let heading = read(folder, "left.csv").lines().next().expect("a heading").to_owned() + "\n";
    // two on the right fit alike
    write(folder, "left.csv", &(read(folder, "left.csv") + &person("=1+1", "=cmd|x") + &person("0012", "=cmd|x")));
    write(folder, "right.csv", &(read(folder, "right.csv") + &person("-7", "=cmd|x") + &person("1-2", "=cmd|x")));
    let model = "config/linkage/person.toml";
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join(model).display().to_string();
    linked(folder, &["--review-out", "reviews.csv", "--model", &model]);
    let reviews = read(folder, "reviews.csv");
    let rows: Vec<&str> = reviews.lines().filter(|line| line.contains("home")).collect();
    assert_eq!(rows.len(), 2, "{heading}{rows:?}");
    for row in &rows {
        assert!(row.split(',').all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row}");
        assert!(row.contains("'=cmd|x,'=cmd|x") && row.contains("'+8613931780566") && row.contains("'@home"), "{row}");
    }
    let ids: BTreeSet<&str> = rows.iter().flat_map(|row| row.split(',').take(2)).collect();
    assert_eq!(ids, BTreeSet::from(["'=1+1", "'0012", "'-7", "'1-2"]));
    // what was marked is found again
    let labels: String = rows.iter().map(|row| format!("{row}match\n")).collect();
    write(folder, "labels.csv", &format!("{}\n{labels}", reviews.lines().next().expect("a heading")));
    let found = linked(folder, &["--labels", "labels.csv", "--model", &model]);
    assert_eq!((&found["labels"]["match"], &found["labels"]["unknown"]), (&Value::from(2), &Value::from(0)));
}

#[test]
fn labels_that_contradict_one_another_are_told_and_nothing_is_written() {
    let folder = rosters(100);
    let folder = folder.path();
    for (arguments, rows, expected) in [
        (
            vec!["left.csv", "right.csv"],
            "L0000001,R0000001,match\nL0000001,R0000001,no\n",
            "labels.csv:3: line 2 says the opposite",
        ),
        (
            vec!["left.csv", "right.csv", "--clusters", "c.csv"],
            "L0000001,R0000001,match\nL0000002,R0000001,match\nL0000002,R0000002,match\nL0000001,R0000002,no\n",
            "labels.csv:5: this line says two people, but lines 2, 3, 4 together say that it is one",
        ),
        (
            vec!["left.csv", "right.csv", "--one-to-one"],
            "L0000001,R0000001,match\nL0000002,R0000001,match\n",
            "labels.csv:3: a row of this match is in the match of line 2 too",
        ),
        (vec!["left.csv", "--dedupe"], "L0000001,L0000001,match\n", "labels.csv:2: the pair is of a row with itself"),
        (vec!["left.csv", "right.csv"], "L0000001,R0000001,maybe\n", "labels.csv:2: the label must be match or no"),
    ] {
        write(folder, "labels.csv", &format!("left_id,right_id,label\n{rows}"));
        let more = ["--labels", "labels.csv", "--out", "p.csv", "--train", "m.toml"];
        let output = link(folder, &[&arguments[..], &more].concat());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
        assert!(["p.csv", "c.csv", "m.toml"].iter().all(|name| !folder.join(name).exists()));
    }
}

#[test]
fn training_with_labels_tells_what_changed_on_those_held_out() {
    let folder = rosters(1_000);
    let folder = folder.path();
    let truth = read(folder, "truth.csv");
    let pairs: Vec<&str> = truth.lines().skip(1).collect();
    let matches = pairs.iter().map(|pair| format!("{pair},match\n"));
    let others = pairs.iter().zip(pairs.iter().skip(1)).map(|(one, other)| {
        format!("{},{},no\n", one.split(',').next().unwrap_or(""), other.split(',').nth(1).unwrap_or(""))
    });
    write(folder, "labels.csv", &("left_id,right_id,label\n".to_owned() + &matches.chain(others).collect::<String>()));
    let found = linked(folder, &["--train", "trained.toml", "--labels", "labels.csv"]);
    let held_out = &found["held_out"];
    let number = |value: &Value| value.as_u64().expect("a number");
    assert_eq!(
        number(&held_out["pairs"]) + number(&held_out["learnt"]),
        2 * u64::try_from(pairs.len()).expect("few") - 1
    );
    assert!((180..300).contains(&number(&held_out["pairs"])), "{held_out}");
    for when in ["before", "after"] {
        let tally = &held_out[when];
        let all = number(&tally["right"]) + number(&tally["wrong"]) + number(&tally["unsure"]);
        assert_eq!(all, number(&held_out["pairs"]), "{held_out}");
        assert!(number(&tally["right"]) * 10 > all * 9, "{held_out}");
    }
    let moved = held_out["moved"].as_array().expect("a list");
    assert!(!moved.is_empty() && moved.iter().all(|moved| moved["before_ppm"] != moved["after_ppm"]), "{held_out}");
}
