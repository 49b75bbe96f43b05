//! A household's evidence arranged for the rules: members with what the records say about them, records in a fixed order.
//!
//! Only records of members that match or are under review are here; a record that belongs to somebody else has no place.

use jiff::civil::Date;

use super::assessment::Ground;
use super::grounds::GroundOf;
use super::pack::{Codes, Pack, Ratio, Rules, StandardKind};
use super::plausible::is_plausible;
use super::window::Window;
use crate::household::evidence::MemberFacts;
use crate::household::{
    Attributed, CustodyKind, Detail, DisabilityCategory, Evidence, Fen, MemberRef, Record, RegisteredAs,
    RegistrationStatus, SourceKey, Verdict,
};

/// Evidence and rules, arranged.
pub(super) struct Case<'a> {
    pub evidence: &'a Evidence,
    pub rules: &'a Rules,
    pub window: Window,
    pub as_of: Date,
    pub people: Vec<Person<'a>>,
    /// Cells with a record that cannot be read: they have not spoken in full.
    pub unreadable: Vec<(&'a MemberRef, &'a SourceKey)>,
}

/// A member with what matching records say.
pub(super) struct Person<'a> {
    pub facts: &'a MemberFacts,
    pub standing: Standing,
    pub disability: Option<Disability<'a>>,
    pub serious_illness: bool,
    pub items: Vec<Item<'a>>,
}

/// Whether somebody counts as a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Member,
    Dead,
    InCustody,
}

/// The gravest valid certificate.
#[derive(Clone, Copy)]
pub(super) struct Disability<'a> {
    pub category: DisabilityCategory,
    pub grade: u8,
    pub item: Item<'a>,
}

/// A record of a member.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub source: &'a SourceKey,
    pub record: &'a Record,
    /// Under review: neither counted nor dropped.
    pub held: bool,
    /// The same record again.
    pub duplicate: bool,
    /// The contents of an earlier record under another number: the same account or bill told twice, or a second equal one.
    pub echo: bool,
}

impl<'a> Item<'a> {
    /// A matching record, met the first time.
    pub fn counts(&self) -> bool {
        !self.held && !self.duplicate
    }

    /// A record that may say nothing new about this person: under review, or told twice.
    pub fn in_doubt(&self) -> bool {
        self.held || (self.echo && !self.duplicate)
    }

    pub fn detail(&self) -> &'a Detail {
        &self.record.detail
    }
}

impl<'a> Person<'a> {
    pub fn reference(&self) -> &'a MemberRef {
        &self.facts.reference
    }

    pub fn is_member(&self) -> bool {
        self.standing == Standing::Member
    }

    /// Completed years on a day.
    pub fn age_on(&self, day: Date) -> Option<i64> {
        let born = self.facts.birth_date?;
        let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
        Some(i64::from(day.year()) - i64::from(born.year()) - i64::from(before_birthday))
    }

    /// Matching records, each once.
    pub fn counting(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(|item| item.counts())
    }

    /// Records under review.
    pub fn held(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(|item| item.held)
    }
}

impl<'a> Case<'a> {
    pub fn new(evidence: &'a Evidence, pack: &'a Pack) -> Self {
        let window = Window::before(evidence.as_of);
        let mut items: Vec<Vec<Item<'a>>> = vec![Vec::new(); evidence.members.len()];
        let mut unreadable = Vec::new();
        for attributed in evidence.records.iter().filter(|a| a.verdict != Verdict::No) {
            if !is_plausible(&attributed.record.detail) {
                unreadable.push((&attributed.member, &attributed.source));
                continue;
            }
            let position = evidence.members.iter().position(|m| m.reference == attributed.member);
            if let Some(position) = position {
                items[position].push(item(attributed));
            }
        }
        let mut people: Vec<Person<'a>> = evidence
            .members
            .iter()
            .zip(items)
            .map(|(facts, items)| Person::new(facts, items, evidence.as_of))
            .collect();
        mark_shared(&mut people);
        Self { evidence, rules: pack.rules(), window, as_of: evidence.as_of, people, unreadable }
    }

    /// Those who count when dividing.
    pub fn members(&self) -> impl Iterator<Item = &Person<'a>> {
        self.people.iter().filter(|person| person.is_member())
    }

    pub fn size(&self) -> u32 {
        u32::try_from(self.members().count()).expect("a household has few members")
    }

    /// The standard of the household, a head and month.
    pub fn standard(&self) -> Fen {
        self.standard_param().value
    }

    pub fn standard_yearly(&self) -> Fen {
        Fen(self.standard().0 * 12)
    }

    fn standard_param(&self) -> &'a super::pack::Param<Fen> {
        match self.standard_kind() {
            StandardKind::Urban => &self.rules.standard_urban,
            StandardKind::Rural => &self.rules.standard_rural,
        }
    }

    pub fn standard_kind(&self) -> StandardKind {
        match self.evidence.registered_as {
            RegisteredAs::Urban => StandardKind::Urban,
            RegisteredAs::Rural => StandardKind::Rural,
            RegisteredAs::ResidencePermit => self.rules.residence_permit.value,
            RegisteredAs::Visitor => self.rules.visitor.value,
        }
    }

    pub fn standard_ground(&self, zh: String, en: String) -> Ground {
        self.standard_param().ground(zh, en)
    }

    /// Whether a category counts as intellectual or mental disability.
    pub fn is_mental(&self, category: DisabilityCategory) -> bool {
        let Codes(categories) = &self.rules.mental_categories.value;
        categories.contains(&category)
    }

    /// The share of the yearly standard that a ratio stands for.
    pub fn of_standard(&self, ratio: Ratio) -> Fen {
        ratio.of(self.standard_yearly())
    }
}

fn item(attributed: &Attributed) -> Item<'_> {
    Item {
        source: &attributed.source,
        record: &attributed.record,
        held: attributed.verdict == Verdict::Review,
        duplicate: false,
        echo: false,
    }
}

impl<'a> Person<'a> {
    fn new(facts: &'a MemberFacts, mut items: Vec<Item<'a>>, as_of: Date) -> Self {
        items.sort_by(|a, b| order(a, b));
        for later in 1..items.len() {
            let (earlier, item) = (&items[..later], &items[later]);
            let twice = earlier.iter().any(|other| is_twice(other, item));
            let echo = !twice && earlier.iter().any(|other| same_contents(other, item));
            (items[later].duplicate, items[later].echo) = (twice, echo);
        }
        let mut person = Self { facts, standing: Standing::Member, disability: None, serious_illness: false, items };
        person.standing = person.find_standing(as_of);
        person.disability = person.find_disability(as_of);
        person.serious_illness = person.find_serious_illness(as_of);
        person
    }

    fn find_standing(&self, as_of: Date) -> Standing {
        let dead = self.counting().any(|item| match item.detail() {
            Detail::Death { on } => on.is_none_or(|day| day <= as_of),
            Detail::Registration { status: RegistrationStatus::Deceased, died_on, .. } => {
                died_on.is_none_or(|day| day <= as_of)
            }
            _ => false,
        });
        let held = self.counting().any(|item| match item.detail() {
            Detail::Custody { custody: CustodyKind::Prison | CustodyKind::Rehabilitation, from, to } => {
                *from <= as_of && to.is_none_or(|day| as_of <= day)
            }
            _ => false,
        });
        match (dead, held) {
            (true, _) => Standing::Dead,
            (false, true) => Standing::InCustody,
            (false, false) => Standing::Member,
        }
    }

    fn find_disability(&self, as_of: Date) -> Option<Disability<'a>> {
        let valid = self.counting().filter_map(|item| match item.detail() {
            Detail::DisabilityCertificate { category, grade, valid_until, valid: true }
                if valid_until.is_none_or(|day| as_of <= day) =>
            {
                Some(Disability { category: *category, grade: *grade, item: *item })
            }
            _ => None,
        });
        valid.min_by_key(|disability| (disability.grade, disability.category))
    }

    fn find_serious_illness(&self, as_of: Date) -> bool {
        self.counting().any(|item| match item.detail() {
            Detail::SeriousIllness { from, listed } => *listed && from.is_none_or(|day| day <= as_of),
            Detail::Hospitalisation { serious_illness, from, .. } => *serious_illness && *from <= as_of,
            _ => false,
        })
    }
}

/// By source, then number; matches before records under review. Equal numbers with unlike contents are told apart by those.
fn order(a: &Item<'_>, b: &Item<'_>) -> std::cmp::Ordering {
    let key = |item: &Item<'_>| (item.held, item.record.number.len());
    a.source
        .cmp(b.source)
        .then_with(|| a.record.number.cmp(&b.record.number))
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| if a.record == b.record { std::cmp::Ordering::Equal } else { content(a).cmp(&content(b)) })
}

fn content(item: &Item<'_>) -> String {
    serde_json::to_string(item.record).expect("a record is plain data")
}

fn is_twice(earlier: &Item<'_>, later: &Item<'_>) -> bool {
    let same_number = earlier.source == later.source && earlier.record.number == later.record.number;
    same_number || (same_contents(earlier, later) && tells(later.detail()))
}

fn same_contents(earlier: &Item<'_>, later: &Item<'_>) -> bool {
    earlier.source == later.source && earlier.held == later.held && earlier.record.detail == later.record.detail
}

/// Whether equal contents certainly mean the same fact: a state of a person, a grant of one programme, or a thing that is named.
/// Two equal bills, deposits, payments or unnamed things may well be two: they count once, and their intervals allow for both.
fn tells(detail: &Detail) -> bool {
    match detail {
        Detail::MedicalCost { .. }
        | Detail::Account { .. }
        | Detail::Threshold { .. }
        | Detail::Securities { .. }
        | Detail::InsurancePolicy { .. }
        | Detail::TaxedIncome { .. }
        | Detail::FarmSubsidy { .. }
        | Detail::EmploymentSubsidy { .. }
        | Detail::LandLease { .. }
        | Detail::FarmMachinery { .. } => false,
        Detail::Vehicle { plate, .. } => plate.is_some(),
        Detail::RealEstate { unit, .. } => unit.is_some(),
        Detail::Business { firm, .. } => firm.is_some(),
        Detail::Registration { .. }
        | Detail::Enrolment { .. }
        | Detail::Contribution { .. }
        | Detail::Pension { .. }
        | Detail::UnemploymentBenefit { .. }
        | Detail::UnemploymentRegistration { .. }
        | Detail::Job { .. }
        | Detail::Hospitalisation { .. }
        | Detail::SeriousIllness { .. }
        | Detail::Pregnancy { .. }
        | Detail::Death { .. }
        | Detail::Marriage { .. }
        | Detail::DisabilityCertificate { .. }
        | Detail::Custody { .. }
        | Detail::Assistance { .. }
        | Detail::HousingFund { .. }
        | Detail::SpecialCare { .. } => true,
    }
}

/// A record that matched two members counts for the first.
fn mark_shared(people: &mut [Person<'_>]) {
    for later in 1..people.len() {
        let (before, rest) = people.split_at_mut(later);
        for item in rest[0].items.iter_mut().filter(|item| item.counts()) {
            let same = |other: &Item<'_>| {
                other.counts() && other.source == item.source && other.record.number == item.record.number
            };
            item.duplicate = before.iter().any(|person| person.items.iter().any(same));
        }
    }
}
