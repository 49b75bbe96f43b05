//! Lines before they are totalled: what the report prints, with the least and the most it could still turn out to be.

use super::assessment::{DeductionLine, Ground, IncomeLine, PropertyLine, Treatment};
use super::case::{Item, Person};
use super::window::Months;
use crate::household::{Area, Detail, Fen, IncomeClass, Private, PropertyClass, SourceKey};

/// A line of income with its bounds.
pub(super) struct IncomeDraft {
    pub line: IncomeLine,
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
    pub payer: Option<Private>,
}

/// The employer or payer a record names.
fn payer(detail: &Detail) -> Option<Private> {
    match detail {
        Detail::TaxedIncome { payer, .. } => payer.clone(),
        Detail::Contribution { employer, .. } | Detail::Job { employer, .. } | Detail::HousingFund { employer, .. } => {
            employer.clone()
        }
        _ => None,
    }
}

/// What an item of income is, in both languages.
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
    pub fn net(gross: Fen, costs: Fen) -> Self {
        Self { gross, reduced_by: costs, counted: gross - costs, counted_at_most: None, treatment: Treatment::Counted }
    }

    /// Outside the window, or no longer in force.
    pub fn stale(gross: Fen) -> Self {
        Self { gross, reduced_by: Fen::ZERO, counted: Fen::ZERO, counted_at_most: None, treatment: Treatment::Stale }
    }
}

impl IncomeDraft {
    /// A line from a record; a held one or a second copy counts nothing.
    pub fn of_item(
        person: &Person<'_>,
        item: &Item<'_>,
        named: &Named,
        money: Counted,
        computation: String,
        ground: Ground,
    ) -> Self {
        let line = IncomeLine {
            member: person.reference().clone(),
            class: named.class,
            item_zh: named.zh.to_owned(),
            item_en: named.en.to_owned(),
            source: Some(item.source.clone()),
            records: vec![item.record.number.clone()],
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
    pub fn plain(line: IncomeLine) -> Self {
        let (least, most) = (line.counted, line.counted_at_most.unwrap_or(line.counted));
        let months = Months::default();
        Self { line, least, most, paid: false, not_for_tekun: Fen::ZERO, months, payer: None }
    }

    /// About these months.
    pub fn over(mut self, months: Months) -> Self {
        self.months = months;
        self
    }

    /// Counts nothing, but could count its gross.
    fn hold(&mut self) {
        let could_count = !matches!(self.line.treatment, Treatment::Exempt | Treatment::Stale);
        self.most = if could_count { self.most.max(self.line.gross).at_least_zero() } else { Fen::ZERO };
        self.least = self.least.min(Fen::ZERO);
        self.line.counted = Fen::ZERO;
        self.line.counted_at_most = None;
        self.line.reduced_by = Fen::ZERO;
        self.line.treatment = Treatment::HeldForReview;
        held_ground(&mut self.line.ground);
    }

    /// Counts nothing and never will.
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

/// A deduction with the least it is, whatever is still missing.
pub(super) struct DeductionDraft {
    pub line: DeductionLine,
    pub least: Fen,
}

/// What a thing is tallied as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    Nothing,
    Dwelling,
    Car,
    Company,
}

/// A thing owned, with its bounds.
pub(super) struct PropertyDraft {
    pub line: PropertyLine,
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

impl PropertyDraft {
    /// A line from a record that has no value for the totals and counts as nothing.
    pub fn of_item(person: &Person<'_>, item: &Item<'_>, thing: &Thing, treatment: Treatment, ground: Ground) -> Self {
        let line = PropertyLine {
            member: person.reference().clone(),
            class: thing.class,
            item_zh: thing.zh.to_owned(),
            item_en: thing.en.to_owned(),
            source: Some(SourceKey::clone(item.source)),
            record: Some(item.record.number.clone()),
            value: thing.value,
            area: thing.area,
            counted: Fen::ZERO,
            counts: false,
            treatment,
            ground,
        };
        Self {
            line,
            least: Fen::ZERO,
            most: Some(Fen::ZERO),
            tally: Tally::Nothing,
            count_least: 0,
            count_most: 0,
            dwelling_area: None,
        }
    }

    /// Counts with a value.
    pub fn counting(mut self, value: Fen) -> Self {
        self.line.counted = value;
        self.least = value;
        self.most = Some(value);
        self
    }

    /// Counts as one of a kind.
    pub fn tallied(mut self, tally: Tally) -> Self {
        self.line.counts = true;
        (self.tally, self.count_least, self.count_most) = (tally, 1, 1);
        self
    }

    /// May count as one of a kind.
    pub fn perhaps(mut self, tally: Tally) -> Self {
        self.line.counts = false;
        (self.tally, self.count_least, self.count_most) = (tally, 0, 1);
        self
    }

    /// Counts nothing while under review.
    pub fn held(mut self) -> Self {
        let could_count = !matches!(self.line.treatment, Treatment::Exempt | Treatment::Stale);
        self.most = if could_count { self.most } else { Some(Fen::ZERO) };
        self.count_least = 0;
        self.least = Fen::ZERO;
        self.line.counted = Fen::ZERO;
        self.line.counts = false;
        self.line.treatment = Treatment::HeldForReview;
        held_ground(&mut self.line.ground);
        self
    }

    /// Counts nothing as it stands, and all of it were it a second one.
    pub fn told_twice(mut self) -> Self {
        (self.least, self.line.counted, self.line.counts) = (Fen::ZERO, Fen::ZERO, false);
        self.count_least = 0;
        self.line.treatment = Treatment::Duplicate;
        self
    }

    /// Counts nothing and never will.
    pub fn set_aside(mut self, treatment: Treatment) -> Self {
        self.most = Some(Fen::ZERO);
        (self.least, self.line.counted, self.line.counts) = (Fen::ZERO, Fen::ZERO, false);
        (self.tally, self.count_least, self.count_most) = (Tally::Nothing, 0, 0);
        self.line.treatment = treatment;
        self
    }
}

/// Says that the rule waits for a person's decision on whose record it is.
fn held_ground(ground: &mut Ground) {
    ground.zh = format!("是否属于本人待人工核实，核实前不计入。核实属于本人时：{}", ground.zh);
    ground.en = format!(
        "Whether this record is theirs is for a person to settle; not counted until then. If it is: {}",
        ground.en
    );
}
