//! Reading `[subject]` and `[[records]]`, and trying each rule on examples so that it is known to make a record of its kind.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::answer::{path_of, required_path, when};
use crate::dates::DatePattern;
use crate::decimal::Rounding;
use crate::mapping::RowList;
use crate::mapping::field::{Field, Origin, Reading};
use crate::mapping::money::{Money, Unit};
use crate::mapping::path::Path;
use crate::mapping::record::RecordRule;
use crate::problem::did_you_mean;
use crate::records::{Detail, Subject};
use crate::toml_reader::{Entry, Section};

const SUBJECT: [&str; 7] = ["name", "id_number", "former_name", "birth_date", "sex", "phone", "address"];

/// The rules, grouped by the place their rows lie in.
pub(super) fn rows(top: &Section<'_>, batch: bool) -> Vec<RowList> {
    let shared = top.section("subject").map(|section| subject(&section));
    let sections = top.sections("records");
    if sections.is_empty() {
        top.missing("records", "at least one [[records]]: what rows become");
    }
    let mut lists: Vec<RowList> = Vec::new();
    for section in &sections {
        let at = required_path(section, "at");
        if at.starts_at_row() != batch {
            section.fault(
                if batch {
                    "at starts at the item (@) in an answer about several people"
                } else {
                    "at starts at the answer ($)"
                },
                None,
            );
        }
        let rule = rule(section, shared.as_ref());
        match lists.iter_mut().find(|list| list.at.text() == at.text()) {
            Some(list) => {
                for other in list.rules.iter().filter(|other| !other.excludes(&rule)) {
                    let both = format!("may take the same row as the rule of kind `{}`", other.kind);
                    section.fault(both, Some("give both a `when` on one path, with values that differ".into()));
                }
                list.rules.push(rule);
            }
            None => lists.push(RowList { at, rules: vec![rule] }),
        }
    }
    lists
}

fn rule(section: &Section<'_>, shared: Option<&Vec<(&'static str, Field)>>) -> RecordRule {
    let own = section.section("subject").map(|own| subject(&own));
    let fields: Vec<(String, Entry<'_>, Field)> = section
        .section("fields")
        .map(Section::entries)
        .unwrap_or_default()
        .into_iter()
        .map(|(name, entry)| {
            let field = field(&entry);
            (name, entry, field)
        })
        .collect();
    let kind = section.text("kind", "a kind of record, such as `vehicle`");
    let required = try_out(section, &kind, &fields);
    RecordRule {
        kind,
        when: section.get("when").map(|entry| entry.items().iter().map(when).collect()).unwrap_or_default(),
        number: required_path(section, "number"),
        subject: own.or_else(|| shared.cloned()).unwrap_or_default(),
        fields: fields.into_iter().map(|(name, _, field)| (name, field)).collect(),
        required,
        as_of: section.get("as_of").map(|entry| field(&entry)),
    }
}

/// Makes records of examples; what the kind refuses is a fault of the definition. Returns the fields it cannot do without.
fn try_out(section: &Section<'_>, kind: &str, fields: &[(String, Entry<'_>, Field)]) -> Vec<String> {
    let mut example = Map::from_iter([("kind".to_owned(), Value::from(kind))]);
    for (name, _, field) in fields {
        example.insert(name.clone(), field.examples().into_iter().next().unwrap_or_default());
    }
    let made = |example: &Map<String, Value>| serde_json::from_value::<Detail>(Value::Object(example.clone()));
    if let Err(error) = made(&example) {
        let message = error.to_string();
        let mentioned = |word: &str| message.contains(&format!("`{word}`"));
        let named = fields.iter().find(|(name, _, field)| {
            mentioned(name) || field.examples().iter().filter_map(Value::as_str).any(mentioned)
        });
        let path = named.map_or(&section.path, |(_, entry, _)| &entry.path);
        let span = named.map_or(&section.span, |(_, entry, _)| &entry.span);
        section.faults.add(span, path, format!("does not make a record of kind `{kind}`: {message}"), None);
        return Vec::new();
    }
    for (name, entry, field) in fields {
        for value in field.examples() {
            let shown = value.to_string();
            let with = Map::from_iter(example.clone().into_iter().chain([(name.clone(), value)]));
            if let Err(error) = made(&with) {
                entry.fault(format!("{shown} is no value of this field: {error}"), None);
            }
        }
    }
    let needed = |name: &String| {
        let mut without = example.clone();
        without.remove(name);
        made(&without).is_err()
    };
    fields.iter().map(|(name, ..)| name).filter(|name| needed(name)).cloned().collect()
}

fn subject(section: &Section<'_>) -> Vec<(&'static str, Field)> {
    let fields: Vec<(&'static str, Field)> =
        SUBJECT.into_iter().filter_map(|name| section.get(name).map(|entry| (name, field(&entry)))).collect();
    for (name, field) in &fields {
        for value in field.examples() {
            let example = Value::Object(Map::from_iter([((*name).to_owned(), value)]));
            if let (Err(error), Some(entry)) = (serde_json::from_value::<Subject>(example), section.get(name)) {
                entry.fault(format!("does not fit: {error}"), None);
            }
        }
    }
    fields
}

/// `"@.path"`, a list of paths of which the first stated one counts, or a table with `path` or `value`, `type` and what the type needs.
pub(super) fn field(entry: &Entry<'_>) -> Field {
    use toml::de::DeValue;
    if matches!(entry.value, DeValue::String(_) | DeValue::Array(_)) {
        return Field { from: Origin::Paths(places(entry)), ..Field::text(path("$")) };
    }
    let Some(section) = entry.section() else { return Field::text(path("$")) };
    let constant = section.get("value").map(|value| Origin::Constant(value.json()));
    let from = match (constant, section.get("path")) {
        (Some(constant), None) => constant,
        (None, Some(path)) => Origin::Paths(places(&path)),
        _ => {
            section.fault("needs either `path` or `value`", None);
            Origin::Constant(Value::Null)
        }
    };
    let slice = section.get("slice").map(|entry| slice(&entry));
    let default = section.get("default").map(|value| value.json());
    let unless = section.get("unless").map(|entry| path_of(&entry));
    Field { from, slice, unless, absent: section.texts("absent"), default, reading: reading(&section) }
}

fn places(entry: &Entry<'_>) -> Vec<Path> {
    if matches!(entry.value, toml::de::DeValue::String(_)) {
        return vec![path_of(entry)];
    }
    let paths: Vec<Path> = entry.items().iter().map(path_of).collect();
    if paths.is_empty() {
        entry.fault("needs at least one path", None);
    }
    paths
}

fn path(text: &str) -> Path {
    Path::parse(text).expect("a literal path")
}

fn slice(entry: &Entry<'_>) -> (usize, usize) {
    let items = entry.items();
    let number = |item: &Entry<'_>| item.json().as_u64().and_then(|number| usize::try_from(number).ok());
    let numbers: Option<Vec<usize>> = items.iter().map(number).collect();
    match numbers.as_deref().unwrap_or_default() {
        [from, to] if from < to && *to <= 1000 => (*from, *to),
        _ => {
            entry.fault("must be two numbers [from, to] with from < to", None);
            (0, 1)
        }
    }
}

fn reading(section: &Section<'_>) -> Reading {
    let types = [
        ("text", 0_u8),
        ("money", 1),
        ("date", 2),
        ("month", 3),
        ("integer", 4),
        ("area", 5),
        ("share", 6),
        ("code", 7),
        ("ratio", 8),
    ];
    match section.choice("type", &types).unwrap_or(0) {
        1 => Reading::Money(Money {
            unit: section
                .required_choice("unit", &[("yuan", Unit::Yuan), ("fen", Unit::Fen), ("wan_yuan", Unit::WanYuan)]),
            separators: section.flag("separators", false),
            rounding: section
                .choice("rounding", &[("exact", Rounding::Exact), ("half_up", Rounding::HalfUp)])
                .unwrap_or(Rounding::Exact),
            signed: section.flag("signed", false),
        }),
        2 => Reading::Date { formats: formats(section, DatePattern::names_day, "a day") },
        3 => Reading::Month { formats: formats(section, DatePattern::names_month, "a month") },
        4 => {
            let bound = |key, default| {
                section.integer(key, 0..=u64::from(u32::MAX)).and_then(|n| u32::try_from(n).ok()).unwrap_or(default)
            };
            Reading::Integer { min: bound("min", 0), max: bound("max", u32::MAX) }
        }
        5 => Reading::Area,
        6 => Reading::Share,
        7 => Reading::Code(codes(section)),
        8 => Reading::Ratio,
        _ => Reading::Text,
    }
}

fn formats(section: &Section<'_>, enough: fn(&DatePattern) -> bool, what: &str) -> Vec<DatePattern> {
    let Some(entry) = section.get("formats") else {
        section.missing("formats", "date patterns such as [\"yyyy-MM-dd\"]");
        return Vec::new();
    };
    let mut formats = Vec::new();
    for item in entry.items() {
        match item.text().map(|text| DatePattern::parse(&text)) {
            Some(Ok(pattern)) if enough(&pattern) => formats.push(pattern),
            Some(Ok(_)) => item.fault(format!("does not name {what}"), None),
            Some(Err(fault)) => item.fault(fault, None),
            None => {}
        }
    }
    formats
}

fn codes(section: &Section<'_>) -> BTreeMap<String, Value> {
    let Some(table) = section.section("codes") else {
        section.missing("codes", "a table of the department's codes and what they mean");
        return BTreeMap::new();
    };
    let codes: BTreeMap<String, Value> =
        table.entries().into_iter().map(|(code, entry)| (code, entry.json())).collect();
    if codes.is_empty() {
        section.fault("codes is empty", did_you_mean("", []));
    }
    codes
}
