//! Declared against found (申报与核对), per person and class. A difference is worded `申报与核对不一致，待说明`: the family is heard first.
//!
//! What was found is often not one amount: a record under review may be theirs, a reading of the law may be open, a bank tells a limit and no
//! balance. It agrees or differs when it does so whatever it turns out to be, and is not determined else (未定).

use super::assessment::{Comparison, DeclaredLine, FoundBetween, Treatment};
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

/// What departments' records of a class come to.
#[derive(Clone, Copy)]
struct Found {
    counted: Fen,
    least: Fen,
    /// None = no upper end.
    most: Option<Fen>,
    /// Whether any record is certainly theirs and says an amount.
    certain: bool,
}

impl Found {
    /// Of lines as what each counts, its ends, and whether it is certain; nothing where there are none.
    fn of(lines: impl Iterator<Item = Self>) -> Option<Self> {
        lines.reduce(|all, line| Self {
            counted: all.counted.saturating_add(line.counted),
            least: all.least.saturating_add(line.least),
            most: all.most.zip(line.most).map(|(all, most)| all.saturating_add(most)),
            certain: all.certain || line.certain,
        })
    }

    fn between(&self) -> Option<FoundBetween> {
        let is_known = self.least == self.counted && self.most == Some(self.counted);
        (!is_known).then_some(FoundBetween { at_least: self.least, at_most: self.most })
    }
}

fn income(sums: &Sums<'_, '_>, position: usize, class: IncomeClass) -> Option<DeclaredLine> {
    let person = &sums.case.people[position];
    let mut formal = person.facts.declared.income.iter().filter(|d| d.class == class && !d.informal).peekable();
    let declared = formal.peek().is_some().then(|| formal.map(|d| d.annual_yuan).sum::<Fen>());
    let own =
        |draft: &&IncomeDraft<'_>| draft.line.class == class && draft.line.member == person.reference() && !draft.paid;
    let of_line = |draft: &IncomeDraft<'_>| {
        let certain = draft.line.treatment != Treatment::HeldForReview;
        let is_told = draft.line.source.is_some() && (certain || draft.least.0 < 0 || draft.most.0 > 0);
        is_told.then_some(Found { counted: draft.line.counted, least: draft.least, most: Some(draft.most), certain })
    };
    let found = Found::of(sums.income.iter().filter(own).filter_map(of_line));
    compare(sums, position, format!("income.{}", class.as_str()), info_class(class), declared, found)
}

fn financial(sums: &Sums<'_, '_>, position: usize) -> Option<DeclaredLine> {
    let person = &sums.case.people[position];
    let values = person.facts.declared.property.iter().filter(|d| d.class == PropertyClass::Financial);
    let mut values = values.filter_map(|d| d.value_yuan).peekable();
    let declared = values.peek().is_some().then(|| values.sum::<Fen>());
    let own = |d: &&PropertyDraft<'_>| d.line.class == PropertyClass::Financial && d.line.member == person.reference();
    let of_line = |draft: &PropertyDraft<'_>| {
        let is_told = draft.line.source.is_some() && (draft.least.0 > 0 || draft.most != Some(Fen::ZERO));
        let (least, most) = (draft.least, draft.most);
        is_told.then_some(Found { counted: least, least, most, certain: least.0 > 0 })
    };
    let found = Found::of(sums.property.iter().filter(own).filter_map(of_line));
    compare(sums, position, "property.financial".to_owned(), InfoClass::Financial, declared, found)
}

fn compare(
    sums: &Sums<'_, '_>,
    position: usize,
    class: String,
    info: InfoClass,
    declared: Option<Fen>,
    found: Option<Found>,
) -> Option<DeclaredLine> {
    if declared.is_none() && found.is_none_or(|found| found.counted.0 == 0) {
        return None;
    }
    let heard = Heard::of(sums, position, info);
    let comparison = match found {
        // Nobody else knows of it: the declaration stands alone.
        None => heard.nothing_found(),
        Some(found) => {
            let said = declared.unwrap_or(Fen::ZERO);
            heard.say(fits(sums, said, &found, heard != Heard::Everybody), declared.is_some())
        }
    };
    Some(DeclaredLine {
        member: sums.case.people[position].reference().clone(),
        class,
        declared,
        found: found.map(|found| found.counted),
        found_between: found.filter(|_| comparison == Comparison::Undetermined).as_ref().and_then(Found::between),
        declared_count: None,
        found_count: None,
        found_count_at_most: None,
        comparison,
    })
}

/// Whether what was found is what was said, whatever it turns out to be; none where it may be and may not. What agrees lies around what was
/// said without a gap, so that both ends tell of all between. Less than was said may still come, while a source is silent.
fn fits(sums: &Sums<'_, '_>, said: Fen, found: &Found, more_may_come: bool) -> Option<bool> {
    let tolerance = |amount: Fen| sums.case.rules.declared_tolerance.value.of(said.max(amount));
    let near = |amount: Fen| (amount - said).0.abs() <= tolerance(amount).0;
    let (least, most) = (found.least, found.most);
    if !found.certain {
        return None; // theirs, it is compared; not theirs, there is none, and the declaration stands
    }
    let least_fits = near(least) || (more_may_come && least <= said);
    let most_fits = most.is_some_and(|most| near(most) || (more_may_come && most <= said));
    let beyond = said < least && !near(least);
    let short = most.is_some_and(|most| most < said && !near(most)) && !more_may_come;
    match (least_fits && most_fits, beyond || short) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// Who has answered of a class about a person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Everybody,
    InPart,
    Nobody,
}

impl Heard {
    fn of(sums: &Sums<'_, '_>, position: usize, info: InfoClass) -> Self {
        let class = Classes::of(&[info]);
        match (sums.silence.unheard(position, class), sums.silence.person(position, class)) {
            (true, _) => Self::Nobody,
            (false, true) => Self::InPart,
            (false, false) => Self::Everybody,
        }
    }

    /// That nothing was found says something only where somebody answered.
    fn nothing_found(self) -> Comparison {
        match self {
            Self::Everybody => Comparison::NoRecord,
            Self::InPart => Comparison::AgreesSoFar,
            Self::Nobody => Comparison::Undetermined,
        }
    }

    /// How what was found compares.
    fn say(self, fits: Option<bool>, declared: bool) -> Comparison {
        match (fits, self) {
            (None, _) => Comparison::Undetermined,
            (Some(false), _) if declared => Comparison::Differs,
            (Some(false), _) => Comparison::Undeclared,
            (Some(true), Self::Everybody) => Comparison::Agrees,
            (Some(true), Self::InPart | Self::Nobody) => Comparison::AgreesSoFar,
        }
    }
}

/// Vehicles, houses and firms are compared by number.
fn things(sums: &Sums<'_, '_>, position: usize, class: PropertyClass) -> Option<DeclaredLine> {
    let person = &sums.case.people[position];
    let of_class = || person.facts.declared.property.iter().filter(move |d| d.class == class);
    let declared = declared_number(person, class);
    let recorded = || {
        let own = |d: &&PropertyDraft<'_>| d.line.class == class && d.line.member == person.reference();
        sums.property.iter().filter(own).filter(|d| d.line.source.is_some())
    };
    let is_there =
        |d: &&PropertyDraft<'_>| matches!(d.line.treatment, Treatment::Counted | Treatment::Exempt | Treatment::Open);
    let may_be = |d: &&PropertyDraft<'_>| {
        d.line.treatment == Treatment::HeldForReview || (d.line.treatment == Treatment::Duplicate && d.count_most > 0)
    };
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (found, perhaps) = (number(recorded().filter(is_there).count()), number(recorded().filter(may_be).count()));
    if declared == 0 && found == 0 {
        return None;
    }
    let (word, info) = match class {
        PropertyClass::Vehicle => ("vehicle", InfoClass::Vehicle),
        PropertyClass::RealEstate => ("real_estate", InfoClass::RealEstate),
        PropertyClass::Company => ("company", InfoClass::Company),
        PropertyClass::Financial | PropertyClass::Other => return None,
    };
    let heard = Heard::of(sums, position, info);
    let most = found.saturating_add(perhaps);
    let comparison = match (found, most) {
        (0, 0) => heard.nothing_found(),
        (0, _) => Comparison::Undetermined,
        _ if declared < found => heard.say(Some(false), declared > 0),
        _ => heard.say((most <= declared).then_some(true), declared > 0),
    };
    Some(DeclaredLine {
        member: person.reference().clone(),
        class: format!("property.{word}"),
        declared: Some(of_class().filter_map(|d| d.value_yuan).sum::<Fen>()).filter(|value| value.0 > 0),
        found: None,
        found_between: None,
        declared_count: Some(declared),
        found_count: Some(found),
        found_count_at_most: Some(most).filter(|most| comparison == Comparison::Undetermined && *most > found),
        comparison,
    })
}
