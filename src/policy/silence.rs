//! Who has not spoken: member × source cells that leave classes of information open, and records under review.
//!
//! Missing is never zero. A class that no source was even planned for is silent too.

use super::assessment::SilentCell;
use super::people::{People, Person, position};
use crate::household::{Cell, Detail, Evidence, InfoClass};

/// A set of classes of information.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes(u16);

impl Classes {
    pub const INCOME: Self =
        Self::of(&[InfoClass::Wage, InfoClass::Business, InfoClass::PropertyIncome, InfoClass::Transfer]);
    pub const DEDUCTIONS: Self = Self::of(&[InfoClass::Medical, InfoClass::Education, InfoClass::Disability]);
    pub const HOUSEHOLD: Self = Self::of(&[InfoClass::Household]);
    /// Every class.
    pub const ALL: Self = Self::of(&ALL);
    pub const WAGE: Self = Self::of(&[InfoClass::Wage]);
    pub const BUSINESS: Self = Self::of(&[InfoClass::Business]);
    pub const PROPERTY_INCOME: Self = Self::of(&[InfoClass::PropertyIncome]);
    pub const VEHICLE: Self = Self::of(&[InfoClass::Vehicle]);
    pub const REAL_ESTATE: Self = Self::of(&[InfoClass::RealEstate]);
    pub const COMPANY: Self = Self::of(&[InfoClass::Company]);
    pub const TRANSFER: Self = Self::of(&[InfoClass::Transfer]);
    pub const FINANCIAL: Self = Self::of(&[InfoClass::Financial]);
    pub const MEDICAL: Self = Self::of(&[InfoClass::Medical]);
    pub const EDUCATION: Self = Self::of(&[InfoClass::Education]);
    pub const DISABILITY: Self = Self::of(&[InfoClass::Disability]);
    /// Illness and schooling: what they cost has no bound while they are not known.
    pub const SPENDING: Self = Self::MEDICAL.with(Self::EDUCATION);

    #[inline]
    pub const fn of(classes: &[InfoClass]) -> Self {
        let (mut bits, mut n) = (0, 0);
        while n < classes.len() {
            bits |= 1 << classes[n] as u16;
            n += 1;
        }
        Self(bits)
    }

    #[inline]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[inline]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    #[inline]
    pub fn iter(self) -> impl Iterator<Item = InfoClass> {
        ALL.into_iter().filter(move |class| self.0 & (1 << *class as u16) != 0)
    }

    #[inline]
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
#[derive(Default)]
pub(super) struct Silence<'a> {
    /// Silent cells, by person and source.
    pub cells: Vec<(&'a Cell, Classes)>,
    /// By position; empty where everything is known of everybody.
    of_person: Vec<Unknown>,
    of_anybody: Unknown,
}

/// What is not known of a person, by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Unknown {
    /// Silent, or no cell speaks for it.
    silent: Classes,
    /// No cell speaks for it.
    uncovered: Classes,
    /// No cell has spoken for it.
    unheard: Classes,
    /// Records of it are under review.
    held: Classes,
}

/// Of a person, what cells have and have not spoken for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spoken {
    /// Some cell that speaks for it is silent.
    pub silent: Classes,
    /// No cell speaks for it.
    pub uncovered: Classes,
    /// No cell that speaks for it has spoken.
    pub unheard: Classes,
}

impl<'a> Silence<'a> {
    /// Reads who has spoken from the cells; one with a record that cannot be read has not.
    pub fn new(People { people, unreadable }: &People<'a>, evidence: &'a Evidence) -> Self {
        let all = Classes::ALL;
        let mut spoken = vec![Spoken { uncovered: all, unheard: all, ..Spoken::default() }; people.len()];
        let mut cells = Vec::new();
        let mut last = 0;
        for cell in &evidence.cells {
            let Some(whose) = position(&evidence.members, &cell.member, last) else { continue };
            last = whose;
            let classes = Classes::of(&cell.speaks_for);
            let own = &mut spoken[whose];
            own.uncovered = own.uncovered.without(classes);
            if cell.outcome.speaks() {
                own.unheard = own.unheard.without(classes);
            }
            if !cell.outcome.speaks() || unreadable.contains(&(whose, &cell.source)) {
                own.silent = own.silent.with(classes);
                if people[whose].is_member() {
                    cells.push((cell, classes));
                }
            }
        }
        cells.sort_by(|(a, _), (b, _)| (&a.member, &a.source).cmp(&(&b.member, &b.source)));
        Self { cells, ..Self::of_classes(people, spoken.into_iter()) }
    }

    /// Who has spoken, as classes alone.
    pub fn of_classes(people: &[Person<'_>], spoken: impl Iterator<Item = Spoken>) -> Self {
        let mut silence = Self::default();
        let any = &mut silence.of_anybody;
        for (position, (person, Spoken { silent, uncovered, unheard })) in people.iter().zip(spoken).enumerate() {
            let counts = |classes| if person.is_member() { classes } else { Classes::default() };
            let held = person.held().fold(Classes::default(), |all, item| all.with(classes_of(item.detail())));
            let own = Unknown {
                silent: counts(silent.with(uncovered)),
                uncovered: counts(uncovered),
                unheard: counts(unheard),
                held,
            };
            any.silent = any.silent.with(own.silent);
            any.uncovered = any.uncovered.with(own.uncovered);
            any.held = any.held.with(held);
            if own != Unknown::default() {
                silence.of_person.resize(people.len(), Unknown::default());
                silence.of_person[position] = own;
            }
        }
        silence
    }

    /// Whether any of the classes is silent for anybody.
    #[inline]
    pub fn any(&self, classes: Classes) -> bool {
        self.of_anybody.silent.meets(classes)
    }

    #[inline]
    fn of(&self, position: usize) -> Unknown {
        self.of_person.get(position).copied().unwrap_or_default()
    }

    /// Whether any of the classes is silent for one person.
    #[inline]
    pub fn person(&self, position: usize, classes: Classes) -> bool {
        self.of(position).silent.meets(classes)
    }

    /// Whether nobody has spoken for any of the classes about one person: what is not found then says nothing.
    #[inline]
    pub fn unheard(&self, position: usize, classes: Classes) -> bool {
        classes.without(self.of(position).unheard) == Classes::default()
    }

    /// Whether any of the classes is silent for one person, or a record of them under review.
    #[inline]
    pub fn unsettled(&self, position: usize, classes: Classes) -> bool {
        let own = self.of(position);
        own.silent.with(own.held).meets(classes)
    }

    /// Whether a record of one of the classes is under review.
    #[inline]
    pub fn any_held(&self, classes: Classes) -> bool {
        self.of_anybody.held.meets(classes)
    }

    /// Whether any record at all is under review.
    #[inline]
    pub fn anything_held(&self) -> bool {
        self.of_anybody.held.count() > 0
    }

    /// The classes that no cell speaks for, of anybody.
    #[inline]
    pub fn uncovered(&self) -> Classes {
        self.of_anybody.uncovered
    }

    /// The cells that leave these classes open.
    pub fn waiting_for(&self, classes: Classes) -> Vec<SilentCell> {
        let waiting = self.cells.iter().filter(|(_, speaks_for)| speaks_for.meets(classes));
        let mut cells: Vec<SilentCell> = waiting.map(|(cell, _)| silent_cell(cell)).collect();
        cells.dedup();
        cells
    }
}

fn silent_cell(cell: &Cell) -> SilentCell {
    SilentCell { member: cell.member.clone(), source: cell.source.clone() }
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
        | Detail::FarmSubsidy { .. }
        // Land is neither income nor property; subsidies follow it.
        | Detail::ContractedLand { .. } => Classes::of(&[C::Transfer]),
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
