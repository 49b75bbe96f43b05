//! Every definition, over its own samples and by the rules that hold for all.

use hedui_connectors::{Registry, SourcesConfig};

fn registry() -> Registry {
    Registry::load(&SourcesConfig::shipped()).unwrap_or_else(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", list.join("\n"))
    })
}

#[test]
fn every_definition_reads_its_samples_as_expected() {
    let registry = registry();
    let mut failures = Vec::new();
    for descriptor in registry.descriptors() {
        let report = registry.test_definition(&descriptor.key).unwrap();
        if report.samples.len() < 4 {
            failures.push(format!("{}: only {} samples", descriptor.key, report.samples.len()));
        }
        for sample in report.samples {
            if let Some(difference) = sample.difference {
                failures.push(format!("{}/{}: {difference}", descriptor.key, sample.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn all_eighteen_departments_are_defined() {
    assert_eq!(registry().sources().len(), 18);
}

#[test]
fn what_departments_never_know_is_said_in_english_too() {
    for descriptor in registry().descriptors() {
        let (zh, en) = (&descriptor.never_covers, &descriptor.never_covers_en);
        assert!(!zh.is_empty() && zh.len() == en.len(), "{}", descriptor.key);
        assert!(en.iter().all(|text| text.is_ascii()), "{}", descriptor.key);
    }
}

#[test]
fn english_for_some_of_what_a_department_never_knows_is_refused() {
    let key = hedui_connectors::records::SourceKey::new("tax").unwrap();
    let shipped = include_str!("../../definitions/tax/definition.toml");
    let parse = |text: &str| hedui_connectors::definition::Definition::parse("tax/definition.toml", text, &key);
    assert!(parse(shipped).is_ok());
    let short = shipped.replace(r#"never_covers = ["#, r#"never_covers = ["又一项", "#);
    let problems = parse(&short).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].key, "never_covers_en");
    let without: Vec<&str> = shipped.lines().filter(|line| !line.starts_with("never_covers_en")).collect();
    assert!(parse(&without.join("\n")).is_ok(), "the Chinese stands");
}
