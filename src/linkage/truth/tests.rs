//! Clusters held against what is true.

use super::*;
use crate::linkage::clusters::Apart;
use crate::linkage::trial::{Trial, codes};

fn measured(right: Option<&str>, pairs: &[(&str, &str)], of: [Vec<u32>; 2], number: u32) -> Counted {
    let trial = Trial::of(&codes(""), "a,,,,,\nb,,,,,\nc,,,,,\n", right);
    let lines: String = pairs.iter().map(|(left, right)| format!("{left},{right}\n")).collect();
    let text = std::io::Cursor::new(format!("left_id,right_id\n{lines}"));
    let pairs = crate::linkage::Roster::read_pairs("truth.csv", text, ["left_id", "right_id"]).expect("pairs");
    let truth = Truth::of(&pairs, trial.ids(), trial.table.is_one);
    let clusters = Clusters { of, number, apart: Apart::default() };
    truth.measured(&[], Some(&clusters)).clusters.expect("measured")
}

#[test]
fn all_pairs_within_a_cluster_count() {
    let one = [vec![0, 0, 0], Vec::new()];
    let expected = Counted { right: 1, wrong: 2, missed: 0 };
    assert_eq!(measured(None, &[("b", "a")], one, 1), expected, "of one roster every pair");
    let apart = [vec![0, 1, 2], Vec::new()];
    assert_eq!(measured(None, &[("b", "a")], apart, 3), Counted { right: 0, wrong: 0, missed: 1 });
    // between two rosters, a row of each: a x, b x; not a b
    let two = [vec![0, 0, 1], vec![0, 1]];
    let expected = Counted { right: 2, wrong: 1, missed: 1 };
    assert_eq!(measured(Some("x,,,,,\ny,,,,,\n"), &[("a", "x"), ("c", "y"), ("a", "y")], two, 2), expected);
}
