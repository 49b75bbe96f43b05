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

use super::cases::{lock, transition};
use super::columns::Columns as _;
use super::db::{Connection, query};
use super::receipt::entry_of;
use super::{CaseState, Effect, RestingCase, Store, StoreError, batches};

impl Store {
    /// Destroys the data keys and ciphertexts of everything that is kept of a case (request, evidence, versions, attestations, changes, alerts and
    /// their notes, hearings, objections, reviews), what its departments answered, and every tag by which it could be found, if the case rests still as it did when it was chosen:
    /// an effect of its entry. How many data keys were destroyed. Whoever has erased has the write-ahead log cut, with [`Store::cut_wal`].
    ///
    /// What a later report of the same household says has changed since belongs to that later case, and is erased with it.
    ///
    /// Fails with [`StoreError::RestsNoMore`]: somebody took the case up, watches or inspects it, or erased it; with
    /// [`StoreError::StillInFile`] while the file it came in is still kept; with [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn erasing(chosen: RestingCase, now: Timestamp) -> Effect<u64> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(chosen.id, entries)?;
                lock(tx, chosen.id).await?;
                match super::retention::resting(tx, chosen.id, now).await? {
                    Some(found) if found == chosen => erase(tx, chosen.id, now).await,
                    _ => Err(StoreError::RestsNoMore { case: chosen.id }),
                }
            })
        })
    }

    /// Has nothing of what was deleted left in SQLite's write-ahead log. False where that cannot be had at once: when a reader stands in the way
    /// it is cut at the next checkpoint; never on PostgreSQL, whose write-ahead log and old row versions are the server's to keep and to drop.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`]; the database failed.
    pub async fn cut_wal(&self) -> Result<bool, StoreError> {
        self.writer()?.truncate_wal().await
    }

    /// How many documents of a case or batch open.
    #[cfg(test)]
    pub(crate) async fn count_documents(&self, owner: Uuid) -> Result<u64, StoreError> {
        query("SELECT count(*) AS documents FROM documents d JOIN deks k ON k.id = d.dek_id WHERE d.case_id = $1")
            .bind(owner.to_string())
            .fetch_one(self.reader())
            .await?
            .index("documents")
    }

    /// Whether a document's data key is there, whoever may open it.
    #[cfg(test)]
    pub(crate) async fn keeps(&self, document: Uuid) -> bool {
        let key = query("SELECT 1 FROM documents d JOIN deks k ON k.id = d.dek_id WHERE d.id = $1");
        key.bind(document.to_string()).fetch_optional(self.reader()).await.unwrap().is_some()
    }

    /// Destroys what is kept of a batch beside its cases, once it has ended: what was wrong with rows of its file, and how it was meant. An
    /// effect of its entry; how many data keys were destroyed.
    ///
    /// Fails with [`StoreError::BatchState`] while something of it is left to do; with [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn erasing_batch(batch: Uuid) -> Effect<u64> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(batch, entries)?;
                batches::must_be_over(tx, batch).await?;
                let destroyed = destroy_documents(tx, batch).await?;
                let faults = query("DELETE FROM batch_faults WHERE batch_id = $1");
                faults.bind(batch.to_string()).execute(&mut *tx).await?;
                Ok(destroyed)
            })
        })
    }
}

/// Destroys what is kept of a case, closes what waits for a second person about it, and makes it `Erased`.
pub(super) async fn erase(tx: &mut Connection, case: Uuid, now: Timestamp) -> Result<u64, StoreError> {
    transition(tx, case, CaseState::Erased, now).await?;
    let id = case.to_string();
    // The row of its household lies in the batch's file until that has been read.
    let in_file = query(
        "SELECT c.batch_id FROM cases c JOIN documents d ON d.case_id = c.batch_id AND d.kind = 'upload'
         JOIN deks k ON k.id = d.dek_id WHERE c.id = $1 LIMIT 1",
    );
    if let Some(row) = in_file.bind(id.as_str()).fetch_optional(&mut *tx).await? {
        return Err(StoreError::StillInFile { case, batch: row.uuid("batch_id")? });
    }
    let destroyed = destroy_documents(tx, case).await?;
    for statement in [
        "DELETE FROM alerts WHERE case_id = $1",
        // that a department has records of somebody is a fact about that person
        "UPDATE cells SET kind = NULL, why = NULL, attempts = 0, elapsed_ms = 0, answered_at = NULL, polls = 0, next_poll_at = NULL,
                          deadline = NULL, told_in = NULL WHERE case_id = $1",
        "DELETE FROM case_events WHERE case_id = $1 AND kind = 'answer'",
        "UPDATE approvals SET state = 'void' WHERE case_id = $1 AND state = 'open'",
        "DELETE FROM case_subjects WHERE case_id = $1",
        "DELETE FROM idempotency WHERE case_id = $1",
        "UPDATE outbox SET next_attempt_at = NULL, given_up_at = NULL WHERE case_id = $1",
        "UPDATE cases SET reference_tag = NULL, household_tag = NULL, due_on = NULL, reviews_open = 0 WHERE id = $1",
    ] {
        query(statement).bind(id.as_str()).execute(&mut *tx).await?;
    }
    super::subscriptions::erased(tx, case).await?;
    Ok(destroyed)
}

/// Destroys the data keys of every document of a case or batch, and its ciphertext too: what a key of another copy could open is not here.
async fn destroy_documents(tx: &mut Connection, owner: Uuid) -> Result<u64, StoreError> {
    let owner = owner.to_string();
    tx.owes_cut = true;
    let destroyed = query("DELETE FROM deks WHERE id IN (SELECT dek_id FROM documents WHERE case_id = $1)")
        .bind(owner.as_str())
        .execute(&mut *tx)
        .await?;
    query("UPDATE documents SET ciphertext = $1 WHERE case_id = $2")
        .bind(Vec::new())
        .bind(owner.as_str())
        .execute(tx)
        .await?;
    Ok(destroyed)
}
