//! The rules in force: counties (`list`), a county's rules on a day and one of them with its history (`rules`), what differs between two days
//! (`changes`), what other rules would do (`simulate`).

mod changes;
mod list;
mod rules;
pub(super) mod simulate;

pub(super) use self::changes::show as changes;
pub(super) use self::list::show as list;
pub(super) use self::rules::show as rules;
use jiff::civil::Date;

use super::parts::{Cell, Entry, Field, Tag, Tone};
use super::words::frame::FrameWords;
use super::words::policy::{PolicyWords, basis};
use crate::household::{Lang, month};
use crate::policy::Packs;
use crate::policy::assessment::Basis;
use crate::report::render::parameter_value;

/// Packs, one laid over the other, by their names; what their files are called stands below.
fn packs_named(packs: &Packs, which: &[String], lang: Lang) -> Cell {
    let names = which.iter().map(|pack| packs.names(pack).map_or(pack.as_str(), |[zh, en]| lang.pick(zh, en)));
    Cell::Named(names.collect::<Vec<_>>().join(" → "), which.join(" → "))
}

/// On what a value rests: a sign and a word.
fn basis_tag(of: Basis, lang: Lang) -> Tag {
    let tone = match of {
        Basis::Published => Tone::Plain,
        Basis::Assumed => Tone::Waiting,
    };
    Tag::of(tone, basis(of, lang))
}

/// A value with its unit, in words; of a parameter that is read month by month, each with the month that it begins in.
fn value(value: &str, unit: &str, lang: Lang) -> String {
    let measured = unit.starts_with("yuan") || matches!(unit, "months" | "years" | "days" | "square_metres");
    let words = |value: &str| match measured {
        true => parameter_value(&format!("{value} {unit}"), lang),
        false => parameter_value(value, lang),
    };
    let begins = |dated: &str| {
        let (from, value) = dated.split_once(": ")?;
        let from: Date = format!("{from}-01").parse().ok()?;
        Some(match lang {
            Lang::Zh => format!("{}起 {}", month(from, lang), words(value)),
            Lang::En => format!("{} from {}", words(value), month(from, lang)),
        })
    };
    let parts: Vec<_> = value.split("; ").map(|part| begins(part).unwrap_or_else(|| words(part))).collect();
    parts.join(lang.pick("；", "; "))
}

/// A text with its remark.
fn with_note(law: Option<String>, note: Option<&String>, lang: Lang) -> Cell {
    let texts: Vec<String> = law.into_iter().chain(note.cloned()).collect();
    Cell::Text(if texts.is_empty() { "–".to_owned() } else { texts.join(lang.pick("；", "; ")) })
}

/// A day to be chosen.
fn day_field(
    words: &'static FrameWords,
    own: &'static PolicyWords,
    name: &'static str,
    label: &'static str,
    value: &str,
    wrong: bool,
) -> Field {
    Field {
        entry: Entry::Day,
        value: value.to_owned(),
        error: wrong.then(|| own.date_wrong.into()),
        ..Field::line(words, name, label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_month_say_when_each_begins() {
        let by_month = "1910.00; 2026-03: 2000.00";
        assert_eq!(value(by_month, "yuan_per_month", Lang::Zh), "1910.00 元/月；2026年3月起 2000.00 元/月");
        assert_eq!(
            value(by_month, "yuan_per_month", Lang::En),
            "1910.00 yuan a month; 2000.00 yuan a month from March 2026"
        );
        assert_eq!(value("≤ 5000.00: 50%, above: 90%", "choice", Lang::En), "≤ 5000.00: 50%, above: 90%");
    }
}
