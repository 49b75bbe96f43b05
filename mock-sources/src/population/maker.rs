//! Makes the people of one household: names, birth dates, unique ID numbers. Keeps what must be unique or remembered across
//! households (running numbers, the last people made), which is why households are made in order.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{id_numbers, names, places};
use crate::calendar::{Month, Window};
use crate::chance::Chance;
use crate::truth::{Case, Household, Person, Registered, Sex, Text};

/// People of a household are numbered within this many.
pub(crate) const PEOPLE_PER_HOUSEHOLD: u32 = 32;
/// Outsiders are numbered from here.
const FIRST_OUTSIDER: usize = 16;
/// Running numbers from here on are never given out, so that fixed people keep theirs.
pub(crate) const RESERVED_RUNNING: u32 = 470;

/// What is remembered from household to household.
pub(crate) struct Registry {
    running: HashMap<(Date, Sex, u8), u32>,
    /// A person made earlier, for namesakes and shared numbers: household index, name, sex, birth date, number.
    pub(crate) earlier: Option<(u32, String, Sex, Date, String)>,
    forbidden_names: Vec<String>,
}

impl Registry {
    pub(crate) fn new(forbidden_names: Vec<String>) -> Self {
        Self { running: HashMap::new(), earlier: None, forbidden_names }
    }

    fn number(&mut self, region: u8, born: Date, sex: Sex) -> String {
        let code = if region == 0 { places::REGION } else { places::OTHER_REGIONS[usize::from(region) - 1] };
        let issued = self.running.entry((born, sex, region)).or_insert(0);
        let start = id_start(born, sex);
        let running = (start + *issued * 7) % RESERVED_RUNNING;
        *issued += 1;
        id_numbers::build(code, born, sex, running)
    }
}

/// Where running numbers of a day begin, so that they do not all start alike.
fn id_start(born: Date, sex: Sex) -> u32 {
    let day = u32::from(born.year().unsigned_abs()) * 372
        + u32::from(born.month().unsigned_abs()) * 31
        + u32::from(born.day().unsigned_abs());
    (day * 37 + u32::from(sex == Sex::Male) * 101) % RESERVED_RUNNING
}

/// A household in the making.
pub(crate) struct Maker<'a> {
    pub(crate) chance: Chance,
    pub(crate) registry: &'a mut Registry,
    pub(crate) as_of: Date,
    pub(crate) window: Window,
    pub(crate) household: Household,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(seed: u64, index: u32, as_of: Date, registry: &'a mut Registry) -> Self {
        let mut chance = Chance::new(seed, "household", u64::from(index));
        let town = *chance.weighted(places::TOWNS);
        let urban = chance.permille(if town == "会师镇" { 720 } else { 120 });
        let registered_as = if urban { Registered::Urban } else { Registered::Rural };
        let address =
            if urban { places::urban_address(&mut chance, town) } else { places::rural_address(&mut chance, town) };
        let household = Household {
            index,
            book: book_number(index),
            registered_as,
            address,
            town: Text::Borrowed(town),
            members: Vec::with_capacity(4),
            outsiders: Vec::new(),
            cases: Vec::new(),
        };
        Self { chance, registry, as_of, window: Window::ending(as_of), household }
    }

    pub(crate) fn urban(&self) -> bool {
        self.household.registered_as == Registered::Urban
    }

    pub(crate) fn mark(&mut self, case: Case) {
        if !self.household.has(case) {
            self.household.cases.push(case);
        }
    }

    /// A birth date of somebody aged `low ..= high` on the as-of date.
    pub(crate) fn born(&mut self, low: i64, high: i64) -> Date {
        let age = i32::try_from(self.chance.between(low, high)).unwrap_or(0);
        let month = Month::of(self.as_of).plus(-12 * age - 1 - i32::try_from(self.chance.below(11)).unwrap_or(0));
        month.day(i8::try_from(self.chance.between(1, 31)).unwrap_or(1))
    }

    /// A family name of the household's head.
    pub(crate) fn surname(&mut self) -> &'static str {
        names::surname(&mut self.chance)
    }

    /// A name nobody of the fixed households has.
    pub(crate) fn name(&mut self, surname: &str, sex: Sex, born: Date) -> String {
        loop {
            let name = if self.chance.permille(6) {
                names::with_separator(&mut self.chance, sex)
            } else {
                format!("{surname}{}", names::given(&mut self.chance, sex, born.year()))
            };
            if !self.registry.forbidden_names.contains(&name) {
                return name;
            }
        }
    }

    /// A person of this name; not yet placed in the household.
    pub(crate) fn person(&mut self, name: String, sex: Sex, born: Date) -> Person {
        let region = if self.chance.permille(90) { u8::try_from(self.chance.between(1, 6)).unwrap_or(1) } else { 0 };
        let number = self.registry.number(region, born, sex);
        let mut person = Person::bare(0, name, sex, born, number);
        let age = person.age_on(self.as_of);
        person.can_work = (16..60).contains(&age);
        if age >= 14 && self.chance.permille(if age > 70 { 500 } else { 950 }) {
            let head = *self.chance.pick(&["138", "139", "150", "152", "177", "181", "189"]);
            person.phone = format!("{head}{:08}", self.chance.below(100_000_000));
        }
        person
    }

    /// An adult with a family name of their own.
    pub(crate) fn stranger(&mut self, sex: Sex, low: i64, high: i64) -> Person {
        let born = self.born(low, high);
        let surname = self.surname();
        let name = self.name(surname, sex, born);
        self.person(name, sex, born)
    }

    /// Adds a member; the first one applies.
    pub(crate) fn add(&mut self, mut person: Person, relation: &str) -> usize {
        let position = self.household.members.len();
        person.id = self.household.index * PEOPLE_PER_HOUSEHOLD + u32::try_from(position).unwrap_or(0);
        person.reference = format!("m{}", position + 1);
        relation.clone_into(&mut person.relation);
        self.household.book.clone_into(&mut person.book);
        self.household.members.push(person);
        position
    }

    /// Adds somebody who does not apply, registered in this book or in a book of their own.
    pub(crate) fn add_outsider(&mut self, mut person: Person, relation: &str, same_book: bool) -> usize {
        let position = self.household.outsiders.len();
        let number = u32::try_from(FIRST_OUTSIDER + position).unwrap_or(31);
        person.id = self.household.index * PEOPLE_PER_HOUSEHOLD + number;
        relation.clone_into(&mut person.relation);
        person.book = if same_book { self.household.book.clone() } else { format!("{}{number}", self.household.book) };
        self.household.outsiders.push(person);
        position
    }

    /// A day within the window.
    pub(crate) fn day_in_window(&mut self) -> Date {
        let days = self.chance.between(5, 350);
        self.window.end.saturating_sub(jiff::Span::new().days(days))
    }
}

/// Number of a household book.
pub(crate) fn book_number(index: u32) -> String {
    format!("{}{:07}", places::REGION, u64::from(index) * 3 + 1_000_001)
}
