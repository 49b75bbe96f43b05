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
