//! Quantities: money in integer fen, areas in hundredths of a square metre, shares as fractions, months.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::decimal::{DecimalFault, Rounding, scaled};

/// Why a quantity could not be read. The offending text is not repeated: it may be personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not a decimal number of the expected form.
    #[error("not a decimal number with at most two places")]
    NotDecimal,
    /// Outside of what a 64-bit count of fen holds.
    #[error("too large")]
    TooLarge,
    /// A share that is not `n/m` with 0 < n ≤ m.
    #[error("not a share between 0 and 1 written as n/m")]
    NotShare,
    /// Not `yyyy-MM`.
    #[error("not a month written as yyyy-MM")]
    NotMonth,
}

/// Money: an integer number of fen (1/100 yuan). In JSON a decimal string of yuan, `"12000.00"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fen(pub i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whole yuan.
    #[must_use]
    pub const fn from_yuan(yuan: i64) -> Self {
        Self(yuan.saturating_mul(100))
    }

    /// `self × numerator ÷ denominator`, rounded half away from zero to the fen. What does not fit is the largest amount there
    /// is; a denominator below one counts as one.
    #[inline]
    #[must_use]
    pub fn mul_ratio(self, numerator: i64, denominator: i64) -> Self {
        debug_assert!(denominator > 0, "a ratio's denominator is positive");
        let denominator = denominator.max(1);
        let half = denominator / 2;
        if denominator == 1
            && let Some(exact) = self.0.checked_mul(numerator)
        {
            return Self(exact);
        }
        // nearly every amount: the product fits, and 64 bits divide several times faster
        if let Some(exact) = self.0.checked_mul(numerator)
            && let Some(rounded_up) = exact.checked_add(if exact < 0 { -half } else { half })
        {
            return Self(rounded_up / denominator);
        }
        let denominator = i128::from(denominator);
        let exact = i128::from(self.0) * i128::from(numerator);
        let half = i128::from(half);
        let rounded = (exact + if exact < 0 { -half } else { half }) / denominator;
        let furthest = if rounded < 0 { i64::MIN } else { i64::MAX };
        Self(i64::try_from(rounded).unwrap_or(furthest))
    }

    /// The larger of `self` and nothing.
    #[inline]
    #[must_use]
    pub fn at_least_zero(self) -> Self {
        Self(self.0.max(0))
    }

    /// Saturating sum: a total never wraps.
    #[inline]
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

// money saturates: an absurd amount stays absurd and visible, it neither wraps to a small one nor ends the process
impl Add for Fen {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl Sub for Fen {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl Neg for Fen {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}
impl AddAssign for Fen {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
impl SubAssign for Fen {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}
impl std::iter::Sum for Fen {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::saturating_add)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a report states hundreds of amounts: digits from the right into a buffer that holds any of them
        let mut digits = [0; 24];
        let mut place = digits.len();
        let mut rest = self.0.unsigned_abs();
        let mut written = 0;
        while written < 3 || rest > 0 {
            if written == 2 {
                place -= 1;
                digits[place] = b'.';
            }
            place -= 1;
            digits[place] = b"0123456789"[usize::try_from(rest % 10).unwrap_or(0)];
            rest /= 10;
            written += 1;
        }
        if self.0 < 0 {
            place -= 1;
            digits[place] = b'-';
        }
        f.pad(std::str::from_utf8(&digits[place..]).unwrap_or_default())
    }
}

impl FromStr for Fen {
    type Err = AmountError;
    /// Reads yuan with up to two decimals: `12`, `12.3`, `-12.30`. No separators, no exponent.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        hundredths(text).map(Self)
    }
}
impl TryFrom<String> for Fen {
    type Error = AmountError;
    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}
impl From<Fen> for String {
    fn from(amount: Fen) -> Self {
        amount.to_string()
    }
}

/// Floor area in hundredths of a square metre. In JSON a decimal string of m², `"98.50"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Area(pub i64);

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&Fen(self.0).to_string())
    }
}
impl FromStr for Area {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        hundredths(text).and_then(|n| if n < 0 { Err(AmountError::NotDecimal) } else { Ok(Self(n)) })
    }
}
impl TryFrom<String> for Area {
    type Error = AmountError;
    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}
impl From<Area> for String {
    fn from(area: Area) -> Self {
        area.to_string()
    }
}

/// Area of land in hundredths of a mu (亩, a fifteenth of a hectare). In JSON a decimal string of 亩, `"12.35"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mu(pub i64);

impl fmt::Display for Mu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Area(self.0).fmt(f)
    }
}
impl TryFrom<String> for Mu {
    type Error = AmountError;
    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse::<Area>().map(|area| Self(area.0))
    }
}
impl From<Mu> for String {
    fn from(area: Mu) -> Self {
        area.to_string()
    }
}

fn hundredths(text: &str) -> Result<i64, AmountError> {
    if text.split_once('.').is_some_and(|(_, places)| places.len() > 2) {
        return Err(AmountError::NotDecimal);
    }
    scaled(text, 2, Rounding::Exact).map_err(|fault| match fault {
        DecimalFault::TooLarge => AmountError::TooLarge,
        DecimalFault::NotDecimal | DecimalFault::Fractions => AmountError::NotDecimal,
    })
}

/// A share of ownership, `n/m` with 0 < n ≤ m.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Share {
    numerator: u32,
    denominator: u32,
}

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self { numerator: 1, denominator: 1 };

    /// # Errors
    /// When not 0 < numerator ≤ denominator.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, AmountError> {
        if numerator == 0 || numerator > denominator {
            Err(AmountError::NotShare)
        } else {
            Ok(Self { numerator, denominator })
        }
    }

    /// Whether it is less than the whole.
    #[must_use]
    pub fn is_part(self) -> bool {
        self.numerator < self.denominator
    }

    /// This share of an area, rounded half up.
    #[must_use]
    pub fn of_area(self, area: Area) -> Area {
        Area(self.of(Fen(area.0)).0)
    }

    /// This share of an amount, rounded half away from zero.
    #[must_use]
    pub fn of(self, amount: Fen) -> Fen {
        amount.mul_ratio(i64::from(self.numerator), i64::from(self.denominator))
    }
}
impl Default for Share {
    fn default() -> Self {
        Self::WHOLE
    }
}
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}
impl FromStr for Share {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (n, m) = text.split_once('/').ok_or(AmountError::NotShare)?;
        let part = |text: &str| text.trim().parse::<u32>().map_err(|_| AmountError::NotShare);
        Self::new(part(n)?, part(m)?)
    }
}
impl TryFrom<String> for Share {
    type Error = AmountError;
    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}
impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

/// A calendar month, `yyyy-MM` in JSON. Ordered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct YearMonth {
    year: i16,
    month: i8,
}

impl YearMonth {
    /// # Errors
    /// Month outside 1-12, or year outside 1-9999.
    pub fn new(year: i16, month: i8) -> Result<Self, AmountError> {
        if (1..=9999).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(AmountError::NotMonth)
        }
    }

    /// The month a day lies in.
    #[must_use]
    #[inline]
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Months since year 0: differences count months.
    #[must_use]
    #[inline]
    pub fn index(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    /// The month `months` later (or earlier when negative).
    ///
    /// # Panics
    /// Outside the years 1-9999.
    #[must_use]
    #[inline]
    pub fn plus_months(self, months: i32) -> Self {
        let index = self.index() + months;
        Self::new(
            i16::try_from(index.div_euclid(12)).expect("a year within 1-9999"),
            i8::try_from(index.rem_euclid(12) + 1).expect("a month"),
        )
        .expect("a month within the years 1-9999")
    }

    /// First day.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    #[inline]
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).expect("the first of a month exists")
    }
}
impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}
impl FromStr for YearMonth {
    type Err = AmountError;
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (year, month) = text.split_once('-').ok_or(AmountError::NotMonth)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(AmountError::NotMonth);
        }
        Self::new(year.parse().map_err(|_| AmountError::NotMonth)?, month.parse().map_err(|_| AmountError::NotMonth)?)
    }
}
impl TryFrom<String> for YearMonth {
    type Error = AmountError;
    fn try_from(text: String) -> Result<Self, AmountError> {
        text.parse()
    }
}
impl From<YearMonth> for String {
    fn from(month: YearMonth) -> Self {
        month.to_string()
    }
}

text_schema!(Fen, r"^-?\d+\.\d{2}$", "yuan, two decimals");
text_schema!(Area, r"^\d+\.\d{2}$", "square metres, two decimals");
text_schema!(Mu, r"^\d+\.\d{2}$", "mu, two decimals");
text_schema!(Share, r"^\d+/\d+$", "share of ownership, n/m");
text_schema!(YearMonth, r"^\d{4}-\d{2}$", "month, yyyy-MM");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_amounts_survive() {
        for text in ["68212208.00", "20000001.00", "-0.05", "0.00"] {
            assert_eq!(text.parse::<Fen>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for text in ["", ".5", "1.", "1.234", "1e3", "1,000", "+1", "１", "--1"] {
            assert!(text.parse::<Fen>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn ratios_round_half_away_from_zero() {
        assert_eq!(Fen(5).mul_ratio(1, 2), Fen(3));
        assert_eq!(Fen(-5).mul_ratio(1, 2), Fen(-3));
        assert_eq!(Fen(100).mul_ratio(1, 3), Fen(33));
    }

    #[test]
    fn no_arithmetic_of_money_wraps_or_panics() {
        let (most, least) = (Fen(i64::MAX), Fen(i64::MIN));
        assert_eq!((most + Fen(1), least - Fen(1), -least), (most, least, most));
        assert_eq!((most.mul_ratio(3, 2), least.mul_ratio(3, 2), most.mul_ratio(-3, 1)), (most, least, least));
        assert_eq!(Fen::from_yuan(i64::MAX), most);
        let mut sum = most;
        sum += Fen(1);
        sum -= least;
        assert_eq!(sum, most);
    }

    #[test]
    fn months_count() {
        let month: YearMonth = "2026-01".parse().unwrap();
        assert_eq!(month.plus_months(-1).to_string(), "2025-12");
        assert!("2026-13".parse::<YearMonth>().is_err());
    }
}
