//! The answers of a case while it runs: what each cell has, and how that is kept.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::VerificationError;
use super::fanout::Landed;
use super::plan::PlannedCell;
use crate::household::{Answer, AnswerKind, Cell, CellOutcome, InfoClass, MemberRef, SourceKey};
use crate::store::{CellAnswer, CellRow};
use crate::telemetry::china_date;

/// Shortest pause between two polls.
const SHORTEST_PAUSE: SignedDuration = SignedDuration::from_millis(100);
/// Longest pause between two polls.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);

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
    /// Looks for a ticket's result.
    pub(super) polls: u32,
    /// First version that tells how it ended.
    pub(super) told_in: Option<u32>,
    /// Not asked before.
    pub(super) ask_at: Option<Timestamp>,
    /// How often it was put off after a failure that may pass.
    pub(super) asks: u32,
    /// What its source speaks for; none when that is not known: then it is silent for everything.
    pub(super) speaks_for: Option<Vec<String>>,
}

/// Every cell of a case, by person and source.
pub(super) type Cells = BTreeMap<(MemberRef, SourceKey), CellState>;

/// An answer as it is sealed: what lands together is sealed in one document, a list of these.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct SealedAnswer<A = Answer> {
    pub(super) member: MemberRef,
    pub(super) source: SourceKey,
    pub(super) answer: A,
}

/// How an asynchronous source's tickets are kept alive.
pub(super) struct Polling {
    pub(super) interval: SignedDuration,
    pub(super) deadline: SignedDuration,
}

impl CellState {
    /// A cell as it was just planned.
    pub(super) fn planned(cell: &PlannedCell, now: Timestamp) -> Self {
        let answer = cell.decision.as_ref().err().map(|why| Answer::Skipped { why: *why });
        Self {
            answered_at: answer.as_ref().map(|_| now),
            answer,
            attempts: 0,
            elapsed_ms: 0,
            planned_at: now,
            next_poll_at: None,
            deadline: None,
            polls: 0,
            told_in: None,
            ask_at: None,
            asks: 0,
            speaks_for: Some(cell.speaks_for.clone()),
        }
    }

    /// The cell once `row`, with this answer, stands in the store.
    pub(super) fn after(&self, row: &CellAnswer, answer: Answer) -> Self {
        Self {
            answer: Some(answer),
            attempts: row.attempts,
            elapsed_ms: row.elapsed_ms,
            planned_at: self.planned_at,
            answered_at: Some(row.answered_at),
            next_poll_at: row.next_poll_at,
            deadline: row.deadline,
            polls: row.polls,
            told_in: None,
            ask_at: None,
            asks: self.asks,
            speaks_for: self.speaks_for.clone(),
        }
    }

    /// A cell as planned and not answered, or with what a stored row alone tells: what is sealed beside it is not read here.
    pub(super) fn of_row(row: &CellRow) -> Result<Self, VerificationError> {
        Ok(Self {
            answer: bare_answer(row)?,
            attempts: row.attempts,
            elapsed_ms: row.elapsed_ms,
            planned_at: row.planned_at,
            answered_at: row.answered_at,
            next_poll_at: row.next_poll_at,
            deadline: row.deadline,
            polls: row.polls,
            told_in: row.told_in,
            ask_at: row.ask_at,
            asks: row.asks,
            speaks_for: row.speaks_for.clone(),
        })
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

    /// Whether it is asked later than `now`.
    pub(super) fn is_put_off(&self, now: Timestamp) -> bool {
        self.answer.is_none() && self.ask_at.is_some_and(|at| at > now)
    }

    /// Whether it will not change by itself any more: a cell without an answer has not ended.
    pub(super) fn has_ended(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.kind().ended())
    }

    /// How many records came.
    pub(super) fn record_count(&self) -> usize {
        self.answer.as_ref().map_or(0, |answer| answer.records().len())
    }

    /// Whether it has ended and no version tells of it.
    pub(super) fn is_news(&self) -> bool {
        self.has_ended() && self.told_in.is_none()
    }

    /// Notes the first version that tells of it.
    pub(super) fn tell_in(&mut self, version: u32) {
        self.told_in.get_or_insert(version);
    }

    /// What its source speaks for. A source nobody knows any more may have spoken for anything.
    fn speaks_for(&self) -> Vec<InfoClass> {
        match &self.speaks_for {
            Some(words) => words.iter().filter_map(|word| InfoClass::parse(word)).collect(),
            None => InfoClass::ALL.to_vec(),
        }
    }
}

/// The evidence's view of a cell.
pub(super) fn cell(member: &MemberRef, source: &SourceKey, state: &CellState) -> Cell {
    let skipped = matches!(state.answer, Some(Answer::Skipped { .. }));
    Cell {
        member: member.clone(),
        source: source.clone(),
        speaks_for: state.speaks_for(),
        outcome: state.outcome(),
        asked_on: (!skipped).then(|| china_date(state.planned_at)),
        answered_on: state.answered_at.filter(|_| !skipped && state.has_ended()).map(china_date),
    }
}

/// Whether an answer must be sealed beside its row to be had again: one with records, with a reach, or with a ticket.
pub(super) fn has_contents(answer: &Answer) -> bool {
    !matches!(answer, Answer::Skipped { .. } | Answer::Unavailable { .. })
}

/// The row of an answer that has just landed.
pub(super) fn row(
    landed: &Landed,
    before: &CellState,
    evidence: Option<Uuid>,
    polling: &Polling,
    now: Timestamp,
) -> Result<CellAnswer, VerificationError> {
    let answer = &landed.reply.answer;
    let pending = matches!(answer, Answer::Pending { .. });
    let polls = if before.is_pending() { before.polls.saturating_add(1) } else { 0 };
    let attempts = before.attempts.saturating_add(landed.reply.attempts);
    let elapsed = u64::try_from(landed.reply.elapsed.as_millis()).unwrap_or(u64::MAX);
    let deadline = before.deadline.unwrap_or_else(|| later(now, polling.deadline));
    Ok(CellAnswer {
        member_ref: landed.member.clone(),
        source: landed.source.clone(),
        kind: answer.kind(),
        why: why(answer)?,
        attempts,
        elapsed_ms: before.elapsed_ms.saturating_add(elapsed),
        answered_at: now,
        evidence,
        polls,
        next_poll_at: pending.then(|| next_poll(now, polls, polling.interval).min(deadline)),
        deadline: pending.then_some(deadline),
    })
}

/// The first eight polls come at the source's interval, the next eight at twice that, and so on: up to 32 times the interval, but not
/// more than a quarter of an hour apart unless the interval itself is longer. An interval of nothing is for the first look alone.
fn next_poll(now: Timestamp, polls: u32, interval: SignedDuration) -> Timestamp {
    let interval = if polls == 0 { interval } else { interval.max(SHORTEST_PAUSE) };
    let pause = interval.saturating_mul(1_i32 << (polls / 8).min(5));
    later(now, pause.min(interval.max(LONGEST_PAUSE)))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The closed word of an answer's reason, as stored and shown.
fn why(answer: &Answer) -> Result<Option<String>, VerificationError> {
    match answer {
        Answer::Partial { why, .. } => word(why).map(Some),
        Answer::Skipped { why } => word(why).map(Some),
        Answer::Unavailable { why } => word(why).map(Some),
        _ => Ok(None),
    }
}

/// A closed word as it is stored.
pub(super) fn word(value: &impl serde::Serialize) -> Result<String, VerificationError> {
    let word = serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned));
    word.ok_or(VerificationError::Unreadable { what: "reason" })
}

/// The answer of a row that has nothing sealed beside it. A word that this program does not know is no reason it may make up.
fn bare_answer(row: &CellRow) -> Result<Option<Answer>, VerificationError> {
    fn reason<T: serde::de::DeserializeOwned>(row: &CellRow) -> Result<T, VerificationError> {
        let word = serde_json::Value::String(row.why.clone().unwrap_or_default());
        serde_json::from_value(word).map_err(|_| VerificationError::Unreadable { what: "reason" })
    }
    match row.kind {
        Some(AnswerKind::Skipped) => Ok(Some(Answer::Skipped { why: reason(row)? })),
        Some(AnswerKind::Unavailable) => Ok(Some(Answer::Unavailable { why: reason(row)? })),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::{Failure, Skip};

    #[test]
    fn polls_grow_seldom_up_to_a_quarter_of_an_hour() {
        let now = Timestamp::UNIX_EPOCH;
        let pause = |polls, seconds| next_poll(now, polls, SignedDuration::from_secs(seconds)).as_second();
        let table = [
            (0, 30, 30),
            (7, 30, 30),
            (8, 30, 60),
            (16, 30, 120),
            (40, 30, 900),
            (1000, 30, 900),
            (50, 3600, 3600),
            (1000, 1, 32),
        ];
        for (polls, interval, expected) in table {
            assert_eq!(pause(polls, interval), expected, "poll {polls} of a source polled every {interval} s");
        }
    }

    #[test]
    fn a_reason_nobody_knows_is_not_made_up() {
        let row = |kind, why: &str| CellRow {
            case_id: uuid::Uuid::nil(),
            member_ref: MemberRef("m1".into()),
            source: SourceKey::new("tax").unwrap(),
            leaf_index: Some(1),
            planned_at: Timestamp::UNIX_EPOCH,
            kind: Some(kind),
            why: Some(why.into()),
            attempts: 1,
            elapsed_ms: 1,
            answered_at: None,
            evidence_document: None,
            speaks_for: None,
            polls: 0,
            told_in: None,
            next_poll_at: None,
            deadline: None,
            ask_at: None,
            asks: 0,
        };
        let answer = |kind, why| CellState::of_row(&row(kind, why)).map(|state| state.answer);
        let (skipped, unavailable) = (AnswerKind::Skipped, AnswerKind::Unavailable);
        assert_eq!(answer(skipped, "disabled").unwrap(), Some(Answer::Skipped { why: Skip::Disabled }));
        assert_eq!(answer(unavailable, "timeout").unwrap(), Some(Answer::Unavailable { why: Failure::Timeout }));
        for (kind, why) in [(skipped, "because"), (unavailable, "disabled"), (unavailable, "")] {
            assert!(matches!(answer(kind, why), Err(VerificationError::Unreadable { .. })), "{why}");
        }
        let unknown = CellState::of_row(&row(skipped, "disabled")).unwrap();
        assert_eq!(unknown.speaks_for(), InfoClass::ALL, "whoever is not known is silent for everything");
    }
}
