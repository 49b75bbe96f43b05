//! Labels and conflicts overrule weights; a number of two people is held where the names do not tell whose it is.

use super::*;
use crate::linkage::trial::{Trial, codes};

const CONFLICT: &str = "[[conflict]]\nwhen = { e = [\"different\"] }\nreason = \"another number\"\n";
const PERSON: &str = include_str!("../../../config/linkage/person.toml");

#[test]
fn a_match_in_conflict_is_held_and_says_why() {
    let (left, right) = ("a,1,1,1,1,5\nb,2,2,2,2,\n", "x,1,1,1,1,6\ny,2,2,2,2,7\n");
    for (more, expected) in [("", "a x match"), (CONFLICT, "a x review")] {
        let trial = Trial::of(&codes(more), left, Some(right));
        for found in [trial.each_alone(&Labels::default()), trial.one_to_one(&Labels::default())] {
            assert_eq!(trial.told(&found), [expected, "b y match"]);
            let because = if more.is_empty() { Because::Weight } else { Because::Conflict(0) };
            assert_eq!(found.iter().find(|found| found.pair.left == 0).map(|found| found.because), Some(because));
        }
    }
}

#[test]
fn a_label_overrules_weight_conflict_and_margin() {
    // x and y fit a alike; b fits nobody
    let trial = Trial::of(&codes(CONFLICT), "a,1,1,1,1,5\nb,8,,,,\n", Some("x,1,1,1,1,6\ny,1,1,1,1,6\nz,9,,,,\n"));
    assert_eq!(trial.told(&trial.one_to_one(&Labels::default())), ["a x review"]);
    for (labels, alone, one_to_one) in [
        (vec!["a,y,match"], vec!["a x review", "a y match"], vec!["a y match"]),
        (vec!["a,x,no"], vec!["a y review"], vec!["a y review"]),
        (vec!["a,x,no", "a,y,no"], vec![], vec![]),
        (vec!["b,z,match", "a,x,no"], vec!["a y review", "b z match"], vec!["a y review", "b z match"]),
    ] {
        let labels = trial.labelled(&labels);
        assert_eq!(trial.told(&trial.each_alone(&labels)), alone);
        assert_eq!(trial.told(&trial.one_to_one(&labels)), one_to_one);
    }
    // who is somebody's by label is nobody's rival
    let trial = Trial::of(&codes(""), "a,1,1,1,,\nb,1,1,1,,\n", Some("x,1,1,1,,\ny,1,1,1,,\n"));
    assert_eq!(trial.told(&trial.one_to_one(&Labels::default())), ["a x review", "b y review"]);
    let labels = trial.labelled(&["a,y,match"]);
    assert_eq!(trial.told(&trial.one_to_one(&labels)), ["a y match", "b x match"]);
}

/// Right rows with one number; the left row agrees with the first in telephone and address too.
#[test]
fn a_number_of_two_people_is_held_unless_the_names_decide() {
    let held = |left: &str, first: &str, second: &str| {
        let number = "620422195203160089";
        let more = "13931780566,甘肃省白银市会宁县会师镇人民路113号18幢3单元1001室";
        let left = format!("l,{number},{left},1952-03-16,女,{more}\n");
        let right = format!("r1,{number},{first},1952-03-16,女,{more}\nr2,{second}\n");
        // at a threshold that all of them reach
        let model = PERSON.replace("false_match = 500", "false_match = 100");
        let trial = Trial::of(&model, &left, Some(&right));
        let found = trial.one_to_one(&Labels::default());
        assert_eq!(found.len(), 1, "{first} {second}");
        assert_eq!(found[0].pair.right, 0, "{first} {second}");
        found[0].because
    };
    let other = |name: &str| format!("620422195203160089,{name},1952-03-16,女,13800000000,");
    for (left, first, second, because) in [
        ("鲍芳萍", "鲍芳萍", other("秦桂兰"), Because::Weight),
        ("", "鲍芳萍", other("秦桂兰"), Because::SharedNumber),
        // nobody's name agrees: the model's own rule for one number and two names holds it
        ("孟素珍", "鲍芳萍", other("秦桂兰"), Because::Conflict(1)),
        // the same name twice is no second person
        ("", "鲍芳萍", other("鲍芳萍"), Because::Weight),
        ("", "鲍芳萍", other(""), Because::Weight),
        // the second states another birth date than the number's: it is not his
        ("", "鲍芳萍", "620422195203160089,秦桂兰,1991-11-02,女,13800000000,".to_owned(), Because::Weight),
        // no second row has the number
        ("", "鲍芳萍", ",秦桂兰,1991-11-02,女,13800000000,".to_owned(), Because::Weight),
    ] {
        assert_eq!(held(left, first, &second), because, "{left} {first} {second}");
    }
}
