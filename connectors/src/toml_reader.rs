//! Reading TOML that a person wrote: typed, nothing unknown accepted, every fault kept with its place.
//!
//! serde stops at its first error; this walks the spanned tree itself so that a file's faults are listed all at once.
//! After a fault a harmless value stands in, so reading goes on; whoever reads must ask [`Faults`] before using the result.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, did_you_mean, position};
use crate::toml_bounds;

/// The faults of one file so far.
pub(crate) struct Faults<'t> {
    file: &'t str,
    text: &'t str,
    found: RefCell<Vec<Problem>>,
}

impl<'t> Faults<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, found: RefCell::new(Vec::new()) }
    }

    pub(crate) fn add(&self, span: &Range<usize>, key: &str, message: impl Into<String>, suggestion: Option<String>) {
        let (line, column) = position(self.text, span);
        let problem = Problem {
            file: self.file.to_owned(),
            line,
            column,
            key: key.to_owned(),
            message: message.into(),
            suggestion,
        };
        self.found.borrow_mut().push(problem);
    }

    /// Everything found, in the order of the file.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let mut found = self.found.into_inner();
        found.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
        found.dedup();
        found
    }
}

/// Parses a whole file and hands its top table to `read`.
pub(crate) fn read_file<T>(file: &str, text: &str, read: impl FnOnce(&Section<'_>) -> T) -> Result<T, Vec<Problem>> {
    let faults = Faults::new(file, text);
    if let Err(bound) = toml_bounds::check(text) {
        faults.add(&(bound.at()..bound.at()), "", bound.to_string(), None);
        return Err(faults.into_problems());
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        faults.add(&error.span().unwrap_or(0..0), "", format!("not TOML: {}", error.message()), None);
    }
    if !errors.is_empty() {
        return Err(faults.into_problems());
    }
    let value = {
        let top = Section::new(&faults, String::new(), table.span(), table.get_ref());
        read(&top)
    };
    let problems = faults.into_problems();
    if problems.is_empty() { Ok(value) } else { Err(problems) }
}

/// One table. When it is dropped, keys nobody asked for are faults.
pub(crate) struct Section<'r> {
    pub(crate) faults: &'r Faults<'r>,
    pub(crate) path: String,
    pub(crate) span: Range<usize>,
    table: &'r DeTable<'r>,
    known: RefCell<Vec<&'static str>>,
    open: bool,
}

/// One value and where it stands.
#[derive(Clone)]
pub(crate) struct Entry<'r> {
    pub(crate) faults: &'r Faults<'r>,
    pub(crate) path: String,
    pub(crate) span: Range<usize>,
    pub(crate) value: &'r DeValue<'r>,
}

impl<'r> Section<'r> {
    fn new(faults: &'r Faults<'r>, path: String, span: Range<usize>, table: &'r DeTable<'r>) -> Self {
        Self { faults, path, span, table, known: RefCell::default(), open: false }
    }

    fn child(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Notes a fault of this table as a whole.
    pub(crate) fn fault(&self, message: impl Into<String>, suggestion: Option<String>) {
        self.faults.add(&self.span, &self.path, message, suggestion);
    }

    /// Notes that a key should be there.
    pub(crate) fn missing(&self, key: &str, what: &str) {
        self.faults.add(&self.span, &self.child(key), format!("is missing: {what}"), None);
    }

    pub(crate) fn get(&self, key: &'static str) -> Option<Entry<'r>> {
        self.known.borrow_mut().push(key);
        self.table.get_key_value(key).map(|(_, value)| self.entry(key, value))
    }

    fn entry(&self, key: &str, value: &'r Spanned<DeValue<'r>>) -> Entry<'r> {
        Entry { faults: self.faults, path: self.child(key), span: value.span(), value: value.get_ref() }
    }

    /// All entries of a table whose keys are the writer's own.
    pub(crate) fn entries(mut self) -> Vec<(String, Entry<'r>)> {
        self.open = true;
        self.table.iter().map(|(key, value)| (key.get_ref().to_string(), self.entry(key.get_ref(), value))).collect()
    }

    pub(crate) fn text(&self, key: &'static str, what: &str) -> String {
        self.text_opt(key).unwrap_or_else(|| {
            if self.table.get(key).is_none() {
                self.missing(key, what);
            }
            String::new()
        })
    }

    pub(crate) fn text_opt(&self, key: &'static str) -> Option<String> {
        self.get(key).and_then(|entry| entry.text())
    }

    pub(crate) fn texts(&self, key: &'static str) -> Vec<String> {
        self.get(key).map_or_else(Vec::new, |entry| entry.texts())
    }

    pub(crate) fn flag(&self, key: &'static str, default: bool) -> bool {
        match self.get(key) {
            None => default,
            Some(Entry { value: DeValue::Boolean(flag), .. }) => *flag,
            Some(entry) => {
                entry.fault("must be true or false", None);
                default
            }
        }
    }

    pub(crate) fn integer(&self, key: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let entry = self.get(key)?;
        let number = match entry.value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none_or(|n| !range.contains(&n)) {
            entry.fault(format!("must be a whole number from {} to {}", range.start(), range.end()), None);
            return Some(*range.start());
        }
        number
    }

    /// One of the given words.
    pub(crate) fn choice<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let entry = self.get(key)?;
        let word = entry.text()?;
        let chosen = words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
        if chosen.is_none() {
            entry
                .fault(format!("must be one of {}", listed(words)), did_you_mean(&word, words.iter().map(|(w, _)| *w)));
        }
        chosen
    }

    /// Like [`Section::choice`], and missing is a fault.
    pub(crate) fn required_choice<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> T {
        if self.table.get(key).is_none() {
            self.missing(key, &format!("one of {}", listed(words)));
        }
        self.choice(key, words).unwrap_or(words[0].1)
    }

    pub(crate) fn section(&self, key: &'static str) -> Option<Section<'r>> {
        self.get(key).and_then(|entry| entry.section())
    }

    /// An array of tables; missing is empty.
    pub(crate) fn sections(&self, key: &'static str) -> Vec<Section<'r>> {
        self.get(key)
            .map_or_else(Vec::new, |entry| entry.items().into_iter().filter_map(|item| item.section()).collect())
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        if self.open {
            return;
        }
        let known = self.known.borrow();
        for (key, _) in self.table.iter() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let suggestion = did_you_mean(name, known.iter().copied())
                    .or_else(|| Some(format!("known here: {}", known.join(", "))));
                self.faults.add(&key.span(), &self.child(name), "is not a known key", suggestion);
            }
        }
    }
}

impl<'r> Entry<'r> {
    pub(crate) fn fault(&self, message: impl Into<String>, suggestion: Option<String>) {
        self.faults.add(&self.span, &self.path, message, suggestion);
    }

    pub(crate) fn text(&self) -> Option<String> {
        match self.value {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.fault("must be text in quotes", None);
                None
            }
        }
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.items().into_iter().filter_map(|item| item.text()).collect()
    }

    /// The members of an array.
    pub(crate) fn items(&self) -> Vec<Entry<'r>> {
        let DeValue::Array(items) = self.value else {
            self.fault("must be a list in [ ]", None);
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| Entry {
                faults: self.faults,
                path: format!("{}[{index}]", self.path),
                span: item.span(),
                value: item.get_ref(),
            })
            .collect()
    }

    pub(crate) fn section(&self) -> Option<Section<'r>> {
        match self.value {
            DeValue::Table(table) => Some(Section::new(self.faults, self.path.clone(), self.span.clone(), table)),
            _ => {
                self.fault("must be a table", None);
                None
            }
        }
    }

    /// The value as JSON; dates and fractions are refused, for they would lose something.
    pub(crate) fn json(&self) -> serde_json::Value {
        use serde_json::Value;
        match self.value {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::from(number),
                Err(_) => {
                    self.fault("must be a whole number of 64 bits", None);
                    Value::Null
                }
            },
            DeValue::Array(_) => Value::Array(self.items().iter().map(Entry::json).collect()),
            DeValue::Table(_) => {
                let entries = self.section().map(Section::entries).unwrap_or_default();
                Value::Object(entries.iter().map(|(key, entry)| (key.clone(), entry.json())).collect())
            }
            DeValue::Float(_) | DeValue::Datetime(_) => {
                self.fault(
                    "must be text, a whole number, true, false, a list or a table",
                    Some("put it in quotes".into()),
                );
                Value::Null
            }
        }
    }
}

fn listed<T>(words: &[(&str, T)]) -> String {
    words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_listed_with_its_place() {
        let text = "titel = 'x'\nsize = 'many'\nwords = ['a', 1]\n";
        let problems = read_file("d.toml", text, |top| {
            (top.text("title", "a title"), top.integer("size", 1..=9), top.texts("words"))
        })
        .unwrap_err();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "d.toml:1:1: title: is missing: a title",
                "d.toml:1:1: titel: is not a known key; did you mean `title`?",
                "d.toml:2:8: size: must be a whole number from 1 to 9",
                "d.toml:3:15: words[1]: must be text in quotes",
            ]
        );
    }

    #[test]
    fn broken_toml_is_one_problem_with_its_line() {
        let problems = read_file("d.toml", "a = 1\nb = = 2\n", |_| ()).unwrap_err();
        assert_eq!(problems[0].line, 2);
    }
}
