//! Totals as intervals: what is confirmed, what stands now, and how far what is missing could still move it.
//!
//! So far = exact sum of the lines. At least = what every missing fact, were it to favour the family, leaves. At most = what every
//! missing fact, were it to go against the family, adds; none while a source that could add anything is silent.

use super::assessment::{ClassTotal, CountInterval, Interval, Totals};
use super::case::Case;
use super::deductions::{self, IllnessCosts};
use super::drafts::{DeductionDraft, IncomeDraft, Kind, PropertyDraft, Tally};
use super::income::{self, Support, WageMonths, declared::info_class};
use super::pack::{Ratio, StandardKind};
use super::silence::{Classes, Silence};
use super::size::Size;
use crate::household::{Detail, Fen, IncomeClass, InfoClass, PropertyClass};

/// Everything totals are made from.
pub(super) struct Sums<'s, 'a> {
    pub case: &'s Case<'a>,
    pub silence: &'s Silence<'a>,
    pub size: &'s Size<'a>,
    pub support: &'s [Support<'a>],
    pub income: &'s [IncomeDraft<'a>],
    pub deductions: &'s [DeductionDraft<'a>],
    pub property: &'s [PropertyDraft<'a>],
    pub illness: &'s [IllnessCosts],
    pub wages: &'s [Option<WageMonths>],
}

/// An amount known to lie between two ends, and the classes of information it waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub at_least: Fen,
    pub at_most: Option<Fen>,
    pub so_far: Fen,
    pub complete: bool,
    waits_for: Classes,
}

/// A count known to lie between two ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountRange {
    pub at_least: u32,
    pub at_most: Option<u32>,
    complete: bool,
    waits_for: Classes,
}

/// What outcomes are judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reckoned {
    pub members: u32,
    pub income: Range,
    pub deductions: Range,
    pub net_income: Range,
    pub financial: Range,
    pub rigid_spending: Range,
    pub dwellings: CountRange,
    pub cars: CountRange,
    pub companies: CountRange,
}

impl Sums<'_, '_> {
    pub fn reckoned(&self) -> Reckoned {
        let income = self.income();
        let deductions = self.deductions();
        Reckoned {
            members: self.size.members,
            net_income: Self::net(&income, &deductions),
            financial: self.financial(),
            rigid_spending: self.rigid_spending(),
            dwellings: self.count(Tally::Dwelling, InfoClass::RealEstate),
            cars: self.count(Tally::Car, InfoClass::Vehicle),
            companies: self.count(Tally::Company, InfoClass::Company),
            income,
            deductions,
        }
    }

    /// As the report states them, by class and by head too.
    pub fn totals(&self, reckoned: &Reckoned) -> Totals {
        let spelled = |range: Range| self.spelled(range);
        Totals {
            members: reckoned.members,
            income_by_class: IncomeClass::ALL.iter().map(|&class| self.class(class)).collect(),
            income: spelled(reckoned.income),
            deductions: spelled(reckoned.deductions),
            net_income: spelled(reckoned.net_income),
            per_head_yearly: spelled(self.per_head(&reckoned.net_income, 1)),
            per_head_monthly: spelled(self.per_head(&reckoned.net_income, 12)),
            standard_monthly: self.case.standard(),
            financial: spelled(reckoned.financial),
            financial_per_head: spelled(self.per_head(&reckoned.financial, 1)),
            rigid_spending: spelled(reckoned.rigid_spending),
            dwellings: self.spelled_count(reckoned.dwellings),
            cars: self.spelled_count(reckoned.cars),
            companies: self.spelled_count(reckoned.companies),
        }
    }

    fn spelled(&self, range: Range) -> Interval {
        let Range { at_least, at_most, so_far, complete, waits_for } = range;
        Interval { at_least, at_most, so_far, complete, silent: self.silence.waiting_for(waits_for) }
    }

    fn spelled_count(&self, range: CountRange) -> CountInterval {
        let CountRange { at_least, at_most, complete, waits_for } = range;
        CountInterval { at_least, at_most, complete, silent: self.silence.waiting_for(waits_for) }
    }

    /// Whether a source is silent, or somebody may be missing, so that there is no upper end.
    #[inline]
    fn unbounded(&self, classes: Classes) -> bool {
        let support = || classes.meets(Classes::TRANSFER) && self.support.iter().any(Support::is_unbounded);
        self.silence.any(classes) || !self.size.settled || support()
    }

    #[inline]
    fn range(&self, classes: Classes, at_least: Fen, so_far: Fen, at_most: Option<Fen>) -> Range {
        // Whoever turns out to be no member takes all of theirs away.
        let at_least = if self.size.settled { at_least } else { at_least.min(Fen::ZERO) };
        let at_most = if self.unbounded(classes) { None } else { at_most };
        let settled = at_most.is_some() && !self.silence.any_held(classes);
        Range {
            at_least,
            at_most,
            so_far,
            complete: settled && at_most == Some(so_far) && at_least == so_far,
            waits_for: classes,
        }
    }

    /// Taxes and contributions that a record under review names, or a silent source may still name.
    fn paid_still_possible(&self) -> Fen {
        let held = income::held_payments(self.case);
        if !self.silence.any(Classes::WAGE.with(Classes::TRANSFER)) {
            return held;
        }
        let share: Ratio = self.case.rules.transfers_paid_most.value;
        let confirmed = self.income.iter().map(|draft| draft.least.at_least_zero()).sum();
        held.saturating_add(share.of(confirmed))
    }

    fn class(&self, class: IncomeClass) -> ClassTotal {
        let drafts = || self.income.iter().filter(move |draft| draft.line.class == class);
        let mut least: Fen = drafts().map(|draft| draft.least).sum();
        let so_far: Fen = drafts().map(|draft| draft.line.counted).sum();
        let mut most: Fen = drafts().map(|draft| draft.most).sum();
        if class == IncomeClass::Transfer {
            if !self.size.settled {
                // Whoever turns out to be no member takes what they receive along, not what the others pay away.
                least = least.min(drafts().map(|draft| draft.least.min(Fen::ZERO)).sum());
            }
            // What was paid away is taken off the whole household's income, which it does not make negative.
            let others = || self.income.iter().filter(|draft| draft.line.class != IncomeClass::Transfer);
            least -= self.paid_still_possible();
            if !self.unbounded(Classes::INCOME) {
                least = least.max(-others().map(|draft| draft.most).sum::<Fen>());
            }
            most = most.max(-others().map(|draft| draft.least).sum::<Fen>()).max(so_far);
        }
        let range = self.range(Classes::of(&[info_class(class)]), least.min(so_far), so_far, Some(most));
        ClassTotal { class, total: self.spelled(range) }
    }

    /// Income of everybody, before deductions.
    pub fn income(&self) -> Range {
        let (mut least, mut so_far, mut most) = (Fen::ZERO, Fen::ZERO, Fen::ZERO);
        for draft in self.income {
            least += draft.least;
            so_far += draft.line.counted;
            most += draft.most;
        }
        let least = (least - self.paid_still_possible()).at_least_zero().min(so_far);
        self.range(Classes::INCOME, least, so_far, Some(most.max(so_far)))
    }

    fn deductions(&self) -> Range {
        let so_far: Fen = self.deductions.iter().map(|draft| draft.amount).sum();
        let least = self.deductions.iter().map(|draft| draft.least).sum();
        let possible = deductions::still_possible(self.case, self.silence, self.illness, self.wages, self.deductions);
        let classes = Classes::DEDUCTIONS.with(Classes::WAGE).with(self.claims_open());
        let mut range = self.range(classes, least, so_far, None);
        range.at_most = possible.filter(|_| self.size.settled).map(|possible| so_far + possible);
        range.complete = range.at_most == Some(so_far) && least == so_far && !self.silence.any_held(classes);
        range
    }

    /// Insurers, while claims may still pay back a cost of illness.
    #[inline]
    fn claims_open(&self) -> Classes {
        let open = self.deductions.iter().any(|draft| draft.kind == Kind::Illness && draft.least < draft.amount);
        if open { Classes::FINANCIAL } else { Classes::default() }
    }

    /// Income less deductions, never below zero. Deductions without an upper bound leave nothing confirmed.
    #[inline]
    fn net(income: &Range, deductions: &Range) -> Range {
        let less = |amount: Fen, deducted: Fen| (amount - deducted).at_least_zero();
        Range {
            at_least: deductions.at_most.map_or(Fen::ZERO, |most| less(income.at_least, most)),
            at_most: income.at_most.map(|most| less(most, deductions.at_least)),
            so_far: less(income.so_far, deductions.so_far),
            complete: income.complete && deductions.complete,
            waits_for: Classes::INCOME.with(Classes::DEDUCTIONS),
        }
    }

    /// Shown rounded to the fen; comparisons with a limit are made on the household's exact amounts.
    fn per_head(&self, whole: &Range, months: i64) -> Range {
        let head = |amount: Fen| amount.mul_ratio(1, self.size.divisor() * months);
        Range {
            at_least: if self.size.settled { head(whole.at_least) } else { Fen::ZERO },
            at_most: whole.at_most.map(head),
            so_far: head(whole.so_far),
            complete: whole.complete && self.size.settled,
            waits_for: whole.waits_for,
        }
    }

    #[inline]
    fn financial(&self) -> Range {
        let (mut least, mut so_far, mut most) = (Fen::ZERO, Fen::ZERO, Some(Fen::ZERO));
        for draft in self.property.iter().filter(|draft| draft.line.class == PropertyClass::Financial) {
            least += draft.least;
            so_far += draft.line.counted;
            most = most.zip(draft.most).map(|(sum, most)| sum.saturating_add(most));
        }
        self.range(Classes::FINANCIAL, least, so_far, most)
    }

    /// Illness and schooling as paid, before tiers and ratios.
    fn rigid_spending(&self) -> Range {
        let (mut so_far, mut schooled) = (Fen::ZERO, false);
        for draft in self.deductions.iter().filter(|draft| matches!(draft.kind, Kind::Illness | Kind::Schooling)) {
            so_far += draft.base;
            schooled |= draft.kind == Kind::Schooling;
        }
        let (mut least, mut more) = (Fen::ZERO, Fen::ZERO);
        for (position, person) in self.case.people.iter().enumerate().filter(|(_, person)| person.is_member()) {
            let illness = &self.illness[position];
            least += illness.least();
            more += illness.most() - illness.net();
            let fees = person.held().filter_map(|item| match item.detail() {
                Detail::Enrolment { fee_yearly, public_fee_yearly, .. } => (*fee_yearly).max(*public_fee_yearly),
                _ => None,
            });
            more += fees.sum();
            // Another school of the same person may turn out to be the one that counts.
            if schooled && !self.silence.unsettled(position, Classes::EDUCATION) {
                let own = |d: &&DeductionDraft<'_>| d.kind == Kind::Schooling && d.is_of(person.reference());
                least += self.deductions.iter().filter(own).map(|draft| draft.base).sum();
            }
        }
        let mut range = self.range(Classes::SPENDING, least, so_far, Some(so_far + more));
        range.waits_for = Classes::SPENDING.with(self.claims_open());
        range
    }

    /// "No record" of a house is not "no house": in a village many are not registered.
    #[inline]
    fn house_may_be_unregistered(&self) -> bool {
        let recorded = self.property.iter().any(|draft| draft.tally == Tally::Dwelling && draft.line.source.is_some());
        self.case.standard_kind() == StandardKind::Rural && !recorded
    }

    #[inline]
    fn count(&self, tally: Tally, class: InfoClass) -> CountRange {
        let classes = Classes::of(&[class]);
        let (mut at_least, mut most) = (0, 0);
        for draft in self.property.iter().filter(|draft| draft.tally == tally) {
            at_least += draft.count_least;
            most += draft.count_most;
        }
        let at_least = if self.size.settled { at_least } else { 0 };
        let at_most = (!self.unbounded(classes)).then_some(most);
        let complete = at_most == Some(at_least)
            && !self.silence.any_held(classes)
            && !(tally == Tally::Dwelling && self.house_may_be_unregistered());
        CountRange { at_least, at_most, complete, waits_for: classes }
    }
}
