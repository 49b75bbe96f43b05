//! Names that outlive an exchange: tickets, and the numbers by which departments recognise what they were handed before. Pure.
//!
//! ## A submission of several cases
//! The number of a submission is the hash of everybody in it: their exchange keys and questions, in the order of the keys, which is
//! the order of the body. So whoever boards first makes no difference, and one number stands for one body alone.
//!
//! * **Asked again in the same company** (an attempt whose receipt was lost, the same cases after a crash): the same number and the same
//!   body. The department gives the ticket it gave before, and works once.
//! * **Asked again alone or in other company** (some of the cases had stored their tickets, others come along): another number. The
//!   department takes it for a new submission and looks those people up again. That is read twice, not wrongly: each asking has an
//!   entry of its own in the log, nothing is changed at the department, and a result that nobody fetches is told to nobody. It cannot
//!   run into the earlier one, because a department refuses a number it knows with another body, and here it never meets one.
//! * **Asked again because the department gave a ticket up**: the same company under the same keys is the same submission, and would be
//!   given the ticket that failed. Whoever asks again on purpose takes other keys (the try as a further part of
//!   [`crate::source::ExchangeKey::of`]); after a crash, the same.
//! * **Filed under the right person**: a ticket names the seat (the number in the body) beside the department's ticket. A department's
//!   ticket belongs to one number, a number to one body, and in one body a seat to one person. Nothing that happens later, to the
//!   process or to other cases of the submission, moves anybody to another seat.

use sha2::{Digest, Sha256};

use crate::records::{SourceKey, Ticket};
use crate::source::Query;

/// A ticket is `<number in the batch>/<people in the batch>:<the department's ticket>`. Tickets of earlier versions, and samples, leave
/// the second out.
pub(crate) fn ticket_for(seq: usize, people: Option<usize>, held: &str) -> Ticket {
    Ticket(people.map_or_else(|| format!("{seq}:{held}"), |people| format!("{seq}/{people}:{held}")))
}

/// What a ticket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held<'t> {
    /// The person's number in the batch.
    pub(super) seq: usize,
    /// How many were submitted, where the ticket says so.
    pub(super) people: Option<usize>,
    /// The department's ticket.
    pub(super) ticket: &'t str,
}

pub(super) fn split_ticket(ticket: &Ticket) -> Option<Held<'_>> {
    let (numbers, ticket) = ticket.0.split_once(':')?;
    let (seq, people) = match numbers.split_once('/') {
        Some((seq, people)) => (seq, Some(people.parse::<usize>().ok()?)),
        None => (numbers, None),
    };
    let seq = seq.parse().ok().filter(|seq| *seq > 0 && people.is_none_or(|people| *seq <= people))?;
    Some(Held { seq, people, ticket }).filter(|held| !held.ticket.is_empty())
}

/// The name of a submission: the same whenever the same people are submitted for the same exchanges.
pub(super) fn submission(source: &SourceKey, queries: &[Query]) -> String {
    let mut hash = Sha256::new_with_prefix(source.as_str());
    for query in queries {
        let question = serde_json::to_vec(query).expect("a query is plain data");
        // the question too: under a name it knows, a department takes no other contents
        hash.update(query.exchange_key.bytes());
        hash.update(Sha256::digest(question));
    }
    let mut name = [0; 16];
    name.copy_from_slice(&hash.finalize()[..16]);
    uuid(name, 8)
}

/// Sixteen bytes as a UUID: version 4 for random ones, 8 for those that mean something.
pub(super) fn uuid(mut bytes: [u8; 16], version: u8) -> String {
    bytes[6] = (bytes[6] & 0x0f) | (version << 4);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_carry_the_place_in_the_batch() {
        for people in [None, Some(7), Some(200)] {
            let held = Held { seq: 7, people, ticket: "T:1/2" };
            assert_eq!(split_ticket(&ticket_for(7, people, "T:1/2")), Some(held));
        }
        for foreign in ["", "T1", "0:T1", "x:T1", "3:", "3/2:T1", "1/x:T1", "1/:T1"] {
            assert_eq!(split_ticket(&Ticket(foreign.into())), None, "{foreign}");
        }
    }

    #[test]
    fn a_repeated_submission_has_the_same_name() {
        let query = |key: &[u8], name: &str| Query {
            name: name.into(),
            id_number: Some("110101199003070038".into()),
            birth_date: None,
            sex: None,
            as_of: jiff::civil::date(2026, 11, 1),
            window_from: jiff::civil::date(2025, 11, 2),
            asked_for: "会宁".into(),
            exchange_key: crate::source::ExchangeKey::of(&[key]),
            entry: None,
            lane: crate::source::Lane::default(),
            anew: false,
        };
        let source = SourceKey::new("finance").unwrap();
        let named = |queries: &[Query]| submission(&source, queries);
        let first = named(&[query(b"case 1", "王"), query(b"case 2", "李")]);
        assert_eq!(first, named(&[query(b"case 1", "王"), query(b"case 2", "李")]));
        assert_eq!((first.len(), &first[14..15]), (36, "8"));
        for other in [
            named(&[query(b"case 2", "李"), query(b"case 1", "王")]),
            named(&[query(b"case 1", "王")]),
            named(&[query(b"case 1", "王"), query(b"case 2", "赵")]),
            named(&[query(b"case 3", "王"), query(b"case 2", "李")]),
        ] {
            assert_ne!(first, other);
        }
    }
}
