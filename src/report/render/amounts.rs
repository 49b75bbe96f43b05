//! Amounts, dates and intervals in words.

use jiff::civil::Date;

pub use crate::drawing::lettering::plain_bits as weight;
use crate::household::Fen;
use crate::report::text::Lang;
use crate::report::totals::{CountRange, TotalRange};

/// Yuan with thousands separators and two decimals, `12,345.60`, without a unit.
#[must_use]
pub fn yuan(amount: Fen) -> String {
    let plain = amount.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", &*plain), |digits| ("-", digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{places}")
}

/// A change of an amount: `+12,345.60`.
#[must_use]
pub fn signed(amount: Fen) -> String {
    if amount > Fen::ZERO { format!("+{}", yuan(amount)) } else { yuan(amount) }
}

/// `600.00 – 2,230.00`.
#[must_use]
pub fn interval_of(least: Fen, most: Fen) -> String {
    format!("{} – {}", yuan(least), yuan(most))
}

/// The same with its unit.
#[must_use]
pub fn yuan_unit(amount: Fen, lang: Lang) -> String {
    format!("{} {}", yuan(amount), lang.pick("元", "yuan"))
}

/// `11-01`: for columns whose year is plain from the report's date.
#[must_use]
pub fn short_day(date: Date) -> String {
    format!("{:02}-{:02}", date.month(), date.day())
}

/// An interval without its silent sources: `1,200.00`, `≥ 1,200.00`, `1,200.00 – 1,500.00`.
#[must_use]
pub fn interval(total: &TotalRange) -> String {
    match total.at_most {
        Some(most) if most == total.at_least => yuan(most),
        Some(most) => format!("{} – {}", yuan(total.at_least), yuan(most)),
        None => format!("≥ {}", yuan(total.at_least)),
    }
}

/// A count: `1`, `≥ 1`, `0 – 1`.
#[must_use]
pub fn count(total: &CountRange) -> String {
    match total.at_most {
        Some(most) if most == total.at_least => most.to_string(),
        Some(most) => format!("{} – {most}", total.at_least),
        None => format!("≥ {}", total.at_least),
    }
}

/// A probability in parts per million, as per cent with one decimal: `87.3%`. Never rounded up to 100 %.
#[must_use]
pub fn per_cent(ppm: u32) -> String {
    let tenths = ppm / 1_000;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_grouped_by_thousands() {
        for (fen, shown) in [
            (0, "0.00"),
            (5, "0.05"),
            (99_999, "999.99"),
            (100_000, "1,000.00"),
            (-123_456_789, "-1,234,567.89"),
            (12_345_678_900, "123,456,789.00"),
        ] {
            assert_eq!(yuan(Fen(fen)), shown);
        }
    }

    #[test]
    fn weights_and_shares_show_their_size() {
        assert_eq!((weight(725), weight(-50)), ("+7.25".into(), "-0.50".into()));
        assert_eq!((per_cent(873_999), per_cent(999_999)), ("87.3%".into(), "99.9%".into()));
    }
}
