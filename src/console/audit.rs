//! The log for auditors: what is found in it (`search`), one entry with its proof (`entry`), one person's trail (`subjects`), what stands out
//! (`findings`), and whether it is whole (`verify`). Every look at it is an entry, as under `/v1/audit`.

mod entry;
mod findings;
mod rows;
mod search;
mod subjects;
mod verify;

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

pub(super) use self::entry::show as entry;
pub(super) use self::findings::{acknowledge, finding, list as findings};
pub(super) use self::search::{export, search};
pub(super) use self::subjects::{ask as ask_subject, trail};
pub(super) use self::verify::{begin as begin_check, show as verify};
use super::parts::{Tab, Tabs};
use super::user::ConsoleUser;
use super::words::audit::AuditWords;
use crate::auth::Permission;
use crate::household::Lang;
use crate::oversight::ExportForm;

/// A part of the log's pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Search,
    Person,
    Findings,
    Verify,
}

/// The parts that somebody may see, as tabs.
fn tabs(user: &ConsoleUser, here: Part) -> Tabs {
    let words = AuditWords::of(user.frame.lang);
    let parts = [
        (Part::Search, "/audit", words.search, Permission::ReadLog),
        (Part::Person, "/audit/subjects", words.person, Permission::TraceSubject),
        (Part::Findings, "/audit/findings", words.findings, Permission::ReadLog),
        (Part::Verify, "/audit/verify", words.verify, Permission::ReadLog),
    ];
    let tabs = parts.into_iter().filter(|(.., needs)| user.caller.may(*needs));
    let tab = |(part, href, text, _): (Part, &str, &'static str, Permission)| Tab {
        href: href.to_owned(),
        text,
        count: None,
        here: part == here,
    };
    Tabs { label: words.parts, tabs: tabs.map(tab).collect() }
}

/// In which form entries leave as a file.
fn export_form(user: &ConsoleUser, code: &str) -> Option<ExportForm> {
    match code {
        "csv" => Some(ExportForm::Csv { english: user.frame.lang == Lang::En }),
        "jsonl" => Some(ExportForm::Jsonl),
        _ => None,
    }
}

/// A file to be kept under a name.
fn file(form: ExportForm, name: &str, contents: Body) -> Response {
    let (kind, ending) = match form {
        ExportForm::Csv { .. } => ("text/csv; charset=utf-8", "csv"),
        ExportForm::Jsonl => ("application/x-ndjson", "jsonl"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, contents).into_response()
}
