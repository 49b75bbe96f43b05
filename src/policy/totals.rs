//! Totals as intervals: what is confirmed, what stands now, and how far what is missing could still move it.
//!
//! So far = exact sum of the lines. At least = what every missing fact, were it to favour the family, leaves. At most = what every
//! missing fact, were it to go against the family, adds; none while a source that could add anything is silent.

use super::assessment::{ClassTotal, CountInterval, Interval, Totals};
use super::case::Case;
use super::deductions::{self, IllnessCosts};
use super::drafts::{DeductionDraft, IncomeDraft, PropertyDraft, Tally};
use super::income::{self, WageMonths, declared::info_class};
use super::pack::{Ratio, StandardKind};
use super::silence::{Classes, Silence};
use super::size::Size;
use crate::household::{Detail, Fen, IncomeClass, InfoClass};

/// Everything totals are made from.
pub(super) struct Sums<'s, 'a> {
    pub case: &'s Case<'a>,
    pub silence: &'s Silence<'a>,
    pub size: &'s Size<'a>,
    pub income: &'s [IncomeDraft],
    pub deductions: &'s [DeductionDraft],
    pub property: &'s [PropertyDraft],
    pub illness: &'s [IllnessCosts],
    pub wages: &'s [WageMonths],
}

impl Sums<'_, '_> {
    pub fn totals(&self) -> Totals {
        let income = self.income();
        let deductions = self.deductions();
        let net_income = self.net(&income, &deductions);
        let financial = self.financial();
        Totals {
            members: self.size.members,
            income_by_class: IncomeClass::ALL.iter().map(|&class| self.class(class)).collect(),
            per_head_yearly: self.per_head(&net_income, 1),
            per_head_monthly: self.per_head(&net_income, 12),
            standard_monthly: self.case.standard(),
            financial_per_head: self.per_head(&financial, 1),
            rigid_spending: self.rigid_spending(),
            dwellings: self.count(Tally::Dwelling, InfoClass::RealEstate),
            cars: self.count(Tally::Car, InfoClass::Vehicle),
            companies: self.count(Tally::Company, InfoClass::Company),
            income,
            deductions,
            net_income,
            financial,
        }
    }

    /// Whether a source is silent, or somebody may be missing, so that there is no upper end.
    fn unbounded(&self, classes: Classes) -> bool {
        self.silence.any(classes) || !self.size.settled
    }

    fn interval(&self, classes: Classes, at_least: Fen, so_far: Fen, at_most: Option<Fen>) -> Interval {
        // Whoever turns out to be no member takes all of theirs away.
        let at_least = if self.size.settled { at_least } else { at_least.min(Fen::ZERO) };
        let at_most = if self.unbounded(classes) { None } else { at_most };
        let settled = at_most.is_some() && !self.silence.any_held(classes);
        Interval {
            at_least,
            at_most,
            so_far,
            complete: settled && at_most == Some(so_far) && at_least == so_far,
            silent: self.silence.waiting_for(classes),
        }
    }

    /// Taxes and contributions that a record under review names, or a silent source may still name.
    fn paid_still_possible(&self) -> Fen {
        let held = income::held_payments(self.case);
        if !self.silence.any(Classes::of(&[InfoClass::Wage, InfoClass::Transfer])) {
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
        let total = self.interval(Classes::of(&[info_class(class)]), least.min(so_far), so_far, Some(most));
        ClassTotal { class, total }
    }

    fn income(&self) -> Interval {
        let least: Fen = self.income.iter().map(|draft| draft.least).sum();
        let so_far: Fen = self.income.iter().map(|draft| draft.line.counted).sum();
        let most: Fen = self.income.iter().map(|draft| draft.most).sum();
        let least = (least - self.paid_still_possible()).at_least_zero().min(so_far);
        self.interval(Classes::INCOME, least, so_far, Some(most.max(so_far)))
    }

    fn deductions(&self) -> Interval {
        let so_far: Fen = self.deductions.iter().map(|draft| draft.line.amount).sum();
        let least = self.deductions.iter().map(|draft| draft.least).sum();
        let possible = deductions::still_possible(self.case, self.silence, self.illness, self.wages, self.deductions);
        let classes = Classes::DEDUCTIONS.with(Classes::of(&[InfoClass::Wage])).with(self.claims_open());
        let mut interval = self.interval(classes, least, so_far, None);
        interval.at_most = possible.filter(|_| self.size.settled).map(|possible| so_far + possible);
        interval.complete = interval.at_most == Some(so_far) && least == so_far && !self.silence.any_held(classes);
        interval
    }

    /// Insurers, while claims may still pay back a cost of illness.
    fn claims_open(&self) -> Classes {
        let open = self.deductions.iter().any(|draft| draft.line.kind == "illness" && draft.least < draft.line.amount);
        if open { Classes::of(&[InfoClass::Financial]) } else { Classes::default() }
    }

    /// Income less deductions, never below zero. Deductions without an upper bound leave nothing confirmed.
    fn net(&self, income: &Interval, deductions: &Interval) -> Interval {
        let less = |amount: Fen, deducted: Fen| (amount - deducted).at_least_zero();
        let at_least = deductions.at_most.map_or(Fen::ZERO, |most| less(income.at_least, most));
        let so_far = less(income.so_far, deductions.so_far);
        let at_most = income.at_most.map(|most| less(most, deductions.at_least));
        let classes = Classes::INCOME.with(Classes::DEDUCTIONS);
        Interval {
            at_least,
            at_most,
            so_far,
            complete: income.complete && deductions.complete,
            silent: self.silence.waiting_for(classes),
        }
    }

    /// Shown rounded to the fen; comparisons with a limit are made on the household's exact amounts.
    fn per_head(&self, whole: &Interval, months: i64) -> Interval {
        let head = |amount: Fen| amount.mul_ratio(1, self.size.divisor() * months);
        Interval {
            at_least: if self.size.settled { head(whole.at_least) } else { Fen::ZERO },
            at_most: whole.at_most.map(head),
            so_far: head(whole.so_far),
            complete: whole.complete && self.size.settled,
            silent: whole.silent.clone(),
        }
    }

    fn financial(&self) -> Interval {
        let so_far: Fen = self.financial_drafts().map(|draft| draft.line.counted).sum();
        let least = self.financial_drafts().map(|draft| draft.least).sum();
        let most = self.financial_drafts().try_fold(Fen::ZERO, |sum, draft| Some(sum.saturating_add(draft.most?)));
        self.interval(Classes::of(&[InfoClass::Financial]), least, so_far, most)
    }

    fn financial_drafts(&self) -> impl Iterator<Item = &PropertyDraft> {
        self.property.iter().filter(|draft| draft.line.class == crate::household::PropertyClass::Financial)
    }

    /// Illness and schooling as paid, before tiers and ratios.
    fn rigid_spending(&self) -> Interval {
        let drafts = || self.deductions.iter().filter(|d| matches!(d.line.kind.as_str(), "illness" | "schooling"));
        let so_far: Fen = drafts().map(|draft| draft.line.base).sum();
        let (mut least, mut more) = (Fen::ZERO, Fen::ZERO);
        let education = Classes::of(&[InfoClass::Education]);
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
            if !self.silence.of_person[position].with(self.silence.held[position]).meets(education) {
                let own = drafts().filter(|d| d.line.kind == "schooling" && d.line.member == *person.reference());
                least += own.map(|draft| draft.line.base).sum();
            }
        }
        let classes = Classes::of(&[InfoClass::Medical, InfoClass::Education]);
        let mut interval = self.interval(classes, least, so_far, Some(so_far + more));
        interval.silent = self.silence.waiting_for(classes.with(self.claims_open()));
        interval
    }

    /// "No record" of a house is not "no house": in a village many are not registered.
    fn house_may_be_unregistered(&self) -> bool {
        let recorded = self.property.iter().any(|draft| draft.tally == Tally::Dwelling && draft.line.source.is_some());
        self.case.standard_kind() == StandardKind::Rural && !recorded
    }

    fn count(&self, tally: Tally, class: InfoClass) -> CountInterval {
        let of_kind = || self.property.iter().filter(move |draft| draft.tally == tally);
        let classes = Classes::of(&[class]);
        let at_least: u32 = if self.size.settled { of_kind().map(|draft| draft.count_least).sum() } else { 0 };
        let most: u32 = of_kind().map(|draft| draft.count_most).sum();
        let at_most = (!self.unbounded(classes)).then_some(most);
        let complete = at_most == Some(at_least)
            && !self.silence.any_held(classes)
            && !(tally == Tally::Dwelling && self.house_may_be_unregistered());
        CountInterval { at_least, at_most, complete, silent: self.silence.waiting_for(classes) }
    }
}
