//! Small rosters for the tests of this room: rows of codes, each field worth +9.8 bits when it agrees and −3.3 when it differs, of which
//! 13.1 make a match.

use std::io::Cursor;

use super::clusters::Clusters;
use super::decision::{Decided, Decision, Judge, Pair};
use super::labels::Labels;
use super::linking::{Silent, link};
use super::model::LinkageModel;
use super::roster::{Column, Roster, RosterFault};
use super::row_ids::RowIds;
use super::scoring::Scorer;
use super::shared_numbers::SharedNumbers;
use super::table::Table;

/// The fields of the rows.
const FIELDS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Rosters read and numbered.
pub(super) struct Trial {
    pub model: LinkageModel,
    pub table: Table,
    pub left: Column,
    pub right: Option<Column>,
}

/// A model of the five codes, with more of it added.
pub(super) fn codes(more: &str) -> String {
    let mut text = String::from(
        "schema = \"hedui-linkage-model/1\"\nname = \"codes\"\nbasis = \"assumed\"\nsource = \"tests\"\nid = \"id\"\n\
         prior = \"0.001\"\nmatch_at = \"0.9\"\nreview_at = \"0.2\"\nmargin_bits = 3\n",
    );
    for field in FIELDS {
        text += &format!(
            "[[field]]\ncolumn = \"{field}\"\nkind = \"code\"\nlevels = [\n\
             {{ level = \"exact\", m = \"0.9\", u = \"0.001\" }},\n{{ level = \"different\", m = \"0.1\", u = \"0.999\" }},\n]\n\
             [[block]]\non = [\"{field}\"]\n"
        );
    }
    text + more
}

impl Trial {
    /// Rows without a heading line: the id, then the model's fields in their order.
    pub(super) fn of(model: &str, left: &str, right: Option<&str>) -> Self {
        let model = LinkageModel::parse("model.toml", model).unwrap_or_else(|faults| panic!("{faults}"));
        let headings: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
        let heading = format!("id,{}\n", headings.join(","));
        let read = |file: &str, rows: &str| {
            let text = format!("{heading}{rows}");
            Roster::read(file, Cursor::new(text), "id", &headings).unwrap_or_else(|fault| panic!("{fault}"))
        };
        let (mut left, mut right) = (read("left.csv", left), right.map(|right| read("right.csv", right)));
        let table = Table::of(&model, &mut left, right.as_mut());
        Self { model, table, left: left.ids, right: right.map(|right| right.ids) }
    }

    pub(super) fn ids(&self) -> (&Column, &Column) {
        (&self.left, self.right.as_ref().unwrap_or(&self.left))
    }

    pub(super) fn labels(&self, text: &str) -> Result<Labels, RosterFault> {
        let rows = RowIds::of(self.ids(), self.table.is_one);
        Labels::read("labels.csv", Cursor::new(text.to_owned()), self.ids(), &rows)
    }

    /// Labels of which each line is `left,right,label`.
    pub(super) fn labelled(&self, rows: &[&str]) -> Labels {
        if rows.is_empty() {
            return Labels::default();
        }
        let text = format!("left_id,right_id,label\n{}\n", rows.join("\n"));
        self.labels(&text).unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn judged<T>(&self, labels: &Labels, decide: impl FnOnce(&Judge<'_>, Vec<Pair>) -> T) -> T {
        let scorer = Scorer::new(&self.model, &self.table);
        let pairs = link(&self.model, &self.table, &Silent).pairs;
        decide(&Judge { model: &self.model, scorer: &scorer, ids: self.ids(), labels }, pairs)
    }

    pub(super) fn each_alone(&self, labels: &Labels) -> Vec<Decided> {
        self.judged(labels, |judge, pairs| judge.each_alone(pairs))
    }

    pub(super) fn one_to_one(&self, labels: &Labels) -> Vec<Decided> {
        let numbers = SharedNumbers::of(&self.model, &self.table);
        self.judged(labels, |judge, pairs| judge.one_to_one(pairs, &numbers))
    }

    pub(super) fn clusters(&self, labels: &Labels) -> (Clusters, Vec<Decided>) {
        self.judged(labels, |judge, pairs| {
            let mut found = judge.each_alone(pairs);
            let clusters = Clusters::of(judge, self.table.is_one, &mut found);
            (clusters, found)
        })
    }

    /// The pairs as `left right match`, in order.
    pub(super) fn told(&self, found: &[Decided]) -> Vec<String> {
        let (lefts, rights) = self.ids();
        let told = found.iter().map(|found| {
            let (left, right) = (lefts.get(found.pair.left as usize), rights.get(found.pair.right as usize));
            let (left, right) = if self.table.is_one && right < left { (right, left) } else { (left, right) };
            let word = if found.decision == Decision::Match { "match" } else { "review" };
            format!("{left} {right} {word}")
        });
        let mut told: Vec<String> = told.collect();
        told.sort();
        told
    }

    /// The clusters of more than one row, each as its row ids.
    pub(super) fn groups(&self, clusters: &Clusters) -> Vec<String> {
        let mut rows = vec![Vec::new(); clusters.number as usize];
        let (lefts, rights) = self.ids();
        for (ids, of) in [lefts, rights].into_iter().zip(&clusters.of) {
            for (id, cluster) in ids.iter().zip(of) {
                rows[*cluster as usize].push(id);
            }
        }
        let mut groups: Vec<String> = rows
            .into_iter()
            .filter(|rows| rows.len() > 1)
            .map(|mut rows| {
                rows.sort_unstable();
                rows.join(" ")
            })
            .collect();
        groups.sort();
        groups
    }
}
