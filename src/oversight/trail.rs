//! Everything done about one person: under the tags of every key epoch, and in the person's cases as wholes.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Entry, EntryActor, ExportForm, Oversight, scope};
use crate::audit::{Action, Leaf};
use crate::auth::Caller;
use crate::identity::id_number::normalise;
use crate::store::{AuditReceipt, LogFilter, Tag, Trail};
use crate::verification::ReadError;

/// Which person, and which page of the trail.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectQuery {
    /// ID number.
    pub id_number: String,
    /// From the former page's `next`.
    #[serde(default)]
    pub cursor: Option<String>,
    /// Entries, 1 to 500; 100 unless given.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

impl std::fmt::Debug for SubjectQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SubjectQuery").finish_non_exhaustive()
    }
}

/// A page of a person's trail, the newest first, by case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrailPage {
    /// The person's tags in the log, one a key epoch, the newest first.
    pub subjects: Vec<String>,
    /// Cases, the one with the newest entry first. One that has more entries than the page holds comes again on the next.
    pub cases: Vec<TrailCase>,
    /// What is about the person and no case: searches.
    pub other: Vec<Entry>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
    /// Index of the entry that says that this trail was read.
    pub logged_as: u64,
}

/// What was done about a person in one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrailCase {
    /// Case.
    pub case: String,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<EntryActor>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<String>,
    /// Entries of the page.
    pub entries: Vec<Entry>,
}

impl Oversight {
    /// A page of a person's trail. That it is read is in the log first, under the person's own tag.
    ///
    /// # Errors
    /// [`ReadError::Barred`]: the person is the caller or registered kin (回避); [`ReadError::Closed`]: the log cannot be written; else the store failed.
    pub async fn trail(
        &self,
        caller: &Caller,
        id_number: &str,
        cursor: Option<u64>,
        limit: u32,
    ) -> Result<TrailPage, ReadError> {
        let tags = self.tags(id_number);
        let receipt = self.enter_trail(caller, Action::Search, id_number, &tags).await?;
        let subjects: Vec<String> = tags.iter().map(Tag::to_string).collect();
        let logged_as = receipt.index();
        let Some(filter) = self.filter(caller, id_number, tags.clone()).await? else {
            return Ok(TrailPage { subjects, cases: Vec::new(), other: Vec::new(), next: None, logged_as });
        };
        let (entries, next) = self.page(&receipt, LogFilter { cursor, limit, ..filter }).await?;
        let entries = self.without_others(&receipt, &tags, entries).await?;
        let (cases, other) = self.by_case(entries).await?;
        Ok(TrailPage { subjects, cases, other, next, logged_as })
    }

    /// The whole trail as a file.
    ///
    /// # Errors
    /// As [`Oversight::trail`]; among the pieces what keeps the rest from being read.
    pub async fn trail_file(
        &self,
        caller: &Caller,
        id_number: &str,
        form: ExportForm,
    ) -> Result<impl Stream<Item = Result<Bytes, ReadError>> + use<>, ReadError> {
        let tags = self.tags(id_number);
        let receipt = self.enter_trail(caller, Action::LogExported, id_number, &tags).await?;
        let filter = self.filter(caller, id_number, tags.clone()).await?;
        Ok(self.file(receipt, filter, form, tags))
    }

    async fn enter_trail(
        &self,
        caller: &Caller,
        action: Action,
        id_number: &str,
        tags: &[Tag],
    ) -> Result<AuditReceipt, ReadError> {
        if let Some(verifier) = &self.0.verifier {
            verifier.must_not_be_kin(caller, id_number).await?;
        }
        let mut event = Self::reading(caller, action);
        let mut what = Sha256::new();
        for tag in tags {
            what.update(tag.to_string());
            what.update("\n");
        }
        if let Some(newest) = tags.first() {
            event = event.subject(*newest);
        }
        Ok(self.enter(event, what.finalize().into()).await?)
    }

    /// The person's tags in the log, the newest epoch first.
    fn tags(&self, id_number: &str) -> Vec<Tag> {
        let tags = self.0.keys.subject_tags(&normalise(id_number));
        tags.iter().map(|tag| Tag::new(tag.epoch(), tag.bytes())).collect()
    }

    async fn filter(&self, caller: &Caller, id_number: &str, tags: Vec<Tag>) -> Result<Option<LogFilter>, ReadError> {
        let Some(scope) = scope(caller, None) else { return Ok(None) };
        let blind = self.0.keys.blind_indexes("person", &normalise(id_number));
        let blind: Vec<Tag> = blind.iter().map(|tag| Tag::new(tag.epoch(), tag.bytes())).collect();
        let cases = self.0.store.cases_of_person(&tags, &blind).await?;
        Ok(Some(LogFilter { scope, trail: Some(Trail { tags, cases }), ..LogFilter::default() }))
    }

    /// Leaves out what is about another member of a case: entries that name a place in the household and no tag.
    pub(super) async fn without_others(
        &self,
        receipt: &AuditReceipt,
        tags: &[Tag],
        entries: Vec<Entry>,
    ) -> Result<Vec<Entry>, ReadError> {
        let unclear = |entry: &Entry| entry.member.is_some() && entry.subject.is_none();
        let cases: HashSet<&String> = entries.iter().filter(|e| unclear(e)).filter_map(|e| e.case.as_ref()).collect();
        let mut own: HashSet<(String, String)> = HashSet::new();
        for case in cases {
            let filter = LogFilter {
                case_id: Uuid::parse_str(case).ok(),
                subject_tags: tags.to_vec(),
                limit: 200,
                ..LogFilter::default()
            };
            for stored in self.0.store.read_log(receipt, &filter).await? {
                let member = Leaf::parse(&stored.leaf.bytes).ok().and_then(|leaf| leaf.event.member);
                own.extend(member.map(|member| (case.clone(), member.to_string())));
            }
        }
        let is_own = |entry: &Entry| match (&entry.case, &entry.member) {
            (Some(case), Some(member)) if entry.subject.is_none() => own.contains(&(case.clone(), member.clone())),
            _ => true,
        };
        Ok(entries.into_iter().filter(is_own).collect())
    }

    async fn by_case(&self, entries: Vec<Entry>) -> Result<(Vec<TrailCase>, Vec<Entry>), ReadError> {
        let mut cases: Vec<TrailCase> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut other = Vec::new();
        for entry in entries {
            let Some(case) = entry.case.clone() else {
                other.push(entry);
                continue;
            };
            let place = *places.entry(case.clone()).or_insert(cases.len());
            if place == cases.len() {
                cases.push(self.case_of(case).await?);
            }
            cases[place].entries.push(entry);
        }
        Ok((cases, other))
    }

    /// Whose case it is, what for, and who asked.
    async fn case_of(&self, case: String) -> Result<TrailCase, ReadError> {
        let id = Uuid::parse_str(&case).map_err(|_| ReadError::NotFound)?;
        let row = self.cases(&[id]).await?.remove(&id);
        let accepted = match &row {
            Some(row) => self.0.store.leaf(row.accepted_leaf).await?,
            None => None,
        };
        let accepted = accepted.and_then(|stored| Leaf::parse(&stored.leaf.bytes).ok());
        Ok(TrailCase {
            case,
            organisation: row.as_ref().map(|row| row.organisation.clone()),
            region: row.as_ref().map(|row| row.region.as_str().to_owned()),
            purpose: row.as_ref().map(|row| row.purpose.as_str().to_owned()),
            status: row.as_ref().map(|row| row.state.as_str().to_owned()),
            requested_by: accepted.as_ref().map(|leaf| EntryActor::from(&leaf.event.actor)),
            requested_at: accepted.as_ref().map(|leaf| leaf.at.to_string()),
            entries: Vec::new(),
        })
    }
}
