//! How many people the household has, and whether that is settled: registrants nobody declared, a spouse nobody declared, members whom
//! nobody knows.
//!
//! An undeclared spouse is a finding for the officer only: never queried, never added. It keeps the size open.

use std::collections::BTreeSet;

use super::case::Case;
use super::pack::Handling;
use super::people::{Item, Person};
use super::silence::{Classes, Silence};
use super::spouse::undeclared_spouses;
use crate::household::{Detail, Evidence, MemberRef, Registered, RegisteredAs, RegistrationStatus, SourceKey, Verdict};

/// Where the departments and the request differ on who there is: people whom registers know and nobody declared, and the other way round.
#[derive(Default)]
pub(super) struct Unlike<'a> {
    /// Registrants of a member's book: record numbers by source.
    pub registrants: BTreeSet<(&'a SourceKey, &'a str)>,
    /// Members with a registered spouse, with the source.
    pub spouses: Vec<(&'a MemberRef, &'a SourceKey)>,
    /// Members whom no department knows.
    pub unknown: Vec<&'a MemberRef>,
}

impl<'a> Unlike<'a> {
    pub fn of(people: &[Person<'a>], silence: &Silence<'_>, evidence: &'a Evidence) -> Self {
        Self {
            registrants: extra_registrants(people, silence, evidence),
            spouses: undeclared_spouses(people, evidence),
            unknown: unknown(people, silence),
        }
    }
}

/// The household's size and what leaves it open.
pub(super) struct Size<'a> {
    pub members: u32,
    pub unlike: &'a Unlike<'a>,
    /// Whether every household source has spoken and nothing above is open.
    pub settled: bool,
    /// A member whose registration, like every other one known, is of another kind than the request says: which standard applies
    /// is for the officer to settle.
    pub contradicted: Option<(&'a MemberRef, &'a SourceKey)>,
}

impl<'a> Size<'a> {
    pub fn new(case: &Case<'a>, silence: &Silence<'_>, unlike: &'a Unlike<'a>) -> Self {
        let members = case.size();
        let open_extra = !unlike.registrants.is_empty() && case.rules.extra_registrant.value == Handling::Open;
        let open_spouse = !unlike.spouses.is_empty() && case.rules.undeclared_spouse.value == Handling::Open;
        let settled = members > 0
            && !silence.any(Classes::HOUSEHOLD)
            && !silence.any_held(Classes::HOUSEHOLD)
            && !open_extra
            && !open_spouse
            && unlike.unknown.is_empty();
        Self { members, unlike, settled, contradicted: contradicted(case) }
    }

    /// Of a single person whose household is not looked at.
    pub fn of_one(nobody: &'a Unlike<'a>) -> Self {
        Self { members: 1, unlike: nobody, settled: true, contradicted: None }
    }

    /// What to divide by.
    pub fn divisor(&self) -> i64 {
        i64::from(self.members.max(1))
    }
}

/// A book answers with all its registrants; one who matched nobody was not declared.
///
/// A row that matched nobody may be a member whose own answer has not come: then it says nothing yet.
fn extra_registrants<'a>(
    people: &[Person<'a>],
    silence: &Silence<'_>,
    evidence: &'a Evidence,
) -> BTreeSet<(&'a SourceKey, &'a str)> {
    let rows = || {
        evidence.records.iter().filter_map(|attributed| match &attributed.record.detail {
            Detail::Registration { book, status, .. } => Some((attributed, book, *status)),
            _ => None,
        })
    };
    if rows().next().is_none() {
        return BTreeSet::new();
    }
    let books: BTreeSet<&str> =
        rows().filter(|(row, ..)| row.verdict == Verdict::Match).map(|(_, book, _)| book.expose()).collect();
    let known: BTreeSet<_> = rows()
        .filter(|(row, ..)| row.verdict != Verdict::No)
        .map(|(row, ..)| (&row.source, row.record.number.as_str()))
        .collect();
    let unanswered = people.iter().enumerate().filter(|(position, person)| {
        let registered = person.counting().any(|item| matches!(item.detail(), Detail::Registration { .. }));
        !registered && silence.person(*position, Classes::HOUSEHOLD)
    });
    let unanswered = unanswered.count();
    let extra: BTreeSet<_> = rows()
        .filter(|(_, book, status)| *status == RegistrationStatus::Current && books.contains(book.expose()))
        .map(|(row, ..)| (&row.source, row.record.number.as_str()))
        .filter(|row| !known.contains(row))
        .collect();
    if extra.len() > unanswered { extra } else { BTreeSet::new() }
}

/// Members of whom no department has a record that is theirs, though every register of persons has answered: a name or a number that is
/// wrong is likelier than somebody without a trace, and everything that was answered is about nobody then.
///
/// A record of any department makes one known: it was asked by name and number, and whose the record is was decided by both. So somebody
/// registered elsewhere (居住证、外来人员), who stands in no household book here, is known by a wage or an account. A record under review
/// shows nothing yet, nor does a bank that says of anybody that no balance is over its limit. Who is still to answer may know them; what
/// they earn and own is no more certain until then.
fn unknown<'a>(people: &[Person<'a>], silence: &Silence<'_>) -> Vec<&'a MemberRef> {
    let shows = |item: &Item<'_>| !item.held && !matches!(item.detail(), Detail::Threshold { exceeds: false, .. });
    let is_unknown = |(position, person): &(usize, &Person<'a>)| {
        person.is_member() && !person.items.iter().any(shows) && !silence.person(*position, Classes::HOUSEHOLD)
    };
    people.iter().enumerate().filter(is_unknown).map(|(_, person)| person.reference()).collect()
}

/// Urban or rural decides the standard. Members may be registered unlike each other; that none is as the request says is a
/// contradiction.
fn contradicted<'a>(case: &Case<'a>) -> Option<(&'a MemberRef, &'a SourceKey)> {
    let said = match case.registered_as {
        RegisteredAs::Urban => Registered::Urban,
        RegisteredAs::Rural => Registered::Rural,
        RegisteredAs::ResidencePermit | RegisteredAs::Visitor => return None,
    };
    let known = || {
        case.members().filter(|person| person.tells(Classes::HOUSEHOLD)).flat_map(|person| {
            person.counting().filter_map(move |item| match item.detail() {
                Detail::Registration { registered: Some(kind), status: RegistrationStatus::Current, .. } => {
                    Some((*kind, person.reference(), item.source))
                }
                _ => None,
            })
        })
    };
    if known().any(|(kind, ..)| kind == said) {
        return None;
    }
    known().next().map(|(_, member, source)| (member, source))
}
