//! That a family was heard about what a report says of it: when, and sealed what it said.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, int, millis};
use super::db::query;
use super::receipt::entry_of;
use super::{CaseState, Effect, SealedDocument, Store, StoreError, documents};

/// A hearing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HearingRow {
    /// Case.
    pub case_id: Uuid,
    /// Version that the family was heard about.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// What it said, sealed.
    pub document: Uuid,
}

impl Store {
    /// Notes a hearing: an effect of its entry.
    ///
    /// Fails with [`StoreError::Erased`] of a case that is; [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn hearing(case: Uuid, version: u32, statement: SealedDocument, now: Timestamp) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let entry = entry_of(case, entries)?;
                if super::cases::state(tx, case).await? == CaseState::Erased {
                    return Err(StoreError::Erased { id: case });
                }
                documents::insert(tx, Some(case), &statement).await?;
                query(
                    "INSERT INTO hearings (document_id, case_id, version, at, leaf_index) VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(statement.id.to_string())
                .bind(case.to_string())
                .bind(i64::from(version))
                .bind(millis(now))
                .bind(int(entry.index()))
                .execute(tx)
                .await?;
                Ok(())
            })
        })
    }

    /// The hearings about a version of a case, the first first: what was said about an earlier version is not about this one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn heard(&self, case: Uuid, version: u32) -> Result<Vec<HearingRow>, StoreError> {
        let all = query("SELECT * FROM hearings WHERE case_id = $1 AND version = $2 ORDER BY at, document_id");
        let rows = all.bind(case.to_string()).bind(i64::from(version)).fetch_all(self.reader()).await?;
        let hearing = |row: &super::db::Row| {
            Ok(HearingRow {
                case_id: row.uuid("case_id")?,
                version: row.small("version")?,
                at: row.time("at")?,
                document: row.uuid("document_id")?,
            })
        };
        rows.iter().map(hearing).collect()
    }
}
