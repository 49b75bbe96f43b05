//! The form: two files or one, the model, the way, what for. It is received whole, within bounds, and matched afterwards.

use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::auth::Permission;
use crate::console::forms::{Broken, File, Parts, SentParts};
use crate::console::frame::Frame;
use crate::console::parts::{Banner, Cell, Column, Entry, Errors, Field, Table, Tag, Tone};
use crate::console::state::Console;
use crate::console::user::ConsoleUser;
use crate::console::words::link::{LinkWords, fault, standing};
use crate::console::written::moment;
use crate::identity::model::ModelFaults;
use crate::linkage::LinkageModel;
use crate::linkage::model::Field as ModelField;
use crate::rosters::{Busy, Ended, MOST_BYTES, MOST_MODEL_BYTES, NotTaken, Run, Sent, SentFile};
use crate::verification::MOST_REASON;

const PAGE: &str = "/link";
const ROSTER: &str = ".csv,text/csv";

#[derive(Default, Deserialize)]
pub(in crate::console) struct AskQuery {
    #[serde(default)]
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/link.html")]
struct AskPage<'a> {
    frame: &'a Frame,
    words: &'static LinkWords,
    done: Option<Banner>,
    errors: Errors,
    fields: Vec<Field>,
    model_faults: Vec<String>,
    columns: Table,
    runs: Option<Table>,
    /// This person's run that another one waits for.
    under_way: Option<String>,
}

impl AskPage<'_> {
    /// What its form carries.
    fn form_token(&self) -> &str {
        self.frame.form_token()
    }
}

/// What the form says beside its files.
#[derive(Default)]
struct Form {
    one_to_one: bool,
    reason: String,
}

/// What is wrong with a form.
#[derive(Default)]
struct Wrong {
    left: Option<Cow<'static, str>>,
    right: Option<Cow<'static, str>>,
    model: Option<Cow<'static, str>>,
    reason: Option<Cow<'static, str>>,
    model_faults: Vec<String>,
    own_is_under_way: bool,
}

impl Wrong {
    fn busy(why: Busy, words: &'static LinkWords) -> Self {
        let text = match why {
            Busy::Own => words.busy_own,
            Busy::Waiting => words.busy_waiting,
            Busy::Full => words.busy_full,
        };
        Self { own_is_under_way: why == Busy::Own, ..Self::left(text) }
    }

    fn left(text: &'static str) -> Self {
        Self { left: Some(text.into()), ..Self::default() }
    }

    fn model(faults: &ModelFaults, words: &'static LinkWords) -> Self {
        let lines = faults
            .faults
            .iter()
            .map(|fault| format!("{}:{}: {}: {}", faults.file, fault.line, fault.key, fault.message));
        Self { model: Some(words.model_wrong.into()), model_faults: lines.collect(), ..Self::default() }
    }
}

fn page(console: &Console, user: &ConsoleUser, form: &Form, wrong: Wrong, done: Option<Banner>) -> Response {
    let frame = &user.frame;
    let words = LinkWords::of(frame.lang);
    let Wrong { left, right, model, reason, model_faults, own_is_under_way } = wrong;
    let file = |name, label, hint, accept, error| Field {
        hint: Some(hint),
        entry: Entry::File(accept),
        error,
        ..Field::line(frame.words, name, label)
    };
    let fields = vec![
        file("left", words.left, words.left_hint, ROSTER, left),
        file("right", words.right, words.right_hint, ROSTER, right),
        Field {
            hint: Some(words.one_to_one_hint),
            entry: Entry::Tick,
            value: if form.one_to_one { "yes".into() } else { String::new() },
            ..Field::line(frame.words, "one_to_one", words.one_to_one)
        },
        file("model", words.model, words.model_hint, ".toml", model),
        Field {
            hint: Some(words.reason_hint),
            entry: Entry::Area,
            value: form.reason.clone(),
            error: reason,
            ..Field::line(frame.words, "reason", words.reason)
        },
    ];
    let errors = Errors::of(frame.words, &fields);
    let status = if errors.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let runs = console.0.rosters.of(&user.caller);
    let under_way = runs.iter().find(|run| own_is_under_way && run.ended().is_none()).map(|run| run.id.to_string());
    let runs = (!runs.is_empty()).then(|| own_runs(&runs, words, frame));
    frame.page(
        status,
        &AskPage { frame, words, done, errors, fields, model_faults, columns: columns(words, frame), runs, under_way },
    )
}

/// The columns that the model for people needs.
fn columns(words: &'static LinkWords, frame: &Frame) -> Table {
    let id = vec![Cell::Whole("id".into()), Cell::Text(words.id_column.into())];
    let model = LinkageModel::of_people();
    let fields = model.iter().flat_map(|model| &model.fields);
    let row = |field: &ModelField| {
        let heading = field.headings[0].clone();
        vec![Cell::Whole(heading), Cell::Text(field.kind.said(frame.lang).to_owned())]
    };
    Table {
        caption: words.columns,
        columns: [words.heading, words.holds].map(Column::text).into(),
        rows: std::iter::once(id).chain(fields.map(row)).collect(),
        nothing: "",
        wide: false,
    }
}

/// This person's runs that are still kept.
fn own_runs(runs: &[Arc<Run>], words: &'static LinkWords, frame: &Frame) -> Table {
    let row = |run: &Arc<Run>| {
        let files = run.files.iter().flatten().cloned().collect::<Vec<_>>().join(frame.lang.pick("、", ", "));
        let state = match run.ended() {
            None => Tag::of(Tone::Active, standing(run.standing(), frame.lang)),
            Some(Ended::Linked(_)) => Tag::of(Tone::Good, words.finished),
            Some(_) => Tag::of(Tone::Bad, words.not_finished),
        };
        let begun = moment(&run.begun.to_string(), frame.lang);
        vec![Cell::Link(begun, format!("/link/{}", run.id)), Cell::Text(files), Cell::Tag(state)]
    };
    Table {
        caption: words.runs,
        columns: [words.begun, words.files, words.state].map(Column::text).into(),
        rows: runs.iter().map(row).collect(),
        nothing: "",
        wide: false,
    }
}

pub(in crate::console) async fn ask(
    State(console): State<Console>,
    user: ConsoleUser,
    query: Result<Query<AskQuery>, QueryRejection>,
) -> Response {
    if let Err(refused) = user.permit(&console, Permission::LinkRosters, PAGE).await {
        return refused;
    }
    let words = LinkWords::of(user.frame.lang);
    let deleted = query.ok().and_then(|Query(query)| query.done).filter(|word| word == "deleted");
    let done = deleted.map(|_| Banner {
        label: user.frame.words.success,
        heading: words.deleted,
        text: words.deleted_about.to_owned(),
        done: true,
    });
    page(&console, &user, &Form::default(), Wrong::default(), done)
}

pub(in crate::console) async fn send(State(console): State<Console>, sent: SentParts) -> Response {
    let SentParts { user, mut parts } = sent;
    let caller = match user.permit(&console, Permission::LinkRosters, PAGE).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let words = LinkWords::of(user.frame.lang);
    let mut form = Form::default();
    let place = match console.0.rosters.place(&caller) {
        Ok(place) => place,
        Err(why) => {
            parts.let_go().await;
            return page(&console, &user, &form, Wrong::busy(why, words), None);
        }
    };
    let sent = match receive(&mut form, &mut parts, words).await {
        Ok(sent) => sent,
        Err(wrong) => return page(&console, &user, &form, wrong, None),
    };
    let lang = user.frame.lang;
    match console.0.rosters.begin(&caller, sent, place).await {
        Ok(run) => {
            user.goes_with_session(&console, caller, run);
            Redirect::to(&format!("/link/{run}")).into_response()
        }
        Err(NotTaken::Inside(error)) => user.not_entered(&error),
        Err(NotTaken::Busy(why)) => page(&console, &user, &form, Wrong::busy(why, words), None),
        Err(NotTaken::Model(faults)) => page(&console, &user, &form, Wrong::model(&faults, words), None),
        Err(NotTaken::Rosters(faults)) => {
            let [left, right] = faults.map(|found| found.map(|found| fault(&found, lang).into()));
            page(&console, &user, &form, Wrong { left, right, ..Wrong::default() }, None)
        }
    }
}

/// A file of the form with what it is called there.
enum Received {
    Missing,
    TooLong,
    File(SentFile),
}

/// Receives the form; what is wrong with it is told of all its fields together.
async fn receive(form: &mut Form, parts: &mut Parts, words: &'static LinkWords) -> Result<Sent, Wrong> {
    let mut files = [Received::Missing, Received::Missing, Received::Missing];
    let broken = |_: Broken| Wrong::left(words.broken);
    while let Some(part) = parts.next().await.map_err(broken)? {
        let place = ["left", "right", "model"].iter().position(|name| *name == part.name());
        match (place, part.name()) {
            (Some(place), _) => {
                let name = shown(part.file_name());
                let most = if place == 2 { MOST_MODEL_BYTES } else { MOST_BYTES };
                files[place] = match part.file(most).await.map_err(broken)? {
                    File::Missing => Received::Missing,
                    File::TooLong => Received::TooLong,
                    File::Kept(bytes) => Received::File(SentFile { name, bytes }),
                };
            }
            (None, "one_to_one") => form.one_to_one = part.text().await.map_err(broken)? == "yes",
            // browsers end lines in their own way
            (None, "reason") => form.reason = part.text().await.map_err(broken)?.trim().replace("\r\n", "\n"),
            _ => {}
        }
    }
    let mut wrong = Wrong::default();
    if !(1..=MOST_REASON).contains(&form.reason.chars().count()) {
        wrong.reason = Some(words.reason_missing.into());
    }
    let [left, right, model] = files;
    let left = kept(left, words.too_long, &mut wrong.left);
    let right = kept(right, words.too_long, &mut wrong.right);
    let model = kept(model, words.model_too_long, &mut wrong.model);
    if left.is_none() && wrong.left.is_none() {
        wrong.left = Some(words.left_missing.into());
    }
    match left {
        Some(left) if [&wrong.left, &wrong.right, &wrong.model, &wrong.reason].into_iter().all(Option::is_none) => {
            Ok(Sent { left, right, model, one_to_one: form.one_to_one, reason: form.reason.clone() })
        }
        _ => Err(wrong),
    }
}

fn kept(received: Received, too_long: &'static str, wrong: &mut Option<Cow<'static, str>>) -> Option<SentFile> {
    match received {
        Received::Missing => None,
        Received::File(file) => Some(file),
        Received::TooLong => {
            *wrong = Some(too_long.into());
            None
        }
    }
}

/// A file's own name, without the folders that some browsers send, and not longer than a line.
fn shown(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|sign| !sign.is_control()).take(80).collect()
}
