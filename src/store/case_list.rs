//! Lists of cases within a caller's scope.

use uuid::Uuid;

use super::cases::{SELECT, case_of};
use super::columns::int;
use super::db::Builder;
use super::{CaseRow, CaseState, Store, StoreError, Tag};

/// Which cases to list. Empty lists mean "no limit"; `Some(empty)` lists nothing.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// Ids; `None` for all.
    pub ids: Option<Vec<Uuid>>,
    /// Organisations in scope; `None` for all.
    pub organisations: Option<Vec<String>>,
    /// Beginnings of region codes in scope, e.g. `6204`; none for all.
    pub region_prefixes: Vec<String>,
    /// States.
    pub states: Vec<CaseState>,
    /// Blind indexes of a reference, one a key epoch.
    pub reference_tags: Vec<Tag>,
    /// Blind indexes of a person, one a key epoch.
    pub subject_tags: Vec<Tag>,
    /// Only those with records that wait for a person.
    pub with_reviews: bool,
    /// Only cases older than this one: the last of the page before.
    pub cursor: Option<Uuid>,
    /// At most this many, 1 to 1,000; 0 means 100.
    pub limit: u32,
}

impl Store {
    /// Cases in scope, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>, StoreError> {
        let mut query = list_query(filter);
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(case_of).collect()
    }
}

impl Store {
    /// Cases by their ids, those that there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cases_named(&self, ids: &[Uuid]) -> Result<Vec<CaseRow>, StoreError> {
        let mut query = Builder::new(SELECT);
        query.push("WHERE 1 = 1");
        any_of(&mut query, "c.id", ids.iter().map(Uuid::to_string));
        query.build().persistent(false).fetch_all(self.reader()).await?.iter().map(case_of).collect()
    }
}

fn list_query(filter: &CaseFilter) -> Builder<'_> {
    let mut query = Builder::new(SELECT);
    query.push("WHERE 1 = 1");
    if let Some(ids) = &filter.ids {
        any_of(&mut query, "c.id", ids.iter().map(Uuid::to_string));
    }
    if let Some(organisations) = &filter.organisations {
        any_of(&mut query, "c.organisation", organisations.iter().cloned());
    }
    within(&mut query, "c.region", &filter.region_prefixes);
    if !filter.states.is_empty() {
        any_of(&mut query, "c.state", filter.states.iter().map(|state| state.as_str().to_owned()));
    }
    if !filter.reference_tags.is_empty() {
        any_of(&mut query, "c.reference_tag", filter.reference_tags.iter().map(Tag::to_string));
    }
    if !filter.subject_tags.is_empty() {
        query.push(" AND c.id IN (SELECT s.case_id FROM case_subjects s WHERE 1 = 1");
        any_of(&mut query, "s.subject_tag", filter.subject_tags.iter().map(Tag::to_string));
        query.push(")");
    }
    if filter.with_reviews {
        query.push(" AND c.reviews_open > 0");
    }
    if let Some(cursor) = filter.cursor {
        query.push(" AND c.id < ").push_bind(cursor.to_string());
    }
    let limit = if filter.limit == 0 { 100 } else { filter.limit.min(1000) };
    query.push(" ORDER BY c.id DESC LIMIT ").push_bind(i64::from(limit));
    query
}

/// ` AND (…)`: only what begins with one of the prefixes; everything where there is none.
pub(super) fn within(query: &mut Builder<'_>, column: &'static str, prefixes: &[String]) {
    if prefixes.is_empty() {
        return;
    }
    let mut alternatives = query.push(" AND (").separated(" OR ");
    for prefix in prefixes {
        alternatives.push("substr(").push_unseparated(column).push_unseparated(", 1, CAST(");
        alternatives.push_bind_unseparated(int(prefix.len() as u64)).push_unseparated(" AS INTEGER)) = ");
        alternatives.push_bind_unseparated(prefix.clone());
    }
    query.push(")");
}

/// ` AND column IN (…)`; nothing matches an empty list.
pub(super) fn any_of(query: &mut Builder<'_>, column: &str, values: impl IntoIterator<Item = String>) {
    let mut values = values.into_iter().peekable();
    if values.peek().is_none() {
        query.push(" AND FALSE");
        return;
    }
    let mut list = query.push(" AND ").push(column).push(" IN (").separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}
