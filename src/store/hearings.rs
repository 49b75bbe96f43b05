//! That a family was heard about what a report says of it: when, and sealed what it said.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, millis};
use super::db::query;
use super::{AuditReceipt, CaseState, SealedDocument, Store, StoreError, documents};

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
    /// Notes a hearing.
    ///
    /// # Errors
    /// [`StoreError::Erased`] of a case that is; [`StoreError::WrongReceipt`]; the database failed.
    pub async fn hear(
        &self,
        receipt: &AuditReceipt,
        case: Uuid,
        version: u32,
        statement: SealedDocument,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(case)?;
        self.write(move |tx| {
            Box::pin(async move {
                if super::cases::state(tx, case).await? == CaseState::Erased {
                    return Err(StoreError::Erased { id: case });
                }
                documents::insert(tx, Some(case), &statement).await?;
                query("INSERT INTO hearings (document_id, case_id, version, at) VALUES ($1, $2, $3, $4)")
                    .bind(statement.id.to_string())
                    .bind(case.to_string())
                    .bind(i64::from(version))
                    .bind(millis(now))
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
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
