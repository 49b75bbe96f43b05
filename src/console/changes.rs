//! What changed in a case: two of its versions side by side, and this report beside the household's last one, with what the family said to it.

mod heard;
mod versions;

pub(super) use self::heard::{change, hear};
pub(super) use self::versions::versions;
use super::parts::{Cell, Column, Table, Tag, Tone};
use super::words::versions::{ChangeWords, direction};
use crate::household::Lang;
use crate::report::change::Direction;
use crate::report::render::{ChangeRow, ChangeSheet};

/// A group of changes with its title.
struct Group {
    title: &'static str,
    table: Table,
}

/// The groups of a sheet, each a table with the two sides beside each other.
fn groups(sheet: &ChangeSheet, sides: [String; 2], words: &'static ChangeWords, lang: Lang) -> Vec<Group> {
    let group = |group: &crate::report::render::ChangeGroup| {
        let [before, after] = sides.clone();
        let columns = vec![
            Column::text(words.what),
            Column::text(before),
            Column::text(after),
            Column::text(words.is),
            Column::text(words.why),
        ];
        let rows = group.rows.iter().map(|row| cells(row, words, lang)).collect();
        let table = Table { caption: group.title, columns, rows, nothing: words.same, wide: false };
        Group { title: group.title, table }
    };
    sheet.groups.iter().map(group).collect()
}

fn cells(row: &ChangeRow, words: &'static ChangeWords, lang: Lang) -> Vec<Cell> {
    let side =
        |one: &Option<String>| one.as_ref().map_or_else(|| Cell::Text(words.none.to_owned()), |text| figures(text));
    let what = match &row.who {
        Some(who) => Cell::About(row.what.clone(), who.clone()),
        None => Cell::Text(row.what.clone()),
    };
    let tone = match row.direction {
        Direction::MayNeedMore => Tone::Good,
        Direction::MayNoLongerFit => Tone::Waiting,
        Direction::Neutral => Tone::Plain,
    };
    let is = match (&row.before, &row.after) {
        (None, _) => words.added,
        (_, None) => words.gone,
        _ => words.changed,
    };
    let points = direction(row.direction, lang).map(|points| format!("{}{points}", lang.pick("；", "; ")));
    vec![
        what,
        side(&row.before),
        side(&row.after),
        Cell::Stated(Tag::of(tone, is), format!("{}{}", row.compared, points.unwrap_or_default())),
        Cell::List(row.reasons.clone()),
    ]
}

/// A side of a change. Of an interval, a line may end between its ends and nowhere else.
fn figures(text: &str) -> Cell {
    let is_figure = |c: char| c.is_ascii_digit() || " .,–≥-".contains(c);
    if !text.chars().all(is_figure) {
        return Cell::Text(text.to_owned());
    }
    Cell::Parts(match text.split_once(" – ") {
        Some((least, most)) => vec![format!("{least} –"), most.to_owned()],
        None => vec![text.to_owned()],
    })
}
