//! Submit, ask for the state of the ticket, fetch the result.

use super::{Errand, Waiting, base_values, finish, http, judge, read_page, ticket_for};
use crate::definition::TicketWire;
use crate::exchange::{Fault, Received};
use crate::mapping::Page;
use crate::mapping::path::Place;
use crate::records::{Answer, Failure};
use crate::request::RequestSpec;
use crate::source::{Query, Reply};

/// Hands the people over; each reply is a ticket with the person's number in the batch.
pub(super) async fn submit(errand: &mut Errand<'_>, wire: &TicketWire, queries: &[Query]) -> Vec<Reply> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let prepare = || wire.submit.render(&base_values(line, &uuid, queries.first(), ""), queries, &definition.auth);
    let judged = |received: Received| receipt(wire, &received);
    match errand.visit.call(prepare, judged).await {
        Ok(held) => (1..=queries.len())
            .map(|seq| errand.reply(Answer::Pending { ticket: ticket_for(seq, &held) }, None))
            .collect(),
        Err(fault) => queries.iter().map(|_| errand.failed(&fault)).collect(),
    }
}

/// The ticket in a department's receipt.
pub(crate) fn receipt(wire: &TicketWire, received: &Received) -> Result<String, Fault> {
    let missing = || Fault::lasting(Failure::Malformed, format!("{}: states no ticket", wire.ticket.text()));
    let tree = judge::read_tree(&wire.submitted, received)?.ok_or_else(missing)?;
    let root = Place { root: &tree, node: &tree, location: "$" };
    wire.ticket.scalar(root).map_err(|error| Fault::malformed(&error))?.ok_or_else(missing)
}

/// Whether the result is there.
pub(crate) fn is_done(wire: &TicketWire, received: &Received) -> Result<bool, Fault> {
    if received.status == ::http::StatusCode::NOT_FOUND {
        return Err(Fault::lasting(Failure::SourceError, "ticket: the department does not know it"));
    }
    let tree = judge::read_tree(&wire.status_answer, received)?.unwrap_or_default();
    let root = Place { root: &tree, node: &tree, location: "$" };
    let state = wire.state.scalar(root).map_err(|error| Fault::malformed(&error))?;
    match state {
        Some(state) if wire.done.contains(&state) => Ok(true),
        Some(state) if wire.pending.contains(&state) => Ok(false),
        Some(_) => Err(Fault::lasting(Failure::SourceError, format!("{}: the department gave up", wire.state.text()))),
        None => Err(Fault::lasting(Failure::Malformed, format!("{}: states no state", wire.state.text()))),
    }
}

/// Looks for the result of a ticket on behalf of the people who wait for it.
pub(super) async fn poll(
    errand: &mut Errand<'_>,
    wire: &TicketWire,
    held: &str,
    waiting: &[Waiting<'_>],
) -> Vec<Reply> {
    match send(errand, &wire.status, held, waiting, |received| is_done(wire, &received)).await {
        Ok(true) => {}
        Ok(false) => return still_waiting(errand, waiting, None),
        Err(fault) => return not_yet_or_never(errand, waiting, &fault),
    }
    let definition = errand.definition;
    let fetched = send(errand, &definition.request, held, waiting, |received| {
        read_page(&definition.answer, &received).map(|(page, _)| page)
    });
    match fetched.await {
        Ok(page) => distribute(errand, page, waiting),
        Err(fault) => not_yet_or_never(errand, waiting, &fault),
    }
}

/// One step of polling.
pub(super) async fn send<T>(
    errand: &mut Errand<'_>,
    request: &RequestSpec,
    held: &str,
    waiting: &[Waiting<'_>],
    judge: impl Fn(Received) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let definition = errand.definition;
    let line = errand.line;
    let uuid = errand.uuid.clone();
    let query = waiting.first().map(|one| one.query);
    let prepare = || request.render(&base_values(line, &uuid, query, held), &[], &definition.auth);
    errand.visit.call(prepare, judge).await
}

/// To each person what the result says about their number.
pub(super) fn distribute(errand: &Errand<'_>, mut page: Page, waiting: &[Waiting<'_>]) -> Vec<Reply> {
    waiting
        .iter()
        .map(|one| {
            let item = page.items.remove(&one.seq).unwrap_or_else(|| http::missing(errand));
            let (answer, note) = finish(item, page.as_of, errand.definition.descriptor.coverage);
            errand.reply(answer, note)
        })
        .collect()
}

/// A failure of the look, not of the ticket, leaves the ticket waiting: the deadline bounds how often that happens.
pub(super) fn not_yet_or_never(errand: &Errand<'_>, waiting: &[Waiting<'_>], fault: &Fault) -> Vec<Reply> {
    let of_the_look = matches!(
        fault.why,
        Failure::Connection | Failure::Timeout | Failure::Busy | Failure::RateLimited | Failure::BreakerOpen
    ) || (fault.why == Failure::SourceError && fault.again);
    if of_the_look {
        still_waiting(errand, waiting, Some(&fault.note))
    } else {
        waiting.iter().map(|_| errand.failed(fault)).collect()
    }
}

pub(super) fn still_waiting(errand: &Errand<'_>, waiting: &[Waiting<'_>], note: Option<&str>) -> Vec<Reply> {
    let pending = |one: &Waiting<'_>| Answer::Pending { ticket: one.ticket.clone() };
    waiting.iter().map(|one| errand.reply(pending(one), note.map(str::to_owned))).collect()
}
