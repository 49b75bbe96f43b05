//! The facts a case must lead to, compared with an assessment. What is not stated is not compared.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::policy::assessment::{Assessment, DeclaredLine, FoundBetween};

/// Expected facts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct Expect {
    /// Outcome → `met`, `not_met`, `open`.
    #[serde(default)]
    screening: BTreeMap<String, String>,
    /// Outcome → the fact that decides it; empty = none.
    #[serde(default)]
    decides: BTreeMap<String, String>,
    /// Path below `totals`, e.g. `net_income.at_least`, → value as text; `none` = missing.
    #[serde(default)]
    totals: BTreeMap<String, String>,
    /// Record number, or `declared.<class>` / `paid.<source>`, → `treatment counted`, e.g. `exempt 0.00`.
    #[serde(default)]
    income: BTreeMap<String, String>,
    /// `member.kind` → amount; `none` = no such deduction.
    #[serde(default)]
    deductions: BTreeMap<String, String>,
    /// Record number → `treatment counted`.
    #[serde(default)]
    property: BTreeMap<String, String>,
    /// Outcome → amount a month; `none` = no such line.
    #[serde(default)]
    amounts: BTreeMap<String, String>,
    /// Outcome → last day and months left, `2027-10-31 12`; `none` = no term.
    #[serde(default)]
    terms: BTreeMap<String, String>,
    /// Code → `met m1, m2`, `open`; `none` = no such referral.
    #[serde(default)]
    referrals: BTreeMap<String, String>,
    /// `code member`, all of them, sorted.
    alerts: Option<Vec<String>>,
    /// `yearly 2027-11-01`.
    review: Option<String>,
    /// Whether the outcome asked about is certain before every department has answered.
    decided_early: Option<bool>,
    /// Codes of findings, all of them, sorted.
    findings: Option<Vec<String>>,
    /// Facts that must be among the open ones.
    #[serde(default)]
    open: Vec<String>,
    /// Facts that must not be among the open ones.
    #[serde(default)]
    not_open: Vec<String>,
    /// `member.class` → whether declared and found agree.
    #[serde(default)]
    agrees: BTreeMap<String, bool>,
    /// `member.class` → how declared and found compare, and between what the found lies: `undetermined 0.00..9000.00`.
    #[serde(default)]
    declared: BTreeMap<String, String>,
    /// Keys that must be among the assumed parameters.
    #[serde(default)]
    assumed: Vec<String>,
}

impl Expect {
    /// What differs, in words.
    pub fn differences(&self, found: &Assessment) -> Vec<String> {
        let mut differences = Vec::new();
        let mut all = |of: &str, expected: &BTreeMap<String, String>, look: &dyn Fn(&str) -> String| {
            for (key, expected) in expected {
                let found = look(key);
                if *expected != found {
                    differences.push(format!("{of} {key}: expected {expected}, found {found}"));
                }
            }
        };
        let totals = serde_json::to_value(&found.totals).unwrap_or_default();
        all("screening", &self.screening, &|key| screening(found, key));
        all("decides", &self.decides, &|key| decides(found, key));
        all("totals", &self.totals, &|path| at(&totals, path));
        all("income", &self.income, &|key| income(found, key));
        all("deductions", &self.deductions, &|key| deduction(found, key));
        all("property", &self.property, &|key| property(found, key));
        all("amounts", &self.amounts, &|key| amount(found, key));
        all("terms", &self.terms, &|key| term(found, key));
        all("referrals", &self.referrals, &|key| referral(found, key));
        let one = |key: &str, value: &Option<String>| value.iter().map(|v| (key.to_owned(), v.clone())).collect();
        all("review", &one("class", &self.review), &|_| review(found));
        let early = self.decided_early.map(|early| early.to_string());
        all("decided early", &one("outcome", &early), &|_| found.decided_early.to_string());
        let agrees = self.agrees.iter().map(|(key, agrees)| (key.clone(), agrees.to_string())).collect();
        all("agrees", &agrees, &|key| agreement(found, key));
        all("declared", &self.declared, &|key| compared(found, key));
        self.lists(found, &mut differences);
        differences
    }

    fn lists(&self, found: &Assessment, differences: &mut Vec<String>) {
        if let Some(expected) = &self.findings {
            let mut codes: Vec<String> = found.findings.iter().map(|finding| finding.code.clone()).collect();
            codes.sort();
            if *expected != codes {
                differences.push(format!("findings: expected {expected:?}, found {codes:?}"));
            }
        }
        if let Some(expected) = &self.alerts {
            let mut alerts: Vec<String> =
                found.alerts.iter().map(|alert| format!("{} {}", alert.code, alert.member)).collect();
            alerts.sort();
            if *expected != alerts {
                differences.push(format!("alerts: expected {expected:?}, found {alerts:?}"));
            }
        }
        let facts: Vec<&str> = found.open_facts.iter().map(|fact| fact.fact.as_str()).collect();
        for fact in self.open.iter().filter(|fact| !facts.contains(&fact.as_str())) {
            differences.push(format!("open: {fact} is missing from {facts:?}"));
        }
        for fact in self.not_open.iter().filter(|fact| facts.contains(&fact.as_str())) {
            differences.push(format!("open: {fact} should not be among {facts:?}"));
        }
        for key in self.assumed.iter().filter(|key| !found.assumed.iter().any(|parameter| parameter.key == **key)) {
            differences.push(format!("assumed: {key} is missing"));
        }
    }
}

const NONE: &str = "none";

fn word<T: serde::Serialize>(value: &T) -> String {
    text(&serde_json::to_value(value).unwrap_or_default())
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => NONE.to_owned(),
        other => other.to_string(),
    }
}

fn at(value: &Value, path: &str) -> String {
    path.split('.').try_fold(value, |value, part| value.get(part)).map_or_else(|| "no such path".to_owned(), text)
}

fn screening(found: &Assessment, outcome: &str) -> String {
    found.screening.iter().find(|s| s.outcome == outcome).map_or_else(|| NONE.to_owned(), |s| word(&s.state))
}

fn decides(found: &Assessment, outcome: &str) -> String {
    let screening = found.screening.iter().find(|s| s.outcome == outcome);
    screening.and_then(|s| s.decides.clone()).unwrap_or_default()
}

fn income(found: &Assessment, key: &str) -> String {
    let line = match key.split_once('.') {
        Some(("declared", class)) => found.income.iter().find(|l| l.source.is_none() && l.class.as_str() == class),
        Some(("paid", source)) => found.income.iter().find(|l| {
            l.reduced_by.0 > 0 && l.gross.0 == 0 && l.source.as_ref().is_some_and(|key| key.as_str() == source)
        }),
        _ => found.income.iter().find(|l| l.records.iter().any(|record| record == key)),
    };
    line.map_or_else(
        || NONE.to_owned(),
        |line| {
            let most = line.counted_at_most.map_or_else(String::new, |most| format!("..{most}"));
            format!("{} {}{most}", word(&line.treatment), line.counted)
        },
    )
}

fn deduction(found: &Assessment, key: &str) -> String {
    let line = key.split_once('.').and_then(|(member, kind)| {
        found.deductions.iter().find(|line| line.member.as_str() == member && line.kind == kind)
    });
    line.map_or_else(|| NONE.to_owned(), |line| line.amount.to_string())
}

fn property(found: &Assessment, key: &str) -> String {
    let line = found.property.iter().find(|line| line.record.as_deref() == Some(key));
    line.map_or_else(|| NONE.to_owned(), |line| format!("{} {}", word(&line.treatment), line.counted))
}

fn amount(found: &Assessment, outcome: &str) -> String {
    let line = found.amounts.iter().find(|line| line.outcome == outcome);
    line.map_or_else(
        || NONE.to_owned(),
        |line| {
            let most = line.at_most.map_or_else(String::new, |most| format!("..{most}"));
            format!("{}{most}", line.amount)
        },
    )
}

fn term(found: &Assessment, outcome: &str) -> String {
    let term = found.screening.iter().find(|s| s.outcome == outcome).and_then(|s| s.term);
    term.map_or_else(|| NONE.to_owned(), |term| format!("{} {}", term.until, term.months_left))
}

fn referral(found: &Assessment, code: &str) -> String {
    let Some(line) = found.referrals.iter().find(|line| line.code == code) else { return NONE.to_owned() };
    let members: Vec<&str> = line.members.iter().map(|who| who.as_str()).collect();
    format!("{} {}", word(&line.state), members.join(", ")).trim_end().to_owned()
}

fn review(found: &Assessment) -> String {
    format!("{} {}", word(&found.review.class), found.review.due)
}

fn declared<'a>(found: &'a Assessment, key: &str) -> Option<&'a DeclaredLine> {
    let (member, class) = key.split_once('.')?;
    found.declared.iter().find(|line| line.member.as_str() == member && line.class == class)
}

fn agreement(found: &Assessment, key: &str) -> String {
    declared(found, key).map_or_else(|| NONE.to_owned(), |line| line.agrees().to_string())
}

fn compared(found: &Assessment, key: &str) -> String {
    let Some(line) = declared(found, key) else { return NONE.to_owned() };
    let amount = |ends: FoundBetween| {
        format!(" {}..{}", ends.at_least, ends.at_most.map_or_else(|| NONE.to_owned(), |most| most.to_string()))
    };
    let number = |most: u32| format!(" {}..{most}", line.found_count.unwrap_or(0));
    let ends = line.found_between.map(amount).or_else(|| line.found_count_at_most.map(number));
    format!("{}{}", word(&line.comparison), ends.unwrap_or_default())
}
