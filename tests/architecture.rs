//! Holds ARCHITECTURE.md's table: a lower room never imports a higher one, rooms of one level do not import each other, the pure
//! rooms know no async, clock, store or network, and the departments' mocks share nothing with the connectors.
//!
//! Files are parsed, not searched: `architecture/named.rs` lists every path a file names outside of its tests, as it resolves.

#[path = "architecture/named.rs"]
mod named;
#[path = "architecture/printable.rs"]
mod printable;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use named::{Named, named};

/// Rooms by level, top first. A room may import only rooms of a level further down.
const LEVELS: &[&[&str]] = &[
    &["main", "cli"],
    &["api", "console"],
    &["bulk", "monitoring", "oversight", "rosters", "web"],
    &["verification"],
    &["report", "linkage", "auth"],
    &["audit"],
    &["keys"],
    &["identity", "policy", "store", "drawing"],
    &["household", "config", "telemetry"],
];

/// Imports within one level that the table allows, each with its reason.
const SIDEWAYS: &[(&str, &str)] = &[
    ("main", "cli"),         // the program hands its arguments over
    ("config", "household"), // what bounds a file of settings bounds packs and definitions
    ("telemetry", "config"), // the log's format is a setting
];

/// Rooms that compute and nothing else.
const PURE: &[&str] = &["identity", "policy", "household", "drawing"];

/// What a pure room must not name, by the beginning of a path: async, clocks, storage, files, the network, threads, randomness, logs.
const IMPURE: &[&str] = &[
    "tokio",
    "sqlx",
    "reqwest",
    "axum",
    "hyper",
    "rand",
    "tracing",
    "metrics",
    "futures_util",
    "std::net",
    "std::fs",
    "std::io",
    "std::process",
    "std::env",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "async",
];

/// Who may speak to the connector engine; everybody else uses `household`'s re-export of the canonical records.
const KNOWS_CONNECTORS: &[&str] = &["verification", "household"];

/// What of the connectors' crate others may use, because it is theirs as well.
const SHARED: &[(&str, &str)] = &[("config", "hedui_connectors::secret_place")];

/// Who may speak SQL.
const KNOWS_SQL: &[&str] = &["store"];

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

/// What is wrong with a path that a file of `room` names; none when it is allowed.
fn fault(room: &str, path: &str) -> Option<String> {
    let begins = |prefix: &str| path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("::"));
    let shared = SHARED.iter().any(|(who, what)| *who == room && begins(what));
    if begins("hedui_connectors") && !KNOWS_CONNECTORS.contains(&room) && !shared {
        return Some(format!("{room} speaks to the connector engine: {path}"));
    }
    if begins("sqlx") && !KNOWS_SQL.contains(&room) {
        return Some(format!("{room} speaks SQL: {path}"));
    }
    if PURE.contains(&room) && IMPURE.iter().any(|word| begins(word)) {
        return Some(format!("{room} is pure, but names {path}"));
    }
    let own = level(room)?;
    let mut parts = path.split("::");
    let other = parts.next().filter(|first| matches!(*first, "crate" | "hedui")).and(parts.next())?;
    if other == "*" {
        return Some(format!("{room} imports everything: {path}"));
    }
    let theirs = level(other)?;
    let wrong = other != room && theirs <= own && !SIDEWAYS.contains(&(room, other));
    wrong.then(|| format!("{room} imports {other}: {path}"))
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

/// The module a file of `src/` is: `src/report/jose/mod.rs` and `src/report/jose.rs` are both report, jose.
fn module_of(path: &Path) -> Vec<String> {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a file of src");
    let without = inside.with_extension("");
    let mut parts: Vec<_> = without.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib")) {
        parts.pop();
    }
    parts
}

/// Whether a file is compiled for tests alone: its parent declares it under `#[cfg(test)]`.
fn is_test(path: &Path) -> bool {
    let module = module_of(path);
    let named = |name: &String| name == "tests" || name == "fixture" || name == "contract" || name == "properties";
    module.iter().skip(1).any(named)
}

#[test]
fn every_room_stands_in_the_table() {
    let rooms: BTreeSet<_> = files_below("src").iter().filter_map(|path| module_of(path).into_iter().next()).collect();
    let strangers: Vec<_> = rooms.iter().filter(|room| level(room).is_none()).collect();
    assert!(strangers.is_empty(), "rooms that ARCHITECTURE.md does not name: {strangers:?}");
}

#[test]
fn no_room_names_what_it_must_not_know() {
    let mut wrong = Vec::new();
    for path in files_below("src").into_iter().filter(|path| !is_test(path)) {
        let module = module_of(&path);
        let Some(room) = module.first() else { continue };
        let text = std::fs::read_to_string(&path).expect("a source file");
        let found = named(&text, &module).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let faults = found.into_iter().filter_map(|Named { path: name, line }| Some((line, fault(room, &name)?)));
        wrong.extend(faults.map(|(line, fault)| format!("{}:{line}: {fault}", path.display())));
    }
    assert!(wrong.is_empty(), "against the table:\n{}", wrong.join("\n"));
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
fn no_type_prints_what_a_person_is_called_by_or_a_secret() {
    let shown = "struct A { token: Box<str> } #[derive(Debug)] struct B { id_number: Option<String>, phone: Phone } \
                 #[derive(Clone, Debug)] struct C<'a> { secret: &'a str }";
    assert_eq!(printable::printable(shown).expect("it parses"), ["B.id_number", "C.secret"]);
    let own = files_below("src").into_iter().filter(|path| !is_test(path));
    let of_tests = |path: &PathBuf| path.ends_with("tests.rs") || path.iter().any(|part| part == "tests");
    for path in own.chain(files_below("connectors/src").into_iter().filter(|path| !of_tests(path))) {
        let text = std::fs::read_to_string(&path).expect("a file");
        let found = printable::printable(&text).expect("it parses");
        assert_eq!(found, [""; 0], "{}: use a type that cannot print, or write Debug by hand", path.display());
    }
}

#[test]
fn every_file_says_what_it_is() {
    let files = ["src", "connectors/src", "mock-sources/src"].into_iter().flat_map(files_below);
    let says = |path: &PathBuf| std::fs::read_to_string(path).expect("a source file").starts_with("//!");
    let silent: Vec<_> = files.filter(|path| !says(path)).collect();
    assert!(silent.is_empty(), "files without a `//!` opening: {silent:?}");
}

/// Module, source, and whether it is allowed.
const SNIPPETS: &[(&[&str], &str, bool)] = &[
    (&["store"], "use crate::report::Report;", false),
    (&["store"], "use crate::{household::Fen, report};", false),
    (
        &["store"],
        "use crate::{\n    household::{Fen, Region},\n    verification::{\n        Verifier,\n    },\n};",
        false,
    ),
    (&["store"], "use {crate::{keys as k}};", false),
    (&["store", "cases"], "use super::super::report::Report;", false),
    (&["store", "sqlite", "writer"], "use super::super::super::{audit::Log};", false),
    (&["store", "cases"], "fn f() { let _ = super::super::keys::KeyRing::load; }", false),
    (&["store"], "pub fn f() -> crate::audit::Log { todo!() }", false),
    (&["store"], "mod inner { use super::super::keys::KeyRing; }", false),
    (&["store"], "#[derive(Clone)] struct S<T: crate::cli::Trait>(T);", false),
    (&["store"], "#[cfg(test)]\nmod tests { use super::*; }\nuse crate::report::Report;", false),
    (&["store"], "fn f() { println!(\"{}\", crate::report::NAME); }", false),
    (&["store"], "use crate::*;", false),
    (&["store"], "use hedui::audit::Log;", false),
    (&["store"], "use ::hedui::audit::Log;", false),
    (&["identity"], "use crate::policy::Pack;", false),
    (&["identity"], "pub async fn f() {}", false),
    (&["identity"], "fn f() { async { 1 }; }", false),
    (&["identity"], "use std::{fmt, time::SystemTime};", false),
    (&["identity"], "fn f() { jiff::Timestamp::now(); }", false),
    (&["policy"], "use jiff::Timestamp;\nfn f() { Timestamp::now(); }", false),
    (&["policy"], "fn f() { tracing::warn!(\"x\"); }", false),
    (&["household"], "use tokio as t;", false),
    (&["policy"], "use std::fs;", false),
    (&["config"], "use hedui_connectors::Registry;", false),
    (&["config"], "use hedui_connectors::secret_place::SecretPlace;", true),
    (&["report"], "use hedui_connectors::Registry;", false),
    (&["audit"], "use sqlx::Row;", false),
    (&["api"], "extern crate sqlx;", false),
    (&["store"], "use crate::household::Fen;\nuse crate::telemetry::{Clock};", true),
    (&["store", "cases"], "use super::keys;", true),
    (&["store", "cases"], "use super::report;", true),
    (&["store", "cases"], "use super::super::household::Fen;", true),
    (&["store"], "#[cfg(test)]\nuse crate::report::Report;", true),
    (
        &["store"],
        "#[cfg(test)]\nmod tests { use crate::cli; }\n#[cfg(all(test, unix))]\nfn f() { crate::api::f() }",
        true,
    ),
    (&["store"], "// use crate::report::Report;\n/// [`crate::report::Report`]\npub struct S;", true),
    (&["store"], "const TEXT: &str = \"use crate::report::Report;\";", true),
    (&["store"], "use sqlx::Row;", true),
    (&["verification"], "use hedui_connectors::Registry;\nuse crate::{report::Report, store};", true),
    (&["telemetry"], "use crate::config::LogFormat;", true),
    (&["identity"], "use std::time::Duration;\nuse jiff::Timestamp;", true),
    (&["cli"], "use crate::{api, web, verification};", true),
];

#[test]
fn forbidden_snippets_are_seen_and_allowed_ones_pass() {
    for (module, source, allowed) in SNIPPETS {
        let module: Vec<_> = module.iter().map(|name| (*name).to_owned()).collect();
        let found = named(source, &module).expect("the snippet is Rust");
        let faults: Vec<_> = found.iter().filter_map(|name| fault(&module[0], &name.path)).collect();
        assert_eq!(faults.is_empty(), *allowed, "in {module:?}: {source}\n{faults:?}");
    }
}
