//! What the departments answered about a household at most, by their own searches, and whether the report accounts for every record: those of
//! the members known or held, those of others set aside or held. A matcher that drops the members' records sets too many aside; one
//! that takes a stranger's, on whatever it may say, too few.

use std::collections::{BTreeMap, BTreeSet};

use hedui_mock_sources::truth::{Household, Person};
use hedui_mock_sources::{Key, MockSources};

use super::reading::Reading;
use super::rows::{self, Row};
use super::rules::Year;

/// Records of others that came back, and the numbers of all that did.
pub struct Returned<'a> {
    numbers: BTreeSet<(Key, String)>,
    strangers: Vec<(&'a Person, Row<'a>)>,
}

impl<'a> Returned<'a> {
    /// Asks the mocks' searches about every member.
    pub fn of(mocks: &'a MockSources, household: &'a Household, own: &[Vec<Row<'a>>], year: Year) -> Self {
        let mut found: BTreeSet<(Key, String)> = BTreeSet::new();
        for person in &household.members {
            for key in Key::ALL {
                let numbers = mocks.search(key, &person.id_number, &person.name, person.born);
                found.extend(numbers.into_iter().map(|number| (key, number)));
            }
        }
        let mine: BTreeSet<(Key, &str)> =
            own.iter().flatten().map(|row| (row.department, row.number.as_str())).collect();
        let owner = |(key, number): &(Key, String)| mocks.record(*key, number).map(|truth| truth.owner);
        let others: BTreeSet<u32> = found.iter().filter_map(owner).collect();
        let people = others.into_iter().filter(|id| !household.members.iter().any(|person| person.id == *id));
        let people = people.filter_map(|id| mocks.population().person(id).map(|(_, person)| person));
        let strangers: Vec<_> = people
            .flat_map(|person| rows::about(mocks, person, year).into_iter().map(move |row| (person, row)))
            .filter(|(_, row)| found.contains(&(row.department, row.number.clone())))
            .collect();
        let numbers = found
            .iter()
            .filter(|(key, number)| mine.contains(&(*key, number.as_str())))
            .cloned()
            .chain(strangers.iter().map(|(_, row)| (row.department, row.number.clone())))
            .collect();
        Self { numbers, strangers }
    }

    /// Whether a department could answer with a row.
    pub fn has(&self, row: &Row<'_>) -> bool {
        self.numbers.contains(&(row.department, row.number.clone()))
    }

    /// Others' records that came back.
    pub fn strangers(&self) -> impl Iterator<Item = &(&'a Person, Row<'a>)> {
        self.strangers.iter()
    }

    /// Departments whose count of records set aside is not what it must be. Records of members that are a documented loss may be among them.
    pub fn unaccounted(&self, own: &[Vec<Row<'a>>], reading: &Reading) -> Vec<String> {
        let others = self.not_held(self.strangers.iter().map(|(_, row)| row), reading);
        let losses = self.not_held(own.iter().flatten().filter(|row| row.is_documented_loss()), reading);
        let compare = |key: Key| {
            let least = others.get(&key).copied().unwrap_or(0);
            let most = least + losses.get(&key).copied().unwrap_or(0);
            let aside = reading.set_aside_of(key.as_str());
            let said = || format!("{}: {aside} records set aside, {least} to {most} expected", key.as_str());
            (!(least..=most).contains(&aside)).then(said)
        };
        Key::ALL.into_iter().filter_map(compare).collect()
    }

    /// How many of these rows came back and are not held, by department.
    fn not_held<'r>(&self, rows: impl Iterator<Item = &'r Row<'r>>, reading: &Reading) -> BTreeMap<Key, u64> {
        let mut by_department = BTreeMap::new();
        for row in rows.filter(|row| self.has(row) && !reading.holds(row.department.as_str(), &row.number)) {
            *by_department.entry(row.department).or_default() += 1;
        }
        by_department
    }
}
