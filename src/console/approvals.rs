//! Something that takes a second person (双人复核): what is asked and why, who agreed so far, and what may be done about it.

mod hands;
mod inspecting;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

pub(super) use self::hands::{agree, ask_again, ask_agree, ask_ask_again, ask_refuse, refuse};
pub(super) use self::inspecting::{ask_inspection, inspect};
use super::effects;
use super::frame::Frame;
use super::lists::approval_tag;
use super::parts::{Banner, Cell, Column, Summary, Table, Tag, Tone};
use super::path::Named;
use super::state::Console;
use super::user::ConsoleUser;
use super::words::approvals::{ApprovalWords, asked, done, hours, inspection_grounds, title};
use super::words::steering::grounds;
use super::words::terms;
use super::written::moment;
use crate::auth::{Caller, Permission, Role};
use crate::household::Lang;
use crate::store::ApprovalKind;
use crate::verification::{ApprovalDetail, ApprovalHand, ApprovalSummary, ErasureGrounds, Grounds};

/// What the address says beside the approval.
#[derive(Default, Deserialize)]
pub(super) struct Shown {
    /// What was just done.
    #[serde(default)]
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "console/approval.html")]
struct ApprovalPage<'a> {
    frame: &'a Frame,
    words: &'static ApprovalWords,
    done: Option<Banner>,
    title: &'static str,
    asked: &'static str,
    summary: Summary,
    decisions: Option<Table>,
    /// Where the records are seen beside the person.
    compare: Option<String>,
    effects: Option<Table>,
    hands: Table,
    refused_because: Option<String>,
    actions: Vec<(String, &'static str, &'static str)>,
    not_you: bool,
}

pub(super) async fn show(
    State(console): State<Console>,
    user: ConsoleUser,
    Named(id): Named,
    query: Result<Query<Shown>, QueryRejection>,
) -> Response {
    let word = query.ok().and_then(|Query(shown)| shown.done);
    shown(&console, &user, &id, word.as_deref()).await.unwrap_or_else(|refused| refused)
}

async fn shown(console: &Console, user: &ConsoleUser, id: &str, word: Option<&str>) -> Result<Response, Response> {
    let (frame, lang) = (&user.frame, user.frame.lang);
    let words = ApprovalWords::of(lang);
    let caller = user.permit(console, Permission::ReadApprovals, "/approvals/{approval}").await?;
    let detail = match console.0.verifier.approval(&caller, id).await {
        Ok(detail) => detail,
        Err(error) => return Err(user.could_not(console, &caller, error).await),
    };
    let approval = &detail.summary;
    let number = user.number_of(console, &approval.case).await?;
    let reviewed = approval.kind == ApprovalKind::Review;
    let compares = reviewed && approval.status == "open" && caller.may(Permission::DecideRecords);
    let actions = actions(&user.caller, approval, console.0.clock.now(), words);
    let page = ApprovalPage {
        frame,
        words,
        done: word.and_then(|word| done(word, lang)).map(|(heading, text)| Banner {
            label: frame.words.success,
            heading,
            text: text.to_owned(),
            done: true,
        }),
        title: title(approval.kind, lang),
        asked: asked(approval.kind, lang),
        summary: summary(&user.caller, &detail, number, words, lang),
        decisions: reviewed.then(|| decisions(console, &detail.asked, words, lang)),
        compare: compares.then(|| format!("/cases/{}/reviews", approval.case)),
        effects: reviewed.then(|| effects::table(&detail.asked["effects"], lang)),
        hands: hands(&approval.hands, words, lang),
        refused_because: detail.refused_because.clone(),
        not_you: approval.status == "open" && !approval.may_agree,
        actions,
    };
    Ok(frame.page(StatusCode::OK, &page))
}

/// What is known of it, a line each; and what it rests on.
fn summary(
    caller: &Caller,
    detail: &ApprovalDetail,
    number: String,
    words: &'static ApprovalWords,
    lang: Lang,
) -> Summary {
    let approval = &detail.summary;
    let case = match caller.may(Permission::ReadCase) {
        true => {
            let href = format!("/cases/{}", approval.case);
            Cell::NamedLink { text: words.open_case.to_owned(), id: number, href }
        }
        false => Cell::Text(number),
    };
    let mut lines = vec![(words.state, Cell::Tag(approval_tag(approval, lang))), (words.case, case)];
    lines.extend(approval.version.map(|version| (words.version, Cell::Whole(version.to_string()))));
    lines.extend(why(approval.kind, &detail.asked, words, lang));
    lines.extend(approval.hours.map(|given| (words.hours, Cell::Whole(hours(given, lang)))));
    lines.extend([
        (words.asked_by, Cell::Text(approval.asked_by.clone())),
        (words.asked_for, Cell::Text(approval.asked_for.clone())),
        (words.asked_at, Cell::Whole(moment(&approval.asked_at, lang))),
        (words.lapses, Cell::Whole(moment(&approval.lapses_at, lang))),
    ]);
    lines.extend(approval.until.as_ref().map(|until| (words.until, Cell::Whole(moment(until, lang)))));
    Summary { lines }
}

/// What it is asked for and on what grounds.
fn why(kind: ApprovalKind, asked: &Value, words: &'static ApprovalWords, lang: Lang) -> Vec<(&'static str, Cell)> {
    let text = |name: &str| asked[name].as_str().unwrap_or_default();
    match kind {
        ApprovalKind::Review => Vec::new(),
        ApprovalKind::Erasure => {
            let known = ErasureGrounds::parse(text("grounds")).map(|known| grounds(known, lang));
            vec![(words.grounds, Cell::Text(known.unwrap_or_default().to_owned()))]
        }
        ApprovalKind::Destruction => vec![(words.member, Cell::Whole(text("member").to_owned()))],
        ApprovalKind::Inspection => {
            let known = Grounds::parse(text("grounds")).map(|known| inspection_grounds(known, lang));
            vec![
                (words.grounds, Cell::Text(known.unwrap_or_default().to_owned())),
                (words.document, Cell::Text(text("document").to_owned())),
            ]
        }
    }
}

/// What was decided about each record.
fn decisions(console: &Console, asked: &Value, words: &'static ApprovalWords, lang: Lang) -> Table {
    let title = |key: &str| console.0.verifier.department(key, lang);
    let row = |decision: &Value| {
        let text = |name: &str| decision[name].as_str().unwrap_or_default();
        let record = text("record");
        let mut parts = record.splitn(3, '/');
        let (member, source) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let belongs = decision["belongs"].as_bool() == Some(true);
        let (tone, said) = if belongs { (Tone::Active, words.theirs) } else { (Tone::Plain, words.anothers) };
        vec![
            Cell::Named(format!("{} {member}", title(source)), record.to_owned()),
            Cell::Tag(Tag::of(tone, said)),
            Cell::Text(text("reason").to_owned()),
        ]
    };
    let rows = asked["decisions"].as_array().map(|list| list.iter().map(row).collect()).unwrap_or_default();
    Table {
        caption: words.decisions,
        columns: [words.record, words.decision, words.reason].map(Column::text).into(),
        rows,
        nothing: "",
        wide: false,
    }
}

fn hands(given: &[ApprovalHand], words: &'static ApprovalWords, lang: Lang) -> Table {
    let row = |hand: &ApprovalHand| {
        let role = Role::parse(&hand.role).map_or(hand.role.as_str(), |role| terms::role(role, lang));
        let (tone, said) = if hand.agrees { (Tone::Good, words.agreed) } else { (Tone::Bad, words.refused) };
        vec![
            Cell::Text(hand.by.clone()),
            Cell::Text(role.to_owned()),
            Cell::Whole(moment(&hand.at, lang)),
            Cell::Tag(Tag::of(tone, said)),
        ]
    };
    Table {
        caption: words.hands,
        columns: [words.who, words.role, words.when, words.says].map(Column::text).into(),
        rows: given.iter().map(row).collect(),
        nothing: words.hands_none,
        wide: false,
    }
}

/// What this user may do about it now.
fn actions(
    caller: &Caller,
    approval: &ApprovalSummary,
    now: Timestamp,
    words: &'static ApprovalWords,
) -> Vec<(String, &'static str, &'static str)> {
    let at = |what: &str| format!("/approvals/{}/{what}", approval.id);
    let mut actions = Vec::new();
    let ended =
        approval.until.as_deref().is_some_and(|until| until.parse::<Timestamp>().is_ok_and(|until| until <= now));
    let granted = approval.kind == ApprovalKind::Inspection && approval.status == "agreed" && !ended;
    if granted && approval.asked_by == caller.subject && caller.may(Permission::Inspect) {
        actions.push((format!("/cases/{}/report", approval.case), words.open_report, words.open_report_about));
    }
    if approval.may_agree && caller.may(Permission::SecondHand) {
        actions.push((at("agree"), words.agree, words.agree_about));
    }
    match Refusal::of(caller, approval) {
        Some(Refusal::Refuse) => actions.push((at("refuse"), words.refuse, words.refuse_about)),
        Some(Refusal::TakeBack) => actions.push((at("refuse"), words.take_back, words.take_back_about)),
        Some(Refusal::End) if !ended => actions.push((at("refuse"), words.end, words.end_about)),
        Some(Refusal::End) | None => {}
    }
    let destruction = approval.kind == ApprovalKind::Destruction;
    if destruction && approval.status == "refused" && caller.may(Permission::SteerCase) {
        actions.push((at("ask-again"), words.again, words.again_about));
    }
    actions
}

/// What a refusal is, by whom it comes and when.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Refuse,
    /// By whoever asked.
    TakeBack,
    /// Of an inspection that lasts.
    End,
}

impl Refusal {
    fn of(caller: &Caller, approval: &ApprovalSummary) -> Option<Self> {
        let own = approval.asked_by == caller.subject;
        match approval.status.as_str() {
            "agreed" if approval.kind == ApprovalKind::Inspection => Some(Self::End),
            "open" if approval.may_agree => Some(Self::Refuse),
            "open" if own && approval.kind != ApprovalKind::Destruction => Some(Self::TakeBack),
            _ => None,
        }
    }
}
