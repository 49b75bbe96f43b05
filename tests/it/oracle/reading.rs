//! A report as anybody outside reads it: JSON and nothing else.

use serde_json::Value;

/// A total with its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub at_least: i64,
    pub at_most: Option<i64>,
    pub so_far: i64,
}

/// A line of income, property or deduction.
#[derive(Clone, Debug)]
pub struct Line {
    pub section: &'static str,
    pub member: String,
    pub source: Option<String>,
    pub records: Vec<String>,
    pub treatment: String,
    pub kind: String,
}

/// A report.
pub struct Reading {
    pub body: Value,
    pub lines: Vec<Line>,
    /// Member, source and number of records held for review.
    pub held: Vec<(String, String, String)>,
}

/// `"123.45"` in fen.
pub fn fen(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (yuan, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let places = format!("{places:0<2}");
    sign * (yuan.parse::<i64>().expect("yuan") * 100 + places.parse::<i64>().expect("two places"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Reading {
    pub fn of(report: &Value) -> Self {
        let body = report["body"].clone();
        let mut lines = Vec::new();
        for section in ["income", "property", "deductions"] {
            lines.extend(list(&body[section]).map(|value| line(section, value)));
        }
        let held = list(&body["held_for_review"]);
        let held = held.map(|held| (text(&held["member"]), text(&held["source"]), text(&held["record"]))).collect();
        Self { lines, held, body }
    }

    pub fn is_final(&self) -> bool {
        self.body["final"] == Value::Bool(true)
    }

    pub fn total(&self, name: &str) -> Range {
        range(&self.body["totals"][name])
    }

    /// Total of a class of income.
    pub fn class(&self, name: &str) -> i64 {
        let class = list(&self.body["totals"]["income_by_class"]).find(|class| class["class"] == name);
        class.map_or(0, |class| range(&class["total"]).so_far)
    }

    /// Members, dwellings, cars, companies.
    pub fn members(&self) -> i64 {
        self.body["totals"]["members"].as_i64().expect("a number")
    }

    pub fn count(&self, name: &str) -> (i64, Option<i64>) {
        let count = &self.body["totals"][name];
        (count["at_least"].as_i64().expect("a number"), count["at_most"].as_i64())
    }

    pub fn screening(&self, outcome: &str) -> String {
        let found = list(&self.body["screening"]).find(|entry| entry["outcome"] == outcome);
        found.map_or_else(String::new, |entry| text(&entry["state"]))
    }

    pub fn set_aside(&self) -> u64 {
        list(&self.body["set_aside"]).filter_map(|entry| entry["count"].as_u64()).sum()
    }

    /// Records of a department that are somebody else's.
    pub fn set_aside_of(&self, source: &str) -> u64 {
        let entries = list(&self.body["set_aside"]).filter(|entry| entry["source"] == source);
        entries.filter_map(|entry| entry["count"].as_u64()).sum()
    }

    /// Whether a record is held for a person to look at, with whichever member.
    pub fn holds(&self, source: &str, record: &str) -> bool {
        self.held.iter().any(|(_, from, number)| from == source && number == record)
    }

    /// What would be paid a month, between two ends; equal ones where the report states a single amount.
    pub fn amount(&self, outcome: &str) -> Option<(i64, i64)> {
        let amount = &list(&self.body["amounts"]).find(|entry| entry["outcome"] == outcome)?["amount"];
        let end = |name: &str| amount[name].as_str().map(fen);
        match amount.as_str() {
            Some(single) => Some((fen(single), fen(single))),
            None => Some((end("at_least")?, end("at_most")?)),
        }
    }

    /// Outcomes with their states, in the report's order.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &str)> {
        list(&self.body["screening"]).filter_map(|entry| Some((entry["outcome"].as_str()?, entry["state"].as_str()?)))
    }

    /// Answers of departments that do not speak for totals.
    pub fn gaps(&self) -> usize {
        let cells = list(&self.body["sources"]).flat_map(|source| list(&source["cells"]));
        cells.filter(|cell| cell["answer"] != "found" && cell["answer"] != "no_record").count()
    }

    /// Whether a line of somebody rests on a record.
    pub fn cites(&self, member: &str, source: &str, record: &str) -> bool {
        self.lines.iter().any(|line| {
            line.member == member
                && line.source.as_deref() == Some(source)
                && line.treatment != "held_for_review"
                && line.records.iter().any(|number| number == record)
        })
    }
}

fn range(value: &Value) -> Range {
    Range {
        at_least: fen(value["at_least"].as_str().expect("an amount")),
        at_most: value["at_most"].as_str().map(fen),
        so_far: fen(value["so_far"].as_str().expect("an amount")),
    }
}

fn line(section: &'static str, value: &Value) -> Line {
    let mut records: Vec<String> = list(&value["records"]).map(text).collect();
    records.extend(value["record"].as_str().map(str::to_owned));
    Line {
        section,
        member: text(&value["member"]),
        source: value["source"].as_str().map(str::to_owned),
        records,
        treatment: text(&value["treatment"]),
        kind: if section == "deductions" { text(&value["kind"]) } else { text(&value["class"]) },
    }
}
