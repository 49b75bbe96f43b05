//! A county's rules on a day, and one of them with its history.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::{basis_tag, day_field, packs_named, value, with_note};
use crate::auth::Permission;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Column, Errors, Field, Summary, Table};
use crate::console::path::{Named, address};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::policy::{PolicyWords, group};
use crate::console::words::simulate::SimulateWords;
use crate::console::written::day;
use crate::household::Lang;
use crate::policy::{Explanation, Packs, PolicyError};
use crate::verification::ShownRules;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Wanted {
    as_of: String,
    rule: String,
}

#[derive(Template)]
#[template(path = "console/policy.html")]
struct RulesPage<'a> {
    frame: &'a Frame,
    words: &'static PolicyWords,
    errors: Errors,
    region: &'a str,
    title: String,
    as_of: Field,
    summary: Option<Summary>,
    groups: Vec<(String, Table)>,
    changes: String,
    /// Where those try other rules who may, and what it is called.
    offer: Option<(String, &'static str)>,
}

#[derive(Template)]
#[template(path = "console/policy_rule.html")]
struct RulePage<'a> {
    frame: &'a Frame,
    words: &'static PolicyWords,
    back: String,
    title: &'a str,
    summary: Summary,
    history: Table,
}

pub(in crate::console) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(region): Named,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    let wanted = query.map(|Query(wanted)| wanted).unwrap_or_default();
    shown(&console, &user, &region, &wanted).await.unwrap_or_else(|refused: Response| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, region: &str, wanted: &Wanted) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    user.permit(console, Permission::ReadPolicy, "GET /policy/{region}").await?;
    let words = PolicyWords::of(lang);
    let verifier = &console.0.verifier;
    let counties = verifier.counties();
    let Some(county) = counties.iter().find(|county| county.region == region) else {
        return Err(frame.notice(Notice::NotFound));
    };
    let given = Some(wanted.as_of.trim()).filter(|text| !text.is_empty());
    let asked = given.map(str::parse::<Date>).transpose();
    let wrong = asked.is_err();
    let rules = match asked {
        Ok(asked) => match verifier.shown_rules(region, asked, wanted.rule.trim_matches('.')) {
            Ok(rules) => Some(rules),
            Err(PolicyError::UnknownRegion { .. }) => return Err(frame.notice(Notice::NotFound)),
            Err(_) => None,
        },
        Err(_) => None,
    };
    if let Some(rules) = &rules {
        let one = rules.parameters.iter().find(|rule| rule.key == wanted.rule);
        match one {
            Some(rule) => return Ok(rule_page(frame, words, &verifier.packs(), rules, rule)),
            None if rules.parameters.is_empty() => return Err(frame.notice(Notice::NotFound)),
            None => {}
        }
    }
    let shown_day = rules.as_ref().map_or_else(|| wanted.as_of.clone(), |rules| rules.as_of.to_string());
    let mut as_of = day_field(frame.words, words, "as_of", words.as_of, &shown_day, wrong);
    if rules.is_none() && !wrong {
        as_of.error = Some(words.date_not_covered.into());
    }
    let status = if rules.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = RulesPage {
        frame,
        words,
        errors: Errors::of(frame.words, [&as_of]),
        region,
        title: format!("{} {region}", lang.pick(&county.name_zh, &county.name_en)),
        as_of,
        summary: rules.as_ref().map(|rules| summary(rules, &verifier.packs(), words, lang)),
        groups: rules.as_ref().map(|rules| groups(rules, words, lang)).unwrap_or_default(),
        offer: (user.caller.may(Permission::TryRules) && user.caller.covers_region(region)).then(|| {
            let as_of = given.filter(|_| rules.is_some()).map(|day| ("as_of", day));
            (address("/policy/simulate", [("region", region)].into_iter().chain(as_of)), SimulateWords::of(lang).title)
        }),
        changes: address(&format!("/policy/{region}/changes"), rules.as_ref().map(|_| ("to", shown_day.as_str()))),
    };
    Ok(frame.page(status, &page))
}

fn summary(rules: &ShownRules, packs: &Packs, words: &'static PolicyWords, lang: Lang) -> Summary {
    Summary {
        lines: vec![
            (words.as_of, Cell::Whole(day(rules.as_of, lang))),
            (words.layers, packs_named(packs, &rules.packs, lang)),
            (words.hash, Cell::Text(rules.sha256.clone())),
        ],
    }
}

fn group_of(rule: &Explanation) -> &str {
    rule.key.split('.').next().unwrap_or_default()
}

fn groups(rules: &ShownRules, words: &'static PolicyWords, lang: Lang) -> Vec<(String, Table)> {
    let row = |rule: &Explanation| {
        let pairs = [("as_of", rules.as_of.to_string()), ("rule", rule.key.clone())];
        let href =
            address(&format!("/policy/{}", rules.region), pairs.iter().map(|(name, value)| (*name, value.as_str())));
        let name = Cell::NamedLink { text: lang.pick(&rule.zh, &rule.en).to_owned(), id: rule.key.clone(), href };
        let Some(now) = &rule.in_force else {
            return vec![name, Cell::Text(words.nothing.to_owned()), Cell::Text("–".into()), Cell::Text("–".into())];
        };
        vec![
            name,
            Cell::Text(value(&now.value, &rule.unit, lang)),
            Cell::Tag(basis_tag(now.basis, lang)),
            with_note(now.law.as_ref().map(ToString::to_string), now.note.as_ref(), lang),
        ]
    };
    let table = |of: &[Explanation]| Table {
        caption: words.in_force,
        columns: vec![
            Column::text(words.rule),
            Column::text(words.value),
            Column::text(words.basis),
            Column::text(words.law),
        ],
        rows: of.iter().map(row).collect(),
        nothing: words.none,
        wide: false,
    };
    let chunks = rules.parameters.chunk_by(|one, next| group_of(one) == group_of(next));
    chunks.map(|of| (group(group_of(&of[0]), lang).to_owned(), table(of))).collect()
}

fn rule_page(
    frame: &Frame,
    words: &'static PolicyWords,
    packs: &Packs,
    rules: &ShownRules,
    rule: &Explanation,
) -> Response {
    let lang = frame.lang;
    let mut lines = vec![
        (words.key, Cell::Text(rule.key.clone())),
        (words.county, Cell::Text(lang.pick(&rules.name_zh, &rules.name_en).to_owned())),
        (words.as_of, Cell::Whole(day(rules.as_of, lang))),
    ];
    match &rule.in_force {
        Some(now) => {
            lines.push((words.value, Cell::Text(value(&now.value, &rule.unit, lang))));
            lines.push((words.basis, Cell::Stated(basis_tag(now.basis, lang), about(now.basis, words).to_owned())));
            lines.push((words.law, with_note(now.law.as_ref().map(ToString::to_string), now.note.as_ref(), lang)));
            lines.push((words.pack, packs_named(packs, std::slice::from_ref(&now.pack), lang)));
        }
        None => lines.push((words.value, Cell::Text(words.nothing.to_owned()))),
    }
    lines.push((words.expected, Cell::Text(lang.pick(&rule.expected_zh, &rule.expected).to_owned())));
    let as_of = rules.as_of.to_string();
    let page = RulePage {
        frame,
        words,
        back: address(&format!("/policy/{}", rules.region), [("as_of", as_of.as_str())]),
        title: lang.pick(&rule.zh, &rule.en),
        summary: Summary { lines },
        history: history(rule, packs, words, lang),
    };
    frame.page(StatusCode::OK, &page)
}

fn about(basis: crate::policy::assessment::Basis, words: &'static PolicyWords) -> &'static str {
    match basis {
        crate::policy::assessment::Basis::Published => words.published_about,
        crate::policy::assessment::Basis::Assumed => words.assumed_about,
    }
}

/// Every value, the newest first.
fn history(rule: &Explanation, packs: &Packs, words: &'static PolicyWords, lang: Lang) -> Table {
    let row = |entry: &crate::policy::pack::HistoryEntry| {
        vec![
            Cell::Whole(day(entry.from, lang)),
            Cell::Whole(entry.to.map_or_else(|| words.onward.to_owned(), |to| day(to, lang))),
            Cell::Text(value(&entry.value, &rule.unit, lang)),
            Cell::Tag(basis_tag(entry.basis, lang)),
            with_note(entry.law.as_ref().map(ToString::to_string), entry.note.as_ref(), lang),
            packs_named(packs, std::slice::from_ref(&entry.pack), lang),
        ]
    };
    Table {
        caption: words.history,
        columns: vec![
            Column::text(words.from),
            Column::text(words.to),
            Column::text(words.value_then),
            Column::text(words.basis),
            Column::text(words.law),
            Column::text(words.pack),
        ],
        rows: rule.history.iter().rev().map(row).collect(),
        nothing: words.nothing,
        wide: false,
    }
}
