//! Birth dates: the ways in which clerks get them wrong. Lunar dates are not converted.

use jiff::ToSpan;
use jiff::civil::Date;

use super::characters::in_one_width;
use super::levels::levels;
use super::numerals::{is_numeral, read_number};

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

/// Reads a date as people write it: 2026-11-01, 20261101, 2026/11/1, 2026.11.1, 2026年11月1日, 二〇二六年十一月一日, in any width and with a time of
/// day behind it, and as a spreadsheet counts its days (46327). Nothing for a day that is none, an order other than year, month, day, or five
/// digits that may be a year and a month (19903).
#[must_use]
pub fn read_birth_date(text: &str) -> Option<Date> {
    let mut parts: Vec<String> = vec![String::new()];
    for c in in_one_width(text) {
        match c {
            '0'..='9' => parts.last_mut()?.push(c),
            _ if is_numeral(c) => parts.last_mut()?.push(c),
            '-' | '/' | '.' | '年' | '月' | '日' | '号' => parts.push(String::new()),
            c if c.is_whitespace() => parts.push(String::new()),
            // a time of day follows
            'T' | ':' => break,
            _ => return None,
        }
    }
    parts.retain(|part| !part.is_empty());
    let number = |part: &str| if part.is_ascii() { part.parse().ok() } else { read_number(part) };
    let (year, month, day) = match parts.as_slice() {
        [whole, ..] if whole.len() == 8 && whole.is_ascii() => {
            (number(&whole[..4])?, number(&whole[4..6])?, number(&whole[6..])?)
        }
        [serial] if serial.len() == 5 && serial.is_ascii() => return spreadsheet_day(number(serial)?),
        [year, month, day, ..] => (number(year).filter(|year| *year >= 1000)?, number(month)?, number(day)?),
        _ => return None,
    };
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?);
    date.ok().filter(|date| date.year() >= FIRST_YEAR)
}

/// Nobody in a register was born before.
const FIRST_YEAR: i16 = 1850;

/// Days of a spreadsheet after this year are some other number.
const LAST_SPREADSHEET_YEAR: i16 = 2049;

/// The days that a spreadsheet counts from 30 December 1899 on, as it writes a date whose cell lost its format; none where a year and a month
/// may be meant.
fn spreadsheet_day(days: u32) -> Option<Date> {
    if (1900..2100).contains(&(days / 10)) && !days.is_multiple_of(10) {
        return None;
    }
    let day = Date::constant(1899, 12, 30).checked_add(i64::from(days).days()).ok()?;
    (day.year() <= LAST_SPREADSHEET_YEAR).then_some(day)
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
            ("2026/11/1 0:00:00", day),
            ("2026/11/1 12:30", day),
            ("20261101 000000", day),
            ("2026 年 11 月 1 日", day),
            ("２０２６年１１月１日", day),
            ("2026.11.01.", day),
            ("二〇二六年十一月一日", day),
            ("二零二六年11月1日", day),
            ("一九八〇年十二月三十一日", Some(date(1980, 12, 31))),
            ("19800101", Some(date(1980, 1, 1))),
            ("1980年1月1日", Some(date(1980, 1, 1))),
            ("46327", day),
            ("29221", Some(date(1980, 1, 1))),
            ("32874", Some(date(1990, 1, 1))),
            ("19900", Some(date(1954, 6, 25))),
            ("18999", Some(date(1952, 1, 6))),
            // a year and a month, and numbers that are no days
            ("19903", None),
            ("20011", None),
            ("80101", None),
            ("99999", None),
            ("2026-11", None),
            ("80-1-1", None),
            ("农历正月初三", None),
            ("1980年正月初三", None),
            ("01/11/2026", None),
            ("2026-02-30", None),
            ("1066-10-14", None),
            ("不详", None),
            ("", None),
            ("2026", None),
            ("202611", None),
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
