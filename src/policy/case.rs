//! A household under a pack: its people with what the records say about them, and the rules to judge them by.
//!
//! Only records of members that match or are under review are here; a record that belongs to somebody else has no place.

use jiff::civil::Date;

use super::grounds::{GroundOf, Reason, Text};
use super::pack::{Caps, Codes, Handling, Pack, Param, Ratio, Rules, StandardKind};
use super::people::position;
pub(super) use super::people::{Item, Person, Standing};
use super::window::Window;
use crate::household::{DisabilityCategory, Evidence, Fen, Purpose, RegisteredAs};

/// Evidence and rules, arranged.
pub(super) struct Case<'a> {
    pub rules: &'a Rules,
    pub caps: &'a Caps,
    /// Whether words are made: not where only outcomes are wanted.
    pub traced: bool,
    pub purpose: Purpose,
    pub registered_as: RegisteredAs,
    pub window: Window,
    pub as_of: Date,
    pub people: &'a [Person<'a>],
    /// Position of the applicant among the people.
    pub applicant: Option<usize>,
    standard: &'a Param<Fen>,
}

/// What a case is about, beside its people.
#[derive(Clone, Copy)]
pub(super) struct About {
    pub purpose: Purpose,
    pub registered_as: RegisteredAs,
    pub as_of: Date,
    /// Position of the applicant among the people.
    pub applicant: Option<usize>,
}

impl About {
    pub fn of(evidence: &Evidence) -> Self {
        Self {
            purpose: evidence.purpose,
            registered_as: evidence.registered_as,
            as_of: evidence.as_of,
            applicant: position(&evidence.members, &evidence.applicant, 0),
        }
    }
}

impl<'a> Case<'a> {
    pub fn new(about: &About, pack: &'a Pack, traced: bool, people: &'a [Person<'a>]) -> Self {
        let rules = pack.rules();
        let standard = match standard_kind(rules, about.registered_as) {
            StandardKind::Urban => &rules.standard_urban,
            StandardKind::Rural => &rules.standard_rural,
        };
        Self {
            rules,
            caps: pack.caps(),
            traced,
            purpose: about.purpose,
            registered_as: about.registered_as,
            window: pack.window(),
            as_of: about.as_of,
            applicant: about.applicant,
            people,
            standard,
        }
    }

    /// Whether the household is looked at because it receives assistance.
    #[inline]
    pub fn is_on_the_rolls(&self) -> bool {
        matches!(self.purpose, Purpose::PeriodicReview | Purpose::ReportedChange | Purpose::Monitoring)
    }

    /// Those who count when dividing.
    #[inline]
    pub fn members(&self) -> impl Iterator<Item = &'a Person<'a>> + use<'a> {
        self.people.iter().filter(|person| person.is_member())
    }

    /// The applicant, if a member.
    #[inline]
    pub fn applicant(&self) -> Option<&'a Person<'a>> {
        self.applicant.map(|position| &self.people[position]).filter(|person| person.is_member())
    }

    #[inline]
    pub fn size(&self) -> u32 {
        u32::try_from(self.members().count()).expect("a household has few members")
    }

    /// The standard of the household, a head and month.
    #[inline]
    pub fn standard(&self) -> Fen {
        self.standard.value
    }

    #[inline]
    pub fn standard_yearly(&self) -> Fen {
        Fen(self.standard().0 * 12)
    }

    #[inline]
    pub fn standard_kind(&self) -> StandardKind {
        standard_kind(self.rules, self.registered_as)
    }

    #[inline]
    pub fn standard_ground(&self, make: impl FnOnce() -> (String, String)) -> Reason<'a> {
        self.standard.ground_made(self, make)
    }

    /// Whether what somebody who is no member earns and owns is left out of the household's.
    #[inline]
    pub fn leaves_out(&self, person: &Person<'_>) -> bool {
        match person.standing {
            Standing::Member => false,
            Standing::Dead => true,
            Standing::InCustody => self.rules.member_custody.value == Handling::Exempt,
            Standing::Away => self.rules.member_absent.value == Handling::Exempt,
        }
    }

    /// Whether a category counts as intellectual or mental disability.
    #[inline]
    pub fn is_mental(&self, category: DisabilityCategory) -> bool {
        let Codes(categories) = &self.rules.mental_categories.value;
        categories.contains(&category)
    }

    /// The share of the yearly standard that a ratio stands for.
    #[inline]
    pub fn of_standard(&self, ratio: Ratio) -> Fen {
        ratio.of(self.standard_yearly())
    }

    /// A text that is made only for a reader.
    #[inline]
    pub fn text(&self, make: impl FnOnce() -> String) -> Text {
        if self.traced { Text::Made(make()) } else { Text::Fixed("") }
    }
}

#[inline]
fn standard_kind(rules: &Rules, registered_as: RegisteredAs) -> StandardKind {
    match registered_as {
        RegisteredAs::Urban => StandardKind::Urban,
        RegisteredAs::Rural => StandardKind::Rural,
        RegisteredAs::ResidencePermit => rules.residence_permit.value,
        RegisteredAs::Visitor => rules.visitor.value,
    }
}
