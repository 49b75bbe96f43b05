//! Evidence as somebody writes it: what may be left out, every fault at its place, and nothing that panics.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::household::Detail;
use crate::policy::assess as apply;
use crate::policy::assessment::Certainty;

static PACKS: LazyLock<Packs> = LazyLock::new(Packs::embedded);

fn example() -> Value {
    serde_json::from_str(include_str!("../../../examples/evidence.json")).expect("the example is JSON")
}

fn read_value(document: &Value) -> Result<(Evidence, Arc<Pack>), Vec<Fault>> {
    read(document.to_string().as_bytes(), &PACKS)
}

/// Pointer and code of every fault.
fn faults(document: &Value) -> Vec<(String, String)> {
    let faults = read_value(document).err().unwrap_or_default();
    for fault in &faults {
        let texts = [&fault.detail, &fault.detail_zh, &fault.remedy, &fault.remedy_zh];
        assert!(texts.iter().all(|text| !text.is_empty()), "{fault:?}");
    }
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn changed(pointer: &str, value: Value) -> Value {
    let mut document = example();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")) {
        Value::Object(fields) => drop(fields.insert(name.to_owned(), value)),
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        _ => panic!("{pointer}"),
    }
    document
}

#[test]
fn the_example_is_read_and_says_what_it_was_made_to_show() {
    let (evidence, pack) = read_value(&example()).expect("the example is right");
    assert_eq!(evidence.cells.len(), 4 * DEPARTMENTS.len());
    let assessment = apply(&evidence, &pack);
    let silent: Vec<_> = assessment.totals.income.silent.iter().map(|cell| cell.source.as_str()).collect();
    assert_eq!(silent, ["insurance"], "the one department that did not answer leaves income open");
    assert!(assessment.deductions.iter().any(|line| line.kind == "illness"));
    assert!(assessment.screening.iter().any(|outcome| outcome.state == Certainty::Open));
    // Once it has answered, nothing is open.
    let (whole, pack) = read_value(&changed("/cells", json!([]))).expect("right");
    assert_eq!(apply(&whole, &pack).totals.income.silent, []);
}

#[test]
fn what_is_not_said_to_have_answered_has_not() {
    let silent_of = |answered: Value| {
        let mut document = changed("/cells", json!([]));
        match answered {
            Value::Null => drop(document.as_object_mut().expect("an object").remove("answered")),
            answered => document["answered"] = answered,
        }
        let (evidence, _) = read_value(&document).expect("right");
        evidence.cells.iter().filter(|cell| !cell.outcome.speaks()).count()
    };
    assert_eq!(silent_of(json!("all")), 0);
    assert_eq!(silent_of(Value::Null), 4 * 20, "a record alone does not make its department have answered");
    assert_eq!(silent_of(json!(["tax"])), 4 * 19);
    assert_eq!(silent_of(json!(["tax", "m2/finance"])), 4 * 19 - 1);
    let mut document = changed("/cells", json!([]));
    document.as_object_mut().expect("an object").remove("answered");
    let (evidence, pack) = read_value(&document).expect("right");
    let assessment = apply(&evidence, &pack);
    assert!(assessment.totals.income.at_most.is_none() && !assessment.totals.income.complete, "missing is never zero");
}

/// What is stored of a case is evidence too.
#[test]
fn the_canonical_form_reads_back_as_itself() {
    let (evidence, _) = read_value(&example()).expect("right");
    let canonical = crate::household::canonical_json(&evidence);
    let (again, _) = read(&canonical, &PACKS).expect("the canonical form");
    assert_eq!(again, evidence);
}

#[test]
fn numbers_left_out_are_made_up_without_meeting_others() {
    let mut document = example();
    document["records"][0]["record"].as_object_mut().expect("an object").remove("number");
    document["records"][1]["record"]["number"] = json!("1");
    let (evidence, _) = read_value(&document).expect("right");
    assert_eq!(evidence.records[0].record.number, "1*");
}

#[test]
fn every_wrong_value_is_refused_at_its_place() {
    let medical = "/records/2/record/detail";
    for (pointer, value, code) in [
        ("/purpose", json!("curiosity"), "unknown_purpose"),
        ("/region", json!("6204"), "region_shape"),
        ("/region", json!("110101"), "unknown_region"),
        ("/as_of", json!("1 Nov 2026"), "date"),
        ("/as_of", json!("2026-11-01T00:00:00"), "date"),
        ("/as_of", json!("2023-01-01"), "not_covered"),
        ("/as_of", json!("0001-01-01"), "year"),
        ("/registered_as", json!(null), "unknown_registered_as"),
        ("/applicant", json!("m9"), "unknown_member"),
        ("/remark", json!(""), "unknown_field"),
        ("/members", json!([]), "count"),
        ("/members/1/ref", json!("m1"), "duplicate_ref"),
        ("/members/1/relation", json!("00"), "relation"),
        ("/members/0/birth_date", json!("2026-11-02"), "future"),
        ("/members/0/birth_date", json!("1812-11-02"), "year"),
        ("/members/0/can_work", json!("yes"), "type"),
        ("/members/0/declared/income/0/annual_yuan", json!("-1.00"), "negative"),
        ("/members/0/declared/income/0/annual_yuan", json!(14000), "type"),
        ("/members/0/declared/income/0/class", json!("salary"), "unknown_class"),
        ("/answered", json!("everybody"), "unknown_answered"),
        ("/answered", json!(7), "unknown_answered"),
        ("/cells/0/outcome", json!({"answer": "maybe"}), "unknown_answer"),
        ("/cells/0/outcome", json!({"answer": "unavailable"}), "required"),
        ("/cells/0/outcome", json!({"answer": "pending", "why": "timeout"}), "unknown_field"),
        ("/cells/0/member", json!("m7"), "unknown_member"),
        ("/cells/0/source", json!("insurrance"), "unknown_source"),
        ("/records/0/source", json!("Tax"), "source"),
        ("/records/0/source", json!("forestry"), "unknown_source"),
        ("/records/0/member", json!("m7"), "unknown_member"),
        ("/records/0/probability_ppm", json!(1_000_001), "out_of_range"),
        ("/records/0/record/detail/kind", json!("wage"), "unknown_kind"),
        ("/records/0/record/detail/kind", json!(null), "required"),
        ("/records/0/record/detail/payed", json!("1"), "unknown_field"),
        ("/records/0/record/detail/gross", json!("-0.01"), "negative"),
        ("/records/0/record/detail/gross", json!("12,000"), "amount"),
        ("/records/0/record/detail/gross", json!("1000000000000.01"), "too_large"),
        ("/records/0/record/detail/to", json!("2025-12-31"), "reversed"),
        ("/records/0/record/detail/from", json!("2026-11-02"), "future"),
        ("/records/1/record/detail/vehicle", json!("spaceship"), "unknown_vehicle"),
        (&format!("{medical}/settled_on"), json!("2026-11-02"), "future"),
        (&format!("{medical}/total"), json!("-1000000000000.01"), "too_large"),
        ("/records/3/record/detail/grade", json!(0), "out_of_range"),
        ("/records/3/record/detail/grade", json!(5), "out_of_range"),
        ("/records/3/record/detail/grade", json!(1.5), "out_of_range"),
        ("/records/5/record/detail/from", json!("2026-12"), "future"),
        ("/records/5/record/detail/from", json!("2026-13"), "month"),
        ("/records/5/record/detail/to", json!("2011-01"), "reversed"),
        ("/records/6/record/detail/share", json!("0/2"), "share"),
        ("/records/6/record/detail/share", json!("3/2"), "share"),
        ("/records/6/record/detail/area", json!("-1"), "amount"),
        ("/records/6/record/detail/registered_on", json!("2026-11-02"), "future"),
    ] {
        let found = faults(&changed(pointer, value.clone()));
        let place = found.iter().find(|(at, _)| at.starts_with(pointer));
        assert_eq!(place.map(|(_, code)| code.as_str()), Some(code), "{pointer} = {value}: {found:?}");
    }
}

#[test]
fn what_may_be_so_is_not_refused() {
    for (pointer, value) in [
        ("/records/2/record/detail/self_paid", json!("-13000.00")),
        ("/records/2/record/detail/total", json!("-41000")),
        ("/records/3/record/detail/valid_until", json!("2040-01-01")),
        ("/records/4/record/detail/to", json!("2030-01-01")),
        ("/records/5/record/detail/from", json!("2026-11")),
        ("/records/6/record/detail/share", json!("1/2")),
        ("/records/0/record/detail", json!({"kind": "pregnancy", "due_on": "2027-03-01"})),
        (
            "/records/0/record/detail",
            json!({"kind": "account", "institution": "a", "account": "loan", "balance": "-5", "state": "open"}),
        ),
        ("/records/0/record/detail", json!({"kind": "securities", "market_value": "5", "cash": "-5.00"})),
        ("/records/0/verdict", json!("review")),
        ("/as_of", json!("2027-01-01")),
    ] {
        assert_eq!(faults(&changed(pointer, value.clone())), [], "{pointer} = {value}");
    }
    let own = json!([{"member": "m1", "source": "forestry", "speaks_for": ["transfer"], "outcome": {"answer": "found", "records": 1}}]);
    let mut document = changed("/cells", own);
    document["records"][0]["source"] = json!("forestry");
    assert_eq!(faults(&document), [], "a department of one's own says what it speaks for");
}

#[test]
fn all_faults_come_at_once_in_both_languages_and_repeat_no_value() {
    let mut document = example();
    document["region"] = json!("620422198304129439");
    document["张伟"] = json!(1);
    document["cells"] = json!([document["cells"][0], document["cells"][0]]);
    document["records"][0]["record"]["detail"]["gross"] = json!("-777777.77");
    document["members"][1]["ref"] = json!("620422198304129439");
    let found = faults(&document);
    let expected = [
        ("/***", "unknown_field"),
        ("/cells/1", "twice"),
        ("/members/1/ref", "ref_is_a_number"),
        ("/records/0/record/detail/gross", "negative"),
        ("/records/2/member", "unknown_member"),
        ("/region", "region_shape"),
    ];
    for (pointer, code) in expected {
        assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code}: {found:?}");
    }
    let text = serde_json::to_string(&read_value(&document).unwrap_err()).expect("JSON");
    for value in ["777777", "620422198304129439", "张伟"] {
        assert!(!text.contains(value), "{text}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    for (bytes, code) in [
        (&b""[..], "invalid_json"),
        (b"[]", "type"),
        (b"null", "type"),
        (b"\"all\"", "type"),
        (b"{\"purpose\": \"monitoring\", \"purpose\": \"monitoring\"}", "duplicate_field"),
        (b"\xff{}", "invalid_utf8"),
    ] {
        let found = read(bytes, &PACKS).unwrap_err();
        assert!(found.iter().any(|fault| fault.code == code), "{code}: {found:?}");
    }
}

/// Whatever the rules cannot read of a record, and would leave its department silent for, is refused here; and nothing else is.
#[test]
fn amounts_are_refused_exactly_where_the_rules_cannot_read_them() {
    let definitions = &schema::EVIDENCE["$defs"];
    let mut amounts = 0;
    for variant in definitions["Detail"]["oneOf"].as_array().expect("kinds") {
        let mut detail = serde_json::Map::new();
        for (name, field) in variant["properties"].as_object().expect("fields") {
            let required = variant["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            if required {
                detail.insert(name.clone(), sample(field, definitions));
            }
        }
        for (name, field) in variant["properties"].as_object().expect("fields") {
            if !field.to_string().contains("#/$defs/Fen\"") {
                continue;
            }
            for value in ["-1.00", "-1000000000000.00", "1000000000000.00", "-1000000000000.01", "1000000000000.01"] {
                amounts += 1;
                let mut changed_detail = detail.clone();
                changed_detail.insert(name.clone(), json!(value));
                let mut document = changed("/cells", json!([]));
                document["records"] =
                    json!([{"member": "m1", "source": "finance", "record": {"detail": changed_detail}}]);
                let refused = faults(&document).iter().any(|(at, _)| at.ends_with(name.as_str()));
                let bare: Detail = serde_json::from_value(Value::Object(changed_detail)).expect("a record");
                assert_eq!(refused, left_silent(bare), "{}.{name} = {value}", detail["kind"]);
            }
        }
    }
    assert!(amounts > 100, "only {amounts} were tried");
}

/// Whether the rules cannot read a record: then its department's answer counts as none.
fn left_silent(detail: Detail) -> bool {
    let (mut evidence, pack) = read_value(&changed("/cells", json!([]))).expect("right");
    evidence.records.truncate(1);
    evidence.records[0].source = SourceKey::new("finance").expect("a key");
    evidence.records[0].record.detail = detail;
    apply(&evidence, &pack).totals.financial.silent.iter().any(|cell| cell.source.as_str() == "finance")
}

/// A value that fits a field.
fn sample(field: &Value, definitions: &Value) -> Value {
    let name = field["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")).unwrap_or("");
    let schema = if name.is_empty() { field } else { &definitions[name] };
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    match (name, schema["format"].as_str(), schema["type"].as_str()) {
        ("Fen" | "Area" | "Mu", ..) => json!("1.00"),
        ("YearMonth", ..) => json!("2026-01"),
        ("Share", ..) => json!("1/2"),
        (_, Some("date"), _) => json!("2026-01-01"),
        (.., Some("integer")) => json!(1),
        (.., Some("boolean")) => json!(true),
        _ => json!("x"),
    }
}

/// Every place of a document, by pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{"kind": "vehicle"}])),
        "[a-z0-9_/.-]{0,12}".prop_map(Value::from),
        "[0-9]{1,4}-(0[0-9]|1[0-9])(-[0-3][0-9])?".prop_map(Value::from),
        "-?[0-9]{1,20}([.][0-9]{0,3})?".prop_map(Value::from),
        proptest::sample::select(vec![
            "all",
            "m1",
            "tax",
            "pension",
            "found",
            "match",
            "9999-12-31",
            "-9999-01-01",
            "0000-01",
            "1/1"
        ])
        .prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Changed at any places to anything: what is wrong is named at a place, what is not is assessed. Nothing panics, and what the
    /// types refuse, the schema's walk has refused before.
    #[test]
    fn nothing_that_is_sent_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), anything(), any::<bool>()), 1..4)) {
        let mut document = example();
        for (place, value, removed) in changes {
            let mut all = Vec::new();
            places(&document, "", &mut all);
            let pointer = place.get(&all[..]).clone();
            let parent = pointer.rsplit_once('/');
            match parent.and_then(|(parent, name)| Some((document.pointer_mut(parent)?.as_object_mut()?, name))) {
                Some((fields, name)) if removed => drop(fields.remove(name)),
                _ => *document.pointer_mut(&pointer).expect("a place") = value,
            }
        }
        match read_value(&document) {
            Ok((evidence, pack)) => drop(apply(&evidence, &pack)),
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                prop_assert!(faults.iter().all(|fault| fault.code != "unreadable"), "{document}: {faults:?}");
            }
        }
    }
}
