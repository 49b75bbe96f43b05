//! One entry of the log in words, with the proof that it is there, checked as it is shown.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::rows;
use crate::audit::Label;
use crate::auth::{Caller, Permission};
use crate::console::frame::Frame;
use crate::console::notices::Notice;
use crate::console::parts::{Cell, Summary};
use crate::console::path::Named;
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::audit::{AuditWords, capacity, heading, sentence};
use crate::console::words::terms;
use crate::console::written::instant;
use crate::household::{AnswerKind, Lang, LegalBasisKind};
use crate::oversight::Entry;
use crate::report::text;

#[derive(Template)]
#[template(path = "console/audit_entry.html")]
struct EntryPage<'a> {
    frame: &'a Frame,
    words: &'static AuditWords,
    title: String,
    sentence: String,
    readable: bool,
    summary: Summary,
    case: Option<String>,
    holds: bool,
    leaf_hash: String,
    /// The proof and its checkpoint, in the form that other programs read.
    proof: String,
    command: String,
}

pub(in crate::console) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(index): Named,
) -> Response {
    shown(&console, &user, &index).await.unwrap_or_else(|refused: Response| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, index: &str) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let caller = user.permit(console, Permission::ReadLog, "GET /audit/entries/{n}").await?;
    let index: u64 = index.parse().map_err(|_| frame.notice(Notice::NotFound))?;
    let oversight = &console.0.oversight;
    let entry = oversight.entry(&caller, index).await.map_err(|error| frame.failed(&error))?;
    let proof = oversight.inclusion(index, false).await.map_err(|error| frame.failed(&error))?;
    let words = AuditWords::of(lang);
    let what = rows::action(&entry, lang);
    let outcome = rows::outcome(&entry, lang).text;
    let when = instant(&entry.at, lang);
    let page = EntryPage {
        frame,
        words,
        title: heading(lang, index, &what),
        sentence: sentence(lang, [&entry.actor.subject, capacity(&entry.actor.role, lang), &when, &what, &outcome]),
        readable: entry.readable,
        summary: summary(&entry, organisation(&entry, &caller), words, lang),
        case: entry.case.as_ref().map(|case| format!("/audit?case={case}")),
        holds: oversight.holds(&proof),
        leaf_hash: entry.leaf_hash.clone(),
        proof: proof.proof.to_text(),
        command: format!("hedui audit prove {index}"),
    };
    Ok(frame.page(StatusCode::OK, &page))
}

/// The organisation of whoever did it: by its name where the caller oversees it, else as the log has it.
fn organisation(entry: &Entry, caller: &Caller) -> Cell {
    let label = &entry.actor.organisation;
    let overseen = caller.overseen().into_iter().flatten().chain([caller.organisation.clone()]);
    match overseen.into_iter().find(|name| name != label && Label::of_name(name).as_str() == label) {
        Some(name) => Cell::Named(name, label.clone()),
        None => Cell::Text(label.clone()),
    }
}

fn summary(entry: &Entry, organisation: Cell, words: &'static AuditWords, lang: Lang) -> Summary {
    let basis = |code: &str| serde_json::from_value::<LegalBasisKind>(code.into()).ok();
    let known = |found: Option<&str>, code: &str| found.unwrap_or(code).to_owned();
    let mut lines = vec![
        (words.at, Cell::Whole(instant(&entry.at, lang))),
        (words.kind, Cell::Named(rows::action(entry, lang), entry.kind.clone())),
        (words.outcome, Cell::Tag(rows::outcome(entry, lang))),
        (words.actor, Cell::Text(entry.actor.subject.clone())),
        (words.role, Cell::Text(capacity(&entry.actor.role, lang).to_owned())),
        (words.organisation, organisation),
    ];
    let optional = [
        (words.about_case, entry.case.clone()),
        (words.case_organisation, entry.case_organisation.clone()),
        (words.region, entry.region.clone()),
        (words.version, entry.version.map(|version| version.to_string())),
        (words.about_batch, entry.batch.clone()),
        (words.about_finding, entry.finding.clone()),
        (words.member, entry.member.clone()),
        (words.subject, entry.subject.clone()),
        (words.purpose, entry.purpose.as_deref().map(|code| terms::purpose(code, lang))),
        (
            words.basis,
            entry.basis.as_deref().map(|code| known(basis(code).map(|basis| text::legal_basis(basis, lang)), code)),
        ),
        (words.authorisation, entry.authorisation.clone()),
        (words.source, entry.source.clone()),
        (
            words.answer,
            entry
                .answer
                .as_deref()
                .map(|code| known(AnswerKind::parse(code).map(|kind| text::answer(kind, lang)), code)),
        ),
        (words.count, entry.count.map(|count| count.to_string())),
        (words.detail, entry.detail_sha256.clone()),
    ];
    lines.extend(optional.into_iter().filter_map(|(term, value)| Some((term, Cell::Text(value?)))));
    lines.push((words.id, Cell::Text(entry.id.clone())));
    Summary { lines }
}
