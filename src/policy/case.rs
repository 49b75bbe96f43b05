//! A household's evidence arranged for the rules: members with what the records say about them, records in a fixed order.
//!
//! Only records of members that match or are under review are here; a record that belongs to somebody else has no place.

use jiff::civil::Date;

use super::grounds::{GroundOf, Reason, Text};
use super::pack::{Caps, Codes, Handling, Pack, Param, Ratio, Rules, StandardKind};
use super::plausible::is_plausible;
use super::window::Window;
use crate::household::evidence::MemberFacts;
use crate::household::{
    BusinessState, CustodyKind, Detail, DisabilityCategory, EnrolmentState, Evidence, Fen, MemberRef, Purpose,
    RegisteredAs, RegistrationStatus, SourceKey, Verdict,
};

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
    pub people: Vec<Person<'a>>,
    /// Position of the applicant among the people.
    pub applicant: Option<usize>,
    standard: &'a Param<Fen>,
}

/// A member with what matching records say.
pub(super) struct Person<'a> {
    pub facts: &'a MemberFacts,
    pub standing: Standing,
    pub age: Option<i64>,
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
    /// As the township found it: long away as clergy, or declared missing.
    Away,
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
    pub number: &'a str,
    pub detail: &'a Detail,
    /// Under review: neither counted nor dropped.
    pub held: bool,
    /// The same record again.
    pub duplicate: bool,
    /// The contents of an earlier record under another number: the same account or bill told twice, or a second equal one.
    pub echo: bool,
}

impl<'a> Item<'a> {
    pub fn new(source: &'a SourceKey, number: &'a str, detail: &'a Detail, held: bool) -> Self {
        Self { source, number, detail, held, duplicate: false, echo: false }
    }

    /// A matching record, met the first time.
    pub fn counts(&self) -> bool {
        !self.held && !self.duplicate
    }

    /// A record that may say nothing new about this person: under review, or told twice.
    pub fn in_doubt(&self) -> bool {
        self.held || (self.echo && !self.duplicate)
    }

    pub fn detail(&self) -> &'a Detail {
        self.detail
    }

    /// Whether it says that somebody goes to school on a day.
    pub fn is_enrolment_on(&self, day: Date) -> bool {
        matches!(self.detail, Detail::Enrolment { state: EnrolmentState::Attending, from, to, .. }
            if from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
    }

    /// Whether it is a firm or business of somebody that is active.
    pub fn is_active_business(&self) -> bool {
        matches!(self.detail, Detail::Business { state: BusinessState::Active, .. })
    }
}

impl<'a> Person<'a> {
    pub fn reference(&self) -> &'a MemberRef {
        &self.facts.reference
    }

    pub fn is_member(&self) -> bool {
        self.standing == Standing::Member
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

/// What a case is about, beside its people.
pub(super) struct About<'a> {
    pub purpose: Purpose,
    pub registered_as: RegisteredAs,
    pub as_of: Date,
    pub applicant: Option<&'a MemberRef>,
}

impl<'a> Case<'a> {
    /// Arranges evidence; also the cells with a record that cannot be read: they have not spoken in full.
    pub fn of_evidence(evidence: &'a Evidence, pack: &'a Pack, traced: bool) -> (Self, Vec<(usize, &'a SourceKey)>) {
        let mut items: Vec<Vec<Item<'a>>> = vec![Vec::new(); evidence.members.len()];
        let mut unreadable = Vec::new();
        let mut last = 0;
        for attributed in evidence.records.iter().filter(|a| a.verdict != Verdict::No) {
            let Some(position) = position(&evidence.members, &attributed.member, last) else { continue };
            last = position;
            let record = &attributed.record;
            if is_plausible(&record.detail) {
                let held = attributed.verdict == Verdict::Review;
                items[position].push(Item::new(&attributed.source, &record.number, &record.detail, held));
            } else {
                unreadable.push((position, &attributed.source));
            }
        }
        let about = About {
            purpose: evidence.purpose,
            registered_as: evidence.registered_as,
            as_of: evidence.as_of,
            applicant: Some(&evidence.applicant),
        };
        (Self::arranged(&about, pack, traced, evidence.members.iter().zip(items)), unreadable)
    }

    /// A case of people with their records.
    pub fn arranged(
        about: &About<'a>,
        pack: &'a Pack,
        traced: bool,
        people: impl Iterator<Item = (&'a MemberFacts, Vec<Item<'a>>)>,
    ) -> Self {
        let as_of = about.as_of;
        let mut people: Vec<Person<'a>> = people.map(|(facts, items)| Person::new(facts, items, as_of)).collect();
        mark_shared(&mut people);
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
            as_of,
            applicant: people.iter().position(|person| Some(person.reference()) == about.applicant),
            people,
            standard,
        }
    }

    /// Whether the household is looked at because it receives assistance.
    pub fn is_on_the_rolls(&self) -> bool {
        matches!(self.purpose, Purpose::PeriodicReview | Purpose::ReportedChange | Purpose::Monitoring)
    }

    /// Those who count when dividing.
    pub fn members(&self) -> impl Iterator<Item = &Person<'a>> {
        self.people.iter().filter(|person| person.is_member())
    }

    /// The applicant, if a member.
    pub fn applicant(&self) -> Option<&Person<'a>> {
        self.applicant.map(|position| &self.people[position]).filter(|person| person.is_member())
    }

    pub fn size(&self) -> u32 {
        u32::try_from(self.members().count()).expect("a household has few members")
    }

    /// The standard of the household, a head and month.
    pub fn standard(&self) -> Fen {
        self.standard.value
    }

    pub fn standard_yearly(&self) -> Fen {
        Fen(self.standard().0 * 12)
    }

    pub fn standard_kind(&self) -> StandardKind {
        standard_kind(self.rules, self.registered_as)
    }

    pub fn standard_ground(&self, make: impl FnOnce() -> (String, String)) -> Reason<'a> {
        self.standard.ground_made(self, make)
    }

    /// Whether what somebody who is no member earns and owns is left out of the household's.
    pub fn leaves_out(&self, person: &Person<'_>) -> bool {
        match person.standing {
            Standing::Member => false,
            Standing::Dead => true,
            Standing::InCustody => self.rules.member_custody.value == Handling::Exempt,
            Standing::Away => self.rules.member_absent.value == Handling::Exempt,
        }
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

    /// A text that is made only for a reader.
    pub fn text(&self, make: impl FnOnce() -> String) -> Text {
        if self.traced { Text::Made(make()) } else { Text::Fixed("") }
    }
}

/// Whose place a reference names; rows of one person follow each other.
pub(super) fn position(members: &[MemberFacts], reference: &MemberRef, last: usize) -> Option<usize> {
    if members.get(last).is_some_and(|member| member.reference == *reference) {
        return Some(last);
    }
    members.iter().position(|member| member.reference == *reference)
}

fn standard_kind(rules: &Rules, registered_as: RegisteredAs) -> StandardKind {
    match registered_as {
        RegisteredAs::Urban => StandardKind::Urban,
        RegisteredAs::Rural => StandardKind::Rural,
        RegisteredAs::ResidencePermit => rules.residence_permit.value,
        RegisteredAs::Visitor => rules.visitor.value,
    }
}

/// Completed years on a day.
fn age_on(born: Date, day: Date) -> i64 {
    let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
    i64::from(day.year()) - i64::from(born.year()) - i64::from(before_birthday)
}

impl<'a> Person<'a> {
    fn new(facts: &'a MemberFacts, mut items: Vec<Item<'a>>, as_of: Date) -> Self {
        items.sort_by(order);
        for later in 1..items.len() {
            let (earlier, item) = (&items[..later], &items[later]);
            // sorted by source: what may be the same stands right before
            let mut same_source = earlier.iter().rev().take_while(|other| other.source == item.source);
            let twice = same_source.clone().any(|other| is_twice(other, item));
            let echo = !twice && same_source.any(|other| same_contents(other, item));
            (items[later].duplicate, items[later].echo) = (twice, echo);
        }
        let age = facts.birth_date.map(|born| age_on(born, as_of));
        let (standing, disability, serious_illness) = (Standing::Member, None, false);
        let mut person = Self { facts, standing, age, disability, serious_illness, items };
        person.look_at_states(as_of);
        person
    }

    /// What records say about the person's own state: alive, in custody, disabled, gravely ill.
    fn look_at_states(&mut self, as_of: Date) {
        let (mut dead, mut in_custody, mut ill) = (false, false, false);
        let mut gravest: Option<Disability<'a>> = None;
        for item in self.counting() {
            match item.detail() {
                Detail::Death { on } => dead |= on.is_none_or(|day| day <= as_of),
                Detail::Registration { status: RegistrationStatus::Deceased, died_on, .. } => {
                    dead |= died_on.is_none_or(|day| day <= as_of);
                }
                Detail::Custody { custody: CustodyKind::Prison | CustodyKind::Rehabilitation, from, to } => {
                    in_custody |= *from <= as_of && to.is_none_or(|day| as_of <= day);
                }
                Detail::DisabilityCertificate { category, grade, valid_until, valid: true }
                    if valid_until.is_none_or(|day| as_of <= day) =>
                {
                    let graver = gravest.is_none_or(|known| (*grade, *category) < (known.grade, known.category));
                    if graver {
                        gravest = Some(Disability { category: *category, grade: *grade, item: *item });
                    }
                }
                Detail::SeriousIllness { from, listed } => ill |= *listed && from.is_none_or(|day| day <= as_of),
                Detail::Hospitalisation { serious_illness, from, .. } => ill |= *serious_illness && *from <= as_of,
                _ => {}
            }
        }
        self.standing = match (dead, in_custody, self.facts.absence) {
            (true, ..) => Standing::Dead,
            (false, true, _) => Standing::InCustody,
            (false, false, Some(_)) => Standing::Away,
            (false, false, None) => Standing::Member,
        };
        (self.disability, self.serious_illness) = (gravest, ill);
    }
}

/// By source, then number; matches before records under review. Equal numbers with unlike contents are told apart by those.
fn order(a: &Item<'_>, b: &Item<'_>) -> std::cmp::Ordering {
    a.source
        .cmp(b.source)
        .then_with(|| a.number.cmp(b.number))
        .then_with(|| a.held.cmp(&b.held))
        .then_with(|| if a.detail == b.detail { std::cmp::Ordering::Equal } else { content(a).cmp(&content(b)) })
}

fn content(item: &Item<'_>) -> String {
    serde_json::to_string(item.detail).expect("a record is plain data")
}

fn is_twice(earlier: &Item<'_>, later: &Item<'_>) -> bool {
    earlier.number == later.number || (same_contents(earlier, later) && tells(later.detail()))
}

fn same_contents(earlier: &Item<'_>, later: &Item<'_>) -> bool {
    earlier.held == later.held && earlier.detail == later.detail
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
            let same = |other: &Item<'_>| other.counts() && other.number == item.number && other.source == item.source;
            item.duplicate = before.iter().any(|person| person.items.iter().any(same));
        }
    }
}
