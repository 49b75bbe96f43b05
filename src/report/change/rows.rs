//! A change as rows of a table: what a batch lists of everybody whose report was compared. No names: people stand as their references.

use super::super::csv::cell;
use super::what::{What, Who};
use super::words::{compared, member, state};
use super::{Change, ItemChange};
use crate::household::Lang;

/// The columns, in order:
///
/// * `reference` the caller's own number of the household; `case_before`, `case_after` the cases of both reports
/// * `what` a code such as `income.wage`, `outcome.dibao`, `nothing`; `name` the same in words; `who` the member's reference
/// * `before`, `after` in words: yuan `1,234.00`, a span `100.00 – 200.00`, `none`
/// * `difference` yuan by which it is certainly more or less at the least, `1234.00`, with a minus sign as U+2212; empty where none is certain
/// * `compared` certain, slight, uncertain, not comparable
/// * `reason` every reason, parted by ` | `
/// * `direction` `may_need_more`, `may_no_longer_fit`, `neutral`
/// * `consequence` of the whole change, the same in every row of it: `nothing`, `continue_as_is`, `raise_or_lower_amount`,
///   `gradual_exit`, `may_end`, `open`
pub const COLUMNS: [&str; 13] = [
    "reference",
    "case_before",
    "case_after",
    "what",
    "name",
    "who",
    "before",
    "after",
    "difference",
    "compared",
    "reason",
    "direction",
    "consequence",
];

/// Which household and cases the rows are of.
#[derive(Clone, Copy, Debug)]
pub struct RowOf<'a> {
    /// The caller's own number of the household.
    pub reference: &'a str,
    /// Case of the report before.
    pub case_before: &'a str,
    /// Case of the report after.
    pub case_after: &'a str,
}

/// One row for each change; one row that says so where nothing changed. No cell begins a formula.
#[must_use]
pub fn csv_rows(change: &Change, of: RowOf<'_>, lang: Lang) -> Vec<[String; COLUMNS.len()]> {
    let (direction, consequence) = (change.direction().code(), change.consequence.code());
    let row = |cells: [String; 9]| -> [String; COLUMNS.len()] {
        let [what, name, who, before, after, difference, compared, reason, direction] = cells;
        let (reference, first, second) = (of.reference.to_owned(), of.case_before.to_owned(), of.case_after.to_owned());
        let consequence = consequence.to_owned();
        [reference, first, second, what, name, who, before, after, difference, compared, reason, direction, consequence]
            .map(|text| cell(&text).into_owned())
    };
    if change.is_empty() {
        let none = String::new;
        let words = change.consequence.words(lang).to_owned();
        let nothing = "nothing".to_owned();
        return vec![row([nothing, words, none(), none(), none(), none(), none(), none(), direction.to_owned()])];
    }
    change.items.iter().map(|item| row(cells(change, item, lang))).collect()
}

fn cells(change: &Change, item: &ItemChange, lang: Lang) -> [String; 9] {
    let person = |who: &Who| who.reference().to_owned();
    let reasons: Vec<String> = item.reasons.iter().map(|reason| change.reason(reason, lang, &person)).collect();
    let [before, after] = if item.what == What::Member {
        // which of the things that happen to a member, instead of two sides that may read alike
        [state(item.before.as_ref(), lang), member(item, lang).to_owned()]
    } else {
        [&item.before, &item.after].map(|side| state(side.as_ref(), lang))
    };
    [
        item.what.code(),
        change.what(&item.what, lang),
        item.who.as_ref().map(person).unwrap_or_default(),
        before,
        after,
        item.difference.map_or_else(String::new, |difference| difference.to_string().replace('-', "\u{2212}")),
        compared(item, lang).to_owned(),
        reasons.join(" | "),
        item.direction.code().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_or_changes_as_a_number() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+86", "'+86"),
            ("-5.00", "'-5.00"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\tx", "'\tx"),
            ("＝1", "'＝1"),
            ("0012", "'0012"),
            ("1234567890123456", "'1234567890123456"),
            ("0", "0"),
            ("1,234.00", "1,234.00"),
            ("\u{2212}5.00", "\u{2212}5.00"),
            ("会宁县", "会宁县"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
