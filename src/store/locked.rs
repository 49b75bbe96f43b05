//! What was answered under an authorisation that was taken back: nobody opens it from that moment, and it is destroyed when a second person agrees
//! or the time for a refusal is over. One person alone destroys nothing. What a second one refuses to have destroyed stays locked: stored, opened by
//! nobody, until its destruction is asked for again and not refused.
//!
//! Everything is locked in the commit of the withdrawal's entry, which holds the hash of the ids of what it locks: a lock that somebody takes off
//! in the database is found by them.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::approvals::{self, ApprovalState, NewApproval};
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Row, query};
use super::receipt::entry_of;
use super::{DocumentKind, Effect, Hash, SealedDocument, Store, StoreError, documents};

/// A document of a case that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDocument {
    /// Id.
    pub id: Uuid,
    /// What it is.
    pub kind: DocumentKind,
    /// Whether it tells of everybody in the case and is no issued version: a draft with its evidence and changes, an alert, what the family said when
    /// it was heard, what is asked about records.
    pub tells: bool,
}

/// What a withdrawal locks.
#[derive(Clone, Debug, Default)]
pub struct Locking {
    /// The documents of the case as they were when this was made: one that has come since is locked with the rest, or not at all.
    pub seen: Vec<OpenDocument>,
    /// Documents that are locked as they are.
    pub whole: Vec<Uuid>,
    /// Those that speak of others too, with what stands in their place.
    pub replaced: Vec<(Uuid, SealedDocument)>,
}

impl Locking {
    /// The documents that it locks.
    fn documents(&self) -> impl Iterator<Item = Uuid> {
        self.whole.iter().copied().chain(self.replaced.iter().map(|(old, _)| *old))
    }

    /// The hash of their ids, for the entry.
    #[must_use]
    pub fn sha256(&self) -> Hash {
        ids_sha256(self.documents().map(|id| id.to_string()).collect())
    }
}

/// The hash of ids, whatever their order: each on a line of its own.
#[must_use]
pub fn ids_sha256(mut ids: Vec<String>) -> Hash {
    ids.sort_unstable();
    ids.dedup();
    Sha256::digest(ids.join("\n")).into()
}

/// Documents of a case that open, and whether they tell of everybody in it.
const OPEN: &str = "SELECT d.id, d.kind, d.id IN (
         SELECT report_document FROM versions WHERE case_id = $1 AND NOT issued
         UNION SELECT evidence_document FROM versions WHERE case_id = $1 AND NOT issued
         UNION SELECT change_document FROM versions WHERE case_id = $1 AND NOT issued AND change_document IS NOT NULL
         UNION SELECT document_id FROM alerts WHERE case_id = $1
         UNION SELECT note_document FROM alerts WHERE case_id = $1 AND note_document IS NOT NULL
         UNION SELECT document_id FROM hearings WHERE case_id = $1
         UNION SELECT document_id FROM approvals WHERE case_id = $1 AND kind = 'review'
         UNION SELECT h.reason_document FROM approval_hands h JOIN approvals a ON a.id = h.approval_id
               WHERE a.case_id = $1 AND a.kind = 'review' AND h.reason_document IS NOT NULL) AS tells
     FROM documents d JOIN deks k ON k.id = d.dek_id WHERE d.case_id = $1 AND d.locked_in IS NULL ORDER BY d.id";

/// Cases with something locked that nobody can refuse to have destroyed any more: the time of what was last asked is over. What is agreed to
/// is destroyed in the same commit.
fn overdue(what: &'static str, now: Timestamp) -> Builder<'static> {
    let mut query = Builder::new("SELECT DISTINCT ");
    query.push(what).push(
        " FROM documents d JOIN deks k ON k.id = d.dek_id
          WHERE d.locked_in IS NOT NULL
            AND (SELECT a.state = 'open' AND a.lapses_at <= ",
    );
    query.push_bind(millis(now)).push(
        " FROM approvals a
                 WHERE a.case_id = d.case_id AND a.withdrawn_in = d.locked_in ORDER BY a.id DESC LIMIT 1)",
    );
    query
}

impl Store {
    /// The documents of a case that open.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_documents(&self, case: Uuid) -> Result<Vec<OpenDocument>, StoreError> {
        let rows = query(OPEN).bind(case.to_string()).fetch_all(self.reader()).await?;
        rows.iter().map(open_of).collect()
    }

    /// At most `limit` cases with something that is to be destroyed now, after a case, in the order of cases.
    ///
    /// # Errors
    /// The database failed.
    pub async fn to_destroy(&self, now: Timestamp, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>, StoreError> {
        let mut page = overdue("d.case_id", now);
        page.push(" AND d.case_id > ").push_bind(after.map_or_else(String::new, |case| case.to_string()));
        page.push(" ORDER BY d.case_id LIMIT ").push_bind(i64::from(limit));
        let rows = page.build().fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("case_id")).collect()
    }

    /// Destroys what is locked of a case and nobody can refuse any more: an effect of its entry. Whether anything was.
    ///
    /// Fails with [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn destroying(case: Uuid, now: Timestamp) -> Effect<bool> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(case, entries)?;
                super::cases::lock(tx, case).await?;
                let mut due = overdue("d.locked_in", now);
                due.push(" AND d.case_id = ").push_bind(case.to_string());
                let due = due.build().fetch_all(&mut *tx).await?;
                for row in &due {
                    destroy(tx, case, row.index("locked_in")?).await?;
                }
                Ok(!due.is_empty())
            })
        })
    }

    /// Asks again for a destruction that was refused: an effect of its entry.
    ///
    /// Fails with [`StoreError::AlreadyAsked`] where it is asked for, [`StoreError::NotOpen`] where it was not refused;
    /// [`StoreError::IllegalTransition`] of an erased case; [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn asking_again(approval: NewApproval) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let case = approval.case_id;
                entry_of(case, entries)?;
                super::cases::must_not_be_erased(tx, case).await?;
                let last = query(
                    "SELECT state, lapses_at FROM approvals WHERE case_id = $1 AND withdrawn_in = $2 ORDER BY id DESC LIMIT 1",
                );
                let last =
                    last.bind(case.to_string()).bind(approval.withdrawn_in.map(int)).fetch_optional(&mut *tx).await?;
                let last = last.ok_or(StoreError::NotOpen { id: approval.id })?;
                match last.must("state", ApprovalState::parse)? {
                    ApprovalState::Refused => approvals::insert(tx, &approval).await,
                    ApprovalState::Open if last.time("lapses_at")? > approval.at => {
                        Err(StoreError::AlreadyAsked { case })
                    }
                    _ => Err(StoreError::NotOpen { id: approval.id }),
                }
            })
        })
    }
}

/// Locks what a withdrawal, whose entry is `leaf`, leaves without a place: answers that no cell names any more, and what tells of whoever withdrew.
/// Issued versions stay, and that somebody was heard or decided.
pub(super) async fn lock(tx: &mut Connection, case: Uuid, locking: &Locking, leaf: u64) -> Result<(), StoreError> {
    let found = query(OPEN).bind(case.to_string()).fetch_all(&mut *tx).await?;
    let found: Vec<OpenDocument> = found.iter().map(open_of).collect::<Result<_, _>>()?;
    if found != locking.seen {
        return Err(StoreError::MovedOn { case });
    }
    for (old, new) in &locking.replaced {
        documents::insert(tx, Some(case), new).await?;
        for statement in [
            "UPDATE cells SET evidence_document = $1 WHERE case_id = $2 AND evidence_document = $3",
            "UPDATE decisions SET document_id = $1 WHERE case_id = $2 AND document_id = $3",
        ] {
            let moved = query(statement).bind(new.id.to_string()).bind(case.to_string()).bind(old.to_string());
            moved.execute(&mut *tx).await?;
        }
    }
    for document in locking.documents() {
        query("UPDATE documents SET locked_in = $1 WHERE id = $2 AND case_id = $3")
            .bind(int(leaf))
            .bind(document.to_string())
            .bind(case.to_string())
            .execute(&mut *tx)
            .await?;
    }
    approvals::void_reviews(tx, case).await
}

/// Destroys what the withdrawal of this entry locked.
pub(super) async fn destroy(tx: &mut Connection, case: Uuid, leaf: u64) -> Result<(), StoreError> {
    tx.owes_cut = true;
    let case = case.to_string();
    for statement in [
        "DELETE FROM alerts WHERE case_id = $1
             AND document_id IN (SELECT id FROM documents WHERE case_id = $1 AND locked_in = $2)",
        "DELETE FROM deks WHERE id IN (SELECT dek_id FROM documents WHERE case_id = $1 AND locked_in = $2)",
    ] {
        query(statement).bind(case.as_str()).bind(int(leaf)).execute(&mut *tx).await?;
    }
    query("UPDATE documents SET ciphertext = $1 WHERE case_id = $2 AND locked_in = $3")
        .bind(Vec::new())
        .bind(case.as_str())
        .bind(int(leaf))
        .execute(tx)
        .await?;
    Ok(())
}

fn open_of(row: &Row) -> Result<OpenDocument, StoreError> {
    Ok(OpenDocument { id: row.uuid("id")?, kind: row.must("kind", DocumentKind::parse)?, tells: row.flag("tells")? })
}
