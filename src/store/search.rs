//! Finding entries of the log by their index columns. The columns point; the bytes are what is believed.
//!
//! An entry of the service about a case is that case's organisation's too: whose a case is stands in its row, which is never deleted.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::case_list::{any_of, within};
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Row, query};
use super::log::leaf_of;
use super::{AuditReceipt, Store, StoreError, StoredLeaf, Tag};

/// How far the times of neighbouring entries may run against their order: clocks are set, and processes have their own.
const DISORDER: SignedDuration = SignedDuration::from_mins(10);

/// The action of an entry after which a report is opened on the server.
const READS_A_REPORT: &str = "report_read";

/// Which entries to find; empty means "any".
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Subject of the token.
    pub actor: Option<String>,
    /// Whose entries.
    pub scope: LogScope,
    /// Actions.
    pub actions: Vec<String>,
    /// Case, batch or finding.
    pub case_id: Option<Uuid>,
    /// Tags of one person, one a key epoch.
    pub subject_tags: Vec<Tag>,
    /// Everything about one person.
    pub trail: Option<Trail>,
    /// Source.
    pub source: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Only entries before this index: the last of the page before.
    pub cursor: Option<u64>,
    /// At most this many, 1 to 1,000; 0 means 100.
    pub limit: u32,
}

/// Whose entries may be found: those by the organisations, and those about their cases and batches. Without limits unless given.
#[derive(Clone, Debug, Default)]
pub struct LogScope {
    /// Organisations; none for all.
    pub organisations: Option<Vec<ScopedOrganisation>>,
    /// Beginnings of the region codes of cases; none for all. An entry about no case has no region.
    pub regions: Vec<String>,
}

/// An organisation, as rows of cases and as the log name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopedOrganisation {
    /// In rows of cases and batches.
    pub name: String,
    /// In the log.
    pub label: String,
}

/// One person: entries about the person, and those about the person's cases as wholes.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    /// Tags of the person, one a key epoch.
    pub tags: Vec<Tag>,
    /// Cases the person is in.
    pub cases: Vec<Uuid>,
}

/// An entry about a case, by its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryAbout {
    /// Its place in the log.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub actor: String,
    /// About what.
    pub case: Uuid,
    /// The entry, where it was asked for.
    pub bytes: Option<Vec<u8>>,
}

impl Store {
    /// Entries found, newest first.
    ///
    /// # Errors
    /// [`StoreError::NoSearch`]: the receipt is of another entry; else the database failed.
    pub async fn read_log(&self, receipt: &AuditReceipt, filter: &LogFilter) -> Result<Vec<StoredLeaf>, StoreError> {
        receipt.must_read_log()?;
        self.find(filter).await
    }

    /// Which opening of its case's reports an entry is, from 1: those before it and itself.
    ///
    /// # Errors
    /// The database failed.
    pub async fn readings(&self, receipt: &AuditReceipt) -> Result<u64, StoreError> {
        let count = "SELECT COUNT(*) AS number FROM log_leaves WHERE case_id = $1 AND action = $2 AND idx <= $3";
        let query = query(count).bind(receipt.case_id().map(|case| case.to_string()));
        let query = query.bind(READS_A_REPORT).bind(int(receipt.index()));
        query.fetch_one(self.reader()).await?.index("number")
    }

    /// The same without an entry, for tests.
    #[cfg(test)]
    pub(crate) async fn search_log(&self, filter: &LogFilter) -> Result<Vec<StoredLeaf>, StoreError> {
        self.find(filter).await
    }

    async fn find(&self, filter: &LogFilter) -> Result<Vec<StoredLeaf>, StoreError> {
        let first = match filter.from {
            Some(from) => self.first_at(from - DISORDER).await?,
            None => 0,
        };
        let mut end = filter.cursor;
        if let Some(to) = filter.to {
            let until = self.first_at(to + DISORDER).await?;
            end = Some(end.map_or(until, |cursor| cursor.min(until)));
        }
        let mut query = search_query(filter, first, end);
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(leaf_of).collect()
    }

    /// The place in the log where entries of this time begin, as far as times follow the order of entries.
    async fn first_at(&self, time: Timestamp) -> Result<u64, StoreError> {
        let (mut low, mut high) = (0, self.log_head().await?.size);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = query("SELECT at FROM log_leaves WHERE idx = $1").bind(int(middle));
            match row.fetch_optional(self.reader()).await? {
                Some(row) if row.time("at")? < time => low = middle + 1,
                _ => high = middle,
            }
        }
        Ok(low)
    }

    /// The index of an entry by its id, which holds its time. That it is there says nothing of what it says.
    ///
    /// # Errors
    /// The database failed.
    pub async fn leaf_index(&self, id: Uuid) -> Result<Option<u64>, StoreError> {
        let Some((secs, nanos)) = id.get_timestamp().map(|time| time.to_unix()) else { return Ok(None) };
        let Ok(time) = Timestamp::new(i64::try_from(secs).unwrap_or(0), i32::try_from(nanos).unwrap_or(0)) else {
            return Ok(None);
        };
        for disorder in [SignedDuration::from_secs(1), DISORDER] {
            let (first, end) = (self.first_at(time - disorder).await?, self.first_at(time + disorder).await?);
            let found = query("SELECT idx FROM log_leaves WHERE idx >= $1 AND idx < $2 AND id = $3")
                .bind(int(first))
                .bind(int(end))
                .bind(id.to_string())
                .fetch_optional(self.reader())
                .await?;
            if let Some(row) = found {
                return row.index("idx").map(Some);
            }
        }
        Ok(None)
    }

    /// The cases a person is in: by the tags of the log, and by the blind indexes of requests that were kept.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cases_of_person(&self, tags: &[Tag], blind: &[Tag]) -> Result<Vec<Uuid>, StoreError> {
        let mut query = Builder::new("SELECT DISTINCT case_id FROM log_leaves WHERE case_id IS NOT NULL");
        any_of(&mut query, "subject_tag", tags.iter().map(Tag::to_string));
        query.push(" UNION SELECT case_id FROM case_subjects WHERE 1 = 1");
        any_of(&mut query, "subject_tag", blind.iter().map(Tag::to_string));
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.uuid("case_id")).collect()
    }

    /// Entries of these actions about cases, or about whatever else has such an id, in the order of the log; with the bytes of those whose action is
    /// `whole`.
    ///
    /// # Errors
    /// [`StoreError::NoSearch`]: the receipt is of another entry; else the database failed.
    pub async fn entries_about(
        &self,
        receipt: &AuditReceipt,
        cases: &[Uuid],
        actions: &[&str],
        whole: &str,
    ) -> Result<Vec<EntryAbout>, StoreError> {
        receipt.must_read_log()?;
        let mut query = Builder::new("SELECT idx, at, actor, case_id, CASE WHEN action = ");
        query.push_bind(whole).push(" THEN bytes END AS bytes FROM log_leaves WHERE case_id IS NOT NULL");
        any_of(&mut query, "case_id", cases.iter().map(Uuid::to_string));
        any_of(&mut query, "action", actions.iter().map(|action| (*action).to_owned()));
        query.push(" ORDER BY idx");
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        let entry = |row: &Row| {
            Ok(EntryAbout {
                index: row.index("idx")?,
                at: row.time("at")?,
                actor: row.text("actor")?,
                case: row.uuid("case_id")?,
                bytes: row.opt_bytes("bytes")?,
            })
        };
        rows.iter().map(entry).collect()
    }

    /// Everybody who has entries in the log, by name, a look-up each.
    ///
    /// # Errors
    /// The database failed.
    pub async fn log_actors(&self) -> Result<Vec<String>, StoreError> {
        let mut actors: Vec<String> = Vec::new();
        loop {
            let after = actors.last().cloned().unwrap_or_default();
            let next = query("SELECT actor FROM log_leaves WHERE actor > $1 ORDER BY actor LIMIT 1").bind(after);
            match next.fetch_optional(self.reader()).await? {
                Some(row) => actors.push(row.text("actor")?),
                None => return Ok(actors),
            }
        }
    }
}

fn search_query(filter: &LogFilter, first: u64, end: Option<u64>) -> Builder<'_> {
    let mut query = Builder::new("SELECT * FROM log_leaves WHERE idx >= ");
    query.push_bind(int(first));
    if let Some(end) = end {
        query.push(" AND idx < ").push_bind(int(end));
    }
    let tags: Vec<String> = filter.subject_tags.iter().map(Tag::to_string).collect();
    for (column, values) in [
        ("actor", filter.actor.as_slice()),
        ("action", &filter.actions),
        ("source", filter.source.as_slice()),
        ("subject_tag", &tags),
    ] {
        if !values.is_empty() {
            any_of(&mut query, column, values.iter().cloned());
        }
    }
    if let Some(case) = filter.case_id {
        query.push(" AND case_id = ").push_bind(case.to_string());
    }
    if let Some(trail) = &filter.trail {
        query.push(" AND ((1 = 1");
        any_of(&mut query, "subject_tag", trail.tags.iter().map(Tag::to_string));
        query.push(") OR (subject_tag IS NULL");
        any_of(&mut query, "case_id", trail.cases.iter().map(Uuid::to_string));
        query.push("))");
    }
    in_scope(&mut query, &filter.scope);
    if let Some(from) = filter.from {
        query.push(" AND at >= ").push_bind(millis(from));
    }
    if let Some(to) = filter.to {
        query.push(" AND at < ").push_bind(millis(to));
    }
    let limit = if filter.limit == 0 { 100 } else { filter.limit.min(1000) };
    query.push(" ORDER BY idx DESC LIMIT ").push_bind(i64::from(limit));
    query
}

/// What may be found at all.
fn in_scope(query: &mut Builder<'_>, scope: &LogScope) {
    if let Some(organisations) = &scope.organisations {
        let names = || organisations.iter().map(|organisation| organisation.name.clone());
        query.push(" AND ((1 = 1");
        any_of(query, "organisation", organisations.iter().map(|organisation| organisation.label.clone()));
        query.push(") OR EXISTS (SELECT 1 FROM cases c WHERE c.id = log_leaves.case_id");
        any_of(query, "c.organisation", names());
        query.push(") OR EXISTS (SELECT 1 FROM batches b WHERE b.id = log_leaves.case_id");
        any_of(query, "b.organisation", names());
        query.push("))");
    }
    if !scope.regions.is_empty() {
        query.push(" AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = log_leaves.case_id AND NOT (1 = 1");
        within(query, "c.region", &scope.regions);
        query.push("))");
    }
}
