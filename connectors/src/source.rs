//! The `Source` contract: what every department looks like to the service, however it is spoken to.
//!
//! ## Contract
//! * `submit` and `poll` never fail: whatever goes wrong ends as an [`Answer`] of its own cell. One answer per query, same order.
//! * A synchronous source never answers `Pending`; an asynchronous one answers `Pending` from `submit` once the department holds the query.
//! * `poll` may be called at any time, by another process than the one that submitted, and any number of times; it has no effect at the department.
//!   It answers `Pending` with the same ticket while there is no result. A look that fails (nothing configured, no free place, no
//!   connection, an unreadable answer) says nothing of the ticket and answers `Pending` with a note; only the department's own word
//!   that it gave up, or that it does not know the ticket, ends it. How long that may go on is the caller's deadline.
//! * People of different callers travel in one exchange, and one question of several callers is asked once. Dropping a future takes
//!   its people out of what has not set out yet and cancels an exchange in which nobody else waits for an answer; nothing is left running.
//! * No implementation logs, counts or names anything personal. Tickets carry nothing personal.
//! * Time limits, retries, breaker, bulkhead, rate limit and body cap are inside: a caller needs no timeout of its own to be safe.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::records::{Answer, Coverage, IdNumber, PersonName, Sex, SourceKey, Ticket};

/// A boxed future, so that sources can be kept behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How pressing a question is. A source's free places and permits go to the most urgent lane first, and within a lane in the order of
/// asking. A less urgent lane gets every eighth at the least, so that none starves; otherwise nobody waits behind a less urgent one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Help that cannot wait.
    Urgent,
    /// Somebody is at the counter.
    #[default]
    Interactive,
    /// One of thousands that are verified again. It waits for company and for a place for as long as whoever asks; a question that is
    /// dropped is out of the queue.
    Bulk,
}

impl Lane {
    /// The most urgent first.
    pub const ALL: [Self; 3] = [Self::Urgent, Self::Interactive, Self::Bulk];

    /// The word used in JSON and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Interactive => "interactive",
            Self::Bulk => "bulk",
        }
    }

    pub(crate) fn index(self) -> usize {
        match self {
            Self::Urgent => 0,
            Self::Interactive => 1,
            Self::Bulk => 2,
        }
    }
}

/// One person to ask about. Debug shows no one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What the same question asked again after a crash has in common with the first: from it a submission gets the number by
    /// which the department recognises a repeat. No part of the question itself.
    #[serde(skip, default = "ExchangeKey::random")]
    pub exchange_key: ExchangeKey,
    /// Hash of the log's entry that allows this query, where there is a log. No part of the question.
    #[serde(skip)]
    pub entry: Option<[u8; 32]>,
    /// How pressing it is. No part of the question.
    #[serde(skip)]
    pub lane: Lane,
    /// Whether the department itself must answer now: somebody objects to what it said, so an answer kept for reuse will not do. No part of
    /// the question.
    #[serde(skip)]
    pub anew: bool,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // even a birth date alone tells one person of a village from the others
        f.debug_struct("Query")
            .field("id_number", &self.id_number.is_some())
            .field("birth_date", &self.birth_date.is_some())
            .field("as_of", &self.as_of)
            .field("window_from", &self.window_from)
            .field("asked_for", &self.asked_for)
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}

/// The name of one intended exchange, the same whenever it is attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeKey([u8; 16]);

impl ExchangeKey {
    /// For a question that nobody will have to recognise.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }

    /// From what makes the exchange the same one: the case, the person within it, and which try it is where a submission that the
    /// department gave up is made anew. Nothing personal belongs here.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // lengths keep ("ab", "c") and ("a", "bc") apart
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Self(key)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
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
    /// Whose exchange brought the answer, if it was had for another query and is reused here.
    pub reused: Option<Reused>,
}

/// The exchange whose answer serves another query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reused {
    /// When the department was asked.
    pub asked_at: Timestamp,
    /// [`Query::entry`] of the query that was sent.
    pub entry: Option<[u8; 32]>,
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

/// Screenings of whole rosters, which rest on a duty and not on consent: a department serves one only where its definition says so.
pub const SCREENINGS: [&str; 3] = ["child_screening", "disability_screening", "medical_screening"];

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
    /// Screenings of rosters it serves, by their exact names; `all` purposes are none of them.
    pub screenings: Vec<String>,
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
    /// Whether an answer may come in several pages, one trip after another.
    pub paged: bool,
    /// SHA-256 of the definition's canonical form, hex: named in reports.
    pub hash: String,
}

/// A department.
pub trait Source: Send + Sync {
    /// What it is.
    fn descriptor(&self) -> &Descriptor;

    /// Asks about people; at most [`Descriptor::batch_size`] travel together, more are split. Others' questions may travel with them.
    fn submit<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Vec<Reply>>;

    /// Asks for the results of earlier submissions.
    fn poll<'a>(&'a self, pending: &'a [(Ticket, Query)]) -> BoxFuture<'a, Vec<Reply>>;

    /// Where so many questions of bulk wait already that `people` more would only wait too: after how long to come back with them. None:
    /// ask now. `had_one`: they come back from such a turn.
    fn turn(&self, people: usize, had_one: bool) -> Option<Duration> {
        let _ = (people, had_one);
        None
    }
}

/// Where permits to call a source come from, so that replicas can share a department's limits.
pub trait Admission: Send + Sync {
    /// Waits until one call to `source` may be made now.
    fn admit<'a>(&'a self, source: &'a SourceKey) -> BoxFuture<'a, ()>;
}

/// First day of the window of twelve months that ends on `as_of`: `as_of` minus 12 months plus one day.
#[must_use]
pub fn window_start(as_of: Date) -> Date {
    as_of.saturating_sub(Span::new().months(12)).saturating_add(Span::new().days(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_twelve_months() {
        for (as_of, from) in [("2026-11-01", "2025-11-02"), ("2024-02-29", "2023-03-01"), ("2025-02-28", "2024-02-29")]
        {
            assert_eq!(window_start(as_of.parse().unwrap()).to_string(), from);
        }
        assert_eq!(window_start(Date::MIN), Date::MIN.tomorrow().unwrap());
    }

    #[test]
    fn an_exchange_key_is_of_its_parts() {
        assert_eq!(ExchangeKey::of(&[b"case", b"m1"]), ExchangeKey::of(&[b"case", b"m1"]));
        assert_ne!(ExchangeKey::of(&[b"case", b"m1"]), ExchangeKey::of(&[b"casem", b"1"]));
        assert_ne!(ExchangeKey::random(), ExchangeKey::random());
    }
}
