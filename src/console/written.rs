//! Moments as pages write them, of times as the interface writes them.

use jiff::Timestamp;

pub(super) use crate::household::day;
use crate::household::{self, Lang};

/// 2026年11月1日 00:05.
pub(super) fn moment(text: &str, lang: Lang) -> String {
    written(text, lang, household::moment)
}

/// The same with seconds, as entries of the log have it.
pub(super) fn instant(text: &str, lang: Lang) -> String {
    written(text, lang, household::instant)
}

fn written(text: &str, lang: Lang, form: fn(Timestamp, Lang) -> String) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |at| form(at, lang))
}
