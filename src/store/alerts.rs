//! What monitoring found: written with the version that found it, sealed, until somebody acknowledges it.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, id_at, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::{AuditReceipt, SealedDocument, Store, StoreError, documents};
use crate::household::Region;

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// Id, UUIDv7.
    pub id: Uuid,
    /// Case that found it.
    pub case_id: Uuid,
    /// Organisation.
    pub organisation: String,
    /// County.
    pub region: Region,
    /// When it was found.
    pub created_at: Timestamp,
    /// What, sealed.
    pub document: Uuid,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
    /// By whom: the subject of the token.
    pub acknowledged_by: Option<String>,
    /// What they noted, sealed.
    pub note: Option<Uuid>,
}

/// Which alerts to list.
#[derive(Clone, Debug, Default)]
pub struct AlertFilter {
    /// Organisation in scope.
    pub organisation: String,
    /// Beginnings of region codes in scope.
    pub region_prefixes: Vec<String>,
    /// Whether acknowledged; none = both.
    pub acknowledged: Option<bool>,
    /// Only older ones than this.
    pub cursor: Option<Uuid>,
    /// At most this many.
    pub limit: u32,
}

/// Those that tell of somebody who took the authorisation back are shown to nobody.
const READABLE: &str = "SELECT * FROM alerts
    WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = alerts.document_id AND d.locked_in IS NOT NULL)";

impl Store {
    /// Alerts in scope, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_alerts(&self, filter: &AlertFilter) -> Result<Vec<AlertRow>, StoreError> {
        let mut list = Builder::new(READABLE);
        list.push(" AND organisation = ").push_bind(filter.organisation.as_str());
        super::case_list::within(&mut list, "region", &filter.region_prefixes);
        match filter.acknowledged {
            Some(true) => drop(list.push(" AND acknowledged_at IS NOT NULL")),
            Some(false) => drop(list.push(" AND acknowledged_at IS NULL")),
            None => {}
        }
        if let Some(cursor) = filter.cursor {
            list.push(" AND id < ").push_bind(cursor.to_string());
        }
        list.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
        let rows = list.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(alert_of).collect()
    }

    /// An alert.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn alert(&self, id: Uuid) -> Result<AlertRow, StoreError> {
        let mut one = Builder::new(READABLE);
        one.push(" AND id = ").push_bind(id.to_string());
        let row = one.build().fetch_optional(self.reader());
        alert_of(&row.await?.ok_or(StoreError::NotFound { what: "alert", id })?)
    }

    /// Notes that somebody has seen an alert. The first to do so is named; whether this was it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::WrongReceipt`].
    pub async fn acknowledge_alert(
        &self,
        receipt: &AuditReceipt,
        alert: &AlertRow,
        by: &str,
        note: Option<SealedDocument>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        receipt.must_speak_of(alert.case_id)?;
        let (id, case, by) = (alert.id, alert.case_id, by.to_owned());
        self.write(move |tx| {
            Box::pin(async move {
                let row =
                    query("SELECT acknowledged_at FROM alerts WHERE id = $1").bind(id.to_string()).lock(Lock::Rows);
                let row = row.fetch_optional(&mut *tx).await?.ok_or(StoreError::NotFound { what: "alert", id })?;
                if row.opt_time("acknowledged_at")?.is_some() {
                    return Ok(false);
                }
                if let Some(note) = &note {
                    documents::insert(tx, Some(case), note).await?;
                }
                query("UPDATE alerts SET acknowledged_at = $1, acknowledged_by = $2, note_document = $3 WHERE id = $4")
                    .bind(millis(now))
                    .bind(by)
                    .bind(note.map(|note| note.id.to_string()))
                    .bind(id.to_string())
                    .execute(tx)
                    .await?;
                Ok(true)
            })
        })
        .await
    }
}

/// Writes what a version of a case found.
pub(super) async fn raise(
    tx: &mut Connection,
    case: Uuid,
    alerts: &[SealedDocument],
    now: Timestamp,
) -> Result<(), StoreError> {
    for alert in alerts {
        documents::insert(tx, Some(case), alert).await?;
        query(
            "INSERT INTO alerts (id, case_id, organisation, region, created_at, document_id)
             SELECT $1, id, organisation, region, $2, $3 FROM cases WHERE id = $4",
        )
        .bind(id_at(now).to_string())
        .bind(millis(now))
        .bind(alert.id.to_string())
        .bind(case.to_string())
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

fn alert_of(row: &Row) -> Result<AlertRow, StoreError> {
    Ok(AlertRow {
        id: row.uuid("id")?,
        case_id: row.uuid("case_id")?,
        organisation: row.text("organisation")?,
        region: Region(row.text("region")?),
        created_at: row.time("created_at")?,
        document: row.uuid("document_id")?,
        acknowledged_at: row.opt_time("acknowledged_at")?,
        acknowledged_by: row.opt_text("acknowledged_by")?,
        note: row.opt_uuid("note_document")?,
    })
}
