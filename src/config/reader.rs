//! Reads a TOML table key by key, collecting every fault with its line instead of stopping at the first.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::household::toml_bounds;

/// A fault in a file a person wrote.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// File as named by the operator.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Column, from 1; 0 when the whole line is meant.
    pub column: usize,
    /// Key, dotted.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub suggestion: Option<String>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, " ({suggestion})")?;
        }
        Ok(())
    }
}

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// In the file, by bytes.
    File(Range<usize>),
    /// In an environment variable.
    Environment(String),
}

impl From<Range<usize>> for Origin {
    fn from(span: Range<usize>) -> Self {
        Self::File(span)
    }
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) origin: Origin,
}

/// A variable `HEDUI__SECTION__KEY`, laid over the file's value.
struct Override {
    variable: String,
    path: String,
    value: String,
    taken: bool,
}

/// One file being read: its name, its text, what is laid over it, what was wrong so far.
pub(super) struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    overrides: Vec<Override>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, overrides: Vec::new(), problems: Vec::new() }
    }

    /// Lays `HEDUI__SECTION__KEY` over the file's values; each keeps its variable's name for faults.
    pub(super) fn lay_over(&mut self, environment: &BTreeMap<String, String>) {
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("HEDUI__") else { continue };
            let path = name.to_ascii_lowercase().replace("__", ".");
            let (variable, value) = (variable.clone(), value.clone());
            self.overrides.push(Override { variable, path, value, taken: false });
        }
    }

    fn overridden(&mut self, path: &str) -> Option<Text> {
        let found = self.overrides.iter_mut().find(|one| one.path == path)?;
        found.taken = true;
        Some(Text { value: found.value.clone(), origin: Origin::Environment(found.variable.clone()) })
    }

    /// Reports every variable that no setting took.
    pub(super) fn finish(&mut self) {
        for left in std::mem::take(&mut self.overrides).into_iter().filter(|one| !one.taken) {
            let advice = "HEDUI__SECTION__KEY, for a single value of hedui.toml: HEDUI__SERVER__LISTEN";
            self.problem(&Origin::Environment(left.variable), "", "names no setting", Some(advice.into()));
        }
    }

    pub(super) fn file(&self) -> &'a str {
        self.file
    }

    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'a>>> {
        if let Err(bound) = toml_bounds::check(self.text) {
            self.problem(&(bound.at()..bound.at()).into(), "", &bound.to_string(), None);
            return None;
        }
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                self.problem(&span.into(), "", &format!("not TOML: {}", error.message().trim()), None);
                None
            }
        }
    }

    pub(super) fn problem(&mut self, origin: &Origin, key: &str, message: &str, suggestion: Option<String>) {
        let (file, line, column, key) = match origin {
            Origin::Environment(variable) => ("environment", 0, 0, variable.as_str()),
            Origin::File(span) => {
                let before = &self.text[..span.start.min(self.text.len())];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().map_or(1, |tail| tail.chars().count() + 1);
                (self.file, line, column, key)
            }
        };
        let (file, key, message) = (file.to_owned(), key.to_owned(), message.to_owned());
        self.problems.push(Problem { file, line, column, key, message, suggestion });
    }
}

/// A table of which every key must be taken before `finish`.
pub(super) struct Section<'a> {
    name: String,
    origin: Origin,
    entries: Vec<(String, Range<usize>, Spanned<DeValue<'a>>)>,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: &str, span: Range<usize>, table: DeTable<'a>) -> Self {
        let entries = table.into_iter().map(|(key, value)| (key.get_ref().to_string(), key.span(), value)).collect();
        Self { name: name.to_owned(), origin: span.into(), entries, known: Vec::new() }
    }

    /// A section that the file leaves out.
    pub(super) fn absent(name: &str) -> Self {
        Self { name: name.to_owned(), origin: (0..0).into(), entries: Vec::new(), known: Vec::new() }
    }

    /// Where the section begins: for what is missing in it.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
        self.known.push(key);
        let at = self.entries.iter().position(|(name, ..)| name == key)?;
        Some(self.entries.remove(at).2)
    }

    pub(super) fn table(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Section<'a> {
        let path = self.path(key);
        let Some(value) = self.take(key) else { return Section::absent(&path) };
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Section::new(&path, span, table),
            _ => {
                reading.problem(&span.into(), &path, "must be a table", None);
                Section::absent(&path)
            }
        }
    }

    pub(super) fn tables(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Vec<Section<'a>> {
        let path = self.path(key);
        let Some(value) = self.take(key) else { return Vec::new() };
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            let advice = format!("begin each with [[{path}]] on a line of its own");
            reading.problem(&span.into(), &path, "must be a list of tables", Some(advice));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let name = format!("{path}[{index}]");
            let span = item.span();
            match item.into_inner() {
                DeValue::Table(table) => sections.push(Section::new(&name, span, table)),
                _ => reading.problem(&span.into(), &name, "must be a table", None),
            }
        }
        sections
    }

    pub(super) fn text(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Option<Text> {
        let path = self.path(key);
        let value = self.take(key);
        if let Some(text) = reading.overridden(&path) {
            return Some(text);
        }
        let value = value?;
        let origin = value.span().into();
        match value.into_inner() {
            DeValue::String(text) => Some(Text { value: text.into_owned(), origin }),
            _ => {
                reading.problem(&origin, &path, "must be a text in quotes", None);
                None
            }
        }
    }

    /// A text that must be there and not empty; an empty one when it is at fault.
    pub(super) fn required_text(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Text {
        let missing = !self.entries.iter().any(|(name, ..)| name == key);
        match self.text(key, reading) {
            Some(text) if text.value.trim().is_empty() => {
                reading.problem(&text.origin, &self.path(key), "is empty", None);
                Text { value: String::new(), ..text }
            }
            Some(text) => text,
            None => {
                if missing {
                    reading.problem(&self.origin, &self.path(key), "is missing", None);
                }
                Text { value: String::new(), origin: self.origin.clone() }
            }
        }
    }

    pub(super) fn flag(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Option<bool> {
        let path = self.path(key);
        let value = self.take(key);
        let (origin, read) = match (reading.overridden(&path), value) {
            (Some(text), _) => (text.origin, text.value.trim().parse().ok()),
            (None, None) => return None,
            (None, Some(value)) => {
                let read = if let DeValue::Boolean(flag) = value.get_ref() { Some(*flag) } else { None };
                (value.span().into(), read)
            }
        };
        if read.is_none() {
            reading.problem(&origin, &path, "must be true or false", None);
        }
        read
    }

    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: Range<u64>,
        default: u64,
        reading: &mut Reading<'_>,
    ) -> u64 {
        let path = self.path(key);
        let value = self.take(key);
        let (origin, read) = match (reading.overridden(&path), value) {
            (Some(text), _) => (text.origin, text.value.trim().parse().ok()),
            (None, None) => return default,
            (None, Some(value)) => {
                let read = match value.get_ref() {
                    DeValue::Integer(integer) => integer.as_str().replace('_', "").parse().ok(),
                    _ => None,
                };
                (value.span().into(), read)
            }
        };
        match read.filter(|n| range.contains(n)) {
            Some(number) => number,
            None => {
                let wanted = format!("must be a whole number from {} to {}", range.start, range.end - 1);
                reading.problem(&origin, &path, &wanted, None);
                default
            }
        }
    }

    /// Whether there is a table under the key, not a single value.
    pub(super) fn holds_table(&self, key: &str) -> bool {
        let table = |(name, _, value): &(String, _, Spanned<DeValue<'_>>)| {
            name == key && matches!(value.get_ref(), DeValue::Table(_))
        };
        self.entries.iter().any(table)
    }

    /// One text, or a list of texts, and where they stand.
    pub(super) fn text_or_texts(&mut self, key: &'static str, reading: &mut Reading<'_>) -> (Vec<Text>, Origin) {
        let alone = |(name, _, value): &(String, _, Spanned<DeValue<'_>>)| {
            name == key && matches!(value.get_ref(), DeValue::String(_))
        };
        if !self.entries.iter().any(alone) {
            return self.texts(key, reading);
        }
        let text = self.text(key, reading);
        let origin = text.as_ref().map_or_else(|| self.origin.clone(), |text| text.origin.clone());
        (text.into_iter().collect(), origin)
    }

    /// A list of texts, and where it stands.
    pub(super) fn texts(&mut self, key: &'static str, reading: &mut Reading<'_>) -> (Vec<Text>, Origin) {
        let path = self.path(key);
        let Some(value) = self.take(key) else { return (Vec::new(), self.origin.clone()) };
        let list: Origin = value.span().into();
        let DeValue::Array(items) = value.into_inner() else {
            reading.problem(&list, &path, "must be a list of texts", None);
            return (Vec::new(), list);
        };
        let mut texts = Vec::new();
        for item in items {
            let origin = item.span().into();
            match item.into_inner() {
                DeValue::String(text) => texts.push(Text { value: text.into_owned(), origin }),
                _ => reading.problem(&origin, &path, "must be a list of texts in quotes", None),
            }
        }
        (texts, list)
    }

    /// Reports every key nobody took.
    pub(super) fn finish(self, reading: &mut Reading<'_>) {
        for (key, span, _) in &self.entries {
            let nearest = self
                .known
                .iter()
                .max_by_key(|known| similarity(known, key))
                .filter(|known| similarity(known, key) > 60);
            let suggestion = nearest.map(|known| format!("did you mean `{known}`?"));
            let known = format!("unknown key; known here: {}", self.known.join(", "));
            reading.problem(&span.clone().into(), &self.path(key), &known, suggestion);
        }
    }
}

/// Per cent of likeness, for suggestions only.
fn similarity(left: &str, right: &str) -> usize {
    let distance = strsim::damerau_levenshtein(left, right);
    100 - (distance * 100 / left.len().max(right.len()).max(1)).min(100)
}
