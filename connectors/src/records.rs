//! Canonical records: what twenty dialects are translated into, once.
//!
//! Closed enums, integer fen, civil dates, personal data in types that cannot print. This is a vocabulary: no I/O, no clock,
//! no rule. `household` in the service re-exports it, so every room speaks of the same things.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Publishes a type as a JSON string in schemas.
macro_rules! text_schema {
    ($name:ident, $pattern:expr, $description:expr) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let pattern: &str = $pattern;
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern((!pattern.is_empty()).then_some(pattern))
                    .description(Some($description))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}
use text_schema;

mod amounts;
mod kinds;
mod personal;

pub use amounts::{AmountError, Area, Fen, Mu, Share, YearMonth};
pub use kinds::*;
pub use personal::{Address, IdNumber, PersonName, Phone, Private};

/// The key of a department, as in `connectors/definitions/<key>/`: lower-case ASCII letters, digits and `_`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceKey(String);

impl SourceKey {
    /// # Errors
    /// Empty, longer than 64, or characters other than `a-z 0-9 _`.
    pub fn new(key: impl Into<String>) -> Result<Self, String> {
        let key = key.into();
        let fits = !key.is_empty()
            && key.len() <= 64
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if fits { Ok(Self(key)) } else { Err("a source key has 1 to 64 characters of a-z, 0-9 and _".into()) }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_schema!(SourceKey, "^[a-z0-9_]{1,64}$", "key of a department");

impl TryFrom<String> for SourceKey {
    type Error = String;
    fn try_from(key: String) -> Result<Self, String> {
        Self::new(key)
    }
}
impl From<SourceKey> for String {
    fn from(key: SourceKey) -> Self {
        key.0
    }
}
impl fmt::Display for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for SourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One record of one department, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The department's own record number; unique within the source.
    pub number: String,
    /// Whom the department says the record is about, as it wrote it (dirty).
    pub subject: Subject,
    /// What the record says.
    pub detail: Detail,
    /// The day the department's data stand at, where it states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// Who a record claims to be about: the department's own spelling, not yet believed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Name as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub name: Option<PersonName>,
    /// Identity number as written: may be of 15 digits, mistyped, truncated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id_number: Option<IdNumber>,
    /// Former name (曾用名).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub former_name: Option<PersonName>,
    /// Birth date as the department holds it (not derived from the ID number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub birth_date: Option<Date>,
    /// Sex (GB/T 2261.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<Phone>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub address: Option<Address>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subject(redacted)")
    }
}

/// What a department answered about one person. Missing is never zero: only `Found` and `NoRecord` speak for totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case", deny_unknown_fields)]
pub enum Answer {
    /// Every record the department holds for the query.
    Found {
        /// At least one record.
        records: Vec<Record>,
    },
    /// The department looked and holds nothing, within its reach.
    NoRecord {
        /// How far "nothing" goes.
        reach: Reach,
    },
    /// Some records, but a page, a bank or a row is missing.
    Partial {
        /// What did arrive.
        records: Vec<Record>,
        /// What is missing.
        why: Gap,
    },
    /// Accepted by an asynchronous source; the answer comes later.
    Pending {
        /// What to poll with.
        ticket: Ticket,
    },
    /// Not asked, on purpose.
    Skipped {
        /// Why not.
        why: Skip,
    },
    /// Asked, and no usable answer came.
    Unavailable {
        /// What went wrong.
        why: Failure,
    },
}

/// The plain name of an [`Answer`]'s kind: what lists, events and metrics may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Records came.
    Found,
    /// The department holds nothing.
    NoRecord,
    /// Incomplete.
    Partial,
    /// Waiting.
    Pending,
    /// Not asked.
    Skipped,
    /// Failed.
    Unavailable,
}

impl AnswerKind {
    /// The key used in JSON, metrics and the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NoRecord => "no_record",
            Self::Partial => "partial",
            Self::Pending => "pending",
            Self::Skipped => "skipped",
            Self::Unavailable => "unavailable",
        }
    }

    /// The inverse of [`AnswerKind::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Found, Self::NoRecord, Self::Partial, Self::Pending, Self::Skipped, Self::Unavailable]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// Whether totals may rest on this answer: all but `Found` and `NoRecord` are silent.
    #[must_use]
    pub fn speaks(self) -> bool {
        matches!(self, Self::Found | Self::NoRecord)
    }

    /// Whether the cell will not change by itself any more.
    #[must_use]
    pub fn ended(self) -> bool {
        self != Self::Pending
    }
}

impl Answer {
    /// The kind, without contents.
    #[must_use]
    pub fn kind(&self) -> AnswerKind {
        match self {
            Self::Found { .. } => AnswerKind::Found,
            Self::NoRecord { .. } => AnswerKind::NoRecord,
            Self::Partial { .. } => AnswerKind::Partial,
            Self::Pending { .. } => AnswerKind::Pending,
            Self::Skipped { .. } => AnswerKind::Skipped,
            Self::Unavailable { .. } => AnswerKind::Unavailable,
        }
    }

    /// The records that came, if any.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        match self {
            Self::Found { records } | Self::Partial { records, .. } => records,
            _ => &[],
        }
    }
}

/// How far "no record" goes: a county's register says nothing about a house in the next county.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reach {
    /// Area the department's data cover.
    pub coverage: Coverage,
    /// The day its data stand at, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
}

/// The area a department's data cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// The county alone.
    County,
    /// The prefecture-level city.
    City,
    /// The province.
    Province,
    /// The country.
    National,
}

/// What is missing from a partial answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// A page could not be fetched.
    PageMissing,
    /// An institution behind a gateway did not answer.
    InstitutionMissing,
    /// A row could not be read; the others could.
    RowUnreadable,
}

/// Why a source was not asked about a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// The purpose does not need this source.
    NotNeededForPurpose,
    /// The person's authorisation does not cover this source.
    NotAuthorised,
    /// The person's authorisation was taken back (撤回授权): it is not asked, or not any more.
    Withdrawn,
    /// The person has no identifier this source can be asked by.
    NoIdentifier,
    /// The operator has switched the source off.
    Disabled,
    /// The case was cancelled before the source was asked.
    Cancelled,
}

/// Why an asked source gave no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// No connection, or it broke.
    Connection,
    /// Nothing within the time allowed.
    Timeout,
    /// The source said it is busy or down for maintenance, to the last attempt.
    Busy,
    /// The source refused for too many requests, to the last attempt.
    RateLimited,
    /// Credentials were refused.
    Unauthorised,
    /// The source reported an error of its own.
    SourceError,
    /// The answer could not be read: broken, wrongly encoded, or against the definition.
    Malformed,
    /// The answer is larger than the source is allowed to send.
    TooLarge,
    /// The breaker is open: the source failed too often just now, so it was spared.
    BreakerOpen,
    /// An asynchronous source did not answer before its deadline.
    DeadlinePassed,
    /// The source is not configured completely (address or credentials missing).
    NotConfigured,
}

impl Failure {
    /// Whether the same question may be answered later without anybody changing anything: the department or the way to it was in
    /// trouble. What is not passing is lasting: it would only happen again, or (a deadline) has been waited for long enough. An error of
    /// the department's own may be either, so whoever asks again bounds how often.
    #[must_use]
    pub fn is_passing(self) -> bool {
        match self {
            Self::Connection
            | Self::Timeout
            | Self::Busy
            | Self::RateLimited
            | Self::SourceError
            | Self::BreakerOpen => true,
            Self::Unauthorised | Self::Malformed | Self::TooLarge | Self::DeadlinePassed | Self::NotConfigured => false,
        }
    }
}

/// What an asynchronous source gave in exchange for a query. Opaque; carries no personal data.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Ticket(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_the_person_nor_the_contents_of_an_answer_print() {
        let subject =
            Subject { name: Some("王建国".into()), phone: Some("13893001234".into()), ..Subject::default() };
        assert_eq!(format!("{subject:?}"), "Subject(redacted)");
        let book = Detail::Registration {
            book: "620422001".into(),
            relation: Some("01".to_owned()),
            registered: None,
            status: RegistrationStatus::Current,
            died_on: None,
            moved_on: None,
        };
        assert_eq!(format!("{book:?}"), "Detail(registration, redacted)");
    }

    #[test]
    fn what_the_line_or_the_load_did_passes_and_what_an_answer_or_a_person_did_lasts() {
        use Failure as F;
        for passing in [F::Connection, F::Timeout, F::Busy, F::RateLimited, F::SourceError, F::BreakerOpen] {
            assert!(passing.is_passing(), "{passing:?}");
        }
        for lasting in [F::Unauthorised, F::Malformed, F::TooLarge, F::DeadlinePassed, F::NotConfigured] {
            assert!(!lasting.is_passing(), "{lasting:?}");
        }
    }
}
