//! Every parser that meets foreign bytes, on damaged copies of what it is meant to read: none panics, what is refused names a place where
//! it has one, what is read and has a canonical form is written back the same. Answers of departments and their definitions are tried in
//! the connectors' own tests. Longer: `HEDUI_FUZZ_CASES=100000 cargo test --release --test it -- foreign_bytes`.

mod damage;
mod documents;
mod files;
mod settings;
mod signed;

use std::path::{Path, PathBuf};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What was found before, under a parser's name; nothing where there is no such folder.
fn found_before(name: &str) -> Vec<Vec<u8>> {
    let folder = root("tests/it/foreign_bytes/corpus").join(name);
    if folder.is_dir() { damage::files(&folder, &[]) } else { Vec::new() }
}

/// Real inputs, and what was found before.
fn corpus(name: &str, real: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    found_before(name).into_iter().chain(real).collect()
}
