//! A plan as rows of a table: how many households on which day, by due month and township.

use super::report::Plan;

/// The columns: the day; the month in which they are due and their township, as the roll has it; households; of the whole day people
/// and late households, the same in every row of it.
pub const COLUMNS: [&str; 6] = ["day", "due_month", "township", "households", "people_of_day", "late_of_day"];

/// One row for each day, due month and township.
#[must_use]
pub fn csv_rows(plan: &Plan) -> Vec<[String; COLUMNS.len()]> {
    let days = plan.days.iter().flat_map(|day| {
        day.of.iter().map(move |(of, households)| {
            let (due_month, township) = of.split_once(' ').unwrap_or((of, ""));
            [
                day.on.to_string(),
                due_month.to_owned(),
                guarded(township),
                households.to_string(),
                day.people.to_string(),
                day.late.to_string(),
            ]
        })
    });
    days.collect()
}

/// A township is whatever the roll says: no cell begins a formula.
fn guarded(text: &str) -> String {
    let begins = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins || text.starts_with(['\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}
