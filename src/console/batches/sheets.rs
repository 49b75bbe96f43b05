//! What came of a batch, a page at a time: results, what changed, referrals, faults of rows; and the same as files.

use askama::Template;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::auth::{Caller, Permission};
use crate::bulk::file::RowFault;
use crate::bulk::{BulkError, ChangesForm, ChangesWanted, ResultsForm, Sheet, SheetPage, SheetRow, faults_csv};
use crate::config::Disclosure;
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Column, Pages, Table, Tabs};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::batches::{BatchWords, unchanged};
use crate::console::words::terms;
use crate::console::written::day;
use crate::household::{Fen, Lang};
use crate::report::render::amounts::{ends, not_known, yuan};
use crate::verification::DecideError;

/// Columns that are not shown as the sheet has them.
const STATUS: &str = "status";
const SO_FAR: &str = "per_head_monthly_so_far";
const DUE: &str = "due";

/// Faults on a page.
const FAULTS: usize = 50;

#[derive(Default, Deserialize)]
pub(in crate::console) struct SheetQuery {
    /// Where the page begins: after this row.
    #[serde(default)]
    after: u64,
}

#[derive(Template)]
#[template(path = "console/batch_sheet.html")]
struct SheetTemplate<'a> {
    frame: &'a Frame,
    words: &'static BatchWords,
    title: &'static str,
    about: &'static str,
    tabs: Tabs,
    table: Table,
    /// Households of which no change is told, and why.
    unchanged: Option<String>,
    left_out: u64,
    pages: Pages,
    /// Addresses of the same as files.
    exports: Vec<(String, &'static str)>,
}

type Given = Result<Query<SheetQuery>, QueryRejection>;

/// Which of a batch's pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Results,
    Changes,
    Referrals,
    Faults,
}

impl Kind {
    fn key(self) -> &'static str {
        match self {
            Self::Results => "results",
            Self::Changes => "changes",
            Self::Referrals => "referrals",
            Self::Faults => "faults",
        }
    }

    fn parse(key: &str) -> Option<Self> {
        [Self::Results, Self::Changes, Self::Referrals, Self::Faults].into_iter().find(|kind| kind.key() == key)
    }

    /// Whoever may see it, as under `/v1`.
    async fn permit(self, console: &Console, user: &ConsoleUser, page: &str) -> Result<Caller, Response> {
        match self {
            Self::Faults => user.permit(console, Permission::ReadBatches, page).await,
            Self::Results | Self::Referrals => user.permit(console, Permission::OpenReport, page).await,
            Self::Changes => {
                let caller = user.permit(console, Permission::OpenReport, page).await?;
                match caller.clone().at(Disclosure::Full) {
                    Some(caller) => Ok(caller),
                    None => Err(user.could_not(console, &caller, DecideError::Undisclosed).await),
                }
            }
        }
    }

    /// The page, as refusals name it.
    fn page(self) -> &'static str {
        match self {
            Self::Results => "/batches/{batch}/results",
            Self::Changes => "/batches/{batch}/changes",
            Self::Referrals => "/batches/{batch}/referrals",
            Self::Faults => "/batches/{batch}/faults",
        }
    }

    fn words(self, words: &'static BatchWords) -> (&'static str, &'static str) {
        match self {
            Self::Results => (words.results, words.results_about),
            Self::Changes => (words.changes, words.changes_about),
            Self::Referrals => (words.referrals, words.referrals_about),
            Self::Faults => (words.faults, words.faults_about),
        }
    }
}

pub(in crate::console) async fn results(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Given,
) -> Response {
    shown(&console, &user, &id, Kind::Results, query).await.unwrap_or_else(|refused| refused)
}

pub(in crate::console) async fn changes(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Given,
) -> Response {
    shown(&console, &user, &id, Kind::Changes, query).await.unwrap_or_else(|refused| refused)
}

pub(in crate::console) async fn referrals(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Given,
) -> Response {
    shown(&console, &user, &id, Kind::Referrals, query).await.unwrap_or_else(|refused| refused)
}

pub(in crate::console) async fn faults(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Given,
) -> Response {
    shown(&console, &user, &id, Kind::Faults, query).await.unwrap_or_else(|refused| refused)
}

async fn shown(
    console: &Console,
    user: &ConsoleUser,
    id: &str,
    kind: Kind,
    query: Given,
) -> Result<Response, Response> {
    let (frame, lang, bulk) = (&user.frame, user.frame.lang, &console.0.bulk);
    let words = BatchWords::of(lang);
    let Ok(Query(SheetQuery { after })) = query else { return Err(frame.notice(Notice::NotFound)) };
    let caller = kind.permit(console, user, kind.page()).await?;
    let failed = |error: BulkError| user.no_batch(&error);
    let batch = bulk.status(&caller, id).await.map_err(failed)?;
    let mut why_not = None;
    let (table, next, left_out) = match kind {
        Kind::Faults => {
            let faults = bulk.faults(&caller, id).await.map_err(failed)?;
            let (from, all) = (usize::try_from(after).unwrap_or(usize::MAX), faults.len());
            let next = from.saturating_add(FAULTS);
            let page = faults.iter().skip(from).take(FAULTS);
            (table_of_faults(page, words, lang), (next < all).then_some(next as u64), 0)
        }
        Kind::Changes => {
            let page = bulk.changes_page(&caller, id, after, lang).await.map_err(failed)?;
            why_not = unchanged(page.unchanged, lang);
            (table_of(&page.sheet, kind, words, lang), page.sheet.next, page.sheet.left_out)
        }
        Kind::Results | Kind::Referrals => {
            let sheet = if kind == Kind::Results { Sheet::Households } else { Sheet::Referrals };
            let page = bulk.sheet_page(&caller, id, sheet, after, lang).await.map_err(failed)?;
            (table_of(&page, kind, words, lang), page.next, page.left_out)
        }
    };
    let (title, about) = kind.words(words);
    let at = |form: &str| format!("/batches/{}/export?sheet={}&form={form}", batch.id, kind.key());
    let jsonl = (kind != Kind::Faults).then(|| (at("jsonl"), words.export_jsonl));
    let here = format!("/batches/{}/{}", batch.id, kind.key());
    let page = SheetTemplate {
        frame,
        words,
        title,
        about,
        tabs: super::tabs(&user.caller, &batch, Some(kind.key()), words),
        table,
        unchanged: why_not,
        left_out,
        pages: Pages {
            words: frame.words,
            first: (after > 0).then(|| here.clone()),
            next: next.map(|next| format!("{here}?after={next}")),
        },
        exports: std::iter::once((at("csv"), words.export_csv)).chain(jsonl).collect(),
    };
    Ok(frame.page(StatusCode::OK, &page))
}

/// Columns of a sheet that a page shows: what each is called, and what the sheet calls it.
fn columns(kind: Kind, words: &'static BatchWords) -> (Vec<(&'static str, &'static str, bool)>, &'static str) {
    match kind {
        Kind::Results => (
            vec![
                (words.household_state, STATUS, false),
                (words.outcome, "outcome", false),
                (words.certainty, "certainty", false),
                (words.per_head, SO_FAR, true),
                (words.silent, "silent", false),
                (words.standard, "standard_monthly", true),
                (words.held, "reviews_open", true),
                (words.due, DUE, false),
            ],
            words.results_none,
        ),
        Kind::Changes => (
            vec![
                (words.what, "name", false),
                (words.before, "before", false),
                (words.after, "after", false),
                (words.why, "reason", false),
                (words.hearing, "hearing", false),
            ],
            words.changes_none,
        ),
        Kind::Referrals => (
            vec![
                (words.programme, "programme", false),
                (words.certainty, "certainty", false),
                (words.people, "people", false),
                (words.office, "office", false),
                (words.why, "why", false),
            ],
            words.referrals_none,
        ),
        Kind::Faults => (Vec::new(), words.faults_none),
    }
}

/// What is known so far, and between what it lies where that is not settled: a department that is silent is no zero.
fn so_far(page: &SheetPage, row: &SheetRow, words: &'static BatchWords, lang: Lang) -> String {
    let amount = |column| page.cell(row, column).parse::<Fen>().ok();
    let Some(so_far) = amount(SO_FAR).map(yuan) else { return String::new() };
    let (least, most) = (amount("per_head_monthly_at_least"), amount("per_head_monthly_at_most"));
    if most.is_some() && least == most {
        return so_far;
    }
    if least.is_none() && most.is_none() && amount(SO_FAR) == Some(Fen::ZERO) {
        return not_known(lang).to_owned();
    }
    let range = ends(least, most, words.open);
    match lang {
        Lang::Zh => format!("{so_far}（{range}）"),
        Lang::En => format!("{so_far} ({range})"),
    }
}

fn table_of(page: &SheetPage, kind: Kind, words: &'static BatchWords, lang: Lang) -> Table {
    let (columns, nothing) = columns(kind, words);
    let row = |row: &SheetRow| {
        let (reference, href) = (page.cell(row, "reference"), format!("/cases/{}", row.case));
        let household = match reference {
            "" => Cell::Link(row.number.clone(), href),
            reference => Cell::NamedLink { text: reference.to_owned(), id: row.number.clone(), href },
        };
        let cells = columns.iter().map(|(_, name, figures)| {
            let text = match *name {
                STATUS => terms::state(row.state, lang).to_owned(),
                SO_FAR => so_far(page, row, words, lang),
                DUE => page.cell(row, DUE).parse().map_or_else(|_| String::new(), |date| day(date, lang)),
                _ => page.cell(row, name).to_owned(),
            };
            if *figures || *name == DUE { Cell::Whole(text) } else { Cell::Text(text) }
        });
        std::iter::once(household).chain(cells).collect()
    };
    let headings = columns.iter().map(|(heading, _, figures)| match figures {
        true => Column::figures(*heading),
        false => Column::text(*heading),
    });
    Table {
        caption: kind.words(words).0,
        columns: std::iter::once(Column::text(words.household)).chain(headings).collect(),
        rows: page.rows.iter().map(row).collect(),
        nothing,
        wide: true,
    }
}

fn table_of_faults<'a>(faults: impl Iterator<Item = &'a RowFault>, words: &'static BatchWords, lang: Lang) -> Table {
    let row = |fault: &RowFault| {
        vec![
            Cell::Whole(fault.line.to_string()),
            Cell::Text(fault.column.clone()),
            Cell::Text(lang.pick(&fault.detail_zh, &fault.detail).to_owned()),
            Cell::Text(lang.pick(&fault.remedy_zh, &fault.remedy).to_owned()),
        ]
    };
    let texts = [words.column, words.fault, words.remedy].map(Column::text);
    Table {
        caption: words.faults,
        columns: std::iter::once(Column::figures(words.line)).chain(texts).collect(),
        rows: faults.map(row).collect(),
        nothing: words.faults_none,
        wide: false,
    }
}

#[derive(Deserialize)]
pub(in crate::console) struct ExportQuery {
    sheet: String,
    form: String,
}

/// A sheet as a file, as the interface gives it.
pub(in crate::console) async fn export(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Response {
    let file = async {
        let missing = || user.frame.notice(Notice::NotFound);
        let query = query.ok().map(|Query(query)| query).ok_or_else(missing)?;
        let kind = Kind::parse(&query.sheet).ok_or_else(missing)?;
        let csv = match query.form.as_str() {
            "csv" => true,
            "jsonl" if kind != Kind::Faults => false,
            _ => return Err(missing()),
        };
        let caller = kind.permit(&console, &user, "/batches/{batch}/export").await?;
        written(&console, &user, &caller, &id, kind, csv).await
    };
    file.await.unwrap_or_else(|refused| refused)
}

async fn written(
    console: &Console,
    user: &ConsoleUser,
    caller: &Caller,
    id: &str,
    kind: Kind,
    csv: bool,
) -> Result<Response, Response> {
    let bulk = &console.0.bulk;
    let english = user.frame.lang == Lang::En;
    let failed = |error: BulkError| user.no_batch(&error);
    let form = if csv { ResultsForm::Csv { english } } else { ResultsForm::Ndjson };
    let contents = match kind {
        Kind::Faults => {
            let faults = bulk.faults(caller, id).await.map_err(failed)?;
            Body::from(faults_csv(&faults, english))
        }
        Kind::Changes => {
            let form = if csv { ChangesForm::Csv { english } } else { ChangesForm::Ndjson };
            let wanted = ChangesWanted { form, for_passing_on: false };
            Body::from_stream(bulk.changes(caller, id, wanted).await.map_err(failed)?.pieces)
        }
        Kind::Results => {
            Body::from_stream(bulk.results(caller, id, Sheet::Households, form).await.map_err(failed)?.pieces)
        }
        Kind::Referrals => {
            Body::from_stream(bulk.results(caller, id, Sheet::Referrals, form).await.map_err(failed)?.pieces)
        }
    };
    let (media_type, end) = if csv { ("text/csv; charset=utf-8", "csv") } else { ("application/x-ndjson", "jsonl") };
    // The batch was found by this id: it is one, and safe in a header.
    let name = format!("attachment; filename=\"{id}-{}.{end}\"", kind.key());
    let headers = [(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, contents).into_response())
}
