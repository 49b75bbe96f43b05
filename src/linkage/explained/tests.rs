//! An explanation adds up to what the scorer weighs, and names what dimmed and what was added.

use std::io::Cursor;

use super::*;
use crate::linkage::Roster;
use crate::linkage::model::Conflict;

const PERSON: &str = include_str!("../../../config/linkage/person.toml");
const HEADING: &str = "id,name,id_number,birth_date,sex,phone,address\n";

fn model() -> LinkageModel {
    LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"))
}

fn table(model: &LinkageModel, left: &str, right: &str) -> Table {
    let headings: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
    let read = |rows: &str| {
        let text = format!("{HEADING}{rows}");
        Roster::read("rows.csv", Cursor::new(text), "id", &headings).unwrap_or_else(|fault| panic!("{fault}"))
    };
    Table::of(model, &mut read(left), Some(&mut read(right)))
}

const LEFT: &str = "\
1,王建国,110101199003070038,1990-03-07,男,13893001234,甘肃省白银市会宁县会师镇祖厉路12号
2,王建国,,1990-03-07,男,13893001234,甘肃省白银市会宁县会师镇祖厉路12号
3,买买提·吐尔逊,,1985-01-01,,,
4,,,,,,
";
const RIGHT: &str = "\
1,王建国,110101199003070038,1990-03-07,男,13893001234,甘肃省白银市会宁县会师镇祖厉路12号
2,王建军,110101199003070054,1990-03-07,男,13893001234,甘肃省白银市会宁县会师镇祖厉路12号
3,买买提,,1985-05-06,女,,新疆
4,李秀英,620422830412943,1983-04-12,女,138****0001,会宁县会师镇
";

#[test]
fn the_parts_add_up_to_the_weight_of_every_pair() {
    let model = model();
    let table = table(&model, LEFT, RIGHT);
    let scorer = Scorer::new(&model, &table);
    let mut explainer = Explainer::new(&model, &scorer);
    for left in 0..4 {
        for right in 0..4 {
            let explained = explainer.explain(left, right);
            let mut weighed = Vec::new();
            scorer.weigh(&[(left, right)], i32::MIN / 2, &mut scorer.memory(), |_, _, weight| weighed.push(weight));
            assert_eq!(weighed, [explained.weight], "{left} {right}");
            let of_levels = explained.fields.iter().map(|field| field.of_level).collect::<Vec<_>>();
            assert!(left != 3 || of_levels == [0; 6], "nothing stated, nothing weighed");
        }
    }
}

#[test]
fn what_dims_and_what_is_added_is_named() {
    let model = model();
    let table = table(&model, LEFT, RIGHT);
    let scorer = Scorer::new(&model, &table);
    let mut explainer = Explainer::new(&model, &scorer);
    let same = explainer.explain(0, 0);
    let reasons = |field: &str| -> Vec<&str> {
        let field = &same.fields[model.field(field).expect("a field")];
        field.dimmed_by.iter().map(|place| model.dependences[*place].reason.en.as_str()).collect()
    };
    assert_eq!(reasons("birth_date"), ["the number contains the birth date"]);
    assert_eq!(reasons("id_number"), [""; 0]);
    let birth = &same.fields[model.field("birth_date").expect("a field")];
    assert!(birth.by_itself > 0 && birth.weight == 0 && birth.level.key == "exact");
    let brothers = explainer.explain(1, 1);
    let reasons: Vec<_> = brothers.together.iter().map(|place| model.together[*place].reason.en.as_str()).collect();
    assert!(reasons.iter().any(|reason| reason.starts_with("twins are born on one day")), "{reasons:?}");
    assert_eq!(brothers.decided(&model).is_some(), model.log_odds(brothers.weight) >= model.review_centibits);
}

#[test]
fn a_pair_at_a_conflict_rule_is_held_however_much_it_weighs() {
    let mut model = model();
    model.conflicts.clear();
    let rows = "1,王建国,,1990-03-07,男,13893001234,甘肃省白银市会宁县会师镇祖厉路12号\n";
    let table = table(&model, rows, &rows.replace("王建国", "王建军").replace("03-07", "05-06"));
    let scorer = Scorer::new(&model, &table);
    let explained = Explainer::new(&model, &scorer).explain(0, 0);
    assert_eq!(explained.conflict, None);
    let [name, birth] = ["name", "birth_date"].map(|name| model.field(name).expect("a field"));
    let every = |field: usize| (field, vec![true; model.fields[field].levels.len() + 2]);
    model.conflicts = vec![Conflict { when: vec![every(name), every(birth)], reason: "for a test".into() }];
    model.calibration.scale_percent = 100;
    let weight = explained.weight;
    for (match_at, review_at, expected) in [
        (weight, weight, Some(Decision::Review)),
        (weight + 1, weight, Some(Decision::Review)),
        (weight + 1, weight + 1, None),
    ] {
        model.match_centibits = model.log_odds(match_at);
        model.review_centibits = model.log_odds(review_at);
        let scorer = Scorer::new(&model, &table);
        let explained = Explainer::new(&model, &scorer).explain(0, 0);
        assert_eq!(explained.conflict, Some(0));
        assert_eq!(explained.decided(&model), expected);
        assert_eq!(explained.is_held(&model), match_at == weight, "what is no match anyway is held by nothing");
    }
}

#[test]
fn the_rules_that_bring_rows_together_are_named() {
    let mut model = model();
    let place =
        |model: &LinkageModel, text: &str| model.blocks.iter().position(|block| block.text == text).expect(text);
    let (number, sound, rare) =
        (place(&model, "id_number"), place(&model, "name.sound, birth_date.year"), place(&model, "name.sound, sex"));
    let table = table(&model, LEFT, RIGHT);
    let met = meetings(&model, &table, 0, 0);
    assert_eq!((met[number], met[sound], met[rare]), (Meeting::Met, Meeting::Met, Meeting::Met));
    let apart = meetings(&model, &table, 1, 0);
    assert_eq!((apart[number], apart[sound]), (Meeting::Apart, Meeting::Met), "one has no number");
    // two rows on the left and one on the right are in the block
    model.blocks[rare].largest = Some(1);
    assert_eq!(meetings(&model, &table, 0, 0)[rare], Meeting::LeftOut);
    assert!(meetings(&model, &table, 3, 3).iter().all(|meeting| *meeting == Meeting::Apart));
}

#[test]
fn what_a_row_leaves_to_its_number_and_what_contradicts_it_is_said() {
    let model = model();
    let rows = "1,王建国,110101199003070038,,,,\n2,王建国,110101199003070038,1960-11-21,男,,\n";
    let table = table(&model, rows, RIGHT);
    let scorer = Scorer::new(&model, &table);
    let mut explainer = Explainer::new(&model, &scorer);
    let field = |name: &str| model.field(name).expect("a field");
    let filled = explainer.explain(0, 0);
    let birth = &filled.fields[field("birth_date")];
    assert_eq!((birth.from_number, birth.by_itself, birth.weight, birth.level.key), (true, 0, 0, "exact"));
    assert!(birth.of_level > 0 && birth.dimmed_by.is_empty());
    assert!(!filled.fields[field("name")].from_number, "a rare name is no matter of numbers");
    let contradicted = explainer.explain(1, 0);
    let number = &contradicted.fields[field("id_number")];
    assert_eq!((number.weight, number.level.key), (0, "left_out"));
}
