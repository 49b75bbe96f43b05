//! What lies at rest since before a day: cases and batches of which something opens still. Which of them go, `monitoring` decides.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, millis};
use super::db::{Builder, Connection, Row, query};
use super::{CaseState, Store, StoreError};
use crate::household::{Purpose, Region};

/// A case at rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestingCase {
    /// Case.
    pub id: Uuid,
    /// Programme.
    pub purpose: Purpose,
    /// Organisation.
    pub organisation: String,
    /// County.
    pub region: Region,
    /// `final`, `cancelled` or `failed`.
    pub state: CaseState,
    /// Since when.
    pub since: Timestamp,
    /// Whether its household is watched.
    pub watched: bool,
    /// Whether its report is the household's last, which the next one is compared with and by which it is due.
    pub last: bool,
}

impl Store {
    /// At most `limit` cases that are at rest since before a time, after a case, in the order of cases. Cases of a batch that is not over are not
    /// among them, nor those that an auditor inspects or that wait for a second person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resting_cases(
        &self,
        before: Timestamp,
        after: Option<Uuid>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<RestingCase>, StoreError> {
        let mut page = at_rest(now);
        page.push(" AND c.updated_at < ").push_bind(millis(before));
        page.push(" AND c.id > ").push_bind(after.map_or_else(String::new, |case| case.to_string()));
        page.push(" ORDER BY c.id LIMIT ").push_bind(i64::from(limit));
        let rows = page.build().fetch_all(self.reader()).await?;
        rows.iter().map(resting_of).collect()
    }

    /// At most `limit` batches that are over since before a time and of which something opens still.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resting_batches(&self, before: Timestamp, limit: u32) -> Result<Vec<Uuid>, StoreError> {
        let rows = query(
            "SELECT b.id FROM batches b WHERE b.settled AND b.updated_at < $1
               AND EXISTS (SELECT 1 FROM documents d JOIN deks k ON k.id = d.dek_id WHERE d.case_id = b.id)
             ORDER BY b.id LIMIT $2",
        );
        let rows = rows.bind(millis(before)).bind(i64::from(limit)).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("id")).collect()
    }
}

/// A case as it rests now, seen by this connection; none when it does not.
pub(super) async fn resting(
    tx: &mut Connection,
    case: Uuid,
    now: Timestamp,
) -> Result<Option<RestingCase>, StoreError> {
    let mut one = at_rest(now);
    one.push(" AND c.id = ").push_bind(case.to_string());
    one.build().fetch_optional(tx).await?.as_ref().map(resting_of).transpose()
}

/// Cases at rest that nothing keeps but their age, their household's watch, or that they are its last.
fn at_rest(now: Timestamp) -> Builder<'static> {
    let mut query = Builder::new(
        "SELECT c.id, c.purpose, c.organisation, c.region, c.state, c.updated_at,
                EXISTS (SELECT 1 FROM subscriptions s WHERE s.state = 'active' AND s.household_tag IS NOT NULL
                        AND s.organisation = c.organisation AND s.household_tag = c.household_tag) AS watched,
                (c.state = 'final' AND c.household_tag IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM cases later WHERE later.household_tag = c.household_tag AND later.id > c.id
                                 AND later.organisation = c.organisation AND later.state = 'final')) AS last
         FROM cases c LEFT JOIN batches b ON b.id = c.batch_id
         WHERE c.state IN ('final', 'cancelled', 'failed') AND (b.id IS NULL OR b.settled)
           AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.case_id = c.id AND ((a.state = 'open' AND a.lapses_at > ",
    );
    query.push_bind(millis(now)).push(") OR (a.state = 'agreed' AND a.until > ").push_bind(millis(now)).push(")))");
    query
}

fn resting_of(row: &Row) -> Result<RestingCase, StoreError> {
    Ok(RestingCase {
        id: row.uuid("id")?,
        purpose: row.must("purpose", Purpose::parse)?,
        organisation: row.text("organisation")?,
        region: Region(row.text("region")?),
        state: row.must("state", CaseState::parse)?,
        since: row.time("updated_at")?,
        watched: row.flag("watched")?,
        last: row.flag("last")?,
    })
}
