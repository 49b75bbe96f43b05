//! How a comparison weighs, of two records (`reviews`) and of two rows (`link`) alike: what each field speaks for, and how the weights add up.

use askama::Template;

use super::parts::{Cell, Column, Table, Tag, Tone};
use super::words::weighing::WeighingWords;
use crate::drawing::Waterfall;
use crate::drawing::lettering::bits;
use crate::household::Lang;

/// A waterfall with its numbers.
#[derive(Template)]
#[template(path = "console/parts/weighing.html")]
pub(super) struct Weighing {
    words: &'static WeighingWords,
    /// What the drawing is called, unlike others of the page.
    label: String,
    svg: String,
    numbers: Table,
}

impl Weighing {
    /// `name` begins the names of the drawing's parts.
    pub(super) fn of(drawing: &Waterfall, label: String, name: &str) -> Self {
        let words = WeighingWords::of(drawing.lang);
        Self { words, label, svg: drawing.svg_named(name), numbers: numbers(drawing, words) }
    }
}

fn numbers(drawing: &Waterfall, words: &'static WeighingWords) -> Table {
    let prior = (words.prior.to_owned(), drawing.prior);
    let steps = drawing.steps.iter().map(|step| (step.label.clone(), step.centibits));
    let sum = drawing.steps.iter().fold(drawing.prior, |sum, step| sum.saturating_add(step.centibits));
    let row = |(label, weight): (String, i32)| vec![Cell::Text(label), Cell::Whole(bits(weight))];
    Table {
        caption: words.numbers,
        columns: vec![Column::text(words.compared), Column::figures(words.log_odds)],
        rows: std::iter::once(prior).chain(steps).chain([(words.total.to_owned(), sum)]).map(row).collect(),
        nothing: "",
        wide: false,
    }
}

/// What a field that weighs so much, in hundredths of a bit, speaks for, and what was found of it.
pub(super) fn compared(centibits: i32, found: &str, lang: Lang) -> Cell {
    let words = WeighingWords::of(lang);
    let (tone, sign) = match centibits {
        1.. => (Tone::Good, words.speaks_for),
        0 => (Tone::Plain, words.says_nothing),
        _ => (Tone::Bad, words.speaks_against),
    };
    Cell::Stated(Tag::of(tone, sign), found.to_owned())
}
