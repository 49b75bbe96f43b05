//! Erasing a case: its data keys are destroyed, so that no copy of its ciphertext opens any more.
//!
//! The log's leaves stay: they hold no personal data. Backups hold the wrapped keys until the key encryption key's epoch is
//! destroyed; only then is a shred final.
//!
//! SQLite overwrites what is deleted (`secure_delete`) and cuts its write-ahead log. PostgreSQL does neither at once: a deleted row's old
//! bytes stay in its table until a VACUUM has made room and something else was written there, and in the write-ahead log, its archive and
//! standbys for as long as those are kept. What they hold is wrapped keys and ciphertext: as with backups, only the end of the key encryption key's epoch
//! makes it final.

use jiff::Timestamp;
use uuid::Uuid;

use super::cases::transition;
use super::db::query;
use super::{AuditReceipt, CaseState, Store, StoreError};

/// What an erasure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Data keys destroyed.
    pub deks_destroyed: u64,
    /// Whether the write-ahead log, which may hold their old pages, could be cut; when a reader stood in the way it is cut at the
    /// next checkpoint. Never on PostgreSQL, whose write-ahead log and old row versions are the server's to keep and to drop.
    pub wal_truncated: bool,
}

impl Store {
    /// Destroys the data keys and ciphertexts of a case at rest, and every tag by which it could be found.
    ///
    /// # Errors
    /// [`StoreError::IllegalTransition`] while the case is being worked on; [`StoreError::WrongReceipt`].
    pub async fn erase_case(&self, receipt: &AuditReceipt, case: Uuid, now: Timestamp) -> Result<Erasure, StoreError> {
        receipt.must_speak_of(case)?;
        let deks_destroyed = self
            .write(move |tx| {
                Box::pin(async move {
                    transition(tx, case, CaseState::Erased, now).await?;
                    let id = case.to_string();
                    let destroyed =
                        query("DELETE FROM deks WHERE id IN (SELECT dek_id FROM documents WHERE case_id = $1)")
                            .bind(id.as_str())
                            .execute(&mut *tx)
                            .await?;
                    query("UPDATE documents SET ciphertext = $1 WHERE case_id = $2")
                        .bind(Vec::new())
                        .bind(id.as_str())
                        .execute(&mut *tx)
                        .await?;
                    for statement in [
                        "DELETE FROM case_subjects WHERE case_id = $1",
                        "DELETE FROM idempotency WHERE case_id = $1",
                        "UPDATE outbox SET next_attempt_at = NULL, given_up_at = NULL WHERE case_id = $1",
                        "UPDATE cases SET reference_tag = NULL, household_tag = NULL, due_on = NULL WHERE id = $1",
                    ] {
                        query(statement).bind(id.as_str()).execute(&mut *tx).await?;
                    }
                    super::subscriptions::erased(tx, case).await?;
                    Ok(destroyed)
                })
            })
            .await?;
        let wal_truncated = self.writer()?.truncate_wal().await?;
        Ok(Erasure { deks_destroyed, wal_truncated })
    }
}
