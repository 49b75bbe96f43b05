//! Property tests: nothing a person is called breaks out of its place in a request, and nothing a department sends makes the
//! reading panic. Nor does anything that stands in a definition or in the settings.

#[path = "../../tests/it/foreign_bytes/damage.rs"]
mod damage;

use std::path::Path;
use std::sync::LazyLock;

use http::StatusCode;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

use crate::SourcesConfig;
use crate::codec::Codec;
use crate::definition::{Definition, Transport};
use crate::engine::finish;
use crate::engine::http::Reading;
use crate::exchange::{Fault, Received};
use crate::home::homes;
use crate::records::{Coverage, Failure};
use crate::request::{BodySpec, Prepared, RequestSpec};
use crate::source::{ExchangeKey, Query, window_start};
use crate::template::{Slot, Values};

static ALL: LazyLock<Vec<(Definition, Vec<Vec<u8>>)>> = LazyLock::new(|| {
    let read = |(key, home): (crate::records::SourceKey, crate::home::Home)| {
        let definition = Definition::parse("definition.toml", &home.definition().unwrap(), &key).unwrap();
        (definition, home.samples().unwrap().into_values().collect())
    };
    homes(None).unwrap().into_iter().map(read).collect()
});

fn asking(definition: &Definition) -> &RequestSpec {
    match &definition.transport {
        Transport::Http { .. } => &definition.request,
        Transport::Ticket(wire) => &wire.submit,
        Transport::File(wire) => &wire.submit,
    }
}

fn render(definition: &Definition, name: &str, id: &str) -> Prepared {
    let as_of = date(2026, 11, 1);
    let query = Query {
        name: name.into(),
        id_number: Some(id.into()),
        birth_date: None,
        sex: None,
        as_of,
        window_from: window_start(as_of),
        asked_for: String::new(),
        exchange_key: ExchangeKey::random(),
        entry: None,
        lane: crate::source::Lane::default(),
        anew: false,
    };
    let values = Values {
        query: Some(&query),
        seq: 1,
        page: 1,
        cursor: "",
        ticket: "t",
        uuid: "u",
        secret: "s",
        app_id: "a",
        now: as_of.into(),
        signing: None,
    };
    asking(definition).render(&values, std::slice::from_ref(&query), &definition.auth)
}

/// The structure of a body and all texts in it, read back by a reader that knows nothing of templates.
fn read_back(spec: &RequestSpec, prepared: &Prepared) -> Value {
    let (text, _, _) = spec.encoding.decode(&prepared.body);
    match &spec.body {
        BodySpec::Empty => Value::Null,
        BodySpec::Json { .. } => serde_json::from_str(&text).unwrap(),
        BodySpec::Xml(_) => Codec::Xml { lists: Vec::new() }.decode(&prepared.body, spec.encoding).unwrap(),
        BodySpec::Csv { header, .. } => Codec::Csv { header: header.clone(), error_mark: None, trailer: None }
            .decode(&prepared.body, spec.encoding)
            .unwrap(),
        BodySpec::Form(_) => Value::Array(text.split('&').map(Value::from).collect()),
    }
}

/// The shape of a tree, contents left out.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.iter().map(|(key, value)| (key.clone(), shape(value))).collect()),
        Value::Array(items) => Value::Array(items.iter().map(shape).collect()),
        _ => Value::Null,
    }
}

fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| texts(value, into)),
        Value::Array(items) => items.iter().for_each(|value| texts(value, into)),
        Value::String(text) => into.push(text.clone()),
        _ => {}
    }
}

fn names() -> impl Strategy<Value = String> {
    let tricks = r#"["'<>&=+@,;\\/{}$%#?\r\n\t\x00 -]"#;
    prop_oneof![
        proptest::string::string_regex(&format!("({tricks}|[a-z张王é𠮷]){{1,12}}")).unwrap(),
        any::<String>(),
        Just("</q:AAC003><q:AAC002>1</q:AAC002>".to_owned()),
        Just("]]>".to_owned()),
        Just("x\",\"zjh\":\"1".to_owned()),
        Just("=HYPERLINK(\"http://x\")".to_owned()),
        Just("a&token=b&sfzmhm=1".to_owned()),
        Just("{secret}".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_name_never_leaves_its_place(name in names(), id in names()) {
        for (definition, _) in ALL.iter() {
            let spec = asking(definition);
            let (plain, hostile) = (render(definition, "张三", "1"), render(definition, &name, &id));
            prop_assert_eq!(shape(&read_back(spec, &plain)), shape(&read_back(spec, &hostile)));
            let count = |prepared: &Prepared, sign| prepared.path_and_query.matches(sign).count();
            for sign in ['?', '&', '=', '/', '#', ' ', '\n'] {
                prop_assert_eq!(count(&plain, sign), count(&hostile, sign), "{} in the address", sign);
            }
            prop_assert!(hostile.path_and_query.is_ascii());
            prop_assert_eq!(plain.headers.len(), hostile.headers.len());
        }
    }

    #[test]
    fn json_carries_a_name_unchanged_but_for_control_characters(name in names()) {
        let kept: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')).collect();
        for (definition, _) in ALL.iter().filter(|(d, _)| matches!(asking(d).body, BodySpec::Json { .. })) {
            if asking(definition).slots().contains(&Slot::Name) {
                let mut found = Vec::new();
                texts(&read_back(asking(definition), &render(definition, &name, "1")), &mut found);
                prop_assert!(found.contains(&kept));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for (definition, _) in ALL.iter() {
            read(definition, bytes.clone());
        }
    }

    #[test]
    fn damaged_samples_are_read_or_refused(at in any::<prop::sample::Index>(), with in any::<u8>(), cut in any::<bool>()) {
        for (definition, samples) in ALL.iter() {
            for sample in samples.iter().filter(|sample| !sample.is_empty()) {
                let mut damaged = sample.clone();
                let at = at.index(damaged.len());
                damaged[at] = with;
                if cut {
                    damaged.truncate(at);
                }
                read(definition, damaged);
            }
        }
    }

    #[test]
    fn any_tree_is_mapped_or_refused(tree in trees()) {
        for (definition, _) in ALL.iter() {
            if let Ok(page) = definition.answer.page(&tree) {
                page.items.into_values().for_each(|item| drop(finish(item, page.as_of, Coverage::County)));
            }
        }
    }
}

/// Answers of every department in its own form, JSON, XML, CSV, NDJSON, in UTF-8, GBK, GB18030; longer with `HEDUI_FUZZ_CASES`.
#[test]
fn damaged_answers_of_every_department_are_read_or_refused() {
    for (definition, samples) in ALL.iter() {
        damage::try_all(samples, |bytes| read(definition, bytes.to_vec()));
    }
}

#[test]
fn damaged_definitions_are_read_or_refused_by_line() {
    let definitions = damage::files(Path::new(env!("CARGO_MANIFEST_DIR")), &["definition.toml"]);
    assert!(definitions.len() >= 20, "every department's");
    let key = crate::records::SourceKey::new("tax").unwrap();
    damage::try_all(&definitions, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let read = Definition::parse("definition.toml", &text, &key);
        if let Err(problems) = &read {
            assert!(!problems.is_empty());
            let lines = text.split('\n').count();
            assert!(problems.iter().all(|problem| problem.line <= lines + 1 && !problem.message.is_empty()));
        }
        read.is_ok()
    });
}

#[test]
fn damaged_settings_of_departments_are_read_or_refused_by_line() {
    let shipped = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/sources.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sources.toml");
    damage::try_all(&[shipped], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        let read = SourcesConfig::read(&path);
        if let Err(problems) = &read {
            assert!(!problems.is_empty() && problems.iter().all(|problem| !problem.message.is_empty()));
        }
        read.is_ok()
    });
}

/// Whether there was an answer in it.
fn read(definition: &Definition, body: Vec<u8>) -> bool {
    let received = Received { status: StatusCode::OK, charset: None, body };
    let mut reading = Reading::new(definition, 10_000);
    let Ok((page, tree)) = reading.read(&received) else { return false };
    drop(reading.add(page, tree.as_ref()));
    drop(reading.broken_off(Fault::lasting(Failure::SourceError, "no more")));
    true
}

/// Trees with the names that definitions look for, and anything under them.
fn trees() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{1,30}(\\.[0-9]{0,8})?".prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "data", "rows", "items", "vehs", "list", "LIST", "jlbh", "zt", "cllx", "kind", "seq", "k", "no", "results",
        "status", "clje", "count", "total", "output", "settles", "cjzh", "hh",
    ]);
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..6).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}
