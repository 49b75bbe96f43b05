//! Declared against found (申报与核对), per person and class. A difference is worded `申报与核对不一致，待说明`: the family is heard first.

use super::assessment::{Comparison, DeclaredLine, Treatment};
use super::drafts::{IncomeDraft, PropertyDraft};
use super::income::declared::info_class;
use super::property::declared::declared_number;
use super::silence::Classes;
use super::totals::Sums;
use crate::household::{Fen, IncomeClass, InfoClass, PropertyClass};

/// One line for every person and class that was declared or found.
pub(super) fn lines(sums: &Sums<'_, '_>) -> Vec<DeclaredLine> {
    let mut lines = Vec::new();
    for position in 0..sums.case.people.len() {
        lines.extend(IncomeClass::ALL.iter().filter_map(|&class| income(sums, position, class)));
        lines.extend(financial(sums, position));
        for class in [PropertyClass::Vehicle, PropertyClass::RealEstate, PropertyClass::Company] {
            lines.extend(things(sums, position, class));
        }
    }
    lines
}

fn income(sums: &Sums<'_, '_>, position: usize, class: IncomeClass) -> Option<DeclaredLine> {
    let person = &sums.case.people[position];
    let mut formal = person.facts.declared.income.iter().filter(|d| d.class == class && !d.informal).peekable();
    let declared = formal.peek().is_some().then(|| formal.map(|d| d.annual_yuan).sum::<Fen>());
    let own =
        |draft: &&IncomeDraft<'_>| draft.line.class == class && draft.line.member == person.reference() && !draft.paid;
    let recorded =
        |draft: &&IncomeDraft<'_>| draft.line.source.is_some() && draft.line.treatment != Treatment::HeldForReview;
    let mut found_lines = sums.income.iter().filter(own).filter(recorded).peekable();
    let found = found_lines.peek().is_some().then(|| found_lines.map(|d| d.line.counted).sum::<Fen>());
    let silent = sums.silence.person(position, Classes::of(&[info_class(class)]));
    compare(sums, position, format!("income.{}", class.as_str()), declared, found, silent)
}

fn financial(sums: &Sums<'_, '_>, position: usize) -> Option<DeclaredLine> {
    let person = &sums.case.people[position];
    let values = person.facts.declared.property.iter().filter(|d| d.class == PropertyClass::Financial);
    let mut values = values.filter_map(|d| d.value_yuan).peekable();
    let declared = values.peek().is_some().then(|| values.sum::<Fen>());
    let own = |d: &&PropertyDraft<'_>| d.line.class == PropertyClass::Financial && d.line.member == person.reference();
    let mut found = sums.property.iter().filter(own).filter(|d| d.line.source.is_some() && d.least.0 > 0).peekable();
    let found = found.peek().is_some().then(|| found.map(|d| d.least).sum::<Fen>());
    let silent = sums.silence.person(position, Classes::of(&[InfoClass::Financial]));
    compare(sums, position, "property.financial".to_owned(), declared, found, silent)
}

fn compare(
    sums: &Sums<'_, '_>,
    position: usize,
    class: String,
    declared: Option<Fen>,
    found: Option<Fen>,
    silent: bool,
) -> Option<DeclaredLine> {
    if declared.is_none() && found.is_none_or(|amount| amount.0 == 0) {
        return None;
    }
    let (said, held) = (declared.unwrap_or(Fen::ZERO), found.unwrap_or(Fen::ZERO));
    let tolerance = sums.case.rules.declared_tolerance.value.of(said.max(held));
    // Nobody else knows of it: the declaration stands alone. Less than declared may still come from a silent source.
    let agrees = match found {
        None => true,
        Some(_) if held <= said && silent => true,
        Some(_) => (held - said).0.abs() <= tolerance.0,
    };
    let comparison = compared(agrees, declared.is_some(), found.is_some(), silent);
    let member = sums.case.people[position].reference().clone();
    Some(DeclaredLine { member, class, declared, found, declared_count: None, found_count: None, comparison })
}

fn compared(agrees: bool, declared: bool, found: bool, silent: bool) -> Comparison {
    match (agrees, found, silent) {
        (false, _, _) if declared => Comparison::Differs,
        (false, _, _) => Comparison::Undeclared,
        (true, _, true) => Comparison::AgreesSoFar,
        (true, false, false) => Comparison::NoRecord,
        (true, true, false) => Comparison::Agrees,
    }
}

/// Vehicles, houses and firms are compared by number.
fn things(sums: &Sums<'_, '_>, position: usize, class: PropertyClass) -> Option<DeclaredLine> {
    let person = &sums.case.people[position];
    let of_class = || person.facts.declared.property.iter().filter(move |d| d.class == class);
    let declared = declared_number(person, class);
    let found = sums
        .property
        .iter()
        .filter(|d| d.line.class == class && d.line.member == person.reference() && d.line.source.is_some())
        .filter(|d| matches!(d.line.treatment, Treatment::Counted | Treatment::Exempt | Treatment::Open))
        .count();
    if declared == 0 && found == 0 {
        return None;
    }
    let (word, info) = match class {
        PropertyClass::Vehicle => ("vehicle", InfoClass::Vehicle),
        PropertyClass::RealEstate => ("real_estate", InfoClass::RealEstate),
        PropertyClass::Company => ("company", InfoClass::Company),
        PropertyClass::Financial | PropertyClass::Other => return None,
    };
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    let silent = sums.silence.person(position, Classes::of(&[info]));
    let comparison = compared(found <= declared, declared > 0, found > 0, silent);
    Some(DeclaredLine {
        member: person.reference().clone(),
        class: format!("property.{word}"),
        declared: Some(of_class().filter_map(|d| d.value_yuan).sum::<Fen>()).filter(|value| value.0 > 0),
        found: None,
        declared_count: Some(declared),
        found_count: Some(found),
        comparison,
    })
}
