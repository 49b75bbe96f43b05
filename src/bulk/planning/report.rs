//! What a plan says: days, months, departments, and what cannot be on time.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::course::{Assigned, Work};
use super::{Manner, SourceQuota};

/// A planned year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = YearPlan)]
pub struct Plan {
    /// How the year is gone about.
    pub manner: Manner,
    /// Households planned.
    pub households: u64,
    /// People in them: each is asked about at every department.
    pub people: u64,
    /// Households due after the year: not in the plan.
    pub after_the_year: u64,
    /// Households that were due before the year began: they come first, and are not among the late ones.
    pub overdue: u64,
    /// Whether nobody due in the year is later than that.
    pub on_time: bool,
    /// Households later than due, those without a day included.
    pub late: u64,
    /// Days that the latest of them is late.
    pub latest_by_days: u32,
    /// Households for which the year has no day left.
    pub without_a_day: u64,
    /// People on the fullest day.
    pub most_a_day: u64,
    /// People a day that the narrowest department must allow for everybody to be on time.
    pub needed_a_day: u64,
    /// The department that allows the fewest people a day: what holds the year up, where anything does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bottleneck: Option<String>,
    /// Months, January first.
    pub months: Vec<MonthLoad>,
    /// Departments, the narrowest first.
    pub sources: Vec<SourceLoad>,
    /// Days on which anybody is looked at.
    pub days: Vec<DayLoad>,
}

/// A month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MonthLoad {
    /// 1 to 12.
    pub month: i8,
    /// Days on which anybody may be looked at.
    pub days: u32,
    /// Households due in it.
    pub due: u64,
    /// Households looked at in it.
    pub households: u64,
    /// People in these.
    pub people: u64,
    /// People on its fullest day.
    pub most_a_day: u64,
    /// Households looked at in it later than due.
    pub late: u64,
}

/// A department over the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceLoad {
    /// Its key.
    pub source: String,
    /// People it can be asked about in a day.
    pub people_a_day: u64,
    /// Months.
    pub months: Vec<SourceMonth>,
}

/// A department in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceMonth {
    /// 1 to 12.
    pub month: i8,
    /// People asked about.
    pub people: u64,
    /// Calls, each day's last one perhaps not full.
    pub calls: u64,
    /// How much of what it allows is used, in parts per thousand, rounded down.
    pub used_permille: u64,
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayLoad {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Households.
    pub households: u64,
    /// People in them.
    pub people: u64,
    /// Of the households, those later than due.
    pub late: u64,
    /// Households by due month and township: `2026-05 620422101`.
    pub of: BTreeMap<String, u64>,
}

pub(super) fn plan(
    manner: Manner,
    days: &[Date],
    work: &Work,
    wanted: &[u64],
    assigned: Vec<Assigned>,
    quotas: &[SourceQuota],
) -> Plan {
    let mut loads: Vec<DayLoad> =
        days.iter().map(|on| DayLoad { on: *on, households: 0, people: 0, late: 0, of: BTreeMap::new() }).collect();
    let (mut late, mut overdue, mut latest, mut without_a_day) = (0, 0, 0, 0);
    for Assigned { day, group, households } in assigned {
        let group = &work.groups[group];
        let number = u64::from(households);
        let is_overdue = group.due.year() < manner.year;
        overdue += if is_overdue { number } else { 0 };
        let Some(place) = day else {
            without_a_day += number;
            late += if is_overdue { 0 } else { number };
            continue;
        };
        let load = &mut loads[place];
        load.households += number;
        load.people += number * u64::from(group.members);
        let due = group.due;
        *load.of.entry(format!("{:.7} {}", due.to_string(), group.township).trim_end().to_owned()).or_default() +=
            number;
        if due < load.on && !is_overdue {
            load.late += number;
            late += number;
            latest = latest.max(due.until(load.on).map_or(0, |span| span.get_days()));
        }
    }
    let months = months(manner, &loads, work);
    let needed = wanted.iter().scan(0, |before, done| Some(done - std::mem::replace(before, *done))).max();
    let mut narrow: Vec<&SourceQuota> = quotas.iter().collect();
    narrow.sort_by(|a, b| (a.people_a_day(), &a.source).cmp(&(b.people_a_day(), &b.source)));
    Plan {
        manner,
        households: work.groups.iter().map(|group| u64::from(group.households)).sum(),
        people: work.people(),
        after_the_year: work.after_the_year,
        overdue,
        on_time: late == 0,
        late,
        latest_by_days: u32::try_from(latest).unwrap_or(0),
        without_a_day,
        most_a_day: loads.iter().map(|load| load.people).max().unwrap_or(0),
        needed_a_day: needed.unwrap_or(0),
        bottleneck: narrow.first().map(|quota| quota.source.clone()),
        sources: narrow.into_iter().map(|quota| source(quota, &loads, &months)).collect(),
        months,
        days: loads.into_iter().filter(|load| load.households > 0).collect(),
    }
}

fn months(manner: Manner, loads: &[DayLoad], work: &Work) -> Vec<MonthLoad> {
    let mut months: Vec<MonthLoad> = (1..=12).map(|month| MonthLoad { month, ..MonthLoad::default() }).collect();
    let place = |day: Date| usize::from(day.month().unsigned_abs()) - 1;
    for load in loads {
        let month = &mut months[place(load.on)];
        month.days += 1;
        month.households += load.households;
        month.people += load.people;
        month.most_a_day = month.most_a_day.max(load.people);
        month.late += load.late;
    }
    for group in &work.groups {
        // what was due earlier stands in the first month
        let at = if group.due.year() < manner.year { 0 } else { place(group.due) };
        months[at].due += u64::from(group.households);
    }
    months
}

fn source(quota: &SourceQuota, loads: &[DayLoad], months: &[MonthLoad]) -> SourceLoad {
    let (batch, a_day) = (u64::from(quota.batch.max(1)), quota.people_a_day());
    let of_month = |month: &MonthLoad| {
        let days = loads.iter().filter(|load| load.on.month() == month.month);
        let allowed = a_day.saturating_mul(u64::from(month.days)).max(1);
        SourceMonth {
            month: month.month,
            people: month.people,
            calls: days.map(|load| load.people.div_ceil(batch)).sum(),
            used_permille: month.people.saturating_mul(1_000) / allowed,
        }
    };
    SourceLoad { source: quota.source.clone(), people_a_day: a_day, months: months.iter().map(of_month).collect() }
}
