//! The `Source` contract: what every department looks like to the service, however it is spoken to.
//!
//! ## Contract
//! * `submit` and `poll` never fail: whatever goes wrong ends as an [`Answer`] of its own cell. One answer per query, same order.
//! * A synchronous source never answers `Pending`; an asynchronous one answers `Pending` from `submit` once the department holds the query.
//! * `poll` may be called at any time, by another process than the one that submitted, and any number of times; it has no effect at the department.
//!   It answers `Pending` with the same ticket while there is no result.
//! * Dropping a future cancels the exchange; nothing is left running.
//! * No implementation logs, counts or names anything personal. Tickets carry nothing personal.
//! * Time limits, retries, breaker, bulkhead, rate limit and body cap are inside: a caller needs no timeout of its own to be safe.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::records::{Answer, Coverage, IdNumber, PersonName, Sex, SourceKey, Ticket};

/// A boxed future, so that sources can be kept behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One person to ask about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Query {
    /// Name as the household states it.
    pub name: PersonName,
    /// Valid resident identity number of 18 characters, when the person has one.
    pub id_number: Option<IdNumber>,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Sex.
    pub sex: Option<Sex>,
    /// The day the question is about.
    pub as_of: Date,
    /// First day of the income window; the last is `as_of`.
    pub window_from: Date,
    /// The organisation it is asked for: an answer is shared or reused within one organisation only.
    pub asked_for: String,
}

/// One answer and what it took. Nothing personal beside the answer itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub answer: Answer,
    /// Attempts made (0 when nothing was sent).
    pub attempts: u32,
    /// From the first byte sent to the last byte read, waiting between attempts included.
    pub elapsed: Duration,
    /// For a failure: where in the exchange and why, in words without anything personal (source, sample path, reason).
    pub note: Option<String>,
}

/// How a source is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The answer comes in the same exchange.
    Synchronous,
    /// Submit now, poll later.
    Asynchronous,
}

/// What a source is, apart from its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Descriptor {
    /// Key.
    pub key: SourceKey,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Law behind the query.
    pub law: String,
    /// Purposes it serves: `all`, or exact purpose names.
    pub purposes: Vec<String>,
    /// Classes of information it speaks for; totals of these are open while it is silent. Among
    /// `wage business property_income transfer financial vehicle real_estate company medical education disability household`.
    pub speaks_for: Vec<String>,
    /// What it never covers, in Chinese words for the report.
    pub never_covers: Vec<String>,
    /// The same in English, one for each; empty where nobody has translated it.
    pub never_covers_en: Vec<String>,
    /// Synchronous or not.
    pub mode: Mode,
    /// Area covered.
    pub coverage: Coverage,
    /// Whether an ID number is needed to ask.
    pub needs_id_number: bool,
    /// Most people in one exchange.
    pub batch_size: usize,
    /// SHA-256 of the definition's canonical form, hex: named in reports.
    pub hash: String,
}

/// A department.
pub trait Source: Send + Sync {
    /// What it is.
    fn descriptor(&self) -> &Descriptor;

    /// Asks about people; at most [`Descriptor::batch_size`] travel together, more are split.
    fn submit<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Vec<Reply>>;

    /// Asks for the results of earlier submissions.
    fn poll<'a>(&'a self, pending: &'a [(Ticket, Query)]) -> BoxFuture<'a, Vec<Reply>>;
}

/// Where permits to call a source come from, so that replicas can share a department's limits.
pub trait Admission: Send + Sync {
    /// Waits until one call to `source` may be made now.
    fn admit<'a>(&'a self, source: &'a SourceKey) -> BoxFuture<'a, ()>;
}

/// First day of the window of twelve months that ends on `as_of`: `as_of` minus 12 months plus one day.
///
/// # Panics
/// In the first year of the calendar.
#[must_use]
pub fn window_start(as_of: Date) -> Date {
    as_of
        .checked_sub(jiff::Span::new().months(12))
        .and_then(|day| day.checked_add(jiff::Span::new().days(1)))
        .expect("a day after the first year of the calendar")
}
