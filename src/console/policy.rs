//! The rules in force: counties (`list`), a county's rules on a day and one of them with its history (`rules`), what differs between two days
//! (`changes`).

mod changes;
mod list;
mod rules;

pub(super) use self::changes::show as changes;
pub(super) use self::list::show as list;
pub(super) use self::rules::show as rules;
use super::parts::{Cell, Field, Tag, Tone};
use super::words::frame::FrameWords;
use super::words::policy::{PolicyWords, basis};
use crate::household::Lang;
use crate::policy::assessment::Basis;
use crate::report::render::parameter_value;

/// On what a value rests: a sign and a word.
fn basis_tag(of: Basis, lang: Lang) -> Tag {
    let tone = match of {
        Basis::Published => Tone::Plain,
        Basis::Assumed => Tone::Waiting,
    };
    Tag::of(tone, basis(of, lang))
}

/// A value with its unit, in words.
fn value(value: &str, unit: &str, lang: Lang) -> String {
    let measured = unit.starts_with("yuan") || matches!(unit, "months" | "years" | "days" | "square_metres");
    match measured {
        true => parameter_value(&format!("{value} {unit}"), lang),
        false => parameter_value(value, lang),
    }
}

/// A text with its remark.
fn with_note(law: Option<String>, note: Option<&String>) -> Cell {
    let texts: Vec<String> = law.into_iter().chain(note.cloned()).collect();
    Cell::Text(if texts.is_empty() { "–".to_owned() } else { texts.join("；") })
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
        hint: Some(own.date_hint),
        value: value.to_owned(),
        error: wrong.then(|| own.date_wrong.into()),
        ..Field::line(words, name, label)
    }
}
