//! What monitoring found, as whoever watches is shown it, and that somebody has seen it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::watching::{Monitoring, PAGE};
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::store::{AlertFilter, AlertRow, DocumentKind};
use crate::verification::{FoundAlert, ReadError, actor, sealing};

/// An alert.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertStatus {
    /// Id.
    pub id: String,
    /// Case that found it.
    pub case: String,
    /// Region.
    pub region: String,
    /// When it was found.
    pub created_at: String,
    /// When it was acknowledged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<String>,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// What it is: for a caller who may open reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<FoundAlert>,
    /// What was noted when it was acknowledged: for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it is about the caller or registered kin (回避), who is not shown it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

/// A page of alerts, the newest first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertPage {
    /// Alerts.
    pub items: Vec<AlertStatus>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

impl Monitoring {
    /// Alerts of the caller's organisation, the newest first; with what they are where `opened`, which stands in the log first.
    ///
    /// # Errors
    /// [`ReadError::Closed`]; the store failed.
    pub async fn alerts(
        &self,
        caller: &Caller,
        acknowledged: Option<bool>,
        cursor: Option<&str>,
        opened: bool,
    ) -> Result<AlertPage, ReadError> {
        let filter = AlertFilter {
            organisation: caller.organisation.clone(),
            region_prefixes: caller.regions.iter().map(|region| region.trim_end_matches("00").to_owned()).collect(),
            acknowledged,
            cursor: cursor.and_then(|text| Uuid::parse_str(text).ok()),
            limit: PAGE + 1,
        };
        if filter.region_prefixes.is_empty() {
            return Ok(AlertPage { items: Vec::new(), next: None });
        }
        let mut rows = self.0.store.list_alerts(&filter).await?;
        let more = rows.len() > PAGE as usize;
        rows.truncate(PAGE as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let verifier = &self.0.verifier;
        let barred = verifier.barred(caller, &rows.iter().map(|row| row.case_id).collect::<Vec<_>>()).await?;
        let is_barred = |row: &AlertRow| barred.contains(&row.case_id);
        let open: Vec<AlertRow> = rows.iter().filter(|row| opened && !is_barred(row)).cloned().collect();
        let mut found = verifier.opened_alerts(caller, &open).await?.into_iter();
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let found = if opened && !is_barred(row) { found.next() } else { None };
            items.push(AlertStatus { barred: is_barred(row), ..alert_shown(row, found) });
        }
        Ok(AlertPage { items, next })
    }

    /// An alert; with what it is for a caller who may open reports, which stands in the log first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Barred`]; [`ReadError::Closed`].
    pub async fn alert(&self, caller: &Caller, id: &str) -> Result<AlertStatus, ReadError> {
        let inner = &self.0;
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        let row = inner.store.alert(id).await?;
        inner.verifier.within(caller, &row.organisation, row.region.as_str(), row.case_id).await?;
        let opened = match caller.sees_answers() {
            true => inner.verifier.opened_alerts(caller, std::slice::from_ref(&row)).await?.pop(),
            false => None,
        };
        Ok(alert_shown(&row, opened))
    }

    /// Notes that the caller has seen an alert. The first to do so is named.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Acknowledged`] where a note would be lost; [`ReadError::Closed`].
    pub async fn acknowledge(&self, caller: &Caller, id: &str, note: Option<&str>) -> Result<AlertStatus, ReadError> {
        let inner = &self.0;
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        let alert = inner.store.alert(id).await?;
        inner.verifier.within(caller, &alert.organisation, alert.region.as_str(), alert.case_id).await?;
        let event = Event::new(&actor(caller), Action::AlertAcknowledged).case(alert.case_id);
        let receipt = inner.log.append_one(event).await?;
        let seal = |text: &str| sealing::seal(&inner.keys, alert.case_id, DocumentKind::Alert, text.as_bytes());
        let (with_note, note) = (note.is_some(), note.map(seal).transpose()?);
        let first = inner.store.acknowledge_alert(&receipt, &alert, &caller.subject, note, inner.clock.now()).await?;
        if !first && with_note {
            return Err(ReadError::Acknowledged);
        }
        Ok(alert_shown(&inner.store.alert(id).await?, None))
    }
}

fn alert_shown(row: &AlertRow, opened: Option<(FoundAlert, Option<String>)>) -> AlertStatus {
    let (alert, note) = opened.unzip();
    AlertStatus {
        id: row.id.to_string(),
        case: row.case_id.to_string(),
        region: row.region.as_str().to_owned(),
        created_at: row.created_at.to_string(),
        acknowledged_at: row.acknowledged_at.map(|at| at.to_string()),
        acknowledged_by: row.acknowledged_by.clone(),
        alert,
        note: note.flatten(),
        barred: false,
    }
}
