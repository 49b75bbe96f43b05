//! Many households in memory, arranged once: records sorted, told twice or not, people's standing, what is silent. Every pack that
//! is tried on them starts from there, by the same rules as [`assess`](super::assess). Households are judged a few at a time, each step
//! of the rules for all of those, in the room of the ones before.

use jiff::civil::Date;

use super::assess::{Lines, Outcomes, reckon};
use super::case::{About, Case};
use super::income;
use super::pack::Pack;
use super::people::{Item, People, Person, mark_shared};
use super::plausible::is_plausible;
use super::silence::{Classes, Silence, Spoken, classes_of};
use super::size::{Size, Unlike};
use super::totals::Sums;
use crate::household::evidence::MemberFacts;
use crate::household::{Detail, Evidence, InfoClass, Purpose, RegisteredAs, SourceKey};

/// Households whose outcomes are wanted.
#[derive(Default)]
pub struct Roll<'a> {
    people: Vec<Person<'a>>,
    households: Vec<Entry<'a>>,
}

/// A household of the roll.
struct Entry<'a> {
    about: About,
    /// Its first person, and the first of the next.
    people: (usize, usize),
    silence: Silence<'a>,
    unlike: Unlike<'a>,
    /// Where there are obligors: what they owe depends on the pack.
    obligors: Option<&'a Evidence>,
}

/// What a household added row by row is about; its applicant is the first person.
#[derive(Clone, Copy, Debug)]
pub struct Household<'a> {
    /// Programme asked for.
    pub purpose: Purpose,
    /// Kind of registration.
    pub registered_as: RegisteredAs,
    /// The day the question is about.
    pub as_of: Date,
    /// Classes of information that no department has told of; of every other class all have answered.
    pub silent: &'a [InfoClass],
}

/// A record that is this person's.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its department.
    pub source: &'a SourceKey,
    /// Number at the department.
    pub number: &'a str,
    /// What it says.
    pub detail: &'a Detail,
}

impl<'a> Roll<'a> {
    /// Room for as many households, and people in them.
    #[must_use]
    pub fn with_capacity(households: usize, people: usize) -> Self {
        Self { people: Vec::with_capacity(people), households: Vec::with_capacity(households) }
    }

    /// Households.
    #[must_use]
    pub fn len(&self) -> usize {
        self.households.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.households.is_empty()
    }

    /// Adds the household of a case.
    pub fn push(&mut self, evidence: &'a Evidence) {
        let known = People::of(evidence);
        let silence = Silence::new(&known, evidence);
        let unlike = Unlike::of(&known.people, &silence, evidence);
        let obligors = (!evidence.obligors.is_empty()).then_some(evidence);
        let first = self.people.len();
        self.people.extend(known.people);
        let people = (first, self.people.len());
        self.households.push(Entry { about: About::of(evidence), people, silence, unlike, obligors });
    }

    /// Adds a household from rows that match its people. A record that cannot be read leaves its classes silent; so do registers of
    /// persons, which tell of people who are not given here: with those, [`Roll::push`] the evidence.
    pub fn add<R: IntoIterator<Item = Row<'a>>>(
        &mut self,
        household: &Household<'_>,
        people: impl IntoIterator<Item = (&'a MemberFacts, R)>,
    ) {
        let first = self.people.len();
        let mut silent = Classes::of(household.silent);
        for (facts, rows) in people {
            let rows = rows.into_iter();
            let mut items = Vec::with_capacity(rows.size_hint().1.unwrap_or(0));
            for Row { source, number, detail } in rows {
                if is_plausible(detail) {
                    items.push(Item::new(source, number, detail, false));
                } else {
                    silent = silent.with(classes_of(detail));
                }
            }
            let registers =
                |item: &Item<'_>| matches!(item.detail(), Detail::Registration { .. } | Detail::Marriage { .. });
            if items.iter().any(registers) {
                silent = silent.with(Classes::HOUSEHOLD);
            }
            self.people.push(Person::new(facts, items, household.as_of));
        }
        mark_shared(&mut self.people[first..]);
        let own = &self.people[first..];
        let silence = Silence::of_classes(own, own.iter().map(|_| Spoken { silent, ..Spoken::default() }));
        let about = About {
            purpose: household.purpose,
            registered_as: household.registered_as,
            as_of: household.as_of,
            applicant: (!own.is_empty()).then_some(0),
        };
        let people = (first, self.people.len());
        self.households.push(Entry { about, people, silence, unlike: Unlike::default(), obligors: None });
    }

    /// What every household comes out as under a pack, in the order in which they were added.
    pub fn outcomes<'r>(&'r self, pack: &'r Pack) -> impl Iterator<Item = Outcomes> + use<'r, 'a> {
        let mut rooms = Vec::new();
        rooms.resize_with(TOGETHER.min(self.households.len()), Lines::default);
        self.households.chunks(TOGETHER).flat_map(move |together| outcomes(together, &self.people, pack, &mut rooms))
    }
}

/// Households that take each step together: the code of one step fits into the first cache, that of all steps does not.
pub(super) const TOGETHER: usize = 32;

fn outcomes<'r>(
    households: &'r [Entry<'r>],
    people: &'r [Person<'r>],
    pack: &'r Pack,
    rooms: &mut [Lines<'r>],
) -> Vec<Outcomes> {
    let of = |household: &'r Entry<'_>| {
        let (first, end) = household.people;
        Case::new(&household.about, pack, false, &people[first..end])
    };
    let cases: Vec<Case<'r>> = households.iter().map(of).collect();
    let named = || households.iter().zip(&cases);
    let sizes: Vec<Size<'r>> =
        named().map(|(household, case)| Size::new(case, &household.silence, &household.unlike)).collect();
    let support = |(household, case): (&'r Entry<'r>, &Case<'r>)| {
        household.obligors.map(|evidence| income::support::of_obligors(evidence, pack, case)).unwrap_or_default()
    };
    let supports: Vec<_> = named().map(support).collect();
    let rooms = &mut rooms[..households.len()];
    rooms.iter_mut().for_each(Lines::clear);
    for ((lines, (household, case)), support) in rooms.iter_mut().zip(named()).zip(&supports) {
        lines.add_income(case, &household.silence, support);
    }
    for (lines, (household, case)) in rooms.iter_mut().zip(named()) {
        lines.add_deductions(case, &household.silence);
    }
    for (lines, (household, case)) in rooms.iter_mut().zip(named()) {
        lines.add_property(case, &household.silence);
    }
    let sums: Vec<_> = rooms
        .iter()
        .zip(named())
        .zip(sizes.iter().zip(&supports))
        .map(|((lines, (household, case)), (size, support))| Sums {
            support,
            ..lines.sums(case, &household.silence, size)
        })
        .collect();
    reckon(&sums)
}
