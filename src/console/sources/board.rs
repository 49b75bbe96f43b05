//! Every department in a row, those that cannot be asked first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::standing::{self, ROOM, Standing};
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Table};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::sources::{SourceWords, milliseconds};
use crate::household::Lang;
use crate::verification::SourceStatus;

#[derive(Template)]
#[template(path = "console/sources.html")]
struct BoardPage<'a> {
    frame: &'a Frame,
    words: &'static SourceWords,
    glance: Vec<(&'static str, String, usize)>,
    table: Table,
}

pub(in crate::console) async fn show(State(console): State<Console>, user: ConsoleUser) -> Response {
    if let Err(response) = user.permit(&console, Permission::ReadSources, "GET /sources").await {
        return response;
    }
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = SourceWords::of(lang);
    let mut sources = console.0.verifier.sources();
    // as they come, but whatever is wrong first
    sources.sort_by_key(|source| Standing::of(source).min(Standing::Well));
    let count = |standing: Standing| sources.iter().filter(|source| Standing::of(source) == standing).count();
    let glance = Standing::ALL.into_iter().map(|standing| (standing.tag(words), count(standing)));
    let glance = glance.filter(|(_, count)| *count > 0);
    let page = BoardPage {
        frame,
        words,
        glance: glance.map(|(tag, count)| (tag.tone.class(), tag.text.into_owned(), count)).collect(),
        table: table(&sources, words, lang),
    };
    frame.page(StatusCode::OK, &page)
}

fn table(sources: &[SourceStatus], words: &'static SourceWords, lang: Lang) -> Table {
    let row = |source: &SourceStatus| {
        let (key, health) = (source.descriptor.key.as_str(), &source.health);
        let title = source.title(lang).to_owned();
        let chart = |end: &str, what: &str, slots, room| {
            let title = format!("{title}{}{what}", lang.pick("，", ", "));
            Cell::Drawn(standing::chart(&format!("{key}-{end}"), &title, slots, room, lang))
        };
        vec![
            Cell::NamedLink { text: title.clone(), id: key.to_owned(), href: format!("/sources/{key}") },
            standing::cell(source, words, lang),
            Cell::Whole(health.last_hour.answers.values().sum::<u64>().to_string()),
            Cell::Whole(milliseconds(lang, health.last_hour.p50_ms)),
            chart("h", words.hour_series, &health.by_five_minutes, ROOM[0]),
            Cell::Whole(health.last_day.answers.values().sum::<u64>().to_string()),
            chart("d", words.day_series, &health.by_hour, ROOM[1]),
        ]
    };
    Table {
        caption: words.title,
        columns: vec![
            Column::text(words.department),
            Column::text(words.state),
            Column::figures(format!("{}{}{}", words.hour, lang.pick("", ": "), words.answers)),
            Column::figures(words.median),
            Column::text(words.hour_series),
            Column::figures(format!("{}{}{}", words.day, lang.pick("", ": "), words.answers)),
            Column::text(words.day_series),
        ],
        rows: sources.iter().map(row).collect(),
        nothing: words.none,
        wide: false,
    }
}
