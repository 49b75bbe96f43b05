//! People who travel together, when the department will not have them together: one of them may be at fault, and the others, who are of
//! other cases, do not suffer for it.
//!
//! An exchange that failed as a whole is divided in halves. Where one half fails and the other does not, it is about somebody in it, and
//! the search goes on there: one person at fault among two hundred is found with sixteen requests. Where both fail, the department or
//! the definition is what is wrong, and nobody asks on. What says that the department is busy, sparing or closed divides nothing.

use super::{Errand, file, http, ticket};
use crate::definition::Transport;
use crate::exchange::Fault;
use crate::records::Failure;
use crate::source::{Query, Reply};

/// Part of the people of an exchange, and why nothing came of asking about them together.
type Failed = (Vec<usize>, Fault);

/// Asks about people who travel together; one reply each, in order.
pub(super) async fn ask(errand: &mut Errand<'_>, people: &[Query]) -> Vec<Reply> {
    let mut replies: Vec<Option<Reply>> = vec![None; people.len()];
    let mut failed = together(errand, people, (0..people.len()).collect(), &mut replies).await.err();
    let mut whole = true;
    while let Some((mut left, fault)) = failed.take() {
        if left.len() < 2 || !worth_dividing(errand, &fault, whole) {
            fail(errand, &(left, fault), &mut replies);
            break;
        }
        whole = false;
        let right = left.split_off(left.len() / 2);
        let left = together(errand, people, left, &mut replies).await.err();
        let right = together(errand, people, right, &mut replies).await.err();
        failed = match (left, right) {
            (Some(left), Some(right)) => {
                fail(errand, &left, &mut replies);
                fail(errand, &right, &mut replies);
                None
            }
            (left, right) => left.or(right),
        };
    }
    replies.into_iter().flatten().collect()
}

/// Whether a failure may be one person's. What speaks against the department is tried on bulk only where a retry can be paid for.
fn worth_dividing(errand: &Errand<'_>, fault: &Fault, whole: bool) -> bool {
    use Failure::{Connection, Malformed, SourceError, Timeout, TooLarge};
    let of_somebody = matches!(fault.why, Connection | Malformed | SourceError | Timeout | TooLarge);
    of_somebody && fault.after.is_none() && (!fault.of_department || !whole || errand.visit.can_afford())
}

fn fail(errand: &Errand<'_>, (people, fault): &Failed, replies: &mut [Option<Reply>]) {
    for index in people {
        replies[*index] = Some(errand.failed(fault));
    }
}

/// Asks about some of the people in one call.
async fn together(
    errand: &mut Errand<'_>,
    people: &[Query],
    some: Vec<usize>,
    replies: &mut [Option<Reply>],
) -> Result<(), Failed> {
    let travel: Vec<Query> = some.iter().map(|index| people[*index].clone()).collect();
    let definition = errand.definition;
    let asked = match &definition.transport {
        Transport::Http { .. } => http::many(errand, &travel).await,
        Transport::Ticket(wire) => ticket::submit(errand, wire, &travel).await,
        Transport::File(wire) => file::submit(errand, &wire.submit, &travel).await,
    };
    match asked {
        Ok(answers) => {
            some.into_iter().zip(answers).for_each(|(index, reply)| replies[index] = Some(reply));
            Ok(())
        }
        Err(fault) => Err((some, fault)),
    }
}
