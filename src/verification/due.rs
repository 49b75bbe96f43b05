//! Who on the rolls is looked at again by a day: lists without names, counts for a plan, and the requests to look at them with.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::report_number::report_number;
use super::{ReadError, VerificationError, Verifier, sealing};
use crate::auth::Caller;
use crate::household::{Purpose, Request};
use crate::store::{CaseRow, DueFilter};

/// A household that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DueHousehold {
    /// Its last case.
    pub case: String,
    /// The number that the case's reports carry.
    pub number: String,
    /// Region.
    pub region: String,
    /// Purpose of its last case.
    pub purpose: String,
    /// By which day it is looked at again.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// Whether that day is past.
    pub overdue: bool,
    /// Whether it is about the caller or registered kin (回避), who may not open it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

/// A page of them, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DuePage {
    /// Households.
    pub items: Vec<DueHousehold>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

impl Verifier {
    fn due_filter(&self, caller: &Caller, until: Date, cursor: Option<&str>, limit: u32) -> DueFilter {
        let after = cursor.and_then(|text| text.split_once('_'));
        let after = after.and_then(|(day, case)| Some((day.parse().ok()?, Uuid::parse_str(case).ok()?)));
        DueFilter {
            organisation: caller.organisation.clone(),
            region_prefixes: caller.regions.iter().map(|region| region.trim_end_matches("00").to_owned()).collect(),
            until,
            after,
            limit,
        }
    }

    /// Households of the caller that are due by a day, the earliest first. A household that is being looked at is not among them.
    ///
    /// # Errors
    /// The store failed.
    pub async fn due_list(
        &self,
        caller: &Caller,
        until: Date,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<DuePage, VerificationError> {
        let (mut rows, next) = self.due_rows(caller, until, cursor, limit).await?;
        let today = self.today();
        let barred = self.barred(caller, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        let household = |case: CaseRow| {
            let due_on = case.due_on?;
            Some(DueHousehold {
                case: case.id.to_string(),
                number: report_number(&case),
                region: case.region.as_str().to_owned(),
                purpose: case.purpose.as_str().to_owned(),
                due_on,
                overdue: due_on < today,
                barred: barred.contains(&case.id),
            })
        };
        Ok(DuePage { items: rows.drain(..).filter_map(household).collect(), next })
    }

    async fn due_rows(
        &self,
        caller: &Caller,
        until: Date,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(Vec<CaseRow>, Option<String>), VerificationError> {
        if caller.regions.is_empty() {
            return Ok((Vec::new(), None));
        }
        let filter = self.due_filter(caller, until, cursor, limit + 1);
        let mut rows = self.0.store.due(&filter).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let last = rows.last().filter(|_| more);
        let next = last.and_then(|case| Some(format!("{}_{}", case.due_on?, case.id)));
        Ok((rows, next))
    }

    /// Request documents for looking at households again: as they came last, as of today, for a periodic review. One page, one line each;
    /// every opening is in the log first. Those about the caller or kin are left out: how many.
    ///
    /// # Errors
    /// [`ReadError::Closed`]; the store failed.
    pub async fn due_requests(
        &self,
        caller: &Caller,
        until: Date,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<(String, Option<String>, u64), ReadError> {
        let (mut rows, next) = self.due_rows(caller, until, cursor, limit).await?;
        let barred = self.barred(caller, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        rows.retain(|row| !barred.contains(&row.id));
        let left_out = self.leave_out(caller, &barred).await?;
        let mut lines = String::new();
        let receipts = self.0.ledger.opened_by(caller, rows.iter()).await?;
        for (case, receipt) in rows.iter().zip(receipts) {
            let (store, keys) = (&self.0.store, &self.0.keys);
            let sealed = sealing::open(store, keys, &receipt, case.id, case.request_document).await?;
            let unreadable = |_| VerificationError::Unreadable { what: "request" };
            let mut request: Request = serde_json::from_slice(&sealed).map_err(unreadable)?;
            request.purpose = Purpose::PeriodicReview;
            request.as_of = self.today();
            lines.push_str(&super::intake::document_of(&request).to_string());
            lines.push('\n');
        }
        Ok((lines, next, left_out))
    }

    /// How many households, with how many people, are due on each day until one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn due_by_day(&self, caller: &Caller, until: Date) -> Result<Vec<(Date, u64, u64)>, VerificationError> {
        Ok(self.0.store.due_by_day(&self.due_filter(caller, until, None, 1)).await?)
    }
}
