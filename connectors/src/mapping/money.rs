//! Amounts as departments write them, to fen. Decimal arithmetic on digits; no float.

/// The unit a department counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Yuan,
    Fen,
    /// 万元: ten thousand yuan.
    WanYuan,
}

/// What becomes of fractions of a fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// There must be none.
    Exact,
    /// Half away from zero.
    HalfUp,
}

/// Reads a decimal in a unit.
pub(crate) fn fen(text: &str, unit: Unit, separators: bool, rounding: Rounding) -> Result<i64, &'static str> {
    let shift = match unit {
        Unit::Fen => 0,
        Unit::Yuan => 2,
        Unit::WanYuan => 6,
    };
    scaled(text, shift, separators, rounding)
}

/// A decimal times ten to the `shift`, as a whole number.
pub(crate) fn scaled(text: &str, shift: usize, separators: bool, rounding: Rounding) -> Result<i64, &'static str> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = if separators { without_separators(whole)? } else { whole.to_owned() };
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !numeric(&whole) || !numeric(places) || (places.is_empty() && digits.contains('.')) {
        return Err("is not a decimal number");
    }
    let (kept, cut) = places.split_at(places.len().min(shift));
    let number: i64 = format!("{whole}{kept:0<shift$}").parse().map_err(|_| "is too large")?;
    let rest = cut.bytes().any(|byte| byte != b'0');
    let number = match rounding {
        Rounding::Exact if rest => return Err("has fractions of the smallest unit"),
        Rounding::HalfUp if cut.bytes().next().is_some_and(|byte| byte >= b'5') => {
            number.checked_add(1).ok_or("is too large")?
        }
        Rounding::Exact | Rounding::HalfUp => number,
    };
    Ok(if negative { -number } else { number })
}

/// `1,234,567` to `1234567`; separators must stand after every third digit from the right.
fn without_separators(whole: &str) -> Result<String, &'static str> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    if grouped && (first.is_empty() || first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return Err("has thousands separators in the wrong places");
    }
    Ok(whole.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_places_and_rounding() {
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
            ("99999999999999999999", Unit::Yuan, Err("is too large")),
        ] {
            assert_eq!(fen(text, unit, false, Rounding::Exact), expected, "{text}");
        }
        assert_eq!(fen("12345.678", Unit::Yuan, false, Rounding::HalfUp), Ok(1_234_568));
        assert_eq!(fen("0.004", Unit::Yuan, false, Rounding::HalfUp), Ok(0));
        assert_eq!(fen("0.005", Unit::Yuan, false, Rounding::HalfUp), Ok(1));
        assert_eq!(fen("-0.005", Unit::Yuan, false, Rounding::HalfUp), Ok(-1));
    }

    #[test]
    fn thousands_separators_stand_where_they_belong() {
        assert_eq!(fen("1,234,567.80", Unit::Yuan, true, Rounding::Exact), Ok(123_456_780));
        assert_eq!(fen("234.80", Unit::Yuan, true, Rounding::Exact), Ok(23_480));
        for text in ["1,23", ",123", "1,2345", "1234,567", "1,,234"] {
            assert!(fen(text, Unit::Yuan, true, Rounding::Exact).is_err(), "{text}");
        }
        assert!(fen("1,234", Unit::Yuan, false, Rounding::Exact).is_err());
    }
}
