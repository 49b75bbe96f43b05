//! The fields of a table: taken one by one, so that what is left over is known to be unknown.

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Node, Reader};

/// The fields of a table, each taken once; what is left over is unknown.
pub(super) struct Fields<'t, 'i> {
    left: Vec<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Node<'i>)>,
}

impl<'t, 'i> Fields<'t, 'i> {
    pub fn new(table: &'t DeTable<'i>) -> Self {
        Self { left: table.iter().collect() }
    }

    pub fn take(&mut self, name: &str) -> Option<&'t Node<'i>> {
        let position = self.left.iter().position(|(key, _)| key.get_ref() == name)?;
        Some(self.left.remove(position).1)
    }

    pub fn optional_text(&mut self, reader: &mut Reader<'_>, key: &str, name: &str) -> Option<String> {
        let node = self.take(name)?;
        match node.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => {
                reader.report(
                    node.span().start,
                    key,
                    format!("{name} is not a text, or empty"),
                    "write it in quotes, or leave it out",
                );
                None
            }
        }
    }

    pub fn text(&mut self, reader: &mut Reader<'_>, key: &str, name: &str, start: usize) -> Option<String> {
        if !self.left.iter().any(|(key, _)| key.get_ref() == name) {
            reader.report(start, key, format!("{name} is missing"), format!("add {name} = \"…\""));
            return None;
        }
        self.optional_text(reader, key, name)
    }

    pub fn optional_date(&mut self, reader: &mut Reader<'_>, key: &str, name: &str) -> Option<Date> {
        let node = self.take(name)?;
        reader.date(key, name, node)
    }

    pub fn unknown(self, reader: &mut Reader<'_>, key: &str, known: &str) {
        for (name, _) in self.left {
            reader.report(
                name.span().start,
                key,
                format!("unknown field {}", name.get_ref()),
                format!("known are {known}"),
            );
        }
    }
}
