//! What is to be said of columns before their pairs are believed: values that could not be read, and one value in many rows.

use super::fields::Kind;
use super::model::LinkageModel;
use super::roster::Roster;
use super::table::{Filled, Table};
use crate::drawing::lettering::grouped;
use crate::household::Lang;

/// One row in so many that cannot be read is worth a word.
const UNREAD_IN: u64 = 100;
/// A value in so many rows, and in one of so many, stands for "not known": no name, day, number or door is that common.
const COMMON_ROWS: u32 = 50;
const COMMON_IN: u64 = 50;

/// A line a column that has something to be said of it.
#[must_use]
pub fn warnings(model: &LinkageModel, table: &Table, rosters: &[&Roster], lang: Lang) -> Vec<String> {
    let mut warnings = Vec::new();
    for (field, filled) in model.fields.iter().zip(&table.filled) {
        for (side, (roster, filled)) in rosters.iter().zip(filled).enumerate() {
            let column = &field.headings[side.min(field.headings.len() - 1)];
            warnings.extend(unread(roster, column, filled, lang));
            let has_no_common_values = !matches!(field.kind, Kind::Sex | Kind::Text | Kind::Code);
            warnings.extend(has_no_common_values.then(|| common(roster, column, filled, lang)).flatten());
        }
    }
    warnings
}

fn unread(roster: &Roster, column: &str, filled: &Filled, lang: Lang) -> Option<String> {
    let (rows, unread) = (u64::from(filled.rows), u64::from(filled.unread));
    if unread == 0 || unread * UNREAD_IN < rows {
        return None;
    }
    let place = place(roster, filled.first_unread, column, lang);
    Some(match lang {
        Lang::Zh => format!(
            "注意：{} 行中有 {} 行所填内容无法识别，或写的是“不详”之类，均按空白处理；首次出现：{place}。",
            grouped(rows),
            grouped(unread)
        ),
        Lang::En => format!(
            "Note: {} of {} values cannot be read, or say \"not known\", and count as missing; the first stands at {place}.",
            grouped(unread),
            grouped(rows)
        ),
    })
}

fn common(roster: &Roster, column: &str, filled: &Filled, lang: Lang) -> Option<String> {
    let (rows, common) = (u64::from(filled.rows), u64::from(filled.commonest));
    if filled.commonest < COMMON_ROWS || common * COMMON_IN < rows {
        return None;
    }
    let place = place(roster, filled.first_common, column, lang);
    Some(match lang {
        Lang::Zh => format!(
            "注意：{} 行中有 {} 行是同一个值，多半代替“不详”：请改为空白，否则不同的人会因此显得一致；首次出现：{place}。",
            grouped(rows),
            grouped(common)
        ),
        Lang::En => format!(
            "Note: {} of {} rows have one value, most likely for \"not known\": empty it, or strangers agree in it; it first stands at {place}.",
            grouped(common),
            grouped(rows)
        ),
    })
}

/// File, line and column, never the value.
fn place(roster: &Roster, row: u32, column: &str, lang: Lang) -> String {
    let line = roster.line(row as usize);
    match lang {
        Lang::Zh => format!("{} 第 {line} 行“{column}”栏", roster.file),
        Lang::En => format!("{}:{line}, column \"{column}\"", roster.file),
    }
}
