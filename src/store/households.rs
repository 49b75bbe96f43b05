//! Cases of one household over time: its last report, and when it is looked at again.

use jiff::civil::Date;
use uuid::Uuid;

use super::case_list::any_of;
use super::cases::{SELECT, case_of};
use super::columns::Columns as _;
use super::db::{Builder, Connection, Row};
use super::{CaseRow, Store, StoreError, Tag, VersionRow};

/// Which households are due.
#[derive(Clone, Debug)]
pub struct DueFilter {
    /// Organisation in scope.
    pub organisation: String,
    /// Beginnings of region codes in scope.
    pub region_prefixes: Vec<String>,
    /// Last day.
    pub until: Date,
    /// After this day and case: the last of the page before.
    pub after: Option<(Date, Uuid)>,
    /// At most this many, 1 to 1,000.
    pub limit: u32,
}

impl Store {
    /// The latest case of an organisation, older than `case`, that has one of these tags and a final report; with that report's version.
    ///
    /// # Errors
    /// The database failed.
    pub async fn report_before(
        &self,
        organisation: &str,
        tags: &[Tag],
        case: Uuid,
    ) -> Result<Option<(CaseRow, VersionRow)>, StoreError> {
        let mut query = Builder::new(SELECT);
        query.push("WHERE c.organisation = ").push_bind(organisation);
        any_of(&mut query, "c.household_tag", tags.iter().map(Tag::to_string));
        query.push(" AND c.id < ").push_bind(case.to_string());
        query.push(
            " AND c.state <> 'erased' AND EXISTS (SELECT 1 FROM versions v WHERE v.case_id = c.id AND v.first_final)",
        );
        query.push(" ORDER BY c.id DESC LIMIT 1");
        let Some(row) = query.build().persistent(false).fetch_optional(self.reader()).await? else { return Ok(None) };
        let case = case_of(&row)?;
        let version = self.get_version(case.id, None).await?;
        Ok(Some((case, version)))
    }

    /// The last cases of households that are due by a day, the earliest first. A household that is being looked at, or was looked at later,
    /// is not among them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due(&self, filter: &DueFilter) -> Result<Vec<CaseRow>, StoreError> {
        let mut query = Builder::new(SELECT);
        query.push("WHERE c.organisation = ").push_bind(filter.organisation.as_str());
        query.push(" AND c.state = 'final' AND c.due_on <= ").push_bind(filter.until.to_string());
        super::case_list::within(&mut query, "c.region", &filter.region_prefixes);
        if let Some((day, case)) = filter.after {
            query.push(" AND (c.due_on > ").push_bind(day.to_string());
            query.push(" OR (c.due_on = ").push_bind(day.to_string());
            query.push(" AND c.id > ").push_bind(case.to_string()).push("))");
        }
        query.push(
            " AND NOT EXISTS (SELECT 1 FROM cases later WHERE later.household_tag = c.household_tag AND later.id > c.id
                              AND later.organisation = c.organisation AND later.state IN ('accepted', 'running', 'waiting', 'final'))
              ORDER BY c.due_on, c.id LIMIT ",
        );
        query.push_bind(i64::from(filter.limit.clamp(1, 1000)));
        let rows: Vec<Row> = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(case_of).collect()
    }

    /// How many households are due on each day until `until`, in this organisation.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_by_day(&self, filter: &DueFilter) -> Result<Vec<(Date, u64, u64)>, StoreError> {
        let mut query = Builder::new(
            "SELECT c.due_on, count(*) AS households,
                    CAST(sum((SELECT count(*) FROM case_subjects s WHERE s.case_id = c.id)) AS BIGINT) AS people
             FROM cases c WHERE c.organisation = ",
        );
        query.push_bind(filter.organisation.as_str());
        query.push(" AND c.state = 'final' AND c.due_on <= ").push_bind(filter.until.to_string());
        super::case_list::within(&mut query, "c.region", &filter.region_prefixes);
        query.push(
            " AND NOT EXISTS (SELECT 1 FROM cases later WHERE later.household_tag = c.household_tag AND later.id > c.id
                              AND later.organisation = c.organisation AND later.state IN ('accepted', 'running', 'waiting', 'final'))
              GROUP BY c.due_on ORDER BY c.due_on",
        );
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        let day = |row: &Row| {
            let day = row.must("due_on", |text| text.parse().ok())?;
            Ok((day, row.index("households")?, row.index("people")?))
        };
        rows.iter().map(day).collect()
    }
}

/// By which tag a household's next case is known: the one of its last case, whatever epoch that was made under, else the newest. All cases of
/// a household have one tag, so that statements may compare them.
pub(super) async fn tag_of(tx: &mut Connection, organisation: &str, tags: &[Tag]) -> Result<Option<Tag>, StoreError> {
    let Some(newest) = tags.first().copied() else { return Ok(None) };
    if tags.len() == 1 {
        return Ok(Some(newest));
    }
    let mut known = Builder::new("SELECT household_tag FROM cases WHERE organisation = ");
    known.push_bind(organisation);
    any_of(&mut known, "household_tag", tags.iter().map(Tag::to_string));
    known.push(" ORDER BY id DESC LIMIT 1");
    let known = known.build().persistent(false).fetch_optional(tx).await?;
    Ok(known.map(|row| row.must("household_tag", Tag::parse)).transpose()?.or(Some(newest)))
}
