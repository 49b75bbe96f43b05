//! Months and the window of a check. Pure: the as-of date is an argument everywhere, nothing here reads a clock.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A calendar month; in JSON `"2025-11"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month `month` (1-12) of `year`.
    pub const fn new(year: i16, month: i8) -> Self {
        Self(year as i32 * 12 + month as i32 - 1)
    }

    /// The month a date falls in.
    pub fn of(date: Date) -> Self {
        Self::new(date.year(), date.month())
    }

    /// The month `months` later (earlier when negative).
    pub const fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// The year.
    pub fn year(self) -> i16 {
        i16::try_from(self.0.div_euclid(12)).expect("months are built from years that fit 16 bits")
    }

    /// The month of the year, 1-12.
    pub fn month(self) -> i8 {
        i8::try_from(self.0.rem_euclid(12) + 1).expect("a month of the year is at most 12")
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        Date::new(self.year(), self.month(), 1).expect("the first day of a month exists")
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// A day of this month; days the month lacks become its last one.
    pub fn day(self, day: i8) -> Date {
        Date::new(self.year(), self.month(), day.clamp(1, self.last_day().day()))
            .expect("the day was clamped to the month")
    }

    /// `202511`, as social security writes it.
    pub fn compact(self) -> String {
        format!("{:04}{:02}", self.year(), self.month())
    }

    /// Reads `202511` or `2025-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let shaped = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) && matches!(text.len(), 6 | 7);
        let (year, month) = (digits.get(..4)?.parse().ok()?, digits.get(4..)?.parse().ok()?);
        (shaped && (1..=12).contains(&month)).then(|| Self::new(year, month))
    }

    /// The months from `self` to `to`, both included.
    pub fn through(self, to: Self) -> impl Iterator<Item = Self> {
        (self.0..=to.0).map(Self)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a month is written yyyy-MM"))
    }
}

/// The twelve months a check looks back over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day: the as-of date less twelve months, plus a day.
    pub start: Date,
    /// Last day: the as-of date.
    pub end: Date,
    /// First whole month that monthly facts are counted in.
    pub first_month: Month,
    /// Last whole month: the one before the as-of date's.
    pub last_month: Month,
}

impl Window {
    /// The window that ends on `as_of`.
    pub fn ending(as_of: Date) -> Self {
        let month = Month::of(as_of);
        let start =
            month.plus(-12).day(as_of.day()).tomorrow().expect("the calendar does not end within twelve months");
        Self { start, end: as_of, first_month: month.plus(-12), last_month: month.plus(-1) }
    }

    /// How many of its twelve months lie within `from ..= to` (`None`: no end).
    pub fn months_within(&self, from: Month, to: Option<Month>) -> i64 {
        let first = from.max(self.first_month);
        let last = to.unwrap_or(self.last_month).min(self.last_month);
        i64::from((last.0 - first.0 + 1).max(0))
    }

    /// Whether a day lies in the window.
    pub fn contains(&self, day: Date) -> bool {
        self.start <= day && day <= self.end
    }
}

/// Full years between two dates.
pub(crate) fn years_between(born: Date, on: Date) -> i64 {
    let passed = (on.month(), on.day()) >= (born.month(), born.day());
    i64::from(on.year()) - i64::from(born.year()) - i64::from(!passed)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{Month, Window, years_between};

    #[test]
    fn the_window_is_twelve_months_and_starts_a_day_later() {
        let window = Window::ending(date(2026, 11, 1));
        assert_eq!((window.start, window.end), (date(2025, 11, 2), date(2026, 11, 1)));
        assert_eq!((window.first_month.compact(), window.last_month.to_string()), ("202511".into(), "2026-10".into()));
        assert_eq!(window.months_within(Month::new(2020, 1), None), 12);
        assert_eq!(window.months_within(Month::new(2026, 9), Some(Month::new(2026, 12))), 2);
        assert_eq!(window.months_within(Month::new(2019, 9), Some(Month::new(2025, 10))), 0);
    }

    #[test]
    fn months_read_both_ways_of_writing() {
        assert_eq!(Month::parse("2025-11"), Month::parse("202511"));
        for wrong in ["", "2025-13", "20251", "2025/11", "2025-1-1", "------"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn birthdays_count_on_the_day() {
        assert_eq!(years_between(date(2008, 11, 1), date(2026, 11, 1)), 18);
        assert_eq!(years_between(date(2008, 11, 2), date(2026, 11, 1)), 17);
    }
}
