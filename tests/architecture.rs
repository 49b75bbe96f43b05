//! Holds ARCHITECTURE.md's table: a lower room never imports a higher one, rooms of one level do not import each other, the pure
//! rooms know no async, clock, store or network, and the departments' mocks share nothing with the connectors.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms by level, top first. A room may import only rooms of a level further down.
const LEVELS: &[&[&str]] = &[
    &["main", "cli"],
    &["api", "console"],
    &["bulk", "monitoring", "web"],
    &["verification"],
    &["report", "linkage", "auth"],
    &["audit"],
    &["keys"],
    &["identity", "policy", "store"],
    &["household", "config", "telemetry"],
];

/// Imports within one level that the table allows, each with its reason.
const SIDEWAYS: &[(&str, &str)] = &[
    ("main", "cli"),         // the program hands its arguments over
    ("telemetry", "config"), // the log's format is a setting
];

/// Rooms that compute and nothing else.
const PURE: &[&str] = &["identity", "policy", "household"];

/// What a pure room must not name: async, clocks, storage, the network, threads, randomness.
const IMPURE: &[&str] = &[
    "tokio",
    "async ",
    ".await",
    "sqlx",
    "reqwest",
    "axum",
    "std::net",
    "std::time::Instant",
    "SystemTime",
    "Timestamp::now",
    "std::env",
    "std::thread",
    "rand::",
    "tracing::",
];

/// Who may speak to the connector engine; everybody else uses `household`'s re-export of the canonical records.
const KNOWS_CONNECTORS: &[&str] = &["verification", "household"];

/// Who may speak SQL.
const KNOWS_SQL: &[&str] = &["store"];

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    found.sort();
    found
}

/// The room a file of `src/` belongs to.
fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file of src");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Lines that are code: no comments, and nothing of a test module at the file's end.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line))
}

/// Rooms named after `crate::` or `hedui::` in a line, `crate::{a, b}` included.
fn rooms_named(line: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for prefix in ["crate::", "hedui::"] {
        for (at, _) in line.match_indices(prefix) {
            let rest = &line[at + prefix.len()..];
            let names = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or(list));
            let several = rest.starts_with('{');
            for name in names.split(',') {
                let name = name.trim().split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
                if level(name).is_some() {
                    rooms.insert(name.to_owned());
                }
                if !several {
                    break;
                }
            }
        }
    }
    rooms
}

#[test]
fn every_room_stands_in_the_table() {
    let rooms: BTreeSet<_> = files_below("src").iter().map(|path| room_of(path)).filter(|room| room != "lib").collect();
    let strangers: Vec<_> = rooms.iter().filter(|room| level(room).is_none()).collect();
    assert!(strangers.is_empty(), "rooms that ARCHITECTURE.md does not name: {strangers:?}");
}

#[test]
fn no_room_imports_against_the_table() {
    let mut wrong = Vec::new();
    for path in files_below("src") {
        let room = room_of(&path);
        let Some(own) = level(&room) else { continue };
        let text = std::fs::read_to_string(&path).expect("a source file");
        for (line_number, line) in code_lines(&text) {
            for other in rooms_named(line) {
                let sideways = SIDEWAYS.contains(&(room.as_str(), other.as_str()));
                let theirs = level(&other).expect("named rooms have a level");
                if other != room && theirs <= own && !sideways {
                    wrong.push(format!("{}:{line_number}: {room} imports {other}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "against the table:\n{}", wrong.join("\n"));
}

#[test]
fn pure_rooms_compute_and_nothing_else() {
    let mut wrong = Vec::new();
    for path in files_below("src").into_iter().filter(|path| PURE.contains(&room_of(path).as_str())) {
        let text = std::fs::read_to_string(&path).expect("a source file");
        for (line_number, line) in code_lines(&text) {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}:{line_number}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "not pure:\n{}", wrong.join("\n"));
}

#[test]
fn connectors_and_sql_are_known_in_one_place_each() {
    let mut wrong = Vec::new();
    // a test may tamper with the database behind the store's back
    let is_test = |path: &PathBuf| path.components().any(|part| part.as_os_str() == "tests");
    for path in files_below("src").into_iter().filter(|path| !is_test(path)) {
        let room = room_of(&path);
        let text = std::fs::read_to_string(&path).expect("a source file");
        for (line_number, line) in code_lines(&text) {
            let connectors = line.contains("hedui_connectors") && !KNOWS_CONNECTORS.contains(&room.as_str());
            let sql = line.contains("sqlx::") && !KNOWS_SQL.contains(&room.as_str());
            if connectors || sql {
                wrong.push(format!("{}:{line_number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "outside of their room:\n{}", wrong.join("\n"));
}

#[test]
fn the_mocks_share_nothing_with_the_connectors() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = std::fs::read_to_string(root.join("mock-sources/Cargo.toml")).expect("the mocks' manifest");
    assert!(!manifest.contains("connectors"), "mock-sources must not depend on hedui-connectors");
    for path in files_below("connectors/src").iter().chain(&files_below("mock-sources/src")) {
        let text = std::fs::read_to_string(path).expect("a source file");
        let other = if path.starts_with(root.join("connectors")) { "hedui_mock_sources" } else { "hedui_connectors" };
        assert!(!text.contains(other), "{} names {other}", path.display());
    }
}

#[test]
fn every_file_says_what_it_is() {
    let silent: BTreeMap<_, _> = ["src", "connectors/src", "mock-sources/src"]
        .into_iter()
        .flat_map(files_below)
        .map(|path| (path.clone(), std::fs::read_to_string(&path).expect("a source file")))
        .filter(|(_, text)| !text.starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "files without a `//!` opening: {:?}", silent.keys().collect::<Vec<_>>());
}

#[test]
fn the_checks_themselves_see() {
    assert_eq!(
        rooms_named("use crate::{report, store::X};"),
        BTreeSet::from(["report".to_owned(), "store".to_owned()])
    );
    assert_eq!(rooms_named("    crate::verification::run()"), BTreeSet::from(["verification".to_owned()]));
    assert!(rooms_named("use crate::unknown;").is_empty());
    assert!(level("store") > level("report") && level("cli") < level("api"));
}
