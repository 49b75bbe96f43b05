//! What callers see of a case: state, cells, versions, events. No record contents, no names, no amounts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::report_number::report_number;
use crate::household::AnswerKind;
use crate::store::{CaseRow, CellRow, VersionRow};

/// Filters of a list.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// One state.
    pub status: Option<String>,
    /// The caller's own reference.
    pub reference: Option<String>,
    /// The number of its reports.
    pub number: Option<String>,
    /// From the former page.
    pub cursor: Option<String>,
    /// 1 to 200.
    pub limit: u32,
}

/// A case in lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseSummary {
    /// Id.
    pub id: String,
    /// The number that its reports carry: `HD-620422-2026-000123`.
    pub number: String,
    /// accepted, running, waiting, final, cancelled, failed or erased.
    pub status: String,
    /// How pressing it is: urgent (emergency relief), interactive or bulk.
    pub lane: String,
    /// Purpose.
    pub purpose: String,
    /// Region.
    pub region: String,
    /// The day the question is about.
    pub as_of: String,
    /// When it was accepted.
    pub created_at: String,
    /// Latest version of the report, 0 when none.
    pub version: u32,
    /// Records waiting for a person.
    pub reviews_open: u32,
    /// Whether it is about the caller or registered kin (回避), who may not open it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

impl From<&CaseRow> for CaseSummary {
    fn from(case: &CaseRow) -> Self {
        Self {
            id: case.id.to_string(),
            number: report_number(case),
            status: case.state.as_str().to_owned(),
            lane: case.lane.as_str().to_owned(),
            purpose: case.purpose.as_str().to_owned(),
            region: case.region.as_str().to_owned(),
            as_of: case.as_of.to_string(),
            created_at: case.created_at.to_string(),
            version: case.latest_version.unwrap_or(0),
            reviews_open: case.reviews_open,
            barred: false,
        }
    }
}

/// A page of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CasePage {
    /// Newest first.
    pub items: Vec<CaseSummary>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

/// A case with its cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseStatus {
    /// Summary.
    #[serde(flatten)]
    pub summary: CaseSummary,
    /// Per person and source.
    pub cells: Vec<CellStatus>,
    /// Versions of the report.
    pub versions: Vec<VersionSummary>,
}

/// One person × source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CellStatus {
    /// The request's name for the person.
    pub member: String,
    /// Source.
    pub source: String,
    /// Kind of answer; none while being asked. `found`, `no_record` and `partial` say something of the person: below level `full`, and
    /// without `report:read`, each of them is `answered`.
    pub answer: Option<String>,
    /// Why not, for partial, skipped and unavailable.
    pub why: Option<String>,
    /// Attempts made.
    pub attempts: u32,
    /// Milliseconds the exchange took.
    pub latency_ms: u64,
}

/// What stands in place of an answer that says something of the person.
pub const ANSWERED: &str = "answered";

/// Whether an answer says something of the person, and not of the department or of the request alone.
pub(super) fn tells_of_the_person(kind: AnswerKind) -> bool {
    matches!(kind, AnswerKind::Found | AnswerKind::NoRecord | AnswerKind::Partial)
}

impl CellStatus {
    /// A cell with this answer; `plainly`: as it is, else without what it says of the person.
    pub(super) fn of(cell: &CellRow, kind: Option<AnswerKind>, plainly: bool) -> Self {
        let hidden = !plainly && kind.is_some_and(tells_of_the_person);
        let word = |kind: AnswerKind| if hidden { ANSWERED } else { kind.as_str() };
        // the reason stands with the cell's present answer: an earlier one had none
        let why = cell.why.clone().filter(|_| !hidden && cell.kind == kind);
        Self {
            member: cell.member_ref.0.clone(),
            source: cell.source.to_string(),
            answer: kind.map(|kind| word(kind).to_owned()),
            why,
            attempts: cell.attempts,
            latency_ms: cell.elapsed_ms,
        }
    }
}

/// A version of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionSummary {
    /// Number, from 1.
    pub version: u32,
    /// Whether every cell had ended.
    pub is_final: bool,
    /// Whether the outcome asked about was certain although departments had yet to answer: none of them can change it.
    pub decided_early: bool,
    /// Whether a second person has issued it (签发).
    pub issued: bool,
    /// Why it was made.
    pub reason: String,
    /// When.
    pub created_at: String,
    /// SHA-256 of the body, hex.
    pub body_sha256: String,
    /// Index of the log's entry that holds the body's hash.
    pub leaf_index: u64,
}

impl From<&VersionRow> for VersionSummary {
    fn from(version: &VersionRow) -> Self {
        Self {
            version: version.number,
            is_final: version.is_final,
            decided_early: version.decided_early,
            issued: version.issued_at.is_some(),
            reason: version.reason.as_str().to_owned(),
            created_at: version.created_at.to_string(),
            body_sha256: hex::encode(version.body_hash),
            leaf_index: version.leaf_index,
        }
    }
}

/// Something that happened in a case, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseEvent {
    /// Number within the case, from 1, without gaps: the stream's event id, to go on from with `Last-Event-ID`.
    pub seq: u64,
    /// When.
    pub at: String,
    /// What.
    #[serde(flatten)]
    pub what: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// A cell changed. Attempts and latency are those the cell has by now.
    Answer(CellStatus),
    /// A version of the report was sealed.
    Version(VersionSummary),
    /// A version was signed off (签发).
    Issued {
        /// Which.
        version: u32,
    },
    /// The case's state changed.
    State {
        /// The state.
        status: String,
    },
}

impl EventKind {
    /// The event's name in the stream.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::Version(_) => "version",
            Self::Issued { .. } => "issued",
            Self::State { .. } => "state",
        }
    }
}
