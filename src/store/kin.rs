//! Whom a caller stands apart from (回避): the people sealed, and their tags, by which a case of any of them is known without opening either.
//!
//! The question is asked of the database each time, so that a registration holds at once in every process: one look by the caller's id, and
//! no other for a caller without a registration.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use super::case_list::any_of;
use super::columns::{Columns as _, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::receipt::entry_of;
use super::{AuditReceipt, Effect, SealedDocument, Store, StoreError, Tag, documents};

/// A registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KinRow {
    /// UUIDv7: what its entries speak of and its document belongs to.
    pub id: Uuid,
    /// Whose: a caller's id.
    pub client: String,
    /// Of which organisation, should the caller be registered no more.
    pub organisation: String,
    /// By whom: the subject of the token.
    pub registered_by: String,
    /// When.
    pub at: Timestamp,
    /// Newest epoch that its tags were made under.
    pub epoch: u32,
    /// The people, sealed.
    pub document: Uuid,
}

/// A tag of somebody who is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KinTag {
    /// The tag.
    pub tag: Tag,
    /// Whether it is the caller's own, not a relative's.
    pub own: bool,
}

impl Store {
    /// Keeps a registration with the people's tags, under every epoch, in place of the caller's former one, whose key is destroyed: an effect of
    /// its entry.
    ///
    /// Fails with [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn registering(kin: KinRow, tags: Vec<KinTag>, people: SealedDocument) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(kin.id, entries)?;
                forget(tx, &kin.client).await?;
                documents::insert(tx, Some(kin.id), &people).await?;
                query(
                    "INSERT INTO kin (client, id, organisation, registered_by, at, epoch, document_id)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(kin.client.as_str())
                .bind(kin.id.to_string())
                .bind(kin.organisation.as_str())
                .bind(kin.registered_by.as_str())
                .bind(millis(kin.at))
                .bind(i64::from(kin.epoch))
                .bind(kin.document.to_string())
                .execute(&mut *tx)
                .await?;
                insert_tags(tx, &kin.client, &tags).await
            })
        })
    }

    /// Forgets a registration and destroys its key: an effect of its entry.
    ///
    /// Fails with [`StoreError::WrongReceipt`]; with [`StoreError::NotFound`] when another one stands by now.
    #[must_use]
    pub fn deregistering(kin: KinRow) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(kin.id, entries)?;
                must_stand(tx, &kin).await?;
                forget(tx, &kin.client).await
            })
        })
    }

    /// A caller's registration.
    ///
    /// # Errors
    /// The database failed.
    pub async fn kin_of(&self, client: &str) -> Result<Option<KinRow>, StoreError> {
        let row = query("SELECT * FROM kin WHERE client = $1").bind(client).fetch_optional(self.reader()).await?;
        row.as_ref().map(kin_row).transpose()
    }

    /// Adds tags of a registration under epochs that are new to it, the newest of them `epoch`.
    ///
    /// # Errors
    /// [`StoreError::WrongReceipt`]; [`StoreError::NotFound`] when another one stands by now.
    pub async fn tag_kin_anew(
        &self,
        receipt: &AuditReceipt,
        kin: &KinRow,
        epoch: u32,
        tags: Vec<KinTag>,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(kin.id)?;
        let kin = kin.clone();
        self.write(move |tx| {
            Box::pin(async move {
                must_stand(tx, &kin).await?;
                query("UPDATE kin SET epoch = $1 WHERE client = $2 AND epoch < $1")
                    .bind(i64::from(epoch))
                    .bind(kin.client.as_str())
                    .execute(&mut *tx)
                    .await?;
                insert_tags(tx, &kin.client, &tags).await
            })
        })
        .await
    }

    /// Every tag of a caller's registration.
    ///
    /// # Errors
    /// The database failed.
    pub async fn kin_tags(&self, client: &str) -> Result<BTreeSet<Tag>, StoreError> {
        let all = query("SELECT subject_tag FROM kin_tags WHERE client = $1");
        let rows = all.bind(client).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.must("subject_tag", Tag::parse)).collect()
    }

    /// The other callers for whom the same own number is registered as for this one: they are one person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn same_person(&self, client: &str) -> Result<Vec<String>, StoreError> {
        let others = query(
            "SELECT DISTINCT k.client FROM kin_tags mine JOIN kin_tags k ON k.subject_tag = mine.subject_tag AND k.own
             WHERE mine.client = $1 AND mine.own AND k.client <> $1 ORDER BY k.client",
        );
        let rows = others.bind(client).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.text("client")).collect()
    }

    /// Which of these cases are about somebody who is registered for a caller.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cases_of_kin(&self, client: &str, cases: &[Uuid]) -> Result<BTreeSet<Uuid>, StoreError> {
        let mut which = Builder::new(
            "SELECT DISTINCT s.case_id FROM kin_tags k JOIN case_subjects s ON s.subject_tag = k.subject_tag WHERE k.client = ",
        );
        which.push_bind(client);
        any_of(&mut which, "s.case_id", cases.iter().map(Uuid::to_string));
        let rows = which.build().persistent(cases.len() == 1).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("case_id")).collect()
    }

    /// Which cases of a batch are about somebody who is registered for a caller.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cases_of_kin_in(&self, client: &str, batch: Uuid) -> Result<BTreeSet<Uuid>, StoreError> {
        let all = query(
            "SELECT DISTINCT s.case_id FROM kin_tags k JOIN case_subjects s ON s.subject_tag = k.subject_tag
             JOIN cases c ON c.id = s.case_id WHERE k.client = $1 AND c.batch_id = $2",
        );
        let rows = all.bind(client).bind(batch.to_string()).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("case_id")).collect()
    }
}

async fn must_stand(tx: &mut Connection, kin: &KinRow) -> Result<(), StoreError> {
    let stands = query("SELECT 1 FROM kin WHERE client = $1 AND id = $2");
    let stands = stands.bind(kin.client.as_str()).bind(kin.id.to_string()).lock(Lock::Rows).fetch_optional(tx).await?;
    stands.map(drop).ok_or(StoreError::NotFound { what: "registration", id: kin.id })
}

async fn forget(tx: &mut Connection, client: &str) -> Result<(), StoreError> {
    let former =
        query("SELECT * FROM kin WHERE client = $1").bind(client).lock(Lock::Rows).fetch_optional(&mut *tx).await?;
    if let Some(former) = former.as_ref().map(kin_row).transpose()? {
        documents::shred(tx, former.id, former.document).await?;
    }
    for statement in ["DELETE FROM kin_tags WHERE client = $1", "DELETE FROM kin WHERE client = $1"] {
        query(statement).bind(client).execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_tags(tx: &mut Connection, client: &str, tags: &[KinTag]) -> Result<(), StoreError> {
    for tag in tags {
        query("INSERT INTO kin_tags (client, subject_tag, own) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(client)
            .bind(tag.tag.to_string())
            .bind(tag.own)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn kin_row(row: &Row) -> Result<KinRow, StoreError> {
    Ok(KinRow {
        id: row.uuid("id")?,
        client: row.text("client")?,
        organisation: row.text("organisation")?,
        registered_by: row.text("registered_by")?,
        at: row.time("at")?,
        epoch: row.small("epoch")?,
        document: row.uuid("document_id")?,
    })
}
