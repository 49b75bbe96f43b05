//! Whatever goes wrong, no output is left behind, neither in part nor beside one that failed; what was there before stays.

use std::path::Path;

use super::{link, rosters, said};

/// Every output of a run.
const OUTPUTS: [&str; 16] = [
    "--out",
    "pairs.csv",
    "--clusters",
    "clusters.csv",
    "--changes",
    "changes.csv",
    "--review-out",
    "reviews.csv",
    "--chart",
    "chart.svg",
    "--curve",
    "curve.csv",
    "--reliability",
    "reliability.csv",
    "--train",
    "trained.toml",
];

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The arguments of a run that writes everything, with some outputs elsewhere.
fn everything(instead: &[(&str, &str)]) -> Vec<String> {
    let mut arguments: Vec<String> =
        ["left.csv", "right.csv", "--truth", "truth.csv", "--earlier", "earlier.csv"].map(str::to_owned).to_vec();
    for output in OUTPUTS.chunks(2) {
        let path = instead.iter().find(|(option, _)| *option == output[0]).map_or(output[1], |(_, path)| path);
        arguments.extend([output[0].to_owned(), path.to_owned()]);
    }
    arguments
}

fn run(folder: &Path, arguments: &[String]) -> (bool, String) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = link(folder, &arguments);
    (output.status.success(), said(&output))
}

#[test]
fn a_file_that_cannot_be_read_leaves_nothing_behind() {
    let folder = rosters(60);
    let folder = folder.path();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("a file");
    let (done, text) = run(folder, &["left.csv", "right.csv", "--clusters", "earlier.csv"].map(str::to_owned));
    assert!(done, "{text}");
    let sound = std::fs::read(folder.join("right.csv")).expect("a file");
    let text_of = String::from_utf8(sound.clone()).expect("text");
    let lines: Vec<&str> = text_of.lines().collect();
    let broken_at = |line: usize| {
        let mut bytes = lines[..line - 1].join("\n").into_bytes();
        bytes.extend(b"\nR9999999,\xff\xff\xfe,,,,,\n");
        bytes
    };
    let before = names(folder);
    let id = lines[4].split(',').next().expect("an id");
    for (bytes, expected) in [
        (
            text_of.replacen(",phone,", ",telephone,", 1).into_bytes(),
            "right.csv:1: no column is headed \"phone\"; there are: id, name",
        ),
        (
            format!("{text_of}{id},x,,,,,\n").into_bytes(),
            "right.csv:62: the \"id\" of this row is that of line 5 too: remove one of the rows",
        ),
        (broken_at(2), "right.csv:2: the text is neither UTF-8 nor GB18030"),
        (broken_at(41), "right.csv:41: the text is UTF-8 up to this line, which is broken"),
        (Vec::new(), "right.csv:1: the file is empty: the first line must name the columns"),
        (format!("{}\n", lines[0]).into_bytes(), "right.csv:1: the file has no rows below its heading line"),
        (format!("{text_of}R77,王伟,,\n").into_bytes(), "right.csv:62: this line has 4 values and the heading line 7"),
        (format!("{text_of},王伟,,,,,\n").into_bytes(), "right.csv:62: the row has no \"id\""),
    ] {
        write("right.csv", &bytes);
        let (done, text) = run(folder, &everything(&[]));
        assert!(!done && text.contains(expected), "{expected}\n{text}");
        assert_eq!(names(folder), before, "{expected}");
    }
    write("right.csv", &sound);
    for (name, bytes, expected) in [
        (
            "truth.csv",
            "left_id\nL0000001\n",
            "truth.csv:1: no column is headed \"right_id\"; there are: left_id. The file needs the columns \"left_id\", \"right_id\"",
        ),
        ("earlier.csv", "", "earlier.csv:1: the file is empty"),
    ] {
        let kept = std::fs::read(folder.join(name)).expect("a file");
        write(name, bytes.as_bytes());
        let (done, text) = run(folder, &everything(&[]));
        assert!(!done && text.contains(expected), "{expected}\n{text}");
        assert_eq!(names(folder), before, "{expected}");
        write(name, &kept);
    }
    let (done, text) = run(folder, &everything(&[]));
    assert!(done && names(folder).len() == before.len() + OUTPUTS.len() / 2, "{text}");
}

#[test]
fn an_output_that_cannot_be_written_takes_the_others_with_it() {
    let folder = rosters(60);
    let folder = folder.path();
    let (done, text) = run(folder, &["left.csv", "right.csv", "--clusters", "earlier.csv"].map(str::to_owned));
    assert!(done, "{text}");
    std::fs::write(folder.join("pairs.csv"), "what was there before\n").expect("a file");
    std::fs::create_dir(folder.join("taken.toml")).expect("a folder");
    let before = names(folder);
    for output in OUTPUTS.chunks(2) {
        let mut places = vec![
            (format!("nowhere/{}", output[1]), "there is no folder nowhere: make it, or name another"),
            (format!("left.csv/{}", output[1]), "left.csv is a file, not a folder: name another"),
            ("taken.toml".to_owned(), "taken.toml is a folder: name a file"),
        ];
        // a disk that is full from the first byte on
        if output[0] != "--train" {
            places.push(("nowhere/".to_owned(), "nowhere/ is a folder: name a file"));
            places.push(("/dev/full".to_owned(), "/dev/full"));
        }
        for (path, named) in places {
            let (done, text) = run(folder, &everything(&[(output[0], &path)]));
            assert!(!done && text.contains(named), "{path}\n{text}");
            assert_eq!(names(folder), before, "{path}");
            let kept = std::fs::read_to_string(folder.join("pairs.csv")).expect("a file");
            assert_eq!(kept, "what was there before\n", "{path}");
        }
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    for output in OUTPUTS.chunks(2) {
        let path = format!("nowhere/{}", output[1]);
        // no roster is there to be read
        let (done, text) = run(folder.path(), &everything(&[(output[0], &path)]));
        assert!(!done && text.trim_end().ends_with("make it, or name another"), "{text}");
        assert!(text.contains(&format!("{path}: there is no folder nowhere")), "{text}");
        assert!(!text.contains(".tmp"), "{text}");
    }
    let output = link(folder.path(), &["left.csv", "right.csv", "--pair", "1,2", "--svg", "nowhere/why.svg"]);
    assert!(said(&output).contains("nowhere/why.svg: there is no folder nowhere"), "{}", said(&output));
    let (done, text) = run(folder.path(), &everything(&[]));
    assert!(!done && text.contains("left.csv"), "{text}");
}
