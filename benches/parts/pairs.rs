//! Pairs of two rosters scored under the model for people, beside Jaro-Winkler over the names and Damerau-Levenshtein over the numbers of
//! the same pairs (strsim): what a matcher of strings does before it weighs anything. One core, and the pairs that the blocking rules
//! make, most of which are left as soon as they cannot reach the threshold.

use std::cell::RefCell;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::ops::Range;
use std::path::Path;

use criterion::Criterion;
use hedui::linkage::candidates::Candidates;
use hedui::linkage::table::Table;
use hedui::linkage::{LinkageModel, Roster};
use hedui_mock_sources::rosters::Rosters;

use super::turns::{measure_batches, say};

const MODEL: &str = include_str!("../../config/linkage/person.toml");
/// Rows of a roster; few where nothing is measured.
const ROWS: u32 = if cfg!(debug_assertions) { 5_000 } else { 100_000 };
/// Pairs of an operation.
const BATCH: usize = 8_192;
/// Pairs a second that a core should score.
const GOAL: u64 = 10_000_000;

pub(crate) fn run(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let generated =
        Rosters { seed: 3, left: ROWS, right: ROWS, shared: ROWS * 6 / 10, noise: 1, id_missing_percent: None };
    generated.write(folder.path(), |_| {}).expect("rosters");
    let model = LinkageModel::parse("config/linkage/person.toml", MODEL).expect("the built-in model");
    let [mut left, mut right] = ["left.csv", "right.csv"].map(|name| read(&model, &folder.path().join(name)));
    let texts = [&left, &right].map(|roster| {
        let of = |name: &str| {
            let place = model.field(name).expect("a field");
            roster.columns[place].iter().map(str::to_owned).collect::<Vec<_>>()
        };
        (of("name"), of("id_number"))
    });
    let table = Table::of(&model, &mut left, Some(&mut right));
    let model = model.for_rows(ROWS as usize);
    let candidates = RefCell::new(Candidates::of(&model, &table));
    let pairs = candidates.borrow().pairs().to_vec();
    let kept = candidates.borrow_mut().score(0..pairs.len());
    say(&format!(
        "  {} pairs made by blocking, {kept} of them reach the threshold; goal {GOAL} pairs/s a core",
        pairs.len()
    ));
    let (mut ours, mut theirs) = (0, 0);
    let part = || {
        black_box(candidates.borrow_mut().score(next(&mut ours, pairs.len())));
    };
    let peer = || {
        for (left, right) in &pairs[next(&mut theirs, pairs.len())] {
            let [(names, numbers), (other_names, other_numbers)] = &texts;
            let (left, right) = (*left as usize, *right as usize);
            black_box(strsim::jaro_winkler(&names[left], &other_names[right]));
            black_box(strsim::damerau_levenshtein(&numbers[left], &other_numbers[right]));
        }
    };
    let names = ["pairs scored with early exit", "strsim on name and number"];
    measure_batches(criterion, names, u64::try_from(BATCH).expect("few"), part, peer);
}

/// The next batch; from the beginning again after the last whole one.
fn next(at: &mut usize, all: usize) -> Range<usize> {
    let from = if *at + BATCH > all { 0 } else { *at };
    *at = from + BATCH.min(all);
    from..*at
}

fn read(model: &LinkageModel, path: &Path) -> Roster {
    let headings: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
    let file = BufReader::new(File::open(path).expect("a roster"));
    Roster::read(&path.display().to_string(), file, &model.id, &headings).expect("a sound roster")
}
