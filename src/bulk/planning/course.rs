//! From a wanted course to households on days: in the order in which they are due, never more in a day than the narrowest department
//! allows.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Alike, Manner, Roll};

/// Days of the year on which anybody is looked at; none of a year outside 1900 to 2199.
pub(super) fn days(manner: Manner) -> Option<Vec<Date>> {
    if !(1900..=2199).contains(&manner.year) {
        return None;
    }
    let mut days = Vec::with_capacity(366);
    let mut day = Date::new(manner.year, 1, 1).ok()?;
    while day.year() == manner.year {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !(manner.without_weekends && is_weekend) {
            days.push(day);
        }
        day = day.tomorrow().ok()?;
    }
    Some(days)
}

/// The year's work.
pub(super) struct Work {
    /// In the order in which they are due.
    pub groups: Vec<Alike>,
    /// People that must be done by the end of each day.
    pub due_by: Vec<u64>,
    /// People that may be done by then.
    pub released_by: Vec<u64>,
    /// Households whose day comes after the year.
    pub after_the_year: u64,
}

impl Work {
    pub fn of(roll: &Roll, days: &[Date], manner: Manner) -> Self {
        let mut alike: BTreeMap<(Date, &str, u32), u32> = BTreeMap::new();
        for one in &roll.households {
            let households = alike.entry((one.due, one.township.as_str(), one.members)).or_default();
            *households = households.saturating_add(one.households);
        }
        let mut work = Self {
            groups: Vec::with_capacity(alike.len()),
            due_by: vec![0; days.len()],
            released_by: vec![0; days.len()],
            after_the_year: 0,
        };
        for ((due, township, members), households) in alike {
            if due.year() > manner.year {
                work.after_the_year += u64::from(households);
                continue;
            }
            // the last day on or before it is due; what was due before the year begins is for the first day
            let last = days.partition_point(|day| *day <= due).saturating_sub(1);
            let from = due.checked_sub(i64::from(manner.days_ahead).days()).unwrap_or(due);
            let first = days.partition_point(|day| *day < from).min(last);
            let people = u64::from(members) * u64::from(households);
            work.due_by[last] += people;
            work.released_by[first] += people;
            work.groups.push(Alike { due, township: township.to_owned(), members, households });
        }
        for series in [&mut work.due_by, &mut work.released_by] {
            let mut sum = 0;
            for people in series.iter_mut() {
                sum += *people;
                *people = sum;
            }
        }
        work
    }

    /// People of the year.
    pub fn people(&self) -> u64 {
        self.due_by.last().copied().unwrap_or(0)
    }
}

/// Households of a group on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assigned {
    /// Place of the day; none where the year has none left.
    pub day: Option<usize>,
    /// Place of the group.
    pub group: usize,
    pub households: u32,
}

/// Follows the course household by household. A day takes the next one while the course is ahead of what is done, as far as the day
/// allows; whoever is left over at the end has no day.
pub(super) fn assign(work: &Work, wanted: &[u64], most: Option<u64>) -> Vec<Assigned> {
    let mut assigned = Vec::with_capacity(work.groups.len() + wanted.len());
    let (mut group, mut taken, mut done) = (0, 0_u32, 0_u64);
    for (day, wanted) in wanted.iter().enumerate() {
        let mut load = 0_u64;
        while let Some(alike) = work.groups.get(group).filter(|_| done < *wanted) {
            let members = u64::from(alike.members);
            let left = alike.households - taken;
            let wants = if members == 0 { u64::from(left) } else { (wanted - done).div_ceil(members) };
            let room = match most {
                Some(most) if members > 0 => (most - load) / members,
                _ => u64::from(left),
            };
            let households = u32::try_from(wants.min(room)).unwrap_or(u32::MAX).min(left);
            if households == 0 {
                break;
            }
            let people = u64::from(households) * members;
            (done, load, taken) = (done + people, load + people, taken + households);
            assigned.push(Assigned { day: Some(day), group, households });
            if taken == alike.households {
                (group, taken) = (group + 1, 0);
            }
        }
    }
    for (place, alike) in work.groups.iter().enumerate().skip(group) {
        let households = alike.households - std::mem::take(&mut taken);
        if households > 0 {
            assigned.push(Assigned { day: None, group: place, households });
        }
    }
    assigned
}
