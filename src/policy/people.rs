//! The people of a household with what records say of them: each person's records in a fixed order, each told once.
//!
//! This knows no rule: it is found once, whatever packs are tried on it.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::plausible::is_plausible;
use super::silence::{Classes, classes_of};
use crate::household::evidence::MemberFacts;
use crate::household::{
    BusinessState, CustodyKind, Detail, DisabilityCategory, EnrolmentState, Evidence, MemberRef, RegistrationStatus,
    SourceKey, Verdict,
};

/// The people of evidence, in the request's order.
pub(super) struct People<'a> {
    pub people: Vec<Person<'a>>,
    /// Cells with a record that cannot be read, by position of the person and source: they have not spoken in full.
    pub unreadable: Vec<(usize, &'a SourceKey)>,
}

impl<'a> People<'a> {
    pub fn of(evidence: &'a Evidence) -> Self {
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
        let people = evidence.members.iter().zip(items);
        let mut people: Vec<_> = people.map(|(facts, items)| Person::new(facts, items, evidence.as_of)).collect();
        mark_shared(&mut people);
        Self { people, unreadable }
    }
}

/// A member with what matching records say.
pub(super) struct Person<'a> {
    pub facts: &'a MemberFacts,
    pub standing: Standing,
    pub age: Option<i64>,
    pub disability: Option<Disability<'a>>,
    pub serious_illness: bool,
    pub items: Vec<Item<'a>>,
    /// Relation by its code (GB/T 4761); `00` where it is no code of two digits.
    pub relation: [u8; 2],
    /// Whether the family declared income or property of this person.
    pub declares: bool,
    /// Classes that the records are about.
    told: Classes,
    /// Whether any record is under review, or has the contents of another.
    any_doubt: bool,
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
    #[inline]
    pub fn counts(&self) -> bool {
        !self.held && !self.duplicate
    }

    /// A record that may say nothing new about this person: under review, or told twice.
    #[inline]
    pub fn in_doubt(&self) -> bool {
        self.held || (self.echo && !self.duplicate)
    }

    #[inline]
    pub fn detail(&self) -> &'a Detail {
        self.detail
    }

    /// Whether it says that somebody goes to school on a day.
    #[inline]
    pub fn is_enrolment_on(&self, day: Date) -> bool {
        matches!(self.detail, Detail::Enrolment { state: EnrolmentState::Attending, from, to, .. }
            if from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
    }

    /// Whether it is a firm or business of somebody that is active.
    #[inline]
    pub fn is_active_business(&self) -> bool {
        matches!(self.detail, Detail::Business { state: BusinessState::Active, .. })
    }
}

impl<'a> Person<'a> {
    #[inline]
    pub fn reference(&self) -> &'a MemberRef {
        &self.facts.reference
    }

    /// Whether any record is about these classes; where none is, the rules of those have nothing to look at.
    #[inline]
    pub fn tells(&self, classes: Classes) -> bool {
        self.told.meets(classes)
    }

    #[inline]
    pub fn is_member(&self) -> bool {
        self.standing == Standing::Member
    }

    /// Matching records, each once.
    #[inline]
    pub fn counting(&self) -> impl Iterator<Item = &Item<'a>> {
        self.items.iter().filter(|item| item.counts())
    }

    /// Records under review.
    #[inline]
    pub fn held(&self) -> impl Iterator<Item = &Item<'a>> {
        self.with_doubt().iter().filter(|item| item.held)
    }

    /// Records that may say nothing new: under review, or told twice.
    #[inline]
    pub fn doubtful(&self) -> impl Iterator<Item = &Item<'a>> + Clone {
        self.with_doubt().iter().filter(|item| item.in_doubt())
    }

    /// Nearly nobody has a record in doubt: nothing to look through then.
    #[inline]
    fn with_doubt(&self) -> &[Item<'a>] {
        if self.any_doubt { &self.items } else { &[] }
    }
}

/// Whose place a reference names; rows of one person follow each other.
pub(super) fn position(members: &[MemberFacts], reference: &MemberRef, last: usize) -> Option<usize> {
    if members.get(last).is_some_and(|member| member.reference == *reference) {
        return Some(last);
    }
    members.iter().position(|member| member.reference == *reference)
}

/// Completed years on a day.
fn age_on(born: Date, day: Date) -> i64 {
    let before_birthday = (day.month(), day.day()) < (born.month(), born.day());
    i64::from(day.year()) - i64::from(born.year()) - i64::from(before_birthday)
}

impl<'a> Person<'a> {
    /// Arranges what records say of somebody on a day.
    pub fn new(facts: &'a MemberFacts, mut items: Vec<Item<'a>>, as_of: Date) -> Self {
        if !items.is_sorted_by(|one, other| order(one, other).is_le()) {
            items.sort_by(order);
        }
        let mut of_source = 0;
        for later in 1..items.len() {
            let (earlier, item) = (&items[..later], &items[later]);
            // sorted by source, then number: what may be the same stands right before
            if !is_same(earlier[later - 1].source, item.source) {
                of_source = later;
            }
            let same_number = of_source < later && earlier[later - 1].number == item.number;
            let told = earlier[of_source..].iter().any(|other| same_contents(other, item));
            let twice = same_number || (told && tells(item.detail()));
            (items[later].duplicate, items[later].echo) = (twice, told && !twice);
        }
        let age = facts.birth_date.map(|born| age_on(born, as_of));
        let (standing, disability, serious_illness) = (Standing::Member, None, false);
        let told = items.iter().fold(Classes::default(), |all, item| all.with(classes_of(item.detail())));
        let any_doubt = items.iter().any(|item| item.held || item.echo);
        let declares = !facts.declared.income.is_empty() || !facts.declared.property.is_empty();
        let relation = facts.relation.0.as_bytes().try_into().unwrap_or(*b"00");
        let mut person =
            Self { facts, standing, age, disability, serious_illness, items, relation, declares, told, any_doubt };
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
fn order(a: &Item<'_>, b: &Item<'_>) -> Ordering {
    let by_source = if std::ptr::eq(a.source, b.source) { Ordering::Equal } else { a.source.cmp(b.source) };
    by_source
        .then_with(|| a.number.cmp(b.number))
        .then_with(|| a.held.cmp(&b.held))
        .then_with(|| if a.detail == b.detail { Ordering::Equal } else { content(a).cmp(&content(b)) })
}

fn content(item: &Item<'_>) -> String {
    serde_json::to_string(item.detail).expect("a record is plain data")
}

/// Most records of a source share its key.
#[inline]
fn is_same(one: &SourceKey, other: &SourceKey) -> bool {
    std::ptr::eq(one, other) || one == other
}

#[inline]
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
        | Detail::ContractedLand { .. }
        | Detail::Assistance { .. }
        | Detail::HousingFund { .. }
        | Detail::SpecialCare { .. } => true,
    }
}

/// A record that matched two members counts for the first.
pub(super) fn mark_shared(people: &mut [Person<'_>]) {
    for later in 1..people.len() {
        let (before, rest) = people.split_at_mut(later);
        for item in rest[0].items.iter_mut().filter(|item| item.counts()) {
            let same =
                |other: &Item<'_>| other.counts() && other.number == item.number && is_same(other.source, item.source);
            item.duplicate = before.iter().any(|person| person.items.iter().any(same));
        }
    }
}
