//! How many people the household has, and whether that is settled: registrants nobody declared, a spouse nobody declared.
//!
//! An undeclared spouse is a finding for the officer only: never queried, never added. It keeps the size open.

use std::collections::BTreeSet;

use super::case::{Case, Person};
use super::pack::Handling;
use super::silence::{Classes, Silence};
use crate::household::{
    Detail, InfoClass, MaritalState, MemberRef, Record, RegistrationStatus, SourceKey, Subject, Verdict,
};

/// The household's size and what leaves it open.
pub(super) struct Size<'a> {
    pub members: u32,
    /// Registrants of a member's book whom nobody declared: record numbers by source.
    pub extra_registrants: BTreeSet<(&'a SourceKey, &'a str)>,
    /// Members whose registered spouse nobody declared, with the source.
    pub undeclared_spouses: Vec<(&'a MemberRef, &'a SourceKey)>,
    /// Whether every household source has spoken and nothing above is open.
    pub settled: bool,
}

impl<'a> Size<'a> {
    pub fn new(case: &Case<'a>, silence: &Silence<'_>) -> Self {
        let extra_registrants = extra_registrants(case, silence);
        let undeclared_spouses = undeclared_spouses(case);
        let members = case.size();
        let open_extra = !extra_registrants.is_empty() && case.rules.extra_registrant.value == Handling::Open;
        let open_spouse = !undeclared_spouses.is_empty() && case.rules.undeclared_spouse.value == Handling::Open;
        let settled = members > 0
            && !silence.any(Classes::HOUSEHOLD)
            && !silence.any_held(Classes::HOUSEHOLD)
            && !open_extra
            && !open_spouse;
        Self { members, extra_registrants, undeclared_spouses, settled }
    }

    /// What to divide by.
    pub fn divisor(&self) -> i64 {
        i64::from(self.members.max(1))
    }
}

/// A book answers with all its registrants; one who matched nobody was not declared.
///
/// A row that matched nobody may be a member whose own answer has not come: then it says nothing yet.
fn extra_registrants<'a>(case: &Case<'a>, silence: &Silence<'_>) -> BTreeSet<(&'a SourceKey, &'a str)> {
    let rows = || {
        case.evidence.records.iter().filter_map(|attributed| match &attributed.record.detail {
            Detail::Registration { book, status, .. } => Some((attributed, book, *status)),
            _ => None,
        })
    };
    let books: BTreeSet<&str> =
        rows().filter(|(row, ..)| row.verdict == Verdict::Match).map(|(_, book, _)| book.expose()).collect();
    let known: BTreeSet<_> = rows()
        .filter(|(row, ..)| row.verdict != Verdict::No)
        .map(|(row, ..)| (&row.source, row.record.number.as_str()))
        .collect();
    let unanswered = case.people.iter().enumerate().filter(|(position, person)| {
        let registered = person.counting().any(|item| matches!(item.detail(), Detail::Registration { .. }));
        !registered && silence.person(*position, &[InfoClass::Household])
    });
    let unanswered = unanswered.count();
    let extra: BTreeSet<_> = rows()
        .filter(|(_, book, status)| *status == RegistrationStatus::Current && books.contains(book.expose()))
        .map(|(row, ..)| (&row.source, row.record.number.as_str()))
        .filter(|row| !known.contains(row))
        .collect();
    if extra.len() > unanswered { extra } else { BTreeSet::new() }
}

fn undeclared_spouses<'a>(case: &Case<'a>) -> Vec<(&'a MemberRef, &'a SourceKey)> {
    let mut found = Vec::new();
    for person in case.members() {
        let newest = person
            .counting()
            .filter_map(|item| match item.detail() {
                Detail::Marriage { state, spouse_name, spouse_id_number, registered_on } => {
                    Some((*registered_on, *state, item, spouse_name.as_ref(), spouse_id_number.as_ref()))
                }
                _ => None,
            })
            .max_by(|a, b| (a.0, &a.2.record.number).cmp(&(b.0, &b.2.record.number)));
        let Some((_, MaritalState::Married, item, name, id)) = newest else { continue };
        let spouse = Spouse { name: name.map(|n| plain(n.expose())), id: id.map(|n| plain(n.expose())) };
        if !is_declared(case, person, &spouse) {
            found.push((person.reference(), item.source));
        }
    }
    found
}

struct Spouse {
    name: Option<String>,
    id: Option<String>,
}

/// Upper case, without spaces and separators: enough to tell whether two departments wrote the same person.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '・' | '．' | '.'))
        .flat_map(char::to_uppercase)
        .collect()
}

/// The spouse is somebody whose own records carry that number or name; failing both, the declared relations decide.
fn is_declared(case: &Case<'_>, person: &Person<'_>, spouse: &Spouse) -> bool {
    let others =
        case.evidence.records.iter().filter(|row| row.verdict == Verdict::Match && row.member != *person.reference());
    let mut id_seen = false;
    for Record { subject: Subject { name, former_name, id_number, .. }, .. } in others.map(|row| &row.record) {
        let same = |ours: &Option<String>, theirs: Option<&str>| matches!((ours, theirs), (Some(ours), Some(theirs)) if *ours == plain(theirs));
        if same(&spouse.id, id_number.as_ref().map(|n| n.expose()))
            || same(&spouse.name, name.as_ref().map(|n| n.expose()))
            || same(&spouse.name, former_name.as_ref().map(|n| n.expose()))
        {
            return true;
        }
        id_seen |= id_number.is_some() || name.is_some();
    }
    let nothing_to_compare = !id_seen || (spouse.id.is_none() && spouse.name.is_none());
    nothing_to_compare && related_as_spouse(case, person)
}

/// Head and spouse by their declared relation (GB/T 4761: 01 self, 02 head, 10-12 spouse).
fn related_as_spouse(case: &Case<'_>, person: &Person<'_>) -> bool {
    let is_head = |relation: &str| matches!(relation, "01" | "02");
    let is_spouse = |relation: &str| matches!(relation, "10" | "11" | "12");
    let own = person.facts.relation.0.as_str();
    case.people.iter().filter(|other| other.reference() != person.reference()).any(|other| {
        let theirs = other.facts.relation.0.as_str();
        (is_head(own) && is_spouse(theirs)) || (is_spouse(own) && is_head(theirs))
    })
}
