//! The reading of the law that the packs of Huining chose, with the oracle's own numbers. Whole fen throughout.
//!
//! Nothing here is taken from the service: `config/policy` and this file were written apart and must agree.

use hedui_mock_sources::Month;
use hedui_mock_sources::truth::Registered;
use jiff::civil::Date;

/// Months are counted from the year 0.
pub fn index(month: Month) -> i32 {
    i32::from(month.year()) * 12 + i32::from(month.month()) - 1
}

fn index_of(day: Date) -> i32 {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// The twelve calendar months before the month of the as-of date, and the year of days that ends with it.
#[derive(Clone, Copy, Debug)]
pub struct Year {
    pub as_of: Date,
    first: i32,
}

impl Year {
    pub fn before(as_of: Date) -> Self {
        Self { as_of, first: index_of(as_of) - 12 }
    }

    /// The month at a position.
    pub fn month(&self, place: i32) -> i32 {
        self.first + place
    }

    /// Position of a month (0 is the oldest), when it lies within.
    pub fn place(&self, month: i32) -> Option<usize> {
        usize::try_from(month - self.first).ok().filter(|place| *place < 12)
    }

    /// Positions of a run of months, both ends included; no end means it goes on.
    pub fn places(&self, from: i32, to: Option<i32>) -> std::ops::Range<usize> {
        let within = |month: i32| usize::try_from(month - self.first).unwrap_or(0).min(12);
        let end = to.map_or(12, |month| within(month + 1));
        within(from).min(end)..end
    }

    /// Positions of the months a run of days touches.
    pub fn places_of_days(&self, from: Date, to: Date) -> std::ops::Range<usize> {
        self.places(index_of(from), Some(index_of(to)))
    }

    /// Months a run of days touches, within or not.
    pub fn months_touched(from: Date, to: Date) -> i64 {
        i64::from(index_of(to) - index_of(from) + 1)
    }

    /// The basic part of the residents' pension is not income in months up to the end of 2025; after that the law is not known.
    pub fn basic_pension_is_open(&self, place: usize) -> bool {
        self.first + i32::try_from(place).expect("a month of twelve") >= 2026 * 12
    }

    /// First day of the year of days.
    pub fn first_day(&self) -> Date {
        let year_ago = self.as_of.saturating_sub(jiff::Span::new().years(1));
        year_ago.saturating_add(jiff::Span::new().days(1))
    }

    pub fn has(&self, day: Date) -> bool {
        self.first_day() <= day && day <= self.as_of
    }
}

/// Minimum living allowance a head and year: 623 yuan a month in town, 460 in the country.
pub const fn standard(registered: Registered) -> i64 {
    match registered {
        Registered::Urban => 62_300 * 12,
        Registered::Rural => 46_000 * 12,
    }
}

/// So many hundredths of an amount, half a fen upwards.
pub const fn hundredths(amount: i64, share: i64) -> i64 {
    (amount * share + 50) / 100
}

/// An amount divided, half a fen upwards.
pub const fn divided(amount: i64, by: i64) -> i64 {
    (2 * amount + by) / (2 * by)
}

/// Self-paid medical cost: half of the first 5,000 yuan, 70 % up to 20,000, 90 % of the rest.
pub fn illness(self_paid: i64) -> i64 {
    let (low, middle) = (self_paid.min(500_000), self_paid.clamp(500_000, 2_000_000) - 500_000);
    hundredths(low, 50) + hundredths(middle, 70) + hundredths((self_paid - 2_000_000).max(0), 90)
}

/// Schooling at the public price: all of it up to secondary school, 80 % above, at most 8,000 yuan.
pub fn schooling(stage: u8, price: i64) -> i64 {
    hundredths(price, if stage < 50 { 100 } else { 80 }).min(800_000)
}

/// Nursing of the gravely disabled, a share of the yearly standard.
pub const fn nursing(grade: u8, standard: i64) -> i64 {
    match grade {
        1 => hundredths(standard, 30),
        2 => hundredths(standard, 20),
        _ => 0,
    }
}

/// Nutrition of children, mothers and old people: a tenth of the yearly standard.
pub const fn nutrition(standard: i64) -> i64 {
    hundredths(standard, 10)
}

/// Cost of working in a month with a wage: 20 % of the minimum wage of 1,910 yuan, 30 % for the disabled, at most the wage.
pub fn employment_cost(wage: i64, disabled: bool) -> i64 {
    hundredths(191_000, if disabled { 30 } else { 20 }).min(wage)
}

/// Thousandths of a yuan in fen, half a fen upwards.
pub const fn milli_yuan(amount: i64) -> i64 {
    (amount + 5) / 10
}

/// What the bank that tells only over or under is asked: 50,000 yuan.
pub const TOLD_LIMIT: i64 = 5_000_000;
/// Room a head below which a second dwelling is allowed: 20 m², in hundredths.
pub const ROOM_A_HEAD: i64 = 2_000;

/// Completed years.
pub fn age(born: Date, on: Date) -> i64 {
    i64::from(on.year() - born.year()) - i64::from((on.month(), on.day()) < (born.month(), born.day()))
}
