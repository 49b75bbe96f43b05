//! The answers of a case while it runs: what each cell has, and how that is kept.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::fanout::Landed;
use crate::household::{Answer, AnswerKind, Cell, CellOutcome, Failure, InfoClass, MemberRef, Skip, SourceKey, Ticket};
use crate::store::{CellAnswer, CellRow, SealedDocument};
use crate::telemetry::china_date;

/// One cell: what stands in the store, and the answer once it is known.
#[derive(Clone, Debug)]
pub(super) struct CellState {
    pub(super) answer: Option<Answer>,
    pub(super) attempts: u32,
    pub(super) elapsed_ms: u64,
    pub(super) planned_at: Timestamp,
    pub(super) answered_at: Option<Timestamp>,
    pub(super) next_poll_at: Option<Timestamp>,
    pub(super) deadline: Option<Timestamp>,
}

/// Every cell of a case, by person and source.
pub(super) type Cells = BTreeMap<(MemberRef, SourceKey), CellState>;

/// How an asynchronous source's tickets are kept alive.
pub(super) struct Polling {
    pub(super) interval: SignedDuration,
    pub(super) deadline: SignedDuration,
}

impl CellState {
    /// A cell as planned and not answered, or with what a stored row alone tells.
    pub(super) fn of_row(row: &CellRow) -> Self {
        Self {
            answer: row.kind.and_then(|kind| bare_answer(kind, row)),
            attempts: row.attempts,
            elapsed_ms: row.elapsed_ms,
            planned_at: row.planned_at,
            answered_at: row.answered_at,
            next_poll_at: row.next_poll_at,
            deadline: row.deadline,
        }
    }

    /// What the evidence says of it.
    pub(super) fn outcome(&self) -> CellOutcome {
        let count = |records: &[crate::household::Record]| u32::try_from(records.len()).unwrap_or(u32::MAX);
        match &self.answer {
            Some(Answer::Found { records }) => CellOutcome::Found { records: count(records) },
            Some(Answer::NoRecord { reach }) => CellOutcome::NoRecord { reach: reach.clone() },
            Some(Answer::Partial { records, why }) => CellOutcome::Partial { records: count(records), why: *why },
            Some(Answer::Skipped { why }) => CellOutcome::Skipped { why: *why },
            Some(Answer::Unavailable { why }) => CellOutcome::Unavailable { why: *why },
            Some(Answer::Pending { .. }) | None => CellOutcome::Pending,
        }
    }

    pub(super) fn is_pending(&self) -> bool {
        matches!(self.answer, Some(Answer::Pending { .. }))
    }
}

/// The evidence's view of a cell.
pub(super) fn cell(member: &MemberRef, source: &SourceKey, speaks_for: &[String], state: &CellState) -> Cell {
    let skipped = matches!(state.answer, Some(Answer::Skipped { .. }));
    Cell {
        member: member.clone(),
        source: source.clone(),
        speaks_for: speaks_for.iter().filter_map(|class| InfoClass::parse(class)).collect(),
        outcome: state.outcome(),
        asked_on: (!skipped).then(|| china_date(state.planned_at)),
        answered_on: state.answered_at.filter(|_| !skipped && !state.is_pending()).map(china_date),
    }
}

/// Whether an answer must be sealed beside its row to be had again: one with records, or with a reach.
pub(super) fn has_contents(answer: &Answer) -> bool {
    matches!(answer, Answer::Found { .. } | Answer::Partial { .. } | Answer::NoRecord { .. })
}

/// The row of an answer that has just landed.
pub(super) fn row(
    landed: &Landed,
    before: &CellState,
    evidence: Option<SealedDocument>,
    polling: &Polling,
    now: Timestamp,
) -> CellAnswer {
    let answer = &landed.reply.answer;
    let ticket = match answer {
        Answer::Pending { ticket } => Some(ticket.0.clone()),
        _ => None,
    };
    let attempts = before.attempts.saturating_add(landed.reply.attempts);
    let elapsed = u64::try_from(landed.reply.elapsed.as_millis()).unwrap_or(u64::MAX);
    let deadline = before.deadline.or_else(|| later(now, polling.deadline));
    CellAnswer {
        member_ref: landed.member.clone(),
        source: landed.source.clone(),
        kind: answer.kind(),
        why: why(answer),
        attempts,
        elapsed_ms: before.elapsed_ms.saturating_add(elapsed),
        answered_at: now,
        evidence,
        next_poll_at: ticket.as_ref().and_then(|_| next_poll(now, attempts, polling.interval)),
        deadline: ticket.as_ref().and(deadline),
        ticket,
    }
}

/// Polls come at the source's interval first, then ever more seldom, up to 32 times that.
fn next_poll(now: Timestamp, attempts: u32, interval: SignedDuration) -> Option<Timestamp> {
    let factor = 1_i32 << (attempts / 8).min(5);
    later(now, interval.saturating_mul(factor))
}

fn later(now: Timestamp, by: SignedDuration) -> Option<Timestamp> {
    Some(now.checked_add(by).unwrap_or(Timestamp::MAX))
}

/// The closed word of an answer's reason, as stored and shown.
pub(super) fn why(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Partial { why, .. } => word(why),
        Answer::Skipped { why } => word(why),
        Answer::Unavailable { why } => word(why),
        _ => None,
    }
}

pub(super) fn word(value: &impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

fn bare_answer(kind: AnswerKind, row: &CellRow) -> Option<Answer> {
    let why = || serde_json::Value::String(row.why.clone().unwrap_or_default());
    match kind {
        AnswerKind::Pending => Some(Answer::Pending { ticket: Ticket(row.ticket.clone()?) }),
        AnswerKind::Skipped => Some(Answer::Skipped { why: serde_json::from_value(why()).unwrap_or(Skip::Disabled) }),
        AnswerKind::Unavailable => {
            Some(Answer::Unavailable { why: serde_json::from_value(why()).unwrap_or(Failure::SourceError) })
        }
        AnswerKind::Found | AnswerKind::NoRecord | AnswerKind::Partial => None,
    }
}
