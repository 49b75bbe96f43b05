//! Birth dates: the ways in which clerks get them wrong. Lunar dates are not converted.

use super::characters::in_one_width;
use jiff::civil::Date;

use super::levels::levels;

levels! {
    /// How two birth dates compare.
    BirthDateLevel of "birth_date" {
        /// The same day.
        Exact = "exact", "出生日期一致", "the birth date agrees";
        /// Day and month changed places: 3 July, 7 March.
        DayMonthSwapped = "day_month_swapped", "出生日期的月与日颠倒", "day and month of birth are swapped";
        /// One digit of yyyymmdd differs.
        OneDigit = "one_digit", "出生日期有一位数字不同", "one digit of the birth date differs";
        /// The same day in the year before or after.
        YearOff = "year_off", "出生年份相差一年，月日一致", "the year of birth is off by one, day and month agree";
        /// The same year, and one side says 1 January: day not known.
        YearOnly = "year_only", "仅出生年份一致（一方登记为1月1日）", "only the year of birth agrees (one side says 1 January)";
        /// Another day.
        Different = "different", "出生日期不一致", "the birth date differs";
        /// Not stated on one side.
        Missing = "missing", "缺出生日期", "birth date not stated";
    }
}

impl BirthDateLevel {
    /// Whether it could be the same day, mistyped.
    #[must_use]
    pub fn is_near(self) -> bool {
        matches!(self, Self::DayMonthSwapped | Self::OneDigit | Self::YearOff | Self::YearOnly)
    }
}

/// Reads a date as people write it: 2026-11-01, 20261101, 2026/11/1, 2026.11.1, 2026年11月1日, in any width. Nothing for a day that
/// is none, or an order other than year, month, day.
#[must_use]
pub fn read_birth_date(text: &str) -> Option<Date> {
    let mut parts: Vec<String> = vec![String::new()];
    for c in in_one_width(text).filter(|c| !c.is_whitespace()) {
        match c {
            '0'..='9' => parts.last_mut()?.push(c),
            '-' | '/' | '.' | '年' | '月' | '日' | '号' => parts.push(String::new()),
            // a time of day follows
            'T' | ':' => break,
            _ => return None,
        }
    }
    parts.retain(|part| !part.is_empty());
    let (year, month, day) = match parts.as_slice() {
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        [year, month, day, ..] if year.len() == 4 && month.len() <= 2 => {
            (&year[..], &month[..], &day[..day.len().min(2)])
        }
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|date| date.year() >= 1850)
}

/// Compares; symmetric.
#[must_use]
pub fn compare_birth_dates(a: Option<Date>, b: Option<Date>) -> BirthDateLevel {
    let (Some(a), Some(b)) = (a, b) else { return BirthDateLevel::Missing };
    if a == b {
        return BirthDateLevel::Exact;
    }
    if a.year() == b.year() {
        if a.month() == b.day() && a.day() == b.month() {
            return BirthDateLevel::DayMonthSwapped;
        }
    } else if a.month() == b.month() && a.day() == b.day() && (a.year() - b.year()).abs() == 1 {
        return BirthDateLevel::YearOff;
    }
    if digits(a).iter().zip(digits(b)).filter(|(x, y)| **x != *y).count() == 1 {
        return BirthDateLevel::OneDigit;
    }
    let first_of_january = |d: Date| d.month() == 1 && d.day() == 1;
    if a.year() == b.year() && (first_of_january(a) || first_of_january(b)) {
        return BirthDateLevel::YearOnly;
    }
    BirthDateLevel::Different
}

/// The digits of yyyymmdd.
fn digits(date: Date) -> [u8; 8] {
    let mut rest = u32::from(date.year().unsigned_abs()) * 10_000
        + u32::from(date.month().unsigned_abs()) * 100
        + u32::from(date.day().unsigned_abs());
    let mut digits = [0; 8];
    for place in digits.iter_mut().rev() {
        *place = (rest % 10) as u8;
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let day = Some(date(2026, 11, 1));
        for (text, read) in [
            ("2026-11-01", day),
            ("20261101", day),
            (" ２０２６/11/1 ", day),
            ("2026.11.1", day),
            ("2026年11月1日", day),
            ("2026-11-01T00:00:00", day),
            ("2026-11-01 00:00", day),
            ("01/11/2026", None),
            ("2026-02-30", None),
            ("1066-10-14", None),
            ("不详", None),
            ("", None),
            ("20261", None),
        ] {
            assert_eq!(read_birth_date(text), read, "{text}");
        }
    }

    #[test]
    fn each_kind_of_slip_has_its_level() {
        use BirthDateLevel::{DayMonthSwapped, Different, Exact, OneDigit, YearOff, YearOnly};
        let base = date(1990, 3, 7);
        for (other, level) in [
            (date(1990, 3, 7), Exact),
            (date(1990, 7, 3), DayMonthSwapped),
            (date(1990, 3, 17), OneDigit),
            (date(1980, 3, 7), OneDigit),
            (date(1991, 3, 7), YearOff),
            (date(1989, 3, 7), YearOff),
            (date(1992, 3, 7), OneDigit),
            (date(1990, 1, 1), YearOnly),
            (date(1990, 4, 8), Different),
            (date(1975, 12, 30), Different),
        ] {
            assert_eq!(compare_birth_dates(Some(base), Some(other)), level, "{other}");
            assert_eq!(compare_birth_dates(Some(other), Some(base)), level, "{other} turned round");
        }
        assert_eq!(compare_birth_dates(Some(base), None), BirthDateLevel::Missing);
    }
}
