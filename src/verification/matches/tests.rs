//! What is compared, what the answer says of it, and that it never says who it is about.

use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::household::Verdict;

fn sources() -> Vec<SourceKey> {
    ["tax", "household_registration"].into_iter().filter_map(|key| SourceKey::new(key).ok()).collect()
}

fn read(body: &Value) -> Result<Given, Vec<crate::household::Fault>> {
    given::read(body.to_string().as_bytes(), date(2026, 11, 1), &sources())
}

fn matched(body: &Value) -> Matched {
    let given = read(body).unwrap_or_else(|faults| panic!("{faults:?}"));
    explain(&Model::person(), &given)
}

fn father() -> Value {
    json!({"name": "王建国", "id_number": "110101199003070038", "phone": "13893001234", "address": "甘肃省白银市会宁县会师镇祖厉路12号"})
}

fn said(matched: &Matched) -> (Verdict, &str, Vec<&str>) {
    (matched.verdict, matched.rules[0].level.as_str(), matched.belongs_to.iter().map(String::as_str).collect())
}

#[test]
fn a_comparison_says_what_decided() {
    let other_name = json!({"name": "李秀英", "id_number": "110101199003070038"});
    for (claimed, expected) in [
        (father(), (Verdict::Match, "same_id_same_name", vec!["known"])),
        (other_name, (Verdict::Review, "same_id_unlike_name", vec!["known"])),
        (json!({"name": "李秀英"}), (Verdict::No, "unlike_name", vec![])),
        (json!({"phone": "13893001234"}), (Verdict::Review, "nothing_to_compare", vec!["known"])),
        (
            json!({"former_names": ["王建国"], "name": "王卫东", "id_number": "110101199003070038"}),
            (Verdict::Match, "same_id_same_name", vec!["known"]),
        ),
    ] {
        assert_eq!(said(&matched(&json!({"known": father(), "claimed": claimed}))), expected);
    }
}

#[test]
fn somebody_else_may_be_meant() {
    let son = json!({"name": "王小军", "birth_date": "2015-05-05"});
    let body =
        json!({"known": father(), "claimed": {"name": "王小军", "id_number": "110101199003070038"}, "others": [son]});
    let found = matched(&body);
    assert_eq!(
        found.rules[0].level, "other_members_name",
        "the father's number with the son's name: {:?}",
        found.rules
    );
    assert_eq!((found.others.len(), found.others[0].person.as_str()), (1, "others/0"));
    let twin = json!({"known": {"name": "李明"}, "claimed": father(), "others": [father()]});
    assert_eq!(said(&matched(&twin)), (Verdict::No, "fits_other_member", vec!["others/0"]));
}

#[test]
fn the_weights_are_those_of_the_matcher_and_add_up() {
    let found = matched(&json!({"known": father(), "claimed": father(), "source": "tax"}));
    let sum: i32 = found.fields.iter().map(|field| field.weight_centibits).sum();
    assert_eq!(sum, found.weight_centibits);
    assert_eq!(found.log_odds_centibits, found.weight_centibits + found.thresholds.prior_centibits);
    let birth = found.fields.iter().find(|field| field.field == "birth_date").expect("compared");
    assert_eq!((birth.weight_centibits, birth.corrected_by), (0, Some(Correction::Follows)));
    assert!(birth.level_centibits > 0);
    assert_eq!(
        (birth.follows.len(), birth.follows[0].from.as_str(), birth.follows[0].keep_percent),
        (1, "id_number", 0)
    );
    for (lang, reason) in [(Lang::Zh, "证件号码中已含出生日期"), (Lang::En, "the number contains the birth date")]
    {
        assert_eq!(lang.pick(&birth.follows[0].zh, &birth.follows[0].en), reason);
        let drawn = found.waterfall(lang);
        assert!(drawn.steps.iter().any(|step| step.note.ends_with(reason)), "{drawn:?}");
    }
    let number = found.fields.iter().find(|field| field.field == "id_number").expect("compared");
    assert_eq!(number.follows, []);
    assert_eq!(
        (found.thresholds.match_ppm, found.thresholds.review_ppm, found.thresholds.prior_ppm),
        (999_000, 1_000, 100)
    );
    assert!(found.model.assumed && found.model.sha256.len() == 64);
}

#[test]
fn every_fault_is_named_and_no_value_repeated() {
    let body = json!({
        "known": {"name": "王建国", "id_kind": "resident", "id_number": "110101199003070039", "nick": "老王"},
        "claimed": {"birth_date": "2031-01-01", "sex": "m"},
        "others": [{}, {"former_names": [""], "id_number": 7}],
        "source": "weather", "lang": "fr", "purpose": "curiosity",
    });
    let faults = read(&body).err().expect("it has faults");
    let mut found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str())).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("/claimed/birth_date", "future"),
            ("/claimed/sex", "unknown_sex"),
            ("/known/id_number", "id_number_check_character"),
            ("/known/nick", "unknown_field"),
            ("/lang", "unknown_lang"),
            ("/others/0", "nothing_stated"),
            ("/others/1/former_names/0", "empty"),
            ("/others/1/id_number", "type"),
            ("/purpose", "unknown_field"),
            ("/source", "unknown_source"),
        ]
    );
    let told = serde_json::to_string(&faults).expect("JSON");
    for value in ["王建国", "1101011990", "老王", "2031", "weather", "curiosity"] {
        assert!(!told.contains(value), "{value}");
    }
    let empty = read(&json!({})).err().expect("it has faults");
    assert_eq!(empty.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/known", "/claimed"]);
    let many = vec![father(); 30];
    let faults = read(&json!({"known": father(), "claimed": father(), "others": many})).err().expect("too many");
    assert_eq!(faults[0].pointer, "/others");
}

#[test]
fn a_drawing_holds_words_and_no_values() {
    for lang in [Lang::Zh, Lang::En] {
        let found = matched(
            &json!({"known": father(), "claimed": {"name": "王建军", "id_number": "110101199003070038", "sex": "male"}}),
        );
        let (drawn, answer) = (found.waterfall(lang).svg(), serde_json::to_string(&found).expect("JSON"));
        for value in ["王建", "1101011990", "1389300", "会师镇"] {
            assert!(!drawn.contains(value) && !answer.contains(value), "{value}");
        }
        assert!(drawn.contains(lang.pick("比对结论：待核实", "Comparison: review")), "{drawn}");
        assert!(drawn.contains(lang.pick("未经数据估计", "its numbers are assumed")), "{drawn}");
    }
}
