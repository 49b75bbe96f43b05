//! Reads a TOML table key by key, collecting every fault with its line instead of stopping at the first.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

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

/// One file being read: its name, its text, what was wrong so far.
pub(super) struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: Vec::new() }
    }

    pub(super) fn file(&self) -> &'a str {
        self.file
    }

    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'a>>> {
        match DeTable::parse(self.text) {
            Ok(table) => Some(table),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                self.problem(&span, "", &format!("not TOML: {}", error.message().trim()), None);
                None
            }
        }
    }

    pub(super) fn problem(&mut self, span: &Range<usize>, key: &str, message: &str, suggestion: Option<String>) {
        let before = &self.text[..span.start.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(1, |tail| tail.chars().count() + 1);
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line,
            column,
            key: key.to_owned(),
            message: message.to_owned(),
            suggestion,
        });
    }
}

/// A table of which every key must be taken before `finish`.
pub(super) struct Section<'a> {
    name: String,
    span: Range<usize>,
    entries: Vec<(String, Range<usize>, Spanned<DeValue<'a>>)>,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: &str, span: Range<usize>, table: DeTable<'a>) -> Self {
        let entries = table.into_iter().map(|(key, value)| (key.get_ref().to_string(), key.span(), value)).collect();
        Self { name: name.to_owned(), span, entries, known: Vec::new() }
    }

    /// A section that the file leaves out.
    pub(super) fn absent(name: &str) -> Self {
        Self { name: name.to_owned(), span: 0..0, entries: Vec::new(), known: Vec::new() }
    }

    pub(super) fn span(&self) -> &Range<usize> {
        &self.span
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    pub(super) fn take(&mut self, key: &'static str) -> Option<Spanned<DeValue<'a>>> {
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
                reading.problem(&span, &path, "must be a table", None);
                Section::absent(&path)
            }
        }
    }

    pub(super) fn tables(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Vec<Section<'a>> {
        let path = self.path(key);
        let Some(value) = self.take(key) else { return Vec::new() };
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            reading.problem(&span, &path, "must be a list of tables", None);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            let name = format!("{path}[{index}]");
            let span = item.span();
            match item.into_inner() {
                DeValue::Table(table) => sections.push(Section::new(&name, span, table)),
                _ => reading.problem(&span, &name, "must be a table", None),
            }
        }
        sections
    }

    pub(super) fn text(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Option<String> {
        let path = self.path(key);
        let value = self.take(key)?;
        let span = value.span();
        match value.into_inner() {
            DeValue::String(text) => Some(text.into_owned()),
            _ => {
                reading.problem(&span, &path, "must be a text in quotes", None);
                None
            }
        }
    }

    pub(super) fn required_text(&mut self, key: &'static str, reading: &mut Reading<'_>) -> String {
        let span = self.span.clone();
        let missing = !self.entries.iter().any(|(name, ..)| name == key);
        let text = self.text(key, reading);
        if missing {
            reading.problem(&span, &self.path(key), "is missing", None);
        }
        text.unwrap_or_default()
    }

    pub(super) fn number(
        &mut self,
        key: &'static str,
        range: Range<u64>,
        default: u64,
        reading: &mut Reading<'_>,
    ) -> u64 {
        let path = self.path(key);
        let Some(value) = self.take(key) else { return default };
        let read = match value.get_ref() {
            DeValue::Integer(integer) => integer.as_str().replace('_', "").parse().ok(),
            _ => None,
        };
        match read.filter(|n| range.contains(n)) {
            Some(number) => number,
            None => {
                let wanted = format!("must be a whole number from {} to {}", range.start, range.end - 1);
                reading.problem(&value.span(), &path, &wanted, None);
                default
            }
        }
    }

    pub(super) fn texts(&mut self, key: &'static str, reading: &mut Reading<'_>) -> Vec<(String, Range<usize>)> {
        let path = self.path(key);
        let Some(value) = self.take(key) else { return Vec::new() };
        let span = value.span();
        let DeValue::Array(items) = value.into_inner() else {
            reading.problem(&span, &path, "must be a list of texts", None);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            let span = item.span();
            match item.into_inner() {
                DeValue::String(text) => texts.push((text.into_owned(), span)),
                _ => reading.problem(&span, &path, "must be a list of texts in quotes", None),
            }
        }
        texts
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
            reading.problem(span, &self.path(key), &known, suggestion);
        }
    }
}

/// Per cent of likeness, for suggestions only.
fn similarity(left: &str, right: &str) -> usize {
    let distance = strsim::damerau_levenshtein(left, right);
    100 - (distance * 100 / left.len().max(right.len()).max(1)).min(100)
}
