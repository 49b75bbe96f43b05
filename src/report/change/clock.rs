//! The clock of gradual exit (渐退): started by the first report that finds the household above the line because of new work, carried
//! from comparison to comparison, and not started again by another job meanwhile.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::screening::{outcome, state_of};
use crate::policy::assessment::Certainty;
use crate::report::body::Body;

/// How long grace runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GradualExitClock)]
pub struct Clock {
    /// The day of the new work: grace runs from here.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
    /// Months left on the later report's day, one begun counting as one; 0 once it is over.
    pub months_left: u32,
    /// The report that started it, by its number.
    pub started_by: String,
}

impl Clock {
    /// Whether grace was over on a day.
    #[must_use]
    pub fn ran_out(&self, on: Date) -> bool {
        self.until < on
    }
}

/// The clock after a report: carried over, started by either report, or none.
///
/// A household that is certainly back below the line is on its way out no longer: its clock is gone, and later new work starts another.
/// The day of the work is not in a body, only the last day of the term; `months` is how long terms are.
pub(super) fn clock(before: &Body, after: &Body, carried: Option<&Clock>, months: i64) -> Option<Clock> {
    if state_of(after, "dibao") == Certainty::Met {
        return None;
    }
    let started = carried.cloned().or_else(|| started(before, months)).or_else(|| started(after, months))?;
    let months_left = months_left(started.until, after.request.as_of, months);
    Some(Clock { months_left, ..started })
}

fn started(body: &Body, months: i64) -> Option<Clock> {
    let exit = outcome(body, "gradual_exit").filter(|exit| exit.state == Certainty::Met)?;
    let until = exit.term?.until;
    let from = until.tomorrow().ok()?.checked_sub(months.months()).ok()?;
    Some(Clock { from, until, months_left: 0, started_by: body.number.clone() })
}

/// Months up to a last day, one begun counting as one.
fn months_left(until: Date, on: Date, months: i64) -> u32 {
    if until < on {
        return 0;
    }
    let over = until.tomorrow().unwrap_or(until);
    let reached = |left: &i64| over.checked_sub(left.months()).is_ok_and(|day| day <= on);
    let left = (1..=months).find(reached).unwrap_or(months);
    u32::try_from(left).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_begun_counts_as_one() {
        for (on, left) in [
            (date(2026, 8, 15), 6),
            (date(2026, 9, 14), 6),
            (date(2026, 9, 15), 5),
            (date(2027, 1, 15), 1),
            (date(2027, 2, 14), 1),
            (date(2027, 2, 15), 0),
        ] {
            assert_eq!(months_left(date(2027, 2, 14), on, 6), left, "{on}");
        }
    }
}
