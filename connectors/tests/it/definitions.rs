//! Every definition, over its own samples and by the rules that hold for all.

use hedui_connectors::definition::Definition;
use hedui_connectors::records::SourceKey;
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
fn all_twenty_departments_are_defined() {
    assert_eq!(registry().sources().len(), 20);
}

#[test]
fn what_would_lose_or_invent_answers_is_refused_when_a_definition_is_read() {
    const FINANCE: &str = include_str!("../../definitions/finance/definition.toml");
    const INSURANCE: &str = include_str!("../../definitions/insurance/definition.toml");
    const TAX: &str = include_str!("../../definitions/tax/definition.toml");
    const CIVIL: &str = include_str!("../../definitions/civil_assistance/definition.toml");
    const HEALTH: &str = include_str!("../../definitions/health/definition.toml");
    for (key, text, from, to, fault) in [
        ("finance", FINANCE, "{uuid}", "1", "[submit] needs {uuid}"),
        ("finance", FINANCE, "/batch/status\"\nquery = { ticket = \"{ticket}\" }", "/batch/status\"", "needs {ticket}"),
        ("finance", FINANCE, "/batch/result\"\nquery = { ticket = \"{ticket}\" }", "/batch/result\"", "needs {ticket}"),
        ("finance", FINANCE, "done = [\"DONE\"]", "done = []", "each need at least one word"),
        ("finance", FINANCE, "failed = [\"FAILED\"]\n", "", "each need at least one word"),
        ("finance", FINANCE, "\"FAILED\"", "\"DONE\"", "a word stands for one state"),
        ("insurance", INSURANCE, "/inbox/{uuid}.csv", "/inbox/x.csv", "the path of [submit] needs {uuid}"),
        ("insurance", INSURANCE, "/outbox/{ticket}.err", "/outbox/x.err", "needs {ticket}"),
        ("tax", TAX, "containers = [\"$.response.body\"]\n", "present = [\"$.response.body\"]\n", "needs `containers`"),
        ("civil_assistance", CIVIL, "[\"funeral\"]", "[\"funeral\", \"dibao\"]", "may take the same row"),
        ("health", HEALTH, "nothing_when_null", "nothing_when_absent", "is not a known key"),
        (
            "health",
            HEALTH,
            "path = \"/api/person/health\"",
            "path = \"/x\"\ncontent_type = \"a\\nb\"",
            "cannot stand in a header",
        ),
    ] {
        let source = SourceKey::new(key).unwrap();
        assert!(Definition::parse("d.toml", text, &source).is_ok(), "{key}");
        assert!(text.contains(from), "{key}: {from}");
        let Err(problems) = Definition::parse("d.toml", &text.replace(from, to), &source) else {
            panic!("{key}: {from} -> {to} is accepted")
        };
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(shown.iter().any(|line| line.contains(fault)), "{key}: {fault} is not among {shown:?}");
    }
    let idempotent = FINANCE
        .replace("{uuid}", "1")
        .replace("path = \"/batch/submit\"", "path = \"/batch/submit\"\nidempotent = true");
    assert!(Definition::parse("d.toml", &idempotent, &SourceKey::new("finance").unwrap()).is_ok());
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
    let key = SourceKey::new("tax").unwrap();
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
