//! What the household book adds to what a request says of its people: former names of members, and who else is registered at home.
//!
//! It is the register that issues numbers and changes names. A row counts here only if number and name are the member's beyond doubt: a name
//! learnt from it lets other departments' records under the same number be known, never a record without one.

use crate::household::{MemberRef, Subject};
use crate::identity::{Known, Model, Person, Rule, Standing, attribute};
use crate::verification::answers::Cells;

/// The people of a request, and the others of their household book.
pub(super) struct Book {
    /// Members and obligors, with the former names that the book vouches for.
    pub(super) people: Vec<(MemberRef, Person)>,
    /// Registrants who are neither.
    pub(super) registrants: Vec<Person>,
}

impl Book {
    /// Reads it out of the answers; without an answer nothing is added.
    pub(super) fn read(people: Vec<(MemberRef, Person)>, cells: &Cells, model: &Model) -> Self {
        let mut book = Self { people, registrants: Vec::new() };
        let mut learnt = Vec::new();
        for ((asked, source), state) in cells.iter().filter(|((_, source), _)| model.is_household_book(source)) {
            for record in state.answer.iter().flat_map(|answer| answer.records()) {
                let known = Known { people: &book.people, registrants: &[] };
                let found = attribute(model, known, asked, source, &record.subject);
                match &found.standing {
                    Standing::Owned(owner) if found.filed().is_some_and(|best| best.rule == Rule::SameIdSameName) => {
                        learnt.extend(record.subject.former_name.clone().map(|name| (owner.clone(), name)));
                    }
                    Standing::Nobodys if is_named(&record.subject) => {
                        book.registrants.push(Person::prepare(&record.subject));
                    }
                    _ => {}
                }
            }
        }
        for (member, name) in learnt {
            let person = book.people.iter_mut().find(|(reference, _)| *reference == member);
            person.into_iter().for_each(|(_, person)| person.learn_former_name(&name));
        }
        book
    }
}

fn is_named(subject: &Subject) -> bool {
    subject.name.is_some()
}
