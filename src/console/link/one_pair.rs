//! One pair: both rows side by side, how far each field agrees and what it weighs, what was counted once, what holds it, what brought it together.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::tag;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Column, Summary, Table, Tag, Tone};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::link::{LinkWords, column};
use crate::drawing::Waterfall;
use crate::drawing::lettering::{bits, per_cent};
use crate::household::Lang;
use crate::linkage::decision::{Because, Decided, Decision};
use crate::linkage::explained::FieldExplained;
use crate::linkage::model::Field;
use crate::linkage::pair::{Told, why};
use crate::rosters::{Outcome, Run};

#[derive(Template)]
#[template(path = "console/link_pair.html")]
struct PairPage<'a> {
    frame: &'a Frame,
    words: &'static LinkWords,
    run: String,
    tab: &'static str,
    pair: Shown,
}

/// A pair as the page shows it.
struct Shown {
    summary: Summary,
    sides: Table,
    held: Option<String>,
    met: String,
    drawing: String,
    weights: Table,
}

pub(in crate::console) async fn pair(
    State(console): State<Console>,
    user: ConsoleUser,
    Named((id, number)): Named<(String, String)>,
) -> Response {
    let shown = async {
        let (_, run) = user.run(&console, &id, "/link/{run}/pairs/{pair}").await?;
        let (frame, lang) = (&user.frame, user.frame.lang);
        let found = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).and_then(|place| {
            let found = *run.outcome()?.found.get(place)?;
            Some(found)
        });
        let found = found.ok_or_else(|| frame.notice(Notice::NotFound))?;
        let (own, id) = (Arc::clone(&run), run.id.to_string());
        // large rosters have many values, and all of them are looked at
        let shown = tokio::task::spawn_blocking(move || Some(of(&own, own.outcome()?, &found, lang))).await;
        let Ok(Some(pair)) = shown else { return Err(frame.notice(Notice::Failed)) };
        let tab = found.decision.key();
        let page = PairPage { frame, words: LinkWords::of(lang), run: id, tab, pair };
        Ok(frame.page(StatusCode::OK, &page))
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

fn of(run: &Run, outcome: &Outcome, found: &Decided, lang: Lang) -> Shown {
    let words = LinkWords::of(lang);
    let told = outcome.told(found, lang);
    let drawing = told.waterfall();
    Shown {
        summary: summary(run, outcome, found, words, lang),
        sides: sides(run, outcome, found, &told, words),
        held: held(outcome, found, &told, lang),
        met: told.met(),
        drawing: drawing.svg_named("pair-"),
        weights: weights(&drawing, words),
    }
}

fn summary(run: &Run, outcome: &Outcome, found: &Decided, words: &'static LinkWords, lang: Lang) -> Summary {
    let [left, right] = outcome.names(found);
    let [left_line, right_line] = outcome.lines(found);
    let side =
        |id: &str, line: u64| Cell::Text(words.at_line.replacen("{}", id, 1).replacen("{}", &line.to_string(), 1));
    let [one, other] = if run.is_one() { [words.one_id, words.other_id] } else { [words.left_id, words.right_id] };
    Summary {
        lines: vec![
            (one, side(left, left_line)),
            (other, side(right, right_line)),
            (words.decision, Cell::Tag(tag(Some(found.decision), lang))),
            (words.weight, Cell::Whole(bits(found.pair.weight))),
            (words.probability, Cell::Whole(per_cent(found.probability_ppm))),
        ],
    }
}

/// Why a person must look; or of a match that stands all the same, the conflict rule.
fn held(outcome: &Outcome, found: &Decided, told: &Told<'_>, lang: Lang) -> Option<String> {
    let conflict = told.explained.conflict.map(Because::Conflict);
    let because = match (found.decision, found.because) {
        (Decision::Review, Because::Weight) => conflict.or(Some(Because::Weight)),
        (Decision::Review, because) => Some(because),
        (Decision::Match, _) => conflict,
    };
    because.map(|because| why(&outcome.model, because, lang).to_owned())
}

fn sides(run: &Run, outcome: &Outcome, found: &Decided, told: &Told<'_>, words: &'static LinkWords) -> Table {
    let values = outcome.values(found);
    let fields = outcome.model.fields.iter().zip(&told.explained.fields).zip(values);
    let side = |value: &str| Cell::Text(if value.is_empty() { words.empty } else { value }.to_owned());
    let row = |((field, explained), [left, right]): ((&Field, &FieldExplained), [&str; 2])| {
        vec![
            Cell::Named(column(field.kind, told.lang).to_owned(), field.name.clone()),
            side(left),
            side(right),
            agreement(explained, told, words),
            Cell::Whole(bits(explained.weight)),
            Cell::List(told.notes(explained)),
        ]
    };
    let together = told.explained.together.iter().map(|place| {
        let together = &outcome.model.together[*place];
        let none = || Cell::Text(String::new());
        vec![
            Cell::Text(words.together.to_owned()),
            none(),
            none(),
            Cell::Text(together.reason.said(told.lang).to_owned()),
            Cell::Whole(bits(together.centibits)),
            none(),
        ]
    });
    let [one, other] =
        if run.is_one() { [words.one_row, words.other_row] } else { [words.left_side, words.right_side] };
    Table {
        caption: words.side_by_side,
        columns: vec![
            Column::text(words.field),
            Column::text(one),
            Column::text(other),
            Column::text(words.agreement),
            Column::figures(words.weight),
            Column::text(words.notes),
        ],
        rows: fields.map(row).chain(together).collect(),
        nothing: "",
        wide: true,
    }
}

fn agreement(explained: &FieldExplained, told: &Told<'_>, words: &'static LinkWords) -> Cell {
    let (tone, sign) = match explained.weight {
        1.. => (Tone::Good, words.speaks_for),
        0 => (Tone::Plain, words.says_nothing),
        _ => (Tone::Bad, words.speaks_against),
    };
    Cell::Stated(Tag::of(tone, sign), told.words(explained).to_owned())
}

/// The drawing's numbers.
fn weights(drawing: &Waterfall, words: &'static LinkWords) -> Table {
    let steps = drawing.steps.iter().map(|step| (step.label.clone(), step.centibits));
    let sum = drawing.steps.iter().fold(drawing.prior, |sum, step| sum.saturating_add(step.centibits));
    let prior = (words.prior.to_owned(), drawing.prior);
    let row = |(label, weight): (String, i32)| vec![Cell::Text(label), Cell::Whole(bits(weight))];
    Table {
        caption: words.waterfall,
        columns: vec![Column::text(words.agreement), Column::figures(words.log_odds)],
        rows: std::iter::once(prior).chain(steps).chain([(words.total.to_owned(), sum)]).map(row).collect(),
        nothing: "",
        wide: false,
    }
}
