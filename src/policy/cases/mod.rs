//! Cases: examples in `config/policy/cases/*.toml` with the facts they must lead to. A policy officer reads and adds them.
//!
//! A case is given in a compact form: members, records, which sources are silent, which records are under review. Every source not
//! named has spoken, so that silence is always stated. Run by the tests and by whoever calls [`run`].

mod expect;
mod given;

use serde::Serialize;

use super::assess::assess;
use super::pack::Packs;

/// What running case files gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// Cases run.
    pub run: usize,
    /// Cases that did not lead to their facts, and files that could not be read.
    pub failures: Vec<CaseFailure>,
}

impl Report {
    /// Whether every case led to its facts.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// A case that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CaseFailure {
    /// File.
    pub file: String,
    /// Line of the case (or of the fault in the file), from 1.
    pub line: usize,
    /// Name of the case; empty when the file could not be read.
    pub case: String,
    /// What differs: expected and found.
    pub differences: Vec<String>,
}

/// The cases compiled into the program: file name and text.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("config/policy/cases/income.toml", include_str!("../../../config/policy/cases/income.toml")),
    ("config/policy/cases/deductions.toml", include_str!("../../../config/policy/cases/deductions.toml")),
    ("config/policy/cases/property.toml", include_str!("../../../config/policy/cases/property.toml")),
    ("config/policy/cases/screening.toml", include_str!("../../../config/policy/cases/screening.toml")),
    ("config/policy/cases/silence.toml", include_str!("../../../config/policy/cases/silence.toml")),
    ("config/policy/cases/support.toml", include_str!("../../../config/policy/cases/support.toml")),
    ("config/policy/cases/amounts.toml", include_str!("../../../config/policy/cases/amounts.toml")),
    ("config/policy/cases/onward.toml", include_str!("../../../config/policy/cases/onward.toml")),
    ("config/policy/cases/options.toml", include_str!("../../../config/policy/cases/options.toml")),
];

/// Runs every case of every file (name, text) against the packs.
#[must_use]
pub fn run(packs: &Packs, files: &[(&str, &str)]) -> Report {
    let mut report = Report::default();
    for (file, text) in files {
        match given::read(text) {
            Ok(cases) => {
                for case in cases {
                    report.run += 1;
                    let line = line_of(text, case.span().start);
                    let case = case.into_inner();
                    let differences = differences(packs, &case);
                    if !differences.is_empty() {
                        let failure =
                            CaseFailure { file: (*file).to_owned(), line, case: case.name.clone(), differences };
                        report.failures.push(failure);
                    }
                }
            }
            Err((offset, reason)) => report.failures.push(CaseFailure {
                file: (*file).to_owned(),
                line: line_of(text, offset),
                case: String::new(),
                differences: vec![reason],
            }),
        }
    }
    report
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).unwrap_or(text).bytes().filter(|byte| *byte == b'\n').count() + 1
}

fn differences(packs: &Packs, case: &given::Case) -> Vec<String> {
    let evidence = match case.evidence() {
        Ok(evidence) => evidence,
        Err(reason) => return vec![reason],
    };
    let pack = match packs.resolve(&evidence.region, evidence.as_of) {
        Ok(pack) => pack,
        Err(error) => return vec![error.to_string()],
    };
    match pack.with(&case.parameters) {
        Ok(pack) => case.expect.differences(&assess(&evidence, &pack)),
        Err(problems) => problems,
    }
}

pub use given::DEPARTMENTS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_leads_to_its_facts() {
        let report = run(&Packs::embedded(), EMBEDDED);
        assert!(report.passed(), "{:#?}", report.failures);
        assert!(report.run > 250, "only {} cases", report.run);
    }

    /// Cases are about the departments that are asked: what each speaks for is read from its definition.
    #[test]
    fn departments_speak_for_what_their_definitions_say() {
        #[derive(serde::Deserialize)]
        struct Definition {
            key: String,
            speaks_for: Vec<crate::household::InfoClass>,
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/connectors/definitions");
        let mut shipped = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path().join("definition.toml");
            let Ok(text) = std::fs::read_to_string(path) else { continue };
            let definition: Definition = toml::from_str(&text).unwrap();
            shipped.push((definition.key, definition.speaks_for));
        }
        shipped.sort();
        let mut here: Vec<_> = DEPARTMENTS.iter().map(|(key, classes)| ((*key).to_owned(), classes.to_vec())).collect();
        here.sort();
        assert_eq!(here, shipped);
    }

    #[test]
    fn a_wrong_case_names_file_line_and_difference() {
        let text = "[[case]]\nname = \"a\"\nas_of = \"2026-11-01\"\nmembers = [{ ref = \"m1\" }]\nexpect.screening = { dibao = \"not_met\" }\n";
        let report = run(&Packs::embedded(), &[("x.toml", text), ("y.toml", "[[case]]\nnane = \"b\"\n")]);
        assert_eq!((report.run, report.failures.len()), (1, 2));
        assert_eq!((report.failures[0].line, report.failures[0].case.as_str()), (1, "a"));
        assert!(report.failures[0].differences[0].contains("not_met"), "{:?}", report.failures[0]);
        assert!(report.failures[1].differences[0].contains("nane"), "{:?}", report.failures[1]);
    }
}
