//! Lines before they are totalled: what the report prints, with the least and the most it could still turn out to be.
//!
//! A draft points at the evidence and the rules; nothing is copied or put in words before somebody reads it.

use std::borrow::Cow;

use super::assessment::{DeductionLine, IncomeLine, PropertyLine, Treatment};
use super::case::{Item, Person};
use super::grounds::{Reason, Text};
use super::window::Months;
use crate::household::{Area, Detail, Fen, IncomeClass, MemberRef, Private, PropertyClass, SourceKey};

/// What a line is, in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub zh: &'static str,
    pub en: &'static str,
}

/// A line of income.
pub(super) struct IncomeRow<'a> {
    pub member: &'a MemberRef,
    pub class: IncomeClass,
    pub item: Name,
    pub source: Option<&'a SourceKey>,
    pub records: Records<'a>,
    pub computation: Text,
    pub gross: Fen,
    pub reduced_by: Fen,
    pub counted: Fen,
    pub counted_at_most: Option<Fen>,
    pub treatment: Treatment,
    pub ground: Reason<'a>,
}

/// The records a line rests on; most rest on one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Records<'a> {
    #[default]
    None,
    One(&'a str),
    Many(Vec<&'a str>),
}

impl<'a> Records<'a> {
    #[inline]
    pub fn as_slice(&self) -> &[&'a str] {
        match self {
            Self::None => &[],
            Self::One(record) => std::slice::from_ref(record),
            Self::Many(records) => records,
        }
    }

    #[inline]
    pub fn push(&mut self, record: &'a str) {
        match self {
            Self::None => *self = Self::One(record),
            Self::One(first) => *self = Self::Many(vec![first, record]),
            Self::Many(records) => records.push(record),
        }
    }

    #[inline]
    pub fn first(&self) -> Option<&'a str> {
        self.as_slice().first().copied()
    }

    fn to_owned(&self) -> Vec<String> {
        self.as_slice().iter().map(|record| (*record).to_owned()).collect()
    }
}

impl<'a> FromIterator<&'a str> for Records<'a> {
    fn from_iter<I: IntoIterator<Item = &'a str>>(records: I) -> Self {
        let mut records = records.into_iter();
        match (records.next(), records.next()) {
            (None, _) => Self::None,
            (Some(one), None) => Self::One(one),
            (Some(one), Some(two)) => Self::Many([one, two].into_iter().chain(records).collect()),
        }
    }
}

impl IncomeRow<'_> {
    pub fn spell_out(self) -> IncomeLine {
        IncomeLine {
            member: self.member.clone(),
            class: self.class,
            item_zh: Cow::Borrowed(self.item.zh),
            item_en: Cow::Borrowed(self.item.en),
            source: self.source.cloned(),
            records: self.records.to_owned(),
            computation: self.computation.into_cow(),
            gross: self.gross,
            reduced_by: self.reduced_by,
            counted: self.counted,
            counted_at_most: self.counted_at_most,
            treatment: self.treatment,
            ground: self.ground.spell_out(),
        }
    }
}

/// A line of income with its bounds.
pub(super) struct IncomeDraft<'a> {
    pub line: IncomeRow<'a>,
    /// The least it counts, whatever is still missing.
    pub least: Fen,
    /// The most it counts, were every doubt to go against the family.
    pub most: Fen,
    /// Taxes, contributions and support paid: a negative line.
    pub paid: bool,
    /// What tekun's own list of what is not income leaves out of `most`.
    pub not_for_tekun: Fen,
    /// Months of the window it is about; none where it is not kept by month.
    pub months: Months,
    /// Who paid it: lines of two payers stay two. Never printed.
    pub payer: Option<&'a Private>,
}

/// The employer or payer a record names.
#[inline]
fn payer(detail: &Detail) -> Option<&Private> {
    match detail {
        Detail::TaxedIncome { payer, .. } => payer.as_ref(),
        Detail::Contribution { employer, .. } | Detail::Job { employer, .. } | Detail::HousingFund { employer, .. } => {
            employer.as_ref()
        }
        _ => None,
    }
}

/// What an item of income is.
#[derive(Clone, Copy)]
pub(super) struct Named {
    pub class: IncomeClass,
    pub zh: &'static str,
    pub en: &'static str,
}

/// Money of one item over the window, and how it is treated.
pub(super) struct Counted {
    pub gross: Fen,
    pub reduced_by: Fen,
    pub counted: Fen,
    pub counted_at_most: Option<Fen>,
    pub treatment: Treatment,
}

impl Counted {
    /// All of it, less costs.
    #[inline]
    pub fn net(gross: Fen, costs: Fen) -> Self {
        Self { gross, reduced_by: costs, counted: gross - costs, counted_at_most: None, treatment: Treatment::Counted }
    }

    /// Outside the window, or no longer in force.
    #[inline]
    pub fn stale(gross: Fen) -> Self {
        Self { gross, reduced_by: Fen::ZERO, counted: Fen::ZERO, counted_at_most: None, treatment: Treatment::Stale }
    }
}

impl<'a> IncomeDraft<'a> {
    /// A line from a record; a held one or a second copy counts nothing.
    #[inline]
    pub fn of_item(
        person: &Person<'a>,
        item: &Item<'a>,
        named: &Named,
        money: Counted,
        computation: Text,
        ground: Reason<'a>,
    ) -> Self {
        let line = IncomeRow {
            member: person.reference(),
            class: named.class,
            item: Name { zh: named.zh, en: named.en },
            source: Some(item.source),
            records: Records::One(item.number),
            computation,
            gross: money.gross,
            reduced_by: money.reduced_by,
            counted: money.counted,
            counted_at_most: money.counted_at_most,
            treatment: money.treatment,
            ground,
        };
        let mut draft = Self::plain(line);
        draft.payer = payer(item.detail());
        if item.held {
            draft.hold();
        } else if item.duplicate {
            draft.set_aside(Treatment::Duplicate);
        } else if item.echo {
            let (least, most) = (draft.least.min(Fen::ZERO), draft.most.at_least_zero());
            draft.set_aside(Treatment::Duplicate);
            (draft.least, draft.most) = (least, most);
        }
        draft
    }

    /// A line that counts what it says.
    #[inline]
    pub fn plain(line: IncomeRow<'a>) -> Self {
        let (least, most) = (line.counted, line.counted_at_most.unwrap_or(line.counted));
        let months = Months::default();
        Self { line, least, most, paid: false, not_for_tekun: Fen::ZERO, months, payer: None }
    }

    /// Whether it is this person's: drafts point at the case's own people.
    #[inline]
    pub fn is_of(&self, member: &MemberRef) -> bool {
        std::ptr::eq(self.line.member, member)
    }

    /// About these months.
    #[inline]
    pub fn over(mut self, months: Months) -> Self {
        self.months = months;
        self
    }

    /// Counts nothing, but could count its gross.
    #[inline]
    fn hold(&mut self) {
        let could_count = !matches!(self.line.treatment, Treatment::Exempt | Treatment::Stale);
        self.most = if could_count { self.most.max(self.line.gross).at_least_zero() } else { Fen::ZERO };
        self.least = self.least.min(Fen::ZERO);
        self.line.counted = Fen::ZERO;
        self.line.counted_at_most = None;
        self.line.reduced_by = Fen::ZERO;
        self.line.treatment = Treatment::HeldForReview;
        self.line.ground.held = true;
    }

    /// Counts nothing and never will.
    #[inline]
    pub fn set_aside(&mut self, treatment: Treatment) {
        self.line.counted = Fen::ZERO;
        self.line.counted_at_most = None;
        self.line.reduced_by = Fen::ZERO;
        self.line.treatment = treatment;
        self.least = Fen::ZERO;
        self.most = Fen::ZERO;
        self.not_for_tekun = Fen::ZERO;
    }
}

/// Kinds of deduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Illness,
    Schooling,
    DisabilityNursing,
    OldAgeNursing,
    Nutrition,
    EmploymentCost,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Illness => "illness",
            Self::Schooling => "schooling",
            Self::DisabilityNursing => "disability_nursing",
            Self::OldAgeNursing => "old_age_nursing",
            Self::Nutrition => "nutrition",
            Self::EmploymentCost => "employment_cost",
        }
    }
}

/// A deduction with the least it is, whatever is still missing.
pub(super) struct DeductionDraft<'a> {
    pub member: &'a MemberRef,
    pub kind: Kind,
    pub item: Name,
    pub source: Option<&'a SourceKey>,
    pub records: Records<'a>,
    pub base: Fen,
    pub computation: Text,
    pub amount: Fen,
    pub ground: Reason<'a>,
    pub least: Fen,
}

impl DeductionDraft<'_> {
    /// Whether it is this person's: drafts point at the case's own people.
    #[inline]
    pub fn is_of(&self, member: &MemberRef) -> bool {
        std::ptr::eq(self.member, member)
    }

    pub fn spell_out(self) -> DeductionLine {
        DeductionLine {
            member: self.member.clone(),
            kind: Cow::Borrowed(self.kind.as_str()),
            item_zh: Cow::Borrowed(self.item.zh),
            item_en: Cow::Borrowed(self.item.en),
            source: self.source.cloned(),
            records: self.records.to_owned(),
            base: self.base,
            computation: self.computation.into_cow(),
            amount: self.amount,
            ground: self.ground.spell_out(),
        }
    }
}

/// What a thing is tallied as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    Nothing,
    Dwelling,
    Car,
    Company,
}

/// A line of property.
pub(super) struct PropertyRow<'a> {
    pub member: &'a MemberRef,
    pub class: PropertyClass,
    pub item: Name,
    pub source: Option<&'a SourceKey>,
    pub record: Option<&'a str>,
    pub value: Option<Fen>,
    pub area: Option<Area>,
    pub counted: Fen,
    pub counts: bool,
    pub treatment: Treatment,
    pub ground: Reason<'a>,
}

impl PropertyRow<'_> {
    pub fn spell_out(self) -> PropertyLine {
        PropertyLine {
            member: self.member.clone(),
            class: self.class,
            item_zh: Cow::Borrowed(self.item.zh),
            item_en: Cow::Borrowed(self.item.en),
            source: self.source.cloned(),
            record: self.record.map(str::to_owned),
            value: self.value,
            area: self.area,
            counted: self.counted,
            counts: self.counts,
            treatment: self.treatment,
            ground: self.ground.spell_out(),
        }
    }
}

/// A thing owned, with its bounds.
pub(super) struct PropertyDraft<'a> {
    pub line: PropertyRow<'a>,
    pub least: Fen,
    /// None = no upper bound (over a limit, amount not told).
    pub most: Option<Fen>,
    pub tally: Tally,
    pub count_least: u32,
    pub count_most: u32,
    /// Area owned of a dwelling that is or may be tallied.
    pub dwelling_area: Option<Area>,
}

/// A thing owned, before treatment.
pub(super) struct Thing {
    pub class: PropertyClass,
    pub zh: &'static str,
    pub en: &'static str,
    pub value: Option<Fen>,
    pub area: Option<Area>,
}

impl<'a> PropertyDraft<'a> {
    /// A line from a record that has no value for the totals and counts as nothing.
    pub fn of_item(
        person: &Person<'a>,
        item: &Item<'a>,
        thing: &Thing,
        treatment: Treatment,
        ground: Reason<'a>,
    ) -> Self {
        Self::plain(PropertyRow {
            member: person.reference(),
            class: thing.class,
            item: Name { zh: thing.zh, en: thing.en },
            source: Some(item.source),
            record: Some(item.number),
            value: thing.value,
            area: thing.area,
            counted: Fen::ZERO,
            counts: false,
            treatment,
            ground,
        })
    }

    /// A line that has the value it counts, and counts as nothing.
    #[inline]
    pub fn plain(line: PropertyRow<'a>) -> Self {
        Self {
            least: line.counted,
            most: Some(line.counted),
            line,
            tally: Tally::Nothing,
            count_least: 0,
            count_most: 0,
            dwelling_area: None,
        }
    }

    /// Counts with a value.
    #[inline]
    pub fn counting(mut self, value: Fen) -> Self {
        self.line.counted = value;
        self.least = value;
        self.most = Some(value);
        self
    }

    /// Counts as one of a kind.
    #[inline]
    pub fn tallied(mut self, tally: Tally) -> Self {
        self.line.counts = true;
        (self.tally, self.count_least, self.count_most) = (tally, 1, 1);
        self
    }

    /// May count as one of a kind.
    #[inline]
    pub fn perhaps(mut self, tally: Tally) -> Self {
        self.line.counts = false;
        (self.tally, self.count_least, self.count_most) = (tally, 0, 1);
        self
    }

    /// Counts nothing while under review.
    #[inline]
    pub fn held(mut self) -> Self {
        let could_count = !matches!(self.line.treatment, Treatment::Exempt | Treatment::Stale);
        self.most = if could_count { self.most } else { Some(Fen::ZERO) };
        self.count_least = 0;
        self.least = Fen::ZERO;
        self.line.counted = Fen::ZERO;
        self.line.counts = false;
        self.line.treatment = Treatment::HeldForReview;
        self.line.ground.held = true;
        self
    }

    /// Counts nothing as it stands, and all of it were it a second one.
    #[inline]
    pub fn told_twice(mut self) -> Self {
        (self.least, self.line.counted, self.line.counts) = (Fen::ZERO, Fen::ZERO, false);
        self.count_least = 0;
        self.line.treatment = Treatment::Duplicate;
        self
    }

    /// Counts nothing and never will.
    #[inline]
    pub fn set_aside(&mut self, treatment: Treatment) {
        self.most = Some(Fen::ZERO);
        (self.least, self.line.counted, self.line.counts) = (Fen::ZERO, Fen::ZERO, false);
        (self.tally, self.count_least, self.count_most) = (Tally::Nothing, 0, 0);
        self.line.treatment = treatment;
    }
}
