//! What is wrong with a pack file: where, what, and what to do.

use std::fmt;

/// One fault in a pack file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// File name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Key concerned, where there is one.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub suggestion: String,
    /// Both in Chinese; empty where only whoever writes files comes upon it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub zh: String,
    /// Whether a value is not of its key's kind: no number, or no such word.
    #[serde(skip)]
    pub wrong_kind: bool,
}

impl Problem {
    /// The same, said in Chinese too.
    #[must_use]
    pub(super) fn in_chinese(self, zh: impl Into<String>) -> Self {
        Self { zh: zh.into(), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}; {}", self.message, self.suggestion)
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub file: String,
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// The place of a byte offset.
    pub fn at(file: &str, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// A problem here.
    pub fn problem(&self, key: &str, message: impl Into<String>, suggestion: impl Into<String>) -> Problem {
        Problem {
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            key: key.to_owned(),
            message: message.into(),
            suggestion: suggestion.into(),
            zh: String::new(),
            wrong_kind: false,
        }
    }
}
