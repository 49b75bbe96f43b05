//! Whether the log is whole: how its checkpoints go together, and the whole tree hashed again while the service runs. What is not checked here is
//! said, with the command that checks it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{Part, rows, tabs};
use crate::auth::Permission;
use crate::console::assets;
use crate::console::forms::Sent;
use crate::console::frame::Frame;
use crate::console::parts::{Cell, Column, Entry, Errors, Field, Summary, Table, Tabs, Tag, Tone};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::audit::{AuditWords, checked, entries, more_faults};
use crate::console::written::{instant, moment};
use crate::household::Lang;
use crate::oversight::{Check, CheckFault, CheckOutcome, Standing};

/// What checks the rest, on another machine.
const OFFLINE: &str = "hedui audit verify --data COPY --log-key \"$(cat service.log-key)\" --checkpoint kept.checkpoint --witness-key \"$(cat witness.key)\"";

#[derive(Template)]
#[template(path = "console/audit_verify.html")]
struct VerifyPage<'a> {
    frame: &'a Frame,
    words: &'static AuditWords,
    form_token: &'a str,
    live: Option<&'static str>,
    tabs: Tabs,
    errors: Errors,
    standing: Option<(Summary, Table, String)>,
    check: Option<Shown>,
    kept: Field,
    offline: &'static str,
}

/// A check, as it is shown.
struct Shown {
    heading: &'static str,
    summary: Summary,
    /// Entries read, and of how many, while it goes on.
    progress: Option<(u64, u64)>,
    failed: bool,
    faults: Option<Table>,
    more: Option<String>,
}

pub(in crate::console) async fn show(State(console): State<Console>, user: ConsoleUser) -> Response {
    let shown = async {
        user.permit(&console, Permission::ReadLog, "GET /audit/verify").await?;
        page(&console, &user, String::new(), None).await
    };
    shown.await.unwrap_or_else(|refused: Response| refused)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct CheckForm {
    kept: String,
}

pub(in crate::console) async fn begin(State(console): State<Console>, sent: Sent<CheckForm>) -> Response {
    let Sent { user, fields } = sent;
    let begun = async {
        let caller = user.permit(&console, Permission::ReadLog, "POST /audit/verify").await?;
        let words = AuditWords::of(user.frame.lang);
        let kept = as_note(&fields.kept);
        let oversight = &console.0.oversight;
        if kept.as_deref().is_some_and(|note| oversight.is_own_checkpoint(note).is_err()) {
            return page(&console, &user, fields.kept, Some(words.kept_wrong)).await;
        }
        let begun = oversight.begin_check(&caller, kept).await.map_err(|error| user.frame.failed(&error))?;
        match begun || fields.kept.trim().is_empty() {
            true => Ok(Redirect::to("/audit/verify").into_response()),
            // somebody else's is under way: what was pasted is not held against the log by it
            false => page(&console, &user, fields.kept, Some(words.check_other)).await,
        }
    };
    begun.await.unwrap_or_else(|refused: Response| refused)
}

/// A checkpoint as it was pasted: lines as a note has them.
fn as_note(pasted: &str) -> Option<String> {
    let text = pasted.replace("\r\n", "\n");
    let text = text.trim();
    (!text.is_empty()).then(|| format!("{text}\n"))
}

async fn page(
    console: &Console,
    user: &ConsoleUser,
    kept: String,
    error: Option<&'static str>,
) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = AuditWords::of(lang);
    let standing = console.0.oversight.standing().await.map_err(|error| frame.failed(&error))?;
    let check = console.0.oversight.last_check();
    let goes_on = check.as_ref().is_some_and(|check| check.outcome.is_none());
    let kept = Field {
        hint: Some(words.kept_hint),
        value: kept,
        entry: Entry::Area,
        error: error.map(Into::into),
        ..Field::line(frame.words, "kept", words.kept)
    };
    let page = VerifyPage {
        frame,
        words,
        form_token: frame.form_token(),
        live: goes_on.then(|| assets::LIVE.path.as_str()),
        tabs: tabs(user, Part::Verify),
        errors: Errors::of(frame.words, [&kept]),
        standing: standing.map(|standing| stands(standing, words, lang)),
        check: check.map(|check| shown(check, words, lang)),
        kept,
        offline: OFFLINE,
    };
    Ok(frame.page(if error.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &page))
}

fn stands(standing: Standing, words: &'static AuditWords, lang: Lang) -> (Summary, Table, String) {
    let published = standing.published.map_or_else(
        || Cell::Text(words.not_published.to_owned()),
        |(size, at)| Cell::Tagged(moment(&at.to_string(), lang), Tag::of(Tone::Plain, entries(lang, size))),
    );
    let grew = match standing.grew_only {
        true => Tag::of(Tone::Good, format!("✓ {}", words.grew_yes)),
        false => Tag::of(Tone::Bad, format!("✕ {}", words.grew_no)),
    };
    let summary = Summary {
        lines: vec![
            (words.origin, Cell::Text(standing.origin)),
            (words.size, Cell::Whole(standing.size.to_string())),
            (words.root, Cell::Text(standing.root)),
            (words.published, published),
            (words.grew, Cell::Tag(grew)),
        ],
    };
    let row = |witness: crate::oversight::Witnessed| {
        vec![
            Cell::Text(witness.name),
            Cell::Whole(moment(&witness.at.to_string(), lang)),
            Cell::Whole(witness.size.to_string()),
        ]
    };
    let witnesses = Table {
        caption: words.witnesses,
        columns: vec![Column::text(words.witnesses), Column::text(words.at), Column::figures(words.size)],
        rows: standing.witnesses.into_iter().map(row).collect(),
        nothing: words.no_witness,
        wide: false,
    };
    (summary, witnesses, standing.note)
}

fn shown(check: Check, words: &'static AuditWords, lang: Lang) -> Shown {
    let mut lines = vec![
        (words.by, Cell::Text(check.by)),
        (words.began, Cell::Whole(instant(&check.began.to_string(), lang))),
        (words.entry, Cell::Link(check.logged_as.to_string(), rows::address(check.logged_as))),
    ];
    let held = if check.with_kept { words.with_kept } else { words.without_kept };
    lines.push((words.kept_held, Cell::Text(held.to_owned())));
    let (mut faults, mut more, mut failed, mut heading) = (None, None, false, words.last);
    let progress = check.outcome.is_none().then_some((check.read.min(check.of), check.of));
    match check.outcome {
        None => heading = words.under_way,
        Some(CheckOutcome::Failed) => {
            failed = true;
            lines.push((words.outcome, Cell::Tag(Tag::of(Tone::Waiting, words.failed))));
        }
        Some(CheckOutcome::Made { ended, size, root, checkpoints, cosigned, faults: found, more_faults: others }) => {
            let outcome = match found.is_empty() {
                true => Tag::of(Tone::Good, format!("✓ {}", words.whole)),
                false => Tag::of(Tone::Bad, format!("✕ {}", words.altered)),
            };
            lines.push((words.ended, Cell::Whole(instant(&ended.to_string(), lang))));
            lines.push((words.outcome, Cell::Tag(outcome)));
            lines.push((words.checked, Cell::Text(checked(lang, size, checkpoints, cosigned))));
            lines.push((words.root, Cell::Text(root)));
            faults = (!found.is_empty()).then(|| table(&found, words));
            more = (others > 0).then(|| more_faults(lang, others));
        }
    }
    Shown { heading, summary: Summary { lines }, progress, failed, faults, more }
}

fn table(faults: &[CheckFault], words: &'static AuditWords) -> Table {
    let row = |fault: &CheckFault| {
        vec![Cell::Link(fault.index.to_string(), rows::address(fault.index)), Cell::Text(fault.what.clone())]
    };
    Table {
        caption: words.faults,
        columns: vec![Column::figures(words.index), Column::text(words.faults)],
        rows: faults.iter().map(row).collect(),
        nothing: words.whole,
        wide: false,
    }
}
