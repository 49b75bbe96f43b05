//! Finds rows the way `WIRES.md` says departments do, in copies that are worked out rather than stored.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dirt::{Dirt, DirtKind, DirtRates};
use super::record_number::{self, RowKey};
use super::{RowHead, spoil};
use crate::calendar::Window;
use crate::chance::{Chance, mix_text};
use crate::departments::Key;
use crate::population::id_numbers::{is_valid, normalised};
use crate::population::{Population, scripted, squeezed};
use crate::truth::{Household, Person};

/// Whom a department is asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// ID number as sent.
    pub(crate) number: String,
    /// Name as sent.
    pub(crate) name: String,
}

impl Asked {
    pub(crate) fn new(number: impl Into<String>, name: impl Into<String>) -> Self {
        Self { number: number.into(), name: name.into() }
    }
}

/// Whose a record truly is, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordTruth {
    /// Key of the department.
    pub department: String,
    /// Record number.
    pub jlbh: String,
    /// Whom the row is truly about.
    pub owner: u32,
    /// The owner's valid ID number.
    pub owner_id_number: String,
    /// Which of the owner's facts it states, in the order `POPULATION.md` gives.
    pub ordinal: u32,
    /// What was done to it; empty for a row that states the truth.
    pub dirt: Vec<DirtKind>,
}

/// Rows whose identity was spoiled, by what they carry instead.
#[derive(Debug, Default)]
struct Moved {
    by_number: HashMap<u64, Vec<RowKey>>,
    by_name: HashMap<u64, Vec<RowKey>>,
}

/// Hospitals and schools wrote half of the namesakes' rows without a number, where anything is spoiled at all: what is left is a name and a
/// birth date that two people may share.
fn unkeyed(department: Key, person: &Person, rates: &DirtRates) -> DirtRates {
    if rates.id_missing > 0 && matches!(department, Key::Health | Key::Education) && person.is_namesake() {
        DirtRates { id_missing: rates.id_missing.max(5_000), ..*rates }
    } else {
        *rates
    }
}

/// The copies of all departments.
#[derive(Debug)]
pub(crate) struct Copies {
    population: Arc<Population>,
    window: Window,
    dirt: Dirt,
    moved: [OnceLock<Moved>; Key::COUNT],
}

/// A row as written, with its damage.
struct Written {
    key: RowKey,
    name: String,
    number: String,
    born: Date,
    dirt: Vec<DirtKind>,
}

impl Copies {
    pub(crate) fn new(population: Arc<Population>, dirt: Dirt) -> Self {
        Self { window: population.window(), population, dirt, moved: std::array::from_fn(|_| OnceLock::new()) }
    }

    /// Indexes every department's copy now, so that no first request has to wait for it.
    pub(crate) fn prepare(&self) {
        for department in Key::ALL {
            self.moved(department);
        }
    }

    pub(crate) fn population(&self) -> &Arc<Population> {
        &self.population
    }

    /// The rows `department` finds for a person asked about, in the order of their record numbers.
    pub(crate) fn find(&self, department: Key, asked: &Asked) -> Vec<RowHead> {
        let number = normalised(&asked.number);
        let name = department.comparable(&squeezed(&asked.name));
        let by_name_too = department.searches_by_name();
        let mut found: Vec<RowKey> = Vec::new();
        let mut consider = |written: &Written| {
            let theirs = normalised(&written.number);
            let nameless = name.is_empty();
            let same_name = !nameless && department.comparable(&squeezed(&written.name)) == name;
            if (!number.is_empty() && theirs == number) || (same_name && (by_name_too || !is_valid(&theirs))) {
                found.push(written.key);
            }
        };
        for person in self.population.with_number(&number) {
            self.rows(department, person).iter().for_each(&mut consider);
        }
        if by_name_too {
            for person in self.population.with_name(&name) {
                self.rows(department, person).iter().for_each(&mut consider);
            }
        }
        let moved = self.moved(department);
        let strays =
            moved.by_number.get(&mix_text(1, &number)).into_iter().chain(moved.by_name.get(&mix_text(1, &name)));
        for key in strays.flatten() {
            if let Some((_, person)) = self.population.person(key.person) {
                self.rows(department, person).iter().filter(|row| row.key == *key).for_each(&mut consider);
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut heads: Vec<RowHead> = found.into_iter().filter_map(|key| self.head(department, key)).collect();
        heads.sort_by(|a, b| a.record_number.cmp(&b.record_number));
        heads
    }

    /// Every row of a department about a person that is not lost, duplicates included.
    fn rows(&self, department: Key, person: &Person) -> Vec<Written> {
        let count = u32::try_from(self.facts(department, person)).unwrap_or(0);
        let ordinals = 0..count;
        let rows = ordinals.flat_map(|ordinal| self.row_and_duplicate(department, person, ordinal));
        rows.filter(|row| !row.dirt.contains(&DirtKind::Lost)).collect()
    }

    fn facts(&self, department: Key, person: &Person) -> usize {
        department.facts(&self.window, person)
    }

    fn row_and_duplicate(&self, department: Key, person: &Person, ordinal: u32) -> Vec<Written> {
        let row = self.written(department, person, ordinal, 0);
        if row.dirt.contains(&DirtKind::Duplicated) {
            let twin = Written {
                key: RowKey { copy: 1, ..row.key },
                name: row.name.clone(),
                number: row.number.clone(),
                born: row.born,
                dirt: row.dirt.clone(),
            };
            vec![row, twin]
        } else {
            vec![row]
        }
    }

    /// One row as the department wrote it.
    fn written(&self, department: Key, person: &Person, ordinal: u32, copy: u8) -> Written {
        let key = RowKey { person: person.id, ordinal, copy };
        let truth = person.number_at(department.as_str());
        if let Some(number) = scripted(department.as_str(), person.id, ordinal) {
            return Written {
                key,
                name: person.name.clone(),
                number: number.to_owned(),
                born: person.born,
                dirt: vec![DirtKind::IdDigit],
            };
        }
        let clean = || Written {
            key,
            name: person.name.clone(),
            number: truth.to_owned(),
            born: person.born,
            dirt: Vec::new(),
        };
        let Dirt::Dirty(rates) = &self.dirt else { return clean() };
        if crate::population::is_fixed(person.id) {
            return clean();
        }
        let rates = &rates.scaled(department.carelessness_percent());
        let row = u64::from(person.id) << 13 | u64::from(ordinal);
        let mut chance = Chance::new(self.population.seed(), department.as_str(), row);
        let mut dirt = Vec::new();
        // the register is where a name is changed: it states the former one apart
        let takes_former = department != Key::HouseholdRegistration;
        let former = person.former_name.as_deref().filter(|_| spoil::happens(&mut chance, rates.name_former));
        let former = former.filter(|_| takes_former);
        dirt.extend(former.map(|_| DirtKind::NameFormer));
        let name = spoil::name(&mut chance, rates, former.unwrap_or(&person.name), &mut dirt);
        // damage of a second kind has a stream of its own, so that what the first stream spoils stays as it was
        let mut second = Chance::new(self.population.seed(), &format!("{} more", department.as_str()), row);
        let name = spoil::name_more(&mut second, rates, name, &mut dirt);
        let rates = &unkeyed(department, person, rates);
        let mut number = spoil::number(&mut chance, rates, truth, &mut dirt);
        if let Some(other) =
            spoil::happens(&mut chance, rates.wrongly_keyed).then(|| self.other_number(&mut chance, person)).flatten()
        {
            number = other;
            dirt.retain(|kind| !kind.is_of_number());
            dirt.push(DirtKind::WronglyKeyed);
        } else if spoil::happens(&mut second, rates.id_relative)
            && let Some(relative) = self.relatives_number(&mut second, person)
        {
            number = relative;
            dirt.retain(|kind| !kind.is_of_number());
            dirt.push(DirtKind::IdRelative);
        }
        let born = if department.states_birth_dates() {
            spoil::birth_date(&mut second, rates, person.born, &mut dirt)
        } else {
            person.born
        };
        let changed = department.has_former_state(&self.window, person, ordinal as usize);
        for (kind, rate) in [
            (DirtKind::Duplicated, rates.duplicated),
            (DirtKind::Stale, if changed { rates.stale } else { 0 }),
            (DirtKind::Lost, rates.lost),
        ] {
            if spoil::happens(&mut chance, rate) {
                dirt.push(kind);
            }
        }
        Written { key, name, number, born, dirt }
    }

    /// The number of somebody of the same household book, the dead and the moved among them.
    fn relatives_number(&self, chance: &mut Chance, person: &Person) -> Option<String> {
        let (household, _) = self.population.person(person.id)?;
        let of_the_book = |other: &&Person| other.id != person.id && other.book == person.book && !other.shares_number;
        let relatives: Vec<&Person> = household.people().filter(of_the_book).collect();
        (!relatives.is_empty()).then(|| chance.pick(&relatives).id_number.clone())
    }

    /// The number of somebody else in the population.
    fn other_number(&self, chance: &mut Chance, person: &Person) -> Option<String> {
        let index = u32::try_from(chance.below(u64::from(self.population.generated()))).ok()?;
        let stranger = self.population.household(index)?.members.first()?;
        (stranger.id_number != person.id_number).then(|| stranger.id_number.clone())
    }

    fn head(&self, department: Key, key: RowKey) -> Option<RowHead> {
        let (_, person) = self.population.person(key.person)?;
        let written = self.written(department, person, key.ordinal, key.copy);
        Some(RowHead {
            record_number: record_number::written(department.index(), department.record_prefix(), key),
            stale: written.dirt.contains(&DirtKind::Stale),
            name: written.name,
            number: written.number,
            born: written.born,
            owner: key.person,
            ordinal: key.ordinal as usize,
        })
    }

    /// Every row of a department about a person, except the lost ones, whatever was asked.
    pub(crate) fn rows_about(&self, department: Key, person: &Person) -> Vec<RowHead> {
        self.rows(department, person).into_iter().filter_map(|row| self.head(department, row.key)).collect()
    }

    /// Rows found by name and birth date (only the household register is searched so).
    pub(crate) fn find_by_birth(&self, department: Key, name: &str, born: Date) -> Vec<RowHead> {
        let name = squeezed(name);
        let mut keys: Vec<RowKey> = Vec::new();
        let moved = self.moved(department).by_name.get(&mix_text(1, &name)).into_iter().flatten();
        let strays = moved.filter_map(|key| self.population.person(key.person)).map(|(_, person)| person);
        for person in self.population.with_name(&name).chain(strays) {
            let rows = self.rows(department, person);
            let of_that_name_and_day = rows.iter().filter(|row| row.born == born && squeezed(&row.name) == name);
            keys.extend(of_that_name_and_day.map(|row| row.key));
        }
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().filter_map(|key| self.head(department, key)).collect()
    }

    /// Rows that cannot be found under their owner's true number or name.
    fn moved(&self, department: Key) -> &Moved {
        self.moved[department.index()].get_or_init(|| {
            let mut moved = Moved::default();
            if self.dirt == Dirt::Clean && !department.compares_in_its_encoding() {
                return moved;
            }
            for person in self.population.households().flat_map(Household::people) {
                let true_name = department.comparable(&squeezed(&person.name));
                let lossy = department.compares_in_its_encoding() && true_name != squeezed(&person.name);
                for row in self.rows(department, person).into_iter().filter(|row| lossy || !row.dirt.is_empty()) {
                    let number = normalised(&row.number);
                    let name = department.comparable(&squeezed(&row.name));
                    if number != person.id_number && !number.is_empty() {
                        moved.by_number.entry(mix_text(1, &number)).or_default().push(row.key);
                    }
                    if lossy || !is_valid(&number) || name != true_name {
                        moved.by_name.entry(mix_text(1, &name)).or_default().push(row.key);
                    }
                }
            }
            moved
        })
    }

    /// Whose a record is; nothing for a number no row has.
    pub(crate) fn record_truth(&self, department: Key, jlbh: &str) -> Option<RecordTruth> {
        let key = record_number::read(department.index(), department.record_prefix(), jlbh)?;
        let (_, person) = self.population.person(key.person)?;
        let exists = (key.ordinal as usize) < self.facts(department, person);
        let truth = exists.then(|| self.truth_of(department, person, key))?;
        (key.copy == 0 || truth.dirt.contains(&DirtKind::Duplicated)).then_some(truth)
    }

    /// Every record about a person in every department, the lost ones too.
    pub(crate) fn records_about(&self, person: &Person) -> Vec<RecordTruth> {
        let mut records = Vec::new();
        for department in Key::ALL {
            for ordinal in 0..u32::try_from(self.facts(department, person)).unwrap_or(0) {
                let rows = self.row_and_duplicate(department, person, ordinal);
                records.extend(rows.into_iter().map(|row| self.truth_of(department, person, row.key)));
            }
        }
        records
    }

    fn truth_of(&self, department: Key, person: &Person, key: RowKey) -> RecordTruth {
        RecordTruth {
            department: department.as_str().to_owned(),
            jlbh: record_number::written(department.index(), department.record_prefix(), key),
            owner: person.id,
            owner_id_number: person.id_number.clone(),
            ordinal: key.ordinal,
            dirt: self.written(department, person, key.ordinal, key.copy).dirt,
        }
    }
}
