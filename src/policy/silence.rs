//! Who has not spoken: member × source cells that leave classes of information open, and records under review.
//!
//! Missing is never zero. A class that no source was even planned for is silent too.

use super::assessment::SilentCell;
use super::case::Case;
use crate::household::{Cell, Detail, InfoClass, MemberRef};

/// A set of classes of information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes(u16);

impl Classes {
    pub const INCOME: Self =
        Self::of(&[InfoClass::Wage, InfoClass::Business, InfoClass::PropertyIncome, InfoClass::Transfer]);
    pub const DEDUCTIONS: Self = Self::of(&[InfoClass::Medical, InfoClass::Education, InfoClass::Disability]);
    pub const HOUSEHOLD: Self = Self::of(&[InfoClass::Household]);

    pub const fn of(classes: &[InfoClass]) -> Self {
        let (mut bits, mut n) = (0, 0);
        while n < classes.len() {
            bits |= 1 << classes[n] as u16;
            n += 1;
        }
        Self(bits)
    }

    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = InfoClass> {
        ALL.into_iter().filter(move |class| self.0 & (1 << *class as u16) != 0)
    }

    pub fn count(self) -> u32 {
        self.0.count_ones()
    }
}

/// Every class, in order.
pub(super) const ALL: [InfoClass; 12] = [
    InfoClass::Wage,
    InfoClass::Business,
    InfoClass::PropertyIncome,
    InfoClass::Transfer,
    InfoClass::Financial,
    InfoClass::Vehicle,
    InfoClass::RealEstate,
    InfoClass::Company,
    InfoClass::Medical,
    InfoClass::Education,
    InfoClass::Disability,
    InfoClass::Household,
];

/// What is silent or under review, of those who count as members.
pub(super) struct Silence<'a> {
    /// Silent cells, by person and source.
    pub cells: Vec<(&'a Cell, Classes)>,
    /// Per person of the case: classes that are silent, or that no cell speaks for.
    pub of_person: Vec<Classes>,
    /// Per person of the case: classes that no cell speaks for.
    pub uncovered: Vec<Classes>,
    /// Per person of the case: classes of records under review.
    pub held: Vec<Classes>,
}

impl<'a> Silence<'a> {
    pub fn new(case: &Case<'a>) -> Self {
        let all = Classes::of(&ALL);
        let mut silence = Self { cells: Vec::new(), of_person: Vec::new(), uncovered: Vec::new(), held: Vec::new() };
        for person in &case.people {
            let (mut silent, mut covered, mut held) = (Classes::default(), Classes::default(), Classes::default());
            for cell in case.evidence.cells.iter().filter(|cell| cell.member == *person.reference()) {
                let classes = Classes::of(&cell.speaks_for);
                covered = covered.with(classes);
                let unreadable = case.unreadable.contains(&(&cell.member, &cell.source));
                if unreadable || !cell.outcome.speaks() {
                    silent = silent.with(classes);
                    if person.is_member() {
                        silence.cells.push((cell, classes));
                    }
                }
            }
            for item in person.held() {
                held = held.with(classes_of(item.detail()));
            }
            let counts = |classes| if person.is_member() { classes } else { Classes::default() };
            silence.of_person.push(counts(silent.with(all.without(covered))));
            silence.uncovered.push(counts(all.without(covered)));
            silence.held.push(held);
        }
        silence.cells.sort_by(|(a, _), (b, _)| (&a.member, &a.source).cmp(&(&b.member, &b.source)));
        silence
    }

    /// Whether any of the classes is silent for anybody.
    pub fn any(&self, classes: Classes) -> bool {
        self.of_person.iter().any(|silent| silent.meets(classes))
    }

    /// Whether any of the classes is silent for one person.
    pub fn person(&self, position: usize, classes: &[InfoClass]) -> bool {
        self.of_person[position].meets(Classes::of(classes))
    }

    /// Whether a record of one of the classes is under review.
    pub fn any_held(&self, classes: Classes) -> bool {
        self.held.iter().any(|held| held.meets(classes))
    }

    /// Whether any record at all is under review.
    pub fn anything_held(&self) -> bool {
        self.held.iter().any(|held| held.count() > 0)
    }

    /// The cells that leave these classes open.
    pub fn waiting_for(&self, classes: Classes) -> Vec<SilentCell> {
        let waiting = self.cells.iter().filter(|(_, speaks_for)| speaks_for.meets(classes));
        let mut cells: Vec<SilentCell> = waiting.map(|(cell, _)| silent_cell(&cell.member, cell)).collect();
        cells.dedup();
        cells
    }
}

fn silent_cell(member: &MemberRef, cell: &Cell) -> SilentCell {
    SilentCell { member: member.clone(), source: cell.source.clone() }
}

/// The classes a record could change.
pub(super) fn classes_of(detail: &Detail) -> Classes {
    use InfoClass as C;
    match detail {
        Detail::Registration { .. } | Detail::Marriage { .. } | Detail::Death { .. } | Detail::Custody { .. } => {
            Classes::of(&[C::Household])
        }
        Detail::Enrolment { .. } => Classes::of(&[C::Education]),
        Detail::Contribution { .. } => Classes::of(&[C::Wage, C::Transfer]),
        Detail::Job { .. } | Detail::UnemploymentRegistration { .. } => Classes::of(&[C::Wage]),
        Detail::Pension { .. }
        | Detail::UnemploymentBenefit { .. }
        | Detail::EmploymentSubsidy { .. }
        | Detail::Assistance { .. }
        | Detail::SpecialCare { .. }
        | Detail::FarmSubsidy { .. } => Classes::of(&[C::Transfer]),
        Detail::Hospitalisation { .. }
        | Detail::SeriousIllness { .. }
        | Detail::Pregnancy { .. }
        | Detail::MedicalCost { .. } => Classes::of(&[C::Medical]),
        Detail::Business { .. } => Classes::of(&[C::Company]),
        Detail::TaxedIncome { item, .. } => Classes::of(&[taxed(*item), C::Transfer]),
        Detail::RealEstate { .. } => Classes::of(&[C::RealEstate]),
        Detail::Vehicle { .. } => Classes::of(&[C::Vehicle]),
        Detail::FarmMachinery { .. } => Classes::of(&[C::Vehicle]),
        Detail::HousingFund { .. } => Classes::of(&[C::Wage, C::Financial]),
        Detail::Account { .. } => Classes::of(&[C::Financial, C::PropertyIncome]),
        Detail::Threshold { .. } | Detail::Securities { .. } => Classes::of(&[C::Financial]),
        Detail::InsurancePolicy { .. } => Classes::of(&[C::Financial, C::Transfer]),
        Detail::DisabilityCertificate { .. } => Classes::of(&[C::Disability]),
        Detail::LandLease { .. } => Classes::of(&[C::PropertyIncome]),
    }
}

fn taxed(item: crate::household::TaxItem) -> InfoClass {
    use crate::household::TaxItem as T;
    match item {
        T::Wage | T::Labour => InfoClass::Wage,
        T::Business => InfoClass::Business,
        T::InterestDividend | T::Rent | T::PropertySale => InfoClass::PropertyIncome,
        T::Chance => InfoClass::Transfer,
    }
}
