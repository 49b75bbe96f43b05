//! The twelve months that income is added up over.
//!
//! One rule: facts kept by month count in the twelve calendar months before the as-of date's month (as of 2026-11-01:
//! 2025-11 to 2026-10); facts with a day count from the day after the same date last year up to the as-of date itself.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::household::YearMonth;

/// Months in a window.
pub const MONTHS: usize = 12;

/// Every month of a window.
pub const ALL_MONTHS: Months = Months(0xfff);

/// The income window of an as-of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First month.
    pub first_month: YearMonth,
    /// Last month.
    pub last_month: YearMonth,
    /// First day.
    pub first_day: Date,
    /// Last day: the as-of date.
    pub last_day: Date,
}

/// Months of a window as bits, the oldest lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Months(pub u16);

impl Months {
    /// How many.
    #[must_use]
    #[inline]
    pub fn count(self) -> i64 {
        i64::from(self.0.count_ones())
    }

    /// Those not in `other`.
    #[must_use]
    #[inline]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Those in either.
    #[must_use]
    #[inline]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those also in `other`.
    #[must_use]
    #[inline]
    pub fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there are none.
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Positions in the window, oldest first.
    #[inline]
    pub fn positions(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let next = usize::try_from(left.trailing_zeros()).ok().filter(|_| left != 0)?;
            left &= left - 1;
            Some(next)
        })
    }
}

impl Window {
    /// The window before a day.
    ///
    /// # Panics
    /// For dates in the first year of the calendar.
    #[must_use]
    pub fn before(as_of: Date) -> Self {
        let month = YearMonth::of(as_of);
        let year_ago = as_of.checked_sub(1.year()).expect("an as-of date lies after the year 1");
        Self {
            first_month: month.plus_months(-12),
            last_month: month.plus_months(-1),
            first_day: year_ago.tomorrow().expect("an as-of date lies within the calendar"),
            last_day: as_of,
        }
    }

    /// The months, oldest first.
    pub fn months(&self) -> impl Iterator<Item = YearMonth> + use<> {
        let first = self.first_month;
        (0..12).map(move |n| first.plus_months(n))
    }

    /// The months of the window within a run of months; `to` inclusive, none = still running.
    #[must_use]
    #[inline]
    pub fn overlap(&self, from: Option<YearMonth>, to: Option<YearMonth>) -> Months {
        let base = self.first_month.index();
        let first = from.map_or(0, |month| (month.index() - base).clamp(0, 12));
        let last = to.map_or(11, |month| (month.index() - base).clamp(-1, 11));
        if first > last {
            return Months::default();
        }
        let bits = (1_u32 << (last + 1)) - (1_u32 << first);
        Months(u16::try_from(bits).expect("twelve bits fit"))
    }

    /// The months of the window that a run of days touches.
    #[must_use]
    #[inline]
    pub fn overlap_days(&self, from: Date, to: Option<Date>) -> Months {
        self.overlap(Some(YearMonth::of(from)), to.map(YearMonth::of))
    }

    /// Whether a day lies in it.
    #[must_use]
    #[inline]
    pub fn has(&self, day: Date) -> bool {
        self.first_day <= day && day <= self.last_day
    }

    /// Months as a family reads them: `2025-11 至 2026-10`, or several runs.
    #[must_use]
    pub fn spell(&self, months: Months) -> String {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for position in months.positions() {
            match runs.last_mut() {
                Some((_, last)) if *last + 1 == position => *last = position,
                _ => runs.push((position, position)),
            }
        }
        let name = |n: usize| self.first_month.plus_months(i32::try_from(n).expect("a month of twelve")).to_string();
        let spelled = runs.iter().map(
            |&(from, to)| {
                if from == to { name(from) } else { format!("{} 至 {}", name(from), name(to)) }
            },
        );
        spelled.collect::<Vec<_>>().join("、")
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn month(text: &str) -> Option<YearMonth> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn twelve_calendar_months_before_the_month() {
        let window = Window::before(date(2026, 11, 1));
        assert_eq!(
            (window.first_month.to_string(), window.last_month.to_string()),
            ("2025-11".into(), "2026-10".into())
        );
        assert_eq!((window.first_day, window.last_day), (date(2025, 11, 2), date(2026, 11, 1)));
        assert_eq!(Window::before(date(2026, 11, 30)).last_month.to_string(), "2026-10");
        assert_eq!(Window::before(date(2024, 2, 29)).first_day, date(2023, 3, 1));
    }

    #[test]
    fn runs_are_cut_to_the_window() {
        let window = Window::before(date(2026, 11, 1));
        assert_eq!(window.overlap(month("2020-01"), None).count(), 12);
        assert_eq!(window.overlap(month("2026-10"), None).count(), 1);
        assert_eq!(window.overlap(month("2026-11"), None).count(), 0);
        assert_eq!(window.overlap(month("2020-01"), month("2025-11")).count(), 1);
        assert_eq!(window.overlap(month("2020-01"), month("2025-10")).count(), 0);
        assert_eq!(window.spell(Months(0b1001)), "2025-11、2026-02");
        assert_eq!(window.spell(window.overlap(None, None)), "2025-11 至 2026-10");
    }
}
