//! A report to read and print, in its copies, and its receipt: the documents that `/v1` serves, with a bar above them.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::assets;
use super::notices::Notice;
use super::path::Named;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::frame::FrameWords;
use super::words::reports::{ReportWords, copy as copy_words};
use crate::auth::{Caller, Permission};
use crate::config::Disclosure;
use crate::household::Lang;
use crate::report::disclosure::ReportCopy;
use crate::report::render::html::{Bar, Link};
use crate::verification::{DecideError, ReceiptForm, ReportForm, ReportTerms};

/// What the address says beside the case.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    version: Option<u32>,
    #[serde(default)]
    copy: Option<String>,
}

/// The address of a case's document.
fn address(id: &str, page: &str, version: Option<u32>, copy: ReportCopy) -> String {
    let version = version.map(|number| format!("version={number}"));
    let copy = (copy != ReportCopy::Officer).then(|| format!("copy={}", copy.as_str()));
    let query: Vec<_> = version.into_iter().chain(copy).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("/cases/{id}/{page}{query}")
}

/// A bar without the links that are a document's own.
fn bar(user: &ConsoleUser, id: &str, style: &'static str) -> Bar {
    let words = ReportWords::of(user.frame.lang);
    let back = match user.caller.may(Permission::ReadCase) {
        true => Link::to(format!("/cases/{id}"), words.back),
        false => Link::to("/approvals".to_owned(), words.back_to_approvals),
    };
    Bar {
        label: words.bar,
        back,
        forms: Vec::new(),
        links: vec![Link::to(user.frame.switch.clone(), FrameWords::of(user.frame.lang).other_language)],
        print: words.print,
        hint: words.print_hint,
        script: &assets::PRINT.path,
        style,
    }
}

/// Above a report: its copies, as far as the caller may have them, and what else there is of it.
fn report_bar(user: &ConsoleUser, caller: &Caller, id: &str, version: Option<u32>, shown: ReportCopy) -> Bar {
    let lang = user.frame.lang;
    let words = ReportWords::of(lang);
    let whole = caller.disclosure == Disclosure::Full;
    let offered = ReportCopy::ALL.into_iter().filter(|copy| whole || *copy != ReportCopy::Applicant);
    let form =
        |copy| Link { href: address(id, "report", version, copy), text: copy_words(copy, lang), here: copy == shown };
    let mut bar = bar(user, id, &assets::REPORT_SHEET.path);
    let mut links = Vec::new();
    if whole && shown != ReportCopy::Notice {
        links.push(Link::to("#declared".to_owned(), words.declared));
    }
    if whole && caller.may(Permission::ReadCase) {
        links.push(Link::to(format!("/cases/{id}/versions"), words.versions));
    }
    if user.caller.may(Permission::FetchReport) {
        links.push(Link::to(address(id, "receipt", version, ReportCopy::Officer), words.receipt));
    }
    bar.forms = offered.map(form).collect();
    bar.links.splice(0..0, links);
    bar
}

pub(super) async fn report(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    opened(&console, &user, &id, query).await.unwrap_or_else(|refused: Response| refused)
}

async fn opened(
    console: &Console,
    user: &ConsoleUser,
    id: &str,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Response> {
    let frame = &user.frame;
    // an auditor reads what an inspection was granted for
    let inspects = user.caller.may(Permission::Inspect);
    let permission = if inspects { Permission::Inspect } else { Permission::OpenReport };
    let caller = user.permit(console, permission, "GET /cases/{id}/report").await?;
    let Query(wanted) = query.map_err(|_| frame.notice(Notice::NotFound))?;
    let copy = wanted.copy.as_deref().map_or(Some(ReportCopy::Officer), ReportCopy::parse);
    let copy = copy.ok_or_else(|| frame.notice(Notice::NotFound))?;
    if copy == ReportCopy::Applicant && caller.disclosure != Disclosure::Full {
        return Err(user.could_not(console, &caller, DecideError::Undisclosed).await);
    }
    let bar = report_bar(user, &caller, id, wanted.version, copy);
    let form = ReportForm::Html { english: frame.lang == Lang::En };
    let terms = ReportTerms { version: wanted.version, form, copy, bar: Some(&bar) };
    let page = console.0.verifier.report_on(&caller, id, terms).await.map_err(|error| frame.failed(&error))?;
    Ok(frame.document(page))
}

pub(super) async fn receipt(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Response {
    handed_out(&console, &user, &id, query).await.unwrap_or_else(|refused: Response| refused)
}

async fn handed_out(
    console: &Console,
    user: &ConsoleUser,
    id: &str,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Response> {
    let frame = &user.frame;
    let caller = user.permit(console, Permission::FetchReport, "GET /cases/{id}/receipt").await?;
    let Query(Wanted { version, .. }) = query.map_err(|_| frame.notice(Notice::NotFound))?;
    let mut bar = bar(user, id, &assets::RECEIPT_SHEET.path);
    if user.caller.may(Permission::OpenReport) {
        let href = address(id, "report", version, ReportCopy::Officer);
        bar.links.insert(0, Link::to(href, ReportWords::of(frame.lang).report));
    }
    let form = ReceiptForm::Html { english: frame.lang == Lang::En };
    let page = console.0.verifier.receipt(&caller, id, version, form, Some(&bar)).await;
    Ok(frame.document(page.map_err(|error| frame.failed(&error))?))
}
