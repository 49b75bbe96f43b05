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
    /// Whether it speaks against the department's health, rather than of us or of the one person asked about.
    pub(crate) of_department: bool,
}

impl Fault {
    /// A failure that another attempt will not change.
    pub(crate) fn lasting(why: Failure, note: impl Into<String>) -> Self {
        Self { why, note: note.into(), again: false, after: None, of_department: false }
    }

    /// A failure that may have passed by the next attempt.
    pub(crate) fn passing(why: Failure, note: impl Into<String>) -> Self {
        Self { again: true, ..Self::lasting(why, note) }
    }

    /// No answer, or one that no answer of the department may be: it, or the way to it, is not in order.
    pub(crate) fn unwell(why: Failure, note: impl Into<String>) -> Self {
        Self { of_department: true, ..Self::passing(why, note) }
    }

    /// An answer that cannot be read. The whole body may have been damaged under way, so it is asked for again. What lies inside
    /// a body that could be read (a path names it) is about the people asked about: the next one's may be sound.
    pub(crate) fn malformed(unreadable: &Unreadable) -> Self {
        let inside = unreadable.place.starts_with('$');
        let prefix = if inside { "body: " } else { "" };
        let note = format!("{prefix}{}: {}", unreadable.place, unreadable.reason);
        Self { of_department: !inside, ..Self::passing(Failure::Malformed, note) }
    }

    /// What a code in the answer says. "Busy" is said of the department, an error of the question.
    pub(crate) fn stated(why: Failure, place: &str) -> Self {
        let busy = why == Failure::Busy;
        let again = why != Failure::Unauthorised;
        Self { again, of_department: busy, ..Self::lasting(why, stated(why, place)) }
    }

    /// What an HTTP status other than success says.
    pub(crate) fn status(status: StatusCode, after: Option<Duration>) -> Self {
        let note = format!("status: HTTP {}", status.as_u16());
        let (why, again, of_department) = match status.as_u16() {
            401 | 403 => (Failure::Unauthorised, false, false),
            408 => (Failure::Timeout, true, true),
            429 => (Failure::RateLimited, true, false),
            503 => (Failure::Busy, true, true),
            500..=599 => (Failure::SourceError, true, true),
            _ => (Failure::SourceError, false, false),
        };
        Self { why, note, again, after, of_department }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_speaks_of_the_department_counts_against_it() {
        let status = |code| Fault::status(StatusCode::from_u16(code).unwrap(), None);
        let unreadable = |place: &str| Fault::malformed(&Unreadable::new(place, "is not a list"));
        for fault in [status(500), status(503), status(408), unreadable("body"), Fault::stated(Failure::Busy, "$.code")]
        {
            assert!(fault.of_department, "{fault:?}");
        }
        let of_a_person = [unreadable("$.data.rows"), Fault::stated(Failure::SourceError, "$.code")];
        let of_us = [status(401), status(429), status(400)];
        for fault in of_a_person.into_iter().chain(of_us) {
            assert!(!fault.of_department, "{fault:?}");
        }
    }
}
