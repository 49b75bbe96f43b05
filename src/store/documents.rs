//! Sealed documents: ciphertexts, and apart from them the wrapped data keys.

use uuid::Uuid;

use super::columns::Columns as _;
use super::db::{Builder, Connection, query};
use super::{AuditReceipt, Hash, KEPT_ROWS, Store, StoreError, words};

words! {
    /// What a document is. Part of the associated data it is sealed with, so that rows cannot be swapped.
    DocumentKind {
        /// The request as checked, with names and authorisations.
        Request = "request",
        /// Answers of a case that landed together, with the records in them.
        Evidence = "evidence",
        /// What a version of a report was made from: RFC 8785 JSON of `household::Evidence`.
        VersionEvidence = "version_evidence",
        /// A report's body.
        Report = "report",
        /// What a family said: an objection, a word when it was heard.
        Objection = "objection",
        /// A reviewer's decisions on records.
        Review = "review",
        /// That a member took the authorisation back, and why.
        Withdrawal = "withdrawal",
        /// Which department is asked once more.
        AskedAgain = "asked_again",
        /// What is asked of a second person, and why.
        Approval = "approval",
        /// Whom a caller stands apart from.
        Kin = "kin",
        /// An uploaded file.
        Upload = "upload",
        /// For whom and how a batch's file is read.
        BatchTerms = "batch_terms",
        /// What is wrong with rows of a batch's file.
        BatchFaults = "batch_faults",
        /// What changed since a household's last report.
        Change = "change",
        /// What monitoring found about a household.
        Alert = "alert",
        /// What an audit entry's `detail_hash` speaks of.
        AuditDetail = "audit_detail",
    }
}

/// A document under a data key (DEK) that is used once and stored wrapped by a key encryption key (KEK).
#[derive(Clone, PartialEq, Eq)]
pub struct SealedDocument {
    /// UUIDv7 of the document.
    pub id: Uuid,
    /// What it is.
    pub kind: DocumentKind,
    /// Its data key.
    pub dek_id: Uuid,
    /// The key that wraps the data key.
    pub kek_id: String,
    /// The data key, wrapped.
    pub wrapped_dek: Vec<u8>,
    /// Commitment to the data key.
    pub commitment: Hash,
    /// Nonce, ciphertext and authentication tag, as `keys` lays them out.
    pub ciphertext: Vec<u8>,
}

impl std::fmt::Debug for SealedDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SealedDocument").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A document with the case it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// Its case.
    pub case_id: Option<Uuid>,
    /// The document.
    pub document: SealedDocument,
}

/// A wrapped data key, for the rotation of key encryption keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedDek {
    /// Data key.
    pub dek_id: Uuid,
    /// The key that wraps it.
    pub kek_id: String,
    /// Wrapped.
    pub wrapped: Vec<u8>,
}

impl Store {
    /// Stores a document that belongs to no version or cell: an objection, an upload, an audit detail.
    ///
    /// # Errors
    /// [`StoreError::WrongReceipt`], or the database failed.
    pub async fn put_document(
        &self,
        receipt: &AuditReceipt,
        case_id: Option<Uuid>,
        document: SealedDocument,
    ) -> Result<(), StoreError> {
        if let Some(case) = case_id {
            receipt.must_speak_of(case)?;
        }
        self.write(move |tx| Box::pin(async move { insert(tx, case_id, &document).await })).await
    }

    /// A document, still sealed: opening its key demands a receipt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Erased`] when its key was destroyed, or it is locked: of an authorisation taken back.
    pub async fn get_document(&self, id: Uuid) -> Result<StoredDocument, StoreError> {
        let row = query(
            "SELECT d.*, k.kek_id, k.wrapped FROM documents d LEFT JOIN deks k ON k.id = d.dek_id WHERE d.id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(self.reader())
        .await?
        .ok_or(StoreError::NotFound { what: "document", id })?;
        let (kek_id, locked_in) = (row.opt_text("kek_id")?, row.opt_int("locked_in")?);
        let Some(kek_id) = kek_id.filter(|_| locked_in.is_none()) else { return Err(StoreError::Erased { id }) };
        Ok(StoredDocument {
            case_id: row.opt_uuid("case_id")?,
            document: SealedDocument {
                id,
                kind: row.must("kind", DocumentKind::parse)?,
                dek_id: row.uuid("dek_id")?,
                kek_id,
                wrapped_dek: row.bytes("wrapped")?,
                commitment: row.hash("commitment")?,
                ciphertext: row.bytes("ciphertext")?,
            },
        })
    }

    /// How many data keys each key encryption key wraps.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_deks(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = query("SELECT kek_id, count(*) AS deks FROM deks GROUP BY kek_id ORDER BY kek_id")
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(|row| Ok((row.text("kek_id")?, row.index("deks")?))).collect()
    }

    /// Ids of the documents of a kind that a case has and that open.
    ///
    /// # Errors
    /// The database failed.
    pub async fn documents_of(&self, case: Uuid, kind: DocumentKind) -> Result<Vec<Uuid>, StoreError> {
        let rows = query(
            "SELECT d.id FROM documents d JOIN deks k ON k.id = d.dek_id WHERE d.case_id = $1 AND d.kind = $2 AND d.locked_in IS NULL
             ORDER BY d.id",
        )
        .bind(case.to_string())
        .bind(kind.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter().map(|row| row.uuid("id")).collect()
    }

    /// At most `limit` data keys wrapped by `kek_id`, in the order of their ids, after one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn deks_under(
        &self,
        kek_id: &str,
        after: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<WrappedDek>, StoreError> {
        let rows = query("SELECT * FROM deks WHERE kek_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(kek_id)
            .bind(after.map_or_else(String::new, |id| id.to_string()))
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(WrappedDek { dek_id: row.uuid("id")?, kek_id: row.text("kek_id")?, wrapped: row.bytes("wrapped")? })
            })
            .collect()
    }

    /// Replaces wraps under `from` by new ones; a key erased or rewrapped meanwhile is left alone. Returns how many were replaced.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rewrap_deks(
        &self,
        _receipt: &AuditReceipt,
        from: &str,
        deks: Vec<WrappedDek>,
    ) -> Result<u64, StoreError> {
        let from = from.to_owned();
        self.write(move |tx| {
            Box::pin(async move {
                let mut replaced = 0;
                // in the order of ids, so that two that do this at once wait for each other in one direction
                let mut deks = deks;
                deks.sort_by_key(|dek| dek.dek_id);
                for dek in deks {
                    replaced += query("UPDATE deks SET kek_id = $1, wrapped = $2 WHERE id = $3 AND kek_id = $4")
                        .bind(dek.kek_id)
                        .bind(dek.wrapped)
                        .bind(dek.dek_id.to_string())
                        .bind(from.as_str())
                        .execute(&mut *tx)
                        .await?;
                }
                Ok(replaced)
            })
        })
        .await
    }
}

pub(super) async fn insert(
    tx: &mut Connection,
    case_id: Option<Uuid>,
    document: &SealedDocument,
) -> Result<(), StoreError> {
    insert_all(tx, case_id, &[document]).await
}

/// Destroys the key and the ciphertext of a document of a case; that it was there stays.
pub(super) async fn shred(tx: &mut Connection, case: Uuid, document: Uuid) -> Result<(), StoreError> {
    tx.owes_cut = true;
    query("DELETE FROM deks WHERE id IN (SELECT dek_id FROM documents WHERE id = $1 AND case_id = $2)")
        .bind(document.to_string())
        .bind(case.to_string())
        .execute(&mut *tx)
        .await?;
    query("UPDATE documents SET ciphertext = $1 WHERE id = $2 AND case_id = $3")
        .bind(Vec::new())
        .bind(document.to_string())
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Stores documents, at most as many as a case has cells, in two statements.
pub(super) async fn insert_all(
    tx: &mut Connection,
    case_id: Option<Uuid>,
    documents: &[&SealedDocument],
) -> Result<(), StoreError> {
    if documents.is_empty() {
        return Ok(());
    }
    let kept = documents.len() <= KEPT_ROWS;
    let mut deks = Builder::new("INSERT INTO deks (id, kek_id, wrapped) ");
    deks.push_values(documents, |mut row, document| {
        row.push_bind(document.dek_id.to_string())
            .push_bind(document.kek_id.as_str())
            .push_bind(document.wrapped_dek.as_slice());
    });
    deks.build().persistent(kept).execute(&mut *tx).await?;
    let mut rows = Builder::new("INSERT INTO documents (id, case_id, kind, dek_id, commitment, ciphertext) ");
    rows.push_values(documents, |mut row, document| {
        row.push_bind(document.id.to_string())
            .push_bind(case_id.map(|id| id.to_string()))
            .push_bind(document.kind.as_str())
            .push_bind(document.dek_id.to_string())
            .push_bind(document.commitment.as_slice())
            .push_bind(document.ciphertext.as_slice());
    });
    rows.build().persistent(kept).execute(tx).await?;
    Ok(())
}
