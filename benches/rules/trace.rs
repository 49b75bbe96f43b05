//! One household at a time with its citing trace: ten rows beside a decision table of ten rows, and the whole assessment.

use std::hint::black_box;

use hedui::policy::{Packs, answer, assess};

use super::cpu::{per_second, ratio, timed};
use super::{household, peers, person, say};

const HOUSEHOLDS: usize = 50_000;
const RUNS: usize = 20;

pub(crate) fn run() {
    let packs = Packs::embedded();
    let (one, three) = (person::evidence(), household::evidence());
    let pack = packs.resolve(&one.region, person::AS_OF).unwrap_or_else(|_| panic!("a pack covers the county"));
    assert_eq!(person::AS_OF, household::AS_OF, "both are asked about on one day");
    assert_eq!(answer(&one, &pack).rows(), 10, "ten rows are compared with ten rows");
    let rows = best(|| drop(black_box(answer(black_box(&one), &pack))));
    let whole_one = best(|| drop(black_box(assess(black_box(&one), &pack))));
    let whole = best(|| drop(black_box(assess(black_box(&three), &pack))));
    say(&format!("trace, one household at a time, best of {RUNS}:"));
    say(&format!("  the outcome asked about in ten rows, each with rule, law and words: {rows}/s (goal 150000)"));
    say(&format!("  the whole assessment of the same person: {whole_one}/s"));
    say(&format!("  the whole assessment of a household of three: {whole}/s (goal 30000)"));
    match peers::run("gorules.py", &[]) {
        Some(printed) => {
            let (plain, traced) = (peers::rate(&printed, "plain"), peers::rate(&printed, "traced"));
            say(&format!(
                "  ZEN from Python, ten-row table: {plain}/s, with trace {traced}/s; ours in ten rows {} of its trace",
                ratio(rows, traced)
            ));
        }
        None => say(&format!("  ZEN: {}", peers::HOW)),
    }
}

/// Households a second of CPU time.
fn best(mut operation: impl FnMut()) -> u128 {
    let mut run = || timed(|| (0..HOUSEHOLDS).for_each(|_| operation())).0;
    let times = (0..RUNS).map(|_| run());
    per_second(HOUSEHOLDS, times.min().unwrap_or_default())
}
