//! Lists of what waits for somebody: each a tab of the home page, and a page of its own.

use std::collections::HashMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use uuid::Uuid;

use crate::auth::{Caller, Permission};
use crate::console::cases::state_tag;
use crate::console::parts::{Cell, Column, Table, Tag, Tone};
use crate::console::state::Console;
use crate::console::words::home::HomeWords;
use crate::console::words::terms;
use crate::console::written::{day, moment};
use crate::household::Lang;
use crate::monitoring::{AlertStatus, GivenUp};
use crate::verification::{ApprovalSummary, CaseState, CaseSummary, DueHousehold, ListFilter, ReadError, ReviewCase};

/// Rows on a page.
const PAGE: u32 = 25;
/// Days ahead that a household's next look is shown.
const DAYS_AHEAD: i64 = 30;

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Cases,
    Due,
    Alerts,
    Reviews,
    Approvals,
    Callbacks,
}

/// Which page of a list, and of what.
#[derive(Default)]
pub(super) struct Asked<'a> {
    pub(super) cursor: Option<&'a str>,
    /// Of cases: those of a reference, the one of a report's number, and those in a state.
    pub(super) reference: Option<String>,
    pub(super) number: Option<String>,
    pub(super) status: Option<String>,
    /// Of what is due: until when, instead of thirty days ahead.
    pub(super) until: Option<Date>,
    /// What is settled too.
    pub(super) all: bool,
}

/// One page of it.
pub(super) struct List {
    pub(super) about: &'static str,
    pub(super) table: Table,
    pub(super) next: Option<String>,
    /// How many of its first page wait for somebody, "25+" when there are more.
    pub(super) waiting: Option<String>,
}

impl Wanted {
    pub(super) const ALL: [Self; 6] =
        [Self::Cases, Self::Due, Self::Alerts, Self::Reviews, Self::Approvals, Self::Callbacks];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Cases => "cases",
            Self::Due => "due",
            Self::Alerts => "alerts",
            Self::Reviews => "reviews",
            Self::Approvals => "approvals",
            Self::Callbacks => "callbacks",
        }
    }

    pub(super) fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wanted| wanted.key() == key)
    }

    /// Where it is a page of its own.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Cases => "/",
            Self::Due => "/due",
            Self::Alerts => "/alerts",
            Self::Reviews => "/reviews",
            Self::Approvals => "/approvals",
            Self::Callbacks => "/callbacks",
        }
    }

    /// Whether what is settled can be listed too.
    pub(super) fn settles(self) -> bool {
        matches!(self, Self::Alerts | Self::Approvals)
    }

    /// The permission of the same list under `/v1`.
    pub(super) fn needs(self) -> Permission {
        match self {
            Self::Cases => Permission::ReadCase,
            Self::Due => Permission::ReadBatches,
            Self::Alerts => Permission::Monitor,
            Self::Reviews => Permission::DecideRecords,
            Self::Approvals => Permission::ReadApprovals,
            Self::Callbacks => Permission::ManageCallbacks,
        }
    }

    pub(super) fn title(self, words: &HomeWords) -> &'static str {
        match self {
            Self::Cases => words.cases,
            Self::Due => words.due,
            Self::Alerts => words.alerts,
            Self::Reviews => words.reviews,
            Self::Approvals => words.approvals,
            Self::Callbacks => words.callbacks,
        }
    }

    /// What it is, and what stands there when it is empty.
    fn explained(self, words: &HomeWords) -> (&'static str, &'static str) {
        match self {
            Self::Cases => (words.cases_about, words.cases_none),
            Self::Due => (words.due_about, words.due_none),
            Self::Alerts => (words.alerts_about, words.alerts_none),
            Self::Reviews => (words.reviews_about, words.reviews_none),
            Self::Approvals => (words.approvals_about, words.approvals_none),
            Self::Callbacks => (words.callbacks_about, words.callbacks_none),
        }
    }

    fn columns(self, words: &HomeWords) -> Vec<Column> {
        let (texts, figures): (&[&'static str], &[&'static str]) = match self {
            Self::Cases => (&[words.purpose, words.accepted, words.region, words.state], &[words.versions, words.held]),
            Self::Due => (&[words.purpose, words.due_on, words.region], &[]),
            Self::Alerts => (&[words.found, words.region, words.state], &[]),
            Self::Reviews => (&[words.purpose, words.since, words.region], &[words.held]),
            Self::Approvals => (&[words.kind, words.asked_by, words.asked, words.lapses, words.state], &[]),
            Self::Callbacks => (&[words.topic, words.client, words.since], &[words.tries]),
        };
        texts.iter().map(|text| Column::text(*text)).chain(figures.iter().map(|text| Column::figures(*text))).collect()
    }
}

/// Reads a page of a list.
pub(super) async fn read(
    console: &Console,
    caller: &Caller,
    lang: Lang,
    wanted: Wanted,
    asked: Asked<'_>,
) -> Result<List, ReadError> {
    let words = HomeWords::of(lang);
    let (rows, next) = rows(console, caller, lang, wanted, asked).await?;
    let more = if next.is_some() { "+" } else { "" };
    let waiting = (wanted != Wanted::Cases).then(|| format!("{}{more}", rows.len()));
    let (about, nothing) = wanted.explained(words);
    let table = Table { caption: wanted.title(words), columns: wanted.columns(words), rows, nothing, wide: false };
    Ok(List { about, table, next, waiting })
}

/// Its rows, and where the next page begins.
async fn rows(
    console: &Console,
    caller: &Caller,
    lang: Lang,
    wanted: Wanted,
    asked: Asked<'_>,
) -> Result<(Vec<Vec<Cell>>, Option<String>), ReadError> {
    let (verifier, monitoring) = (&console.0.verifier, &console.0.monitoring);
    let Asked { cursor, reference, number, status, until, all } = asked;
    let id = cursor.and_then(|text| Uuid::parse_str(text).ok());
    let inside = |error| ReadError::from(Box::new(error));
    let place = |region: &str| verifier.place(region, lang);
    Ok(match wanted {
        Wanted::Cases => {
            let filter = ListFilter { status, reference, number, cursor: cursor.map(str::to_owned), limit: PAGE };
            let page = verifier.list(caller, &filter).await.map_err(inside)?;
            (page.items.iter().map(|case| row_of_case(case, &place, lang)).collect(), page.next)
        }
        Wanted::Due => {
            let until = until.unwrap_or_else(|| verifier.today().saturating_add(DAYS_AHEAD.days()));
            let page = verifier.due_list(caller, until, cursor, PAGE).await.map_err(inside)?;
            (page.items.iter().map(|due| row_of_due(due, &place, lang)).collect(), page.next)
        }
        Wanted::Alerts => {
            // What an alert says stays sealed: a list of what waits opens nothing.
            let page = monitoring.alerts(caller, (!all).then_some(false), cursor, false).await?;
            let numbers = verifier.numbers(page.items.iter().map(|alert| alert.case.as_str())).await?;
            (page.items.iter().map(|alert| row_of_alert(alert, &numbers, &place, lang)).collect(), page.next)
        }
        Wanted::Reviews => {
            let page = verifier.review_cases(caller, id, PAGE).await.map_err(inside)?;
            (page.items.iter().map(|case| row_of_review(case, caller, &place, lang)).collect(), page.next)
        }
        Wanted::Approvals => {
            let page = verifier.approvals(caller, !all, id, PAGE).await.map_err(inside)?;
            let numbers = verifier.numbers(page.items.iter().map(|asked| asked.case.as_str())).await?;
            (page.items.iter().map(|asked| row_of_approval(asked, &numbers, lang)).collect(), page.next)
        }
        Wanted::Callbacks => {
            let given_up = monitoring.given_up(caller).await?;
            (given_up.iter().map(|callback| row_of_callback(callback, lang)).collect(), None)
        }
    })
}

/// Something with the name below that people know it by, which leads to its page; or nowhere, for whoever stands apart from it (回避).
fn leading(text: String, name: &str, href: String, barred: bool, lang: Lang) -> Cell {
    let id = name.to_owned();
    match barred {
        false => Cell::NamedLink { text, id, href },
        true => Cell::Named(format!("{text} · {}", HomeWords::of(lang).barred), id),
    }
}

/// The numbers of cases' reports, by the cases' ids.
type Numbers = HashMap<String, String>;

/// What people know a case by.
pub(super) fn known_by<'a>(case: &'a str, numbers: &'a Numbers) -> &'a str {
    numbers.get(case).map_or(case, String::as_str)
}

/// A region's code with its name.
type Place<'a> = dyn Fn(&str) -> String + 'a;

fn row_of_case(case: &CaseSummary, place: &Place<'_>, lang: Lang) -> Vec<Cell> {
    let state = CaseState::parse(&case.status);
    vec![
        leading(terms::purpose(&case.purpose, lang), &case.number, format!("/cases/{}", case.id), case.barred, lang),
        Cell::Whole(moment(&case.created_at, lang)),
        Cell::Whole(place(&case.region)),
        Cell::Tag(state_tag(state, lang)),
        Cell::Whole(case.version.to_string()),
        Cell::Whole(case.reviews_open.to_string()),
    ]
}

fn row_of_due(due: &DueHousehold, place: &Place<'_>, lang: Lang) -> Vec<Cell> {
    let on = day(due.due_on, lang);
    let overdue = Tag::of(Tone::Bad, HomeWords::of(lang).overdue);
    vec![
        leading(terms::purpose(&due.purpose, lang), &due.number, format!("/cases/{}", due.case), due.barred, lang),
        if due.overdue { Cell::Tagged(on, overdue) } else { Cell::Whole(on) },
        Cell::Whole(place(&due.region)),
    ]
}

fn row_of_alert(alert: &AlertStatus, numbers: &Numbers, place: &Place<'_>, lang: Lang) -> Vec<Cell> {
    let href = format!("/alerts/{}", alert.id);
    let words = HomeWords::of(lang);
    let tag = match alert.acknowledged_at {
        None => Tag::of(Tone::Waiting, words.unseen),
        Some(_) => Tag::of(Tone::Good, words.seen),
    };
    vec![
        leading(moment(&alert.created_at, lang), known_by(&alert.case, numbers), href, alert.barred, lang),
        Cell::Whole(place(&alert.region)),
        Cell::Tag(tag),
    ]
}

fn row_of_review(case: &ReviewCase, caller: &Caller, place: &Place<'_>, lang: Lang) -> Vec<Cell> {
    let (text, href) = (terms::purpose(&case.purpose, lang), format!("/cases/{}/reviews", case.case));
    vec![
        match caller.sees_answers() {
            true => leading(text, &case.number, href, case.barred, lang),
            false => Cell::Named(text, case.number.clone()),
        },
        Cell::Whole(moment(&case.since, lang)),
        Cell::Whole(place(&case.region)),
        Cell::Whole(case.held.to_string()),
    ]
}

fn row_of_approval(asked: &ApprovalSummary, numbers: &Numbers, lang: Lang) -> Vec<Cell> {
    let href = format!("/approvals/{}", asked.id);
    vec![
        leading(terms::approval(asked.kind, lang).to_owned(), known_by(&asked.case, numbers), href, asked.barred, lang),
        Cell::Text(asked.asked_by.clone()),
        Cell::Whole(moment(&asked.asked_at, lang)),
        Cell::Whole(moment(&asked.lapses_at, lang)),
        Cell::Tag(approval_tag(asked, lang)),
    ]
}

/// Where something stands that takes a second person.
pub(super) fn approval_tag(asked: &ApprovalSummary, lang: Lang) -> Tag {
    let words = HomeWords::of(lang);
    match (asked.status.as_str(), asked.may_agree) {
        ("open", true) => Tag::of(Tone::Active, words.yours),
        ("open", false) => Tag::of(Tone::Plain, words.of_others),
        (status, _) => terms::approval_status(status, lang),
    }
}

fn row_of_callback(callback: &GivenUp, lang: Lang) -> Vec<Cell> {
    vec![
        Cell::Named(terms::topic(callback.topic, lang).to_owned(), callback.about.clone()),
        Cell::Text(callback.client.clone()),
        Cell::Whole(moment(&callback.created_at, lang)),
        Cell::Whole(callback.attempts.to_string()),
    ]
}
