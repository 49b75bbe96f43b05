//! The number that a case's reports carry, which people write into files: `HD-620422-2026-000123`.

use std::collections::HashMap;

use uuid::Uuid;

use super::Verifier;
use crate::store::{CaseRow, Store, StoreError};
use crate::telemetry::china_date;

/// Region, year of acceptance, index of the acceptance's entry in the log: unique without a counter of its own.
pub(crate) fn report_number(case: &CaseRow) -> String {
    let year = china_date(case.created_at).year();
    format!("HD-{}-{year}-{:06}", case.region.as_str(), case.accepted_leaf)
}

/// Whether a text has the form of a report's number.
#[must_use]
pub fn is_report_number(text: &str) -> bool {
    let parts = text.strip_prefix("HD-").map(|rest| rest.split('-').collect::<Vec<_>>()).unwrap_or_default();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The case whose reports carry a number, found by the entry of its acceptance.
pub(super) async fn case_numbered(store: &Store, number: &str) -> Result<Option<CaseRow>, StoreError> {
    let index = number.strip_prefix("HD-").and_then(|rest| rest.rsplit_once('-')?.1.parse().ok());
    let Some(index) = index else { return Ok(None) };
    let Some(id) = store.leaf(index).await?.and_then(|stored| stored.leaf.columns.case_id) else { return Ok(None) };
    let case = existing(store, id).await?;
    Ok(case.filter(|case| report_number(case) == number))
}

/// A case by its id, or by the number of its reports.
pub(crate) async fn case_called(store: &Store, name: &str) -> Result<Option<CaseRow>, StoreError> {
    match Uuid::parse_str(name) {
        Ok(id) => existing(store, id).await,
        Err(_) => case_numbered(store, name).await,
    }
}

async fn existing(store: &Store, id: Uuid) -> Result<Option<CaseRow>, StoreError> {
    match store.get_case(id).await {
        Err(StoreError::NotFound { .. }) => Ok(None),
        found => found.map(Some),
    }
}

impl Verifier {
    /// The id of what somebody names by it, or of the case whose reports carry a number. Whether they may see it is for whoever shows it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn id_called(&self, name: &str) -> Result<Option<Uuid>, StoreError> {
        match Uuid::parse_str(name) {
            Ok(id) => Ok(Some(id)),
            Err(_) => Ok(case_numbered(&self.0.store, name).await?.map(|case| case.id)),
        }
    }

    /// The numbers that reports of these cases carry, by the cases' ids.
    ///
    /// # Errors
    /// The database failed.
    pub async fn numbers(&self, cases: impl IntoIterator<Item = &str>) -> Result<HashMap<String, String>, StoreError> {
        let ids: Vec<Uuid> = cases.into_iter().filter_map(|id| Uuid::parse_str(id).ok()).collect();
        let rows = self.0.store.cases_named(&ids).await?;
        Ok(rows.iter().map(|case| (case.id.to_string(), report_number(case))).collect())
    }
}
