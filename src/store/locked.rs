//! What was answered under an authorisation that was taken back: nobody opens it from that moment, and it is destroyed when a second person agrees
//! or the time for a refusal is over. One person alone destroys nothing; that a second one refuses opens it again.

use jiff::Timestamp;
use uuid::Uuid;

use super::approvals::{self, NewApproval};
use super::columns::{Columns as _, millis};
use super::db::{Builder, Connection, query};
use super::receipt::entry_of;
use super::{Effect, Store, StoreError};

/// Cases with something locked whose destruction nobody can refuse any more.
fn overdue(now: Timestamp) -> Builder<'static> {
    let mut query = Builder::new(
        "SELECT DISTINCT d.case_id FROM documents d JOIN deks k ON k.id = d.dek_id
         WHERE d.locked AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.case_id = d.case_id AND a.kind = 'destruction'
                                        AND a.state = 'open' AND a.lapses_at > ",
    );
    query.push_bind(millis(now)).push(")");
    query
}

impl Store {
    /// At most `limit` cases with something that is to be destroyed now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn to_destroy(&self, now: Timestamp, limit: u32) -> Result<Vec<Uuid>, StoreError> {
        let mut page = overdue(now);
        page.push(" ORDER BY d.case_id LIMIT ").push_bind(i64::from(limit));
        let rows = page.build().fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("case_id")).collect()
    }

    /// Destroys what is locked of a case, if nobody can refuse any more: an effect of its entry. Whether anything was.
    ///
    /// Fails with [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn destroying(case: Uuid, now: Timestamp) -> Effect<bool> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(case, entries)?;
                super::cases::lock(tx, case).await?;
                let mut still = overdue(now);
                still.push(" AND d.case_id = ").push_bind(case.to_string());
                let still = still.build().fetch_optional(&mut *tx).await?;
                if still.is_some() {
                    destroy(tx, case).await?;
                }
                Ok(still.is_some())
            })
        })
    }
}

/// Asks for the destruction of what a withdrawal leaves; where it is asked for already, this takes its place, with as much time anew.
pub(super) async fn ask(tx: &mut Connection, approval: &NewApproval) -> Result<(), StoreError> {
    query("UPDATE approvals SET state = 'void' WHERE case_id = $1 AND kind = 'destruction' AND state = 'open'")
        .bind(approval.case_id.to_string())
        .execute(&mut *tx)
        .await?;
    approvals::insert(tx, approval).await?;
    lock_drafts(tx, approval.case_id).await
}

/// Drafts of the report, with their evidence and changes. Issued versions stay.
pub(super) async fn lock_drafts(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    query(
        "UPDATE documents SET locked = TRUE WHERE case_id = $1 AND id IN (
             SELECT report_document FROM versions WHERE case_id = $1 AND NOT issued
             UNION SELECT evidence_document FROM versions WHERE case_id = $1 AND NOT issued
             UNION SELECT change_document FROM versions WHERE case_id = $1 AND NOT issued AND change_document IS NOT NULL)",
    )
    .bind(case.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn lock(tx: &mut Connection, case: Uuid, document: Uuid) -> Result<(), StoreError> {
    query("UPDATE documents SET locked = TRUE WHERE id = $1 AND case_id = $2")
        .bind(document.to_string())
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether a second person has refused what was last asked for.
pub(super) async fn is_refused(tx: &mut Connection, case: Uuid) -> Result<bool, StoreError> {
    let last =
        query("SELECT state FROM approvals WHERE case_id = $1 AND kind = 'destruction' ORDER BY id DESC LIMIT 1");
    let last = last.bind(case.to_string()).fetch_optional(tx).await?;
    last.map_or(Ok(false), |row| Ok(row.text("state")? == approvals::ApprovalState::Refused.as_str()))
}

pub(super) async fn unlock(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    query("UPDATE documents SET locked = FALSE WHERE case_id = $1 AND locked")
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn destroy(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    tx.owes_cut = true;
    let case = case.to_string();
    query("DELETE FROM alerts WHERE case_id = $1 AND document_id IN (SELECT id FROM documents WHERE case_id = $1 AND locked)")
        .bind(case.as_str())
        .execute(&mut *tx)
        .await?;
    let keys = query("DELETE FROM deks WHERE id IN (SELECT dek_id FROM documents WHERE case_id = $1 AND locked)");
    keys.bind(case.as_str()).execute(&mut *tx).await?;
    query("UPDATE documents SET ciphertext = $1 WHERE case_id = $2 AND locked")
        .bind(Vec::new())
        .bind(case.as_str())
        .execute(tx)
        .await?;
    Ok(())
}
