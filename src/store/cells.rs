//! The cells of a case: member × source, each planned before it is asked and ended exactly once.

use std::collections::HashSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::claims::must_hold;
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Row, query};
use super::events::{self, Happened};
use super::receipt::entry_of;
use super::{AuditReceipt, CaseState, Effect, KEPT_ROWS, Lease, SealedDocument, Store, StoreError, documents};
use crate::household::{AnswerKind, MemberRef, SourceKey};

/// Rows in one statement, at most.
const ROWS: usize = 256;

/// A cell to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCell {
    /// Member.
    pub member_ref: MemberRef,
    /// Source.
    pub source: SourceKey,
    /// Whether it will be asked.
    pub plan: Plan,
    /// Classes of information the source speaks for: they stay open while it is silent, even if nobody knows the source any more.
    pub speaks_for: Vec<String>,
}

/// What is planned for a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// It will be asked; the query has an entry of its own.
    Ask {
        /// Which of the entries the plan follows from.
        entry: usize,
    },
    /// It will, but not before a time: nothing is entered until then.
    Later {
        /// When.
        at: Timestamp,
    },
    /// It will not: the cell ends here.
    Skip {
        /// A closed word: see [`Skip`](crate::household::Skip).
        why: String,
    },
}

/// What a source answered, without contents but for the sealed records.
#[derive(Clone, Debug)]
pub struct CellAnswer {
    /// Member.
    pub member_ref: MemberRef,
    /// Source.
    pub source: SourceKey,
    /// Kind of answer; `Pending` may be followed by another, every other kind ends the cell.
    pub kind: AnswerKind,
    /// Why, where the kind has a reason: a closed word.
    pub why: Option<String>,
    /// Requests made so far.
    pub attempts: u32,
    /// From the first request to the answer.
    pub elapsed_ms: u64,
    /// When the answer came.
    pub answered_at: Timestamp,
    /// The document the answer is sealed in, with others it may be; of `Pending` with its ticket. None of a further `Pending` with
    /// the same ticket: what is sealed stays.
    pub evidence: Option<Uuid>,
    /// Looks for a ticket's result so far.
    pub polls: u32,
    /// When to poll, of `Pending`.
    pub next_poll_at: Option<Timestamp>,
    /// When to give up, of `Pending`.
    pub deadline: Option<Timestamp>,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellWrite {
    /// It stands.
    Written,
    /// The cell had ended before: the answer, with its evidence, was dropped.
    AlreadyEnded,
}

/// A cell as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRow {
    /// Case.
    pub case_id: Uuid,
    /// Member.
    pub member_ref: MemberRef,
    /// Source.
    pub source: SourceKey,
    /// Leaf of the query; none when it was skipped.
    pub leaf_index: Option<u64>,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// Kind of answer; none while it is planned and not answered.
    pub kind: Option<AnswerKind>,
    /// Why.
    pub why: Option<String>,
    /// Requests made.
    pub attempts: u32,
    /// Time taken.
    pub elapsed_ms: u64,
    /// When the answer came.
    pub answered_at: Option<Timestamp>,
    /// The sealed answer.
    pub evidence_document: Option<Uuid>,
    /// Classes of information its source speaks for; none when that is not known.
    pub speaks_for: Option<Vec<String>>,
    /// Looks for a ticket's result.
    pub polls: u32,
    /// First version that states how it ended.
    pub told_in: Option<u32>,
    /// When to poll.
    pub next_poll_at: Option<Timestamp>,
    /// When to give up.
    pub deadline: Option<Timestamp>,
    /// Not asked before.
    pub ask_at: Option<Timestamp>,
    /// How often it was put off after a failure that may pass.
    pub asks: u32,
}

/// A cell that is put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOff {
    /// Member.
    pub member_ref: MemberRef,
    /// Source.
    pub source: SourceKey,
    /// Not asked before.
    pub ask_at: Timestamp,
    /// How often it was put off after a failure.
    pub asks: u32,
    /// Requests made so far.
    pub attempts: u32,
    /// Time they took.
    pub elapsed_ms: u64,
}

impl CellRow {
    /// Whether it will not change any more.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.kind.is_some_and(AnswerKind::ended)
    }
}

impl Store {
    /// Plans cells: an effect of the entries of their queries. One that is planned already (by a worker that died) is left as it
    /// is, so a plan may be repeated. Tells how many were new.
    ///
    /// Fails with [`StoreError::LeaseLost`]; with [`StoreError::NoEntry`] and [`StoreError::WrongReceipt`] when an entry is missing or
    /// speaks of another case.
    #[must_use]
    pub fn planning(lease: Lease, cells: Vec<NewCell>, now: Timestamp) -> Effect<u64> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(lease.case_id, entries)?;
                must_hold(tx, &lease).await?;
                plan(tx, lease.case_id, &cells, entries, now).await
            })
        })
    }

    /// Records answers, all in one transaction, and says for each what became of it. Documents that no answer names which stands are
    /// not stored. A waiting case is woken when a cell has ended.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`], [`StoreError::NotPlanned`] and [`StoreError::PendingIncomplete`]: then none is recorded;
    /// [`StoreError::WrongReceipt`].
    pub async fn record_answers(
        &self,
        receipt: &AuditReceipt,
        lease: &Lease,
        answers: Vec<CellAnswer>,
        evidence: Vec<SealedDocument>,
    ) -> Result<Vec<CellWrite>, StoreError> {
        let lease = lease.clone();
        receipt.must_speak_of(lease.case_id)?;
        self.write(move |tx| {
            Box::pin(async move {
                let state = must_hold(tx, &lease).await?;
                record(tx, lease.case_id, state, &answers, &evidence).await
            })
        })
        .await
    }

    /// Puts off cells that have no answer: nothing of them is known, and they are asked again later.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn put_off(&self, lease: &Lease, cells: Vec<PutOff>) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.write(move |tx| {
            Box::pin(async move {
                must_hold(tx, &lease).await?;
                for cell in cells {
                    query(
                        "UPDATE cells SET ask_at = $1, asks = $2, attempts = $3, elapsed_ms = $4
                         WHERE case_id = $5 AND member_ref = $6 AND source = $7 AND kind IS NULL",
                    )
                    .bind(millis(cell.ask_at))
                    .bind(i64::from(cell.asks))
                    .bind(i64::from(cell.attempts))
                    .bind(int(cell.elapsed_ms))
                    .bind(lease.case_id.to_string())
                    .bind(cell.member_ref.as_str())
                    .bind(cell.source.as_str())
                    .execute(&mut *tx)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// The cells of a case, by member and source.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cells(&self, case: Uuid) -> Result<Vec<CellRow>, StoreError> {
        let rows = query("SELECT * FROM cells WHERE case_id = $1 ORDER BY member_ref, source")
            .bind(case.to_string())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(cell_of).collect()
    }
}

async fn plan(
    tx: &mut Connection,
    case: Uuid,
    cells: &[NewCell],
    entries: &[AuditReceipt],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut rows = Vec::with_capacity(cells.len());
    for cell in cells {
        let row = match &cell.plan {
            Plan::Ask { entry } => {
                let entry = entries.get(*entry).ok_or(StoreError::NoEntry { case })?;
                PlannedRow { cell, leaf: Some(entry.index()), why: None, ask_at: None }
            }
            Plan::Later { at } => PlannedRow { cell, leaf: None, why: None, ask_at: Some(*at) },
            Plan::Skip { why } => PlannedRow { cell, leaf: None, why: Some(why), ask_at: None },
        };
        rows.push(row);
    }
    let (asked, skipped): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.why.is_none());
    let mut planned = 0;
    for rows in asked.chunks(ROWS) {
        planned += insert(case, rows, now).build().persistent(rows.len() <= KEPT_ROWS).execute(&mut *tx).await?;
    }
    for rows in skipped.chunks(ROWS) {
        let mut query = insert(case, rows, now);
        query.push(" RETURNING member_ref, source");
        let new = cells_in(&query.build().persistent(rows.len() <= KEPT_ROWS).fetch_all(&mut *tx).await?)?;
        planned += new.len() as u64;
        let kind = AnswerKind::Skipped;
        let ended: Vec<_> =
            new.iter().map(|(member_ref, source)| Happened::Answer { member_ref, source, kind }).collect();
        if !ended.is_empty() {
            events::record(tx, case, now, &ended).await?;
        }
    }
    Ok(planned)
}

/// A cell about to be planned: with the leaf of its query, or why it is skipped.
struct PlannedRow<'c> {
    cell: &'c NewCell,
    leaf: Option<u64>,
    why: Option<&'c String>,
    ask_at: Option<Timestamp>,
}

/// Inserts planned cells in one statement; those that stand already are left.
fn insert<'q>(case: Uuid, rows: &[&PlannedRow<'q>], now: Timestamp) -> Builder<'q> {
    let mut query = Builder::new(
        "INSERT INTO cells (case_id, member_ref, source, leaf_index, planned_at, kind, why, answered_at, speaks_for, ask_at) ",
    );
    query.push_values(rows, |mut row, planned| {
        let PlannedRow { cell, leaf, why, ask_at } = planned;
        let kind = why.map(|_| AnswerKind::Skipped);
        row.push_bind(case.to_string())
            .push_bind(cell.member_ref.as_str())
            .push_bind(cell.source.as_str())
            .push_bind(leaf.map(int))
            .push_bind(millis(now))
            .push_bind(kind.map(AnswerKind::as_str))
            .push_bind(why.map(String::as_str))
            .push_bind(kind.map(|_| millis(now)))
            .push_bind(cell.speaks_for.join(","))
            .push_bind(ask_at.map(millis));
    });
    query.push(" ON CONFLICT DO NOTHING");
    query
}

async fn record(
    tx: &mut Connection,
    case: Uuid,
    state: CaseState,
    answers: &[CellAnswer],
    evidence: &[SealedDocument],
) -> Result<Vec<CellWrite>, StoreError> {
    for answer in answers.iter().filter(|answer| !answer.kind.ended()) {
        let sealed = answer.evidence.is_some() || answer.polls > 0;
        if !(sealed && answer.next_poll_at.is_some() && answer.deadline.is_some()) {
            return Err(StoreError::PendingIncomplete);
        }
    }
    let mut standing = HashSet::with_capacity(answers.len());
    for rows in answers.chunks(ROWS) {
        let written = write(case, rows).build().persistent(rows.len() <= KEPT_ROWS).fetch_all(&mut *tx).await?;
        standing.extend(cells_in(&written)?);
    }
    let mut writes = Vec::with_capacity(answers.len());
    let (mut news, mut named) = (Vec::with_capacity(answers.len()), HashSet::new());
    for answer in answers {
        if !standing.remove(&(answer.member_ref.clone(), answer.source.clone())) {
            must_be_planned(tx, case, answer).await?;
            writes.push(CellWrite::AlreadyEnded);
            continue;
        }
        named.extend(answer.evidence);
        // a poll without news is no event
        if answer.kind.ended() || answer.polls == 0 {
            news.push(answer);
        }
        writes.push(CellWrite::Written);
    }
    let evidence: Vec<_> = evidence.iter().filter(|document| named.contains(&document.id)).collect();
    for rows in evidence.chunks(ROWS) {
        documents::insert_all(tx, Some(case), rows).await?;
    }
    for together in news.chunk_by(|a, b| a.answered_at == b.answered_at) {
        let events: Vec<_> = together.iter().map(|answer| happened(answer)).collect();
        events::record(tx, case, together[0].answered_at, &events).await?;
    }
    if state == CaseState::Waiting {
        match news.iter().filter(|answer| answer.kind.ended()).map(|answer| answer.answered_at).max() {
            Some(at) => wake_by(tx, case, at).await?,
            None => wake_for_next_poll(tx, case).await?,
        }
    }
    Ok(writes)
}

fn happened(answer: &CellAnswer) -> Happened<'_> {
    Happened::Answer { member_ref: &answer.member_ref, source: &answer.source, kind: answer.kind }
}

/// Fails if the cell of an answer that was not written does not exist: then it has ended.
async fn must_be_planned(tx: &mut Connection, case: Uuid, answer: &CellAnswer) -> Result<(), StoreError> {
    let cell = query("SELECT 1 FROM cells WHERE case_id = $1 AND member_ref = $2 AND source = $3")
        .bind(case.to_string())
        .bind(answer.member_ref.as_str())
        .bind(answer.source.as_str())
        .fetch_optional(tx)
        .await?;
    if cell.is_some() {
        return Ok(());
    }
    Err(StoreError::NotPlanned { case, member_ref: answer.member_ref.0.clone(), source_key: answer.source.to_string() })
}

/// Writes answers over cells that have not ended, in one statement that returns those.
fn write(case: Uuid, answers: &[CellAnswer]) -> Builder<'_> {
    let mut query = Builder::new(
        "WITH answers (member_ref, source, kind, why, attempts, elapsed_ms, answered_at, evidence, polls, next_poll_at, deadline) AS (",
    );
    query.push_values(answers, |mut row, answer| {
        let pending = !answer.kind.ended();
        row.push_bind(answer.member_ref.as_str())
            .push_bind(answer.source.as_str())
            .push_bind(answer.kind.as_str())
            .push_bind(answer.why.as_deref())
            .push_bind(i64::from(answer.attempts))
            .push_bind(int(answer.elapsed_ms))
            .push_bind(millis(answer.answered_at))
            .push_bind(answer.evidence.map(|document| document.to_string()))
            .push_bind(i64::from(answer.polls))
            .push_bind(answer.next_poll_at.filter(|_| pending).map(millis))
            .push_bind(answer.deadline.filter(|_| pending).map(millis));
    });
    query.push(
        ") UPDATE cells SET kind = a.kind, why = a.why, attempts = a.attempts, elapsed_ms = a.elapsed_ms, answered_at = a.answered_at,
               evidence_document = CASE WHEN a.kind = 'pending' THEN coalesce(a.evidence, evidence_document) ELSE a.evidence END,
               polls = a.polls, next_poll_at = a.next_poll_at, deadline = a.deadline, ask_at = NULL
           FROM answers a WHERE case_id = ",
    );
    query.push_bind(case.to_string());
    query.push(
        " AND cells.member_ref = a.member_ref AND cells.source = a.source AND (cells.kind IS NULL OR cells.kind = 'pending')
           RETURNING cells.member_ref, cells.source",
    );
    query
}

/// The cells that rows name.
fn cells_in(rows: &[Row]) -> Result<Vec<(MemberRef, SourceKey)>, StoreError> {
    let cell =
        |row: &Row| Ok((MemberRef(row.text("member_ref")?), row.must("source", |key| SourceKey::new(key).ok())?));
    rows.iter().map(cell).collect()
}

async fn wake_by(tx: &mut Connection, case: Uuid, at: Timestamp) -> Result<(), StoreError> {
    query("UPDATE cases SET wake_at = CASE WHEN wake_at < $1 THEN wake_at ELSE $1 END WHERE id = $2")
        .bind(millis(at))
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// When the first cell of a case is due: a pending one to be polled or given up, one without an answer to be asked. The case's id is the
/// value at `$case`.
macro_rules! next_look {
    ($case:literal) => {
        concat!(
            "(SELECT min(CASE WHEN kind IS NULL THEN ask_at WHEN deadline < next_poll_at THEN deadline ELSE next_poll_at END)
              FROM cells WHERE case_id = ",
            $case,
            " AND (kind = 'pending' OR (kind IS NULL AND ask_at IS NOT NULL)))"
        )
    };
}
pub(super) use next_look;

/// Has the case looked at when the first of its cells is due.
pub(super) async fn wake_for_next_poll(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    query(concat!("UPDATE cases SET wake_at = coalesce(", next_look!("$1"), ", wake_at) WHERE id = $1"))
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

fn cell_of(row: &Row) -> Result<CellRow, StoreError> {
    Ok(CellRow {
        case_id: row.uuid("case_id")?,
        member_ref: MemberRef(row.text("member_ref")?),
        source: row.must("source", |key| SourceKey::new(key).ok())?,
        leaf_index: row.opt_index("leaf_index")?,
        planned_at: row.time("planned_at")?,
        kind: row.word("kind", AnswerKind::parse)?,
        why: row.opt_text("why")?,
        attempts: row.small("attempts")?,
        elapsed_ms: row.index("elapsed_ms")?,
        answered_at: row.opt_time("answered_at")?,
        evidence_document: row.opt_uuid("evidence_document")?,
        speaks_for: row
            .opt_text("speaks_for")?
            .map(|words| words.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()),
        polls: row.small("polls")?,
        told_in: row.opt_small("told_in")?,
        next_poll_at: row.opt_time("next_poll_at")?,
        deadline: row.opt_time("deadline")?,
        ask_at: row.opt_time("ask_at")?,
        asks: row.small("asks")?,
    })
}
