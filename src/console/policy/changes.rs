//! What differs between a county's rules on two days.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::{basis_tag, day_field, value};
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Column, Errors, Field, Table};
use crate::console::path::{Named, address};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::policy::PolicyWords;
use crate::household::Lang;
use crate::policy::PolicyError;
use crate::report::difference::{ParameterChange, Setting};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Days {
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "console/policy_changes.html")]
struct ChangesPage<'a> {
    frame: &'a Frame,
    words: &'static PolicyWords,
    errors: Errors,
    region: &'a str,
    county: &'a str,
    fields: [Field; 2],
    table: Option<Table>,
}

pub(in crate::console) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(region): Named,
    query: Result<Query<Days>, QueryRejection>,
) -> Response {
    let days = query.map(|Query(days)| days).unwrap_or_default();
    shown(&console, &user, &region, days).await.unwrap_or_else(|refused: Response| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, region: &str, days: Days) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    user.permit(console, Permission::ReadPolicy, "GET /policy/{region}/changes").await?;
    let words = PolicyWords::of(lang);
    let verifier = &console.0.verifier;
    let counties = verifier.counties();
    let Some(county) = counties.iter().find(|county| county.region == region) else {
        return Err(frame.notice(Notice::NotFound));
    };
    // a year back, unless a day is chosen
    let today = verifier.today();
    let or = |text: &str, usual: Date| if text.trim().is_empty() { usual.to_string() } else { text.trim().to_owned() };
    let to = or(&days.to, today);
    let usual = to.parse().unwrap_or(today).saturating_sub(jiff::Span::new().years(1));
    let from = or(&days.from, usual);
    let dates: [Option<Date>; 2] = [from.parse().ok(), to.parse().ok()];
    let mut fields = [
        day_field(frame.words, words, "from", words.first, &from, dates[0].is_none()),
        day_field(frame.words, words, "to", words.second, &to, dates[1].is_none()),
    ];
    let mut found = None;
    if let [Some(from), Some(to)] = dates {
        match verifier.changed_rules(region, from, to) {
            Ok(changes) => found = Some(table(&changes, region, to, words, lang)),
            Err(PolicyError::UnknownRegion { .. }) => return Err(frame.notice(Notice::NotFound)),
            Err(_) => {
                for (field, day) in fields.iter_mut().zip([from, to]) {
                    let covered = verifier.shown_rules(region, Some(day), "").is_ok();
                    field.error = (!covered).then(|| words.date_not_covered.into());
                }
            }
        }
    }
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ChangesPage {
        frame,
        words,
        errors: Errors::of(frame.words, &fields),
        region,
        county: lang.pick(&county.name_zh, &county.name_en),
        fields,
        table: found,
    };
    Ok(frame.page(status, &page))
}

fn table(changes: &[ParameterChange], region: &str, to: Date, words: &'static PolicyWords, lang: Lang) -> Table {
    let row = |change: &ParameterChange| {
        let cell = |setting: &Option<Setting>| match setting {
            Some(setting) => Cell::Stated(basis_tag(setting.basis, lang), value(&setting.value, &change.unit, lang)),
            None => Cell::Text(words.nothing.to_owned()),
        };
        let to = to.to_string();
        let href = address(&format!("/policy/{region}"), [("as_of", to.as_str()), ("rule", change.key.as_str())]);
        vec![
            Cell::NamedLink { text: lang.pick(&change.zh, &change.en).to_owned(), id: change.key.clone(), href },
            cell(&change.before),
            cell(&change.after),
            Cell::Text(change.after.as_ref().and_then(|after| after.law.clone()).unwrap_or_else(|| "–".to_owned())),
        ]
    };
    Table {
        caption: words.compare,
        columns: vec![
            Column::text(words.rule),
            Column::text(words.before),
            Column::text(words.after),
            Column::text(words.law),
        ],
        rows: changes.iter().map(row).collect(),
        nothing: words.same,
        wide: false,
    }
}
