//! Why an attempt failed, and what follows from it. Classified by status, type and the definition's codes, never by message text.

use std::time::Duration;

use http::StatusCode;

use crate::codec::Unreadable;
use crate::mapping::answer::stated;
use crate::records::Failure;

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) why: Failure,
    /// Where and why, without anything personal.
    pub(crate) note: String,
    /// Whether another attempt may help.
    pub(crate) again: bool,
    /// How long the department asks to be left alone.
    pub(crate) after: Option<Duration>,
}

impl Fault {
    /// A failure that another attempt will not change.
    pub(crate) fn lasting(why: Failure, note: impl Into<String>) -> Self {
        Self { why, note: note.into(), again: false, after: None }
    }

    /// A failure that may have passed by the next attempt.
    pub(crate) fn passing(why: Failure, note: impl Into<String>) -> Self {
        Self { why, note: note.into(), again: true, after: None }
    }

    /// An answer that cannot be read. The whole body may have been damaged under way, so it is asked for again.
    pub(crate) fn malformed(unreadable: &Unreadable) -> Self {
        let inside = if unreadable.place.starts_with('$') { "body: " } else { "" };
        Self::passing(Failure::Malformed, format!("{inside}{}: {}", unreadable.place, unreadable.reason))
    }

    /// What a code in the answer says.
    pub(crate) fn stated(why: Failure, place: &str) -> Self {
        Self { why, note: stated(why, place), again: why != Failure::Unauthorised, after: None }
    }

    /// What an HTTP status other than success says.
    pub(crate) fn status(status: StatusCode, after: Option<Duration>) -> Self {
        let note = format!("status: HTTP {}", status.as_u16());
        let (why, again) = match status.as_u16() {
            401 | 403 => (Failure::Unauthorised, false),
            408 => (Failure::Timeout, true),
            429 => (Failure::RateLimited, true),
            503 => (Failure::Busy, true),
            500..=599 => (Failure::SourceError, true),
            _ => (Failure::SourceError, false),
        };
        Self { why, note, again, after }
    }

    /// Whether it speaks against the department's health. Refusals of us do not.
    pub(crate) fn counts_for_breaker(&self) -> bool {
        matches!(
            self.why,
            Failure::Connection
                | Failure::Timeout
                | Failure::Busy
                | Failure::SourceError
                | Failure::Malformed
                | Failure::TooLarge
        ) && self.again
    }
}
