//! What happened to a case, in order, written in the transaction that made it so: any replica can serve the stream and resume it.

use jiff::Timestamp;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::columns::{Columns as _, int, millis};
use super::{CaseState, KEPT_ROWS, Store, StoreError, words};
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
        let rows = sqlx::query("SELECT * FROM case_events WHERE case_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
            .bind(case.to_string())
            .bind(int(after))
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| {
                let kind = row.must("kind", CaseEventKind::parse)?;
                let is = |wanted| kind == wanted;
                Ok(CaseEvent {
                    seq: row.index("seq")?,
                    at: row.time("at")?,
                    kind,
                    state: if is(CaseEventKind::State) { row.word("word", CaseState::parse)? } else { None },
                    member_ref: row.opt_text("member_ref")?.map(MemberRef),
                    source: row.word("source", |key| SourceKey::new(key).ok())?,
                    answer: if is(CaseEventKind::Answer) { row.word("word", AnswerKind::parse)? } else { None },
                    version: row.opt_small("version")?,
                })
            })
            .collect()
    }
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
    tx: &mut SqliteConnection,
    case: Uuid,
    at: Timestamp,
    events: &[Happened<'_>],
) -> Result<(), StoreError> {
    let count = int(events.len() as u64);
    let next: i64 =
        sqlx::query_scalar("UPDATE cases SET next_event = next_event + $1 WHERE id = $2 RETURNING next_event")
            .bind(count)
            .bind(case.to_string())
            .fetch_one(&mut *tx)
            .await?;
    let mut query = QueryBuilder::<Sqlite>::new(
        "INSERT INTO case_events (case_id, seq, at, kind, member_ref, source, word, version) ",
    );
    query.push_values((next - count..).zip(events), |mut row, (seq, event)| {
        let (kind, member_ref, source, word, version) = match event {
            Happened::State(state) => (CaseEventKind::State, None, None, Some(state.as_str()), None),
            Happened::Answer { member_ref, source, kind } => {
                (CaseEventKind::Answer, Some(member_ref.as_str()), Some(source.as_str()), Some(kind.as_str()), None)
            }
            Happened::Version(number) => (CaseEventKind::Version, None, None, None, Some(i64::from(*number))),
            Happened::Issued(number) => (CaseEventKind::Issued, None, None, None, Some(i64::from(*number))),
        };
        row.push_bind(case.to_string())
            .push_bind(seq)
            .push_bind(millis(at))
            .push_bind(kind.as_str())
            .push_bind(member_ref)
            .push_bind(source)
            .push_bind(word)
            .push_bind(version);
    });
    query.build().persistent(events.len() <= KEPT_ROWS).execute(tx).await?;
    Ok(())
}
