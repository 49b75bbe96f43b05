//! Two versions of a case side by side.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Group, groups};
use crate::auth::Permission;
use crate::config::Disclosure;
use crate::console::cases::versions_table;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Entry, Field, Summary, Table};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::cases::{CaseWords, reason};
use crate::console::words::versions::{ChangeWords, version};
use crate::console::written::moment;
use crate::verification::VersionSummary;

/// Which two.
#[derive(Default, Deserialize)]
pub(in crate::console) struct Sides {
    from: Option<u32>,
    to: Option<u32>,
}

#[derive(Template)]
#[template(path = "console/versions.html")]
struct VersionsPage<'a> {
    frame: &'a Frame,
    words: &'static ChangeWords,
    id: &'a str,
    versions: Table,
    /// Why there is no comparison.
    none: Option<&'static str>,
    from: Field,
    to: Field,
    compared: Option<Compared>,
}

/// Two versions.
struct Compared {
    sides: Summary,
    groups: Vec<Group>,
    rules: Vec<String>,
}

pub(in crate::console) async fn versions(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Sides>, QueryRejection>,
) -> Response {
    shown(&console, &user, &id, query).await.unwrap_or_else(|refused: Response| refused)
}

async fn shown(
    console: &Console,
    user: &ConsoleUser,
    id: &str,
    query: Result<Query<Sides>, QueryRejection>,
) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = ChangeWords::of(lang);
    let caller = user.permit(console, Permission::OpenReport, "GET /cases/{id}/versions").await?;
    let Query(sides) = query.map_err(|_| frame.notice(Notice::NotFound))?;
    let standing = console.0.verifier.standing(&caller, id).await;
    let (case, all) = standing.map_err(|error| frame.failed(&error))?;
    let last = all.last().map_or(1, |one| one.version);
    let from = sides.from.unwrap_or_else(|| last.saturating_sub(1).max(1));
    let to = sides.to.unwrap_or(last);
    let none = match all.len() {
        0 | 1 => Some(words.only_one),
        _ if caller.disclosure != Disclosure::Full => Some(words.less),
        _ => None,
    };
    let compared = match none {
        Some(_) => None,
        None => {
            let between = console.0.verifier.between_versions(&caller, id, from, to).await;
            let between = between.map_err(|error| frame.failed(&error))?;
            let sheet = between.change.sheet(lang);
            let issued = |by: &Option<String>| by.clone().unwrap_or_else(|| words.not_issued.to_owned());
            let side = |number: u32, by: &Option<String>| {
                let found = all.iter().find(|one| one.version == number);
                Cell::List(found.map_or_else(Vec::new, |one| about(one, issued(by), words, lang)))
            };
            let [by_before, by_after] = &between.issued_by;
            let sides = Summary { lines: vec![(words.from, side(from, by_before)), (words.to, side(to, by_after))] };
            let headings = [version(from, lang), version(to, lang)];
            Some(Compared { sides, groups: groups(&sheet, headings, words, lang), rules: sheet.rules })
        }
    };
    let choice = |name, label, chosen: u32| Field {
        value: chosen.to_string(),
        entry: Entry::Choice(all.iter().map(|one| (one.version.to_string(), version(one.version, lang))).collect()),
        ..Field::line(frame.words, name, label)
    };
    let page = VersionsPage {
        frame,
        words,
        id: &case.id,
        versions: versions_table(&case.id, &all, true, CaseWords::of(lang), lang),
        none,
        from: choice("from", words.from, from),
        to: choice("to", words.to, to),
        compared,
    };
    Ok(frame.page(StatusCode::OK, &page))
}

/// What is known of a version without its contents.
fn about(
    one: &VersionSummary,
    issued: String,
    words: &'static ChangeWords,
    lang: crate::household::Lang,
) -> Vec<String> {
    let colon = lang.pick("：", ": ");
    vec![
        format!("{} · {}", version(one.version, lang), moment(&one.created_at, lang)),
        format!("{}{colon}{}", words.made_because, reason(&one.reason, lang)),
        format!("{}{colon}{issued}", words.issued_by),
    ]
}
