//! The people both rosters are drawn from: persons in households, their ID numbers unique. No damage here: this is the truth.

use std::collections::HashSet;

use jiff::civil::{Date, date};

use super::homes::{Home, region};
use super::kin;
use crate::chance::Chance;
use crate::population::id_numbers;
use crate::truth::Sex;

/// The day the population is as of.
pub(crate) const AS_OF: Date = date(2026, 11, 1);

/// One person.
pub(crate) struct Person {
    pub(crate) name: Box<str>,
    pub(crate) sex: Sex,
    pub(crate) born: Date,
    pub(crate) number: Box<str>,
    pub(crate) phone: u64,
    /// Index of the household.
    pub(crate) household: u32,
}

/// People of one address.
pub(crate) struct Household {
    pub(crate) home: Home,
    /// Index of the first person; the others follow.
    first: u32,
    size: u32,
}

/// A person before a number is issued.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) name: String,
    pub(crate) sex: Sex,
    pub(crate) born: Date,
    /// The second of twins: the number follows the first one's.
    pub(crate) twin: bool,
}

/// Everybody.
pub(crate) struct People {
    pub(crate) persons: Vec<Person>,
    households: Vec<Household>,
    /// Numbers issued: region, day, sex and running number in one.
    issued: HashSet<u64>,
    counties: u64,
}

impl People {
    /// `count` people, families first, then namesakes born on one day: one in 500.
    pub(crate) fn generate(seed: u64, count: usize) -> Self {
        let mut people = Self {
            persons: Vec::with_capacity(count + 16),
            households: Vec::with_capacity(count / 2),
            issued: HashSet::with_capacity(count),
            counties: super::homes::counties(count as u64),
        };
        let families = count - count / 500;
        let mut kin = 0;
        while people.persons.len() < families {
            kin::settle(&mut Chance::new(seed, "rosters kin", kin), &mut people);
            kin += 1;
        }
        people.cut(families);
        let mut chance = Chance::new(seed, "rosters namesakes", 0);
        while people.persons.len() < count {
            people.add_namesake(&mut chance, families);
        }
        people
    }

    /// How many counties they live in.
    pub(crate) fn counties(&self) -> u64 {
        self.counties
    }

    /// The household of a person.
    pub(crate) fn household(&self, person: &Person) -> &Household {
        &self.households[person.household as usize]
    }

    /// The other members of a person's household, as indices.
    pub(crate) fn relatives(&self, person: u32) -> impl Iterator<Item = u32> + '_ {
        let household = self.household(&self.persons[person as usize]);
        (household.first..household.first + household.size).filter(move |other| *other != person)
    }

    /// A household moves in: numbers and telephones are issued.
    pub(crate) fn move_in(&mut self, chance: &mut Chance, home: Home, drafts: Vec<Draft>) {
        let (household, first) = (index(self.households.len()), index(self.persons.len()));
        let size = index(drafts.len());
        let shared = telephone(chance);
        let mut last_issued = (0, 0);
        for draft in drafts {
            let age = AS_OF.year() - draft.born.year();
            let shares = age < 16 || (age > 65 && size > 1 && chance.permille(350));
            let phone = if shares { shared } else { telephone(chance) };
            let county = if draft.twin || chance.permille(880) { home.county } else { other_county(chance) };
            let county = if draft.twin { last_issued.0 } else { county };
            let wanted = if draft.twin {
                last_issued.1 + 1
            } else {
                u32::from(home.town) * 27 + u32::try_from(chance.below(20)).unwrap_or(0)
            };
            let running = self.issue(county, &draft, wanted);
            last_issued = (county, running);
            let number = id_numbers::build(region(county), draft.born, draft.sex, running).into();
            let name = draft.name.into();
            self.persons.push(Person { name, sex: draft.sex, born: draft.born, number, phone, household });
        }
        if size > 0 && chance.permille(700) {
            self.persons[first as usize].phone = shared;
        }
        self.households.push(Household { home, first, size });
    }

    /// The first running number from `wanted` on that nobody has.
    fn issue(&mut self, county: u8, draft: &Draft, wanted: u32) -> u32 {
        let day =
            u64::from(draft.born.year().unsigned_abs()) * 400 + u64::from(draft.born.day_of_year().unsigned_abs());
        let base = ((u64::from(county) * 1_000_000 + day) * 2 + u64::from(draft.sex == Sex::Male)) * 500;
        let candidates = (0..500).map(|step| (wanted + step) % 500);
        let free = candidates.into_iter().find(|running| !self.issued.contains(&(base + u64::from(*running))));
        let running = free.expect("fewer than 500 people of one sex are born in a county on one day");
        self.issued.insert(base + u64::from(running));
        running
    }

    /// Somebody else of the same name, sex and birth date, alone in another household; two in five in the same township.
    fn add_namesake(&mut self, chance: &mut Chance, families: usize) {
        let of = &self.persons[chance.index(families)];
        let draft = Draft { name: of.name.to_string(), sex: of.sex, born: of.born, twin: false };
        let home = self.household(of).home;
        let home = if chance.permille(400) {
            Home::within(chance, home.county, home.town)
        } else {
            Home::somewhere(chance, self.counties)
        };
        self.move_in(chance, home, vec![draft]);
    }

    /// Lets whoever is too many go.
    fn cut(&mut self, count: usize) {
        self.persons.truncate(count);
        let end = index(count);
        self.households.retain(|household| household.first < end);
        if let Some(last) = self.households.last_mut() {
            last.size = last.size.min(end - last.first);
        }
    }
}

impl Household {
    /// How many live there.
    #[cfg(test)]
    pub(crate) fn size(&self) -> u32 {
        self.size
    }
}

fn index(len: usize) -> u32 {
    u32::try_from(len).expect("a roster has fewer than four thousand million people")
}

fn other_county(chance: &mut Chance) -> u8 {
    u8::try_from(chance.below(20)).expect("a byte")
}

/// A mobile number.
pub(crate) fn telephone(chance: &mut Chance) -> u64 {
    const PREFIXES: [u64; 10] = [138, 139, 150, 151, 152, 158, 183, 187, 189, 177];
    *chance.pick(&PREFIXES) * 100_000_000 + chance.below(100_000_000)
}
