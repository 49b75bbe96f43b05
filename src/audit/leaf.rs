//! A leaf: the canonical JSON (RFC 8785) of one event with its id and time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::Event;
use super::merkle;
use crate::household::canonical_json;
use crate::store::{LeafColumns, PreparedLeaf};

/// An event with its id and time: what a leaf's bytes say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Server time, to the millisecond.
    pub at: Timestamp,
    /// The event.
    pub event: Event,
    /// UUIDv7.
    pub id: Uuid,
    /// Version of this form.
    pub v: u32,
}

/// A leaf's bytes are not what this program writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALeaf {
    /// Not an event of the catalogue.
    #[error("the bytes are no event of the catalogue")]
    Unknown,
    /// An event, but not in its canonical form.
    #[error("the bytes are not the canonical form of their event")]
    NotCanonical,
}

impl Leaf {
    /// Gives an event its id and time.
    #[must_use]
    pub fn new(event: Event, now: Timestamp) -> Self {
        let at = Timestamp::from_millisecond(now.as_millisecond()).expect("a time cut to milliseconds is a time");
        let seconds = u64::try_from(at.as_second()).unwrap_or(0);
        let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
        let id = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos));
        Self { v: 1, id, at, event }
    }

    /// The exact bytes that are stored and hashed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        canonical_json(self)
    }

    /// Reads a leaf's bytes, which must be the ones [`Leaf::to_bytes`] writes.
    ///
    /// # Errors
    /// [`NotALeaf`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotALeaf> {
        let leaf: Self = serde_json::from_slice(bytes).map_err(|_| NotALeaf::Unknown)?;
        if leaf.to_bytes() == bytes { Ok(leaf) } else { Err(NotALeaf::NotCanonical) }
    }

    /// What the leaf is searched by, derived from it alone.
    #[must_use]
    pub fn columns(&self) -> LeafColumns {
        let event = &self.event;
        LeafColumns {
            id: self.id,
            at: self.at,
            actor: event.actor.subject.as_str().to_owned(),
            organisation: event.actor.organisation.as_str().to_owned(),
            action: event.action.as_str().to_owned(),
            // found by the one id; ids of cases, batches, findings and registrations are never the same
            case_id: event.case.or(event.batch).or(event.finding).or(event.registration),
            subject_tag: event.subject_tag,
            source: event.source.as_ref().map(|source| source.as_str().to_owned()),
        }
    }

    /// The leaf with its bytes, hash and columns.
    #[must_use]
    pub fn prepare(&self) -> PreparedLeaf {
        let bytes = self.to_bytes();
        PreparedLeaf { hash: merkle::leaf_hash(&bytes), bytes, columns: self.columns() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::event::{Action, Actor};
    use crate::audit::label::{AuthorisationRef, Label};
    use crate::config::Disclosure;
    use crate::household::{Purpose, SourceKey};
    use crate::store::Tag;

    fn leaf() -> Leaf {
        let event = Event::new(&Actor::service(), Action::QueryAuthorised)
            .case(Uuid::nil())
            .subject(Tag::new(1, [7; 16]))
            .member(Label::new("m1").unwrap())
            .purpose(Purpose::DibaoApplication)
            .authorisation(AuthorisationRef::new("会民授〔2026〕1号", |_| Tag::new(2, [8; 16])))
            .source(SourceKey::new("tax").unwrap())
            .count(7)
            .approval(Uuid::max())
            .level(Disclosure::Amounts)
            .detail([1; 32]);
        Leaf::new(event, "2026-11-01T00:00:00.123456789Z".parse().unwrap())
    }

    #[test]
    fn the_store_knows_the_entry_that_opens_the_evidence_of_many_cases() {
        assert_eq!(Action::RulesTried.as_str(), crate::store::TRIES_RULES);
        assert_eq!([Action::Search, Action::LogExported].map(Action::as_str), crate::store::READS_LOG);
        let event = Event::new(&Actor::service(), Action::RulesTried).count(12).detail([1; 32]);
        let leaf = Leaf::new(event, Timestamp::UNIX_EPOCH);
        assert_eq!(Leaf::parse(&leaf.to_bytes()), Ok(leaf));
    }

    #[test]
    fn the_bytes_are_canonical_and_read_back() {
        let leaf = leaf();
        let bytes = leaf.to_bytes();
        assert_eq!(Leaf::parse(&bytes), Ok(leaf));
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.starts_with(r#"{"at":"2026-11-01T00:00:00.123Z","event":{"action":"query_authorised","actor":{"#),
            "{text}"
        );
        let spaced = text.replacen(':', ": ", 1);
        assert_eq!(Leaf::parse(spaced.as_bytes()), Err(NotALeaf::NotCanonical));
        let more = text.replacen('{', r#"{"note":"free text","#, 1);
        assert_eq!(Leaf::parse(more.as_bytes()), Err(NotALeaf::Unknown));
    }
}
