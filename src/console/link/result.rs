//! A run: how far it is, then what came of it: counts, what is to be said of the files, how weights lie, and the pairs.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::tag;
use crate::console::action;
use crate::console::forms::{Nothing, Sent};
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Pages, Summary, Tab, Table, Tabs};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::link::{
    LinkWords, at_least, at_most, bar, page_of, so_far, standing, stopped, thresholds, way,
};
use crate::console::written::moment;
use crate::drawing::Histogram;
use crate::drawing::lettering::{bits, grouped, per_cent};
use crate::household::Lang;
use crate::linkage::decision::Decision;
use crate::linkage::pair::why;
use crate::rosters::{Bar, Outcome, Run, Standing};

/// Pairs on a page.
const PAIRS: usize = 25;

#[derive(Default, Deserialize)]
pub(in crate::console) struct RunQuery {
    #[serde(default)]
    tab: Option<String>,
    #[serde(default)]
    page: usize,
}

/// How far it is.
struct Going {
    text: String,
    place: usize,
    of: usize,
}

/// What came of it.
struct Found {
    counts: Summary,
    warnings: Vec<String>,
    drawing: Option<String>,
    bars: Table,
    tabs: Tabs,
    table: Table,
    place: String,
    pages: Pages,
    exports: Vec<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/link_run.html")]
struct RunPage<'a> {
    frame: &'a Frame,
    words: &'static LinkWords,
    id: String,
    until: String,
    summary: Summary,
    going: Option<Going>,
    stopped: Option<String>,
    found: Option<Found>,
    said: &'a str,
}

impl RunPage<'_> {
    /// What its form carries.
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

pub(in crate::console) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<RunQuery>, QueryRejection>,
) -> Response {
    let (_, run) = match user.run(&console, &id, "/link/{run}").await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = LinkWords::of(lang);
    let page = RunPage {
        frame,
        words,
        id: run.id.to_string(),
        until: moment(&run.over().to_string(), lang),
        summary: summary(&run, words, lang),
        going: run.ended().is_none().then(|| going(&run, lang)),
        stopped: run.ended().and_then(|ended| stopped(ended, lang)),
        found: run.outcome().map(|outcome| found(&run, outcome, &query, words, frame)),
        said: &run.said,
    };
    frame.page(StatusCode::OK, &page)
}

pub(in crate::console) async fn delete(
    State(console): State<Console>,
    Named(id): Named,
    sent: Sent<Nothing>,
) -> Response {
    let Sent { user, fields: Nothing {} } = sent;
    match user.run(&console, &id, "/link/{run}/delete").await {
        Ok((caller, run)) => {
            console.0.rosters.delete(&caller, run.id);
            action::done("/link", "deleted")
        }
        Err(refused) => refused,
    }
}

fn summary(run: &Run, words: &'static LinkWords, lang: Lang) -> Summary {
    let rows = |side: usize| {
        let file = run.files[side].as_deref()?;
        Some(Cell::Text(words.rows_of.replacen("{}", file, 1).replacen("{}", &grouped(run.rows[side] as u64), 1)))
    };
    let mut lines: Vec<(&'static str, Cell)> = Vec::new();
    lines.extend(rows(0).map(|cell| (if run.is_one() { words.roster } else { words.left_side }, cell)));
    lines.extend(rows(1).map(|cell| (words.right_side, cell)));
    let model = if run.own_model { run.model.clone() } else { words.of_people.to_owned() };
    lines.push((words.way, Cell::Text(way(run, lang).to_owned())));
    lines.push((words.model, Cell::Text(model)));
    lines.push((words.reason, Cell::Text(run.reason.clone())));
    lines.push((words.begun, Cell::Whole(moment(&run.begun.to_string(), lang))));
    Summary { lines }
}

fn going(run: &Run, lang: Lang) -> Going {
    let now = run.standing();
    let (place, of) = match now {
        Standing::Waiting | Standing::Preparing => (0, 1),
        Standing::Rule { place, of, .. } => (place.saturating_sub(1), of),
        Standing::Deciding => (1, 1),
    };
    Going { text: standing(now, lang), place, of }
}

fn found(run: &Run, outcome: &Outcome, query: &RunQuery, words: &'static LinkWords, frame: &Frame) -> Found {
    let lang = frame.lang;
    let figure = |count: u64| Cell::Whole(grouped(count));
    let [matches, reviews] = [Decision::Match, Decision::Review].map(|wanted| outcome.places(wanted).len());
    // what somebody has yet to look at may add matches, and bring persons together
    let open = |count: usize, told: fn(&str, Lang) -> String| match reviews {
        0 => figure(count as u64),
        _ => Cell::Text(told(&grouped(count as u64), lang)),
    };
    let mut lines = vec![
        (words.compared, figure(outcome.compared)),
        (words.matches, open(matches, at_least)),
        (words.reviews, figure(reviews as u64)),
    ];
    if let Some((persons, several)) = outcome.persons {
        lines.push((words.persons, open(persons, at_most)));
        lines.push((words.several, open(several, so_far)));
    }
    lines.push((words.thresholds, Cell::Text(thresholds(&outcome.model, lang))));
    let review = match query.tab.as_deref() {
        None => matches == 0 && reviews > 0,
        Some(tab) => tab == "review",
    };
    let wanted = if review { Decision::Review } else { Decision::Match };
    let at = format!("/link/{}", run.id);
    let tab = |text, count: usize, key, here| Tab {
        href: format!("{at}?tab={key}"),
        text,
        count: Some(grouped(count as u64)),
        here,
    };
    let places = outcome.places(wanted);
    let last = places.len().div_ceil(PAIRS).max(1);
    let page = query.page.clamp(1, last);
    let shown = places.iter().skip((page - 1) * PAIRS).take(PAIRS);
    let address = |page: usize| format!("{at}?tab={}&page={page}", wanted.key());
    let mut exports = vec![(format!("{at}/export?what=pairs"), words.export_pairs)];
    if run.is_one() {
        exports.push((format!("{at}/export?what=persons"), words.export_persons));
    }
    let bars = outcome.bars();
    Found {
        counts: Summary { lines },
        warnings: outcome.warnings(lang),
        drawing: (!bars.is_empty()).then(|| drawing(&bars, outcome, words, lang)),
        bars: bars_table(&bars, words, lang),
        tabs: Tabs {
            label: words.pairs,
            tabs: vec![tab(words.matches, matches, "match", !review), tab(words.reviews, reviews, "review", review)],
        },
        table: Table {
            caption: if review { words.reviews } else { words.matches },
            columns: [
                Column::figures(words.number),
                Column::text(if run.is_one() { words.one_id } else { words.left_id }),
                Column::text(if run.is_one() { words.other_id } else { words.right_id }),
                Column::figures(words.weight),
                Column::figures(words.probability),
                Column::text(words.decision),
            ]
            .into_iter()
            .chain(review.then(|| Column::text(words.because)))
            .collect(),
            rows: shown.map(|place| row(outcome, *place, &at, lang)).collect(),
            nothing: if review { words.no_reviews } else { words.no_matches },
            wide: false,
        },
        place: page_of(page, last, lang),
        pages: Pages {
            words: frame.words,
            first: (page > 1).then(|| address(1)),
            next: (page < last).then(|| address(page + 1)),
        },
        exports,
    }
}

fn row(outcome: &Outcome, place: usize, at: &str, lang: Lang) -> Vec<Cell> {
    let found = &outcome.found[place];
    let [left, right] = outcome.names(found).map(str::to_owned);
    let mut cells = vec![
        Cell::Link((place + 1).to_string(), format!("{at}/pairs/{}", place + 1)),
        Cell::Text(left),
        Cell::Text(right),
        Cell::Whole(bits(found.pair.weight)),
        Cell::Whole(per_cent(found.probability_ppm)),
        Cell::Tag(tag(Some(found.decision), lang)),
    ];
    if found.decision == Decision::Review {
        cells.push(Cell::Text(why(&outcome.model, found.because, lang).to_owned()));
    }
    cells
}

fn drawing(bars: &[Bar], outcome: &Outcome, words: &'static LinkWords, lang: Lang) -> String {
    let model = &outcome.model;
    let line = |at: i32, name: &str| (model.weight_at(at), name.to_owned());
    let in_words: Vec<String> = bars.iter().map(|own| bar(own, lang)).collect();
    Histogram {
        lang,
        title: words.weights.to_owned(),
        description: in_words.join(lang.pick("；", "; ")),
        names: [words.matches, words.reviews].map(str::to_owned),
        bars: bars.iter().map(|bar| (bar.from, [bar.matches, bar.reviews])).collect(),
        until: bars.last().map_or(0, |bar| bar.until),
        thresholds: [line(model.review_centibits, words.review_line), line(model.match_centibits, words.match_line)],
    }
    .svg_named("weights-")
}

fn bars_table(bars: &[Bar], words: &'static LinkWords, lang: Lang) -> Table {
    let row = |bar: &Bar| {
        let [from, until] = [bar.from, bar.until].map(|bits| bits.to_string().replace('-', "−"));
        let range = lang.pick("{} 至 {}", "{} to {}").replacen("{}", &from, 1).replacen("{}", &until, 1);
        vec![Cell::Whole(range), Cell::Whole(grouped(bar.matches)), Cell::Whole(grouped(bar.reviews))]
    };
    Table {
        caption: words.weights,
        columns: vec![Column::text(words.weight_range), Column::figures(words.matches), Column::figures(words.reviews)],
        rows: bars.iter().map(row).collect(),
        nothing: "",
        wide: false,
    }
}
