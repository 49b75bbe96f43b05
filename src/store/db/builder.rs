//! Statements whose text depends on what is asked: lists of values, rows of an insert. Text comes from the program alone; whatever
//! comes from elsewhere is bound.

use super::Value;
use super::statement::Statement;

/// A statement in the making.
pub(in crate::store) struct Builder<'q> {
    text: String,
    values: Vec<Value<'q>>,
}

impl<'q> Builder<'q> {
    /// One that begins with `text`.
    pub(in crate::store) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds text, which must hold no `?`.
    pub(in crate::store) fn push(&mut self, text: &str) -> &mut Self {
        debug_assert!(!text.contains('?'), "a place without a value");
        self.text.push_str(text);
        self
    }

    /// Adds a value.
    pub(in crate::store) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    /// Adds parts with `separator` between them.
    pub(in crate::store) fn separated<'b>(&'b mut self, separator: &'static str) -> Separated<'b, 'q> {
        Separated { builder: self, separator, begun: false }
    }

    /// Adds `VALUES (…), (…)`, at least one row; `row` adds the values of one.
    pub(in crate::store) fn push_values<I: IntoIterator>(
        &mut self,
        rows: I,
        mut row: impl FnMut(Separated<'_, 'q>, I::Item),
    ) -> &mut Self {
        let mut before = "VALUES (";
        for item in rows {
            self.text.push_str(before);
            row(self.separated(", "), item);
            self.text.push(')');
            before = ", (";
        }
        self
    }

    /// The statement; what is added later begins another.
    pub(in crate::store) fn build(&mut self) -> Statement<'q> {
        Statement::built(std::mem::take(&mut self.text), std::mem::take(&mut self.values))
    }
}

/// Parts with something between them.
pub(in crate::store) struct Separated<'b, 'q> {
    builder: &'b mut Builder<'q>,
    separator: &'static str,
    begun: bool,
}

impl<'q> Separated<'_, 'q> {
    /// Adds text as a part of its own.
    pub(in crate::store) fn push(&mut self, text: &str) -> &mut Self {
        self.next();
        self.push_unseparated(text)
    }

    /// Adds a value as a part of its own.
    pub(in crate::store) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.next();
        self.push_bind_unseparated(value)
    }

    /// Adds text to the part before.
    pub(in crate::store) fn push_unseparated(&mut self, text: &str) -> &mut Self {
        self.builder.push(text);
        self
    }

    /// Adds a value to the part before.
    pub(in crate::store) fn push_bind_unseparated(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.builder.push_bind(value);
        self
    }

    fn next(&mut self) {
        if std::mem::replace(&mut self.begun, true) {
            self.builder.text.push_str(self.separator);
        }
    }
}
