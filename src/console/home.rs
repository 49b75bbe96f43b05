//! Home: what waits for whoever is signed in, one list a tab, by the functions and in the scope of the interface under `/v1`.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::frame::Frame;
use super::lists::{self, Asked, List, Wanted};
use super::notices::Notice;
use super::parts::{Banner, Entry, Errors, Field, Pages, Tab, Tabs};
use super::path::address;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::home::{HomeWords, silent};
use super::words::terms;
use crate::auth::{Caller, Permission};
use crate::identity::holds_personal_number;
use crate::verification::{CaseState, is_report_number};

/// Most characters of a caller's own reference.
const MOST_REFERENCE: usize = 64;

/// What an address asks for.
#[derive(Default, Deserialize)]
pub(super) struct HomeQuery {
    #[serde(default)]
    tab: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    status: String,
}

struct Filter {
    number: Field,
    reference: Field,
    status: Field,
}

#[derive(Template)]
#[template(path = "console/home.html")]
struct HomePage<'a> {
    frame: &'a Frame,
    words: &'static HomeWords,
    caller: &'a Caller,
    errors: Errors,
    /// Whether they may start a verification.
    starts: bool,
    silent: Option<Banner>,
    tabs: Tabs,
    list: Option<List>,
    filter: Option<Filter>,
    pages: Pages,
    regions: String,
    roles: &'a str,
    disclosure: &'a str,
    may: Vec<&'a str>,
}

pub(super) async fn home(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<HomeQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return user.frame.notice(Notice::NotFound) };
    shown(&console, &user, query).await.unwrap_or_else(|refused: Response| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, query: HomeQuery) -> Result<Response, Response> {
    let (frame, caller) = (&user.frame, &user.caller);
    let words = HomeWords::of(frame.lang);
    let offered: Vec<_> = Wanted::ALL.into_iter().filter(|wanted| caller.may(wanted.needs())).collect();
    let wanted = match query.tab.as_deref() {
        None => offered.first().copied(),
        Some(key) => {
            let wanted = Wanted::parse(key).ok_or_else(|| frame.notice(Notice::NotFound))?;
            user.permit(console, wanted.needs(), wanted.key()).await?;
            Some(wanted)
        }
    };
    let filter = filter(frame, words, &query);
    let errors = Errors::of(frame.words, [&filter.number, &filter.reference, &filter.status]);
    let mut tabs = Vec::new();
    let mut list = None;
    for tab in offered {
        let here = wanted == Some(tab);
        // A list is read once for what it counts, and again where a later page or a part of it is asked for.
        let acting = caller.clone().acting(tab.needs());
        let first = lists::read(console, &acting, frame.lang, tab, Asked::default()).await;
        let first = first.map_err(|error| frame.failed(&error))?;
        tabs.push(Tab {
            href: format!("/?tab={}", tab.key()),
            text: tab.title(words),
            count: first.waiting.clone(),
            here,
        });
        if here {
            let asked = |text: &str| (!text.is_empty() && errors.faults.is_empty()).then(|| text.to_owned());
            let (reference, number, status) = (asked(&query.reference), asked(&query.number), asked(&query.status));
            let asked = Asked { cursor: query.cursor.as_deref(), reference, number, status, ..Asked::default() };
            list = Some(match asked {
                Asked { cursor: None, reference: None, number: None, status: None, .. } => first,
                asked => {
                    let read = lists::read(console, &acting, frame.lang, tab, asked).await;
                    read.map_err(|error| frame.failed(&error))?
                }
            });
        }
    }
    let pages = pages(frame, &query, wanted, list.as_ref().and_then(|list| list.next.clone()));
    let may = Permission::ALL.iter().copied().filter(|permission| caller.may(*permission));
    let page = HomePage {
        frame,
        words,
        caller,
        starts: caller.may(Permission::SubmitCase),
        silent: departments(console, user, words),
        tabs: Tabs { label: words.lists, tabs },
        filter: (wanted == Some(Wanted::Cases)).then_some(filter),
        errors,
        list,
        pages,
        regions: caller.regions.join(frame.lang.pick("、", ", ")),
        roles: frame.who.as_ref().map_or("", |who| &who.roles),
        disclosure: terms::disclosure(caller.disclosure, frame.lang),
        may: may.map(|permission| terms::permission(permission, frame.lang)).collect(),
    };
    let status = if page.errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(frame.page(status, &page))
}

fn filter(frame: &Frame, words: &'static HomeWords, query: &HomeQuery) -> Filter {
    let known = query.status.is_empty() || CaseState::parse(&query.status).is_some();
    let any = (String::new(), words.any_state.to_owned());
    let state = |state: &CaseState| (state.as_str().to_owned(), terms::state(*state, frame.lang).to_owned());
    Filter {
        number: Field {
            hint: Some(words.number_hint),
            value: query.number.clone(),
            // one that no report can carry would find nothing: that is said, not shown as an empty list
            error: (!query.number.is_empty() && !is_report_number(&query.number)).then_some(words.number_wrong.into()),
            ..Field::line(frame.words, "number", words.number)
        },
        reference: Field {
            hint: Some(words.reference_hint),
            value: query.reference.clone(),
            error: reference_fault(words, &query.reference).map(Into::into),
            ..Field::line(frame.words, "reference", words.reference)
        },
        status: Field {
            value: query.status.clone(),
            entry: Entry::Choice(std::iter::once(any).chain(CaseState::ALL.iter().map(state)).collect()),
            error: (!known).then_some(words.state_unknown.into()),
            ..Field::line(frame.words, "status", words.state)
        },
    }
}

fn reference_fault(words: &'static HomeWords, reference: &str) -> Option<&'static str> {
    if holds_personal_number(reference) {
        return Some(words.reference_personal);
    }
    (reference.chars().count() > MOST_REFERENCE).then_some(words.reference_long)
}

fn pages(frame: &Frame, query: &HomeQuery, wanted: Option<Wanted>, next: Option<String>) -> Pages {
    let at = |cursor: &str| {
        let kept = [("number", query.number.as_str()), ("reference", &query.reference), ("status", &query.status)];
        let tab = [("tab", wanted.map_or("", Wanted::key))];
        address("/", tab.into_iter().chain(kept).chain([("cursor", cursor)]))
    };
    Pages { words: frame.words, first: query.cursor.is_some().then(|| at("")), next: next.as_deref().map(at) }
}

/// A word on departments that are switched on and whose breaker is open.
fn departments(console: &Console, user: &ConsoleUser, words: &HomeWords) -> Option<Banner> {
    if !user.caller.may(Permission::ReadSources) {
        return None;
    }
    let lang = user.frame.lang;
    let sources = console.0.verifier.sources();
    let silent_ones = sources.iter().filter(|source| source.is_silent());
    let titles: Vec<&str> = silent_ones.map(|source| source.title(lang)).collect();
    (!titles.is_empty()).then(|| Banner {
        label: user.frame.words.important,
        heading: words.silent,
        text: silent(lang, &titles),
        done: false,
    })
}
