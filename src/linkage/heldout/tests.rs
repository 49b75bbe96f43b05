//! A split that is the same in every run, and two models on what was held out.

use super::*;
use crate::linkage::trial::{Trial, codes};

#[test]
fn a_fifth_is_held_out_whatever_the_order() {
    let names: Vec<(String, String)> = (0..1_000).map(|at| (format!("L{at}"), format!("R{}", at * 7))).collect();
    let held = |(left, right): &&(String, String)| is_held_out([left, right], false);
    let number = names.iter().filter(held).count();
    assert!((150..250).contains(&number), "{number}");
    for (left, right) in &names {
        assert_eq!(is_held_out([left, right], true), is_held_out([right, left], true));
    }
    assert!(names.iter().any(|(left, right)| is_held_out([left, right], false) != is_held_out([right, left], false)));
    // the boundary between the two ids is part of what is hashed
    let apart =
        (0..50).any(|at| is_held_out([&format!("{at}1"), "2"], false) != is_held_out([&format!("{at}"), "12"], false));
    assert!(apart);
    // written down, so that a later version holds the same pairs out
    let first: Vec<usize> = (0..1_000).filter(|at| held(&&names[*at])).take(6).collect();
    assert_eq!(first, [0, 8, 11, 18, 19, 22]);
}

#[test]
fn both_models_are_held_against_what_was_decided() {
    let rows = |side: &str| -> String { (0..100).map(|at| format!("{side}{at},1,1,{},,\n", at % 3)).collect() };
    let trial = Trial::of(&codes(""), &rows("l"), Some(&rows("r")));
    let lines: Vec<String> =
        (0..100).flat_map(|at| [format!("l{at},r{at},match"), format!("l{at},r{},no", (at + 1) % 100)]).collect();
    let labels = trial.labelled(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let split = Split::of(&labels, trial.ids(), false);
    assert_eq!(split.learnt.len() + split.held.len(), 200);
    assert!(split.held.iter().all(|(left, right, _)| split.learnt.get(left, right).is_none()));
    let count = |wanted: bool| u64::try_from(split.held.iter().filter(|(.., is)| *is == wanted).count()).expect("few");
    let (matches, others) = (count(true), count(false));

    // three codes agree: 29.4 bits; two and one that differs: 16.3
    let mut stricter = trial.model.clone();
    stricter.match_centibits = 1_000;
    stricter.review_centibits = 800;
    let report = HeldOut::of(&split, [&trial.model, &stricter], &trial.table, trial.ids());
    assert_eq!((report.pairs, report.learnt), (matches + others, 200 - matches - others));
    assert_eq!(report.tallies[0], Tally { right: matches, wrong: others, unsure: 0 });
    assert_eq!(report.tallies[1], Tally { right: matches + others, wrong: 0, unsure: 0 });
    assert!(report.moved.iter().all(|moved| moved.crossed && !moved.is_match && moved.ppm[0] == moved.ppm[1]));
    assert_eq!(report.moved.len(), usize::try_from(others).expect("few"), "judged otherwise at the same probability");

    // another prior moves every pair
    let mut doubtful = trial.model.clone();
    doubtful.prior_centibits -= 1_000;
    let report = HeldOut::of(&split, [&trial.model, &doubtful], &trial.table, trial.ids());
    assert!(report.moved.iter().all(|moved| moved.crossed && moved.ppm[0] > moved.ppm[1]));
    let again = HeldOut::of(&split, [&doubtful, &trial.model], &trial.table, trial.ids());
    assert_eq!(report.moved.len(), again.moved.len());
    assert_eq!(HeldOut::of(&split, [&doubtful; 2], &trial.table, trial.ids()).moved, []);
    let mut unsure = trial.model.clone();
    (unsure.match_centibits, unsure.review_centibits) = (5_900, -5_900);
    let report = HeldOut::of(&split, [&unsure; 2], &trial.table, trial.ids());
    assert_eq!(report.tallies[0], Tally { right: 0, wrong: 0, unsure: matches + others });
}
