//! Searching the log: a page at a time, or all of it as a file. The newest come first, as of the search's own entry: what is entered
//! meanwhile moves no page.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::{Stream, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Entry, Oversight, csv_heading, scope};
use crate::audit::{Action, Event, Label};
use crate::auth::Caller;
use crate::household::canonical_json;
use crate::store::{AuditReceipt, CaseRow, Hash, LogFilter, StoredLeaf, Tag};
use crate::verification::ReadError;

/// Entries read at a time for a file.
const PIECE: u32 = 500;

/// What is looked for; what is not named is any. Its RFC 8785 JSON is hashed into the search's own entry.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Search {
    /// Subject of the token.
    pub actor: Option<String>,
    /// Case, batch or finding.
    pub case: Option<Uuid>,
    /// What was done.
    pub kinds: Vec<Action>,
    /// Department.
    pub source: Option<String>,
    /// By whom, or about whose cases.
    pub organisation: Option<String>,
    /// A person's tag.
    pub subject: Option<Tag>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// One entry.
    pub entry: Option<u64>,
    /// Where the page begins.
    #[serde(skip)]
    pub cursor: Option<u64>,
    /// Entries on it.
    #[serde(skip)]
    pub limit: u32,
}

/// A page of entries, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryPage {
    /// Entries.
    pub items: Vec<Entry>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
    /// Index of the entry that says that this search was made.
    pub logged_as: u64,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// A row an entry, for a spreadsheet.
    Csv {
        /// Headings in English.
        english: bool,
    },
    /// A JSON object a line.
    Jsonl,
}

impl Search {
    pub(super) fn hash(&self) -> Hash {
        Sha256::digest(canonical_json(self)).into()
    }

    fn event(&self, caller: &Caller, action: Action) -> Event {
        let mut event = Oversight::reading(caller, action);
        if let Some(case) = self.case {
            event = event.case(case);
        }
        if let Some(subject) = self.subject {
            event = event.subject(subject);
        }
        event
    }

    fn filter(&self, caller: &Caller) -> Option<LogFilter> {
        Some(LogFilter {
            // as the log names whoever has a name that is no label
            actor: self.actor.as_deref().map(|actor| Label::of_name(actor).as_str().to_owned()),
            scope: scope(caller, self.organisation.as_deref())?,
            actions: self.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            case_id: self.case,
            subject_tags: self.subject.into_iter().collect(),
            source: self.source.clone(),
            from: self.from,
            to: self.to,
            cursor: self.cursor,
            limit: self.limit,
            trail: None,
        })
    }
}

impl Oversight {
    /// A page of what is found. The search is in the log before anything is read.
    ///
    /// # Errors
    /// [`ReadError::Closed`]: the log cannot be written; else the store failed.
    pub async fn search(&self, caller: &Caller, search: &Search) -> Result<EntryPage, ReadError> {
        let receipt = self.enter(search.event(caller, Action::Search), search.hash()).await?;
        let logged_as = receipt.index();
        let Some(filter) = search.filter(caller) else {
            return Ok(EntryPage { items: Vec::new(), next: None, logged_as });
        };
        let (items, next) = self.page(&receipt, filter).await?;
        Ok(EntryPage { items, next, logged_as })
    }

    /// One entry, by its place. The reading is in the log first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]: none there, or not the caller's to see; as [`Oversight::search`].
    pub async fn entry(&self, caller: &Caller, index: u64) -> Result<Entry, ReadError> {
        let search = Search { entry: Some(index), ..Search::default() };
        let receipt = self.enter(search.event(caller, Action::Search), search.hash()).await?;
        let filter = search.filter(caller).ok_or(ReadError::NotFound)?;
        let filter = LogFilter { cursor: Some(index.saturating_add(1)), limit: 1, ..filter };
        let found = self.entries(&self.0.store.read_log(&receipt, &filter).await?).await?;
        found.into_iter().find(|entry| entry.index == index).ok_or(ReadError::NotFound)
    }

    /// The place of an entry by its id.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; else the store failed.
    pub async fn place_of(&self, id: Uuid) -> Result<u64, ReadError> {
        self.0.store.leaf_index(id).await?.ok_or(ReadError::NotFound)
    }

    /// Everything that is found, as a file. That it leaves the service is in the log before anything is read.
    ///
    /// # Errors
    /// As [`Oversight::search`]; among the pieces what keeps the rest from being read.
    pub async fn export(
        &self,
        caller: &Caller,
        search: &Search,
        form: ExportForm,
    ) -> Result<impl Stream<Item = Result<Bytes, ReadError>> + use<>, ReadError> {
        let receipt = self.enter(search.event(caller, Action::LogExported), search.hash()).await?;
        Ok(self.file(receipt, search.filter(caller), form, Vec::new()))
    }

    /// The entries that a filter finds, piece by piece.
    pub(super) fn file(
        &self,
        receipt: AuditReceipt,
        filter: Option<LogFilter>,
        form: ExportForm,
        of: Vec<Tag>,
    ) -> impl Stream<Item = Result<Bytes, ReadError>> + use<> {
        let oversight = self.clone();
        let heading = match form {
            ExportForm::Csv { english } => csv_heading(english),
            ExportForm::Jsonl => String::new(),
        };
        let filter = filter.map(|filter| LogFilter { limit: PIECE, ..filter });
        stream::unfold((heading, filter), move |(mut text, filter)| {
            let (oversight, receipt, of) = (oversight.clone(), receipt.clone(), of.clone());
            async move {
                let Some(mut filter) = filter else {
                    return (!text.is_empty()).then(|| (Ok(Bytes::from(text)), (String::new(), None)));
                };
                let (entries, next) = match oversight.page(&receipt, filter.clone()).await {
                    Ok(page) => page,
                    Err(error) => return Some((Err(error), (String::new(), None))),
                };
                let entries = match of.is_empty() {
                    true => entries,
                    false => match oversight.without_others(&receipt, &of, entries).await {
                        Ok(entries) => entries,
                        Err(error) => return Some((Err(error), (String::new(), None))),
                    },
                };
                for entry in &entries {
                    match form {
                        ExportForm::Csv { .. } => text.push_str(&entry.csv_row()),
                        ExportForm::Jsonl => {
                            text.push_str(&serde_json::to_string(entry).expect("an entry is JSON"));
                            text.push('\n');
                        }
                    }
                }
                let more = next.and_then(|next| next.parse().ok());
                filter.cursor = more;
                let filter = more.map(|_| filter);
                (!text.is_empty() || filter.is_some()).then(|| (Ok(Bytes::from(text)), (String::new(), filter)))
            }
        })
    }

    /// A page of what a filter finds before the entry of its own receipt, and where the next one begins.
    pub(super) async fn page(
        &self,
        receipt: &AuditReceipt,
        filter: LogFilter,
    ) -> Result<(Vec<Entry>, Option<String>), ReadError> {
        let limit = filter.limit;
        let cursor = Some(filter.cursor.map_or(receipt.index(), |cursor| cursor.min(receipt.index())));
        let mut rows = self.0.store.read_log(receipt, &LogFilter { cursor, limit: limit + 1, ..filter }).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.index.to_string());
        Ok((self.entries(&rows).await?, next))
    }

    async fn entries(&self, rows: &[StoredLeaf]) -> Result<Vec<Entry>, ReadError> {
        let mut ids: Vec<Uuid> = rows.iter().filter_map(|row| row.leaf.columns.case_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let cases = self.cases(&ids).await?;
        Ok(rows.iter().map(|row| Entry::of(row, &cases)).collect())
    }

    pub(super) async fn cases(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, CaseRow>, ReadError> {
        let rows = self.0.store.cases_named(ids).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}
