//! Rows by person, and the ids of clusters over runs.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{link, rosters, said};

/// A run's summary.
fn summary(folder: &Path, arguments: &[&str]) -> Value {
    let output = link(folder, &[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file")
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

/// Of every row, its cluster: a row that stands twice is a fault.
fn clusters(folder: &Path, name: &str) -> BTreeMap<(String, String), String> {
    let text = read(folder, name);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("cluster_id,roster,row_id"));
    let mut found = BTreeMap::new();
    for line in lines {
        let [cluster, roster, row] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let before = found.insert((roster.to_owned(), row.to_owned()), cluster.to_owned());
        assert_eq!(before, None, "{line}");
    }
    found
}

/// The rows of both rosters as one.
fn together(folder: &Path) -> String {
    read(folder, "left.csv") + read(folder, "right.csv").split_once('\n').expect("a heading").1
}

fn turned(text: &str) -> String {
    let (heading, rows) = text.split_once('\n').expect("a heading");
    format!("{heading}\n{}\n", rows.lines().rev().collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_row_is_in_one_cluster_whatever_the_order_and_the_threads() {
    let folder = rosters(600);
    let folder = folder.path();
    write(folder, "both.csv", &together(folder));
    for (named, rows) in [(["left.csv", "right.csv"], 1_200), (["both.csv", "--dedupe"], 1_200)] {
        let run = |out: &str, threads: &str| {
            summary(folder, &[&named[..], &["--clusters", out, "--threads", threads, "--truth", "truth.csv"]].concat())
        };
        let told = run("one.csv", "1");
        assert!(told["truth"]["clusters"]["f1_ppm"].as_u64() > Some(950_000), "{told}");
        let found = clusters(folder, "one.csv");
        assert_eq!(found.len(), rows);
        let number = found.values().collect::<std::collections::BTreeSet<_>>().len();
        assert_eq!(told["clusters"]["clusters"].as_u64(), u64::try_from(number).ok());
        run("two.csv", "2");
        assert_eq!(read(folder, "one.csv"), read(folder, "two.csv"), "threads");
        for side in ["left.csv", "right.csv", "both.csv"] {
            write(folder, side, &turned(&read(folder, side)));
        }
        run("turned.csv", "2");
        assert_eq!(read(folder, "one.csv"), read(folder, "turned.csv"), "order of rows");
    }
}

/// Somebody whose record has neither number nor birth date resembles two namesakes.
const CHAIN: &str = "\
a,欧阳晓峰,620422195203160089,1952-03-16,女,13931780566,
b,欧阳晓峰,,,女,13931780566,甘肃省白银市会宁县会师镇人民路113号18幢3单元1001室
c,欧阳晓峰,620422199811021367,1998-11-02,女,,甘肃省白银市会宁县会师镇人民路113号18幢3单元1001室
";

#[test]
fn a_chain_of_namesakes_is_held_apart_and_told() {
    let folder = rosters(3_000);
    let folder = folder.path();
    write(folder, "chain.csv", &(read(folder, "left.csv") + CHAIN));
    let arguments = ["chain.csv", "--dedupe", "--clusters", "clusters.csv", "--out", "pairs.csv", "--lang", "en"];
    let arguments = [&arguments[..], &["--cost", "1,143,5"]].concat();
    let told = summary(folder, &arguments);
    let found = clusters(folder, "clusters.csv");
    let of = |row: &str| found[&("left".to_owned(), row.to_owned())].clone();
    assert_ne!(of("a"), of("c"), "the ends are two people");
    assert!(of("b") == of("a") || of("b") == of("c"), "the heavier pair is one");
    let pairs = read(folder, "pairs.csv");
    let decision =
        |begin: &str| pairs.lines().find(|line| line.starts_with(begin)).map(|line| line.ends_with(",match"));
    let decisions = [decision("a,b,"), decision("b,c,")];
    assert!(decisions == [Some(true), Some(false)] || decisions == [Some(false), Some(true)], "{decisions:?}");
    assert!(told["clusters"]["held_apart"]["unlike"].as_u64() >= Some(1), "{told}");
    let text = said(&link(folder, &arguments));
    assert!(text.contains("held apart") && text.contains("would join unlike rows"), "{text}");
    let text = said(&link(
        folder,
        &["chain.csv", "--dedupe", "--clusters", "clusters.csv", "--lang", "zh", "--cost", "1,143,5"],
    ));
    assert!(text.contains("未归并"), "{text}");
}

#[test]
fn a_second_roster_keeps_the_ids_of_the_first() {
    let folder = rosters(400);
    let folder = folder.path();
    summary(folder, &["left.csv", "--dedupe", "--clusters", "first.csv"]);
    let told = summary(
        folder,
        &["left.csv", "right.csv", "--clusters", "second.csv", "--earlier", "first.csv", "--changes", "changes.csv"],
    );
    let (first, second) = (clusters(folder, "first.csv"), clusters(folder, "second.csv"));
    assert_eq!((first.len(), second.len()), (400, 800));
    let changes = read(folder, "changes.csv");
    let of = |kind: &str| changes.lines().filter(|line| line.split(',').nth(1) == Some(kind)).count();
    assert!(changes.starts_with("cluster_id,change,other_id\nC0000001,"), "{changes}");
    assert!(of("grown") > 200 && of("new") > 100, "{changes}");
    for kind in ["kept", "grown", "reduced", "new", "split", "merged"] {
        assert_eq!(told["clusters"]["changes"][kind].as_u64(), u64::try_from(of(kind)).ok(), "{kind}");
    }
    let gone: Vec<&str> = changes.lines().filter(|line| line.contains(",merged,")).map(|line| &line[..8]).collect();
    let split = |cluster: &str| changes.lines().any(|line| line.contains(",split,") && line.contains(cluster));
    for (row, cluster) in &first {
        assert!(second[row] == *cluster || gone.contains(&cluster.as_str()) || split(cluster), "{row:?}");
    }
    // the third run has the second file among its own rows: every id stays
    write(folder, "all.csv", &together(folder));
    summary(
        folder,
        &["all.csv", "--dedupe", "--clusters", "third.csv", "--earlier", "second.csv", "--changes", "more.csv"],
    );
    let third = clusters(folder, "third.csv");
    let same =
        second.iter().filter(|((_, row), cluster)| third[&("left".to_owned(), row.clone())] == **cluster).count();
    assert!(same > 780, "{same}");
}

/// Four rows of which a and b are one person, and c and d; z may come in between.
#[test]
fn ids_that_become_one_or_two_are_told_and_never_given_again() {
    let folder = rosters(100);
    let folder = folder.path();
    let person = |id: &str, phone: &str| format!("{id},司马若兰,620422195203160089,1952-03-16,女,{phone},\n");
    let rows = person("a", "13931780566") + &person("b", "13931780566") + &person("c", "13700000000");
    write(folder, "rows.csv", &(read(folder, "left.csv") + &rows));
    let run = |out: &str, more: &[&str]| {
        let told =
            summary(folder, &[&["rows.csv", "--dedupe", "--clusters", out, "--changes", "changes.csv"], more].concat());
        (clusters(folder, out), read(folder, "changes.csv"), told)
    };
    let of =
        |found: &BTreeMap<(String, String), String>, row: &str| found[&("left".to_owned(), row.to_owned())].clone();
    // as it was once: c stood alone, and had the largest id
    let mut before: Vec<String> = vec!["cluster_id,roster,row_id".into()];
    let left = read(folder, "left.csv");
    before.extend(left.lines().skip(1).zip(10..).map(|(line, at)| format!("C{at:07},left,{}", &line[..8])));
    before.extend(["C0000004,left,a", "C0000004,left,b", "C0000900,left,c"].map(str::to_owned));
    write(folder, "before.csv", &(before.join("\n") + "\n"));
    let (merged, changes, _) = run("merged.csv", &["--earlier", "before.csv"]);
    assert_eq!([of(&merged, "a"), of(&merged, "b"), of(&merged, "c")], ["C0000004"; 3], "more rows had this one");
    assert!(changes.contains("\nC0000900,merged,C0000004\n") && changes.contains("\nC0000004,grown,\n"), "{changes}");
    // somebody says that c is another person: a new id, not the one that is gone
    write(folder, "labels.csv", "left_id,right_id,label\na,c,no\nc,b,no\n");
    let (parted, changes, told) = run("parted.csv", &["--earlier", "merged.csv", "--labels", "labels.csv"]);
    assert_eq!([of(&parted, "a"), of(&parted, "b"), of(&parted, "c")], ["C0000004", "C0000004", "C0000901"]);
    assert!(changes.contains("\nC0000004,reduced,\n") && changes.contains("\nC0000901,split,C0000004\n"), "{changes}");
    assert_eq!(told["labels"]["no"], 2);
}

#[test]
fn an_earlier_file_at_fault_is_named_with_its_line() {
    let folder = rosters(50);
    let folder = folder.path();
    let before = std::fs::read_dir(folder).expect("a folder").count();
    for (rows, expected) in [
        ("C0000001,left,L0000001\nC0000001,left,L0000001\n", "earlier.csv:3: line 2 has this row already"),
        ("C0000001,left,L0000001\nC0000002,left,L9999999\n", "earlier.csv:3: the row_id is in neither roster"),
        ("C0000001,left,L0000001\nC1,left,L0000002\n", "earlier.csv:3: the cluster_id is broken"),
        ("C0000001,upper,L0000001\n", "earlier.csv:2: the roster must be left or right"),
    ] {
        write(folder, "earlier.csv", &format!("cluster_id,roster,row_id\n{rows}"));
        let output = link(
            folder,
            &["left.csv", "right.csv", "--clusters", "c.csv", "--earlier", "earlier.csv", "--out", "p.csv"],
        );
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{}", said(&output));
    }
    let over = link(folder, &["left.csv", "right.csv", "--clusters", "earlier.csv", "--earlier", "earlier.csv"]);
    assert!(said(&over).contains("--clusters would overwrite a file that is read"), "{}", said(&over));
    assert_eq!(std::fs::read_dir(folder).expect("a folder").count(), before + 1, "nothing was written but earlier.csv");
}
