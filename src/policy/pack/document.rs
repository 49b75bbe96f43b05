//! Reads one pack file: a `[pack]` header, and dated entries as arrays of tables under their key.
//!
//! The document is walked by hand rather than deserialised, so that every fault is reported, not the first.

mod bounds;
mod fields;
mod values;

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use utoipa::ToSchema;

use fields::Fields;

use super::catalogue::{self, KeySpec};
use super::problem::{Place, Problem};
use super::value::Value;
use crate::household::{Region, toml_bounds};
use crate::policy::assessment::Basis;

/// The text a parameter rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Document.
    pub document: String,
    /// Article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.document, self.article.as_deref().unwrap_or_default())
    }
}

/// A pack file, read.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub region: String,
    pub name_zh: String,
    pub name_en: String,
    pub covers_from: Option<Date>,
    pub entries: Vec<Entry>,
    pub stem: String,
    pub place: Place,
}

/// A dated entry, read.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub spec: &'static KeySpec,
    pub from: Date,
    pub to: Option<Date>,
    pub value: Value,
    pub basis: Basis,
    pub law: Option<Law>,
    pub note: Option<String>,
    pub place: Place,
}

/// Reads a file; faults go to `problems`. None when there is no usable header.
pub(super) fn read(file: &str, text: &str, problems: &mut Vec<Problem>) -> Option<Document> {
    let mut reader = Reader { file, text, problems };
    if let Err(bound) = toml_bounds::check(text) {
        reader.report(bound.at(), "", bound.to_string(), "a pack's values lie three tables deep");
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let offset = error.span().map_or(0, |span| span.start);
        reader.report_also(
            offset,
            "",
            (format!("not TOML: {}", error.message()), "correct the syntax; dates are quoted, \"2026-01-01\""),
            format!("不符合 TOML 语法（{}），日期须加引号", error.message()),
        );
    }
    let root = root.into_inner();
    let mut entries = Vec::new();
    for (name, value) in &root {
        if name.get_ref() != "pack" {
            reader.walk(name.get_ref(), name.span().start, value, &mut entries);
        }
    }
    let Some(header) = root.iter().find(|(name, _)| name.get_ref() == "pack").map(|(_, value)| value) else {
        reader.report_also(
            0,
            "pack",
            ("the file has no [pack] table", "begin it with [pack] and region, name_zh, name_en"),
            "缺少 [pack] 一节，请以 [pack] 和 region 开头",
        );
        return None;
    };
    reader.header(header, entries)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

type Node<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    fn place(&self, offset: usize) -> Place {
        Place::at(self.file, self.text, offset)
    }

    fn report(&mut self, offset: usize, key: &str, message: impl Into<String>, suggestion: impl Into<String>) {
        let problem = self.place(offset).problem(key, message, suggestion);
        self.problems.push(problem);
    }

    /// The same of what whoever tries other rules comes upon as well, who may read Chinese alone.
    fn report_also(
        &mut self,
        offset: usize,
        key: &str,
        (message, suggestion): (impl Into<String>, impl Into<String>),
        zh: impl Into<String>,
    ) {
        let problem = self.place(offset).problem(key, message, suggestion).in_chinese(zh);
        self.problems.push(problem);
    }

    fn header(&mut self, node: &Node<'_>, entries: Vec<Entry>) -> Option<Document> {
        let DeValue::Table(table) = node.get_ref() else {
            self.report(node.span().start, "pack", "is not a table", "write [pack] on a line of its own");
            return None;
        };
        let start = node.span().start;
        let mut fields = Fields::new(table);
        let region = fields.text(self, "pack", "region", start);
        let name_zh = fields.text(self, "pack", "name_zh", start);
        let name_en = fields.text(self, "pack", "name_en", start);
        let covers_from = fields.optional_date(self, "pack", "covers_from");
        fields.unknown(self, "pack", "region, name_zh, name_en, covers_from");
        let region = region?;
        if !Region::is_code(&region) {
            self.report_also(
                start,
                "pack.region",
                ("is not a region code of six digits", "write the GB/T 2260 code, e.g. \"620422\""),
                "不是六位区划代码，应如 \"620422\"",
            );
            return None;
        }
        let stem = self.file.rsplit('/').next().unwrap_or(self.file).trim_end_matches(".toml").to_owned();
        let (name_zh, name_en, place) = (name_zh?, name_en?, self.place(start));
        Some(Document { region, name_zh, name_en, covers_from, entries, stem, place })
    }

    fn walk(&mut self, path: &str, offset: usize, node: &Node<'_>, entries: &mut Vec<Entry>) {
        match node.get_ref() {
            DeValue::Table(table) => {
                for (name, value) in table {
                    self.walk(&format!("{path}.{}", name.get_ref()), name.span().start, value, entries);
                }
            }
            DeValue::Array(array) => self.entries(path, offset, array, entries),
            _ => self.unknown_key(path, offset),
        }
    }

    fn unknown_key(&mut self, path: &str, offset: usize) {
        if catalogue::spec(path).is_some() {
            let how = format!("write [[{path}]] with from, value, unit, basis and law");
            let zh = format!("应写成 [[{path}]]，其下写 from、value、unit、basis 和 law");
            self.report_also(offset, path, ("is not a list of dated entries", how), zh);
            return;
        }
        let (suggestion, zh) = match catalogue::nearest(path) {
            None => ("`policy explain` lists every key".to_owned(), "没有这一项参数".to_owned()),
            Some(near) => (format!("did you mean {near}?"), format!("没有这一项参数，是否为 {near}？")),
        };
        self.report_also(offset, path, ("unknown key", suggestion), zh);
    }

    fn entries(&mut self, path: &str, offset: usize, array: &DeArray<'_>, entries: &mut Vec<Entry>) {
        let Some(spec) = catalogue::spec(path) else { return self.unknown_key(path, offset) };
        for item in array {
            let start = item.span().start;
            match item.get_ref() {
                DeValue::Table(table) => entries.extend(self.entry(spec, start, table)),
                _ => self.unknown_key(path, start),
            }
        }
    }

    fn entry(&mut self, spec: &'static KeySpec, start: usize, table: &DeTable<'_>) -> Option<Entry> {
        let key = spec.key;
        let before = self.problems.len();
        let mut fields = Fields::new(table);
        let from = fields.take("from").and_then(|node| self.date(key, "from", node));
        if from.is_none() && !table.keys().any(|name| name.get_ref() == "from") {
            let how = "state the first day it is in force, from = \"2026-01-01\"";
            self.report_also(start, key, ("from is missing", how), "缺少起始日 from = \"2026-01-01\"");
        }
        let to = fields.optional_date(self, key, "to");
        let value = match fields.take("value") {
            Some(node) => self.value(spec, node),
            None => {
                let how = format!("write {}", spec.kind.expected());
                self.report_also(
                    start,
                    key,
                    ("value is missing", how),
                    format!("缺少取值：{}", spec.kind.expected_zh()),
                );
                None
            }
        };
        self.unit(spec, start, &mut fields);
        let basis = self.basis(key, start, &mut fields);
        let law = self.law(key, &mut fields);
        let note = fields.optional_text(self, key, "note");
        fields.unknown(self, key, "from, to, value, unit, basis, law, note");
        self.citation(key, start, basis, law.as_ref(), note.as_deref());
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let how = "to is the last day it is in force, inclusive";
            self.report_also(start, key, ("ends before it begins", how), "截止日 to 早于起始日 from");
        }
        if self.problems.len() > before {
            return None;
        }
        Some(Entry { spec, from: from?, to, value: value?, basis: basis?, law, note, place: self.place(start) })
    }

    fn unit(&mut self, spec: &KeySpec, start: usize, fields: &mut Fields<'_, '_>) {
        let expected = format!("write unit = \"{}\"", spec.unit);
        let zh = format!("计量单位应为 unit = \"{}\"", spec.unit);
        match fields.take("unit") {
            None => self.report_also(start, spec.key, ("unit is missing", expected), zh),
            Some(node) => {
                if !matches!(node.get_ref(), DeValue::String(unit) if unit == spec.unit) {
                    self.report_also(node.span().start, spec.key, ("wrong unit", expected), zh);
                }
            }
        }
    }

    fn basis(&mut self, key: &str, start: usize, fields: &mut Fields<'_, '_>) -> Option<Basis> {
        const HOW: &str = "write basis = \"published\" or basis = \"assumed\"";
        const ZH: &str = "依据应写 basis = \"published\" 或 basis = \"assumed\"";
        let Some(node) = fields.take("basis") else {
            self.report_also(start, key, ("basis is missing", HOW), ZH);
            return None;
        };
        match node.get_ref() {
            DeValue::String(word) if word == "published" => Some(Basis::Published),
            DeValue::String(word) if word == "assumed" => Some(Basis::Assumed),
            _ => {
                self.report_also(node.span().start, key, ("unknown basis", HOW), ZH);
                None
            }
        }
    }

    fn law(&mut self, key: &str, fields: &mut Fields<'_, '_>) -> Option<Law> {
        let node = fields.take("law")?;
        let start = node.span().start;
        let DeValue::Table(table) = node.get_ref() else {
            self.report(start, key, "law is not a table", "write law = { document = \"…\", article = \"…\" }");
            return None;
        };
        let mut parts = Fields::new(table);
        let document = parts.text(self, key, "document", start);
        let article = parts.optional_text(self, key, "article");
        parts.unknown(self, key, "document, article");
        Some(Law { document: document?, article })
    }

    fn citation(&mut self, key: &str, start: usize, basis: Option<Basis>, law: Option<&Law>, note: Option<&str>) {
        match basis {
            Some(Basis::Published) if law.is_none() => self.report_also(
                start,
                key,
                ("published, but no document is cited", "add law = { document = \"…\" }, or write basis = \"assumed\""),
                "标为有公布文本，却未写文件：补 law = { document = \"…\" }，或改写 basis = \"assumed\"",
            ),
            Some(Basis::Assumed) if law.is_none() && note.is_none() => self.report_also(
                start,
                key,
                (
                    "citation missing: neither a law nor a note says what it rests on",
                    "add note = \"…\" saying why this value was taken",
                ),
                "未写依据：补 note = \"…\" 说明取值理由",
            ),
            _ => {}
        }
    }

    fn date(&mut self, key: &str, field: &str, node: &Node<'_>) -> Option<Date> {
        let date = if let DeValue::String(text) = node.get_ref() { text.parse().ok() } else { None };
        if date.is_none() {
            self.report_also(
                node.span().start,
                key,
                (format!("{field} is not a date"), "write a quoted date, \"2026-01-01\""),
                format!("{field} 不是日期，应加引号写作 \"2026-01-01\""),
            );
        }
        date
    }
}
