//! A plan as rows of a table: how many households on which day, by due month and township.

use super::report::Plan;
use crate::report::csv::cell;

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
                cell(township).into_owned(),
                households.to_string(),
                day.people.to_string(),
                day.late.to_string(),
            ]
        })
    });
    days.collect()
}
