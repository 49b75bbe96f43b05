//! A year of reviews, spread over its working days: nobody later than due where that can be, every day about the same, no department
//! asked about more people than it allows.
//!
//! Every member is asked about at every department, so each department carries the same load and the narrowest is the bottleneck. A
//! household may be looked at from some days before it is due. Within what is then released and what is then due, `even` draws the
//! evenest course there is; households follow it in the order of their days.
//!
//! The roll is counts (due day, township, members), never people. Same input, same plan.

mod course;
mod even;
mod report;
mod rows;
mod view;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use report::{DayLoad, MonthLoad, Plan, SourceLoad, SourceMonth};
pub use rows::{COLUMNS, csv_rows};
pub use view::{Look, view};

/// Everybody on the rolls, as counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Roll {
    /// Households alike. The same due day, township and size may stand several times.
    pub households: Vec<Alike>,
}

/// Households that are due on one day, in one township, of one size.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alike {
    /// By which day they are looked at again.
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// Township, by its code; empty where the caller does not part them.
    #[serde(default)]
    pub township: String,
    /// Members of each.
    pub members: u32,
    /// How many.
    pub households: u32,
}

/// What a department allows in bulk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceQuota {
    /// Its key.
    pub source: String,
    /// Most people asked about in a day; none where it sets no number.
    #[serde(default)]
    pub most_a_day: Option<u32>,
    /// Hours a day in which bulk may run.
    pub hours_a_day: u32,
    /// Calls an hour.
    pub calls_an_hour: u32,
    /// People in a call; 1 where it takes no batches.
    #[serde(default = "one")]
    pub batch: u32,
}

fn one() -> u32 {
    1
}

impl SourceQuota {
    /// People it can be asked about in a day.
    #[must_use]
    pub fn people_a_day(&self) -> u64 {
        let calls = u64::from(self.hours_a_day) * u64::from(self.calls_an_hour);
        let reached = calls.saturating_mul(u64::from(self.batch.max(1)));
        self.most_a_day.map_or(reached, |most| reached.min(u64::from(most)))
    }
}

/// How the year is gone about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Manner {
    /// The year.
    pub year: i16,
    /// Days before it is due from which a household may be looked at. More make the year evener, and reports older on their day.
    pub days_ahead: u16,
    /// Whether Saturdays and Sundays are left out.
    pub without_weekends: bool,
}

impl Manner {
    /// Days ahead where nobody says: a quarter of a year.
    pub const DAYS_AHEAD: u16 = 90;

    /// A year on working days, households up to [`Manner::DAYS_AHEAD`] before they are due.
    #[must_use]
    pub fn of(year: i16) -> Self {
        Self { year, days_ahead: Self::DAYS_AHEAD, without_weekends: true }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A year that has no days here.
    #[error("the year {0} lies outside 1900 to 2199")]
    Year(i16),
    /// A department that can be asked about nobody.
    #[error(
        "{source_key} can be asked about nobody in bulk: its hours, calls and most people a day must all be above 0"
    )]
    Nobody {
        /// Its key.
        source_key: String,
    },
    /// A household larger than what a department allows in a day.
    #[error(
        "a household of {members} is more than the {people} people a day that {source_key} allows: raise its quota"
    )]
    TooLarge {
        /// Its members.
        members: u32,
        /// People a day.
        people: u64,
        /// The department.
        source_key: String,
    },
}

/// Plans a year.
///
/// # Errors
/// [`PlanError`]: a year outside 1900 to 2199, a department that allows nobody, a household larger than a day.
pub fn plan_year(roll: &Roll, quotas: &[SourceQuota], manner: Manner) -> Result<Plan, PlanError> {
    let days = course::days(manner).ok_or(PlanError::Year(manner.year))?;
    if let Some(quota) = quotas.iter().find(|quota| quota.people_a_day() == 0) {
        return Err(PlanError::Nobody { source_key: quota.source.clone() });
    }
    let narrowest = quotas.iter().min_by_key(|quota| quota.people_a_day());
    let work = course::Work::of(roll, &days, manner);
    let largest = work.groups.iter().map(|group| group.members).max().unwrap_or(0);
    if let Some(quota) = narrowest.filter(|quota| quota.people_a_day() < u64::from(largest)) {
        let (people, source_key) = (quota.people_a_day(), quota.source.clone());
        return Err(PlanError::TooLarge { members: largest, people, source_key });
    }
    let most = narrowest.map(SourceQuota::people_a_day);
    let wanted = even::course(&work.due_by, &work.released_by);
    let assigned = course::assign(&work, &wanted, most);
    Ok(report::plan(manner, &days, &work, &wanted, assigned, quotas))
}

#[cfg(test)]
mod tests;
