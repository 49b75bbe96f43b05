//! One person's record in one roster: every field written and damaged on its own, with what was done. The stream of chance is keyed by
//! side and person, so that neither roster knows what the other made of somebody.

use super::people::People;
use super::rates::{Kind, Rates, Side};
use super::{written_facts, written_name, written_number};
use crate::chance::Chance;

/// A row of a roster, without its id.
pub(crate) struct Record {
    /// Name, ID number, birth date, sex, telephone, address.
    pub(crate) fields: [String; 6],
    /// What was done to it.
    #[cfg_attr(not(test), expect(dead_code, reason = "no file tells it; tests hold it against the table of rates"))]
    pub(crate) done: Vec<Kind>,
}

/// The record of a person in a roster.
pub(crate) fn record(people: &People, seed: u64, rates: &Rates, side: Side, person: u32) -> Record {
    let label = if side == Side::Left { "rosters left" } else { "rosters right" };
    let mut chance = Chance::new(seed, label, u64::from(person));
    let chance = &mut chance;
    let of = &people.persons[person as usize];
    let relatives: Vec<u32> = people.relatives(person).collect();
    let relative = (!relatives.is_empty()).then(|| &people.persons[*chance.pick(&relatives) as usize]);
    let (year, at) = (of.born.year(), (rates, side));
    let former = || {
        let mut chance = Chance::new(seed, "rosters former", u64::from(person));
        written_name::former(&mut chance, &of.name, of.sex, year)
    };
    let mut done = Vec::new();
    let fields = [
        written_name::name(chance, at, &of.name, (of.sex, year), former, &mut done),
        written_number::number(chance, at, &of.number, relative.map(|other| &*other.number), &mut done),
        written_facts::birth(chance, at, of.born, &mut done),
        written_facts::sex(chance, at, of.sex, &mut done).to_owned(),
        written_facts::phone(chance, at, of.phone, relative.map(|other| other.phone), &mut done),
        written_facts::address(chance, at, (people.household(of).home, people.counties()), &mut done),
    ];
    Record { fields, done }
}
