//! The form of an answer: which fields its rows have, by what the rows become. Names alone.

use std::collections::BTreeSet;

use serde_json::Value;

use super::answer::{AnswerSpec, RowList};
use super::field::{Field, Origin};
use super::path::{Path, Place};
use super::record::RecordRule;
use crate::health::Form;

/// Rows of a list that are looked at; the others are like them.
const ROWS: usize = 50;
/// People of an answer whose rows are looked at.
const PEOPLE: usize = 50;

impl AnswerSpec {
    /// The fields of an answer: around its rows, and of its rows by kind.
    pub(crate) fn form<'v>(&self, tree: &'v Value) -> Form<'v> {
        let mut form = Form::new();
        let root = Place { root: tree, node: tree, location: "$" };
        add(&mut form, "$".to_owned(), false, tree);
        match &self.items {
            None => self.rows.iter().for_each(|list| self.add_rows(&mut form, list, root)),
            Some(items) => {
                // a file of rows has an item for each row
                let of_rows = |list: &RowList| list.at.text() == "@";
                let apart = !self.rows.iter().any(of_rows);
                for node in items.at.each(root).take(PEOPLE) {
                    if apart {
                        add(&mut form, items.at.text().to_owned(), false, node);
                    }
                    let item = Place { node, ..root };
                    self.rows.iter().for_each(|list| self.add_rows(&mut form, list, item));
                }
            }
        }
        form
    }

    fn add_rows<'v>(&self, form: &mut Form<'v>, list: &RowList, item: Place<'v>) {
        for node in list.at.each(item).take(ROWS) {
            let row = Place { node, ..item };
            let says_other = [&self.none_when, &self.gap_when];
            if says_other.into_iter().flatten().any(|when| when.holds(row).unwrap_or(false)) {
                continue;
            }
            if let Some(rule) = list.rules.iter().find(|rule| rule.applies(row).unwrap_or(false)) {
                add(form, format!("{} ({})", list.at.text(), rule.kind), true, node);
            }
        }
    }

    /// Names of the fields that the definition reads in rows.
    pub(crate) fn reads(&self) -> BTreeSet<String> {
        let rules = self.rows.iter().flat_map(|list| &list.rules);
        rules.flat_map(paths).flat_map(|path| names(path.text())).collect()
    }
}

fn add<'v>(form: &mut Form<'v>, place: String, rows: bool, node: &'v Value) {
    let Value::Object(fields) = node else { return };
    let (_, names) = form.entry(place).or_insert_with(|| (rows, BTreeSet::new()));
    names.extend(fields.keys().map(String::as_str));
}

fn paths(rule: &RecordRule) -> Vec<&Path> {
    let of_fields = rule.fields.iter().map(|(_, field)| field);
    let fields = of_fields.chain(rule.subject.iter().map(|(_, field)| field)).chain(&rule.as_of);
    let mut paths: Vec<&Path> = fields.flat_map(of_field).collect();
    paths.push(&rule.number);
    paths.extend(rule.when.iter().map(|when| &when.path));
    paths
}

fn of_field(field: &Field) -> Vec<&Path> {
    let Origin::Paths(paths) = &field.from else { return field.unless.iter().collect() };
    paths.iter().chain(&field.unless).collect()
}

/// The names in a path's text.
fn names(path: &str) -> Vec<String> {
    let parts = path.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
