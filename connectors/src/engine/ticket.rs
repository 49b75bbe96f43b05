//! Submit, ask for the state of the ticket, fetch the result.

use super::naming::submission;
use super::{Errand, base_values, judge, read_page, ticket_for};
use crate::definition::TicketWire;
use crate::exchange::{Fault, Received};
use crate::mapping::answer::Verdict;
use crate::mapping::path::Place;
use crate::mapping::{AnswerSpec, Page};
use crate::records::{Answer, Failure};
use crate::request::RequestSpec;
use crate::source::{Query, Reply};
use serde_json::Value;

/// Hands the people over; each reply is a ticket with the person's number in the batch.
pub(super) async fn submit(errand: &mut Errand<'_>, wire: &TicketWire, queries: &[Query]) -> Result<Vec<Reply>, Fault> {
    let definition = errand.definition;
    let line = errand.line;
    // the department recognises a submission that is repeated, after a crash too
    let number = submission(&definition.descriptor.key, queries);
    let prepare = || wire.submit.render(&base_values(line, &number, queries.first(), ""), queries, &definition.auth);
    let held = errand.visit.call(prepare, |received: Received| receipt(wire, &received)).await?;
    let ticket = |seq| Answer::Pending { ticket: ticket_for(seq, Some(queries.len()), &held) };
    Ok((1..=queries.len()).map(|seq| errand.reply(ticket(seq), None)).collect())
}

/// What a look for a result showed. That the look itself failed says nothing of the ticket and is a fault beside this.
pub(crate) enum Look<T> {
    There(T),
    /// Not yet; with a note where that is not the ordinary word for it.
    NotYet(Option<String>),
    /// Never: the department's own word.
    Never(Fault),
}

/// Longest ticket that is kept.
const LONGEST_TICKET: usize = 512;

/// The ticket in a department's receipt.
pub(crate) fn receipt(wire: &TicketWire, received: &Received) -> Result<String, Fault> {
    let missing = || Fault::lasting(Failure::Malformed, format!("{}: states no ticket", wire.ticket.text()));
    let (tree, verdict) = judge::read_tree(&wire.submitted, received)?;
    if verdict == Verdict::NoRecord {
        return Err(missing());
    }
    let root = Place { root: &tree, node: &tree, location: "$" };
    let held = wire.ticket.scalar(root).map_err(|error| Fault::malformed(&error))?.ok_or_else(missing)?;
    // it is stored, sent back and shown: no department needs a page of text or control characters for it
    if held.chars().count() > LONGEST_TICKET || held.chars().any(char::is_control) {
        let reason =
            format!("{}: is not a ticket of at most {LONGEST_TICKET} printable characters", wire.ticket.text());
        return Err(Fault::lasting(Failure::Malformed, reason));
    }
    Ok(held)
}

/// Whether the result is there.
pub(crate) fn is_done(wire: &TicketWire, received: &Received) -> Result<Look<()>, Fault> {
    if received.status == ::http::StatusCode::NOT_FOUND && wire.lost_when_not_found {
        return Ok(Look::Never(Fault::lasting(Failure::SourceError, "ticket: the department does not know it")));
    }
    let (tree, _) = judge::read_tree(&wire.status_answer, received)?;
    let root = Place { root: &tree, node: &tree, location: "$" };
    let state = wire.state.scalar(root).map_err(|error| Fault::malformed(&error))?;
    let place = wire.state.text();
    Ok(match state {
        Some(state) if wire.done.contains(&state) => Look::There(()),
        Some(state) if wire.pending.contains(&state) => Look::NotYet(None),
        Some(state) if wire.failed.contains(&state) => {
            Look::Never(Fault::lasting(Failure::SourceError, format!("{place}: the department gave up")))
        }
        Some(_) => Look::NotYet(Some(format!("{place}: is a state that the definition does not know"))),
        None => Look::NotYet(Some(format!("{place}: states no state"))),
    })
}

/// The result itself, or that it is not ready although the state said so.
pub(crate) fn result(answer: &AnswerSpec, received: &Received, max_rows: usize) -> Result<Look<Found>, Fault> {
    if judge::not_ready(answer, received) {
        return Ok(Look::NotYet(Some("result: the department says that it is not ready".into())));
    }
    read_page(answer, received, max_rows).map(Look::There)
}

/// What a result says, and the tree it came from.
pub(crate) type Found = (Page, Option<Value>);

/// Looks for the result of a ticket on behalf of the people who wait for it.
pub(super) async fn poll(
    errand: &mut Errand<'_>,
    wire: &TicketWire,
    held: &str,
    query: Option<&Query>,
) -> Result<Look<Found>, Fault> {
    match send(errand, &wire.status, held, query, |received| is_done(wire, &received)).await? {
        Look::There(()) => {}
        Look::NotYet(note) => return Ok(Look::NotYet(note)),
        Look::Never(fault) => return Ok(Look::Never(fault)),
    }
    let definition = errand.definition;
    let max_rows = errand.visit.max_rows();
    send(errand, &definition.request, held, query, |received| result(&definition.answer, &received, max_rows)).await
}

/// One step of polling.
pub(super) async fn send<T>(
    errand: &mut Errand<'_>,
    request: &RequestSpec,
    held: &str,
    query: Option<&Query>,
    judge: impl Fn(Received) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let prepare = || request.render(&base_values(line, &uuid, query, held), &[], &definition.auth);
    errand.visit.call(prepare, judge).await
}
