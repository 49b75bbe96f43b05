//! How departments write amounts. Inside this crate money is integer fen (分, a hundredth of a yuan); only here does it become text.

/// Yuan with two decimals: `1234567.80`.
pub(crate) fn yuan(fen: i64) -> String {
    let (sign, size) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// Yuan with thousands separators: `1,234,567.80`.
pub(crate) fn yuan_separated(fen: i64) -> String {
    let (sign, size) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    let whole = (size / 100).to_string();
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 3 + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{:02}", size % 100)
}

/// 万元 (10,000 yuan) with six decimals, which is exact to the fen: `50.000000`.
pub(crate) fn ten_thousand_yuan(fen: i64) -> String {
    let (sign, size) = (if fen < 0 { "-" } else { "" }, fen.unsigned_abs());
    format!("{sign}{}.{:06}", size / 1_000_000, size % 1_000_000)
}

/// Whole yuan without decimals when there are none, else two: `86000`.
pub(crate) fn yuan_short(fen: i64) -> String {
    if fen % 100 == 0 { (fen / 100).to_string() } else { yuan(fen) }
}

/// Thousandths of a yuan with three decimals: `12345.678`.
pub(crate) fn milli_yuan(thousandths: i64) -> String {
    let (sign, size) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    format!("{sign}{}.{:03}", size / 1000, size % 1000)
}

/// Parts of a million as a fraction with six decimals: `0.350000`.
pub(crate) fn ratio(parts_per_million: u32) -> String {
    format!("{}.{:06}", parts_per_million / 1_000_000, parts_per_million % 1_000_000)
}

/// Hundredths of a square metre with two decimals: `98.50`.
pub(crate) fn square_metres(hundredths: i64) -> String {
    yuan(hundredths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_each_department_does() {
        assert_eq!(yuan(123_456_780), "1234567.80");
        assert_eq!(yuan(-5), "-0.05");
        assert_eq!(yuan_separated(123_456_780), "1,234,567.80");
        assert_eq!(yuan_separated(99_900), "999.00");
        assert_eq!(yuan_separated(100_000), "1,000.00");
        assert_eq!(ten_thousand_yuan(50_000_000), "50.000000");
        assert_eq!(ten_thousand_yuan(1), "0.000001");
        assert_eq!(yuan_short(8_600_000), "86000");
        assert_eq!(milli_yuan(12_345_678), "12345.678");
        assert_eq!(ratio(350_000), "0.350000");
        assert_eq!(square_metres(9850), "98.50");
    }
}
