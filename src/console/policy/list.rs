//! Counties that there are rules for.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::packs_named;
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Table};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::policy::PolicyWords;
use crate::console::words::simulate::SimulateWords;

#[derive(Template)]
#[template(path = "console/policies.html")]
struct ListPage<'a> {
    frame: &'a Frame,
    words: &'static PolicyWords,
    table: Table,
    /// What those may do who may try other rules.
    offer: Option<&'static str>,
}

pub(in crate::console) async fn show(State(console): State<Console>, user: ConsoleUser) -> Response {
    if let Err(response) = user.permit(&console, Permission::ReadPolicy, "GET /policy").await {
        return response;
    }
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = PolicyWords::of(lang);
    let (counties, packs) = (console.0.verifier.counties(), console.0.verifier.packs());
    let row = |county: &crate::policy::PackInfo| {
        vec![
            Cell::Link(lang.pick(&county.name_zh, &county.name_en).to_owned(), format!("/policy/{}", county.region)),
            Cell::Whole(county.region.clone()),
            packs_named(&packs, &county.chain, lang),
        ]
    };
    let table = Table {
        caption: words.title,
        columns: vec![Column::text(words.county), Column::text(words.region), Column::text(words.layers)],
        rows: counties.iter().map(row).collect(),
        nothing: words.none,
        wide: false,
    };
    let offer = user.caller.may(Permission::TryRules).then_some(SimulateWords::of(lang).title);
    frame.page(StatusCode::OK, &ListPage { frame, words, table, offer })
}
