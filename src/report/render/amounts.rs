//! Amounts, dates and intervals in words.

use jiff::civil::Date;

pub use crate::drawing::lettering::plain_bits as weight;
use crate::household::Fen;
use crate::policy::assessment::{DeclaredLine, FoundBetween};
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

/// What stands where neither end is known. A floor of nothing is no figure, and is not written as one.
#[must_use]
pub fn not_known(lang: Lang) -> &'static str {
    lang.pick("未知", "not known")
}

/// An amount between two ends: `1,200.00`, `≥ 1,200.00`, `1,200.00 – 1,500.00`; not known, where nothing is below and no end above.
#[must_use]
pub fn between(least: Fen, most: Option<Fen>, lang: Lang) -> String {
    match most {
        Some(most) if most == least => yuan(most),
        Some(most) => interval_of(least, most),
        None if least == Fen::ZERO => not_known(lang).to_owned(),
        None => format!("≥ {}", yuan(least)),
    }
}

/// The same of things: `1`, `≥ 1`, `0 – 1`.
#[must_use]
pub fn number_between(least: u32, most: Option<u32>, lang: Lang) -> String {
    match most {
        Some(most) if most == least => most.to_string(),
        Some(most) => format!("{least} – {most}"),
        None if least == 0 => not_known(lang).to_owned(),
        None => format!("≥ {least}"),
    }
}

/// The ends of what is not settled, after what stands now: `36,000.00 – open`, `open` alone where neither is known.
#[must_use]
pub fn ends(least: Option<Fen>, most: Option<Fen>, open: &str) -> String {
    match (least.filter(|least| *least != Fen::ZERO), most) {
        (None, None) => open.to_owned(),
        (_, most) => {
            let least = yuan(least.unwrap_or(Fen::ZERO));
            format!("{least} – {}", most.map_or_else(|| open.to_owned(), yuan))
        }
    }
}

/// An interval without its silent sources.
#[must_use]
pub fn interval(total: &TotalRange, lang: Lang) -> String {
    between(total.at_least, total.at_most, lang)
}

/// The same with its unit.
#[must_use]
pub fn interval_unit(total: &TotalRange, lang: Lang) -> String {
    let words = interval(total, lang);
    if total.is_known() { format!("{words} {}", lang.pick("元", "yuan")) } else { words }
}

/// What stands now of a total; nothing, where nothing is known of it.
#[must_use]
pub fn so_far(total: &TotalRange) -> String {
    if total.is_known() || total.so_far != Fen::ZERO { yuan(total.so_far) } else { "–".to_owned() }
}

/// A count, as an interval.
#[must_use]
pub fn count(total: &CountRange, lang: Lang) -> String {
    number_between(total.at_least, total.at_most, lang)
}

/// What stands now of a count; nothing, where nothing is known of it.
#[must_use]
pub fn counted(total: &CountRange) -> String {
    if total.is_known() { total.at_least.to_string() } else { "–".to_owned() }
}

/// What was declared and what was found, in words, beside each other; numbers of things as `things` words them.
#[must_use]
pub fn declared_and_found(line: &DeclaredLine, lang: Lang, things: &dyn Fn(String) -> String) -> (String, String) {
    let none = || "–".to_owned();
    let number = |number: u32| things(number.to_string());
    let declared = line.declared.map(yuan).or_else(|| line.declared_count.map(number));
    let found = match (line.found_between, line.found, line.found_count) {
        (Some(FoundBetween { at_least, at_most }), ..) => between(at_least, at_most, lang),
        (None, Some(amount), _) => yuan(amount),
        (None, None, Some(found)) => {
            things(number_between(found, Some(line.found_count_at_most.unwrap_or(found)), lang))
        }
        (None, None, None) => none(),
    };
    (declared.unwrap_or_else(none), found)
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
    fn a_floor_of_nothing_is_no_figure() {
        let amounts = [
            (0, None, "未知"),
            (-100, None, "≥ -1.00"),
            (1, None, "≥ 0.01"),
            (0, Some(0), "0.00"),
            (0, Some(100), "0.00 – 1.00"),
        ];
        for (least, most, shown) in amounts {
            assert_eq!(between(Fen(least), most.map(Fen), Lang::Zh), shown);
        }
        for (least, most, shown) in [(0, None, "not known"), (1, None, "≥ 1"), (0, Some(0), "0"), (0, Some(1), "0 – 1")]
        {
            assert_eq!(number_between(least, most, Lang::En), shown);
        }
    }

    #[test]
    fn weights_and_shares_show_their_size() {
        assert_eq!((weight(725), weight(-50)), ("+7.25".into(), "-0.50".into()));
        assert_eq!((per_cent(873_999), per_cent(999_999)), ("87.3%".into(), "99.9%".into()));
    }
}
