//! Rows that entries of the log have brought about, looked for many at a time: which of them are not there?

use uuid::Uuid;

use super::columns::{Columns as _, int};
use super::db::{Builder, Value, query};
use super::{ApprovalState, CaseState, LogSnapshot, StoreError};

/// A row that must be there, by what its entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A case.
    Case(Uuid),
    /// A query's cell: case, member, source.
    Cell(Uuid, String, String),
    /// A version of a case's report.
    Version(Uuid, u32),
    /// A batch.
    Batch(Uuid),
    /// A decision on a case, by its entry.
    Decision(Uuid, u64),
    /// A hearing of a case's family, by its entry.
    Hearing(Uuid, u64),
    /// A watch over a case's household, by its entry.
    Subscription(Uuid, u64),
    /// What waits, or waited, for a second person.
    Approval(Uuid),
    /// An inspection that was ended: it must still stand so.
    Ended(Uuid),
    /// A hand raised for or against it, by its entry.
    Hand(Uuid, u64),
    /// A registration of whom a caller stands apart from.
    Kin(Uuid),
}

impl Expected {
    /// The table and the columns by which the row is found.
    #[must_use]
    pub const fn place(&self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Case(_) => ("cases", &["id"]),
            Self::Cell(..) => ("cells", &["case_id", "member_ref", "source"]),
            Self::Version(..) => ("versions", &["case_id", "number"]),
            Self::Batch(_) => ("batches", &["id"]),
            Self::Decision(..) => ("decisions", &["case_id", "leaf_index"]),
            Self::Hearing(..) => ("hearings", &["case_id", "leaf_index"]),
            Self::Subscription(..) => ("subscriptions", &["case_id", "leaf_index"]),
            Self::Approval(_) => ("approvals", &["id"]),
            Self::Ended(_) => ("approvals", &["id", "state"]),
            Self::Hand(..) => ("approval_hands", &["approval_id", "leaf_index"]),
            Self::Kin(_) => ("kin", &["id"]),
        }
    }

    fn values(&self) -> Vec<Value<'_>> {
        match self {
            Self::Case(id) | Self::Batch(id) | Self::Approval(id) | Self::Kin(id) => vec![id.to_string().into()],
            Self::Ended(id) => vec![id.to_string().into(), ApprovalState::Revoked.as_str().into()],
            Self::Cell(case, member, source) => {
                vec![case.to_string().into(), member.as_str().into(), source.as_str().into()]
            }
            Self::Version(case, number) => vec![case.to_string().into(), i64::from(*number).into()],
            Self::Decision(of, leaf)
            | Self::Hearing(of, leaf)
            | Self::Subscription(of, leaf)
            | Self::Hand(of, leaf) => {
                vec![of.to_string().into(), int(*leaf).into()]
            }
        }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.place().0
    }

    /// The row's key as it is named to people.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Case(id) | Self::Batch(id) | Self::Approval(id) | Self::Kin(id) => id.to_string(),
            Self::Ended(id) => format!("{id} {}", ApprovalState::Revoked.as_str()),
            Self::Cell(case, member, source) => format!("{case} {member} {source}"),
            Self::Version(case, number) => format!("{case} {number}"),
            Self::Decision(of, leaf)
            | Self::Hearing(of, leaf)
            | Self::Subscription(of, leaf)
            | Self::Hand(of, leaf) => {
                format!("{of} of leaf {leaf}")
            }
        }
    }
}

impl LogSnapshot {
    /// The places in `expected`, rows of one table, of those that are not there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn absent(&mut self, expected: &[&Expected]) -> Result<Vec<usize>, StoreError> {
        let Some(first) = expected.first() else { return Ok(Vec::new()) };
        let (table, columns) = first.place();
        let mut statement = Builder::new("SELECT CAST(v.column1 AS BIGINT) AS place FROM (VALUES ");
        for (place, row) in expected.iter().enumerate() {
            statement.push(if place == 0 { "(" } else { ", (" }).push(&place.to_string());
            for value in row.values() {
                statement.push(", ").push_bind(value);
            }
            statement.push(")");
        }
        statement.push(") AS v LEFT JOIN ").push(table).push(" t ON ");
        for (place, column) in columns.iter().enumerate() {
            statement.push(if place == 0 { "t." } else { " AND t." }).push(column);
            statement.push(" = v.column").push(&(place + 2).to_string());
        }
        statement.push(" WHERE t.").push(columns[0]).push(" IS NULL");
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        rows.iter().map(|row| Ok(usize::try_from(row.int("place")?).unwrap_or(usize::MAX))).collect()
    }

    /// Where a case stands; none when there is no such row, or it says nothing that can be read.
    ///
    /// # Errors
    /// The database failed.
    pub async fn state_of(&mut self, case: Uuid) -> Result<Option<CaseState>, StoreError> {
        let row = query("SELECT state FROM cases WHERE id = $1")
            .bind(case.to_string())
            .fetch_optional(self.connection()?)
            .await?;
        Ok(row.and_then(|row| row.must("state", CaseState::parse).ok()))
    }
}
