//! The population: households made from a seed, two fixed households for demonstrations, and look-up by number and name. The same
//! seed, size and as-of date give the same people, and a larger population begins with the smaller one.

mod belongings;
mod cases;
mod composition;
mod custody;
mod family;
mod farm;
pub mod id_numbers;
mod livelihood;
mod maker;
pub(crate) mod names;
pub mod places;
mod sample;
mod welfare;

use jiff::civil::Date;

pub use cases::plain_income_fen;
pub(crate) use maker::PEOPLE_PER_HOUSEHOLD;
use maker::{Maker, Registry};
pub(crate) use sample::scripted;
pub use sample::{SAMPLE_INDEX, STRANGERS_INDEX};

use crate::calendar::Window;
use crate::chance::mix_text;
use crate::truth::{Case, Household, Person, RequestOptions};

/// Everybody, and how to find them.
#[derive(Debug)]
pub struct Population {
    seed: u64,
    as_of: Date,
    households: Vec<Household>,
    fixed: [Household; 2],
    by_number: Vec<(u64, u32)>,
    by_name: Vec<(u64, u32)>,
}

impl Population {
    /// Makes `count` households under `seed`, as they are on `as_of`.
    pub fn generate(seed: u64, count: u32, as_of: Date) -> Self {
        let fixed = [sample::household(), sample::strangers()];
        let mut households: Vec<Household> = stream(seed, count, as_of).collect();
        households.iter_mut().for_each(compact);
        mark_shared(&mut households);
        let mut population = Self { seed, as_of, households, fixed, by_number: Vec::new(), by_name: Vec::new() };
        population.index();
        population
    }

    fn index(&mut self) {
        let (mut by_number, mut by_name) = (Vec::new(), Vec::new());
        for person in self.households().flat_map(Household::people) {
            by_number.push((mix_text(0, &person.id_number), person.id));
            if let Some(second) = &person.second_number {
                by_number.push((mix_text(0, &second.id_number), person.id));
            }
            by_name.push((mix_text(0, &squeezed(&person.name)), person.id));
        }
        by_number.sort_unstable();
        by_name.sort_unstable();
        (self.by_number, self.by_name) = (by_number, by_name);
    }

    /// The seed it was made from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The as-of date it was made for.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The twelve months before the as-of date.
    pub fn window(&self) -> Window {
        Window::ending(self.as_of)
    }

    /// How many households were generated; the fixed ones come on top.
    pub fn generated(&self) -> u32 {
        u32::try_from(self.households.len()).unwrap_or(u32::MAX)
    }

    /// Every household: generated ones by index, then the fixed ones.
    pub fn households(&self) -> impl Iterator<Item = &Household> {
        self.households.iter().chain(&self.fixed)
    }

    /// A household by its index.
    pub fn household(&self, index: u32) -> Option<&Household> {
        let generated = usize::try_from(index).ok().and_then(|index| self.households.get(index));
        generated.or_else(|| self.fixed.iter().find(|household| household.index == index))
    }

    /// The household at a place of [`Population::households`].
    pub fn at(&self, place: usize) -> Option<&Household> {
        self.households.get(place).or_else(|| self.fixed.get(place.checked_sub(self.households.len())?))
    }

    /// A verification request for a household; nothing for an index that does not exist.
    pub fn request_for(&self, index: u32, options: &RequestOptions) -> Option<serde_json::Value> {
        self.household(index).map(|household| crate::truth::build_request(household, self.as_of, options))
    }

    /// The fixed household of the demonstration, the same whatever the seed.
    pub fn sample_household(&self) -> &Household {
        &self.fixed[0]
    }

    /// A person by number, with the household they stand with.
    pub fn person(&self, id: u32) -> Option<(&Household, &Person)> {
        let household = self.household(id / PEOPLE_PER_HOUSEHOLD)?;
        household.person(id).map(|person| (household, person))
    }

    /// Everybody who has this ID number, as a first or a second one.
    pub fn with_number<'a>(&'a self, number: &'a str) -> impl Iterator<Item = &'a Person> {
        let second =
            move |person: &Person| person.second_number.as_ref().is_some_and(|second| second.id_number == number);
        self.hits(&self.by_number, number).filter(move |person| person.id_number == number || second(person))
    }

    /// Everybody whose name is this one once `·` and blanks are gone.
    pub fn with_name<'a>(&'a self, squeezed_name: &'a str) -> impl Iterator<Item = &'a Person> {
        self.hits(&self.by_name, squeezed_name).filter(move |person| squeezed(&person.name) == squeezed_name)
    }

    fn hits<'a>(&'a self, index: &'a [(u64, u32)], key: &str) -> impl Iterator<Item = &'a Person> {
        let hash = mix_text(0, key);
        let start = index.partition_point(|(other, _)| *other < hash);
        let run = index[start..].iter().take_while(move |(other, _)| *other == hash);
        run.filter_map(|(_, id)| self.person(*id).map(|(_, person)| person))
    }
}

/// The generated households one after the other, for whoever need not hold them all. Earlier holders of a number issued twice are not marked.
pub(crate) fn stream(seed: u64, count: u32, as_of: Date) -> impl Iterator<Item = Household> {
    let fixed = [sample::household(), sample::strangers()];
    let names = fixed.iter().flat_map(Household::people).map(|person| person.name.clone()).collect();
    let mut registry = Registry::new(names);
    (0..count).map(move |index| make(seed, index, as_of, &mut registry))
}

fn make(seed: u64, index: u32, as_of: Date, registry: &mut Registry) -> Household {
    let mut maker = Maker::new(seed, index, as_of, registry);
    let kind = composition::populate(&mut maker);
    livelihood::provide(&mut maker, kind);
    welfare::befall(&mut maker, kind);
    belongings::endow(&mut maker, kind);
    farm::settle(&mut maker, seed);
    cases::sow(&mut maker);
    custody::befall(&mut maker, seed);
    maker.household
}

/// Gives back what growing lists took too much of; a hundred thousand households must fit a small machine.
fn compact(household: &mut Household) {
    household.members.shrink_to_fit();
    household.outsiders.shrink_to_fit();
    household.cases.shrink_to_fit();
    for person in household.members.iter_mut().chain(&mut household.outsiders) {
        person.settlements.shrink_to_fit();
        person.hospital.shrink_to_fit();
        person.accounts.shrink_to_fit();
        person.assistance.shrink_to_fit();
        person.marriages.shrink_to_fit();
        person.jobs.shrink_to_fit();
        person.pensions.shrink_to_fit();
        person.informal.shrink_to_fit();
        person.studies.shrink_to_fit();
        person.houses.shrink_to_fit();
        person.vehicles.shrink_to_fit();
        person.policies.shrink_to_fit();
        person.returned.shrink_to_fit();
        person.farm_subsidies.shrink_to_fit();
        person.custody.shrink_to_fit();
    }
}

/// Marks the other holder of each number issued twice.
fn mark_shared(households: &mut [Household]) {
    let shared: std::collections::BTreeSet<String> = households
        .iter()
        .filter(|household| household.has(Case::SharedIdNumber))
        .flat_map(|household| household.outsiders.iter().filter(|person| person.shares_number))
        .map(|person| person.id_number.clone())
        .collect();
    if shared.is_empty() {
        return;
    }
    for household in households {
        let mut hit = false;
        for person in household.members.iter_mut().chain(&mut household.outsiders) {
            if shared.contains(&person.id_number) {
                person.shares_number = true;
                hit = true;
            }
        }
        if hit && !household.has(Case::SharedIdNumber) {
            household.cases.push(Case::SharedIdNumber);
        }
    }
}

/// Whether a person belongs to the fixed households.
pub(crate) const fn is_fixed(id: u32) -> bool {
    id >= SAMPLE_INDEX * PEOPLE_PER_HOUSEHOLD
}

/// A name as departments compare it: without `·` and blanks.
pub(crate) fn squeezed(name: &str) -> String {
    name.chars().filter(|c| *c != '·' && !c.is_whitespace()).collect()
}
