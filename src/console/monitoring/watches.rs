//! Households that are watched: the list, adding to it, ending a watch.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use crate::auth::Permission;
use crate::console::action::{self, Action};
use crate::console::forms::{Nothing, Sent};
use crate::console::frame::Frame;
use crate::console::lists::known_by;
use crate::console::notices::Notice;
use crate::console::parts::{Banner, Cell, Column, Entry, Field, Pages, Summary, Tab, Table, Tabs, Tag, Tone};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::monitoring::{MonitorWords, days, outcome, why_ended};
use crate::console::written::{day, moment};
use crate::household::Lang;
use crate::monitoring::{MOST_CASES, Subscribed, SubscriptionState, Wanted, Watched};
use crate::verification::is_report_number;

/// Days between two looks that the form begins with.
const EVERY: &str = "30";
const PAGE: &str = "/watches/new";

#[derive(Default, Deserialize)]
pub(in crate::console) struct WatchQuery {
    /// `active` unless given, or `ended`.
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    done: Option<String>,
    #[serde(default)]
    watched: Option<u64>,
    #[serde(default)]
    already: u64,
    #[serde(default)]
    passed_over: u64,
}

#[derive(Template)]
#[template(path = "console/watches.html")]
struct WatchesPage<'a> {
    frame: &'a Frame,
    words: &'static MonitorWords,
    done: Option<Banner>,
    tabs: Tabs,
    table: Table,
    pages: Pages,
}

pub(in crate::console) async fn list(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<WatchQuery>, QueryRejection>,
) -> Response {
    let listed = async {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = MonitorWords::of(lang);
        let missing = || frame.notice(Notice::NotFound);
        let query = query.map(|Query(query)| query).map_err(|_| missing())?;
        let state = match query.status.as_deref() {
            None => SubscriptionState::Active,
            Some(word) => SubscriptionState::parse(word).ok_or_else(missing)?,
        };
        let caller = user.permit(&console, Permission::Monitor, "/watches").await?;
        let watched = console.0.monitoring.watched(&caller, Some(state), query.cursor.as_deref()).await;
        let watched = watched.map_err(|error| frame.failed(&error))?;
        let numbers = console.0.verifier.numbers(watched.items.iter().map(|watched| watched.case.as_str())).await;
        let numbers = numbers.map_err(|error| frame.failed_inside(&error))?;
        let of = |watched: &Watched| {
            (known_by(&watched.case, &numbers).to_owned(), console.0.verifier.place(&watched.region, lang))
        };
        let here = format!("/watches?status={}", state.as_str());
        let tab = |of: SubscriptionState, text| Tab {
            href: format!("/watches?status={}", of.as_str()),
            text,
            count: None,
            here: of == state,
        };
        let page = WatchesPage {
            frame,
            words,
            done: told(&query, words, lang).map(|(heading, text)| Banner {
                label: frame.words.success,
                heading,
                text,
                done: true,
            }),
            tabs: Tabs {
                label: words.which,
                tabs: vec![tab(SubscriptionState::Active, words.active), tab(SubscriptionState::Ended, words.ended)],
            },
            table: Table {
                caption: words.watches,
                columns: [words.case, words.state, words.every, words.next, words.until, words.end]
                    .map(Column::text)
                    .into(),
                rows: watched.items.iter().map(|watched| row(watched, of(watched), words, lang)).collect(),
                nothing: words.watches_none,
                wide: false,
            },
            pages: Pages {
                words: frame.words,
                first: query.cursor.is_some().then(|| here.clone()),
                next: watched.next.map(|cursor| format!("{here}&cursor={cursor}")),
            },
        };
        Ok(frame.page(StatusCode::OK, &page))
    };
    listed.await.unwrap_or_else(|refused: Response| refused)
}

fn told(query: &WatchQuery, words: &'static MonitorWords, lang: Lang) -> Option<(&'static str, String)> {
    if query.done.as_deref() == Some("ended") {
        return Some((words.ended_done, words.end_1.to_owned()));
    }
    let of = Subscribed { watched: query.watched?, already: query.already, passed_over: query.passed_over };
    Some((words.watched, outcome(of, lang)))
}

fn row(watched: &Watched, (number, place): (String, String), words: &'static MonitorWords, lang: Lang) -> Vec<Cell> {
    let active = watched.status == SubscriptionState::Active.as_str();
    let state = match (active, watched.client_away_since.is_some()) {
        (true, false) => Cell::Tag(Tag::of(Tone::Active, words.active)),
        (true, true) => Cell::Stated(Tag::of(Tone::Waiting, words.active), words.away.to_owned()),
        (false, _) => {
            let why = watched.ended_why.as_deref().map(|code| why_ended(code, lang)).unwrap_or_default();
            Cell::Stated(Tag::of(Tone::Plain, words.ended), why.to_owned())
        }
    };
    let until = watched.until.map_or_else(|| words.authorised.to_owned(), |until| day(until, lang));
    vec![
        match watched.barred {
            true => Cell::Named(words.barred.to_owned(), number),
            false => Cell::NamedLink { text: place, href: format!("/cases/{}", watched.case), id: number },
        },
        state,
        Cell::Whole(days(watched.every_days, lang)),
        Cell::Whole(if active { moment(&watched.next_at, lang) } else { "–".to_owned() }),
        Cell::Whole(until),
        match active && !watched.barred {
            true => Cell::Link(words.end.to_owned(), format!("/watches/{}/end", watched.id)),
            false => Cell::Text("–".to_owned()),
        },
    ]
}

#[derive(Default, Deserialize)]
pub(in crate::console) struct WatchForm {
    #[serde(default)]
    cases: String,
    #[serde(default)]
    batch: String,
    #[serde(default)]
    every_days: String,
    #[serde(default)]
    until: String,
}

impl WatchForm {
    /// Cases by their ids or the numbers of their reports; none where one of them is neither.
    fn cases(&self) -> Option<Vec<String>> {
        let known = |name: &str| (Uuid::parse_str(name).is_ok() || is_report_number(name)).then(|| name.to_owned());
        self.cases.split_whitespace().map(known).collect()
    }

    fn days(&self) -> Option<u32> {
        self.every_days.trim().parse().ok().filter(|days| (1..=366).contains(days))
    }

    /// Which cases or batch, of which exactly one is given.
    fn whom(&self) -> Result<(Vec<String>, Option<Uuid>), Whom> {
        let (cases, batch) = (self.cases().ok_or(Whom::Cases)?, self.batch.trim());
        if batch.is_empty() {
            return if (1..=MOST_CASES).contains(&cases.len()) { Ok((cases, None)) } else { Err(Whom::Cases) };
        }
        match Uuid::parse_str(batch) {
            Ok(batch) if cases.is_empty() => Ok((cases, Some(batch))),
            _ => Err(Whom::Batch),
        }
    }

    fn until(&self) -> Option<Option<Date>> {
        match self.until.trim() {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        }
    }

    fn wanted(&self) -> Option<Wanted> {
        let (cases, batch) = self.whom().ok()?;
        Some(Wanted { cases, batch, every_days: self.days()?, until: self.until()? })
    }

    fn page(&self, user: &ConsoleUser, shows_faults: bool) -> Response {
        let frame = &user.frame;
        let words = MonitorWords::of(frame.lang);
        let fault = |wrong: bool, text: &'static str| (shows_faults && wrong).then_some(text.into());
        let whom = self.whom().err();
        let fields = vec![
            Field {
                hint: Some(words.cases_hint),
                value: self.cases.clone(),
                entry: Entry::Area,
                error: fault(whom == Some(Whom::Cases), words.cases_wrong),
                ..Field::line(frame.words, "cases", words.cases)
            },
            Field {
                hint: Some(words.batch_hint),
                value: self.batch.clone(),
                error: fault(whom == Some(Whom::Batch), words.batch_wrong),
                ..Field::line(frame.words, "batch", words.batch)
            },
            Field {
                hint: Some(words.days_hint),
                value: self.every_days.clone(),
                error: fault(self.days().is_none(), words.days_wrong),
                ..Field::line(frame.words, "every_days", words.days)
            },
            Field {
                hint: Some(words.until_hint),
                entry: Entry::Day,
                value: self.until.clone(),
                error: fault(self.until().is_none(), words.until_wrong),
                ..Field::line(frame.words, "until", words.until)
            },
        ];
        let (title, button, back) = (words.new, words.submit, "/watches".to_owned());
        let what_happens = vec![words.new_1];
        Action { frame, title, about: None, what_happens, fields, button, destroys: false, back }.page()
    }
}

/// Which of the two does not say whom.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whom {
    Cases,
    Batch,
}

pub(in crate::console) async fn new(State(console): State<Console>, user: ConsoleUser) -> Response {
    match user.permit(&console, Permission::Monitor, PAGE).await {
        Ok(_) => WatchForm { every_days: EVERY.to_owned(), ..WatchForm::default() }.page(&user, false),
        Err(refused) => refused,
    }
}

pub(in crate::console) async fn watch(State(console): State<Console>, sent: Sent<WatchForm>) -> Response {
    let Sent { user, fields: form } = sent;
    let done = async {
        let caller = user.permit(&console, Permission::Monitor, PAGE).await?;
        let Some(wanted) = form.wanted() else { return Ok(form.page(&user, true)) };
        let came = console.0.monitoring.subscribe(&caller, &wanted).await;
        let Subscribed { watched, already, passed_over } = came.map_err(|error| user.frame.failed(&error))?;
        let to = format!("/watches?watched={watched}&already={already}&passed_over={passed_over}");
        Ok(Redirect::to(&to).into_response())
    };
    done.await.unwrap_or_else(|refused| refused)
}

const END: &str = "/watches/{watch}/end";

pub(in crate::console) async fn ask_end(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
) -> Response {
    let page = async {
        let (frame, lang) = (&user.frame, user.frame.lang);
        let words = MonitorWords::of(lang);
        let caller = user.permit(&console, Permission::Monitor, END).await?;
        let watched = console.0.monitoring.watch_of(&caller, &id).await.map_err(|error| frame.failed(&error))?;
        let about = Some(Summary {
            lines: vec![
                (words.case, Cell::Whole(user.number_of(&console, &watched.case).await?)),
                (words.region, Cell::Whole(console.0.verifier.place(&watched.region, lang))),
                (words.every, Cell::Whole(days(watched.every_days, lang))),
                (words.next, Cell::Whole(moment(&watched.next_at, lang))),
            ],
        });
        let (title, button, back) = (words.end_title, words.end, "/watches".to_owned());
        let (what_happens, fields) = (vec![words.end_1], Vec::new());
        Ok(Action { frame, title, about, what_happens, fields, button, destroys: false, back }.page())
    };
    page.await.unwrap_or_else(|refused: Response| refused)
}

pub(in crate::console) async fn end(State(console): State<Console>, Named(id): Named, sent: Sent<Nothing>) -> Response {
    let user = &sent.user;
    let done = async {
        let caller = user.permit(&console, Permission::Monitor, END).await?;
        let ended = console.0.monitoring.unsubscribe(&caller, &id).await;
        ended.map_err(|error| user.frame.failed(&error))?;
        Ok(action::done("/watches", "ended"))
    };
    done.await.unwrap_or_else(|refused: Response| refused)
}
