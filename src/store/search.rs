//! Finding entries of the log by their index columns. The columns point; the bytes are what is believed.

use jiff::Timestamp;
use uuid::Uuid;

use super::case_list::any_of;
use super::columns::{int, millis};
use super::db::Builder;
use super::log::leaf_of;
use super::{Store, StoreError, StoredLeaf, Tag};

/// Which entries to find; empty means "any".
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Subject of the token.
    pub actor: Option<String>,
    /// Organisations in scope; none for all.
    pub organisations: Vec<String>,
    /// Actions.
    pub actions: Vec<String>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Tags of one person, one a key epoch.
    pub subject_tags: Vec<Tag>,
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

impl Store {
    /// Entries found, newest first. The search itself is logged by the caller first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn search_log(&self, filter: &LogFilter) -> Result<Vec<StoredLeaf>, StoreError> {
        let mut query = search_query(filter);
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(leaf_of).collect()
    }
}

fn search_query(filter: &LogFilter) -> Builder<'_> {
    let mut query = Builder::new("SELECT * FROM log_leaves WHERE 1 = 1");
    let tags: Vec<String> = filter.subject_tags.iter().map(Tag::to_string).collect();
    for (column, values) in [
        ("actor", filter.actor.as_slice()),
        ("organisation", &filter.organisations),
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
    if let Some(from) = filter.from {
        query.push(" AND at >= ").push_bind(millis(from));
    }
    if let Some(to) = filter.to {
        query.push(" AND at < ").push_bind(millis(to));
    }
    if let Some(cursor) = filter.cursor {
        query.push(" AND idx < ").push_bind(int(cursor));
    }
    let limit = if filter.limit == 0 { 100 } else { filter.limit.min(1000) };
    query.push(" ORDER BY idx DESC LIMIT ").push_bind(i64::from(limit));
    query
}
