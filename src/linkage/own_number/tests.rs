//! What a number says of its own row, seen in the levels and weights of pairs.

use crate::linkage::model::LinkageModel;
use crate::linkage::scoring::{Pattern, Scorer};
use crate::linkage::trial::Trial;

const PERSON: &str = include_str!("../../../config/linkage/person.toml");

/// Each field's own weight and the pattern of one pair; columns: id_number, name, birth_date, sex, phone, address.
fn pair(left: &str, right: &str) -> (Vec<i32>, Pattern, LinkageModel) {
    let trial = Trial::of(PERSON, &format!("l,{left}\n"), Some(&format!("r,{right}\n")));
    let scorer = Scorer::new(&trial.model, &trial.table);
    let (weights, pattern) = scorer.by_itself(0, 0, &mut scorer.memory());
    (weights, pattern, trial.model)
}

fn key(model: &LinkageModel, pattern: &Pattern, field: usize) -> &'static str {
    model.fields[field].level_text(usize::from(pattern[field])).key
}

#[test]
fn a_number_that_contradicts_its_own_row_is_left_out() {
    let own = "620422199003070036,王建国,1990-03-07,男,,";
    for (right, level) in [
        // another valid number, the row's own
        ("440524188001010014,王建国,1880-01-01,女,,", "different"),
        // a relative's: the row states another birth date
        ("440524188001010014,王建国,1990-03-07,男,,", "left_out"),
        // a slip in the stated date is no contradiction
        ("620422199003070036,王建国,1991-03-07,男,,", "exact"),
        // no birth date, and another sex than the number's
        ("440524188001010014,王建国,,女,,", "left_out"),
        ("440524188001010014,王建国,,男,,", "different"),
        // with its birth date stated, the sex alone does not contradict
        ("620422199003070036,王建国,1990-03-07,女,,", "exact"),
    ] {
        let (weights, pattern, model) = pair(own, right);
        assert_eq!(key(&model, &pattern, 0), level, "{right}");
        assert!(level != "left_out" || weights[0] == 0, "{right}");
    }
}

#[test]
fn what_a_number_says_fills_and_mends_the_row_and_is_not_counted_beside_the_number() {
    // no number on the left: the right one's birth date and sex count
    let (weights, pattern, model) = pair(",王建国,1990-03-07,男,,", "620422199003070036,王建国,,,,");
    assert_eq!((key(&model, &pattern, 2), key(&model, &pattern, 3)), ("exact", "exact"));
    assert!(weights[2] > 0 && weights[3] > 0, "{weights:?}");
    // two numbers: their difference holds the birth dates', which is not counted again
    let (weights, pattern, model) = pair("620422199003070036,王建国,,男,,", "440524188001010014,王建国,,男,,");
    assert_eq!(key(&model, &pattern, 2), "different");
    assert_eq!(weights[2], 0, "{weights:?}");
    // day and month changed places on the left, where the number tells them; the right states the number's
    let (_, pattern, model) = pair("620422199003070036,王建国,1990-07-03,男,,", ",王建国,1990-03-07,男,,");
    assert_eq!(key(&model, &pattern, 2), "exact");
}
