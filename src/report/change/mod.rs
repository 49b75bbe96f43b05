//! What changed between two dated reports of one household, why, and what may follow: a hint for the officer (只核对、不认定).
//!
//! [`crate::report::difference`] compares two assessments of one evidence under two packs; this compares two bodies, each of its own
//! evidence and day. What did not change is left out, a total that became open is not comparable and never fell to nothing. A change
//! names people and is sealed as a report is. The applicant's is that of the two applicant's copies. Pure: no I/O, no clock.

mod clock;
mod consequence;
mod household;
mod limits;
mod lines;
mod people;
mod read;
mod reasons;
mod rows;
mod rules;
mod screening;
mod sides;
mod totals;
mod what;
pub(super) mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Words};
use crate::household::{Fen, MemberRef, PersonName, SourceKey};
use crate::policy::Pack;
use crate::policy::notice::{Adverse, Notice};

pub use clock::Clock;
pub use consequence::Consequence;
pub use limits::Limits;
pub use read::{Unreadable, read};
pub use reasons::{LineIs, LineReason, ParameterReason, Reason};
pub use rows::{COLUMNS, RowOf, csv_rows};
pub use what::{Compared, Direction, State, What, Who};

/// The form of a change this build writes.
pub const FORMAT: &str = "hedui-change/1";

/// What a comparison takes beside the two bodies.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// How small a change is none.
    pub limits: Limits,
    /// The packs of both reports, each resolved for its report's day, where they are at hand: then every parameter that is another is
    /// named, and not only those that the bodies name.
    pub packs: Option<(&'a Pack, &'a Pack)>,
    /// The clock of the comparison before this one.
    pub clock: Option<&'a Clock>,
}

/// What changed between two reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HouseholdChange)]
pub struct Change {
    /// Form of this document: `hedui-change/1`.
    pub format: String,
    /// The report before.
    pub before: Which,
    /// The report after.
    pub after: Which,
    /// Every change; none where nothing changed.
    pub items: Vec<ItemChange>,
    /// Parameters of the rules that are others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<ParameterReason>,
    /// The clock of gradual exit, while one runs or has run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// What may follow.
    pub consequence: Consequence,
    /// Names of the people named; only what the later report (else the earlier) calls them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Named>,
    /// Titles of the departments named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Words>)]
    pub sources: BTreeMap<SourceKey, Words>,
}

/// A report that was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ComparedReport)]
pub struct Which {
    /// Its number.
    pub number: String,
    /// Its version.
    pub version: u32,
    /// Whether every department had ended.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The day it is about.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// SHA-256 of its body as this build writes it.
    pub body_sha256: String,
    /// Hash of its pack.
    pub pack_sha256: String,
}

/// A person with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangedName)]
pub struct Named {
    /// Who.
    pub who: Who,
    /// Name, as declared.
    #[schema(value_type = String)]
    pub name: PersonName,
}

/// One thing that is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemChange {
    /// What.
    pub what: What,
    /// About whom; none where it is the household's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// What it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<State>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<State>,
    /// How far the two can be compared.
    pub compared: Compared,
    /// Too small to be an obvious change of circumstances.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub slight: bool,
    /// Yuan by which it is certainly more (or less) at the least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Fen>,
    /// Which way it points.
    pub direction: Direction,
    /// Whether only officers may see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub officer_only: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

impl ItemChange {
    fn new(what: What, who: Option<Who>, before: Option<State>, after: Option<State>, direction: Direction) -> Self {
        Self {
            what,
            who,
            before,
            after,
            compared: Compared::Certain,
            slight: false,
            difference: None,
            direction,
            officer_only: false,
            reasons: Vec::new(),
        }
    }
}

/// What `after` changes in `before`. Bodies of earlier programs are read with [`read`].
#[must_use]
pub fn compare(before: &Body, after: &Body, known: &Known<'_>) -> Change {
    let (first, second) = (before.spelled_out(), after.spelled_out());
    let sides = sides::Sides::of(&first, &second);
    let mut items = sides.outcomes();
    items.extend(sides.amounts(&known.limits));
    items.extend(sides.household());
    items.extend(sides.totals(&known.limits));
    items.extend(sides.silences());
    let parameters = rules::changes(&first, &second, known);
    follow(&mut items);
    rules::explain(&mut items, &parameters, &first, &second);
    items.sort_by(|a, b| (&a.what, &a.who).cmp(&(&b.what, &b.who)));
    for item in &mut items {
        item.reasons.sort();
    }
    let clock = clock::clock(&first, &second, known.clock, known.limits.exit_months);
    let consequence = consequence::consequence(&first, &second, &items, clock.as_ref());
    let sources = titles(&items, &first, &second);
    let people = names(&items, &first, &second);
    let (before, after) = (Which::of(before), Which::of(after));
    Change { format: FORMAT.to_owned(), before, after, items, parameters, clock, consequence, people, sources }
}

/// Income a head follows from its classes, deductions and the number of members; amounts and property totals likewise.
fn follow(items: &mut [ItemChange]) {
    let changed: Vec<What> = items.iter().map(|item| item.what.clone()).collect();
    for item in items {
        let is_cause = |cause: &What| match &item.what {
            What::IncomePerHead => matches!(cause, What::Income(_) | What::Deductions | What::Size),
            What::Amount(_) => matches!(cause, What::IncomePerHead | What::Standard | What::Size | What::Outcome(_)),
            What::PropertyTotal => matches!(cause, What::Property(_)),
            _ => false,
        };
        let mut causes: Vec<What> = changed.iter().filter(|cause| is_cause(cause)).cloned().collect();
        causes.sort();
        if !causes.is_empty() {
            item.reasons.push(Reason::Follows(causes));
        }
    }
}

/// Titles of the departments that a change names; the later report's where both have one.
fn titles(items: &[ItemChange], before: &Body, after: &Body) -> BTreeMap<SourceKey, Words> {
    let named = items.iter().flat_map(|item| {
        let own = if let What::Silence(source) = &item.what { Some(source) } else { None };
        let of_reasons = item.reasons.iter().filter_map(|reason| match reason {
            Reason::Line(line) => line.source.as_ref(),
            Reason::Held { source, .. } | Reason::Silent { source, .. } | Reason::Spoke { source, .. } => Some(source),
            _ => None,
        });
        own.into_iter().chain(of_reasons)
    });
    let title = |source: &SourceKey| {
        let lines = after.sources.iter().chain(&before.sources);
        lines.into_iter().find(|line| line.source == *source).map(|line| line.title.clone())
    };
    named.filter_map(|source| Some((source.clone(), title(source)?))).collect()
}

/// Names of everybody whom a change names.
fn names(items: &[ItemChange], before: &Body, after: &Body) -> Vec<Named> {
    let mut people: BTreeSet<&Who> = items.iter().filter_map(|item| item.who.as_ref()).collect();
    for reason in items.iter().flat_map(|item| &item.reasons) {
        match reason {
            Reason::Line(line) => people.extend([&line.who]),
            Reason::Held { who, .. } => people.extend([who]),
            Reason::Silent { who, .. } | Reason::Spoke { who, .. } => people.extend(who),
            _ => {}
        }
    }
    let name = |body: &Body, reference: &Option<MemberRef>| {
        let obligors = body.household.obligors.iter().map(|obligor| &obligor.person);
        let mut all = body.household.members.iter().chain(obligors);
        let person = all.find(|person| Some(&person.reference) == reference.as_ref())?;
        Some(person.name.clone())
    };
    let named = |who: &Who| name(after, &who.after).or_else(|| name(before, &who.before));
    people.into_iter().filter_map(|who| Some(Named { who: who.clone(), name: named(who)? })).collect()
}

impl Which {
    fn of(body: &Body) -> Self {
        Self {
            number: body.number.clone(),
            version: body.version,
            is_final: body.is_final,
            as_of: body.request.as_of,
            body_sha256: body.hash(),
            pack_sha256: body.provenance.pack.sha256.clone(),
        }
    }
}

impl Change {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Which way the whole points: both ways at once is neither.
    #[must_use]
    pub fn direction(&self) -> Direction {
        let points = |direction: Direction| self.items.iter().any(|item| item.direction == direction);
        match (points(Direction::MayNeedMore), points(Direction::MayNoLongerFit)) {
            (true, false) => Direction::MayNeedMore,
            (false, true) => Direction::MayNoLongerFit,
            _ => Direction::Neutral,
        }
    }

    /// Whom must be heard before this is passed on, and until when. `made_on`: the day the change was made known to the family.
    #[must_use]
    pub fn notice(&self, made_on: Date, hearing_days: Option<i64>) -> Notice {
        let of_consequence = match &self.consequence {
            Consequence::MayEnd { .. } => Some(Adverse::End),
            Consequence::RaiseOrLowerAmount { before: Some(before), after, .. } if after < before => {
                Some(Adverse::Reduction)
            }
            _ => None,
        };
        let differs = self.items.iter().any(|item| {
            matches!(item.what, What::Declared(_))
                && matches!(&item.after, Some(State::Compared(comparison)) if !comparison.agrees())
        });
        let adverse = of_consequence.into_iter().chain(differs.then_some(Adverse::Difference));
        let notice = Notice::of(adverse, made_on, hearing_days);
        let open = matches!(self.consequence, Consequence::Open { .. });
        if open && !notice.adverse { Notice::not_yet() } else { notice }
    }
}

#[cfg(test)]
pub(super) mod properties;
#[cfg(test)]
mod tests;
