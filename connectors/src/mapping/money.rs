//! Amounts as departments write them, to fen, within what an amount can be.

use crate::decimal::{Rounding, scaled};

/// The unit a department counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Yuan,
    Fen,
    /// 万元: ten thousand yuan.
    WanYuan,
}

/// No household, firm or account of a county holds more than ten trillion yuan: what states more is hostile or broken, and
/// sums and rates over amounts within this bound cannot leave 64 bits.
const MOST: i64 = 1_000_000_000_000_000;

/// How a department writes amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) unit: Unit,
    pub(crate) separators: bool,
    pub(crate) rounding: Rounding,
    /// Whether an amount may be negative, as a refund or an overdraft is.
    pub(crate) signed: bool,
}

impl Money {
    /// Reads an amount to fen.
    pub(crate) fn fen(self, text: &str) -> Result<i64, String> {
        let shift = match self.unit {
            Unit::Fen => 0,
            Unit::Yuan => 2,
            Unit::WanYuan => 6,
        };
        let plain = if self.separators { without_separators(text)? } else { text.to_owned() };
        let amount = scaled(&plain, shift, self.rounding).map_err(|fault| fault.to_string())?;
        if amount < 0 && !self.signed {
            return Err("is negative, which the definition does not provide for".into());
        }
        if amount.unsigned_abs() > MOST.unsigned_abs() {
            return Err("is too large for an amount of money".into());
        }
        Ok(amount)
    }
}

/// `1,234,567.80` to `1234567.80`; separators must stand after every third digit from the right.
fn without_separators(text: &str) -> Result<String, &'static str> {
    let (negative, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let end = digits.find('.').unwrap_or(digits.len());
    let (whole, places) = digits.split_at(end);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err("has thousands separators in the wrong places");
    }
    Ok(format!("{negative}{}{places}", whole.replace(',', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(unit: Unit) -> Money {
        Money { unit, separators: false, rounding: Rounding::Exact, signed: true }
    }

    #[test]
    fn units_and_places() {
        for (text, unit, expected) in [
            ("35.00", Unit::Yuan, Ok(3500)),
            ("35", Unit::Yuan, Ok(3500)),
            ("35.5", Unit::Yuan, Ok(3550)),
            ("35.500", Unit::Yuan, Ok(3550)),
            ("35.005", Unit::Yuan, Err("has fractions of the smallest unit")),
            ("50.000000", Unit::WanYuan, Ok(50_000_000)),
            ("0.000001", Unit::WanYuan, Ok(1)),
            ("1234567", Unit::Fen, Ok(1_234_567)),
            ("-0.05", Unit::Yuan, Ok(-5)),
            ("1e3", Unit::Yuan, Err("is not a decimal number")),
            ("1.", Unit::Yuan, Err("is not a decimal number")),
            ("", Unit::Yuan, Err("is not a decimal number")),
            ("１", Unit::Yuan, Err("is not a decimal number")),
            ("1,234", Unit::Yuan, Err("is not a decimal number")),
            ("99999999999999999999", Unit::Yuan, Err("is too large")),
        ] {
            assert_eq!(money(unit).fen(text), expected.map_err(str::to_owned), "{text}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        let rounded = Money { rounding: Rounding::HalfUp, ..money(Unit::Yuan) };
        for (text, expected) in [("12345.678", 1_234_568), ("0.004", 0), ("0.005", 1), ("-0.005", -1)] {
            assert_eq!(rounded.fen(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn no_amount_leaves_its_bounds() {
        let (most, over) = ("1000000000000000", "1000000000000001");
        assert_eq!(money(Unit::Fen).fen(most), Ok(MOST));
        assert_eq!(money(Unit::Fen).fen(&format!("-{most}")), Ok(-MOST));
        for hostile in [over.to_owned(), format!("-{over}"), i64::MAX.to_string(), i64::MIN.to_string()] {
            assert!(money(Unit::Fen).fen(&hostile).unwrap_err().starts_with("is too large"), "{hostile}");
        }
        let unsigned = Money { signed: false, ..money(Unit::Fen) };
        assert!(unsigned.fen("-1").unwrap_err().starts_with("is negative"));
        assert_eq!(unsigned.fen("-0"), Ok(0));
    }

    #[test]
    fn thousands_separators_stand_where_they_belong() {
        let separated = Money { separators: true, ..money(Unit::Yuan) };
        for (text, fen) in [("1,234,567.80", 123_456_780), ("234.80", 23_480), ("-1,234.00", -123_400)] {
            assert_eq!(separated.fen(text), Ok(fen), "{text}");
        }
        for text in ["1,23", ",123", "1,2345", "1234,567", "1,,234", "1.2,34"] {
            assert!(separated.fen(text).is_err(), "{text}");
        }
    }
}
