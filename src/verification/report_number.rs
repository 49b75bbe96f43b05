//! The number that a case's reports carry, which people write into files: `HD-620422-2026-000123`.

use uuid::Uuid;

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
pub(super) async fn case_called(store: &Store, name: &str) -> Result<Option<CaseRow>, StoreError> {
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
