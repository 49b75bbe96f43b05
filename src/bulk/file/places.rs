//! From a place in a request document back to the line and column of the table it was made from.

use super::columns::{COLUMNS, Column};

/// Line and heading of what a pointer names; no heading where it is the whole row.
pub(super) fn locate(
    lines: &[u64],
    headings: &[(&'static str, String)],
    incomes: &[Vec<&'static str>],
    pointer: &str,
) -> (u64, String) {
    let first = lines.first().copied().unwrap_or(0);
    let Some((member, rest)) = of_member(pointer) else {
        return (first, heading(headings, nearest(pointer, true)));
    };
    let line = lines.get(member).copied().unwrap_or(first);
    let income = rest.strip_prefix("/declared/income/").and_then(|rest| rest.split('/').next()?.parse::<usize>().ok());
    let key = match income {
        Some(place) => incomes.get(member).and_then(|keys| keys.get(place)).copied(),
        None => nearest(rest, false),
    };
    (line, heading(headings, key))
}

/// The member's place and what is below it.
fn of_member(pointer: &str) -> Option<(usize, &str)> {
    let rest = pointer.strip_prefix("/household/members/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    Some((rest[..end].parse().ok()?, &rest[end..]))
}

/// The column of a place, or of what lies around, within or beside it.
fn nearest(pointer: &str, of_household: bool) -> Option<&'static str> {
    let of_kind = || COLUMNS.iter().filter(|column| column.of_household == of_household);
    let mut place = pointer;
    while !place.is_empty() {
        // what is said in several columns is named by the last of them: the address stands after township and village
        let at = of_kind().rfind(|column: &&Column| column.pointer == place);
        let within =
            || of_kind().find(|column| column.pointer.strip_prefix(place).is_some_and(|rest| rest.starts_with('/')));
        if let Some(column) = at.or_else(within) {
            return Some(column.key);
        }
        place = &place[..place.rfind('/').unwrap_or(0)];
    }
    None
}

/// The heading as the file writes it; the usual one of a column that the file does not have.
fn heading(headings: &[(&'static str, String)], key: Option<&'static str>) -> String {
    let Some(key) = key else { return String::new() };
    let written = headings.iter().find(|(known, _)| *known == key).map(|(_, heading)| heading.clone());
    written.unwrap_or_else(|| {
        COLUMNS.iter().find(|column| column.key == key).map_or_else(String::new, |column| column.heading.to_owned())
    })
}
