//! One pair: both rows side by side, how far each field agrees and what it weighs, what was counted once, what holds it, what brought it together.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::tag;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Column, Summary, Table};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::weighing::{Weighing, compared};
use crate::console::words::link::LinkWords;
use crate::drawing::lettering::{bits, per_cent};
use crate::household::Lang;
use crate::linkage::decision::{Because, Decided, Decision};
use crate::linkage::explained::{FieldExplained, Meeting};
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
    /// Blocking rules that bring the two together, in words and as the model writes them; those that would, but for blocks that are too large.
    met: Vec<(String, String)>,
    left_out: Vec<(String, String)>,
    weighing: Weighing,
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
    Shown {
        summary: summary(run, outcome, found, words, lang),
        sides: sides(run, outcome, found, &told, words),
        held: held(outcome, found, &told, lang),
        met: told.rules(Meeting::Met),
        left_out: told.rules(Meeting::LeftOut),
        weighing: Weighing::of(&told.waterfall(), words.waterfall.to_owned(), "pair-"),
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
            Cell::Named(field.kind.said(told.lang).to_owned(), field.name.clone()),
            side(left),
            side(right),
            compared(explained.weight, told.words(explained), told.lang),
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
        wide: false,
    }
}
