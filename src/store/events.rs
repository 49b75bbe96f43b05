//! What happened to a case, in order, written in the transaction that made it so: any replica can serve the stream and resume it.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, int, millis};
use super::db::{Connection, Row, query};
use super::{CaseState, Store, StoreError, words};
use crate::household::{AnswerKind, MemberRef, SourceKey};

words! {
    /// Kind of a case event, as named in the stream.
    CaseEventKind {
        /// The case reached a state.
        State = "state",
        /// A source answered about a member.
        Answer = "answer",
        /// A version of the report stands.
        Version = "version",
        /// A version was signed off (签发).
        Issued = "issued",
    }
}

/// An event of a case. No contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseEvent {
    /// Number within the case, from 1, without gaps: the stream's event id.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: CaseEventKind,
    /// The state, of `State`.
    pub state: Option<CaseState>,
    /// The member, of `Answer`.
    pub member_ref: Option<MemberRef>,
    /// The source, of `Answer`.
    pub source: Option<SourceKey>,
    /// The answer's kind, of `Answer`.
    pub answer: Option<AnswerKind>,
    /// The version, of `Version` and `Issued`.
    pub version: Option<u32>,
}

impl Store {
    /// Events of a case after number `after`, at most `limit`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn case_events(&self, case: Uuid, after: u64, limit: u32) -> Result<Vec<CaseEvent>, StoreError> {
        let rows = query("SELECT * FROM case_events WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
            .bind(case.to_string())
            .bind(int(after))
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        let mut events = Vec::new();
        for row in &rows {
            events.extend(events_of(row)?.into_iter().filter(|event| event.seq > after));
        }
        events.truncate(limit as usize);
        Ok(events)
    }
}

/// The events of a row: one, or answers that were recorded together, the last of which has the row's number.
fn events_of(row: &Row) -> Result<Vec<CaseEvent>, StoreError> {
    let column = "answers";
    let kind = row.must("kind", CaseEventKind::parse)?;
    let (last, at) = (row.index("seq")?, row.time("at")?);
    let bare =
        CaseEvent { seq: last, at, kind, state: None, member_ref: None, source: None, answer: None, version: None };
    let Some(answers) = row.opt_text(column)? else {
        let state = if kind == CaseEventKind::State { row.word("word", CaseState::parse)? } else { None };
        return Ok(vec![CaseEvent { state, version: row.opt_small("version")?, ..bare }]);
    };
    let corrupt = || StoreError::Corrupt { column };
    let answers: Vec<(MemberRef, SourceKey, AnswerKind)> = serde_json::from_str(&answers).map_err(|_| corrupt())?;
    let before = last.checked_sub(answers.len() as u64).ok_or_else(corrupt)?;
    let event = |(seq, (member_ref, source, answer))| CaseEvent {
        seq,
        member_ref: Some(member_ref),
        source: Some(source),
        answer: Some(answer),
        ..bare.clone()
    };
    Ok((before + 1..).zip(answers).map(event).collect())
}

/// An event about to be written.
pub(super) enum Happened<'a> {
    State(CaseState),
    Answer { member_ref: &'a MemberRef, source: &'a SourceKey, kind: AnswerKind },
    Version(u32),
    Issued(u32),
}

/// Appends events, at least one, to the case's stream.
pub(super) async fn record(
    tx: &mut Connection,
    case: Uuid,
    at: Timestamp,
    events: &[Happened<'_>],
) -> Result<(), StoreError> {
    let count = int(events.len() as u64);
    let next = query("UPDATE cases SET next_event = next_event + $1 WHERE id = $2 RETURNING next_event")
        .bind(count)
        .bind(case.to_string())
        .fetch_one(&mut *tx)
        .await?
        .int("next_event")?;
    insert(tx, case, at, next - count, events).await
}

/// Writes events whose numbers, from `first`, the case's row has counted already. Answers that follow each other stand in one row.
pub(super) async fn insert(
    tx: &mut Connection,
    case: Uuid,
    at: Timestamp,
    first: i64,
    events: &[Happened<'_>],
) -> Result<(), StoreError> {
    let mut last = first - 1;
    let both = |a: &Happened<'_>, b: &Happened<'_>| a.answer().is_some() && b.answer().is_some();
    for together in events.chunk_by(both) {
        last += int(together.len() as u64);
        let (kind, word, version) = match together[0] {
            Happened::State(state) => (CaseEventKind::State, Some(state.as_str()), None),
            Happened::Answer { .. } => (CaseEventKind::Answer, None, None),
            Happened::Version(number) => (CaseEventKind::Version, None, Some(i64::from(number))),
            Happened::Issued(number) => (CaseEventKind::Issued, None, Some(i64::from(number))),
        };
        let answers: Vec<_> = together.iter().filter_map(Happened::answer).collect();
        let answers = (!answers.is_empty()).then(|| serde_json::to_string(&answers).expect("three words each"));
        query(
            "INSERT INTO case_events (case_id, seq, at, kind, word, version, answers) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(case.to_string())
        .bind(last)
        .bind(millis(at))
        .bind(kind.as_str())
        .bind(word)
        .bind(version)
        .bind(answers)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

impl Happened<'_> {
    fn answer(&self) -> Option<(&MemberRef, &SourceKey, AnswerKind)> {
        match self {
            Self::Answer { member_ref, source, kind } => Some((member_ref, source, *kind)),
            _ => None,
        }
    }
}
