//! An entry of the log as it is shown, in JSON and in a row of a table.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit::{Actor, Leaf};
use crate::report::csv;
use crate::store::{CaseRow, StoredLeaf};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryActor {
    /// Subject of the token.
    pub subject: String,
    /// Organisation; one in words by the beginning of its SHA-256.
    pub organisation: String,
    /// In what capacity.
    pub role: String,
}

impl From<&Actor> for EntryActor {
    fn from(actor: &Actor) -> Self {
        let (subject, organisation) = (actor.subject.to_string(), actor.organisation.to_string());
        Self { subject, organisation, role: actor.role.as_str().to_owned() }
    }
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Place in the log, from 0.
    pub index: u64,
    /// Id.
    pub id: String,
    /// When.
    pub at: String,
    /// What: a word of the catalogue.
    pub kind: String,
    /// How it ended.
    pub outcome: String,
    /// Who.
    pub actor: EntryActor,
    /// Case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Whose case it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_organisation: Option<String>,
    /// Region of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Version of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// Batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// Finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// The person's place in the household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The person, as a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Legal basis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Number of the authorisation, or a tag of one in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorisation: Option<String>,
    /// Department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Kind of answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// How many it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// SHA-256 of the detail, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail_sha256: Option<String>,
    /// RFC 6962 hash of the leaf, hex.
    pub leaf_hash: String,
    /// False where the stored bytes are no entry: then the columns alone are shown, and `hedui audit verify` says more.
    pub readable: bool,
}

/// Headings of the table, Chinese and English.
const COLUMNS: &[(&str, &str)] = &[
    ("序号", "index"),
    ("时间", "at"),
    ("动作", "kind"),
    ("结果", "outcome"),
    ("操作者", "actor"),
    ("操作者单位", "organisation"),
    ("角色", "role"),
    ("核对编号", "case"),
    ("核对单位", "case_organisation"),
    ("地区", "region"),
    ("版本", "version"),
    ("批次", "batch"),
    ("成员", "member"),
    ("人员标签", "subject"),
    ("事项", "purpose"),
    ("法律依据", "basis"),
    ("授权书", "authorisation"),
    ("部门", "source"),
    ("答复", "answer"),
    ("数量", "count"),
    ("明细摘要", "detail_sha256"),
    ("条目编号", "id"),
    ("条目哈希", "leaf_hash"),
];

/// The heading line of entries as a table.
#[must_use]
pub fn csv_heading(english: bool) -> String {
    let heading = |(zh, en): &(&'static str, &'static str)| if english { *en } else { *zh };
    format!("\u{feff}{}", csv::row(COLUMNS.iter().map(heading)))
}

impl Entry {
    pub(super) fn of(stored: &StoredLeaf, cases: &HashMap<Uuid, CaseRow>) -> Self {
        let leaf = Leaf::parse(&stored.leaf.bytes).ok();
        let columns = &stored.leaf.columns;
        let actor = EntryActor {
            subject: columns.actor.clone(),
            organisation: columns.organisation.clone(),
            role: String::new(),
        };
        let mut entry = Self {
            index: stored.index,
            id: columns.id.to_string(),
            at: columns.at.to_string(),
            kind: columns.action.clone(),
            outcome: String::new(),
            actor,
            case: None,
            case_organisation: None,
            region: None,
            version: None,
            batch: None,
            finding: None,
            member: None,
            subject: columns.subject_tag.map(|tag| tag.to_string()),
            purpose: None,
            basis: None,
            authorisation: None,
            source: columns.source.clone(),
            answer: None,
            count: None,
            detail_sha256: None,
            leaf_hash: hex::encode(stored.leaf.hash),
            readable: leaf.is_some(),
        };
        if let Some(row) = columns.case_id.and_then(|case| cases.get(&case)) {
            entry.case_organisation = Some(row.organisation.clone());
            entry.region = Some(row.region.as_str().to_owned());
        }
        let Some(Leaf { event, .. }) = leaf else {
            entry.case = columns.case_id.map(|case| case.to_string());
            return entry;
        };
        entry.outcome = event.outcome.as_str().to_owned();
        entry.actor = EntryActor::from(&event.actor);
        entry.case = event.case.map(|case| case.to_string());
        entry.version = event.version;
        entry.batch = event.batch.map(|batch| batch.to_string());
        entry.finding = event.finding.map(|finding| finding.to_string());
        entry.member = event.member.map(|member| member.to_string());
        entry.purpose = word(&event.purpose);
        entry.basis = word(&event.basis);
        entry.authorisation = event.authorisation.map(|authorisation| match authorisation {
            crate::audit::AuthorisationRef::Number(number) => number.to_string(),
            crate::audit::AuthorisationRef::Tag(tag) => tag.to_string(),
        });
        entry.answer = word(&event.answer);
        entry.count = event.count;
        entry.detail_sha256 = event.detail_sha256.map(hex::encode);
        entry
    }

    /// A row of the table.
    #[must_use]
    pub fn csv_row(&self) -> String {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let number = |value: Option<u64>| value.map(|number| number.to_string()).unwrap_or_default();
        csv::row([
            self.index.to_string(),
            self.at.clone(),
            self.kind.clone(),
            self.outcome.clone(),
            self.actor.subject.clone(),
            self.actor.organisation.clone(),
            self.actor.role.clone(),
            text(&self.case),
            text(&self.case_organisation),
            text(&self.region),
            number(self.version.map(u64::from)),
            text(&self.batch),
            text(&self.member),
            text(&self.subject),
            text(&self.purpose),
            text(&self.basis),
            text(&self.authorisation),
            text(&self.source),
            text(&self.answer),
            number(self.count),
            text(&self.detail_sha256),
            self.id.clone(),
            self.leaf_hash.clone(),
        ])
    }
}

/// The word that JSON has for a value of a closed list.
fn word<T: Serialize>(value: &Option<T>) -> Option<String> {
    serde_json::to_value(value.as_ref()?).ok()?.as_str().map(str::to_owned)
}
