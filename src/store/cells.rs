//! The cells of a case: member × source, each planned before it is asked and ended exactly once.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::cases::state;
use super::claims::must_hold;
use super::columns::{Columns as _, int, millis};
use super::events::{self, Happened};
use super::{AuditReceipt, CaseState, KEPT_ROWS, Lease, SealedDocument, Store, StoreError, documents};
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
    /// It will be asked; the query's own entry is durable.
    Ask {
        /// Proof of that entry, which speaks of the case.
        receipt: AuditReceipt,
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
    /// The answer, sealed; of `Pending` with its ticket. None of a further `Pending` with the same ticket: what is sealed stays.
    pub evidence: Option<SealedDocument>,
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
}

impl CellRow {
    /// Whether it will not change any more.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.kind.is_some_and(AnswerKind::ended)
    }
}

impl Store {
    /// Plans cells. One that is planned already (by a worker that died) is left as it is, so a plan may be repeated. Returns how
    /// many were new.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`]; [`StoreError::WrongReceipt`], of a cell's own too; or the database failed.
    pub async fn plan_cells(
        &self,
        receipt: &AuditReceipt,
        lease: &Lease,
        cells: Vec<NewCell>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let lease = lease.clone();
        receipt.must_speak_of(lease.case_id)?;
        for cell in &cells {
            if let Plan::Ask { receipt } = &cell.plan {
                receipt.must_speak_of(lease.case_id)?;
            }
        }
        self.write(move |tx| {
            Box::pin(async move {
                must_hold(tx, &lease).await?;
                plan(tx, lease.case_id, &cells, now).await
            })
        })
        .await
    }

    /// Records answers, all in one transaction, and says for each what became of it. Evidence is stored only with an answer that
    /// stands. A waiting case is woken when a cell has ended.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`], [`StoreError::NotPlanned`] and [`StoreError::PendingIncomplete`]: then none is recorded;
    /// [`StoreError::WrongReceipt`].
    pub async fn record_answers(
        &self,
        receipt: &AuditReceipt,
        lease: &Lease,
        answers: Vec<CellAnswer>,
    ) -> Result<Vec<CellWrite>, StoreError> {
        let lease = lease.clone();
        receipt.must_speak_of(lease.case_id)?;
        self.write(move |tx| {
            Box::pin(async move {
                must_hold(tx, &lease).await?;
                record(tx, lease.case_id, &answers).await
            })
        })
        .await
    }

    /// The cells of a case, by member and source.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cells(&self, case: Uuid) -> Result<Vec<CellRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM cells WHERE case_id = $1 ORDER BY member_ref, source")
            .bind(case.to_string())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(cell_of).collect()
    }
}

async fn plan(tx: &mut SqliteConnection, case: Uuid, cells: &[NewCell], now: Timestamp) -> Result<u64, StoreError> {
    let (asked, skipped): (Vec<_>, Vec<_>) = cells.iter().partition(|cell| matches!(cell.plan, Plan::Ask { .. }));
    let mut planned = 0;
    for rows in asked.chunks(ROWS) {
        planned += insert(tx, case, rows, now).await?;
    }
    for cell in skipped {
        let inserted = insert(tx, case, &[cell], now).await?;
        planned += inserted;
        if inserted == 1 {
            let kind = AnswerKind::Skipped;
            let event = Happened::Answer { member_ref: &cell.member_ref, source: &cell.source, kind };
            events::record(tx, case, now, &[event]).await?;
        }
    }
    Ok(planned)
}

/// Inserts planned cells in one statement; how many were new.
async fn insert(tx: &mut SqliteConnection, case: Uuid, cells: &[&NewCell], now: Timestamp) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(
        "INSERT INTO cells (case_id, member_ref, source, leaf_index, planned_at, kind, why, answered_at, speaks_for) ",
    );
    query.push_values(cells, |mut row, cell| {
        let (leaf, kind, why) = match &cell.plan {
            Plan::Ask { receipt } => (Some(int(receipt.index())), None, None),
            Plan::Skip { why } => (None, Some(AnswerKind::Skipped), Some(why.as_str())),
        };
        row.push_bind(case.to_string())
            .push_bind(cell.member_ref.as_str())
            .push_bind(cell.source.as_str())
            .push_bind(leaf)
            .push_bind(millis(now))
            .push_bind(kind.map(AnswerKind::as_str))
            .push_bind(why)
            .push_bind(kind.map(|_| millis(now)))
            .push_bind(cell.speaks_for.join(","));
    });
    query.push(" ON CONFLICT DO NOTHING");
    Ok(query.build().persistent(cells.len() <= KEPT_ROWS).execute(tx).await?.rows_affected())
}

async fn record(tx: &mut SqliteConnection, case: Uuid, answers: &[CellAnswer]) -> Result<Vec<CellWrite>, StoreError> {
    let mut kinds = kinds(tx, case, answers).await?;
    let (mut writes, mut standing, mut news) = (Vec::with_capacity(answers.len()), Vec::new(), Vec::new());
    for answer in answers {
        let pending = !answer.kind.ended();
        let cell = (answer.member_ref.as_str().to_owned(), answer.source.as_str().to_owned());
        let before = kinds.get_mut(&cell).ok_or_else(|| StoreError::NotPlanned {
            case,
            member_ref: answer.member_ref.0.clone(),
            source_key: answer.source.to_string(),
        })?;
        if before.is_some_and(AnswerKind::ended) {
            writes.push(CellWrite::AlreadyEnded);
            continue;
        }
        let sealed = answer.evidence.is_some() || before.is_some();
        if pending && !(sealed && answer.next_poll_at.is_some() && answer.deadline.is_some()) {
            return Err(StoreError::PendingIncomplete);
        }
        // a poll without news is no event
        if !pending || before.is_none() {
            news.push(answer);
        }
        let replaces = before.replace(answer.kind).is_some() && (!pending || answer.evidence.is_some());
        standing.push((answer, replaces));
        writes.push(CellWrite::Written);
    }
    let evidence: Vec<&SealedDocument> = standing.iter().filter_map(|(answer, _)| answer.evidence.as_ref()).collect();
    for rows in evidence.chunks(ROWS) {
        documents::insert_all(tx, Some(case), rows).await?;
    }
    for (answer, replaces) in &standing {
        let ticket = if *replaces { sealed_answer(tx, case, answer).await? } else { None };
        write(tx, case, answer).await?;
        if let Some(document) = ticket {
            documents::remove(tx, document).await?;
        }
    }
    for together in news.chunk_by(|a, b| a.answered_at == b.answered_at) {
        let events: Vec<_> = together.iter().map(|answer| happened(answer)).collect();
        events::record(tx, case, together[0].answered_at, &events).await?;
    }
    if state(tx, case).await? == CaseState::Waiting {
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

/// What the cells of some answers hold, by member and source; a cell that is not planned is not there.
async fn kinds(
    tx: &mut SqliteConnection,
    case: Uuid,
    answers: &[CellAnswer],
) -> Result<HashMap<(String, String), Option<AnswerKind>>, StoreError> {
    let mut kinds = HashMap::with_capacity(answers.len());
    for asked in answers.chunks(ROWS) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT member_ref, source, kind FROM cells WHERE case_id = ");
        query.push_bind(case.to_string()).push(" AND (member_ref, source) IN (");
        query.push_values(asked, |mut row, answer| {
            row.push_bind(answer.member_ref.as_str()).push_bind(answer.source.as_str());
        });
        query.push(")");
        for row in query.build().persistent(asked.len() <= KEPT_ROWS).fetch_all(&mut *tx).await? {
            kinds.insert((row.text("member_ref")?, row.text("source")?), row.word("kind", AnswerKind::parse)?);
        }
    }
    Ok(kinds)
}

/// The document of a cell's answer so far: of a cell that waits, its ticket.
async fn sealed_answer(tx: &mut SqliteConnection, case: Uuid, answer: &CellAnswer) -> Result<Option<Uuid>, StoreError> {
    let row = sqlx::query("SELECT evidence_document FROM cells WHERE case_id = $1 AND member_ref = $2 AND source = $3")
        .bind(case.to_string())
        .bind(answer.member_ref.as_str())
        .bind(answer.source.as_str())
        .fetch_one(tx)
        .await?;
    row.opt_uuid("evidence_document")
}

async fn write(tx: &mut SqliteConnection, case: Uuid, answer: &CellAnswer) -> Result<(), StoreError> {
    let pending = !answer.kind.ended();
    sqlx::query(
        "UPDATE cells SET kind = $1, why = $2, attempts = $3, elapsed_ms = $4, answered_at = $5,
                          evidence_document = CASE WHEN $13 THEN coalesce($6, evidence_document) ELSE $6 END,
                          polls = $7, next_poll_at = $8, deadline = $9
         WHERE case_id = $10 AND member_ref = $11 AND source = $12",
    )
    .bind(answer.kind.as_str())
    .bind(answer.why.as_deref())
    .bind(i64::from(answer.attempts))
    .bind(int(answer.elapsed_ms))
    .bind(millis(answer.answered_at))
    .bind(answer.evidence.as_ref().map(|document| document.id.to_string()))
    .bind(i64::from(answer.polls))
    .bind(answer.next_poll_at.filter(|_| pending).map(millis))
    .bind(answer.deadline.filter(|_| pending).map(millis))
    .bind(case.to_string())
    .bind(answer.member_ref.as_str())
    .bind(answer.source.as_str())
    .bind(pending)
    .execute(tx)
    .await?;
    Ok(())
}

async fn wake_by(tx: &mut SqliteConnection, case: Uuid, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE cases SET wake_at = CASE WHEN wake_at < $1 THEN wake_at ELSE $1 END WHERE id = $2")
        .bind(millis(at))
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Has the case looked at when the first of its pending cells is to be polled or given up.
pub(super) async fn wake_for_next_poll(tx: &mut SqliteConnection, case: Uuid) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE cases SET wake_at = coalesce((SELECT min(CASE WHEN deadline < next_poll_at THEN deadline ELSE next_poll_at END)
                                              FROM cells WHERE case_id = $1 AND kind = 'pending'), wake_at)
         WHERE id = $1",
    )
    .bind(case.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

fn cell_of(row: &SqliteRow) -> Result<CellRow, StoreError> {
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
    })
}
